"""Objections to a deliverable: who is not waited for, so that nobody blocks it alone, nor gets it through alone.

- O1: since the third edition who has rejected or contested two versions blocks no later one: what it says of that one
  stays on record, and the others are not waiting for its word. Parties without a seat that one founder brought in
  count as one here.
- O2: nor are they waiting for a member that has not accepted a version within the body's term of decisions, counted
  from when it could.
- O3: without such members a version is accepted by all others where these, with who handed it in, are more than half of
  the members, and at least two. They are named with it.
"""

from collections.abc import Callable
from datetime import date

from constancia.domain.commitments.submission import DeliverableState
from constancia.domain.governance.body import GovernanceBody, awaited, rules_in_force
from constancia.domain.governance.decision import TWO
from constancia.domain.identity.genesis import term_days
from constancia.domain.identity.origin import brought_in_by
from constancia.domain.identity.succession import heirs_of
from constancia.domain.kernel.calendar import days_after, local_day, parse_instant
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.editions import THIRD


def has_objected_twice(at: Context, on: DeliverableState, body: GovernanceBody | None, party: str = "") -> bool:
    """Tell whether a party has objected to two versions before the current one, and so blocks no more.

    Args:
        at: Gives the state and the edition.
        on: The deliverable.
        body: The body that judges it.
        party: The party; the actor's where none is given.
    """
    counts_as = _same_side(at, body, party or at.party)
    versions = {
        objection.version
        for objection in on.objections
        if objection.version < on.current.version and counts_as(objection.mark.party)
    }
    return at.edition >= THIRD and len(versions) >= TWO


def missing_words(at: Context, on: DeliverableState, body: GovernanceBody | None) -> frozenset[str] | None:
    """Give the members without whose word the current version is accepted with this actor's acceptance of it.

    Args:
        at: Gives the state, the day, and the acceptances so far.
        on: The deliverable.
        body: The body that judges it.

    Returns:
        None of them where all have accepted it who are awaited; None where it is not accepted yet.
    """
    members = awaited(at, body, "DeliverableAccepted")
    by = heirs_of(at.state, on.current.mark.party)
    accepted = _acceptances(at, on)
    without = members - by - accepted
    if not members - by:
        return None
    if not without:
        return without
    is_quorum = len(members & (accepted | by)) >= max(len(members) // 2 + 1, TWO)
    is_over = at.edition >= THIRD and at.day > _last_day(at, on, body)
    nobody_waits = is_over or all(has_objected_twice(at, on, body, party) for party in without)
    return without if is_quorum and nobody_waits else None


def _acceptances(at: Context, on: DeliverableState) -> frozenset[str]:
    """Give who accepts the current version: a later rejection takes an acceptance back."""
    rejections = [rejection.mark for rejection in on.last_rejections]
    return frozenset(
        mark.party
        for mark in at.joined().marks
        if not any(back.party == mark.party and back.index > mark.index for back in rejections)
    )


def _last_day(at: Context, on: DeliverableState, body: GovernanceBody | None) -> date:
    """Give the last day on which the members' words on the current version are waited for."""
    overruled = (contest.overruled for contest in on.contests if contest.overruled is not None)
    since = max(mark.recorded_at for mark in (on.current.mark, *overruled))
    _version, rules = rules_in_force(at, body.governance_body if body is not None else "")
    return days_after(local_day(parse_instant(since), at.state.timezone), term_days(rules, "decision_term_days"))


def _same_side(at: Context, body: GovernanceBody | None, party: str) -> Callable[[str], bool]:
    """Tell of parties whether their objections count as one's own: a member's are its alone."""
    seats = body.seated if body is not None else ()
    if party in seats:
        return lambda other: other == party
    side = brought_in_by(at.state, party) or party
    return lambda other: other not in seats and (brought_in_by(at.state, other) or other) == side
