"""What a monitor notices of a dishonest host, from which evidence, and after how many requests; and what it keeps."""

import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.dishonest import Face, Host, backdated, hosting, inserted, rewritten, setting, truncated, with_statement
from tests.rows import each_row
from tests.verify.small_ledger import Log, LogKey, Witness, Writer, verify

from constancia.api.monitor.outputs import heads_document
from constancia.ledger.clock import StoryClock
from constancia.ledger.monitor.findings import ALTERED, INCONCLUSIVE, INTACT, KINDS, UNREACHABLE, worst
from constancia.ledger.monitor.judgements import ReceiptJudgement
from constancia.ledger.monitor.settings import Peer, WatchSettings
from constancia.ledger.monitor.signed_heads import HeadsDocument, format_heads, parse_heads
from constancia.ledger.monitor.watch import RoundOutcome, WatchedLog
from constancia.ledger.monitor.watch_folder import LogFolder, folder_name
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.report.findings import Verdict
from constancia.verify.trust.trust_folder import load_trust
from constancia.verify.wire.tlog_proof import parse_tlog_proof

pytestmark = pytest.mark.usefixtures("known_signatures")
NOW = datetime(2019, 3, 2, 12, tzinfo=UTC)
OLD = 300  # what the monitors verified before the host turns dishonest: more than a full tile
COMMON = 290  # where the two histories part


def history(told_to: str, count: int) -> Log:
    """A history of the log that goes its own way from `COMMON` on."""
    story = Writer().found().sign_agreement().report(COMMON - 16, batch=4)
    assert len(story.entries) == COMMON
    for number in range(count):
        story.as_person("sfp", "ProgressReported", "commitment/rm", {"n": number, "told_to": told_to})
        story.cut()
    return story.log()


@pytest.fixture(scope="session")
def true() -> Log:
    return history("all", 40)


@pytest.fixture(scope="session")
def forged() -> Log:
    """The other history, by the same key."""
    return history("some", 60)


@pytest.fixture
def trust(true: Log, tmp_path: Path) -> Path:
    return true.write_trust(tmp_path / "trust")


@pytest.fixture
def host(true: Log) -> Host:
    return Host(true.cut_at(OLD))


@pytest.fixture
def url(host: Host) -> Iterator[str]:
    with hosting(host) as address:
        yield address


@dataclass
class Monitor:
    """A monitor with a folder and a clock of its own. `round` opens everything again, as a process would."""

    root: Path
    url: str
    trust: Path | None
    settings: dict[str, Any]
    clock: StoryClock

    def round(self, *peers: Peer, receipts: tuple[ReceiptJudgement, ...] = ()) -> RoundOutcome:
        self.clock.advance(timedelta(minutes=5))
        pinned = None if self.trust is None else load_trust(self.trust)

        def trust_of(origin: str) -> Any:
            return pinned if pinned is not None and origin in pinned.policy.logs else None

        made: dict[str, Any] = {"recheck_s": 0, "whole_up_to": 0, "workers": 2} | self.settings
        settings = WatchSettings(trust_of=trust_of, **made)
        return WatchedLog(self.folder, settings, self.clock).round(peers, receipts)

    @property
    def folder(self) -> LogFolder:
        return LogFolder(self.root, self.url)

    def peer(self, name: str = "peer") -> Peer:
        """What it tells others."""
        return Peer(name=name, heads=parse_heads(heads_document([self.folder])))

    def proof(self) -> Path:
        [path] = sorted(self.folder.evidence.iterdir())
        return path


@pytest.fixture
def monitor(url: str, trust: Path, tmp_path: Path) -> Monitor:
    return Monitor(tmp_path / "monitor", url, trust, {}, StoryClock(NOW))


@pytest.fixture(scope="module")
def verified(true: Log, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a monitor that has verified `OLD` entries, and the address where it did."""
    place = tmp_path_factory.mktemp("verified")
    with hosting(Host(true.cut_at(OLD))) as url:
        monitor = Monitor(place / "monitor", url, true.write_trust(place / "trust"), {}, StoryClock(NOW))
        assert monitor.round().code == INTACT
        assert monitor.folder.state.size == OLD
        return monitor.folder.path, url


@pytest.fixture
def watching(monitor: Monitor, verified: tuple[Path, str]) -> Monitor:
    """A monitor that has verified `OLD` entries: as if it had been at this test's address."""
    place, url = verified
    copy = monitor.folder.path
    shutil.copytree(place, copy, dirs_exist_ok=True)
    state = copy / "state.json"
    state.write_text(state.read_text().replace(url, monitor.url))
    monitor.clock.advance(timedelta(minutes=5))
    assert monitor.folder.state.size == OLD
    return monitor


def codes(outcome: RoundOutcome) -> set[str]:
    return {one.code for one in outcome.open}


def judged(proof: Path, trust: Path | None) -> Verdict:
    return verify(proof, trust).verdict


# An honest host


def test_first_round_reads_all_and_the_next_one_asks_once(monitor: Monitor, host: Host) -> None:
    first = monitor.round()
    assert (first.code, first.state.size, first.state.entries) == (INTACT, OLD, OLD)
    # checkpoint, two bundles, three tiles, the document
    assert host.count() == 7
    again = monitor.round()
    assert (again.code, again.state.entries, host.count()) == (INTACT, OLD, 1)


def test_new_entries_are_audited_alone(watching: Monitor, host: Host, true: Log) -> None:
    host.show(true)
    outcome = watching.round()
    assert (outcome.code, outcome.state.size, outcome.state.entries) == (INTACT, true.size, true.size)
    # Each file once: of the bundles the one with the old end and the new entries, of the tiles the edge.
    assert sorted(host.asked) == ["checkpoint", "tile/0/001.p/74", "tile/1/000.p/1", "tile/entries/001.p/74"]


def test_whole_audit_comes_when_it_is_due(watching: Monitor, host: Host) -> None:
    watching.clock.advance(timedelta(hours=25))
    outcome = watching.round()
    assert outcome.code == INTACT
    assert outcome.state.entries == 2 * OLD
    assert host.count() == 7
    watching.round()
    assert host.count() == 1


def test_old_entry_altered_after_it_was_verified_is_found_by_the_whole_audit(
    watching: Monitor, host: Host, true: Log
) -> None:
    raw = true.entries[20].replace(b'"es":"El', b'"es":"Un')
    host.default.altered["tile/entries/000"] = (
        Face(replace(true, entries=(*true.entries[:20], raw, *true.entries[21:]))).file("tile/entries/000") or b""
    )
    assert watching.round().code == INTACT  # a copy that nobody read
    watching.clock.advance(timedelta(hours=25))
    outcome = watching.round()
    assert outcome.code == ALTERED
    [finding] = outcome.open
    assert (finding.code, finding.params["index"], finding.params["level"]) == ("faulty", 20, "L1")
    host.default.altered.clear()
    assert watching.round().code == INTACT  # looked at again at once, and not a day later


# Rollback


def test_rollback_is_noticed_from_the_checkpoint_verified_before(watching: Monitor, host: Host, true: Log) -> None:
    host.show(truncated(true, 280))
    outcome = watching.round()
    assert (outcome.code, codes(outcome)) == (ALTERED, {"rollback"})
    assert outcome.open[0].params == {"size": 280, "newer": OLD, "source": "own"}
    assert (outcome.state.size, host.count()) == (OLD, 2)  # asked twice: a cache may be behind
    host.show(true)
    healed = watching.round()
    assert (healed.code, healed.state.size) == (INTACT, true.size)
    assert [one.is_found for one in watching.folder.events] == [True, False]


def test_cache_that_is_behind_for_a_moment_is_no_rollback(watching: Monitor, host: Host, true: Log) -> None:
    host.show(truncated(true, 280))
    watching.settings["wait"] = lambda _: host.show(true)
    outcome = watching.round()
    assert (outcome.code, outcome.state.size) == (INTACT, true.size)


def test_rollback_of_a_checkpoint_that_was_never_verified_is_noticed(watching: Monitor, host: Host, true: Log) -> None:
    host.show(true, without=("tile/entries/001.p/74", "tile/entries/001"))
    outcome = watching.round()
    assert (codes(outcome), outcome.state.size, outcome.state.pending is not None) == ({"inconclusive"}, OLD, True)
    host.show(true.cut_at(OLD + 1))
    outcome = watching.round()
    (rollback,) = (one for one in outcome.open if one.code == "rollback")
    assert (outcome.code, rollback.params["newer"]) == (ALTERED, true.size)


# Fork


@pytest.mark.parametrize(("size", "requests"), [(OLD, 1), (OLD + 20, 3), (OLD + 50, 3), (COMMON + 3, 2)])
def test_fork_is_proved_by_two_checkpoints(
    size: int, requests: int, watching: Monitor, host: Host, forged: Log
) -> None:
    host.show(forged.cut_at(size))
    outcome = watching.round()
    assert outcome.code == ALTERED
    assert "fork" in codes(outcome)
    assert outcome.state.size == OLD
    assert host.count() == requests
    proof = watching.proof()
    assert judged(proof, watching.trust) is Verdict.ALTERED
    assert judged(proof, None) is Verdict.INCONCLUSIVE
    assert outcome.open[0].evidence == proof.name


def test_fork_is_never_forgotten(watching: Monitor, host: Host, forged: Log, true: Log) -> None:
    host.show(forged)
    watching.round()
    host.show(true)
    outcome = watching.round()
    assert (outcome.code, codes(outcome), outcome.state.size) == (ALTERED, {"fork"}, true.size)
    assert watching.round().code == ALTERED
    assert len(watching.folder.events) == 1


def test_histories_that_both_grow_do_not_fill_the_disk(
    pair: tuple[Monitor, Monitor], host: Host, true: Log, forged: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("constancia.ledger.monitor.watch_folder.MAX_PROOFS", 3)
    one, two = pair
    for size in range(321, 329):
        host.show(true.cut_at(size), to="127.0.0.1")
        one.round()
        assert two.round(one.peer("one")).code == ALTERED
    assert len(two.folder.proofs()) == len(two.folder.events) == 3


def test_fork_whose_tiles_are_withheld_is_proved_when_the_log_shows_itself(
    watching: Monitor, host: Host, forged: Log, true: Log, trust: Path
) -> None:
    host.show(forged.cut_at(OLD + 20), without=("tile/",))
    outcome = watching.round()
    assert (outcome.code, codes(outcome), outcome.state.size) == (INCONCLUSIVE, {"inconclusive"}, OLD)
    host.show(true)
    # The true history is longer: its own tree shows that the other checkpoint was of another one.
    outcome = watching.round()
    assert codes(outcome) == {"fork"}
    assert outcome.state.size == true.size
    assert judged(watching.proof(), trust) is Verdict.ALTERED


def test_fork_served_together_with_the_old_tiles_is_altered(watching: Monitor, host: Host, true: Log) -> None:
    made_up = LogKey().checkpoint(OLD + 20, b"\7" * 32)
    host.show(true.cut_at(OLD + 20), checkpoint=made_up)
    outcome = watching.round()
    assert (outcome.code, outcome.state.size) == (ALTERED, OLD)
    assert codes(outcome) == {"faulty"}


def test_tiles_at_odds_with_each_other_prove_nothing_and_are_a_fault(
    monitor: Monitor, host: Host, true: Log, forged: Log
) -> None:
    host.show(true.cut_at(40))
    assert monitor.round().code == INTACT
    face = host.show(true)
    face.altered["tile/0/000"] = bytes(32) + face.tree.tile(0, 0, 256)[32:]
    outcome = monitor.round()  # the tile of level 1, and with it the root, are right
    assert (outcome.code, codes(outcome), outcome.state.size) == (ALTERED, {"faulty"}, 40)
    assert outcome.open[0].params["fault"] in ("tile", "leaf-hash")
    assert monitor.folder.proofs() == []


# Split view


@pytest.fixture
def pair(host: Host, monitor: Monitor, tmp_path: Path, true: Log, forged: Log) -> tuple[Monitor, Monitor]:
    """Two monitors in two networks; each has verified the history that the host shows there."""
    host.show(true.cut_at(320), to="127.0.0.1")
    host.show(forged.cut_at(340), to="127.0.0.2")
    elsewhere = monitor.url.replace("127.0.0.1", "127.0.0.2")
    other = Monitor(tmp_path / "two", elsewhere, monitor.trust, {}, StoryClock(NOW))
    assert monitor.round().code == other.round().code == INTACT
    host.count()
    return monitor, other


def test_split_view_is_proved_by_the_peer_that_was_shown_more(
    pair: tuple[Monitor, Monitor], host: Host, trust: Path
) -> None:
    one, two = pair
    outcome = two.round(one.peer("one"))
    assert (outcome.code, codes(outcome)) == (ALTERED, {"split-view"})
    assert outcome.open[0].params == {"size": 320, "newer": 340, "source": "one"}
    assert host.count() == 1  # its own memory and the peer's head are enough
    assert judged(two.proof(), trust) is Verdict.ALTERED


def test_proof_found_by_one_monitor_convinces_the_other(pair: tuple[Monitor, Monitor], trust: Path) -> None:
    one, two = pair
    two.round(one.peer("one"))
    outcome = one.round(two.peer("two"))
    assert outcome.code == ALTERED
    assert "split-view" in codes(outcome)
    assert one.proof().read_bytes() == two.proof().read_bytes()
    assert len([event for event in one.folder.events if event.finding.code == "split-view"]) == 1


def test_peer_that_was_shown_more_is_remembered_until_the_log_has_grown_as_far(
    pair: tuple[Monitor, Monitor], host: Host, true: Log
) -> None:
    one, two = pair
    told = two.peer("two")
    outcome = one.round(told)
    assert (outcome.code, codes(outcome)) == (INCONCLUSIVE, {"behind"})
    assert outcome.open[0].params == {"size": 320, "newer": 340, "source": "two"}
    host.show(extended(true, 20), to="127.0.0.1")
    outcome = one.round()  # the peer is asked no more
    assert (outcome.code, codes(outcome)) == (ALTERED, {"split-view"})


def extended(log: Log, count: int) -> Log:
    """The true history, gone on."""
    longer = history("all", log.size - COMMON + count)
    assert longer.entries[: log.size] == log.entries
    return longer


def test_peer_that_was_shown_the_same_history_is_no_finding(
    watching: Monitor, host: Host, true: Log, tmp_path: Path
) -> None:
    host.show(true)
    other = Monitor(tmp_path / "other", watching.url, watching.trust, {}, StoryClock(NOW))
    other.round()
    for size in (OLD, true.size):
        host.show(true.cut_at(size))
        assert codes(watching.round(other.peer())) == ({"behind"} if size < true.size else set())


def test_peer_can_accuse_nobody(watching: Monitor, true: Log, forged: Log) -> None:
    stranger = LogKey("stranger")
    notes = (
        stranger.checkpoint(OLD, b"\7" * 32),
        true.checkpoint(OLD).replace(b"\n300\n", b"\n301\n"),
        b"nonsense\n\n",
        Writer("example.org/other").found().log().checkpoint(),
    )
    proofs = (b"constancia/contradiction@v1\n\n", b"")
    outcome = watching.round(Peer(name="liar", heads=HeadsDocument(notes=notes, proofs=proofs)))
    assert (outcome.code, codes(outcome)) == (INTACT, set())


def test_peer_that_can_not_be_read_is_told_and_is_no_verdict(watching: Monitor) -> None:
    outcome = watching.round(Peer(name="gone", failure="no route"))
    assert (outcome.code, codes(outcome)) == (INTACT, {"peer"})
    assert codes(watching.round(Peer(name="gone"))) == set()


def test_peers_are_compared_also_while_the_log_can_not_be_had(pair: tuple[Monitor, Monitor], host: Host) -> None:
    one, two = pair
    host.status = 503
    outcome = two.round(one.peer("one"))
    assert (outcome.code, codes(outcome)) == (ALTERED, {"split-view", "unreachable"})


# Withheld entries


def receipt(log: Log, index: int, size: int | None = None, name: str = "receipt") -> ReceiptJudgement:
    raw = log.receipt(index, size)
    return ReceiptJudgement(name=name, proof=parse_tlog_proof(raw), origin=log.signer.verifier.name)


def test_entry_that_was_promised_and_is_beyond_the_end_is_withheld(watching: Monitor, host: Host, true: Log) -> None:
    held = receipt(true, 310)
    outcome = watching.round(receipts=(held,))
    assert (outcome.code, codes(outcome)) == (ALTERED, {"withheld", "rollback"})
    assert [one.params["index"] for one in outcome.open if one.code == "withheld"] == [310]
    assert host.count() == 5  # the checkpoint twice, and in vain the tiles of the size that was promised
    host.show(true)
    assert watching.round(receipts=(held,)).code == INTACT


def test_entry_that_was_promised_and_replaced_is_withheld_and_proved(
    host: Host, monitor: Monitor, true: Log, forged: Log, trust: Path
) -> None:
    host.show(forged)
    assert monitor.round().code == INTACT  # a sound history, as far as anybody sees
    outcome = monitor.round(receipts=(receipt(true, COMMON + 5),))
    assert (outcome.code, codes(outcome)) == (ALTERED, {"withheld", "fork"})
    assert judged(monitor.proof(), trust) is Verdict.ALTERED


def test_receipt_that_is_kept_is_no_finding(watching: Monitor, true: Log) -> None:
    assert watching.round(receipts=(receipt(true, 7, OLD), receipt(true, 299, OLD))).code == INTACT


def test_receipt_that_proves_nothing_accuses_nobody(watching: Monitor, true: Log) -> None:
    good = receipt(true, 7, OLD)
    stolen = replace(good, proof=replace(good.proof, extra=true.entries[8]))
    outcome = watching.round(receipts=(stolen,))
    assert (outcome.code, codes(outcome)) == (INCONCLUSIVE, {"receipt"})


# Age and witnesses


def test_checkpoint_that_does_not_change_is_stale_after_a_while(watching: Monitor, host: Host, true: Log) -> None:
    watching.settings["max_age"] = timedelta(hours=6)
    assert watching.round().code == INTACT
    watching.clock.advance(timedelta(hours=6))
    outcome = watching.round()
    assert (outcome.code, codes(outcome)) == (INCONCLUSIVE, {"stale"})
    host.show(true)
    assert watching.round().code == INTACT


def witnessed(log: Log, trust: Path, *names: str) -> tuple[Log, Path]:
    cosigned = replace(log, witnesses=tuple(Witness(name) for name in names))
    return cosigned, cosigned.write_trust(trust, quorum=len(names))


def test_cosignature_that_grows_old_is_stale_although_the_log_is_new_to_the_monitor(
    host: Host, monitor: Monitor, true: Log, tmp_path: Path
) -> None:
    cosigned, monitor.trust = witnessed(true, tmp_path / "witnessed", "one", "two")
    host.show(cosigned)
    monitor.settings["max_age"] = timedelta(hours=12)  # the witnesses of the tests sign at 18:00 the day before
    assert codes(monitor.round()) == {"stale"}
    monitor.settings["max_age"] = timedelta(hours=24)
    assert monitor.round().code == INTACT


def test_checkpoint_without_the_quorum_is_not_gone_on_to(
    host: Host, monitor: Monitor, true: Log, tmp_path: Path
) -> None:
    cosigned, monitor.trust = witnessed(true, tmp_path / "witnessed", "one", "two")
    host.show(cosigned.cut_at(OLD))
    assert monitor.round().code == INTACT
    host.show(replace(cosigned, witnesses=cosigned.witnesses[:1]))
    outcome = monitor.round()
    assert (outcome.code, codes(outcome), outcome.state.size) == (INCONCLUSIVE, {"unwitnessed"}, OLD)
    assert outcome.state.pending is not None
    host.show(cosigned)
    outcome = monitor.round()
    assert (outcome.code, outcome.state.size, outcome.state.pending) == (INTACT, true.size, None)


def test_witnesses_that_are_about_to_sign_are_waited_for(
    host: Host, monitor: Monitor, true: Log, tmp_path: Path
) -> None:
    cosigned, monitor.trust = witnessed(true, tmp_path / "witnessed", "one", "two")
    host.show(replace(cosigned, witnesses=cosigned.witnesses[:1]))
    monitor.settings["wait"] = lambda _: host.show(cosigned)
    assert monitor.round().code == INTACT


def test_cosignatures_that_are_taken_away_are_missed_and_those_that_were_seen_are_kept(
    host: Host, monitor: Monitor, true: Log, tmp_path: Path
) -> None:
    cosigned, monitor.trust = witnessed(true, tmp_path / "witnessed", "one", "two")
    host.show(cosigned)
    assert monitor.round().code == INTACT
    host.show(true)
    outcome = monitor.round()
    assert (outcome.code, codes(outcome)) == (INCONCLUSIVE, {"unwitnessed"})
    assert (outcome.state.verified or "").encode() == cosigned.checkpoint()
    host.show(cosigned)
    assert monitor.round().code == INTACT


def test_unwitnessed_fork_contradicts_what_comes_after_it(
    host: Host, monitor: Monitor, true: Log, forged: Log, tmp_path: Path
) -> None:
    cosigned, monitor.trust = witnessed(true, tmp_path / "witnessed", "one", "two")
    host.show(cosigned.cut_at(COMMON))
    monitor.round()
    host.show(forged.cut_at(310))
    assert codes(monitor.round()) == {"unwitnessed"}
    host.show(cosigned)
    outcome = monitor.round()
    assert (codes(outcome), outcome.state.size) == ({"fork"}, true.size)


# Faults


def test_forged_signature_is_a_fault_and_holds_the_state(watching: Monitor, host: Host, true: Log) -> None:
    last = true.size - 1
    host.show(rewritten(true, last, with_statement(true.entries[last], setting("body.n", 99))))
    outcome = watching.round()
    [finding] = outcome.open
    assert (outcome.code, finding.code, outcome.state.size) == (ALTERED, "faulty", OLD)
    assert (finding.params["level"], finding.params["fault"], finding.params["index"]) == ("L2", "signature", last)
    before = watching.folder.state
    assert watching.round().state.verified == before.verified
    assert len(watching.folder.events) == 1


def test_entry_whose_signer_saw_another_history_proves_what_the_host_did(
    watching: Monitor, host: Host, true: Log, forged: Log
) -> None:
    crossed = inserted(forged, forged.size, true.entries[COMMON + 20])
    other = Monitor(watching.root.parent / "new", watching.url, watching.trust, {}, watching.clock)
    host.show(crossed)
    outcome = other.round()  # it has seen nothing before
    assert (outcome.code, codes(outcome)) == (ALTERED, {"faulty", "seen"})
    [finding] = [one for one in outcome.open if one.code == "seen"]
    assert (finding.params["index"], finding.params["newer"]) == (forged.size, crossed.size)
    assert judged(other.proof(), watching.trust) is Verdict.ALTERED
    assert codes(watching.round(other.peer())) == {"fork", "seen"}


def test_missing_bundle_accuses_nobody_and_passes(watching: Monitor, host: Host, true: Log) -> None:
    host.show(true, without=("tile/entries/001.p/74", "tile/entries/001"))
    outcome = watching.round()
    assert (outcome.code, codes(outcome), outcome.state.size) == (INCONCLUSIVE, {"inconclusive"}, OLD)
    assert "withheld" in {finding.params["reason"] for finding in outcome.open}
    host.show(true)
    outcome = watching.round()
    assert (outcome.code, outcome.state.size) == (INTACT, true.size)


def test_rewritten_past_is_a_fork(watching: Monitor, host: Host, true: Log, trust: Path) -> None:
    host.show(backdated(true, 30, true.entries[30].split(b'"recorded_at":"')[1][:20].decode() + "251Z"))
    outcome = watching.round()
    assert codes(outcome) == {"fork"}
    assert judged(watching.proof(), trust) is Verdict.ALTERED


# What can't be had


def test_host_that_does_not_answer_is_unreachable_and_loses_nothing(watching: Monitor, host: Host) -> None:
    host.status = 503
    outcome = watching.round()
    assert (outcome.code, codes(outcome), outcome.state.failures) == (UNREACHABLE, {"unreachable"}, 1)
    assert watching.round().state.failures == 2
    host.status = None
    outcome = watching.round()
    assert (outcome.code, outcome.state.failures, outcome.state.size) == (INTACT, 0, OLD)
    assert [(one.finding.code, one.is_found) for one in watching.folder.events] == [
        ("unreachable", True),
        ("unreachable", False),
    ]


@pytest.mark.parametrize("status", [404, 200])
def test_host_without_a_log_is_unreadable(status: int, watching: Monitor, host: Host) -> None:
    host.status = status
    outcome = watching.round()
    assert (outcome.code, codes(outcome)) == (UNREACHABLE, {"unreadable"})


def test_what_was_found_stays_while_the_host_is_away(watching: Monitor, host: Host, true: Log) -> None:
    host.show(true, without=("tile/entries/001.p/74", "tile/entries/001"))
    watching.round()
    host.status = 503
    outcome = watching.round()
    assert (outcome.code, codes(outcome)) == (UNREACHABLE, {"inconclusive", "unreachable"})


def test_host_that_drips_is_left_after_a_while(
    watching: Monitor, host: Host, true: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("constancia.verify.sources.web.ANSWER_S", 0.2)
    host.drip_s = 0.02
    outcome = watching.round()
    assert (outcome.code, codes(outcome)) == (UNREACHABLE, {"unreachable"})
    assert "0.2 s" in outcome.open[0].params["reason"]


def test_host_that_never_answers_is_left_after_a_while(
    watching: Monitor, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("constancia.verify.sources.web.ANSWER_S", 0.2)
    go_on = threading.Event()
    host.before = lambda _: [go_on.wait(30)].clear()
    begun = time.monotonic()
    assert codes(watching.round()) == {"unreachable"}
    assert time.monotonic() - begun < 5
    go_on.set()


def test_host_that_never_answers_does_not_hold_up_the_end(watching: Monitor, host: Host) -> None:
    go_on, asked = threading.Event(), threading.Event()

    def hold(_: str) -> None:
        asked.set()
        go_on.wait(30)

    host.before = hold
    watching.settings["is_stopped"] = asked.is_set
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        watching.round()
    assert time.monotonic() - begun < 5
    go_on.set()


def test_checkpoint_in_the_trust_folder_binds_the_first_round(
    monitor: Monitor, host: Host, true: Log, forged: Log, tmp_path: Path
) -> None:
    monitor.trust = true.write_trust(tmp_path / "kept", kept=OLD)
    host.show(true.cut_at(280))
    assert codes(monitor.round()) == {"faulty", "rollback"}
    host.show(forged)
    assert "fork" in codes(monitor.round())
    assert judged(monitor.proof(), monitor.trust) is Verdict.ALTERED


def test_other_key_than_the_one_pinned_before_is_told(watching: Monitor, true: Log, tmp_path: Path) -> None:
    watching.trust = replace(true, signer=LogKey("new")).write_trust(tmp_path / "new-trust")
    outcome = watching.round()
    assert "log-key" in codes(outcome)
    assert outcome.state.size == OLD


def test_another_log_at_the_address_is_noticed(watching: Monitor, host: Host) -> None:
    host.show(Writer("example.org/other").found().log())
    outcome = watching.round()
    assert (outcome.code, codes(outcome)) == (ALTERED, {"origin"})


def test_checkpoint_by_another_key_is_noticed(watching: Monitor, host: Host, true: Log) -> None:
    host.show(replace(true, signer=LogKey("thief")))
    outcome = watching.round()
    assert (outcome.code, codes(outcome), host.count()) == (INCONCLUSIVE, {"log-key"}, 3)  # two tiles


@pytest.mark.parametrize(
    "case",
    [
        ("true", OLD + 20, set()),
        ("true", OLD, set()),
        ("true", 280, {"rollback"}),
        ("forged", 295, {"rollback", "faulty"}),
        ("forged", OLD, {"faulty"}),
        ("forged", OLD + 20, {"faulty"}),
    ],
)
def test_another_key_hides_no_other_past_than_the_one_that_was_verified(
    watching: Monitor, host: Host, true: Log, forged: Log, case: tuple[str, int, set[str]]
) -> None:
    history, size, besides = case
    shown = {"true": true, "forged": forged}[history].cut_at(size)
    host.show(replace(shown, signer=LogKey("thief")))
    outcome = watching.round()
    assert (outcome.code, codes(outcome)) == (ALTERED if besides else INCONCLUSIVE, {"log-key", *besides})
    assert not list(watching.folder.evidence.glob("*")), "what another key signed proves nothing against this one"
    host.show(true)
    assert (watching.round().code, watching.folder.state.size) == (INTACT, true.size)


# Without trust


def test_without_trust_it_is_inconclusive_and_still_bound_by_what_it_saw(
    monitor: Monitor, host: Host, true: Log, forged: Log, trust: Path
) -> None:
    monitor.trust = None
    first = monitor.round()
    assert (first.code, codes(first), first.state.size) == (INCONCLUSIVE, {"inconclusive"}, OLD)
    host.show(truncated(true, 280))
    assert codes(monitor.round()) == {"inconclusive", "rollback"}
    host.show(true)
    grown = monitor.round()
    assert (grown.code, grown.state.size) == (INCONCLUSIVE, true.size)
    host.show(forged)
    assert monitor.round().code == ALTERED
    assert judged(monitor.proof(), trust) is Verdict.ALTERED


# What is kept


def test_line_cut_off_at_the_journals_end_is_taken_away(watching: Monitor, host: Host) -> None:
    host.status = 503
    watching.round()
    journal = watching.folder.path / "journal.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole + whole[:40])
    assert len(watching.folder.events) == 1
    assert journal.read_bytes() == whole


def test_file_half_written_by_a_process_that_was_killed_is_taken_away(watching: Monitor) -> None:
    folder = watching.folder
    running = [folder.evidence / f"contradiction-3-aa-bb.txt.{os.getppid()}.part"]
    strays = [folder.path / "state.json.9999999.part", folder.evidence / "contradiction-3-aa-bb.txt.9999999.part"]
    for path in running + strays:
        path.write_bytes(b"half")
    assert watching.folder.proofs() == []
    assert [path for path in running + strays if path.exists()] == running


def test_proof_whose_line_was_lost_is_found_again(watching: Monitor, host: Host, forged: Log, true: Log) -> None:
    host.show(forged)
    watching.round()
    (watching.folder.path / "journal.jsonl").unlink()
    host.show(true)
    outcome = watching.round()
    assert (outcome.code, codes(outcome)) == (ALTERED, {"fork"})
    assert watching.folder.events[0].finding.evidence == watching.proof().name


@pytest.mark.parametrize("damage", [b"", b"nonsense" * 4000, None])
def test_lost_or_damaged_resume_file_costs_reading_and_nothing_else(
    damage: bytes | None, watching: Monitor, host: Host, true: Log
) -> None:
    file = watching.folder.resume
    file.unlink()
    if damage is not None:
        file.write_bytes(damage)
    host.show(true)
    outcome = watching.round()
    assert (outcome.code, outcome.state.size) == (INTACT, true.size)


def test_damaged_state_is_said_and_not_overwritten(watching: Monitor) -> None:
    path = watching.folder.path / "state.json"
    path.write_bytes(b"{")
    with pytest.raises(Unreadable, match=r"state\.json"):
        watching.round()
    assert path.read_bytes() == b"{"


def test_round_that_is_broken_off_concludes_nothing(watching: Monitor, host: Host, true: Log) -> None:
    before = (watching.folder.path / "state.json").read_bytes()
    stopped: list[bool] = []
    host.before = lambda path: stopped.append(path.startswith("tile/"))
    watching.settings["is_stopped"] = lambda: any(stopped)
    host.show(true)
    with pytest.raises(KeyboardInterrupt):
        watching.round()
    assert (watching.folder.path / "state.json").read_bytes() == before
    watching.settings["is_stopped"] = lambda: False
    assert watching.round().state.size == true.size


class Crash(BaseException):
    """The process is gone."""


def crash(*_: object) -> None:
    raise Crash


@pytest.mark.parametrize("step", ["record", "save"])
def test_crash_between_durable_steps_loses_nothing(
    step: str, watching: Monitor, host: Host, forged: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = host.default
    host.show(forged)
    with monkeypatch.context() as patched:
        patched.setattr(LogFolder, step, crash)  # the proof is on the disk by then; before "save" the journal is too
        with pytest.raises(Crash):
            watching.round()
    host.default = shown
    outcome = watching.round()
    assert (codes(outcome), outcome.state.size) == ({"fork"}, OLD)
    assert [one.finding.code for one in watching.folder.events] == ["fork"]


def test_folder_holds_the_checkpoint_for_verify_since(watching: Monitor, true: Log) -> None:
    assert (watching.folder.path / "checkpoint").read_bytes() == true.checkpoint(OLD)


def test_folder_names_tell_addresses_apart() -> None:
    names = {folder_name(one) for one in ("http://a/x", "https://a/x", "http://a/x/y", "http://a/x?y", "http://b")}
    assert len(names) == 5
    assert all("/" not in one for one in names)


# Heads


def test_heads_are_read_back(true: Log) -> None:
    document = format_heads([], [])
    assert parse_heads(document) == HeadsDocument()
    assert parse_heads(true.checkpoint()) == HeadsDocument(notes=(true.checkpoint(),))


@each_row(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"format":"other","heads":[]}',
        b'{"format":"constancia/heads@v1"}',
        b'{"format":"constancia/heads@v1","heads":[1]}',
        b'{"format":"constancia/heads@v1","heads":[{"note":"\\ud800"}]}',
        b'{"format":"constancia/heads@v1","heads":3}',
        b"{" + b'"a":[' * 100_000,
        json.dumps({"format": "constancia/heads@v1", "heads": [{"note": "x"}] * 257}).encode(),
        b"<html>",
    ],
)
def test_other_documents_are_refused(raw: bytes) -> None:
    with pytest.raises(Malformed):
        parse_heads(raw)


def test_worst_outcome_decides() -> None:
    assert worst([]) == INTACT
    assert worst([INTACT, INCONCLUSIVE]) == INCONCLUSIVE
    assert worst([INCONCLUSIVE, UNREACHABLE]) == UNREACHABLE
    assert worst([UNREACHABLE, ALTERED, INTACT]) == ALTERED


def test_only_what_can_be_proved_lasts_for_ever() -> None:
    assert {code for code, kind in KINDS.items() if kind.for_ever} == {"fork", "seen", "split-view"}
