"""Who may decide on a complaint: a seat of its body that is nobody's party in it; else whom it is addressed to."""

from datetime import date

from constancia.domain.agreements.agreement import Agreement
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.deliverables.deliverable import DeliverableState
from constancia.domain.complaints.complaint import Complaint, both_sides, find_complaint, involved
from constancia.domain.governance.body import GovernanceBody, acting_body, acting_name
from constancia.domain.governance.decision import Decision
from constancia.domain.identity.kinship import with_kin
from constancia.domain.identity.origin import registrars_of
from constancia.domain.identity.succession import with_heirs
from constancia.domain.identity.voice import can_say
from constancia.domain.kernel.context import Context
from constancia.domain.values.calendar import days_after, local_day, parse_day, parse_instant


def body_of_subject(at: Context, subject: str | None) -> str | None:
    """Give the governance body that what a complaint is about belongs to; None where it belongs to none."""
    about = at.state.standing(subject) if subject is not None else None
    if isinstance(about, DeliverableState):
        about = at.state.standing(f"commitment/{about.commitment}")
    if isinstance(about, Commitment | Decision | GovernanceBody):
        return about.governance_body
    return about.current.governance_body if isinstance(about, Agreement) else None


def bodies_for(at: Context, subject: str | None, against: tuple[str, ...]) -> tuple[str, ...]:
    """Give the bodies that a complaint can belong to.

    Else who complains, or who is accused, would found a body with its friends and have the complaint decided there.

    Returns:
        That of its subject; else those in which an accused party has or had a seat, also in one that they go on
        from; else all.
    """
    own = body_of_subject(at, subject)
    if own is not None:
        return (own,)
    bodies = tuple(at.state.of(GovernanceBody))
    had = {
        acting_name(at.state, body.governance_body)
        for body in bodies
        if any(body.seat(party) is not None for party in against)
    }
    standing = [body.governance_body for body in bodies if body.status == "established"]
    return tuple(name for name in standing if name in had) or tuple(standing)


def may_decide(at: Context, complaint: Complaint) -> frozenset[str]:
    """Give the parties that may decide on a complaint now; none, where it has to be continued elsewhere.

    Args:
        at: Gives the state and the day.
        complaint: The complaint.

    Returns:
        The seats of its body that are not involved and can speak, but those that brought in who filed it or is accused
        in it. If there are none, or if the complaint continues one that they did not decide within its term: the
        party that it is addressed to, by the same rule, unless the party that registered the filer registered it too.
    """
    related = with_kin(at, involved(at, complaint))
    present = _seats(at, complaint.governance_body)
    # Else a party would accuse through one that it registered for this, or let such a one act, and judge; or appeal to
    # one. Whom all members have admitted to the body is nobody's.
    brought_in = (party for party in both_sides(at, complaint) if party not in present)
    partial = related.union(*(_side(at, party) for party in brought_in))
    # Nor in a body that it founded with such ones alone, over what that body itself has done.
    alone = frozenset.intersection(*(_side(at, party) for party in present)) if present else frozenset()
    is_theirs = any(alone & _side(at, party) for party in both_sides(at, complaint))
    seats = frozenset(party for party in present if not is_theirs and _is_apart(at, party, partial))
    addressee, own = complaint.addressed_to, _side(at, complaint.filer)
    if addressee is None or own & _side(at, addressee) or not _is_apart(at, addressee, partial):
        return seats
    former = find_complaint(at.state, complaint.continues)
    return seats | {addressee} if not seats or (former is not None and _is_left(at, former)) else seats


def _is_apart(at: Context, party: str, related: frozenset[str]) -> bool:
    return party not in related and can_say(at, party, "ComplaintAdmitted")


def _side(at: Context, party: str) -> frozenset[str]:
    """Give a party with those that brought it in, one through another, and those in which they go on."""
    return with_heirs(at.state, {party, *registrars_of(at.state, party)})


def _is_left(at: Context, former: Complaint) -> bool:
    """Tell whether a complaint was left undecided for longer than the term of an answer, since it could be decided."""
    since = parse_day(former.admission.due) if former.admission is not None else _day_of(at, former)
    return former.is_open and at.day > days_after(since, former.response_days)


def _day_of(at: Context, complaint: Complaint) -> date:
    return local_day(parse_instant(complaint.filed.recorded_at), at.state.timezone)


def _seats(at: Context, name: str | None) -> tuple[str, ...]:
    """Give who sits in a body, with a vote or without one; of a body that has ended, in its successor."""
    body = acting_body(at.state, name)
    if body is None or body.status != "established":
        return ()
    return (*body.seated, *_participants(body))


def _participants(body: GovernanceBody) -> tuple[str, ...]:
    """Give who takes part in a body without a vote now."""
    return tuple(participant.party for participant in body.participants or () if participant.until_index is None)
