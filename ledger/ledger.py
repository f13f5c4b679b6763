"""A ledger, opened: everything that the floor above may ask for.

- L1: one process writes; others may read the same folder at the same time.
- L2: nothing is served before the store was read to its end and found to agree with itself; what a snapshot spares
  is read behind the scenes, with the same consequence.
- L3: what is returned as appended is durable, covered by a signed checkpoint, and stays at that index permanently.
- L4: reading never waits for writing.

It trusts the folder's disk, the signer it was given and the clock. It does not trust those who
submit, nor what it reads back: entries are parsed, documents hashed, the checkpoint verified.
"""

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from constancia.domain.facts.derive import DerivedFact, derive
from constancia.domain.state import State
from constancia.ledger.append.examiner import AppendOutcome
from constancia.ledger.append.loop_replies import LoopReplies
from constancia.ledger.append.sequencer import Sequencer
from constancia.ledger.assembly import LedgerParts, OpenRequest, Options, assemble
from constancia.ledger.belongings.withdrawals import carry_out, withdrawn_documents
from constancia.ledger.clock import Clock, format_recorded_at
from constancia.ledger.disk.documents import Documents
from constancia.ledger.errors import LedgerError, ReadOnly, WritesRefused
from constancia.ledger.folder import LedgerFolder, policy_text
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.publication.bundle import export_bundle
from constancia.ledger.publication.static_files import PublishResult, publish
from constancia.ledger.publication.target import Target
from constancia.ledger.reader.log import Log
from constancia.ledger.reader.receipts import receipt
from constancia.ledger.store.address import DatabaseAddress
from constancia.ledger.submission import SignedStatement
from constancia.ledger.timestamps.anchor_store import Anchors
from constancia.ledger.views.reading import Reading, Readings
from constancia.ledger.views.rebuild import Rebuilt, rebuild
from constancia.ledger.witnesses.rollback_records import MAX_BYTES, NAME, RollbackRecords
from constancia.verify.core.errors import Unreadable
from constancia.verify.core.formats.checkpoint import Checkpoint
from constancia.verify.core.formats.note import VerifierKey, format_vkey
from constancia.verify.sources.files import read_named
from constancia.verify.trust.policy_file import MAX_POLICY_BYTES

_RECEIPTS: Final = 256
_log = logging.getLogger(__name__)


def _receipt(log: Log, index: int, size: int, checkpoint: bytes) -> bytes:
    return receipt(log, index, size, checkpoint=checkpoint)


class Ledger:
    """One ledger. Get it from `Ledger.open`; use it as a context manager, or `close` it."""

    def __init__(self, core: LedgerParts, clock: Clock, resources: contextlib.ExitStack) -> None:
        """Take over what `open` has put together."""
        self._core, self._resources = core, resources
        self._replies: dict[asyncio.AbstractEventLoop, LoopReplies[AppendOutcome]] = {}
        self.origin, self.clock = core.origin, clock
        self.folder = LedgerFolder(core.folder)
        self.store, self.is_in_database = core.application.store, core.application.is_remote
        self.places = core.places
        self.documents = Documents(self.places.documents, withdrawn=self.withdrawn)
        if core.signer is not None:
            self.documents.tidy()
        self.anchors = Anchors(self.places.anchors)
        self.log = core.log
        self.views = core.views
        self._readings = Readings(core.log, core.states, clock)
        self.witnessing = core.witnessing
        self.refused = core.refused
        # The same receipt is asked for by several: as a page, a file and a code.
        self._receipt = lru_cache(_RECEIPTS)(partial(_receipt, core.log))
        if core.signer is not None:
            self._carry_out()

    @classmethod
    def open(  # noqa: PLR0913 (each says one thing about what is wanted)
        cls,
        folder: Path,
        *,
        clock: Clock,
        signer: LogSigner | None,
        origin: str | None = None,
        create: bool = False,
        options: Options | None = None,
        database: DatabaseAddress | None = None,
    ) -> Self:
        """Open the ledger in a folder.

        Args:
            folder: The ledger's folder.
            clock: Tells the time of new entries.
            signer: The log's key; None opens for reading only.
            origin: The ledger's name, where the caller knows which one it wants.
            create: Makes a new, empty ledger (its first entry must be its genesis); needs a signer.
            options: How it runs.
            database: Where the store is, if the folder does not say so; a ledger that is written has its folder
                remember it.

        Returns:
            The ledger, read to its end and checked.

        Raises:
            NotFound: There is no ledger in the folder.
            LedgerError: It is another ledger than asked for, or `create` found one.
            Locked: Another process has it open for writing.
            StoreUnavailable: Its database can't be had, or another server writes it.
            Fatal: The store contradicts itself, or its checkpoint.
        """
        wanted = OpenRequest(folder=folder, origin=origin, signer=signer, create=create, database=database)
        with contextlib.ExitStack() as resources:
            core = assemble(wanted, clock, options or Options(), resources)
            return cls(core, clock, resources.pop_all())

    def close(self) -> None:
        """Lets everything under way come to its end, and lets go of the folder; may be repeated."""
        self._resources.close()

    def close_with(self, further: contextlib.ExitStack) -> None:
        """Close further resources too, after the ledger's own, such as the folder of a copy."""
        own, self._resources = self._resources, further
        further.callback(own.close)

    def __enter__(self) -> Self:
        """Close the ledger at the end of a block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the ledger."""
        self.close()

    # Writing

    def submit(self, signed: SignedStatement) -> Future[AppendOutcome]:
        """Hands in a statement.

        Args:
            signed: The statement and its signatures; `parse_signed` reads what was handed in.

        Returns:
            A future for `AppendOutcome`. It fails with `Malformed`, `Refusal`, `NotStored` (a `Busy`) or
            `Fatal`.

        Raises:
            Busy: Too much is under way; nothing was taken in.
            ReadOnly: The ledger was opened without its signer.
            Closed: It was closed.
            Fatal: The writer has stopped.
        """
        return self._noted(signed, self._sequencer.submit(signed))

    @property
    def _sequencer(self) -> Sequencer:
        if self._core.sequencer is None:
            raise ReadOnly("this ledger was opened for reading only")
        return self._core.sequencer

    def _noted(self, signed: SignedStatement, outcome: Future[AppendOutcome]) -> Future[AppendOutcome]:
        if signed.statement.type == "CancellationDecided":
            outcome.add_done_callback(self._carry_out)
        return outcome

    def append(self, signed: SignedStatement) -> AppendOutcome:
        """Hands in a statement and waits for the outcome.

        Raises:
            Malformed, Refusal, Busy, Fatal: As `submit` and its future.
        """
        return self.submit(signed).result()

    async def submit_async(self, signed: SignedStatement, timeout_s: float | None = None) -> AppendOutcome:
        """Hands in a statement and awaits the outcome on the running event loop; without `timeout_s` without end.

        Outcomes of one batch wake the loop once, and what is handed in within one of its turns wakes one other thread.

        Raises:
            Malformed, Refusal, Busy, Fatal: As `submit` and its future.
            TimeoutError: There is no outcome yet; the statement is under way all the same.
        """
        loop = asyncio.get_running_loop()
        replies = self._replies.get(loop)
        if replies is None:
            self._replies = {each: open_ for each, open_ in self._replies.items() if not each.is_closed()}
            replies = self._replies[loop] = LoopReplies(loop)
        submission = replies.hand_in(self._sequencer, signed)
        return await replies.wrap(self._noted(signed, submission.future), timeout_s)

    @property
    def is_writable(self) -> bool:
        """Whether statements can be handed in."""
        return self._core.sequencer is not None

    @property
    def failure(self) -> LedgerError | None:
        """Why nothing is taken in any more; None while all is well."""
        return self._core.sequencer.failure if self._core.sequencer else None

    @property
    def refusal(self) -> WritesRefused | None:
        """Why nothing is signed until an operator has looked; None while there is no reason."""
        return self._core.guard.refusal()

    @property
    def rollbacks(self) -> Sequence[Mapping[str, Any]]:
        """The rollbacks that the operator has accepted, oldest first (SPEC §8)."""
        guard = self._core.rollback_guard
        return guard.records.items if guard is not None else RollbackRecords(self.places.records).items

    @property
    def rollback_list(self) -> bytes | None:
        """The list of `rollbacks` as it is published; None where there is none."""
        return self.places.records.read(NAME, MAX_BYTES)

    @property
    def not_compared(self) -> tuple[str, ...]:
        """The witnesses and published places that this store was not compared with since the start."""
        guard = self._core.rollback_guard
        return guard.not_compared if guard is not None else ()

    def wait_compared(self) -> None:
        """Wait, for a bounded time, until the witnesses have answered what they have seen of this log."""
        if self._core.rollback_guard is not None:
            self._core.rollback_guard.refusal(wait=True)

    @property
    def under_way(self) -> int:
        """How many statements have no outcome yet."""
        return self._core.sequencer.under_way if self._core.sequencer else 0

    # Personal data

    def withdrawn(self) -> Mapping[str, Mapping[str, Any]]:
        """Give the documents that a cancellation has withdrawn, by SHA-256, with what it says."""
        return withdrawn_documents(self.state())

    def _carry_out(self, outcome: Future[AppendOutcome] | None = None) -> None:
        """Do what decided cancellations ask for: at the start, and after each decision that was recorded."""
        if outcome is not None and (outcome.cancelled() or outcome.exception() is not None):
            return
        try:
            carry_out(self.folder, self.state(), self.places)
        except (OSError, LedgerError, Unreadable, sqlite3.Error):
            # The documents are not given out all the same; `constancia vault destroy` does it again.
            _log.exception("a cancellation could not be carried out")

    # Reading the log

    @property
    def size(self) -> int:
        """Number of stored entries."""
        return self.log.size

    @property
    def vkey(self) -> str:
        """The verifier key of the log's signatures: the genesis's, until another one has replaced it.

        Raises:
            NotFound: There is no genesis yet.
        """
        return format_vkey(self._core.log_key())

    @property
    def log_keys(self) -> tuple[VerifierKey, ...]:
        """Every key that the log has signed with or signs with, the genesis's first."""
        return self._core.log_keys

    @property
    def cosigner_vkey(self) -> str | None:
        """The verifier key of the log's ML-DSA-44 cosignatures; None where it makes none."""
        if self._core.signer is not None:
            return self._core.signer.cosigner_vkey
        genesis = self._core.head.genesis
        return genesis.statement["body"].get("log_cosigner") if genesis is not None else None

    def receipt(self, index: int, size: int | None = None) -> bytes:
        """Return an entry's receipt, by default for the latest witnessed size covering it; see `receipts.receipt`."""
        size = self.receipt_size(index) if size is None else size
        return self._receipt(index, size, self.log.checkpoint(size))

    def receipt_size(self, index: int) -> int:
        """Return the size of an entry's receipt: the latest witnessed one that covers it, otherwise the last."""
        return self.witnessing.covering(index) or self.size

    # Witnesses

    def wait_cosigned(self, timeout: float) -> bool:
        """Wait until every witness has cosigned what is stored now.

        Args:
            timeout: Seconds.

        Returns:
            Whether they have; True where no witness is asked.
        """
        cosigning = self._core.cosigning
        return cosigning is None or cosigning.wait(self.size, timeout)

    @property
    def witness_problems(self) -> dict[str, str]:
        """Why witnesses could not be had, by policy name: a code of `cosign.Failed`."""
        return self._core.cosigning.problems if self._core.cosigning is not None else {}

    @property
    def witness_urls(self) -> dict[str, str]:
        """Where witnesses are asked, by policy name; empty where none are."""
        return self._core.cosigning.urls if self._core.cosigning is not None else {}

    @property
    def witnesses_waiting_s(self) -> float:
        """For how many seconds a witness has owed its cosignature of a tree; 0 if none does."""
        return self._core.cosigning.waiting_s if self._core.cosigning is not None else 0.0

    # Reading the state

    def state(self, size: int | None = None) -> State:
        """Return the state after `size` entries, by default all; shared, and not to be changed.

        Raises:
            NotFound: The log is not that long.
        """
        return self._core.states.at(size)

    def as_of(self, size: int | None = None, *, known: str | None = None, at: str | None = None) -> Reading:
        """Return what command line, API and pages read: what was known by then, and what was valid on that day.

        Args:
            size: How many entries are known; all by default.
            known: By when it was known, instead of a size: EDTF date, RFC 3339 instant, or `#` and a size.
            at: The day that is asked about: the same forms. See `views.as_of` for what each says.

        Raises:
            NotFound: The log is not that long.
            Malformed: Another form, or two of them say how much was known.
        """
        return self._readings.at(size, known, at)

    def size_at(self, instant: datetime) -> int:
        """How many entries had been recorded at an instant."""
        return self.log.size_at(format_recorded_at(instant))

    def derived(self, at: datetime | None = None, size: int | None = None) -> tuple[DerivedFact, ...]:
        """Return what follows from the first `size` entries at an instant.

        Args:
            at: The instant; the clock's by default.
            size: How much of the log is known; all by default.
        """
        return derive(self.state(size), at if at is not None else self.clock.now())

    # Handing out

    def publish(self, place: Path | Target | None = None, *, tidy: bool = False, check: bool = False) -> PublishResult:
        """Bring a published log up to date, by default the ledger's own folder `log`; see `static_files.publish`."""
        self.store.confirm()
        parts = (self.log, self.documents, place or self.folder.log, self.anchors)
        return publish(*parts, tidy=tidy, check=check, rollbacks=self.rollback_list)

    def export(self, path: Path, extras: Iterable[tuple[str, bytes]] = ()) -> Checkpoint:
        """Write the bundle, with more files to read next to the log's; see `bundle.export_bundle`."""
        self.store.confirm()
        parts = (self.policy.encode(), path, self.anchors, self.rollback_list)
        return export_bundle(self.log, self.documents, *parts, extras=extras)

    @property
    def policy(self) -> str:
        """The policy that goes with the log: that of the trust folder, or one with its key alone."""
        try:
            return read_named(self.folder.policy, MAX_POLICY_BYTES).decode()
        except FileNotFoundError:
            return policy_text(self.vkey, self.cosigner_vkey)

    def rebuild(self, *, check: bool) -> Rebuilt:
        """Make the projections again, or compares them; see `rebuild.rebuild`."""
        return rebuild(self, check=check)

    def refresh(self, most: int | None = None) -> int:
        """Read what another process has appended to a ledger opened for reading, up to a size; return the size.

        Raises:
            Fatal: What came does not continue what was there.
        """
        if self._core.sequencer is None:
            self._core.refresh(most)
        return self.size
