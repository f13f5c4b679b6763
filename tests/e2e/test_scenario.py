"""The whole story, played through the real path: what holds at each turning point, and that it verifies itself."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tools.build_story import PATH, story, written

from constancia.api.demo.run import Played, run_demo
from constancia.domain.catalogue import REGISTRY
from constancia.domain.derive import derive
from constancia.ledger.audit.level3_law import Replay
from constancia.ledger.clock import SystemClock
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.ledger import Ledger
from constancia.ledger.views.projections import STATE_PROJECTIONS
from constancia.verify.audit.run import audit
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.report.findings import Verdict
from constancia.verify.report.rendering import report_text
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

NEVER = {"LawEditionAdopted"}  # the ledger begins under the newest edition


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Played]:
    folder = tmp_path_factory.mktemp("whole") / "demo"
    return folder, run_demo(folder)


@pytest.fixture(scope="module")
def ledger(whole: tuple[Path, Played]) -> Iterator[Ledger]:
    with Ledger.open(whole[0], clock=SystemClock(), signer=None) as opened:
        yield opened


def rows(ledger: Ledger, name: str, at: str) -> dict[str, Any]:
    """The rows of a list by stream: of what was known by an instant, judged on its day."""
    return {row["stream"]: row for row in ledger.as_of(known=at, at=at).rows(name)}


def facts(ledger: Ledger, kind: str, at: str) -> list[tuple[str, str]]:
    reading = ledger.as_of(known=at, at=at)
    found = derive(reading.state, datetime.fromisoformat(at))
    return [(fact.stream, str(fact.params.get("target", ""))) for fact in found if fact.kind == kind]


def test_it_is_intact_at_every_level_and_the_law_agrees(whole: tuple[Path, Played], ledger: Ledger) -> None:
    folder, played = whole
    replay = Replay(played.ended)
    with open_source(str(folder)) as source:
        report = audit(source, load_trust(LedgerFolder(folder).trust), further=[replay])
    assert report.verdict is Verdict.INTACT, report_text(report, "en")
    assert report.checked["L3"]["moves"] == played.size == ledger.size
    assert replay.state.document() == ledger.state().document()


def test_every_type_of_the_newest_edition_is_used(ledger: Ledger) -> None:
    said = {json.loads(entry)["statement"]["type"] for entry in ledger.log.entries()}
    current = {name for name, cls in REGISTRY.items() if cls.UNTIL is None}
    assert current - said == NEVER
    assert len(said) == 68


def test_the_story_that_is_shipped_as_data_is_the_one_that_is_played(ledger: Ledger) -> None:
    assert written(story(ledger.log.entries())) == PATH.read_text("utf-8"), "run: python -m tools.build_story"


def test_refused_attempts_are_those_of_the_story(whole: tuple[Path, Played]) -> None:
    assert [(refused.type, refused.code) for refused in whole[1].refused] == [
        ("AgreementSigned", "E_ALREADY_SIGNED"),
        ("VoteCast", "E_ROLE"),
        ("DeliverableAccepted", "E_SELF_DEALING"),
        ("DeliverableAccepted", "E_KEY_NOT_ACTIVE"),
        ("ScopeChangeProposed", "E_SCOPE_LABEL"),
        ("ScopeChanged", "E_KEY_REVOKED"),
        ("VoteCast", "E_PARTY_SUCCEEDED"),
    ]


@pytest.mark.parametrize(
    ("at", "missed"), [("2019-09-01T04:59:59Z", False), ("2019-09-01T05:00:00Z", True), ("2020-01-01T00:00:00Z", True)]
)
def test_the_fourth_plan_is_due_at_the_end_of_august(ledger: Ledger, at: str, missed: bool) -> None:
    assert (("plan/plan-4", "submission") in facts(ledger, "DeadlineMissed", at)) == missed


def test_the_fourth_plan_is_submitted_a_hundred_and_one_days_late(ledger: Ledger) -> None:
    plan = rows(ledger, "plans", "2020-01-01T00:00:00Z")["plan/plan-4"]
    assert (plan["days_late"], plan["stands"]) == (101, "submitted")
    assert {carried["commitment"] for carried in plan["commitments"]} == {"p4-1", "p4-2"}


def test_the_agreement_is_in_force_with_the_third_signature(ledger: Ledger) -> None:
    assert rows(ledger, "agreements", "2019-03-02T00:00:00Z")["agreement/ag-1"]["status"] == "partially_signed"
    assert rows(ledger, "agreements", "2019-03-03T00:00:00Z")["agreement/ag-1"]["status"] == "in_force"


def test_the_forum_is_fulfilled_by_having_been_held(ledger: Ledger) -> None:
    commitment = rows(ledger, "commitments", "2019-04-30T00:00:00Z")["commitment/rm"]
    [forum] = [item for item in commitment["deliverables"] if item["deliverable"] == "d1.1"]
    assert (forum["status"], forum["fulfilled_by"]["stream"].split("/")[0]) == ("fulfilled", "gathering")


def test_the_fallback_begins_when_the_condition_has_failed(ledger: Ledger) -> None:
    assert facts(ledger, "FallbackBegan", "2019-06-17T06:00:00Z") == []
    assert [stream for stream, _ in facts(ledger, "FallbackBegan", "2019-06-19T00:00:00Z")] == ["commitment/rm"]


def test_the_three_tracks_of_a_commitment_stay_apart(ledger: Ledger) -> None:
    commitment = rows(ledger, "commitments", "2021-12-31T00:00:00Z")["commitment/p4-1"]
    levels = (commitment["self_level"], commitment["contested_level"], commitment["independent_level"])
    assert levels == ("substantial", "limited", "no_evidence_available")


def test_an_answer_is_late_by_the_days_of_the_rules(ledger: Ledger) -> None:
    complaint = rows(ledger, "complaints", "2021-01-01T00:00:00Z")["complaint/q-1"]
    [answer] = complaint["answers"]
    assert (answer["party"], answer["due"], answer["days_late"]) == ("sfp", "2020-10-12", 13)
    assert "subject" not in complaint  # it is protected


def test_a_rejected_proposal_got_its_reasons(ledger: Ledger) -> None:
    response = rows(ledger, "responses", "2019-12-01T00:00:00Z")["response/rr-2"]
    assert response["themes"][0]["outcome"] == "not_included"


def test_what_ended_says_so(ledger: Ledger) -> None:
    end = "2021-12-31T00:00:00Z"
    commitments = rows(ledger, "commitments", end)
    assert (commitments["commitment/p4-2"]["lifecycle"], commitments["commitment/rm"]["lifecycle"]) == (
        "withdrawn",
        "closed",
    )
    assert rows(ledger, "plans", end)["plan/plan-3"]["status"] == "closed"
    assert rows(ledger, "agreements", end)["agreement/ag-2"]["status"] == "terminated"


def test_no_duty_of_the_renamed_ministry_is_lost(ledger: Ledger) -> None:
    last = "2025-12-31T00:00:00Z"
    succession = rows(ledger, "successions", last)["succession/sfp"]
    assert succession["orphaned"] == []
    assert {moved["duty"] for moved in succession["transfers"]} >= {"duty/o2"}
    assert facts(ledger, "DutyOrphaned", last) == []


def test_the_ledger_knows_no_year_beyond_its_story(whole: tuple[Path, Played]) -> None:
    assert whole[1].ended < datetime(2025, 1, 3, tzinfo=UTC)


def test_all_that_is_shown_can_be_read_within_the_profile(ledger: Ledger) -> None:
    """Ids hold `-` and `.`: one that became the name of a member would make the answer unreadable to verifiers."""
    reading = ledger.as_of()
    for projection in STATE_PROJECTIONS:
        canonical({"items": reading.rows(projection.name)})
    canonical({"facts": [fact.to_json() for fact in derive(reading.state, reading.at)]})
    canonical(ledger.state().document())
