"""Who speaks for a gathering: a member of its body, or a party that is responsible for what it is about."""

from collections.abc import Iterable
from typing import Final

from constancia.domain.commitments.commitment import Commitment, find_commitment, not_responsible
from constancia.domain.commitments.gathering import Matter
from constancia.domain.commitments.scope import Deliverable
from constancia.domain.governance.body import acting_name, body_of, has_seat
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.rules import Met

# The rule of which `not_an_organizer` finds what breaks it.
ORGANIZER: Final = (
    "E_ROLE",
    "an organizer says it: a member of the body, or a party responsible for what the gathering is about",
    "lo dice quien organiza: un integrante del órgano o una parte responsable de aquello de lo que trata la reunión",
)


def not_an_organizer(at: Context, body: str | None, about: Matter | None) -> Met | None:
    """Find that the actor's party organizes nothing here.

    Args:
        at: The act's.
        body: The governance body that is named; None for none.
        about: What the gathering is about. Where that is a commitment, its own body counts and no other: else any two
            parties could found a body, and hold there what was promised here.
    """
    commitment = find_commitment(at, about.commitment) if about else None
    if commitment is None:
        return (
            None
            if body is not None and has_seat(at, at.party, acting_name(at.state, body) or "")
            else {"party": at.party}
        )
    own = acting_name(at.state, commitment.governance_body)
    if own is not None and has_seat(at, at.party, own):
        return None
    return (
        {"party": at.party}
        if commitment.scope is None
        else not_responsible(at, commitment, _milestone(commitment, about))
    )


def _milestone(commitment: Commitment, about: Matter | None) -> str | None:
    """Give the milestone concerned, where the scope in force has it; None for any."""
    item = promised(commitment, about)
    named = item.milestone if item else about.milestone if about else None
    return named if named and commitment.scope and commitment.scope.milestone(named) else None


def promised(commitment: Commitment, about: Matter | None) -> Deliverable | None:
    """Give the deliverable that a gathering is, as the scope in force describes it."""
    named = about.deliverable if about else None
    return commitment.scope.deliverable(named) if named is not None and commitment.scope else None


def unknown(at: Context, body: str | None, about: Matter | None) -> Iterable[Met]:
    """Give what is named and is not there: a body, a commitment, a milestone or a deliverable of its scope."""
    if body is not None and body_of(at, body) is None:
        yield {"governance body": body}
    if about is None:
        return
    commitment = find_commitment(at, about.commitment)
    scope = commitment.scope if commitment else None
    if commitment is None:
        yield {"commitment": about.commitment}
    elif about.milestone is not None and (scope is None or scope.milestone(about.milestone) is None):
        yield {"milestone": about.milestone}
    elif about.deliverable is not None and promised(commitment, about) is None:
        yield {"deliverable": about.deliverable}
