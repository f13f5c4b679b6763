"""Agreements: drafted, frozen, signed by each party over one digest, in force exactly at the last signature."""

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from constancia.domain.agreements.agreement import (
    SEATED_WHERE_IT_IS_MADE,
    TWO,
    Agreement,
    AgreementAct,
    AgreementSignature,
    AgreementTextAct,
    AgreementVersion,
    Termination,
    by_a_party_to_it,
    in_force_on,
    last_version,
    not_by_who_has_left,
    of_its_ends,
    of_the_text,
)
from constancia.domain.governance.body import GovernanceBody, has_seat, rules_in_force, seat_rules
from constancia.domain.identity.genesis import is_on
from constancia.domain.identity.party import PARTY_EXISTS, unregistered
from constancia.domain.identity.voice import can_say
from constancia.domain.kernel.acts import act
from constancia.domain.kernel.aggregate import Mark
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.rules import Breach, Met, rule
from constancia.domain.values.calendar import parse_edtf
from constancia.domain.values.editions import FIRST, SECOND, THIRD
from constancia.domain.values.values import DocSet, EdtfText, FormError, Identifier, Text, digest


def _ended(at: Context, names: Iterable[str] | None) -> Iterable[Agreement]:
    """Give the agreements of these names that there are."""
    known = (at.find(Agreement, f"agreement/{name}") for name in names or ())
    return [agreement for agreement in known if agreement is not None]


def _not_asked(at: Context, ended: Agreement, parties: Iterable[str], *, able: bool) -> list[str]:
    """Give the parties to an agreement that are not among those of the text that ends it, and can or can't speak."""
    absent = sorted(set(ended.parties_left) - set(parties))
    return [party for party in absent if can_say(at, party, "AgreementSigned") is able]


def bound_without(at: Context, names: Iterable[str] | None, parties: Iterable[str]) -> list[Met]:
    """Find agreements that would end without the word of a party to them that can speak.

    Args:
        at: Gives the state and the day.
        names: The agreements that a text terminates.
        parties: The parties to that text.
    """
    parties = set(parties)
    missing = ((ended.agreement, _not_asked(at, ended, parties, able=True)) for ended in _ended(at, names))
    return [{"agreement": name, "missing": absent} for name, absent in missing if absent]


ENDED_BY_ALL = (
    "E_POLICY",
    "a text that terminates an agreement has all parties to that agreement as its own",
    "un texto que da por terminado un acuerdo tiene entre sus partes a todas las de ese acuerdo",
)


@act
class AgreementDrafted(AgreementAct):
    """A text is put forward, in all its languages. A changed comma is a new version with no signature.

    Where a version is in force, the draft is an amendment: the version in force stays so until the draft replaces it.
    """

    by_secretariat: ClassVar = True
    FIRST_CORRECTABLE: ClassVar = ("title",)
    SORTED: ClassVar = {"parties": "", "terminates": ""}

    MEMBER_SINCE: ClassVar = {"governance_body": 2, "terminates": THIRD}

    docset: DocSet
    parties: tuple[Identifier, ...]
    title: Text
    governance_body: Identifier | None = None
    terminates: tuple[Identifier, ...] | None = None

    def check_form(self, where: str) -> None:
        """Check that a list of agreements to terminate has one at least."""
        if self.terminates == ():
            raise FormError(f"{where}.terminates", "at least one agreement, or no such member", [])

    def agreeing_body(self, on: object, at: Context) -> str | None:
        """Give the body in which the parties agree as members: the one named, or the only one in which all sit."""
        if self.governance_body is not None or at.edition == FIRST:
            return self.governance_body
        bodies = [
            body.governance_body
            for body in at.state.of(GovernanceBody)
            if self.parties and all(body.is_seated(party) for party in self.parties)
        ]
        return bodies[0] if len(bodies) == 1 else None

    @rule(
        "E_ROLE",
        "an agreement is drafted by a party to it",
        "un acuerdo lo redacta una de sus partes",
        since=SECOND,
    )
    def _of_ones_own(self, on: object, at: Context) -> Breach:
        return bool(self.parties) and at.party not in self.parties and {"parties": list(self.parties)}

    @rule(
        "E_NOT_SEATED",
        "the parties to an agreement of a body sit in it",
        "las partes de un acuerdo de un órgano tienen lugar en él",
        since=SECOND,
    )
    def _parties_seated(self, on: object, at: Context) -> Breach:
        body = self.agreeing_body(on, at)
        return body is not None and [{"party": party} for party in self.parties if not has_seat(at, party, body)]

    @rule(*PARTY_EXISTS)
    def _parties_registered(self, on: object, at: Context) -> Breach:
        return unregistered(at, self.parties)

    @rule("E_POLICY", "an agreement has at least two parties", "un acuerdo tiene al menos dos partes")
    def _not_alone(self, on: object, at: Context) -> Breach:
        return len(self.parties) < TWO

    # Else two of three could go on without the third.
    @rule(
        "E_POLICY",
        "a later version keeps the parties; without one it is another agreement",
        "una versión posterior conserva las partes; sin alguna es otro acuerdo",
    )
    def _keeps_the_parties(self, on: Agreement, at: Context) -> Breach:
        stay = {party for party in on.current.parties if not on.has_left(party)}
        dropped = sorted(stay - set(self.parties))
        return bool(dropped) and {"dropped": dropped}

    @rule(
        "E_STATE",
        "an agreement in force is not drafted again",
        "un acuerdo vigente no se redacta otra vez",
        until=SECOND,
    )
    def _not_in_force(self, on: Agreement, at: Context) -> Breach:
        return on.status == "in_force"

    @rule("E_VERSION_CONFLICT", "a draft is the next version", "un borrador es la versión siguiente")
    def _next_version(self, on: Agreement | None, at: Context) -> Breach:
        expected = on.current.version + 1 if on else 1
        return self.version != expected and {"expected": expected}

    @rule("E_NOT_FOUND", "there is no such agreement", "no existe ese acuerdo", since=THIRD)
    def _ended_exist(self, on: object, at: Context) -> Breach:
        known = {agreement.agreement for agreement in _ended(at, self.terminates)}
        return [{"agreement": name} for name in self.terminates or () if name not in known]

    @rule(
        "E_STATE",
        "a text terminates agreements that are in force, and not itself",
        "un texto da por terminados acuerdos vigentes, y no a sí mismo",
        since=THIRD,
    )
    def _ended_in_force(self, on: object, at: Context) -> Breach:
        return [
            {"agreement": ended.agreement}
            for ended in _ended(at, self.terminates)
            if ended.in_force is None or ended.agreement == self.agreement
        ]

    @rule(*ENDED_BY_ALL, since=THIRD)
    def _ended_by_all(self, on: object, at: Context) -> Breach:
        return bound_without(at, self.terminates, self.parties)

    RULES: ClassVar = (
        by_a_party_to_it,
        not_by_who_has_left,
        _of_ones_own,
        *seat_rules(agreeing_body, since=SECOND),
        _parties_seated,
        _parties_registered,
        _not_in_force,
        _next_version,
        _not_alone,
        _keeps_the_parties,
        _ended_exist,
        _ended_in_force,
        _ended_by_all,
    )

    def begin(self, at: Context) -> Agreement:
        """Put the first version forward."""
        return Agreement(stream=self.stream(), agreement=self.agreement, versions=(self._drafted(at),))

    def then(self, on: Agreement, at: Context) -> Agreement:
        """Add the version."""
        return replace(on, versions=(*on.versions, self._drafted(at)))

    def _drafted(self, at: Context) -> AgreementVersion:
        return AgreementVersion(
            version=self.version,
            title=self.title,
            docset=self.docset,
            docset_digest=digest(self.docset.to_json()),
            parties=self.parties,
            governance_body=self.agreeing_body(None, at),
            terminates=self.terminates,
        )


@act
class AgreementTextFrozen(AgreementTextAct):
    """From here on the text of the version can't change, and who must sign it is fixed."""

    by_secretariat: ClassVar = True
    SORTED: ClassVar = {"required": "", "terminates": ""}

    required: tuple[Identifier, ...]
    window: EdtfText | None = None

    @rule("E_POLICY", "all parties to the text must sign it", "todas las partes del texto deben firmarlo")
    def _all_sign(self, on: Agreement, at: Context) -> Breach:
        return self.required != on.current.parties

    @rule("E_DATE", "a signing window is not over before it is opened", "un plazo de firma no termina antes de abrirse")
    def _window_to_come(self, on: object, at: Context) -> Breach:
        end = parse_edtf(self.window).end if self.window else None
        return end is not None and end < at.day

    RULES: ClassVar = (
        by_a_party_to_it,
        not_by_who_has_left,
        *SEATED_WHERE_IT_IS_MADE,
        last_version,
        of_the_text,
        of_its_ends,
        _all_sign,
        _window_to_come,
    )

    def then(self, on: Agreement, at: Context) -> Agreement:
        """Fix the required signers, and whether a party's own attestation of its paper signature will sign."""
        frozen = at.mark if at.edition > FIRST else None
        _version, rules = rules_in_force(at, on.current.governance_body or "")
        counts = True if at.edition >= THIRD and is_on(rules, "paper_attestation_counts") else None
        version = replace(on.current, required=self.required, window=self.window, frozen=frozen, paper_counts=counts)
        return on.with_current(version)


@rule("E_STATE", "the signing window has begun", "el plazo de firma ha empezado")
def window_begun(act: AgreementTextAct, on: Agreement, at: Context) -> Breach:
    """Check that the signing window, where there is one, has begun."""
    start = parse_edtf(on.current.window).start if on.current.window else None
    return start is not None and at.day < start and {"from": str(start)}


@rule(*ENDED_BY_ALL, since=THIRD)
def ends_by_all(act: AgreementTextAct, on: Agreement, at: Context) -> Breach:
    """Check that nobody has become a party to an agreement since the text that ends it was drafted."""
    return bound_without(at, act.terminates, on.current.parties)


@act
class AgreementSigned(AgreementTextAct):
    """A party signs exactly the frozen text: all language versions, bound by one digest, and what it terminates."""

    FIRST_CORRECTABLE: ClassVar = ("reservation",)

    reservation: Text | None = None

    @rule("E_ALREADY_SIGNED", "a party signs a version once", "una parte firma una versión una vez")
    def _signed_once(self, on: Agreement, at: Context) -> Breach:
        return at.party in on.current.signed_by

    RULES: ClassVar = (
        by_a_party_to_it,
        not_by_who_has_left,
        *SEATED_WHERE_IT_IS_MADE,
        _signed_once,
        window_begun,
        last_version,
        of_the_text,
        of_its_ends,
        ends_by_all,
    )

    def voices(self, on: Agreement, at: Context) -> Iterable[Mark]:
        """Give the signatures of the version."""
        return signing_voices(on)

    def then(self, on: Agreement, at: Context) -> Agreement:
        """Add the signature; with the last required one the version is in force."""
        return with_signature(on, AgreementSignature(mark=at.mark, reservation=self.reservation), at)

    def others(self, after: Agreement, at: Context) -> Iterable[Agreement]:
        """End what the text terminates, with the last signature."""
        return ended_with(after, at)


def signing_voices(on: Agreement) -> Iterable[Mark]:
    """Give the signatures of the last version: a person signs it for one party, here or on paper."""
    for signature in on.current.signatures:
        yield signature.mark
        if signature.paper is not None:
            yield replace(signature.mark, person=signature.paper.person)


def with_signature(on: Agreement, signature: AgreementSignature, at: Context) -> Agreement:
    """Add a signature to the last version; with the last required one it is in force, in the place of any before it.

    One that all have signed waits while a condition precedent is not met.
    """
    version = replace(on.current, signatures=(*on.current.signatures, signature))
    return on.with_current(version) if version.missing else entered(on.with_current(version), at)


def entered(on: Agreement, at: Context) -> Agreement:
    """Put the last version, which all have signed, in force, or let it wait for its conditions precedent."""
    if on.current.is_held_back:
        return replace(on, status="awaiting_condition")
    return replace(on.with_current(replace(on.current, in_force_index=at.recorded.index)), status="in_force")


def ended_with(after: Agreement, at: Context) -> Iterable[Agreement]:
    """Give the agreements that end because the text that terminates them has entered into force with this entry."""
    version = after.current
    if version.in_force_index != at.recorded.index:
        return
    for ended in _ended(at, version.terminates):
        if ended.in_force is not None:
            without = tuple(_not_asked(at, ended, version.parties, able=False)) or None
            termination = Termination(
                mark=at.mark, since=in_force_on(at.state, version), by=after.agreement, without=without
            )
            yield replace(ended, status="terminated", terminated=termination)
