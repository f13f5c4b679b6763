"""The whole story, played through the real path: what holds at each turning point, and that it verifies itself."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.warm import MAIN
from tools.docs.build_story import PATH, story, written

from constancia.api.demo.props import baseline_scope
from constancia.api.demo.run import DemoResult
from constancia.api.text.i18n import tr
from constancia.domain.catalogue import REGISTRY
from constancia.domain.facts.derive import derive
from constancia.domain.identity.succession import open_duties
from constancia.ledger.audit.level3_law import Replay
from constancia.ledger.belongings.vault import Vault
from constancia.ledger.clock import SystemClock
from constancia.ledger.errors import NotFound
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.ledger import Ledger
from constancia.ledger.views.exchange import ogp_rows
from constancia.ledger.views.projections import STATE_PROJECTIONS
from constancia.verify.audit.run import audit
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.report.findings import Verdict
from constancia.verify.report.rendering import report_text
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

NEVER = {"LawEditionAdopted"}  # the ledger begins under the newest edition


@pytest.fixture(scope="module")
def whole(played_whole: tuple[Path, DemoResult], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DemoResult]:
    """A copy to open, as what opens a ledger touches its databases; and what was played in it."""
    folder, outcome = played_whole
    return shutil.copytree(folder, tmp_path_factory.mktemp("whole") / "demo"), outcome


@pytest.fixture(scope="module")
def ledger(whole: tuple[Path, DemoResult]) -> Iterator[Ledger]:
    with Ledger.open(whole[0], clock=SystemClock(), signer=None) as opened:
        yield opened


def rows(ledger: Ledger, name: str, at: str) -> dict[str, Any]:
    """The rows of a list by stream: of what was known by an instant, judged on its day."""
    return {row["stream"]: row for row in ledger.as_of(known=at, at=at).rows(name)}


TRACKS = ("self", "contested", "independent")


def facts(ledger: Ledger, kind: str, at: str) -> list[tuple[str, str]]:
    reading = ledger.as_of(known=at, at=at)
    found = derive(reading.state, datetime.fromisoformat(at))
    return [(fact.stream, str(fact.params.get("target", ""))) for fact in found if fact.kind == kind]


def test_it_is_intact_at_every_level_and_the_law_agrees(whole: tuple[Path, DemoResult], ledger: Ledger) -> None:
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
    assert written(story(ledger.log.entries())) == PATH.read_text("utf-8"), "run: python -m tools.docs.build_story"


@pytest.fixture(scope="module")
def terminal(whole: tuple[Path, DemoResult]) -> str:
    """What `constancia state` prints of the whole story, in Spanish, in one line."""
    command = [sys.executable, "-c", MAIN, "--lang", "es", "state", str(whole[0])]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return " ".join(done.stdout.split())


@pytest.mark.parametrize("words", ["en vigor (desde el 1 de marzo de 2019)", "terminado (desde el 5 de abril de 2021)"])
def test_terminal_says_since_when_an_agreement_has_its_status(terminal: str, words: str) -> None:
    assert words in terminal


def test_terminal_says_the_three_tracks_of_each_commitment(terminal: str, ledger: Ledger) -> None:
    commitments = ledger.as_of().rows("commitments")
    assert {row["independent_level"] for row in commitments} == {None, "no_evidence_available"}
    for row in commitments:
        told = [tr("es", f"word.{row[f'{track}_level']}") if row[f"{track}_level"] else "—" for track in TRACKS]
        _, _, after = terminal.partition(f"({row['commitment']}) — ")
        part = after.partition("Hito Plazo")[0]
        assert [words for words in told if words != "—" and words not in part] == []


def test_row_for_other_tools_counts_the_reduction_and_names_no_open_end(ledger: Ledger) -> None:
    by_commitment = {row["commitment_id"]: row for row in ogp_rows(ledger.as_of())}
    assert {name for name, row in by_commitment.items() if row["reductions"]} == {"rm"}
    row = by_commitment["rm"]
    assert (row["reductions"], row["title_language"]) == (1, "es")
    assert (row["start"], row["end"]) == ("2019-03-26", "")


def test_refused_attempts_are_those_of_the_story(whole: tuple[Path, DemoResult]) -> None:
    assert [(refused.type, refused.code) for refused in whole[1].refused] == [
        ("AgreementSigned", "E_ALREADY_SIGNED"),
        ("VoteCast", "E_ROLE"),
        ("DeliverableAccepted", "E_SELF_DEALING"),
        ("DeliverableAccepted", "E_KEY_NOT_ACTIVE"),
        ("ScopeChangeProposed", "E_SCOPE_LABEL"),
        ("ProgressReported", "E_APPOINTMENT_NOT_IN_FORCE"),
        ("ScopeChanged", "E_KEY_REVOKED"),
        ("VoteCast", "E_PARTY_SUCCEEDED"),
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


def test_what_the_source_says_was_declared_is_on_record(ledger: Ledger) -> None:
    at = "2019-03-06T00:00:00Z"
    statements = {row["statement"]: row for row in rows(ledger, "statements", at).values()}
    assert {name: statements[name]["kind"] for name in ("ejecutivo-reprueba", "gobierno-reitera", "inai-reprueba")} == (
        dict.fromkeys(("ejecutivo-reprueba", "gobierno-reitera", "inai-reprueba"), "declaration")
    )
    assert (statements["pleno-pegasus"]["kind"], statements["pleno-pegasus"]["parties"]) == ("resolution", ["inai"])
    assert "Gobierno Espía" in rows(ledger, "allegations", at)["allegation/vigilancia"]["description"]["es"]


def test_the_return_had_a_condition_which_was_met(ledger: Ledger) -> None:
    [declared] = [
        condition
        for condition in rows(ledger, "conditions", "2019-03-06T00:00:00Z")["commitment/rm"]["conditions"]
        if condition.get("kind") == "return"
    ]
    assert (declared["concerns"], declared["outcome"]) == ("governance/cc", "met")


def test_the_working_group_has_five_members_until_one_leaves(ledger: Ledger) -> None:
    for at, count in (("2019-07-21T00:00:00Z", 5), ("2021-04-11T00:00:00Z", 5), ("2021-04-14T00:00:00Z", 4)):
        group = rows(ledger, "parties", at)["party/grupo-demo"]
        assert sum(1 for member in group["organizations"] if "until" not in member) == count, at


def test_a_case_is_closed_by_who_it_was_addressed_to(ledger: Ledger) -> None:
    assert rows(ledger, "complaints", "2019-12-11T00:00:00Z")["complaint/caso-2018"]["status"] == "filed"
    case = rows(ledger, "complaints", "2019-12-13T00:00:00Z")["complaint/caso-2018"]
    assert (case["resolution"]["outcome"], case["resolution"]["mark"]["party"]) == ("settled", "ogp")


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
    last = "2025-01-31T00:00:00Z"
    succession = rows(ledger, "successions", last)["succession/sfp"]
    assert succession["orphaned"] == []
    assert {moved["duty"] for moved in succession["transfers"]} >= {"duty/o2"}
    assert facts(ledger, "DutyOrphaned", last) == []


def test_inai_ends_with_each_duty_mapped_or_orphaned_and_its_independence_lost(ledger: Ledger) -> None:
    before = open_duties(ledger.as_of(known="2025-03-20T00:00:00Z", at="2025-03-20T00:00:00Z").state, "inai")
    succession = rows(ledger, "successions", "2025-12-31T00:00:00Z")["succession/inai"]
    mapped = {moved["duty"] for moved in succession["transfers"]}
    assert mapped == {"duty/o3"}
    assert before
    assert mapped | set(succession["orphaned"]) == before
    assert (succession["independence_changed"], succession["successors"]) == (True, ["sabg", "tpp"])


def test_two_signatures_and_a_paper_do_not_put_the_agreement_in_force(ledger: Ledger) -> None:
    agreement = rows(ledger, "agreements", "2019-03-01T23:00:00Z")["agreement/ag-1"]
    [version] = agreement["versions"]
    assert (agreement["status"], version["missing"]) == ("partially_signed", ["sfp"])
    assert [attested["party"] for attested in version["attestations"]] == ["sfp"]


def test_the_agreement_is_amended_by_all_and_the_side_agreement_lapses_by_itself(ledger: Ledger) -> None:
    agreement = rows(ledger, "agreements", "2020-03-03T00:00:00Z")["agreement/ag-1"]
    assert [version["status"] for version in agreement["versions"]] == ["superseded", "in_force"]
    assert rows(ledger, "agreements", "2020-04-09T04:00:00Z")["agreement/sa-1"]["status"] == "partially_signed"
    assert rows(ledger, "agreements", "2020-04-09T06:00:00Z")["agreement/sa-1"]["status"] == "lapsed"


@pytest.mark.parametrize(
    ("at", "version", "kinds"),
    [
        ("2019-07-06T00:00:00Z", 1, []),
        ("2019-07-11T00:00:00Z", 2, ["reduction"]),
        ("2019-07-13T00:00:00Z", 3, ["reduction", "extension"]),
        ("2019-09-11T00:00:00Z", 4, ["reduction", "extension", "deferral"]),
    ],
)
def test_the_scope_changes_by_its_computed_kinds(ledger: Ledger, at: str, version: int, kinds: list[str]) -> None:
    commitment = rows(ledger, "commitments", at)["commitment/rm"]
    assert commitment["scope_version"] == version
    assert [scope["computed_kind"] for scope in commitment["scopes"][1:]] == kinds
    assert commitment["scopes"][0]["scope"] == baseline_scope()


def test_the_deadline_of_activity_3_was_missed_before_it_was_moved(ledger: Ledger) -> None:
    missed = facts(ledger, "DeadlineMissed", "2019-09-01T05:00:00Z")
    assert {target for stream, target in missed if stream == "commitment/rm"} >= {"milestone m3"}
    [m3] = [
        milestone
        for milestone in rows(ledger, "commitments", "2019-12-31T00:00:00Z")["commitment/rm"]["milestones"]
        if milestone["milestone"] == "m3"
    ]
    assert (m3["window"], m3["stands"]) == ("2019-06/2019-11", "done")


def test_activity_4_has_no_end_and_is_never_overdue(ledger: Ledger) -> None:
    for at in ("2019-09-01T05:00:00Z", "2021-12-31T00:00:00Z", "2025-12-31T00:00:00Z"):
        missed = {target for stream, target in facts(ledger, "DeadlineMissed", at) if stream == "commitment/rm"}
        assert "milestone m3" in missed  # so are the milestones named
        assert not any("m4" in target or "d4.1" in target for target in missed)


def test_the_governments_answer_has_another_date_and_the_first_stays_readable(ledger: Ledger) -> None:
    correction = rows(ledger, "corrections", "2020-01-01T00:00:00Z")["correction/co-2"]
    target = next(
        entry
        for entry in map(json.loads, ledger.log.entries())
        if entry["statement"]["stream"] == "statement/respuesta-2018"
    )
    assert (target["statement"]["occurred_on"], correction["new_value"]) == ("2018-11-30", "2018-11-20")
    assert "correction/co-2" not in rows(ledger, "corrections", "2019-12-12T00:00:00Z")


def test_nine_themes_are_answered_and_nothing_contributed_is_unanswered(ledger: Ledger) -> None:
    [response] = rows(ledger, "participation", "2019-06-01T00:00:00Z")["gathering/consulta-1"]["responses"]
    outcomes = [theme["outcome"] for theme in response["themes"]]
    assert [outcomes.count(outcome) for outcome in ("included", "partly", "not_included")] == [5, 2, 2]
    assert rows(ledger, "participation", "2019-06-01T00:00:00Z")["gathering/consulta-1"]["unanswered"] == []


def test_sealed_data_are_blocked_then_destroyed_and_no_file_holds_them(
    whole: tuple[Path, DemoResult], ledger: Ledger
) -> None:
    for at, status in (
        ("2021-01-12T00:00:00Z", "requested"),
        ("2021-01-19T00:00:00Z", "blocked"),
        ("2021-02-20T00:00:00Z", "destroyed"),
    ):
        found = rows(ledger, "cancellations", at)
        assert [found[f"cancellation/{name}"]["status"] for name in ("x-2", "x-3")] == [status, status]
    cancellations = rows(ledger, "cancellations", "2021-02-20T00:00:00Z")
    [item] = cancellations["cancellation/x-2"]["items"]
    commitment = cancellations["cancellation/x-2"]["applicant"]["commitment"]
    vault = Vault(ledger.folder.vault)
    assert vault.commitments() == []
    with pytest.raises(NotFound):
        vault.get(commitment)
    signed = rows(ledger, "agreements", "2020-01-01T00:00:00Z")["agreement/ag-1"]["versions"][0]["docset"]["documents"]
    names = [path.name for path in whole[0].rglob("*") if path.is_file()]
    assert any(signed[0]["sha256"] in name for name in names)  # so are documents named
    assert not any(item["document"] in name for name in names)
    assert not any(b"Persona H" in entry for entry in ledger.log.entries())
    assert any(commitment.encode() in entry for entry in ledger.log.entries())  # the chain is as it was


def test_words_quoted_of_a_discrepancy_are_those_of_the_frozen_text_in_that_language(ledger: Ledger) -> None:
    quoted: list[tuple[str, str]] = []
    missing: list[tuple[str, str, str]] = []
    for agreement in ledger.as_of().rows("agreements"):
        texts = {
            (version["version"], document["lang"]): " ".join(ledger.documents.get(document["sha256"]).decode().split())
            for version in agreement["versions"]
            for document in version["docset"]["documents"]
        }
        for one in agreement.get("discrepancies", ()):
            assert len(one["readings"]) > 1
            for reading in one["readings"]:
                if "says" not in reading:
                    continue
                quoted.append((one["discrepancy"], reading["lang"]))
                if reading["says"] not in texts[one["version"], reading["lang"]]:
                    missing.append((one["discrepancy"], reading["lang"], reading["says"]))
    assert len({name for name, _lang in quoted}) == 8
    assert {lang for _name, lang in quoted} == {"en", "es"}
    assert missing == []


def test_a_complaint_outside_the_process_is_dismissed_by_a_seat_that_is_not_accused(ledger: Ledger) -> None:
    complaint = rows(ledger, "complaints", "2020-09-08T06:00:00Z")["complaint/q-2"]
    assert (complaint["status"], complaint["resolution"]["mark"]["party"]) == ("dismissed", "academia")


def test_the_reported_attempt_is_the_one_that_was_refused(ledger: Ledger) -> None:
    allegation = rows(ledger, "allegations", "2021-01-01T00:00:00Z")["allegation/intento-2020"]
    [evidence] = allegation["evidence"]
    refused = {attempt.sha256: attempt for attempt in ledger.refused.page(0, 100)}
    assert (refused[evidence["sha256"]].type, refused[evidence["sha256"]].code) == ("ScopeChanged", "E_KEY_REVOKED")


def test_the_ledger_knows_no_year_beyond_its_story(whole: tuple[Path, DemoResult]) -> None:
    assert whole[1].ended < datetime(2025, 3, 23, tzinfo=UTC)


def test_all_that_is_shown_can_be_read_within_the_profile(ledger: Ledger) -> None:
    """Ids hold `-` and `.`: one that became the name of a member would make the answer unreadable to verifiers."""
    reading = ledger.as_of()
    for projection in STATE_PROJECTIONS:
        canonical({"items": reading.rows(projection.name)})
    canonical({"facts": [fact.to_json() for fact in derive(reading.state, reading.at)]})
    canonical(ledger.state().document())
