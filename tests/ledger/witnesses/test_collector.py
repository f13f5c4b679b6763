"""A ledger and its witnesses: asked after each batch, verified, kept, served; and what bad ones can't do."""

import asyncio
import shutil
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.conftest import Desk
from tests.ledger.false_witness import Behaviour, behaving, closed_port, keys_of, talking
from tests.ledger.template import Templates
from tests.ledger.witness_scene import LONG_S, PACE, SHORT, Scene
from tests.ledger.world import ORIGIN, START
from tests.profile import sampled, turn_of
from tests.tls import tls_server, trust_authority

from constancia.ledger.disk.durable import write_file
from constancia.ledger.errors import LedgerError, RolledBack
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.keys.note_keys import Cosigner
from constancia.ledger.ledger import Ledger
from constancia.ledger.witnesses.collector import CosignatureCollector
from constancia.ledger.witnesses.protocol import SIZE_MEDIA_TYPE, parse_request
from constancia.verify.audit.run import audit
from constancia.verify.core.errors import Unreadable
from constancia.verify.core.formats.note import NoteSignature, format_note, parse_note
from constancia.verify.core.formats.policy import open_with_policy
from constancia.verify.report.findings import Report, Verdict
from constancia.verify.sources.source import open_source
from constancia.verify.sources.sqlite_store import Store
from constancia.verify.trust.trust_folder import load_trust
from constancia.verify.wire.tlog_proof import parse_tlog_proof


@pytest.fixture
def scene(tmp_path: Path, templates: Templates) -> Iterator[Scene]:
    made = Scene(tmp_path, templates.founded, SHORT)
    yield made
    if made.desk is not None:
        made.desk.ledger.close()
    for one in made.real:
        one.close()


def with_third(scene: Scene, url: str, keys: Cosigner | None = None, **how: Any) -> Desk:
    """A founded ledger with two good witnesses, and something else where the third should be."""
    scene.found()
    first, second = scene.witnesses(2)
    scene.write_policy(
        {"w1": (first.cosigner, first.url), "w2": (second.cosigner, second.url), "w3": (keys or keys_of("w3"), url)}
    )
    return scene.open(**how)


def good(scene: Scene) -> Desk:
    """A founded ledger whose three good witnesses have cosigned it."""
    scene.found()
    scene.write_policy({f"w{n + 1}": (one.cosigner, one.url) for n, one in enumerate(scene.witnesses(3))})
    desk = scene.open()
    assert desk.ledger.wait_cosigned(LONG_S)
    return desk


def until(met: Callable[[], object], seconds: float = LONG_S) -> None:
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


def witnessed_size(desk: Desk) -> int:
    latest = desk.ledger.witnessing.latest()
    return latest.size if latest is not None else 0


class TestCosigned:
    def test_checkpoint_carries_all_cosignatures(self, scene: Scene) -> None:
        desk = good(scene)
        opened = open_with_policy(desk.ledger.log.checkpoint(), scene.policy)
        assert (opened.checkpoint.size, opened.witnessed) == (desk.ledger.size, True)
        assert set(opened.cosigned) == {
            "log-mldsa44", "w1", "w1-mldsa44", "w2", "w2-mldsa44", "w3", "w3-mldsa44",
        }  # fmt: skip
        latest = desk.ledger.witnessing.latest()
        assert latest is not None
        assert (latest.size, latest.by) == (desk.ledger.size, ("w1", "w2", "w3"))
        assert latest.at == int(START.timestamp())

    def test_published_log_bundle_and_receipt_carry_them(self, scene: Scene) -> None:
        desk = good(scene)
        desk.ledger.publish()
        desk.ledger.export(scene.folder / "bundle.zip")
        write_file(scene.folder / "one.tlog-proof", desk.ledger.receipt(3))
        assert (desk.folder / "log" / "checkpoint").read_bytes() == desk.ledger.log.checkpoint()
        for source in ("d", "d/log", "bundle.zip", "one.tlog-proof"):
            report = scene.report(source)
            assert (report.verdict, [one.code for one in report.open]) == (Verdict.INTACT, []), source
            assert report.checked["L1"]["cosignatures"] >= 7

    def test_published_checkpoint_follows_cosignatures_that_come_later(self, scene: Scene) -> None:
        scene.write_policy({f"w{n + 1}": (one.cosigner, one.url) for n, one in enumerate(scene.witnesses(3))})
        desk = scene.open(cosign=False)
        desk.found()
        desk.ledger.publish()
        assert scene.report("d/log").verdict is Verdict.INCONCLUSIVE
        desk.ledger.close()
        desk = scene.open(create=False)
        assert desk.ledger.wait_cosigned(LONG_S)
        assert desk.ledger.publish().files == 1
        assert scene.report("d/log").verdict is Verdict.INTACT

    def test_receipt_is_on_the_latest_witnessed_checkpoint_that_covers_it(self, scene: Scene) -> None:
        desk = good(scene)
        size = desk.ledger.size
        for one in scene.real:
            one.stop()
        desk.adopt()
        old = open_with_policy(parse_tlog_proof(desk.ledger.receipt(3)).checkpoint, scene.policy)
        new = open_with_policy(parse_tlog_proof(desk.ledger.receipt(size)).checkpoint, scene.policy)
        assert (old.checkpoint.size, old.witnessed) == (size, True)
        assert (new.checkpoint.size, new.witnessed) == (desk.ledger.size, False)
        assert parse_tlog_proof(desk.ledger.receipt(3, desk.ledger.size)).checkpoint == desk.ledger.log.checkpoint()

    def test_cosignatures_outlast_the_process_and_are_seen_by_readers(self, scene: Scene) -> None:
        desk = good(scene)
        asked = [one.requests for one in scene.real]
        note = desk.ledger.log.checkpoint()
        with Ledger.open(desk.folder, clock=scene.clock, signer=None) as reader:
            assert reader.log.checkpoint() == note
            assert reader.witnessing.covering(0) == desk.ledger.size
        desk.ledger.close()
        desk = scene.open(create=False)
        assert desk.ledger.log.checkpoint() == note
        assert desk.ledger.wait_cosigned(LONG_S)
        until(lambda: not desk.ledger.not_compared)
        assert [one.requests for one in scene.real] == [n + 1 for n in asked], "each is compared with, once"
        assert desk.ledger.log.checkpoint() == note, "what is kept stays"

    def test_a_burst_is_cosigned_by_its_last_checkpoint(self, scene: Scene) -> None:
        desk = good(scene)
        desk.adopt()
        before = scene.real[0].requests
        signed = [desk.world.allege("c1") for _ in range(300)]
        for future in [desk.ledger.submit(one.parsed) for one in signed]:
            future.result()
        assert desk.ledger.wait_cosigned(LONG_S)
        assert open_with_policy(desk.ledger.log.checkpoint(), scene.policy).witnessed
        batches = len(list(desk.ledger.log.checkpoint_sizes()))
        assert scene.real[0].requests - before < min(30, batches)

    def test_rounds_of_a_busy_log_come_soon_after_each_other_and_not_one_for_each_entry(self, scene: Scene) -> None:
        desk = good(scene)
        desk.adopt()
        asked = scene.real[0].asked_at
        asked.clear()
        entries, begun = 0, time.monotonic()
        while len(asked) < 5:
            assert time.monotonic() < begun + LONG_S
            desk.take(desk.world.allege("c1"))
            entries += 1
            time.sleep(0.005)  # an entry each moment is enough, and leaves the rounds their time
        gaps = [later - sooner for sooner, later in pairwise(asked)]
        assert min(gaps) < 0.4, "an entry would wait for its round"
        assert statistics.median(gaps) > PACE.round_every_s / 2
        assert entries > len(asked)


SHARE = sampled(2, 1)
# What is no cosignature: a part is tried in each run, as the collector's own bytes choose.
GARBAGE = [
    (b"\x00\xff not HTTP\r\n\r\n", b""),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", b""),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b"x" * 4096 + b"\r\n"),
    (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", b""),
    (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", b""),
    (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", b""),
    (b"HTTP/1.1 409 Conflict\r\nContent-Type: text/x.tlog.size\r\nContent-Length: 3\r\n\r\n0x1", b""),
    # It is asked again at the size that it named: a connection left open would be waited for.
    (
        b"HTTP/1.1 409 Conflict\r\nContent-Type: text/x.tlog.size\r\nConnection: close\r\nContent-Length: 2\r\n\r\n0\n",
        b"",
    ),
]


class TestBadWitnesses:
    def appends_are_not_delayed(self, desk: Desk) -> None:
        started = time.monotonic()
        desk.adopt()
        assert time.monotonic() - started < 5

    def test_dead_one(self, scene: Scene) -> None:
        desk = with_third(scene, closed_port())
        self.appends_are_not_delayed(desk)
        until(lambda: witnessed_size(desk) == desk.ledger.size)
        assert desk.ledger.witness_problems == {"w3": "unreachable", "w3-mldsa44": "unreachable"}

    def test_one_whose_certificate_is_wrong(
        self, scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """It is not said that nobody answers: its operator has something to do."""
        monkeypatch.setenv("SSL_CERT_FILE", str(trust_authority(tmp_path)))
        with tls_server(tmp_path, tmp_path, "certificate-expired") as url:
            desk = with_third(scene, url)
            self.appends_are_not_delayed(desk)
            until(lambda: desk.ledger.witness_problems.get("w3") == "certificate-expired")
        assert f"witness {url}: certificate-expired: The certificate of that site (TLS) has expired" in caplog.text

    def test_slow_one(self, scene: Scene) -> None:
        """It takes the connection and never answers; it is given up after its time, and nobody waits for it."""
        with talking(b"") as url:
            desk = with_third(scene, url)
            self.appends_are_not_delayed(desk)
            until(lambda: witnessed_size(desk) == desk.ledger.size, 5)
            assert "w3" not in desk.ledger.witness_problems, "its time is not up yet"

    def test_closing_does_not_wait_for_a_slow_one(self, scene: Scene) -> None:
        with talking(b"") as url:
            desk = with_third(scene, url)
            started = time.monotonic()
            desk.ledger.close()
            assert time.monotonic() - started < 4

    @pytest.mark.parametrize(("said", "forever"), GARBAGE[turn_of("ledger/witnesses", SHARE) :: SHARE])
    def test_garbage(self, scene: Scene, said: bytes, forever: bytes) -> None:
        with talking(said, forever=forever) as url:
            desk = with_third(scene, url)
            self.appends_are_not_delayed(desk)
            until(lambda: witnessed_size(desk) == desk.ledger.size)
            until(lambda: desk.ledger.witness_problems.get("w3"))
            assert desk.ledger.witness_problems["w3"] in ("garbage", "refused", "unreachable")
            assert set(desk.ledger.witness_problems) == {"w3", "w3-mldsa44"}
            assert open_with_policy(desk.ledger.log.checkpoint(), scene.policy).witnessed

    def test_cosignature_of_another_tree_is_not_kept(self, scene: Scene) -> None:
        keys = keys_of("w3")

        def another(body: bytes) -> tuple[int, str, bytes]:
            lines = keys.cosign(parse_request(body).note.text + "more\n", 1_600_000_000)
            return 200, "text/plain", format_note("", lines).removeprefix(b"\n")

        self.false(scene, keys, another)

    def test_one_sound_and_one_false_cosignature_are_both_not_kept(self, scene: Scene) -> None:
        keys = keys_of("w3")

        def half_false(body: bytes) -> tuple[int, str, bytes]:
            sound, other = keys.cosign(parse_request(body).note.text, 1_600_000_000)
            spoiled = NoteSignature(name=other.name, key_hash=other.key_hash, blob=bytes(8) + other.blob[8:])
            return 200, "text/plain", format_note("", (sound, spoiled)).removeprefix(b"\n")

        self.false(scene, keys, half_false)

    def false(self, scene: Scene, keys: Cosigner, behaviour: Behaviour) -> None:
        with behaving(behaviour) as url:
            desk = with_third(scene, url, keys)
            until(lambda: desk.ledger.witness_problems.get("w3") == "false")
            until(lambda: witnessed_size(desk) == desk.ledger.size)
            assert "w3" not in open_with_policy(desk.ledger.log.checkpoint(), scene.policy).cosigned
            assert desk.ledger.witnessing.last_by("w3") is None

    def test_grease_in_an_answer_is_not_kept(self, scene: Scene) -> None:
        keys, stranger = keys_of("w3"), keys_of("stranger")

        def greased(body: bytes) -> tuple[int, str, bytes]:
            text = parse_request(body).note.text
            unknown = NoteSignature(name="grease.example", key_hash=b"abcd", blob=b"x" * 99)
            lines = (unknown, *keys.cosign(text, 1_600_000_000), *stranger.cosign(text, 1_600_000_000))
            return 200, "text/plain", format_note("", lines).removeprefix(b"\n")

        with behaving(greased) as url:
            desk = with_third(scene, url, keys)
            assert desk.ledger.wait_cosigned(LONG_S)
            names = {one.name for one in parse_note(desk.ledger.log.checkpoint()).signatures}
            assert names == {ORIGIN, "witness.example/w1", "witness.example/w2", "witness.example/w3"}

    def test_absurd_time_is_not_kept(self, scene: Scene) -> None:
        keys = keys_of("w3")

        def far(body: bytes) -> tuple[int, str, bytes]:
            lines = keys.cosign(parse_request(body).note.text, 2**62)
            return 200, "text/plain", format_note("", lines).removeprefix(b"\n")

        with behaving(far) as url:
            desk = with_third(scene, url, keys)
            until(lambda: desk.ledger.witness_problems.get("w3") == "garbage")

    def test_sizes_that_change_each_time_end(self, scene: Scene) -> None:
        sizes = iter(range(1, 10_000))
        with behaving(lambda _: (409, SIZE_MEDIA_TYPE, f"{next(sizes) % 5}\n".encode())) as url:
            desk = with_third(scene, url)
            until(lambda: desk.ledger.witness_problems.get("w3") == "garbage")

    @pytest.mark.parametrize("claimed", [10**9, 2, "size + 1"])
    def test_size_that_was_a_lie_is_not_believed_at_the_next_request(self, scene: Scene, claimed: int | str) -> None:
        """A witness named a size beyond the log's, or a wrong one within it: it is asked again, and cosigns."""
        keys, lies = keys_of("w3"), 2
        said: list[int] = []

        def lying_at_first(body: bytes) -> tuple[int, str, bytes]:
            request = parse_request(body)
            if len(said) < lies:
                size = request.checkpoint.size + 1 if isinstance(claimed, str) else claimed
                said.append(size)
                return 409, SIZE_MEDIA_TYPE, f"{size}\n".encode()
            if request.old_size:  # it has cosigned nothing so far
                return 409, SIZE_MEDIA_TYPE, b"0\n"
            return 200, "text/plain", format_note("", keys.cosign(request.note.text, 1_600_000_000)).removeprefix(b"\n")

        with behaving(lying_at_first) as url:
            # The guard against a rollback would refuse to sign while a witness says that it has seen more.
            desk = with_third(scene, url, keys, guard_rollback=False)
            until(lambda: desk.ledger.witnessing.last_by("w3") is not None)
            assert len(said) == lies
            assert desk.ledger.wait_cosigned(LONG_S)
            assert "w3" not in desk.ledger.witness_problems

    def test_dead_one_comes_back(self, scene: Scene) -> None:
        first, second, third = scene.witnesses(3)
        third.stop()
        scene.write_policy({f"w{n + 1}": (one.cosigner, one.url) for n, one in enumerate((first, second, third))})
        desk = scene.open()
        desk.found()
        until(lambda: desk.ledger.witness_problems.get("w3") == "unreachable")
        third.start()
        assert desk.ledger.wait_cosigned(LONG_S)
        assert desk.ledger.witness_problems == {}
        assert "w3" in open_with_policy(desk.ledger.log.checkpoint(), scene.policy).cosigned


class TestStoreThatIsBusy:
    def test_locked_file_puts_a_round_off_and_ends_nothing(self, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        """A round is planned within a witness's own task, too, where an error would end the asking of all."""
        cosigning = good(scene).parts.cosigning
        assert cosigning is not None
        cosigning.close()
        asked: list[bool] = []
        again = asyncio.Event()

        def locked(_self: CosignatureCollector) -> bool:
            asked.append(True)
            if len(asked) == 1:
                raise sqlite3.OperationalError("database is locked")
            again.set()
            return False

        async def planned() -> None:
            cosigning._target = 0
            cosigning._plan()
            await asyncio.wait_for(again.wait(), LONG_S)

        monkeypatch.setattr(CosignatureCollector, "_is_round_over", locked)
        asyncio.run(planned())
        assert len(asked) == 2


class TestSizes:
    def test_lost_answers_are_made_good_by_the_409(self, scene: Scene) -> None:
        """The witnesses cosigned, and nothing of it was kept: they say at which size they are."""
        desk = good(scene)
        desk.ledger.close()
        for path in desk.folder.glob("cosignatures.sqlite*"):
            path.unlink()
        desk = scene.open(create=False)
        desk.adopt()
        assert desk.ledger.wait_cosigned(LONG_S)
        assert open_with_policy(desk.ledger.log.checkpoint(), scene.policy).witnessed

    def test_ledger_restored_from_a_backup_is_found_out(self, scene: Scene) -> None:
        scene.pace = PACE  # all of them answer, and the first entry waits until they have
        desk = good(scene)
        desk.ledger.close()
        shutil.copytree(desk.folder, scene.folder / "backup")
        desk = scene.open(create=False)
        desk.adopt()
        assert desk.ledger.wait_cosigned(LONG_S)
        desk.ledger.close()
        shutil.rmtree(desk.folder)
        shutil.copytree(scene.folder / "backup", desk.folder)
        desk = scene.open(create=False)
        desk.world.look(desk.ledger.log)
        said = desk.world.says("nosc", "CommitmentProposed", "commitment/x", commitment="x",
                               objective={"es": "O"}, problem={"es": "P"}, title={"es": "T"})  # fmt: skip
        with pytest.raises(RolledBack):
            desk.take(said)
        assert set(desk.ledger.witness_problems.values()) == {"ahead"}
        desk.ledger.close()
        desk = scene.open(create=False, guard_rollback=False)  # an operator who goes on all the same is found out
        desk.take(said)
        until(lambda: set(desk.ledger.witness_problems.values()) == {"ahead"})
        assert not open_with_policy(desk.ledger.log.checkpoint(), scene.policy).witnessed
        assert witnessed_size(desk) < desk.ledger.size

    def test_rewritten_past_is_not_cosigned(self, scene: Scene) -> None:
        """The operator rebuilds the ledger with its own key: the witnesses hold the old tree."""
        desk = good(scene)
        desk.ledger.close()
        size = desk.ledger.size
        (desk.folder / "trust" / "policy").rename(scene.folder / "policy")
        shutil.rmtree(desk.folder)
        write_file(desk.folder / "trust" / "policy", (scene.folder / "policy").read_bytes())
        scene.desk = scene.world = None
        desk = scene.open(guard_rollback=False)
        desk.found()
        desk.adopt()
        assert desk.ledger.size > size
        # The proofs are sound in the new tree: that a witness refuses them is no lack of proof but another history.
        until(lambda: set(desk.ledger.witness_problems.values()) == {"conflict"})
        until(lambda: all(one.witness.store.evidence() for one in scene.real))  # each of them answers in its time
        assert scene.report().verdict is Verdict.INCONCLUSIVE


class TestAuditOfKeptCosignatures:
    def edited(self, scene: Scene, statement: str, *params: object) -> Report:
        desk = good(scene)
        size = desk.ledger.size
        desk.adopt()
        assert desk.ledger.wait_cosigned(LONG_S)
        desk.ledger.close()
        with sqlite3.connect(desk.folder / "cosignatures.sqlite") as connection:
            # A round may have begun at the next entry: its rows have the place that one statement moves rows to.
            connection.execute("DELETE FROM cosignatures WHERE size = ?", [size + 1])
            assert connection.execute(statement, [size if one == "size" else one for one in params]).rowcount > 0
        connection.close()
        return scene.report()

    def test_store_s_audit_counts_them_without_a_published_log(self, scene: Scene) -> None:
        desk = good(scene)
        desk.ledger.close()
        report = scene.report()
        assert (report.verdict, report.open) == (Verdict.INTACT, ())
        shutil.rmtree(desk.folder / "log", ignore_errors=True)
        (desk.folder / "cosignatures.sqlite").unlink()
        assert [one.code for one in scene.report().open] == ["no-quorum"]

    def test_witnessed_up_to_a_size_is_told(self, scene: Scene) -> None:
        desk = good(scene)
        size = desk.ledger.size
        for one in scene.real:
            one.stop()
        desk.adopt()
        desk.ledger.close()
        [left] = scene.report().open
        assert (left.code, left.params["size"]) == ("witnessed-to", size)

    @pytest.mark.parametrize(
        ("statement", "params"),
        [
            ("UPDATE cosignatures SET line = substr(line, 1, length(line) - 8) || 'AAAAAAA=' WHERE size = ?", ["size"]),
            ("UPDATE cosignatures SET root = zeroblob(32) WHERE size = ?", ["size"]),
            ("UPDATE cosignatures SET root = x'00' WHERE size = ?", ["size"]),
            ("UPDATE cosignatures SET size = size + 1 WHERE size = ?", ["size"]),
            ("UPDATE cosignatures SET size = 'many' WHERE size = ?", ["size"]),
            ("UPDATE cosignatures SET line = x'00' WHERE size = ?", ["size"]),
        ],
    )
    def test_row_that_does_not_verify_is_named_and_accuses_nobody(
        self, scene: Scene, statement: str, params: list[str]
    ) -> None:
        report = self.edited(scene, statement, *params)
        assert report.verdict is not Verdict.ALTERED
        [unread] = [remark for remark in report.not_checked if remark.code == "cosignatures-unread"]
        assert "cosignatures.line" in str(unread.params["reason"])

    @pytest.mark.parametrize(
        ("hours", "code"), [(0, None), (-2, "witness-behind"), (2, "witness-ahead")], ids=["right", "behind", "ahead"]
    )
    def test_times_of_entries_are_held_to_those_of_witnesses(self, scene: Scene, hours: int, code: str | None) -> None:
        """The ledger's clock is wrong, or it back-dates: the witnesses say when they saw how much of it."""
        scene.write_policy({f"w{n + 1}": (one.cosigner, one.url) for n, one in enumerate(scene.witnesses(3))})
        scene.clock.advance(timedelta(hours=hours))
        desk = scene.open()
        desk.world.advance(timedelta(hours=hours))
        desk.found()
        assert desk.ledger.wait_cosigned(LONG_S)
        size = desk.ledger.size
        desk.adopt()
        assert desk.ledger.wait_cosigned(LONG_S)
        desk.ledger.close()
        report = scene.report()
        assert report.verdict is Verdict.INTACT
        told = [one for one in report.notes if one.code.startswith("witness-")]
        assert [one.code for one in told] == ([] if code is None else [code])
        for one in told:
            said, seen = str(one.params["recorded_at"]), str(one.params["time"])
            assert (said < seen) == (code == "witness-behind")
            assert int(str(one.params.get("size", one.params.get("index")))) <= size

    def test_entry_that_cannot_be_read_has_no_time_to_compare(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def unreadable(_store: Store, index: int) -> bytes | None:
            raise Unreadable("store", "here", f"entry {index} is damaged")

        desk = good(scene)
        desk.adopt()
        assert desk.ledger.wait_cosigned(LONG_S)
        desk.ledger.close()
        monkeypatch.setattr(Store, "entry", unreadable)
        assert scene.report().verdict is Verdict.INTACT

    @pytest.mark.parametrize("damage", ["no database", "other columns"])
    def test_file_that_can_not_be_read_is_said_and_accuses_nobody(self, scene: Scene, damage: str) -> None:
        """What is kept about the log, and can be had again, never makes the log altered."""
        desk = good(scene)
        desk.ledger.close()
        path = desk.folder / "cosignatures.sqlite"
        if damage == "other columns":
            with sqlite3.connect(path) as connection:
                connection.execute("ALTER TABLE cosignatures ADD COLUMN more TEXT")
            connection.close()
        else:
            for one in desk.folder.glob("cosignatures.sqlite*"):
                one.unlink()
            path.write_text("no database")
        report = scene.report()
        assert report.verdict is not Verdict.ALTERED
        assert "cosignatures-unread" in {one.code for one in report.not_checked}
        if damage == "other columns":
            return
        with pytest.raises(LedgerError, match="may be taken away"):
            scene.open(create=False)
        (desk.folder / "cosignatures.sqlite").unlink()
        desk = scene.open(create=False)
        assert desk.ledger.wait_cosigned(LONG_S)
        assert open_with_policy(desk.ledger.log.checkpoint(), scene.policy).witnessed

    def test_altered_rows_are_not_served(self, scene: Scene) -> None:
        desk = good(scene)
        note = desk.ledger.log.checkpoint()
        desk.ledger.close()
        with sqlite3.connect(desk.folder / "cosignatures.sqlite") as connection:
            connection.execute("UPDATE cosignatures SET line = substr(line, 1, length(line) - 8) || 'AAAAAAA='")
        connection.close()
        for one in scene.real:
            one.stop()
        desk = scene.open(create=False)
        assert desk.ledger.log.checkpoint() == desk.ledger.log.signed()
        assert len(desk.ledger.log.checkpoint()) < len(note)
        assert desk.ledger.witnessing.latest() is None

    def test_ledger_at_work_is_not_taken_for_a_truncated_one(self, scene: Scene) -> None:
        """What is appended and cosigned after the source was opened is of no concern to this audit."""
        desk = good(scene)
        size = desk.ledger.size
        with open_source(str(desk.folder)) as opened:
            desk.adopt()
            assert desk.ledger.wait_cosigned(LONG_S)
            report = audit(opened, load_trust(desk.folder / "trust"), all_faults=True)
        assert (report.verdict, report.faults) == (Verdict.INTACT, ())
        assert report.size == size

    def test_truncated_log_is_convicted_by_its_own_cosignatures(self, scene: Scene) -> None:
        desk = good(scene)
        desk.ledger.close()
        shutil.copytree(desk.folder, scene.folder / "backup")
        size = desk.ledger.size
        desk = scene.open(create=False)
        desk.adopt()
        assert desk.ledger.wait_cosigned(LONG_S)
        whole = desk.ledger.size
        desk.ledger.close()
        shutil.copy(scene.folder / "backup" / "ledger.sqlite", desk.folder / "ledger.sqlite")
        report = scene.report()
        assert report.verdict is Verdict.ALTERED
        # One for each tree that was cosigned: there may have been several rounds, the last one about all of it.
        assert {(one.code, one.index) for one in report.faults} == {("rollback", size)}
        assert max(one.last_index or 0 for one in report.faults) == whole - 1


def test_policy_that_names_another_key_is_refused(scene: Scene) -> None:
    [only] = scene.witnesses(1)
    other = Scene(scene.folder / "other")
    other.signer = LogSigner.generate(ORIGIN)
    other.write_policy({"w1": (only.cosigner, only.url)}, ("group parties 1 w1", "parties"))
    (scene.folder / "d" / "trust").mkdir(parents=True)
    shutil.copy(other.folder / "d" / "trust" / "policy", scene.folder / "d" / "trust" / "policy")
    with pytest.raises(LedgerError, match="another key"):
        scene.open()


def test_policy_without_witnesses_asks_nobody(scene: Scene) -> None:
    desk = scene.open()
    desk.found()
    assert desk.ledger.wait_cosigned(0.1)
    assert not desk.ledger.witnessing.is_asked_for
    assert desk.ledger.witnessing.latest() is None
