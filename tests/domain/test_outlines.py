"""What lists take from an outline is what they would take from the aggregate, on any day, and as it is stored."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.domain.commitments.test_conditions import declaration, elsewhere, expecting, settling
from tests.domain.dirty.play import Tally, play
from tests.domain.governance.test_succession import ending
from tests.domain.stage import seated, small_scope
from tests.domain.test_oracles import history
from tests.profile import sampled

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.facts.bearing import answering, responsible_for
from constancia.domain.facts.derive import derive, missed_deadlines, responses_owed
from constancia.domain.facts.milestones import milestone_standing, outlined_standing
from constancia.domain.governance.decision import Decision
from constancia.domain.outlines import OUTLINES, outline_of
from constancia.domain.participation.gathering_standing import OWED
from constancia.domain.remarks.entry_standing import contested_entries
from constancia.domain.state import State
from constancia.domain.values.packing import pack, unpack

INSTANTS = [datetime(year, month, 5, 7, tzinfo=UTC) for year in (2017, 2019, 2020, 2031) for month in (1, 6, 12)]
DAYS = (date.min, *(at.date() for at in INSTANTS), date.max)
SEEDS = range(1, sampled(3, 40))


def days_around(closes: str | None) -> list[date]:
    last = [date.fromisoformat(closes)] if closes is not None else []
    return [day + timedelta(days=days) for day in last for days in (-1, 0, 1)]


def check_outlines(state: State) -> None:
    """Compare each outline with its aggregate, by each rule that takes either."""
    for kind, form in OUTLINES.items():
        outlines = state.outlines(kind)
        assert list(outlines) == list(state.streams_of(kind)) == [each.stream for each in state.of(kind)]
        for each in state.of(kind):
            outline = outlines[each.stream]
            again = unpack(form, pack(outline))
            assert (outline, repr(outline)) == (again, repr(again))
            assert outline == outline_of(each)
            assert outline.status == each.status
    for commitment in state.of(Commitment):
        outline = state.outlines(Commitment)[commitment.stream]
        steps = commitment.scope.milestones if commitment.scope else ()
        assert [step.milestone for step in outline.milestones] == [step.milestone for step in steps]
        for step, outlined in zip(steps, outline.milestones, strict=True):
            named = answering(state, outline.governance_body, outlined.bearers, outline.ended_by)
            assert named == responsible_for(state, commitment, step)
            for at in INSTANTS:
                standing = milestone_standing(state, commitment, step, at)
                assert outlined_standing(state.timezone, outline, outlined, at) == standing
        scopes = [version.scope for version in commitment.scopes]
        assert set(outline.windows) == {step.window for scope in scopes for step in scope.milestones}
        assert set(outline.deliverables) == {item.deliverable for scope in scopes for item in scope.deliverables}
        assert outline.has_completed == bool(commitment.completed)
    for decision in state.of(Decision):
        outline = state.outlines(Decision)[decision.stream]
        days = [*DAYS, *days_around(decision.closes)]
        assert [outline.status_on(day) for day in days] == [decision.status_on(day) for day in days]
        assert outline.proposed == decision.proposed.index
        assert (outline.fulfils,) == ((decision.topics[1:] or (None,))[0],)
    assert set(contested_entries(state)) >= {leaf for each in state.of(Commitment) for leaf in each.contested}


def check_facts(state: State) -> None:
    """Compare the facts of some with those of all."""
    commitments = [each.stream for each in state.of(Commitment)][::2]
    for at in INSTANTS:
        facts = derive(state, at)
        of_some = [fact for fact in facts if fact.stream in commitments and fact.kind == "DeadlineMissed"]
        assert list(missed_deadlines(state, at, commitments)) == of_some
        owed = [fact for fact in facts if fact.stream in commitments and fact.kind == OWED]
        assert list(responses_owed(state, at)) == owed


def test_outlines_of_the_whole_history() -> None:
    stage = history()
    assert stage.state.outlines(Commitment)
    assert stage.state.outlines(Decision)
    check_outlines(stage.state)
    check_facts(stage.state)


@pytest.mark.parametrize("seed", SEEDS)
def test_outlines_of_what_players_make_of_the_law(seed: int) -> None:
    stage = play(seed, sampled(150, 400), Tally())
    check_outlines(stage.state)
    check_facts(stage.state)


def test_who_answers_follows_fallback_and_succession() -> None:
    stage = expecting()
    check_outlines(stage.state)
    stage.each("ConditionSettled", settling())
    check_outlines(stage.state)
    stage.withdraw("nosc")
    check_outlines(stage.state)
    outline = stage.state.outlines(Commitment)["commitment/c1"]
    assert outline.has_conditions
    assert any(bearer.duty is None for step in outline.milestones for bearer in step.bearers)
    stage.each("PartySucceeded", ending("inai", "sfp"), ("inai", "sfp"))
    check_outlines(stage.state)


def test_conditions_are_those_of_a_fallback_or_of_something_else_than_a_milestone() -> None:
    plain, expected = seated().adopted("c1", small_scope()), expecting()

    def has_conditions() -> list[bool]:
        return [stage.state.outlines(Commitment)["commitment/c1"].has_conditions for stage in (plain, expected)]

    assert has_conditions() == [False, True]
    expected.each("ConditionDeclared", declaration())
    assert has_conditions() == [False, True]
    plain.each("ConditionDeclared", elsewhere())
    assert has_conditions() == [True, True]


def test_what_changes_is_outlined_again() -> None:
    stage = history()
    state = State(stage.state.origin)
    for entry in stage.entries:
        token = state.apply(entry, lookup=stage.lookup)
        before = {kind: dict(state.outlines(kind)) for kind in OUTLINES}
        state.undo(token)
        state.apply(entry, lookup=stage.lookup)
        assert before == {kind: {each.stream: outline_of(each) for each in state.of(kind)} for kind in OUTLINES}


def test_other_aggregates_have_none() -> None:
    party = next(each for name, each in history().state.aggregates.items() if name.startswith("party/"))
    with pytest.raises(KeyError):
        outline_of(party)
