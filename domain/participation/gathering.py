"""Acts on gatherings: convened, moved by another call, held. Contributions, and the table, have a file of their own."""

from dataclasses import replace
from typing import ClassVar, Final

from constancia.domain.commitments.commitment import find_commitment
from constancia.domain.commitments.gathering import (
    ContributionCount,
    Convening,
    Gathering,
    GatheringKind,
    Holding,
    Matter,
)
from constancia.domain.governance.body import acting_name, rules_in_force
from constancia.domain.identity.genesis import term_if_any
from constancia.domain.identity.succession import heirs_of
from constancia.domain.identity.voice import can_say
from constancia.domain.kernel.acts import Act, act, act_base
from constancia.domain.kernel.context import Context, lies_in_future
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.participation.organizer import ORGANIZER, not_an_organizer, promised, unknown
from constancia.domain.values.calendar import parse_edtf
from constancia.domain.values.editions import THIRD
from constancia.domain.values.values import Count, Doc, EdtfText, FormError, Identifier, Text

RESPONSE_TERM: Final = "response_term_days"


@act_base
class GatheringAct(Act[Gathering]):
    """What is said of a gathering. All of it may be recorded by a secretariat."""

    SINCE: ClassVar = THIRD
    stream_kind: ClassVar = "gathering"
    stream_id: ClassVar = ("gathering",)
    by_secretariat: ClassVar = True
    REPORTS: ClassVar = True

    gathering: Identifier


@act_base
class MatterAct(GatheringAct):
    """What says of a gathering whose it is, and what it is about."""

    about: Matter | None = None
    governance_body: Identifier | None = None

    def body(self, on: Gathering | None) -> str | None:
        """Give the body that the act names, or an earlier one did."""
        return self.governance_body or (on.governance_body if on else None)

    def matter(self, on: Gathering | None) -> Matter | None:
        """Give what it is about, as far as this act and earlier ones say; a later one adds to an earlier one."""
        before = on.about if on else None
        if before is None or self.about is None:
            return self.about or before
        return replace(
            before,
            deliverable=before.deliverable or self.about.deliverable,
            milestone=before.milestone or self.about.milestone,
        )


@rule(*ORGANIZER)
def _by_an_organizer(act: MatterAct, on: Gathering | None, at: Context) -> Breach:
    return not_an_organizer(at, act.body(on), act.matter(on))


@rule("E_NOT_FOUND", "what a gathering is about exists", "aquello de lo que trata una reunión existe")
def _is_there(act: MatterAct, on: object, at: Context) -> Breach:
    return unknown(at, act.governance_body, act.about)


@rule(
    "E_POLICY",
    "a gathering about a commitment is of the commitment's own body",
    "una reunión sobre un compromiso es del propio órgano del compromiso",
)
def _of_its_body(act: MatterAct, on: Gathering | None, at: Context) -> Breach:
    body, about = act.body(on), act.matter(on)
    commitment = find_commitment(at, about.commitment) if about else None
    own = acting_name(at.state, commitment.governance_body) if commitment else None
    return body is not None and own is not None and acting_name(at.state, body) != own and {"body": own}


@rule(
    "E_POLICY",
    "a gathering fulfils a deliverable whose form is an event, of the milestone that it is about",
    "una reunión cumple un entregable cuya forma es un evento, del hito del que trata",
)
def _is_an_event(act: MatterAct, on: Gathering | None, at: Context) -> Breach:
    about = act.matter(on)
    commitment = find_commitment(at, about.commitment) if about and act.about else None
    item = promised(commitment, about) if commitment else None
    if item is None or about is None:
        return None
    right = item.form == "event" and about.milestone in (None, item.milestone)
    return not right and {"form": item.form, "milestone": item.milestone}


@rule(
    "E_POLICY",
    "kind, body and matter of a gathering stay: another gathering has another id",
    "el tipo, el órgano y el asunto de una reunión no cambian: otra reunión lleva otro identificador",
)
def _same_matter(act: "GatheringConvened | GatheringHeld", on: Gathering, at: Context) -> Breach:
    changed = [("kind", on.kind, act.kind), ("governance_body", on.governance_body, act.governance_body)]
    if on.about is not None and act.about is not None:
        members = ("commitment", "deliverable", "milestone")
        changed += [(name, getattr(on.about, name), getattr(act.about, name)) for name in members]
    return [{name: was} for name, was, now in changed if was is not None and now is not None and was != now]


_MATTER: Final = (_by_an_organizer, _is_there, _of_its_body, _is_an_event)


def _conveners(on: Gathering, at: Context) -> frozenset[str]:
    """Give the party that first convened a gathering, or those in which it goes on; none where nobody convened it."""
    return heirs_of(at.state, on.convenings[0].mark.party) if on.convenings else frozenset()


def _new(act: MatterAct, at: Context, kind: str, title: Text) -> Gathering:
    """Begin a gathering, with the term for an answer that its body's rules set now."""
    about = act.about
    commitment = find_commitment(at, about.commitment) if about else None
    body = commitment.governance_body if commitment else act.governance_body
    _version, rules = rules_in_force(at, acting_name(at.state, body) or "")
    return Gathering(
        stream=act.stream(),
        gathering=act.gathering,
        kind=kind,
        title=title,
        governance_body=act.governance_body,
        about=about,
        response_term=term_if_any(rules, RESPONSE_TERM),
    )


@act
class GatheringConvened(MatterAct):
    """An organizer calls a gathering; said once more of the same one, it moves it, and the earlier call stays."""

    CORRECTABLE: ClassVar = ("agenda", "open_to", "title")

    agenda: tuple[Text, ...]
    kind: GatheringKind
    open_to: Text
    title: Text
    window: EdtfText

    def check_form(self, where: str) -> None:
        """Check that it says whose it is, or what it is about."""
        if self.governance_body is None and self.about is None:
            raise FormError(f"{where}.governance_body", "a governance body, or what the gathering is about", "neither")

    @rule("E_DATE", "a gathering is convened before it is over", "una reunión se convoca antes de que termine")
    def _not_over(self, on: object, at: Context) -> Breach:
        end, called = parse_edtf(self.window).end, at.occurred.start if at.occurred else None
        return end is not None and called is not None and end < called and {"found": self.window}

    # Else another member of the body could put it off, or call it by another name.
    @rule(
        "E_ROLE",
        "a gathering is moved by who convened it, as long as it can",
        "una reunión la mueve quien la convocó, mientras pueda",
    )
    def _by_who_convened(self, on: Gathering, at: Context) -> Breach:
        able = any(can_say(at, party, type(self).__name__) for party in _conveners(on, at))
        return able and at.party not in _conveners(on, at) and {"by": on.convenings[0].mark.party}

    RULES: ClassVar = (*_MATTER, _same_matter, _not_over, _by_who_convened)

    def _convening(self, at: Context) -> Convening:
        return Convening(title=self.title, window=self.window, agenda=self.agenda, open_to=self.open_to, mark=at.mark)

    def begin(self, at: Context) -> Gathering:
        """Take the call in."""
        return replace(_new(self, at, self.kind, self.title), convenings=(self._convening(at),))

    def then(self, on: Gathering, at: Context) -> Gathering:
        """Add the call that moves it."""
        return replace(
            on,
            about=self.matter(on),
            convenings=(*on.convenings, self._convening(at)),
            governance_body=self.body(on),
            title=self.title,
        )


@act
class GatheringHeld(MatterAct):
    """It took place. What nobody convened says what it was, and is reported as historical. No names of who attended."""

    CORRECTABLE: ClassVar = ("summary",)
    SORTED: ClassVar = {"contributions": "kind"}

    attendance: Count | None = None
    contributions: tuple[ContributionCount, ...] | None = None
    kind: GatheringKind | None = None
    minutes: Doc | None = None
    report: Doc | None = None
    summary: Text | None = None
    title: Text | None = None
    window: EdtfText

    def check_form(self, where: str) -> None:
        """Check that the days on which it was held begin and end."""
        days = parse_edtf(self.window)
        if days.start is None or days.end is None:
            raise FormError(f"{where}.window", "the days on which it was held, without an open end", self.window)

    @rule(
        "E_NOT_FOUND",
        "it was convened, or says its kind, its title, and whose it is or what it is about",
        "fue convocada, o dice su tipo, su título y de quién es o de qué trata",
    )
    def _described(self, on: Gathering | None, at: Context) -> Breach:
        described = self.kind and self.title and (self.governance_body or self.about)
        return on is None and not described and {"gathering": self.gathering}

    @rule(
        "E_STATE",
        "what nobody convened is reported as historical: convene it first (GatheringConvened)",
        "lo que nadie convocó se informa como histórico: convóquela antes (GatheringConvened)",
    )
    def _convened_first(self, on: Gathering | None, at: Context) -> Breach:
        return on is None and at.statement["mode"] == "live"

    @rule(
        "E_STATE",
        "that it was held is said once; after another, who convened it says so too",
        "que se realizó se dice una vez; después de otra parte, también lo dice quien la convocó",
    )
    def _said_once(self, on: Gathering, at: Context) -> Breach:
        theirs = _conveners(on, at)
        if on.holding is None:
            return None
        has_spoken = on.own_word is not None or on.holding.mark.party in theirs
        return has_spoken or at.party not in theirs

    # Else another could say before its day that it was held, and that nobody came.
    @rule(
        "E_DATE",
        "only who convened a gathering says that it was held before the days for which it was convened",
        "sólo quien convocó una reunión dice que se realizó antes de los días para los que se convocó",
    )
    def _not_before_its_days(self, on: Gathering, at: Context) -> Breach:
        if at.party in _conveners(on, at):
            return None
        called = [call.window for call in on.convenings]
        begins = [parse_edtf(window).start for window in called]
        ended = parse_edtf(self.window).end
        early = ended is not None and all(begin is not None and ended < begin for begin in begins)
        return bool(called) and early and {"convened": called[-1]}

    @rule("E_POLICY", "a gathering is held under the title it was convened with", "se realiza con el título convocado")
    def _same_title(self, on: Gathering, at: Context) -> Breach:
        return self.title is not None and self.title != on.title

    @rule("E_DATE", "what was held does not lie in the future", "lo realizado no está en el futuro")
    def _is_past(self, on: object, at: Context) -> Breach:
        return lies_in_future(at, self.window)

    @rule(
        "E_DATE",
        "the date of the act lies within the days on which it was held",
        "la fecha del acto cae en los días en que se realizó",
    )
    def _on_these_days(self, on: object, at: Context) -> Breach:
        dated, days = at.occurred, parse_edtf(self.window)
        if dated is None:
            return None
        before = dated.end is not None and days.start is not None and dated.end < days.start
        after = dated.start is not None and days.end is not None and days.end < dated.start
        return (before or after) and {"found": self.window}

    RULES: ClassVar = (
        *_MATTER,
        _same_matter,
        _described,
        _convened_first,
        _said_once,
        _not_before_its_days,
        _same_title,
        _is_past,
        _on_these_days,
    )

    def _holding(self, at: Context) -> Holding:
        return Holding(
            window=self.window,
            mark=at.mark,
            attendance=self.attendance,
            contributions=self.contributions,
            minutes=self.minutes,
            report=self.report,
            summary=self.summary,
        )

    def begin(self, at: Context) -> Gathering:
        """Take in one that nobody convened.

        Raises:
            ValueError: It does not say what it was.
        """
        if self.kind is None or self.title is None:
            raise ValueError("held without having been convened, and without kind and title")
        return replace(_new(self, at, self.kind, self.title), holding=self._holding(at))

    def then(self, on: Gathering, at: Context) -> Gathering:
        """Note that it was held; what another said of it first stays."""
        if on.holding is not None:
            return replace(on, own_word=self._holding(at))
        return replace(on, about=self.matter(on), governance_body=self.body(on), holding=self._holding(at))
