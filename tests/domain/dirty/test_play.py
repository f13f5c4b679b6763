"""The dirty play within the suite, and that its oracle sees what it is to see."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.domain.dirty.draws import DRAWS
from tests.domain.dirty.play import Tally, Watch, play
from tests.domain.dirty.reading import Broken
from tests.domain.stage import (
    Body,
    Stage,
    Voice,
    act_of,
    commitment,
    contest_of,
    doc,
    evidence,
    key_id,
    proposed,
    registration,
    rep,
    root,
    seated,
    small_scope,
    text,
)
from tests.rows import each_row

from constancia.domain.catalogue import REGISTRY
from constancia.domain.values.values import digest

SEEDS = range(1, 17)
ACTS = 400
PAGE = Path(__file__).parents[3] / "docs" / "INVARIANTS.md"
NOT_BUILT = {23}  # about certificates, which no act brings yet


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_players_that_play_dirty_break_no_invariant(seed: int) -> None:
    tally = Tally()
    play(seed, ACTS, tally)
    sys.stdout.write(f"\nseed {seed}: {tally}\n")
    assert sum(tally.accepted.values()) > 5
    assert len(tally.refused) > 5


def test_every_type_of_the_catalogue_is_played() -> None:
    assert set(DRAWS) == {name for name, cls in REGISTRY.items() if cls.UNTIL is None}


def test_every_invariant_that_exists_has_a_test_of_its_own() -> None:
    page = PAGE.read_text("utf-8")
    rows = {int(number) for number in re.findall(r"^\| (\d+) \| .*`tests/\S+::test_", page, re.MULTILINE)}
    assert set(range(1, 31)) - rows == NOT_BUILT


def put(stage: Stage, who: Voice | str, type_name: str, body: Body) -> None:
    """An act that nobody has judged, put into state and log."""
    entry = stage.entry(who, type_name, body)
    stage.undos.append(stage.state.apply(entry, entry.act(), stage.lookup))
    stage.entries.append(entry)


def forged(stage: Stage, who: Voice | str, type_name: str, body: Body, **members: Any) -> None:
    """An act that nobody has judged, put into state and log, and seen by the oracle."""
    watch = Watch(stage)
    entry = stage.entry(who, type_name, body, **members)
    stage.state.apply(entry, entry.act(), stage.lookup)
    stage.entries.append(entry)
    watch.see(entry)
    watch.look()


def _adoption(stage: Stage, *signers: str, scope: Body | None = None) -> tuple[str, str, Body]:
    stage.says("nosc", "CommitmentProposed", commitment())
    body = {"commitment": "c1", "decision": "d1", "scope": scope or small_scope()}
    act = act_of("CommitmentAdopted", body)
    put(stage, "inai", "DecisionProposed", proposed("d1", act))
    for party in ("inai", "nosc", "sfp"):
        put(stage, party, "VoteCast", {"choice": "for", "decision": "d1", "digest": digest(act)})
    for party in signers:
        put(stage, party, "DecisionSigned", {"decision": "d1", "digest": digest(act)})
    return "inai", "CommitmentAdopted", body


def _submitted(stage: Stage) -> Body:
    stage.adopted()
    stage.deliver("inai", "e1")
    return {"commitment": "c1", "deliverable": "e1", "version": 1}


def _change(stage: Stage, declared: str) -> Body:
    stage.adopted()
    scope = small_scope(deliverables=[])
    body = {"commitment": "c1", "decision": "d2", "declared_kind": declared, "from_version": 1, "scope": scope}
    named = {"decision": "d2", "digest": digest(act_of("ScopeChanged", body))}
    put(stage, "inai", "DecisionProposed", proposed("d2", act_of("ScopeChanged", body)))
    for type_name, more in (("VoteCast", {"choice": "for"}), ("DecisionSigned", {})):
        stage.each(type_name, named | more)
    return body


def _report(level: str, name: str) -> Body:
    return {"commitment": "c1", "evidence": [evidence()], "level": level, "narrative": text("A"), "period": "2019",
            "report": name}  # fmt: skip


Case = Callable[[Stage], tuple[Voice | str, str, Body]]


def _signs_twice(stage: Stage) -> tuple[Voice | str, str, Body]:
    docset = {"authentic": "es", "documents": [doc("a", "es")]}
    named = {"agreement": "ag", "version": 1}
    stage.says("inai", "AgreementDrafted", named | {"docset": docset, "parties": ["inai", "nosc"], "title": text("T")})
    stage.says("inai", "AgreementTextFrozen", named | {"docset": digest(docset), "required": ["inai", "nosc"]})
    return "nosc", "AgreementSigned", named | {"docset": digest("another text")}


def _drops(stage: Stage) -> tuple[Voice | str, str, Body]:
    stage.adopted()
    stage.says("inai", "ProgressReported", _report("substantial", "r1"))
    return "inai", "ProgressReported", _report("limited", "r2")


def _withdrawn(stage: Stage) -> tuple[Voice | str, str, Body]:
    stage.says("nosc", "CommitmentProposed", commitment())
    act = act_of("CommitmentAdopted", {"commitment": "c1", "decision": "d1", "scope": small_scope()})
    stage.says("inai", "DecisionProposed", proposed("d1", act))
    stage.withdraw("nosc")
    return "nosc", "VoteCast", {"choice": "for", "decision": "d1", "digest": digest(act)}


def _corrects_what_was_agreed(stage: Stage) -> tuple[Voice | str, str, Body]:
    target = stage.says("nosc", "CommitmentProposed", commitment())
    return "nosc", "CorrectionRecorded", {
        "correction": "co", "field": "body.objective.es", "kind": "factual", "new_value": "Otro",
        "old_digest": digest("Fin"), "reason": text("E"), "target": target.leaf_hash,
    }  # fmt: skip


def _another_root(stage: Stage) -> tuple[Voice | str, str, Body]:
    mine = root("nosc", "root-mine")
    stage.says(mine, "KeyRegistered", registration("nosc", mine.key))
    return root("inai"), "KeyEndorsed", {"key": key_id(mine.key), "valid_from": "2019-01-01"}


def _of_a_report(stage: Stage) -> Body:
    stage.adopted()
    return contest_of(stage.says("inai", "ProgressReported", _report("limited", "r1")))


def _answers_for_another(stage: Stage) -> tuple[Voice | str, str, Body]:
    contest = _of_a_report(stage)
    stage.says("red", "EntryContested", contest)
    return "sfp", "ResponseGiven", {"answers": ["i1"], "response": text("Sí"), "target": contest["target"]}


def _answers_itself(stage: Stage) -> tuple[Voice | str, str, Body]:
    contest = _of_a_report(stage)
    stage.says("red", "EntryContested", contest)
    double = stage.join("inai", name="double", person="p-red")
    return double, "ResponseGiven", {"answers": ["i1"], "response": text("Sí"), "target": contest["target"]}


def _withdraws_anothers(stage: Stage) -> tuple[Voice | str, str, Body]:
    contest = _of_a_report(stage)
    stage.says("red", "EntryContested", contest)
    return "sfp", "EntryAcknowledged", {"target": contest["target"], "withdraws": ["i1"]}


def _acknowledges_for_another(stage: Stage) -> tuple[Voice | str, str, Body]:
    alleged: Body = {
        "accused": ["inai"], "alleged_actor": text("Alguien"), "allegation": "al", "description": text("Vigiló"),
        "evidence": [], "kind": "surveillance", "since": "2017",
    }  # fmt: skip
    target = stage.says("red", "AllegationMade", alleged).leaf_hash
    return "sfp", "EntryAcknowledged", {"target": target}


CASES: dict[str, Case] = {
    "3 outside the scope of the appointment": lambda stage: (
        stage.join("inai", name="narrow", scope=["WorkStarted"]), "CommitmentProposed", commitment(),
    ),
    "3 another's key": lambda _stage: (
        Voice(rep("inai").actor, "rep-sfp"), "CommitmentProposed", commitment() | {"governance_body": "cc"},
    ),
    "3 a secretariat says": lambda stage: (
        stage.join("sfp", name="sec", capacity="secretariat"), "ConditionSettled",
        {"commitment": _submitted(stage)["commitment"], "milestone": "m1", "outcome": "met", "reasons": text("A")},
    ),
    "7 another text": _signs_twice,
    "9 a scope signed by": _adoption,
    "9 a reduction is called a clarification": lambda stage: ("inai", "ScopeChanged", _change(stage, "clarification")),
    "12 without a reason": _drops,
    "13 an empty scope": lambda stage: _adoption(
        stage, "inai", "nosc", "sfp", scope={"actions": [], "deliverables": [], "milestones": []},
    ),
    "14 does not sit": _withdrawn,
    "20 occurred on": lambda _stage: ("inai", "CommitmentProposed", commitment()),
    "21 is corrected by one": _corrects_what_was_agreed,
    "26 a contest of one's own entry": lambda stage: ("inai", "EntryContested", _of_a_report(stage)),
    "26 answers for who said it": _answers_for_another,
    "26 answers its own contest": _answers_itself,
    "27 withdraws another party's contest": _withdraws_anothers,
    "17 acknowledged by who is not accused": _acknowledges_for_another,
    "26 who submitted judges it": lambda stage: ("inai", "DeliverableAccepted", _submitted(stage)),
    "28 are not the next version": lambda _stage: ("nosc", "GovernanceRulesAdopted", {
        "governance_body": "cc", "rules": {}, "version": 3,
    }),
    "31 another's root": _another_root,
    "nobody is bound by others a scope without": lambda stage: _adoption(stage, "inai", "nosc"),
}  # fmt: skip


@each_row("name", sorted(CASES))
def test_the_law_refuses_it_and_where_it_did_not_the_oracle_would_see_it(name: str) -> None:
    stage = seated()
    who, type_name, body = CASES[name](stage)
    members = {"occurred_on": "2999-01-01"} if name.startswith("20") else {}
    if name.startswith("28"):
        for party in ("inai", "sfp"):
            put(stage, party, type_name, body)
    stage.refused(who, type_name, body, **members)
    with pytest.raises(Broken, match=re.escape(name.partition(" ")[2].removeprefix("is bound by others "))):
        forged(stage, who, type_name, body, **members)
