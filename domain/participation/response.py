"""Reasoned responses: what became of what was contributed or proposed, theme by theme, with reasons."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, Literal

from constancia.domain.commitments.commitment import Commitment, find_commitment
from constancia.domain.commitments.gathering import Gathering
from constancia.domain.governance.body import ANY_BODY, acting_name, has_seat
from constancia.domain.identity.voice import speaks_for
from constancia.domain.kernel.acts import Act, act, act_base
from constancia.domain.kernel.aggregate import Aggregate, Mark
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.participation.organizer import ORGANIZER, not_an_organizer
from constancia.domain.values.calendar import parse_edtf
from constancia.domain.values.editions import THIRD
from constancia.domain.values.values import FormError, Identifier, Text, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme(Value):
    """One theme of an answer: which contributions it is about (all where it names none), the outcome, and reasons."""

    SINCE: ClassVar = THIRD
    SORTED: ClassVar = {"contributions": ""}

    contributions: tuple[Identifier, ...] | None = None
    outcome: Literal["included", "not_included", "partly"]
    reasons: Text
    theme: Identifier
    title: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonedResponse(Aggregate):
    """An answer, as it was published, and by whom."""

    SINCE: ClassVar = THIRD
    ABOUT: ClassVar = ("commitment", "gathering")  # one of them

    response: str
    themes: tuple[Theme, ...]
    mark: Mark
    commitment: str | None = None
    gathering: str | None = None


@act_base
class ResponseAct(Act[ReasonedResponse]):
    """What is said of a reasoned response. All of it may be recorded by a secretariat."""

    SINCE: ClassVar = THIRD
    stream_kind: ClassVar = "response"
    stream_id: ClassVar = ("response",)
    by_secretariat: ClassVar = True

    response: Identifier


@act
class ReasonedResponsePublished(ResponseAct):
    """Organizers answer what was contributed, or a body's members what was proposed to it, with reasons."""

    REPORTS: ClassVar = True
    SORTED: ClassVar = {"themes": "theme"}

    commitment: Identifier | None = None
    gathering: Identifier | None = None
    themes: tuple[Theme, ...]

    def check_form(self, where: str) -> None:
        """Check that it answers a gathering or a commitment, and has a theme."""
        if (self.commitment is None) is (self.gathering is None):
            raise FormError(f"{where}.gathering", "either a gathering or a commitment", "both or neither")
        if not self.themes:
            raise FormError(f"{where}.themes", "at least one theme", "none")

    @rule("E_NOT_FOUND", "what is answered exists", "aquello a lo que se responde existe")
    def _is_there(self, on: object, at: Context) -> Breach:
        if self.gathering is not None:
            return self._gathering(at) is None and {"gathering": self.gathering}
        return self._commitment(at) is None and {"commitment": self.commitment}

    @rule("E_NOT_FOUND", "a theme names contributions that came in", "un tema nombra contribuciones recibidas")
    def _names_what_came_in(self, on: object, at: Context) -> Breach:
        gathering = self._gathering(at)
        named = {name for theme in self.themes for name in theme.contributions or ()}
        return [{"contribution": name} for name in sorted(named) if not gathering or not gathering.contribution(name)]

    @rule(*ORGANIZER)
    def _by_an_organizer(self, on: object, at: Context) -> Breach:
        gathering = self._gathering(at)
        return not_an_organizer(at, gathering.governance_body, gathering.about) if gathering else None

    @rule(
        "E_ROLE",
        "a member of the body to which it was proposed answers a proposal",
        "a una propuesta responde un integrante del órgano al que se hizo",
    )
    def _by_a_member(self, on: object, at: Context) -> Breach:
        commitment = self._commitment(at)
        body = acting_name(at.state, commitment.governance_body) if commitment else None
        return commitment is not None and not has_seat(at, at.party, body or ANY_BODY)

    @rule("E_SELF_DEALING", "who proposed does not answer it", "quien propuso no se responde")
    def _not_to_oneself(self, on: object, at: Context) -> Breach:
        commitment = self._commitment(at)
        proposed = commitment.proposed if commitment else None
        own = proposed is not None and proposed.person is not None and proposed.person == at.actor.get("person")
        return proposed is not None and (own or speaks_for(at, proposed.party))

    @rule(
        "E_STATE",
        "a proposal that was adopted has its answer in the decision",
        "una propuesta adoptada tiene su respuesta en la decisión",
    )
    def _not_adopted(self, on: object, at: Context) -> Breach:
        commitment = self._commitment(at)
        return commitment is not None and bool(commitment.scopes)

    @rule(
        "E_DATE",
        "what is answered had come in before it was answered",
        "lo que se responde había llegado antes de la respuesta",
    )
    def _not_before_it(self, on: object, at: Context) -> Breach:
        answered = at.occurred.end if at.occurred else None
        came = [parse_edtf(mark.occurred_on).start for mark in self._answered(at)]
        return [
            {"came": came_on.isoformat(), "found": answered.isoformat()}
            for came_on in came
            if answered is not None and came_on is not None and answered < came_on
        ][:1]

    RULES: ClassVar = (
        _is_there,
        _names_what_came_in,
        _by_an_organizer,
        _by_a_member,
        _not_to_oneself,
        _not_adopted,
        _not_before_it,
    )

    def _gathering(self, at: Context) -> Gathering | None:
        return at.find(Gathering, f"gathering/{self.gathering}") if self.gathering is not None else None

    def _answered(self, at: Context) -> Iterable[Mark]:
        """Give the words that are answered; of all contributions, where a theme names none, the first to come."""
        commitment, gathering = self._commitment(at), self._gathering(at)
        if commitment is not None:
            yield commitment.proposed
        if gathering is None:
            return
        for name in sorted({name for theme in self.themes for name in theme.contributions or ()}):
            contribution = gathering.contribution(name)
            if contribution is not None:
                yield contribution.mark
        if any(theme.contributions is None for theme in self.themes) and gathering.contributions:
            yield min((contribution.mark for contribution in gathering.contributions), key=_first_day)

    def _commitment(self, at: Context) -> Commitment | None:
        return find_commitment(at, self.commitment) if self.commitment is not None else None

    def begin(self, at: Context) -> ReasonedResponse:
        """Record it."""
        return ReasonedResponse(
            stream=self.stream(),
            response=self.response,
            themes=self.themes,
            mark=at.mark,
            commitment=self.commitment,
            gathering=self.gathering,
        )


def _first_day(mark: Mark) -> date:
    return parse_edtf(mark.occurred_on).start or date.min


RESPONSE: Final = AggregateKind(ResponseAct, {ReasonedResponsePublished: {NONE: "published"}})
