"""The witness's core: what it cosigns, what it refuses and keeps, and that no race and no crash rolls it back."""

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.ledger.witnessed import ORIGIN, TreeLog, cosigner, witness_in
from tests.ledger.world import START

from constancia.ledger.clock import StoryClock
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.keys.note_keys import Cosigner, KeyFileError, NoteKeys
from constancia.ledger.wire.proofs import consistency_proof
from constancia.ledger.witnesses.protocol import (
    MAX_PROOF_LINES,
    format_request,
    parse_answer,
    parse_request,
    parse_size,
)
from constancia.ledger.witnesses.witness import BadProof, NotSigned, RootConflict, SizeConflict, UnknownLog, Witness
from constancia.ledger.witnesses.witness_memory import MAX_EVIDENCE, EquivocationRecord, WitnessStore, WitnessStoreError
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.cosignature import verify_cosignature
from constancia.verify.core.formats.note import (
    COSIGNATURE_ED25519,
    COSIGNATURE_MLDSA44,
    NoteSignature,
    VerifierKey,
    format_note,
    parse_note,
)
from constancia.verify.wire.merkle import EMPTY_ROOT

PASSPHRASE = b"a passphrase for tests"
NOW = int(START.timestamp())


@pytest.fixture
def log() -> TreeLog:
    return TreeLog().grow(20)


@pytest.fixture
def witness(tmp_path: Path, log: TreeLog) -> Iterator[Witness]:
    made = witness_in(tmp_path / "witness.sqlite", log.signer)
    yield made
    made.store.close()


def known_size(witness: Witness) -> int:
    known = witness.store.known().get(ORIGIN)
    return known.size if known else 0


class TestCosigning:
    def test_both_keys_cosign_with_the_time(self, witness: Witness, log: TreeLog) -> None:
        answer = witness.add_checkpoint(log.request(0, 5))
        text = parse_note(log.checkpoint(5)).text
        lines = parse_answer(text, answer)
        assert [key.type_byte for key in witness.cosigner.keys] == [COSIGNATURE_ED25519, COSIGNATURE_MLDSA44]
        for key, line in zip(witness.cosigner.keys, lines, strict=True):
            assert verify_cosignature(key, line, text) == NOW

    def test_follows_a_growing_log(self, witness: Witness, log: TreeLog) -> None:
        old = 0
        for size in (1, 2, 3, 7, 8, 20):
            witness.add_checkpoint(log.request(old, size))
            assert known_size(witness) == old + (size - old)
            old = size
        assert witness.store.known()[ORIGIN].root == log.tree.root(20)

    def test_same_tree_again_is_cosigned_again(self, witness: Witness, log: TreeLog) -> None:
        witness.add_checkpoint(log.request(0, 5))
        assert witness.add_checkpoint(log.request(5, 5))
        assert known_size(witness) == 5

    def test_empty_tree_may_be_cosigned(self, witness: Witness, log: TreeLog) -> None:
        assert witness.add_checkpoint(format_request(0, (), log.signer.checkpoint(0, EMPTY_ROOT)))
        assert witness.add_checkpoint(log.request(0, 5))

    def test_several_logs_do_not_meet(self, tmp_path: Path, log: TreeLog) -> None:
        other = TreeLog("other", LogSigner.generate("example.org/other")).grow(9)
        witness = witness_in(tmp_path / "two.sqlite", log.signer, other.signer)
        witness.add_checkpoint(log.request(0, 5))
        witness.add_checkpoint(other.request(0, 9))
        assert {origin: one.size for origin, one in witness.store.known().items()} == {
            ORIGIN: 5,
            "example.org/other": 9,
        }

    def test_unknown_signatures_beside_the_log_s_are_ignored(self, witness: Witness, log: TreeLog) -> None:
        note = parse_note(log.checkpoint(5))
        grease = [
            NoteSignature(name="grease.example", key_hash=os.urandom(4), blob=os.urandom(90)),
            NoteSignature(name=ORIGIN, key_hash=os.urandom(4), blob=os.urandom(64)),
        ]
        signed = format_note(note.text, [grease[0], *note.signatures, grease[1]])
        assert witness.add_checkpoint(format_request(0, (), signed))

    def test_clock_set_back_gives_no_earlier_time(self, tmp_path: Path, log: TreeLog) -> None:
        clock = StoryClock(START)
        keys = cosigner()
        store = WitnessStore.create(tmp_path / "w.sqlite", keys.keys)
        witness = Witness(store, keys, {ORIGIN: [log.signer.verifier]}, clock)
        witness.add_checkpoint(log.request(0, 5))
        clock.advance(timedelta(days=-3))
        [line, *_] = parse_answer(parse_note(log.checkpoint(9)).text, witness.add_checkpoint(log.request(5, 9)))
        assert int.from_bytes(line.blob[:8], "big") == NOW

    def test_checkpoint_given_again_is_the_last_one_of_its_log_with_the_time_of_its_cosignature(
        self, tmp_path: Path, log: TreeLog
    ) -> None:
        clock, keys = StoryClock(START), cosigner()
        other = TreeLog(signer=LogSigner.generate("example.org/other")).grow(7)
        store = WitnessStore.create(tmp_path / "w.sqlite", keys.keys)
        logs = {name: [tree.signer.verifier] for name, tree in ((ORIGIN, log), ("example.org/other", other))}
        witness = Witness(store, keys, logs, clock)
        witness.add_checkpoint(log.request(0, 5))
        clock.advance(timedelta(days=1))
        witness.add_checkpoint(other.request(0, 7))
        clock.advance(timedelta(days=1))
        for name, tree, size, time in ((ORIGIN, log, 5, NOW), ("example.org/other", other, 7, NOW + 86_400)):
            given = witness.latest(hashlib.sha256(name.encode()).hexdigest())
            assert given is not None
            note = parse_note(given)
            assert note.text == parse_note(tree.checkpoint(size)).text
            own = [(key, line) for key in keys.keys for line in note.signatures if key.matches(line)]
            assert len(own) == len(keys.keys)
            assert {verify_cosignature(key, line, note.text) for key, line in own} == {time}
        assert witness.latest(hashlib.sha256(b"example.org/none").hexdigest()) is None


class TestRefusing:
    def test_unknown_origin(self, witness: Witness) -> None:
        stranger = TreeLog(signer=LogSigner.generate("example.org/stranger")).grow(5)
        with pytest.raises(UnknownLog):
            witness.add_checkpoint(stranger.request(0, 5))

    def test_no_signature_by_the_log(self, witness: Witness) -> None:
        forged = TreeLog(signer=LogSigner.generate(ORIGIN)).grow(5)
        with pytest.raises(NotSigned):
            witness.add_checkpoint(forged.request(0, 5))
        assert witness.store.evidence() == []

    def test_log_s_signature_over_another_text(self, witness: Witness, log: TreeLog) -> None:
        five, six = parse_note(log.checkpoint(5)), parse_note(log.checkpoint(6))
        with pytest.raises(NotSigned):
            witness.add_checkpoint(format_request(0, (), format_note(six.text, five.signatures)))

    @pytest.mark.parametrize("old", [0, 3, 6, 7])
    def test_another_old_size_is_told_the_known_one(self, witness: Witness, log: TreeLog, old: int) -> None:
        witness.add_checkpoint(log.request(0, 5))
        with pytest.raises(SizeConflict) as refused:
            witness.add_checkpoint(log.request(old, 8))
        assert refused.value.known == 5

    def test_rollback_is_refused(self, witness: Witness, log: TreeLog) -> None:
        witness.add_checkpoint(log.request(0, 9))
        for old in (0, 4):
            with pytest.raises(SizeConflict):
                witness.add_checkpoint(log.request(old, 4))
        with pytest.raises(Malformed):  # the old size it would have to name is above the checkpoint's
            witness.add_checkpoint(format_request(9, (), log.checkpoint(4)))
        assert known_size(witness) == 9

    def test_another_root_for_the_known_size_is_kept_as_evidence(self, witness: Witness, log: TreeLog) -> None:
        witness.add_checkpoint(log.request(0, 9))
        fork = log.fork(4, 9)
        request = format_request(9, (), fork.checkpoint(9))
        with pytest.raises(RootConflict):
            witness.add_checkpoint(request)
        [kept] = witness.store.evidence()
        assert (kept.reason, kept.request, kept.origin) == ("RootConflict", request, ORIGIN)
        # What is kept convicts the log by itself: two signed checkpoints of one size.
        two = parse_note(kept.known), parse_request(kept.request).note
        assert two[0].text.split("\n")[1] == two[1].text.split("\n")[1]
        assert two[0].text != two[1].text

    def test_fork_with_a_proof_of_its_own_is_refused_and_kept_once(self, witness: Witness, log: TreeLog) -> None:
        witness.add_checkpoint(log.request(0, 9))
        request = log.fork(4, 15).request(9, 15)
        for _ in range(3):
            with pytest.raises(BadProof):
                witness.add_checkpoint(request)
        assert [one.reason for one in witness.store.evidence()] == ["BadProof"]
        witness.add_checkpoint(log.request(9, 15))
        assert witness.store.known()[ORIGIN].root == log.tree.root(15)

    @pytest.mark.parametrize("change", ["missing", "extra", "flipped", "swapped"])
    def test_bad_proofs(self, witness: Witness, log: TreeLog, change: str) -> None:
        witness.add_checkpoint(log.request(0, 5))
        proof = list(consistency_proof(log.tree, 5, 20))
        if change == "missing":
            proof.pop()
        elif change == "extra":
            proof.append(bytes(32))
        elif change == "flipped":
            proof[0] = bytes([proof[0][0] ^ 1]) + proof[0][1:]
        else:
            proof[0], proof[1] = proof[1], proof[0]
        with pytest.raises(BadProof):
            witness.add_checkpoint(format_request(5, proof, log.checkpoint(20)))
        assert known_size(witness) == 5

    def test_proof_from_nothing_must_be_empty(self, witness: Witness, log: TreeLog) -> None:
        with pytest.raises(BadProof):
            witness.add_checkpoint(format_request(0, [bytes(32)], log.checkpoint(5)))

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda raw: b"",
            lambda raw: raw.replace(b"old 0", b"old 00"),
            lambda raw: raw.replace(b"old 0", b"old -1"),
            lambda raw: raw.replace(b"old 0", b"new 0"),
            lambda raw: raw.replace(b"old 0", b"old 6"),
            lambda raw: raw.replace(b"old 0\n\n", b"old 0\n"),
            lambda raw: raw.replace(b"old 0\n", b"old 0\nAAAA\n"),
            lambda raw: raw.replace(b"old 0\n", b"old 0\nnot base64!\n"),
            lambda raw: raw.replace(b"old 0\n", b"old 0\n" + b"A" * 43 + b"=\n" * (MAX_PROOF_LINES + 1)),
            lambda raw: raw.replace(b"\n5\n", b"\n05\n"),
            lambda raw: raw[:-1],
            lambda raw: raw + b"\xff",
            lambda raw: raw + b"x" * 300_000,
        ],
    )
    def test_malformed_requests(self, witness: Witness, log: TreeLog, spoil: object) -> None:
        with pytest.raises(Malformed):
            witness.add_checkpoint(spoil(log.request(0, 5)))  # type: ignore[operator]
        assert witness.store.known() == {}

    def test_checkpoint_against_another_tree_is_other_evidence(self, witness: Witness) -> None:
        """Each pair of a known and a refused checkpoint shows by itself that the log has two histories."""
        pairs = [(b"known 1", "a"), (b"known 2", "a"), (b"known 1", "b"), (b"known 1", "a")]
        with witness.store.writing() as rows:
            news = [
                rows.keep(EquivocationRecord(at=NOW, origin=ORIGIN, reason="BadProof", known=known, request=b""), text)
                for known, text in pairs
            ]
        assert news == [True, True, True, False]
        assert [record.known for record in witness.store.evidence()] == [known for known, _ in pairs[:3]]

    def test_evidence_is_bounded_and_the_first_stays(self, tmp_path: Path, log: TreeLog) -> None:
        witness = witness_in(tmp_path / "many.sqlite", log.signer)
        witness.add_checkpoint(log.request(0, 9))
        with witness.store.writing() as rows:
            rows._connection.execute(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
                "INSERT INTO evidence (digest, at, origin, reason, known, request) "
                "SELECT CAST(i AS BLOB), 0, ?, 'BadProof', x'', x'' FROM n",
                (MAX_EVIDENCE, ORIGIN),
            )
        with pytest.raises(BadProof):
            witness.add_checkpoint(log.fork(4, 15).request(9, 15))
        assert len(witness.store.evidence()) == MAX_EVIDENCE
        # Bad proofs, which anybody can send, leave room for what only the log's key can have made.
        with pytest.raises(RootConflict):
            witness.add_checkpoint(log.fork(4, 9).request(9, 9))
        assert [one.reason for one in witness.store.evidence()][MAX_EVIDENCE:] == ["RootConflict"]
        count, last = witness.store.refusals(2)
        assert (count, [reason for _, _, reason in last]) == (MAX_EVIDENCE + 1, ["BadProof", "RootConflict"])


class TestRaces:
    def test_two_requests_from_one_size_do_not_both_pass(self, tmp_path: Path, log: TreeLog) -> None:
        """The first is stalled between check and commit; the second comes meanwhile with another history."""
        stalled, go_on = threading.Event(), threading.Event()

        def stall() -> None:
            stalled.set()
            assert go_on.wait(10)

        keys = cosigner()
        path = tmp_path / "race.sqlite"
        logs = {ORIGIN: [log.signer.verifier]}
        first = Witness(WitnessStore.create(path, keys.keys), keys, logs, StoryClock(START), before_commit=stall)
        # A second process on the same file is what a store of its own stands for here.
        second = Witness(WitnessStore.open(path, keys.keys), keys, logs, StoryClock(START))
        outcome: list[object] = []

        def run(witness: Witness, request: bytes) -> None:
            try:
                outcome.append(witness.add_checkpoint(request))
            except SizeConflict as error:
                outcome.append(error.known)

        one = threading.Thread(target=run, args=(first, log.request(0, 15)))
        one.start()
        assert stalled.wait(10)
        two = threading.Thread(target=run, args=(second, log.fork(4, 9).request(0, 9)))
        two.start()
        two.join(0.3)
        assert two.is_alive(), "the second request must wait for the first one's outcome"
        assert outcome == []
        go_on.set()
        one.join(10)
        two.join(10)
        assert isinstance(outcome[0], bytes)
        assert outcome[1] == 15
        assert second.store.known()[ORIGIN].root == log.tree.root(15)

    def test_many_at_once_move_from_each_size_once(self, witness: Witness, log: TreeLog) -> None:
        log.grow(40)
        forks = [log.fork(3, 40, salt) for salt in ("a", "b")]
        cosigned: list[tuple[int, bytes]] = []
        witness.add_checkpoint(log.request(0, 3))

        def push(source: TreeLog, sizes: range) -> None:
            for size in sizes:
                try:
                    known = known_size(witness)
                    witness.add_checkpoint(source.request(known, max(size, known)))
                    cosigned.append((max(size, known), source.tree.root(max(size, known))))
                except (SizeConflict, BadProof, RootConflict):
                    continue

        threads = [threading.Thread(target=push, args=(one, range(4, 40))) for one in (log, log, *forks)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # Whatever came first, all that was cosigned is one history.
        roots = dict(cosigned)
        assert len(set(cosigned)) == len(roots)
        histories = [one for one in (log, *forks) if all(one.tree.root(size) == root for size, root in cosigned)]
        assert histories


CHILD = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = {paths!r}
from constancia.ledger.clock import SystemClock
from constancia.ledger.keys.note_keys import Cosigner
from constancia.ledger.witnesses.witness import Witness
from constancia.ledger.witnesses.witness_memory import WitnessStore
from constancia.verify.core.formats.note import parse_vkey
from constancia.ledger.wire.proofs import consistency_proof

folder, when, vkey = Path(sys.argv[1]), sys.argv[2], parse_vkey(sys.argv[3])
keys = Cosigner.load(folder / "key.pem", {passphrase!r})
store = WitnessStore.open(folder / "store.sqlite", keys.keys)
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
witness = Witness(store, keys, {{vkey.name: [vkey]}}, SystemClock(), before_commit=die if when == "before" else None)
if when == "after":
    keys.cosign = die
print("answered", len(witness.add_checkpoint(sys.stdin.buffer.read())))
"""


class TestCrashes:
    @pytest.fixture
    def home(self, tmp_path: Path) -> Path:
        keys = NoteKeys.generate()
        keys.save(tmp_path / "key.pem", PASSPHRASE, "witness.example/crashing")
        WitnessStore.create(tmp_path / "store.sqlite", Cosigner.load(tmp_path / "key.pem", PASSPHRASE).keys).close()
        return tmp_path

    def ask(self, home: Path, log: TreeLog, when: str, request: bytes) -> "subprocess.CompletedProcess[bytes]":
        code = CHILD.format(paths=[".import"], passphrase=PASSPHRASE)
        arguments = [sys.executable, "-c", code, str(home), when, log.signer.vkey]
        return subprocess.run(arguments, input=request, capture_output=True, timeout=60, check=False)

    def size(self, home: Path) -> int:
        with sqlite3.connect(home / "store.sqlite") as connection:
            row = connection.execute("SELECT size FROM heads").fetchone()
        return row[0] if row else 0

    def test_killed_before_the_commit_it_remembers_the_old_tree(self, home: Path, log: TreeLog) -> None:
        assert self.ask(home, log, "never", log.request(0, 5)).stdout.startswith(b"answered")
        killed = self.ask(home, log, "before", log.request(5, 9))
        assert (killed.returncode, killed.stdout) == (-signal.SIGKILL, b"")
        assert self.size(home) == 5

    def test_killed_after_the_commit_it_remembers_what_it_never_answered(self, home: Path, log: TreeLog) -> None:
        killed = self.ask(home, log, "after", log.request(0, 9))
        assert (killed.returncode, killed.stdout) == (-signal.SIGKILL, b"")
        assert self.size(home) == 9
        # A rollback after the crash: the log hands in an older tree, or another history of the same size.
        for request in (log.request(0, 4), log.fork(2, 9).request(0, 9)):
            refused = self.ask(home, log, "never", request)
            assert b"SizeConflict" in refused.stderr
        assert (
            b"RootConflict" in self.ask(home, log, "never", format_request(9, (), log.fork(2, 9).checkpoint(9))).stderr
        )
        assert self.ask(home, log, "never", log.request(9, 9)).stdout.startswith(b"answered")


class TestStore:
    def test_writes_are_full_sync_in_a_write_ahead_log(self, witness: Witness) -> None:
        connection = witness.store._connection
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)

    def test_missing_store_is_not_made_by_itself(self, tmp_path: Path) -> None:
        with pytest.raises(WitnessStoreError, match="--create"):
            WitnessStore.open(tmp_path / "gone.sqlite", cosigner().keys)
        assert not (tmp_path / "gone.sqlite").exists()

    def test_store_is_never_made_over_another(self, tmp_path: Path, witness: Witness) -> None:
        with pytest.raises(WitnessStoreError, match="exists"):
            WitnessStore.create(tmp_path / "witness.sqlite", witness.cosigner.keys)

    def test_store_belongs_to_its_keys(self, tmp_path: Path, witness: Witness) -> None:
        with pytest.raises(WitnessStoreError, match="another witness"):
            WitnessStore.open(tmp_path / "witness.sqlite", cosigner().keys)

    def test_other_files_are_no_store(self, tmp_path: Path) -> None:
        (tmp_path / "note").write_text("no database")
        with pytest.raises(WitnessStoreError, match="no witness's store"):
            WitnessStore.open(tmp_path / "note", cosigner().keys)


class TestKeyFile:
    def test_keys_come_back_with_their_name(self, tmp_path: Path) -> None:
        keys = NoteKeys.generate()
        keys.save(tmp_path / "key.pem", PASSPHRASE, "inai.example/testigo")
        made = Cosigner("inai.example/testigo", keys.ed25519, keys.mldsa44)
        assert Cosigner.load(tmp_path / "key.pem", PASSPHRASE).keys == made.keys
        assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600
        assert (tmp_path / "key.pem").read_bytes().count(b"BEGIN ENCRYPTED PRIVATE KEY") == 2

    def test_wrong_passphrase(self, tmp_path: Path) -> None:
        NoteKeys.generate().save(tmp_path / "key.pem", PASSPHRASE, "a.example/w")
        with pytest.raises(KeyFileError, match="passphrase is wrong"):
            Cosigner.load(tmp_path / "key.pem", b"another passphrase")

    def test_log_s_key_file_is_no_witness_s(self, tmp_path: Path) -> None:
        LogSigner.generate(ORIGIN).save(tmp_path / "log.pem", PASSPHRASE)
        with pytest.raises(KeyFileError, match="name:"):
            Cosigner.load(tmp_path / "log.pem", PASSPHRASE)

    def test_log_key_file_from_before_mldsa_still_opens(self, tmp_path: Path) -> None:
        keys = NoteKeys.generate()
        NoteKeys(ed25519=keys.ed25519, mldsa44=None).save(tmp_path / "log.pem", PASSPHRASE)
        signer = LogSigner.load(ORIGIN, tmp_path / "log.pem", PASSPHRASE)
        assert signer.cosigner_vkey is None
        assert len(parse_note(signer.checkpoint(3, bytes(32))).signatures) == 1

    def test_keys_in_another_order_are_refused(self, tmp_path: Path) -> None:
        NoteKeys.generate().save(tmp_path / "a.pem", PASSPHRASE)
        first, second = (tmp_path / "a.pem").read_bytes().split(b"-----END ENCRYPTED PRIVATE KEY-----\n")[:2]
        end = b"-----END ENCRYPTED PRIVATE KEY-----\n"
        (tmp_path / "b.pem").write_bytes(second + end + first + end)
        with pytest.raises(KeyFileError, match="an Ed25519 key, and an ML-DSA-44 key after it"):
            NoteKeys.load(tmp_path / "b.pem", PASSPHRASE)


def test_size_answers_are_read_strictly() -> None:
    assert parse_size(b"50\n") == 50
    for body in (b"", b"50", b"050\n", b"-1\n", b"50\n\n", b"5 0\n", b"9" * 17 + b"\n"):
        with pytest.raises(Malformed):
            parse_size(body)


class TestSeveralKeysOfOneLog:
    """A log that changed its key, or signs with ML-DSA-44 only, is one log to its witnesses."""

    @pytest.fixture
    def old(self) -> TreeLog:
        return TreeLog().grow(20)

    def watching(self, path: Path, *keys: VerifierKey) -> Witness:
        own = cosigner()
        return Witness(WitnessStore.create(path, own.keys), own, {ORIGIN: keys}, StoryClock(START))

    def test_checkpoint_by_the_new_key_extends_one_by_the_old(self, tmp_path: Path, old: TreeLog) -> None:
        new = TreeLog(old.salt, LogSigner.generate(ORIGIN)).grow(20)
        witness = self.watching(tmp_path / "w.sqlite", old.signer.verifier, new.signer.verifier)
        witness.add_checkpoint(old.request(0, 5))
        witness.add_checkpoint(new.request(5, 20))
        assert known_size(witness) == 20
        with pytest.raises(NotSigned):
            witness.add_checkpoint(TreeLog(old.salt, LogSigner.generate(ORIGIN)).grow(20).request(20, 20))
        witness.store.close()

    def test_log_that_signs_with_ml_dsa_alone_is_witnessed(self, tmp_path: Path, old: TreeLog) -> None:
        keys = NoteKeys.generate()
        log = Cosigner(ORIGIN, keys.ed25519, keys.mldsa44)
        strong = next(key for key in log.keys if key.type_byte == COSIGNATURE_MLDSA44)
        text = parse_note(old.checkpoint(5)).text
        line = next(line for line in log.cosign(text, NOW) if strong.matches(line))
        witness = self.watching(tmp_path / "w.sqlite", strong)
        assert witness.add_checkpoint(format_request(0, (), format_note(text, [line])))
        spoiled = NoteSignature(name=line.name, key_hash=line.key_hash, blob=line.blob[:-1] + b"\0")
        with pytest.raises(NotSigned):
            witness.add_checkpoint(format_request(5, (), format_note(text, [spoiled])))
        witness.store.close()

    def test_witness_whose_clock_is_at_the_beginning_gives_no_time_of_0(self, tmp_path: Path, old: TreeLog) -> None:
        own = cosigner()
        clock = StoryClock(datetime(1970, 1, 1, tzinfo=UTC))
        witness = Witness(
            WitnessStore.create(tmp_path / "w.sqlite", own.keys), own, {ORIGIN: [old.signer.verifier]}, clock
        )
        text = parse_note(old.checkpoint(5)).text
        lines = parse_answer(text, witness.add_checkpoint(old.request(0, 5)))
        assert [verify_cosignature(key, line, text) for key, line in zip(own.keys, lines, strict=True)] == [1, 1]
        witness.store.close()
