"""Commitments: the life cycle walked pair by pair, and what a commitment says of itself."""

from dataclasses import replace
from functools import partial
from typing import Any

from tests.domain.stage import (
    Body,
    Stage,
    act_of,
    commitment,
    deliverable,
    evidence,
    milestone,
    seated,
    small_scope,
    text,
)
from tests.domain.tables import Said, Walk
from tests.rows import each_row

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.status import STATUS_MOVES
from constancia.domain.remarks.entry_standing import contested_level, contests_of

C1 = "commitment/c1"
# The road map in small: two milestones with an end, one that goes on.
SCOPE: Body = small_scope(
    deliverables=[deliverable("e1", "m1"), deliverable("e2", "m2", contents=["actors", "times"])],
    milestones=[
        milestone("m1", "2019-03-26"),
        milestone("m2", "2019-06/2019-08", lead=["nosc"]),
        milestone(
            "m3", "2019-08/..", support=["rapporteur"],
            fallback={"condition": text("Sin recursos"), "parties": ["nosc"]},
        ),
    ],
)  # fmt: skip
LONGER: Body = SCOPE | {"actions": [*SCOPE["actions"], {"action": "a2", "text": text("Validar")}]}


def adoption(scope: Body = SCOPE) -> Body:
    return {"commitment": "c1", "decision": "d-c1", "scope": scope}


def change(scope: Body = LONGER, declared: str = "extension", from_version: int = 1, decision: str = "d-2") -> Body:
    return {
        "commitment": "c1",
        "decision": decision,
        "declared_kind": declared,
        "from_version": from_version,
        "scope": scope,
    }


def proposal(scope: Body = LONGER, declared: str = "extension", name: str = "p1", from_version: int = 1) -> Body:
    body = change(scope, declared, from_version)
    del body["decision"]
    return body | {"proposal": name, "reasons": text("Razones")}


def report(name: str = "r2", level: str = "limited", **changed: Any) -> Body:
    return {
        "commitment": "c1",
        "evidence": [evidence()],
        "level": level,
        "narrative": text("Avance"),
        "period": "2019-03",
        "report": name,
    } | changed


def contest(name: str = "r1", **changed: Any) -> Body:
    return {"commitment": "c1", "evidence": [], "grounds": text("No consta"), "report": name} | changed


def started(name: str = "m1") -> Body:
    return {"commitment": "c1", "milestone": name}


def completed(name: str = "m1", **changed: Any) -> Body:
    return {"commitment": "c1", "evidence": [evidence()], "milestone": name} | changed


def filled(party: str = "red", **changed: Any) -> Body:
    return {"commitment": "c1", "party": party, "role": "rapporteur", "since": "2019-03-01"} | changed


def settled(outcome: str = "failed", name: str = "m3") -> Body:
    return {"commitment": "c1", "milestone": name, "outcome": outcome, "reasons": text("No hay recursos")}


def declared() -> Body:
    """A condition that the body itself is to meet."""
    named = {"commitment": "c1", "concerns": "governance/cc", "condition": "k1"}
    return named | {"kind": "return", "text": text("Si hay acuerdo")}


def proposed(**changed: Any) -> Stage:
    stage = seated(**changed)
    stage.says("nosc", "CommitmentProposed", commitment())
    return stage.decided("d-c1", act_of("CommitmentAdopted", adoption()))


def adopted(**changed: Any) -> Stage:
    stage = proposed(**changed)
    stage.says("inai", "CommitmentAdopted", adoption())
    return stage.decided("d-2", act_of("ScopeChanged", change()))


def in_progress(**changed: Any) -> Stage:
    stage = adopted(**changed)
    stage.says("inai", "ProgressReported", report("r1"))
    return stage


STAYS = {one: one for one in ("adopted", "in_progress", "suspended")}
REPORTED = {"adopted": "in_progress", "in_progress": "in_progress", "suspended": "suspended"}


def status(to: str = "suspended", name: str = "c1", **changed: Any) -> Body:
    """A decided status; what is closed has an outcome."""
    body = {"commitment": name, "decision": f"d-{to}", "reasons": text("Razones"), "to": to}
    return body | ({"outcome": "partially"} if to == "closed" else {}) | changed


def deciding(to: str, stage: Stage) -> Said:
    """A decided status on the stage, its decision signed where the state lets it be put to the vote."""
    one = stage.state.standing(C1)
    if isinstance(one, Commitment) and one.status in STATUS_MOVES[to]:
        stage.decided(f"d-{to}", act_of("CommitmentStatusDecided", status(to)), voters=("nosc", "inai", "sfp"))
    return "inai", "CommitmentStatusDecided", status(to)


def brought_to(to: str, stage: Stage | None = None) -> Stage:
    """A stage on which a status of the commitment was decided and recorded."""
    stage = stage or adopted()
    stage.says(*deciding(to, stage))
    return stage


def delivered_and_completed(stage: Stage) -> Said:
    """A milestone's completion, where there is a scope after its document."""
    one = stage.state.standing(C1)
    if isinstance(one, Commitment) and one.scope and one.ended is None:
        stage.deliver("inai", "e1")
    return "inai", "MilestoneCompleted", completed()


def found(stage: Stage) -> Commitment:
    return stage.find(Commitment, C1)


def contested(stage: Stage) -> str | None:
    return contested_level(stage.state, found(stage))


WALK = Walk(
    kind="commitment",
    stream=C1,
    # Work starts milestone by milestone, so that a second start is legal in progress; a contest leaves the state.
    table={
        "CommitmentProposed": {"none": "proposed"},
        "CommitmentAdopted": {"proposed": "adopted"},
        "WorkStarted": {"adopted": "in_progress", "in_progress": "in_progress"},
        "ProgressReported": REPORTED,
        "ProgressContested": {"adopted": "adopted", "in_progress": "in_progress"},
        "MilestoneCompleted": REPORTED,
        "ScopeChangeProposed": STAYS,
        "ScopeChanged": STAYS,
        "RoleFilled": STAYS,
        "ConditionDeclared": STAYS,
        "ConditionSettled": STAYS,
        "CommitmentStatusDecided.rejected": {"proposed": "rejected"},
        "CommitmentStatusDecided.suspended": {"adopted": "suspended", "in_progress": "suspended"},
        "CommitmentStatusDecided.resumed": {"suspended": "adopted"},
        "CommitmentStatusDecided.withdrawn": dict.fromkeys(("proposed", *STAYS), "withdrawn"),
        "CommitmentStatusDecided.closed": dict.fromkeys(STAYS, "closed"),
    },
    reach={
        "none": seated,
        "proposed": proposed,
        "adopted": adopted,
        "in_progress": in_progress,
        "suspended": lambda: brought_to("suspended"),
        "closed": lambda: brought_to("closed", in_progress()),
        "withdrawn": lambda: brought_to("withdrawn", in_progress()),
        "rejected": lambda: brought_to("rejected", proposed()),
    },
    acts={
        "CommitmentProposed": lambda stage: ("nosc", "CommitmentProposed", commitment()),
        "CommitmentAdopted": lambda stage: ("inai", "CommitmentAdopted", adoption()),
        "WorkStarted": lambda stage: ("inai", "WorkStarted", started()),
        "ProgressReported": lambda stage: ("inai", "ProgressReported", report()),
        "MilestoneCompleted": delivered_and_completed,
        "ScopeChangeProposed": lambda stage: ("inai", "ScopeChangeProposed", proposal()),
        "ScopeChanged": lambda stage: ("inai", "ScopeChanged", change()),
        "RoleFilled": lambda stage: ("inai", "RoleFilled", filled()),
        "ConditionDeclared": lambda stage: ("inai", "ConditionDeclared", declared()),
        "ConditionSettled": lambda stage: ("inai", "ConditionSettled", settled()),
        **{f"CommitmentStatusDecided.{to}": partial(deciding, to) for to in STATUS_MOVES},
    },
    ended=frozenset({"ProgressContested"}),
)
FORMER = replace(
    WALK,
    reach={
        "none": partial(seated, edition=2),
        "proposed": partial(proposed, edition=2),
        "adopted": partial(adopted, edition=2),
        "in_progress": partial(in_progress, edition=2),
    },
    acts={"ProgressContested": lambda stage: ("red", "ProgressContested", contest())},
)
# Without any report there is none to contest.
FORMER_PAIRS = [one for one in FORMER.pairs() if one.values != ("adopted", "ProgressContested")]


@each_row(("state", "act"), WALK.pairs())
def test_every_pair_moves_as_the_table_says_or_is_refused(state: str, act: str) -> None:
    WALK.check(state, act)


@each_row(("state", "act"), FORMER_PAIRS)
def test_every_pair_of_a_former_edition_moves_as_the_table_says(state: str, act: str) -> None:
    FORMER.check(state, act)


def test_without_a_report_there_is_none_to_contest() -> None:
    assert adopted(edition=2).code("red", "ProgressContested", contest()) == "E_NOT_FOUND"


def test_the_third_edition_does_not_know_the_contest_of_a_report_alone() -> None:
    said = in_progress().refused("red", "ProgressContested", contest(), stream=C1)
    assert (said.code, said.judged_against["until"]) == ("E_UNKNOWN_TYPE", 2)


def test_table_is_the_one_walked() -> None:
    WALK.check_is_the_code()


def test_11_without_a_report_no_evidence_is_available() -> None:
    assert found(adopted()).self_level == "no_evidence_available"
    assert contested(adopted()) is None


def test_10_three_tracks_stand_beside_one_another() -> None:
    stage = in_progress()
    second = stage.says("inai", "ProgressReported", report("r2", "substantial"))
    stage.contest("red", second, own_level="limited")
    assert found(stage).self_level == "substantial"
    assert contested(stage) == "limited"


def test_27_a_later_report_leaves_the_contest_of_an_earlier_one() -> None:
    stage = in_progress()
    first = stage.entries[-1]
    stage.contest("red", first)
    stage.says("inai", "ProgressReported", report("r2"))
    assert [one.mark.party for one in contests_of(stage.state, first.leaf_hash)] == ["red"]


def test_8_the_baseline_is_never_overwritten() -> None:
    stage = adopted()
    baseline = found(stage).scopes[0]
    stage.says("inai", "ScopeChanged", change())
    assert found(stage).scopes[0] == baseline
    assert [one.version for one in found(stage).scopes] == [1, 2]
    assert found(stage).scopes[1].computed_kind == "extension"


def test_open_milestones_are_those_nobody_reported_complete() -> None:
    stage = adopted().deliver("inai", "e1")
    stage.says("inai", "MilestoneCompleted", completed("m1"))
    assert found(stage).open_milestones == ("m2", "m3")


def test_10_the_contested_level_is_the_one_said_last_of_whichever_report() -> None:
    stage = in_progress()
    first, second = stage.entries[-1], stage.says("inai", "ProgressReported", report("r2"))
    stage.contest("red", second, own_level="not_started")
    stage.contest("nosc", first, own_level="limited")
    assert contested(stage) == "limited"


def test_10_so_it_is_of_a_former_edition() -> None:
    stage = in_progress(edition=2)
    stage.says("inai", "ProgressReported", report("r2"))
    stage.says("red", "ProgressContested", contest("r2", own_level="not_started"))
    stage.says("nosc", "ProgressContested", contest("r1", own_level="limited"))
    assert contested(stage) == "limited"
