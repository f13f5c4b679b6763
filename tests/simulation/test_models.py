"""Models of a witness and of a monitor: whatever is done to them in any order, they answer as a few lines say."""

import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.simulation.scene import LONGEST, OTHER, PARTING, TRUE, face, history, keys, proof
from tests.verify.small_ledger import START

from constancia.ledger.clock import StoryClock
from constancia.ledger.monitor.findings import ALTERED, INTACT
from constancia.ledger.monitor.settings import WatchSettings
from constancia.ledger.monitor.watch import WatchedLog
from constancia.ledger.monitor.watch_folder import LogFolder
from constancia.ledger.witnesses.protocol import format_request
from constancia.ledger.witnesses.witness import BadProof, NotCosigned, RootConflict, SizeConflict, Witness
from constancia.ledger.witnesses.witness_memory import WitnessStore
from constancia.verify.core.formats.note import parse_note
from constancia.verify.sources.web import Web
from constancia.verify.trust.trust_folder import load_trust

SIDES = st.sampled_from((TRUE, OTHER))
SIZES = st.integers(PARTING - 3, LONGEST)


class WitnessModel(RuleBasedStateMachine):
    """A witness: the model is the size and root that it cosigned last, and the latest time that it wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)  # noqa: S108
        self.clock = StoryClock(START)
        self.size, self.root, self.time, self.conflicts = 0, b"", 0, set[bytes]()
        self.witness = self._opened(create=True)

    def _opened(self, *, create: bool) -> Witness:
        path, signer = Path(self.folder.name) / "w.sqlite", history(TRUE).signer.verifier
        store = (WitnessStore.create if create else WitnessStore.open)(path, keys("w1").keys)
        return Witness(store, keys("w1"), {signer.name: (signer,)}, self.clock)

    @rule(side=SIDES, size=SIZES, knows=st.booleans(), is_true=st.booleans())
    def asked(self, side: str, size: int, knows: bool, is_true: bool) -> None:
        """Ask for any tree, with the right old size or another one, and a true proof or another one."""
        old = self.size if knows else PARTING - 2
        if old > size:
            return
        path = proof(side, old, size) if is_true else [bytes(32)] * 3
        body = format_request(old, path, history(side).checkpoint(size))
        root = history(side).tree.root(size)
        goes_on = self.size <= PARTING or side == self._side or not self.size
        refusal: NotCosigned | None = None
        answer = b""
        try:
            answer = self.witness.add_checkpoint(body)
        except NotCosigned as error:
            refusal = error
        if old != self.size:
            assert isinstance(refusal, SizeConflict)
            assert refusal.known == self.size
        elif size == self.size and root != self.root:
            assert isinstance(refusal, RootConflict)
            self.conflicts.add(body)
        elif not goes_on or (not is_true and size != self.size):
            assert isinstance(refusal, BadProof)
        elif refusal is None:
            [line, *_] = parse_note(b"x\n\n" + answer).signatures
            time = int.from_bytes(line.blob[:8], "big")
            assert time >= self.time
            self.size, self.root, self.time = size, root, time
        else:  # a proof where there is nothing to prove
            assert isinstance(refusal, BadProof)
            assert not is_true

    @property
    def _side(self) -> str:
        return TRUE if self.root == history(TRUE).tree.root(self.size) else OTHER

    @rule(seconds=st.integers(-500_000, 500_000))
    def clock_moves(self, seconds: int) -> None:
        """Forward and back: what was cosigned later is never dated before."""
        self.clock = StoryClock(self.clock.now() + timedelta(seconds=seconds))
        self.witness._clock = self.clock

    @rule()
    def begins_again(self) -> None:
        """The process ends, and another one opens the file."""
        self.witness.store.close()
        self.witness = self._opened(create=False)

    @invariant()
    def remembers(self) -> None:
        last = self.witness.store.known().get(history(TRUE).signer.verifier.name)
        assert (last.size, last.root) == (self.size, self.root) if last else not self.size
        kept = {record.request for record in self.witness.store.evidence() if record.reason == "RootConflict"}
        assert len(kept) >= bool(self.conflicts)

    def teardown(self) -> None:
        self.witness.store.close()
        self.folder.cleanup()


class MonitorModel(RuleBasedStateMachine):
    """A monitor that is shown any size of either history: the model is the largest tree that it verified."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)  # noqa: S108
        root = Path(self.folder.name)
        self.trust = load_trust(replace(history(TRUE), witnesses=()).write_trust(root / "trust"))
        self.clock = StoryClock(START + timedelta(days=1))
        self.verified: tuple[str, int] | None = None
        self.is_forked = False
        self.has_tree = False

    @property
    def _log(self) -> LogFolder:
        return LogFolder(Path(self.folder.name), "https://log.example")

    @rule(side=SIDES, size=SIZES)
    def shown(self, side: str, size: int) -> None:
        """Look, as a new process would each time."""
        self.clock.advance(timedelta(minutes=5))
        watch = WatchSettings(trust_of=lambda _: self.trust, recheck_s=0, whole_up_to=0, workers=1, wait=lambda _: None)
        with patch.object(Web, "read", lambda _web, path, _limit: face(side, size).file(path)), \
             patch.object(Web, "_wait", lambda _web, _seconds: None):  # fmt: skip
            outcome = WatchedLog(self._log, watch, self.clock).round()
        before = self.verified
        parted = before is not None and min(before[1], size) > PARTING and before[0] != side
        went_back = before is not None and size < before[1]
        # Without the tree that it verified, a smaller one on another way only shows that the log went back.
        self.is_forked = self.is_forked or (parted and (self.has_tree or not went_back))
        if parted or went_back:
            assert outcome.code == ALTERED
        else:
            self.has_tree = True
            self.verified = (before[0] if before is not None and size <= PARTING else side, size)
        assert (outcome.code == ALTERED) == (parted or went_back or self.is_forked)
        assert outcome.state.size == (self.verified or ("", 0))[1]
        assert bool(self._log.proofs()) == self.is_forked
        assert parted or went_back or self.is_forked or outcome.code == INTACT

    @precondition(lambda self: self.verified is not None)
    @rule()
    def begins_again_without_the_memory_of_audits(self) -> None:
        """The resume file is lost: what was verified is in the state, and nothing of it is forgotten."""
        self._log.resume.unlink(missing_ok=True)
        self.has_tree = False

    def teardown(self) -> None:
        self.folder.cleanup()


TestWitnessModel = WitnessModel.TestCase
TestWitnessModel.settings = settings(max_examples=25, stateful_step_count=20, deadline=None, derandomize=True)
TestMonitorModel = MonitorModel.TestCase
TestMonitorModel.settings = settings(max_examples=6, stateful_step_count=6, deadline=None, derandomize=True)
