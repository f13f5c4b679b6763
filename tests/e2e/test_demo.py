"""The demonstration keeps what it promises: the story's facts follow from the entries, and it verifies itself."""

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.api.command_line import run_here

from constancia.api.demo import run
from constancia.api.demo.run import DemoResult
from constancia.domain.agreements.agreement import Agreement
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.deliverables.deliverable import DeliverableState
from constancia.domain.facts.derive import derive, was_member
from constancia.domain.governance.body import GovernanceBody
from constancia.domain.identity.key import Key
from constancia.domain.state import State
from constancia.domain.values.calendar import Certainty
from constancia.ledger.clock import SystemClock
from constancia.ledger.ledger import Ledger
from constancia.verify.audit.run import audit
from constancia.verify.report.findings import Verdict
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

END = datetime(2021, 8, 31, tzinfo=UTC)


@pytest.fixture(scope="module")
def copied(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy to open: what opens a ledger touches its databases, and another worker may be reading the original."""
    return shutil.copytree(demo, tmp_path_factory.mktemp("opened") / "demo")


@pytest.fixture
def ledger(copied: Path) -> Any:
    with Ledger.open(copied, clock=SystemClock(), signer=None) as opened:
        yield opened


def statements(ledger: Ledger) -> list[dict[str, Any]]:
    return [json.loads(raw)["statement"] for raw in ledger.log.entries()]


def indexes(ledger: Ledger, type_name: str, **body: Any) -> list[int]:
    return [
        index
        for index, one in enumerate(statements(ledger))
        if one["type"] == type_name and body.items() <= one["body"].items()
    ]


def agreement_at(state: State) -> Agreement:
    [found] = list(state.of(Agreement))
    return found


def test_demonstration_is_intact_by_its_own_trust_folder(demo: Path) -> None:
    with open_source(str(demo)) as source:
        report = audit(source, load_trust(demo / "trust"))
    assert (report.verdict, report.faults_total) == (Verdict.INTACT, 0)


def test_origin_and_genesis_say_that_it_is_a_demonstration(ledger: Ledger) -> None:
    genesis = statements(ledger)[0]
    assert genesis["ledger"].startswith("demo.")
    assert genesis["body"]["demonstration"] is True
    assert [one["party"] for one in genesis["body"]["founders"]] == ["inai", "nosc", "sfp"]


def test_i6_in_force_exactly_at_the_third_signature(ledger: Ledger) -> None:
    signed = indexes(ledger, "AgreementSigned")
    assert len(signed) == 3
    for index in signed:
        for size in (index, index + 1):
            is_last = size == signed[-1] + 1
            assert (agreement_at(ledger.state(size)).status == "in_force") is is_last
    # In force on the day of the last signature, known since its recording: the bitemporal case.
    [fact] = [one for one in derive(ledger.state(), END) if one.kind == "AgreementEnteredIntoForce"]
    assert (fact.since, fact.known_index) == ("2019-03-01", signed[-1])
    assert json.loads(ledger.log.entry(signed[-1]))["recorded_at"].startswith("2019-03-02")


def test_all_three_signed_one_digest_of_both_languages(ledger: Ledger) -> None:
    digests = {one["body"]["docset"] for one in statements(ledger) if one["type"] == "AgreementSigned"}
    assert len(digests) == 1
    version = agreement_at(ledger.state()).current
    assert digests == {version.docset_digest}
    assert [one.lang for one in version.docset.documents] == ["es", "en"]


def test_activities_keep_their_dates_in_true_precision(ledger: Ledger) -> None:
    [commitment] = list(ledger.state().of(Commitment))
    baseline = commitment.scopes[0].scope
    assert [one.window for one in baseline.milestones] == [
        "2019-03-26",
        "2019-03-26/2019-05-24",
        "2019-06/2019-08",
        "2019-08/..",
    ]
    assert baseline.milestones[1].fallback is not None


def test_i9_scope_change_is_computed_as_the_reduction_that_it_is(ledger: Ledger) -> None:
    [commitment] = list(ledger.state().of(Commitment))
    assert [one.computed_kind for one in commitment.scopes] == ["baseline", "reduction"]


def test_late_evening_of_the_last_day_is_on_time_and_silence_is_late(ledger: Ledger) -> None:
    missed = {str(one.params["target"]) for one in derive(ledger.state(), END) if one.kind == "DeadlineMissed"}
    assert "deliverable d2.1" not in missed  # 23:30 in Mexico City, 04:30 of the next day in UTC
    assert {"deliverable d3.1", "milestone m3"} <= missed
    assert "milestone m4" not in missed


def test_one_deliverable_is_accepted_and_one_contested(ledger: Ledger) -> None:
    states = {one.stream: one.status for one in ledger.state().of(DeliverableState)}
    assert states["deliverable/rm.d2.1"] == "accepted"
    assert "contested" in states.values()


def test_i14_withdrawal_of_may_2017_and_return(ledger: Ledger) -> None:
    bodies = {one.governance_body: one for one in ledger.state().of(GovernanceBody)}
    seat = bodies["stt"].seat("nosc")
    assert seat is not None
    # It came back, and with that word of all three the successor could be founded, in which it sits since that day.
    assert [(change, day) for change, day, _ in seat.changes] == [
        ("withdrawn", "2017-05"),
        ("returned", "2019-03-01"),
        ("succeeded", "2019-03-01"),
    ]
    days = (date(2017, 4, 30), date(2017, 5, 10), date(2018, 1, 1), date(2019, 3, 1))
    expected = (Certainty.YES, Certainty.POSSIBLY, Certainty.NO, Certainty.NO)
    assert tuple(was_member(bodies["stt"], "nosc", day) for day in days) == expected
    assert [was_member(bodies["cc"], "nosc", day) for day in days] == [*[Certainty.NO] * 3, Certainty.YES]
    returned = next(index for change, _, index in seat.changes if change == "returned")
    before = next(one for one in ledger.state(returned + 1).of(GovernanceBody) if one.governance_body == "stt")
    assert was_member(before, "nosc", days[-1]) is Certainty.YES


def test_keys_are_rotated_and_revoked_and_past_signatures_stand(ledger: Ledger) -> None:
    states = [one.status for one in ledger.state().of(Key)]
    assert "retired" in states
    assert "revoked" in states
    [correction] = indexes(ledger, "CorrectionRecorded")
    target = statements(ledger)[correction]["body"]["target"]
    assert ledger.log.index_of(target) < correction


def test_illegal_acts_were_refused_and_wrote_nothing(played: tuple[Path, DemoResult], ledger: Ledger) -> None:
    refused = played[1].refused
    assert len(refused) >= 4
    assert {"E_ALREADY_SIGNED", "E_SELF_DEALING", "E_KEY_NOT_ACTIVE", "E_SCOPE_LABEL", "E_KEY_REVOKED"} <= {
        one.code for one in refused
    }
    assert played[1].size == ledger.size


def test_what_is_invented_is_marked_so(ledger: Ledger) -> None:
    marks = {one["body"].get("provenance") for one in statements(ledger)}
    assert marks <= {"invented", "public", "seed", "seed_step_invented"}
    assert {"invented", "seed_step_invented"} <= marks


@pytest.mark.parametrize(("lang", "verdict"), [("es", "ÍNTEGRO"), ("en", "INTACT")])
def test_command_plays_prints_and_verifies(
    played: tuple[Path, DemoResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str, verdict: str
) -> None:
    """The story is not played once more for it: the command gets a copy of what it came to.

    As a process that plays it, the command is run by `test_packaging.py`.
    """

    def copied(folder: Path, *, force: bool, short: bool) -> DemoResult:
        assert (force, short) == (False, True)
        shutil.copytree(played[0], folder)
        return played[1]

    monkeypatch.setattr(run, "run_demo", copied)
    asked = ["--lang", lang, "demo", "--short", "--dir", str(tmp_path / "libro")]
    done = run_here(asked, env={"COLUMNS": "120"}, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert verdict in done.stdout
    assert "E_SCOPE_LABEL" in done.stdout
