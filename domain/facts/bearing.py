"""Who bears what at present, by nobody's word: duties with their bearers, those that are orphaned, who has left.

- P5: a duty is orphaned where nobody bears it any more: each of its bearers has ended without a successor for it, or
  has left the body in which it took it on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from constancia.domain.agreements.agreement import Agreement
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.duty import Duty
from constancia.domain.commitments.scope import Milestone
from constancia.domain.governance.body import GovernanceBody, acting_body, line_of
from constancia.domain.identity.appointment import Appointment
from constancia.domain.identity.party import Party
from constancia.domain.identity.succession import Succession, heirs_of, holder_of, succession_of
from constancia.domain.kernel.aggregate import Mark
from constancia.domain.kernel.fact import DerivedFact
from constancia.domain.outlines import NamedBearer, bearers_named, fallback_named
from constancia.domain.state import State
from constancia.domain.values.calendar import Certainty
from constancia.domain.values.editions import SECOND
from constancia.domain.values.moves import answer, counts_by, span_of
from constancia.domain.values.occurrence import occurrence


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """A party that a duty names: who bears it now (`holder`), and whether it `bears`, has `left`, or is nobody."""

    party: str
    holder: str | None
    standing: str


def bearers(state: State, duty: Duty) -> tuple[Bearer, ...]:
    """Give those that a duty names, with what became of each."""
    named = duty.current.bearers if duty.current else ()
    return tuple(_bearer(state, duty.governance_body, party, duty.stream) for party in named)


def _bearer(state: State, body: str, party: str, duty: str) -> Bearer:
    holder = holder_of(state, party, duty)
    if holder is None:
        return Bearer(party=party, holder=None, standing="orphaned")
    # In the body that acts for it now; who had left before that was founded has no seat there.
    seats = [seat for record in line_of(state, body) if (seat := record.seat(holder)) is not None]
    seat = seats[-1] if seats else None
    withdrew = seat is not None and not seat.seated and seat.changes[-1][0] == "withdrawn"
    return Bearer(party=party, holder=holder, standing="left" if withdrew else "bears")


def is_orphaned(state: State, duty: Duty) -> bool:
    """Tell whether nobody bears an assigned duty any more; one that has ended is not orphaned."""
    named = bearers(state, duty)
    return bool(named) and all(bearer.standing != "bears" for bearer in named)


def fallback_bearers(state: State, commitment: Commitment, milestone: Milestone) -> tuple[str, ...]:
    """Give the parties of a milestone's fallback: members that sit, parties, or who has taken over from them."""
    return answering(state, commitment.governance_body, fallback_named(commitment, milestone))


def responsible_for(state: State, commitment: Commitment, milestone: Milestone) -> tuple[str, ...]:
    """Give the parties that answer for a milestone now; of a commitment that has ended, those that did at its end.

    Args:
        state: The state.
        commitment: The milestone's commitment.
        milestone: One of its scope in force.

    Returns:
        Those of the fallback once its condition has failed; before, who leads: members that sit, parties, who fills a
        role, or who has taken over from them. Empty where nobody does.
    """
    by = commitment.ended.mark.index if commitment.ended else None
    return answering(state, commitment.governance_body, bearers_named(commitment, milestone), by)


def answered_before(state: State, commitment: Commitment, milestone: Milestone) -> tuple[str, ...]:
    """Give the parties that a milestone names and that had ended: another answers in their place, or nobody."""
    by = commitment.ended.mark.index if commitment.ended else None
    borne = _borne(state, commitment.governance_body, bearers_named(commitment, milestone), by)
    return tuple(dict.fromkeys(party for party, duty in borne if duty and holder_of(state, party, duty, by) != party))


def answering(state: State, body: str | None, named: Iterable[NamedBearer], by: int | None = None) -> tuple[str, ...]:
    """Give the parties that answer for something, by who is named to.

    Args:
        state: The state.
        body: The body whose members are meant where they are.
        named: Who is named, as an outline has it.
        by: The index of the entry by which it ended: nobody takes it over later; None for who answers now.
    """
    borne = _borne(state, body, named, by)
    holders = (party if duty is None else holder_of(state, party, duty, by) for party, duty in borne)
    return tuple(dict.fromkeys(holder for holder in holders if holder is not None))


def _borne(
    state: State, body: str | None, named: Iterable[NamedBearer], by: int | None
) -> Iterator[tuple[str, str | None]]:
    """Yield each party that is named, itself or as a member, with what a successor takes over from it."""
    for party, duty in named:
        for each in _members(state, body, by) if party is None else (party,):
            yield each, duty


def _members(state: State, body: str | None, by: int | None) -> tuple[str, ...]:
    """Give who sits in the body that acts for a body, or who sat in the one that did after an entry."""
    if by is None:
        acting = acting_body(state, body)
        return acting.seated if acting is not None else ()
    return next((seated for each in line_of(state, body) if (seated := each.seated_by(by))), ())


def able_in(state: State, body: str | None, parties: Iterable[str]) -> tuple[str, ...]:
    """Give, of some parties, those that can still vote and sign in a body: they have not ended, and sit in it.

    Args:
        state: The state.
        body: The body's id. In one that was succeeded nobody sits, and its successor signs nothing for it.
        parties: The parties, by id.
    """
    record = state.aggregates.get(f"governance/{body}")
    seated = record.seated if isinstance(record, GovernanceBody) and record.status == "established" else ()
    return tuple(party for party in parties if party in seated and succession_of(state, party) is None)


def able_members(state: State, body: str | None) -> tuple[str, ...]:
    """Give the parties that act for a body now: they sit in it, or in the one that succeeded it, and have not ended."""
    acting = acting_body(state, body)
    return able_in(state, acting.governance_body, acting.seated) if acting is not None else ()


def able_signers(state: State, agreement: Agreement) -> tuple[str, ...]:
    """Give, of those whose signature an agreement's last version lacks, the parties that can still sign it."""
    version = agreement.current
    there = [
        party for party in version.missing if succession_of(state, party) is None and not agreement.has_left(party)
    ]
    if version.governance_body is None:
        return tuple(there)
    members = able_members(state, version.governance_body)
    return tuple(party for party in there if party in members)


def kind_changed(state: State, succession: Succession) -> bool:
    """Tell whether a party goes on in one of another kind, whatever was said of its independence."""
    kinds = {name: party.kind for name in (succession.party, *succession.successors) if (party := _party(state, name))}
    return any(kinds.get(name) != kinds.get(succession.party) for name in succession.successors)


def separate_voices(state: State, parties: tuple[str, ...]) -> int:
    """Count parties apart: those that go on in the same successor count once, one that was dissolved not at all."""
    groups: list[frozenset[str]] = []
    for party in parties:
        heirs = heirs_of(state, party)
        if not heirs:
            continue
        joined = [group for group in groups if group & heirs]
        groups = [group for group in groups if not group & heirs]
        groups.append(heirs.union(*joined))
    return len(groups)


def represents_as_left(state: State, appointment: Appointment, day: date) -> bool:
    """Tell whether a person speaks for a composite party for an organization that has left it by a day."""
    party, named = _party(state, appointment.party), appointment.on_behalf_of
    if party is None or named is None or not appointment.is_in_force(day):
        return False
    times = [member for member in party.organizations if member.organization == named]
    ends = [member.until for member in times]
    return bool(ends) and all(
        end is not None and answer(counts_by((span_of(end).day_after(),), (day, day)), {1}) is Certainty.YES
        for end in ends
    )


def bearing_facts(state: State) -> Iterator[DerivedFact]:
    """Yield the derived facts of bearers: orphaned duties, changed independence, fallbacks that have begun."""
    for duty in state.of(Duty):
        if is_orphaned(state, duty):
            gone = [bearer.party for bearer in bearers(state, duty)]
            yield DerivedFact(kind="DutyOrphaned", stream=duty.stream, params={"bearers": gone})
    for succession in state.of(Succession):
        if succession.settled is not None:
            yield from _of_succession(state, succession, succession.settled)
    if state.edition > SECOND:
        for commitment in state.of(Commitment):
            yield from _fallbacks(state, commitment)


def _fallbacks(state: State, commitment: Commitment) -> Iterator[DerivedFact]:
    for milestone in commitment.scope.milestones if commitment.scope else ():
        settled = commitment.settled_condition(milestone) if milestone.fallback else None
        if settled is not None and settled.outcome == "failed":
            acting = list(fallback_bearers(state, commitment, milestone))
            yield DerivedFact(
                kind="FallbackBegan",
                stream=commitment.stream,
                since=occurrence(state, settled.mark).on,
                known_index=settled.mark.index,
                params={"bearers": acting, "milestone": milestone.milestone},
            )


def _of_succession(state: State, succession: Succession, mark: Mark) -> Iterator[DerivedFact]:
    since = occurrence(state, mark, succession.effective).on
    if succession.orphaned:
        yield DerivedFact(
            kind="DutiesOrphaned",
            stream=succession.stream,
            since=since,
            known_index=mark.index,
            params={"duties": list(succession.orphaned)},
        )
    if succession.independence_changed or kind_changed(state, succession):
        yield DerivedFact(
            kind="IndependenceChanged",
            stream=succession.stream,
            since=since,
            known_index=mark.index,
            params={"said": bool(succession.independence_changed), "successors": list(succession.successors)},
        )


def _party(state: State, name: str) -> Party | None:
    party = state.aggregates.get(f"party/{name}")
    return party if isinstance(party, Party) else None
