"""What follows from the entries at an instant, by nobody's word: in force, adopted, overdue, expired.

Pure functions of (state, instant). Each fact names the stream that it is about, since when it holds in the dates'
own precision, and the entry from which it could be known. A verifier recomputes all of them, so that a missing one
shows as well as a false one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from itertools import chain
from typing import Any, Final

from constancia.domain.agreements.facts import agreement_facts
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.deliverables.deliverable import DeliverableState
from constancia.domain.commitments.deliverables.fulfilment import first_delivery
from constancia.domain.commitments.scope import Scope
from constancia.domain.complaints.facts import complaint_facts
from constancia.domain.facts.bearing import bearing_facts
from constancia.domain.facts.milestones import milestone_standing
from constancia.domain.governance.body import GovernanceBody, acting_name
from constancia.domain.governance.decision import Decision
from constancia.domain.identity.appointment import Appointment
from constancia.domain.identity.key import Key
from constancia.domain.kernel.aggregate import Mark, marks_of
from constancia.domain.kernel.fact import DerivedFact, DueMatter, missed
from constancia.domain.participation.gathering_standing import OWED, participation_facts, responses_to
from constancia.domain.plans.lateness import plan_facts
from constancia.domain.plans.plan import ActionPlan
from constancia.domain.remarks.entry_standing import contests_within, disowned
from constancia.domain.state import State
from constancia.domain.values.calendar import (
    Certainty,
    days_after,
    deadline,
    has_begun,
    local_day,
    parse_day,
    parse_instant,
)
from constancia.domain.values.editions import SECOND, THIRD
from constancia.domain.values.moves import answer, counts_by, span_of
from constancia.domain.values.occurrence import occurrence

__all__ = (
    "FORM",
    "DerivedFact",
    "derive",
    "derived_at",
    "disowned",
    "flags",
    "missed_deadlines",
    "responses_owed",
    "was_member",
)

# Counts up whenever a fact is added, its members change, or it follows from other entries than before.
FORM: Final = 7


def derive(state: State, at: datetime) -> tuple[DerivedFact, ...]:
    """Give every derived fact at an instant, sorted by stream and kind.

    Args:
        state: The state at some size.
        at: The instant, with its zone.

    Returns:
        The facts.
    """
    facts = [
        *agreement_facts(state, at),
        *_decisions(state, at),
        *_deliverables(state),
        *_deadlines(state, at),
        *complaint_facts(state, at),
        *_expiries(state, at),
        *_absences(state),
        *_disowned(state),
        *plan_facts(state, at),
        *participation_facts(state, at),
        *_responses_owed(state),
        *bearing_facts(state),
    ]
    return _settled(state, at, facts)


def missed_deadlines(state: State, at: datetime, streams: Iterable[str]) -> tuple[DerivedFact, ...]:
    """Give the facts of missed deadlines, as `derive` has them and in its order, of some commitments alone."""
    commitments = (state.aggregates.get(stream) for stream in streams)
    facts = (_once(_deadlines_of(state, each, at)) for each in commitments if isinstance(each, Commitment))
    return _settled(state, at, chain.from_iterable(facts))


def responses_owed(state: State, at: datetime) -> tuple[DerivedFact, ...]:
    """Give the facts of reasoned responses to rejected commitments, as `derive` has them and in its order."""
    return _settled(state, at, _responses_owed(state))


def _settled(state: State, at: datetime, facts: Iterable[DerivedFact]) -> tuple[DerivedFact, ...]:
    if state.edition >= SECOND:
        facts = [dated for fact in facts if (dated := derived_at(fact, local_day(at, state.timezone))) is not None]
    return tuple(sorted(facts, key=lambda fact: (fact.stream, fact.kind, str(sorted(fact.params.items())))))


def derived_at(fact: DerivedFact, day: date) -> DerivedFact | None:
    """Leave out what begins after the day; where the precision of its date leaves that open, say `possibly`."""
    if fact.since is None:
        return fact
    begun = has_begun(_day_of(fact.since), day)
    if begun is Certainty.NO:
        return None
    return fact if begun is Certainty.YES else replace(fact, params={**fact.params, "certainty": begun.value})


def _day_of(since: str) -> str:
    return since if "T" not in since else since.partition("T")[0]


def _decisions(state: State, at: datetime) -> Iterator[DerivedFact]:
    day = local_day(at, state.timezone)
    for decision in state.of(Decision):
        params: dict[str, object] = {"rule_version": decision.rule_version, **decision.tally()}
        settled = decision.status_on(day)
        if settled in ("proposed", "voting"):
            continue
        kind = {"rejected": "DecisionRejected", "lapsed": "DecisionLapsed"}.get(settled, "DecisionAdopted")
        since = decision.outcome_on
        if state.edition >= SECOND and since is None and decision.closes is not None:
            since = days_after(parse_day(decision.closes), 1).isoformat()  # the end of voting settled it
        yield DerivedFact(
            kind=kind, stream=decision.stream, since=since, known_index=decision.outcome_index, params=params
        )
        if decision.status == "signed":
            last = decision.last_signature
            without = sorted(decision.must_sign - decision.signed_by) if state.edition >= THIRD else []
            yield DerivedFact(
                kind="DecisionSignedWithout" if without else "DecisionSignedByAll",
                stream=decision.stream,
                since=occurrence(state, last).on,
                known_index=last.index,
                params={"without": without} if without else {},
            )


def _deliverables(state: State) -> Iterator[DerivedFact]:
    for deliverable in state.of(DeliverableState):
        if deliverable.accepted_index is not None:
            yield DerivedFact(
                kind="DeliverableAcceptedByAll",
                stream=deliverable.stream,
                since=deliverable.accepted_on,
                known_index=deliverable.accepted_index,
                params={"version": deliverable.accepted_version},
            )


def _deadlines(state: State, at: datetime) -> Iterator[DerivedFact]:
    """One missed deadline a target and due instant, by the scope that was in force when it fell due.

    Where a later scope names a day that had passed when it was recorded, no scope with that day was ever in force on
    it. What was open at its recording is missed by then: a window moved into the past hides nothing, nor does a
    deliverable that is moved to a milestone whose day has passed.
    """
    for commitment in state.of(Commitment):
        yield from _once(_deadlines_of(state, commitment, at))


def _once(facts: Iterator[DerivedFact]) -> Iterator[DerivedFact]:
    """Leave out what two scopes with the same day both say of a target."""
    named = set()
    for fact in facts:
        which = (fact.params["target"], fact.since)
        if which not in named:
            named.add(which)
            yield fact


def _deadlines_of(state: State, commitment: Commitment, at: datetime) -> Iterator[DerivedFact]:
    for position, version in enumerate(commitment.scopes):
        for milestone in version.scope.milestones:
            due = deadline(milestone.window, state.timezone)
            if due is None or due > at or not _owed_at(commitment, due):
                continue
            in_force = _scope_at(commitment, due)
            if position == in_force:
                yield from _missed(state, commitment, version.scope, milestone.milestone)
            elif position > in_force and state.edition >= THIRD:
                later = version.mark.index
                yield from _missed(state, commitment, version.scope, milestone.milestone, open_at=later)


def _scope_at(commitment: Commitment, instant: datetime) -> int:
    """Give the position of the scope in force at an instant; the baseline where none was recorded yet."""
    recorded = [parse_instant(version.mark.recorded_at) <= instant for version in commitment.scopes]
    return max((position for position, before in enumerate(recorded) if before), default=0)


def _owed_at(commitment: Commitment, due: datetime) -> bool:
    """Tell whether a commitment went on when something of it fell due: after its end, by the record, nothing does."""
    return commitment.ended is None or parse_instant(commitment.ended.mark.recorded_at) >= due


def _missed(
    state: State, commitment: Commitment, scope: Scope, name: str, open_at: int | None = None
) -> Iterator[DerivedFact]:
    """Yield what is missed of a milestone; with `open_at`, of what was not done before the entry of that index."""
    milestone = scope.milestone(name)
    due = deadline(milestone.window, state.timezone) if milestone else None
    if milestone is None or due is None:
        return
    common: dict[str, Any] = {
        "stream": commitment.stream,
        "window": milestone.window,
        "due": due,
        "on_record": parse_instant(commitment.scopes[0].mark.recorded_at),
    }
    done = next((completion.mark for completion in commitment.completed if completion.milestone == name), None)
    if not _done_before(done, open_at):
        yield from missed(state, DueMatter(name=f"milestone {name}", done=done, **common))
    for item in scope.deliverables:
        if item.milestone == name:
            first = first_delivery(state, commitment, item)
            mark, stated = (first.mark, first.on) if first else (None, None)
            if not _done_before(mark, open_at):
                target = DueMatter(name=f"deliverable {item.deliverable}", done=mark, stated=stated, **common)
                yield from missed(state, target)


def _done_before(done: Mark | None, index: int | None) -> bool:
    return done is not None and index is not None and done.index < index


def _expiries(state: State, at: datetime) -> Iterator[DerivedFact]:
    day = local_day(at, state.timezone)
    for key in state.of(Key):
        # Since the second edition a later revocation does not unmake it: the endorsement is over either way.
        lasted = key.status == "active" or state.edition >= SECOND
        if lasted and key.valid_until and parse_day(key.valid_until) < day:
            yield DerivedFact(kind="KeyExpired", stream=key.stream, since=key.valid_until)
    for appointment in state.of(Appointment):
        if appointment.status == "appointed" and appointment.valid_until and parse_day(appointment.valid_until) < day:
            yield DerivedFact(kind="AppointmentExpired", stream=appointment.stream, since=appointment.valid_until)


def _absences(state: State) -> Iterator[DerivedFact]:
    """Scopes not signed by a party that had signed the baseline or sits in the body; a later return changes nothing."""
    for commitment in state.of(Commitment):
        for version in commitment.scopes:
            if version.without is not None:
                yield DerivedFact(
                    kind="ScopeChangedWithout" if version.version > 1 else "ScopeAdoptedWithout",
                    stream=commitment.stream,
                    since=occurrence(state, version.mark).on,
                    known_index=version.mark.index,
                    params={"version": version.version, "without": list(version.without)},
                )
        for decided in commitment.decided or ():
            if decided.without is not None:
                yield _without(
                    state, "StatusDecidedWithout", commitment.stream, decided.mark, decided.without, to=decided.to
                )
    for plan in state.of(ActionPlan):
        for carried in plan.commitments:
            if carried.without is not None:
                named = carried.commitment
                yield _without(state, "CarriedWithout", plan.stream, carried.mark, carried.without, commitment=named)


def _without(state: State, kind: str, stream: str, mark: Mark, without: tuple[str, ...], **more: str) -> DerivedFact:
    return DerivedFact(
        kind=kind,
        stream=stream,
        since=occurrence(state, mark).on,
        known_index=mark.index,
        params={**more, "without": list(without)},
    )


def _responses_owed(state: State) -> Iterator[DerivedFact]:
    """Yield each rejected commitment: its body owes a reasoned response to who proposed it."""
    for stream, outline in state.outlines(Commitment).items():
        commitment = state.aggregates.get(stream) if outline.status == "rejected" else None
        if isinstance(commitment, Commitment) and commitment.decided:
            answered = responses_to(state, stream)
            rejected = commitment.decided[-1].mark
            yield DerivedFact(
                kind=OWED,
                stream=commitment.stream,
                since=occurrence(state, rejected).on,
                known_index=rejected.index,
                params={
                    "answered_by": [response.response for response in answered],
                    "body": acting_name(state, commitment.governance_body),
                    "to": commitment.proposed.party,
                },
            )


def _disowned(state: State) -> Iterator[DerivedFact]:
    """Acts that a party has disowned: they stay and keep their effect; what depends on them says so."""
    parties = disowned(state)
    if not parties:
        return
    for aggregate in state.aggregates.values():
        for mark in sorted(marks_of(aggregate), key=lambda mark: mark.index):
            if mark.leaf_hash in parties:
                yield DerivedFact(
                    kind="SignatureDisowned",
                    stream=aggregate.stream,
                    params={"entry": mark.leaf_hash, "index": mark.index, "party": parties[mark.leaf_hash]},
                )


def _is_disowned(state: State, commitment: Commitment) -> bool:
    """Tell whether a party has disowned its word in what a commitment rests on."""
    parties = disowned(state)
    if not parties:
        return False
    basis = (state.aggregates.get(f"decision/{version.decision}") for version in commitment.scopes)
    return any(mark.leaf_hash in parties for aggregate in (commitment, *basis) for mark in marks_of(aggregate))


def flags(state: State, commitment: Commitment, at: datetime) -> tuple[str, ...]:
    """Give the overlay flags of a commitment: never states, and never set by hand.

    Args:
        state: The state at some size.
        commitment: One of its commitments.
        at: The instant asked about.

    Returns:
        Sorted names among `changed_without`, `contest_settled`, `contested`, `disowned`, `overdue`, `scope_reduced`.
    """
    labels: set[str] = set()
    contests = [contest for _mark, contest in contests_within(state, commitment)]
    if any(contest.is_open for contest in contests):
        labels.add("contested")
    elif contests:
        labels.add("contest_settled")  # answered or withdrawn: it stays with the commitment
    if any(version.computed_kind in ("reduction", "deferral") for version in commitment.scopes):
        labels.add("scope_reduced")
    if any(version.without for version in commitment.scopes):
        labels.add("changed_without")
    if _is_disowned(state, commitment):
        labels.add("disowned")
    steps = commitment.scope.milestones if commitment.scope else ()
    if any(milestone_standing(state, commitment, step, at).stands == "overdue" for step in steps):
        labels.add("overdue")
    return tuple(sorted(labels))


def was_member(body: GovernanceBody, party: str, day: date, last: date | None = None) -> Certainty:
    """Tell whether a party sat in a body on a day, as far as the dates' precision goes.

    Args:
        body: The governance body.
        party: The party.
        day: The day asked about; of several possible ones the first.
        last: The last possible day; the same by default.

    Returns:
        YES, NO or POSSIBLY: a withdrawal known as `2017-05` leaves every day of that May possible.
    """
    seat = body.seat(party)
    if seat is None or body.established_on is None:
        return Certainty.NO
    moves = (body.established_on, *(effective for _change, effective, _index in seat.changes))
    seated = {1, *(count for count, change in enumerate(seat.changes, 2) if change[0] == "returned")}
    return answer(counts_by([span_of(moved) for moved in moves], (day, last or day)), seated)
