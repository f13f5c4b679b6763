"""Things are called by the titles that a state knows; what it does not know stays an identifier."""

import pytest
from tests.domain.commitments.test_conditions import expecting

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.naming import _FINDERS, name_of
from constancia.domain.state import State


def test_a_commitment_its_milestones_and_its_people_are_named() -> None:
    stage = expecting()
    about = stage.find(Commitment, "commitment/c1")
    named = name_of("commitment", "c1", {}, stage.state)
    assert named is not None
    assert (named.title, named.stream) == (about.title.to_json(), "commitment/c1")
    step = name_of("milestone", "m1", {"commitment": "c1"}, stage.state)
    assert step is not None
    assert about.scope is not None
    milestone = about.scope.milestone("m1")
    assert milestone is not None
    assert (step.title, step.stream) == (milestone.title.to_json(), "commitment/c1")


@pytest.mark.parametrize("member", [*sorted(_FINDERS), "milestone", "deliverable", "none-such"])
@pytest.mark.parametrize("value", ["unknown", 7, None, ["c1"]])
def test_what_the_state_does_not_know_has_no_name(member: str, value: object) -> None:
    assert name_of(member, value, {"commitment": "unknown"}, State()) is None
