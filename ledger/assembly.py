"""Putting a ledger together: lock, store, head, writer, threads; in that order, undone in reverse."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from eventsourcing.persistence import PersistenceError

from constancia.ledger.append.clock_guard import ClockGuard
from constancia.ledger.append.examiner import Examiner
from constancia.ledger.append.head import Head
from constancia.ledger.append.recovery import key_of_genesis, replay
from constancia.ledger.append.sequencer import CAPACITY, Sequencer
from constancia.ledger.append.store_watch import StoreGuard, StoreWatch, TokenGuard
from constancia.ledger.append.write_guard import WriteGuard, WriteGuards
from constancia.ledger.append.writer import Tip, Writer
from constancia.ledger.attempts.database_attempts import DatabaseRefusedAttempts
from constancia.ledger.attempts.refused_attempts import RefusedAttempts
from constancia.ledger.backup.replacement import tidy
from constancia.ledger.belongings.belongings import bring_in
from constancia.ledger.belongings.places import places_of
from constancia.ledger.clock import Clock
from constancia.ledger.disk.database import is_half_made
from constancia.ledger.disk.lock import WriterLock
from constancia.ledger.errors import Fatal, LedgerError, NotFound
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.policy_keys import check_listed, check_signer, listed_keys, policy_in
from constancia.ledger.reader.log import Log, read_recorded
from constancia.ledger.reader.state_copies import StateCopies
from constancia.ledger.reader.states import States
from constancia.ledger.snapshots.snapshots import Progress, Snapshots, read_back
from constancia.ledger.store.address import DatabaseAddress, address_in, remember_address
from constancia.ledger.store.application import EntryApplication, create_store, not_opened, open_application
from constancia.ledger.store.batch import MAX_BATCH
from constancia.ledger.store.entry_store import EntryStore
from constancia.ledger.store.postgres.driver import postgres
from constancia.ledger.store.sqlite_recorder import SCHEMA_VERSION
from constancia.ledger.views.follower import Views
from constancia.ledger.witnesses.cosignature_store import CosignatureStore
from constancia.ledger.witnesses.database_cosignatures import DatabaseCosignatures
from constancia.ledger.witnesses.pace import Pace
from constancia.ledger.witnesses.quorum_status import QuorumStatus
from constancia.ledger.witnesses.rollback_guard import ReadCheckpoint, RollbackGuard
from constancia.ledger.witnesses.rollback_records import CLOCK, RollbackRecords, StoreContradiction
from constancia.verify.core.formats.note import VerifierKey, parse_note
from constancia.verify.sources.layout import STORE_NAME
from constancia.verify.speed.entry_patterns import read_entry

if TYPE_CHECKING:
    from constancia.ledger.witnesses.collector import CosignatureCollector


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a ledger runs in this process.

    Attributes:
        capacity: Maximum of statements under way; beyond it submitters get `Busy`.
        batch_limit: Most entries in one transaction.
        follow: Whether projections are updated while the ledger runs.
        cosign: Whether the policy's witnesses are asked to cosign while the ledger runs.
        witness_urls: Where they are asked, by policy name, if not where the policy says.
        pace: How long they are waited for.
        guard_clock: Whether writing is refused while the clock can't be believed; not for a story's clock.
        accept_rollback: The operator's reason for going on from a shorter copy; it becomes public.
        accept_clock: The operator's reason for going on although the last entry is ahead of the clock; as above.
        published: Places where the log is published: a name, and what reads its checkpoint.
        most: How many entries who only reads has at most, when the ledger is opened; None is as many as there are.
        on_progress: Called while the ledger is opened, with the entries that were read and those that there are.
    """

    guard_rollback: bool = True
    guard_clock: bool = False
    accept_rollback: str | None = None
    accept_clock: str | None = None
    published: Sequence[tuple[str, ReadCheckpoint]] = ()
    most: int | None = None
    on_progress: Callable[[int, int], None] | None = None
    capacity: int = CAPACITY
    batch_limit: int = MAX_BATCH
    follow: bool = True
    cosign: bool = False
    witness_urls: Mapping[str, str] = field(default_factory=dict)
    pace: Pace = field(default_factory=Pace)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRequest:
    """Which ledger is to be opened, and what for."""

    folder: Path
    origin: str | None
    signer: LogSigner | None
    create: bool
    database: DatabaseAddress | None = None


class LedgerParts:
    """The parts of an open ledger."""

    def __init__(  # noqa: PLR0913, PLR0917 (each is a part)
        self,
        wanted: OpenRequest,
        origin: str,
        application: EntryApplication,
        head: Head,
        tip: Tip,
        clock: Clock,
        snapshots: Snapshots | None,
        copies: StateCopies,
    ) -> None:
        """Join what belongs to reading; a writable ledger then gets its `sequencer`."""
        self.folder = wanted.folder
        self.origin = origin
        self.signer = wanted.signer
        self.application = application
        self.head = head
        self.snapshots = snapshots
        self.sequencer: Sequencer | None = None
        self.writer: Writer | None = None
        self._read_tip = tip
        self.listed: tuple[VerifierKey, ...] = ()
        self.log = Log(head.tree, application.store, self.tip)
        place = LedgerFolder(wanted.folder).views if wanted.signer is not None else None
        # What was folded while the store was read is not folded once more; the head's own state is never lent.
        self.states = States(self.log, origin, head.state.copied(), snapshots, copies)
        self.views = Views(self.log, self.states, application.store, place, origin)
        self.witnessing = _witnessing(wanted, application, self.log, origin)
        self.log.cosigned = self.witnessing.lines
        self.cosigning: CosignatureCollector | None = None
        self.guard = WriteGuards()
        self.rollback_guard: RollbackGuard | None = None
        folder, writable = LedgerFolder(wanted.folder), wanted.signer is not None
        self.places = places_of(folder, application.tables)
        self.refused = (
            RefusedAttempts(folder.refusals, writable=writable, keys=head.keys, clock=clock)
            if application.tables is None
            else DatabaseRefusedAttempts(application.tables, writable=writable, keys=head.keys, clock=clock)
        )

    def tip(self) -> Tip:
        """Where the stored log ends."""
        return self.writer.tip if self.writer is not None else self._read_tip

    def stored_root(self, size: int) -> bytes | None:
        """Return the tree's root at a stored size; None beyond."""
        return self.head.tree.root(size) if size <= self.tip().size else None

    @property
    def log_keys(self) -> tuple[VerifierKey, ...]:
        """The log's keys: the genesis's, those of the ledger's own policy, those that it had before."""
        named = key_of_genesis(self.head)
        own = (named,) if named is not None else () if self.signer is None else self.signer.verifiers
        return tuple(dict.fromkeys((*own, *self.listed)))

    def log_key(self) -> VerifierKey:
        """Give the key that signs: the signer's, or one that signed the last checkpoint; NotFound before genesis."""
        if self.signer is not None:
            return self.signer.verifier
        if not self.log.size:
            raise NotFound("the ledger has no genesis yet")
        lines = parse_note(self.log.signed()).signatures
        return next(key for key in self.log_keys if any(map(key.matches, lines)))

    def write_trust(self) -> None:
        """Write the trust folder of a ledger that has its genesis."""
        if self.signer is not None and self.head.stored_size:
            LedgerFolder(self.folder).write_trust(self.signer.vkey, self.head.tree.leaf(0), self.signer.cosigner_vkey)

    def refresh(self, most: int | None = None) -> None:
        """Read on from where reading has stopped, up to a size at most."""
        self._read_tip = replay(self.head, self.application.store, self.listed, most=most)


def assemble(wanted: OpenRequest, clock: Clock, options: Options, resources: contextlib.ExitStack) -> LedgerParts:
    """Open a ledger.

    Args:
        wanted: Which one.
        clock: Tells the time of new entries.
        options: How it runs.
        resources: Gets what must be undone at the end.

    Returns:
        The parts, with all threads at work.

    Raises:
        NotFound, LedgerError, Locked, Fatal: As `Ledger.open`.
    """
    application = _open_store(wanted, resources)
    origin = _identify(application.store, wanted)
    signer = wanted.signer
    listed = listed_keys(wanted.folder, origin)
    new_head = partial(Head, origin, partial(read_recorded, application.store))
    snapshots, copies = None, StateCopies()
    if signer is None:
        # Who only reads, perhaps somebody else's folder, takes nothing from it but the entries.
        head = new_head()
        progress = copies.watching(head, options.on_progress)
        tip = replay(head, application.store, listed, progress, most=options.most)
    else:
        snapshots = Snapshots(LedgerFolder(wanted.folder).snapshots, origin, application.store, new_head)
        resources.callback(snapshots.close)
        head, tip = read_back(partial(_replay, application.store, listed), new_head, snapshots, options.on_progress)
    check_signer(head, signer, policy_in(wanted.folder))
    if wanted.create and head.size:
        raise LedgerError(f"{wanted.folder} holds a ledger of {head.size} entries already")
    core = LedgerParts(wanted, origin, application, head, tip, clock, snapshots, copies)
    resources.callback(core.states.close)
    core.listed = listed
    resources.callback(core.witnessing.store.close)
    resources.callback(core.views.close)
    resources.callback(core.refused.close)
    if signer is not None:
        examiner = Examiner(
            origin=origin,
            vkey=signer.vkey,
            cosigner_vkey=signer.cosigner_vkey,
            keys=head.keys,
            root=core.stored_root,
        )
        core.writer = Writer(application=application, head=head, signer=signer, examiner=examiner, clock=clock)
        core.writer.after_genesis = core.write_trust
        core.writer.after_storing = core.states.offer
        core.write_trust()
        core.sequencer = Sequencer(
            core.writer,
            examiner,
            capacity=options.capacity,
            batch_limit=options.batch_limit,
            on_refused=core.refused.record,
        )
        if application.is_remote or signer.tokens:
            # Closed last: it ends a commit that waits without end, and so lets the sequencer close.
            resources.callback(StoreWatch(core.writer, core.sequencer).close)
        resources.callback(core.sequencer.close)
        check = snapshots.check(head.tree, core.sequencer.stop) if snapshots is not None else None
        if check is not None:
            check.start()
            resources.callback(check.close)
        if options.follow:
            core.views.follow()
        guards = _guards(core, clock, options)
        if options.cosign:
            _start_cosigning(core, options, resources, guards)
        core.writer.guard = core.guard = WriteGuards(guards)
        if options.accept_clock is not None:
            _accept_clock(core, options.accept_clock, guards)
        if options.accept_rollback is not None and core.rollback_guard is not None:
            core.rollback_guard.accept(options.accept_rollback, clock.now())
    return core


def _replay(store: EntryStore, listed: Sequence[VerifierKey], head: Head, progress: Progress) -> Tip:
    return replay(head, store, listed, progress, is_alone=True)


def _guards(core: LedgerParts, clock: Clock, options: Options) -> list[WriteGuard]:
    guards: list[WriteGuard] = []
    if core.application.is_remote and core.writer is not None:
        guards.append(StoreGuard(core.application.store, core.writer))
    if core.signer is not None and core.signer.tokens:
        guards.append(TokenGuard(core.signer))
    if core.signer is not None and options.guard_rollback:
        folder = LedgerFolder(core.folder)
        records = RollbackRecords(core.places.records)
        core.rollback_guard = RollbackGuard(
            core.log, core.witnessing, core.log_keys, folder, records, options.published
        )
        guards.append(core.rollback_guard)
    if options.guard_clock:
        # What was accepted holds for the very tree that it names, and for cosignatures up to its size.
        clocks = [size for size, root in _records(core).clocks if core.stored_root(size) == bytes.fromhex(root)]
        accepted = read_entry(core.log.entry(max(clocks) - 1)).recorded_at if clocks else ""
        guard = ClockGuard(clock, lambda: core.tip().recorded_at, accepted_last=accepted)
        latest = ((name, core.witnessing.last_by(name)) for name in core.witnessing.witnesses)
        guard.witnesses((name, at[1]) for name, at in latest if at is not None and at[0] > max(clocks, default=-1))
        guards.append(guard)
    return guards


def _records(core: LedgerParts) -> RollbackRecords:
    """Return what the operator has accepted: one object, where the rollback guard has it too."""
    guard = core.rollback_guard
    return guard.records if guard is not None else RollbackRecords(core.places.records)


def _accept_clock(core: LedgerParts, reason: str, guards: Sequence[WriteGuard]) -> None:
    """Accept a clock behind the last entry, once the reason is on record; nothing happens where nothing is amiss."""
    size = core.tip().size
    for guard in guards:
        if isinstance(guard, ClockGuard) and size and (at := guard.behind()) is not None:
            last = core.tip().recorded_at
            seen = [StoreContradiction(by=f"last entry {last}", code=CLOCK, size=size)]
            _records(core).add(at=at, size=size, root=core.log.root(size).hex(), reason=reason, seen=seen)
            guard.accept()


def _witnessing(wanted: OpenRequest, application: EntryApplication, log: Log, origin: str) -> QuorumStatus:
    folder = LedgerFolder(wanted.folder)
    store = (
        DatabaseCosignatures(application.tables, writable=wanted.signer is not None)
        if application.tables is not None
        else CosignatureStore(folder.cosignatures, writable=wanted.signer is not None)
    )
    return QuorumStatus(policy_in(wanted.folder), store, log, origin)


def _start_cosigning(
    core: LedgerParts, options: Options, resources: contextlib.ExitStack, guards: Sequence[WriteGuard]
) -> None:
    policy, signer = core.witnessing.policy, core.signer
    if policy is None or core.writer is None or signer is None:
        return
    check_listed(signer, policy)  # also before there is a genesis
    if not core.witnessing.addresses(options.witness_urls):
        return
    from constancia.ledger.witnesses.collector import CosignatureCollector  # noqa: PLC0415 (it needs an HTTP client)

    core.cosigning = CosignatureCollector(core.log, core.witnessing, options.witness_urls, options.pace)
    if core.rollback_guard is not None:
        core.rollback_guard.collector = core.cosigning
    for guard in guards:
        if isinstance(guard, ClockGuard):
            core.cosigning.on_cosigned = guard.witness
    core.cosigning.start()
    core.writer.after_batch = core.cosigning.wake
    resources.callback(core.cosigning.close)


def _open_store(wanted: OpenRequest, resources: contextlib.ExitStack) -> EntryApplication:
    address = wanted.database or address_in(wanted.folder)
    is_there = (wanted.folder / STORE_NAME).is_file()
    if wanted.create and wanted.signer is None:
        raise LedgerError("a ledger is made with its log's key at hand")
    if address is not None:
        return _open_database(wanted, address, resources)
    if not is_there and not wanted.create:
        raise NotFound(f"there is no ledger in {wanted.folder}: give the folder of one")
    if wanted.signer is not None:
        wanted.folder.mkdir(parents=True, exist_ok=True)
        resources.enter_context(WriterLock(wanted.folder))
        if wanted.create and (not is_there or is_half_made(wanted.folder / STORE_NAME)):
            create_store(wanted.folder, {"schema": SCHEMA_VERSION, "origin": wanted.signer.origin})
        tidy(wanted.folder)
    application = open_application(wanted.folder, writable=wanted.signer is not None)
    resources.callback(application.close)
    return application


def _open_database(wanted: OpenRequest, address: DatabaseAddress, resources: contextlib.ExitStack) -> EntryApplication:
    # Imported here: a ledger in its own file needs no driver of PostgreSQL.
    database = postgres()
    if (wanted.folder / STORE_NAME).exists() and wanted.database is not None:
        remember_address(wanted.folder, address)  # refuses
    signer = wanted.signer
    if signer is not None:
        wanted.folder.mkdir(parents=True, exist_ok=True)
        resources.enter_context(WriterLock(wanted.folder))
        if wanted.create:
            database.create_tables(address, {"schema": SCHEMA_VERSION, "origin": signer.origin})
        tidy(wanted.folder)
    application: EntryApplication = database.open_database(address, writable=signer is not None)
    resources.callback(application.close)
    if signer is not None:
        remember_address(wanted.folder, address)
        if application.tables is not None:
            # What the opening of a ledger made before there was a store, or an earlier version left in the folder.
            bring_in(LedgerFolder(wanted.folder), application.tables)
    return application


def _identify(store: EntryStore, wanted: OpenRequest) -> str:
    """Return what the store says that it is, held against what was wanted."""
    address = wanted.database or address_in(wanted.folder)
    where = str(wanted.folder / STORE_NAME) if address is None else address.shown
    try:
        meta = store.meta()
    except PersistenceError as error:
        raise not_opened(error, where) from error
    signer = wanted.signer
    if not meta and wanted.create and signer is not None:
        meta = {"schema": SCHEMA_VERSION, "origin": signer.origin}
        store.set_meta(meta)
    if meta.get("schema") != SCHEMA_VERSION or "origin" not in meta:
        raise Fatal(
            f"the store has schema {meta.get('schema')}, this program reads {SCHEMA_VERSION}",
            where=where,
        )
    origin = meta["origin"]
    for what, other in (("asked for", wanted.origin), ("the key's", signer and signer.origin)):
        if other is not None and other != origin:
            raise LedgerError(f"{where} is the ledger {origin}; {what} is {other}")
    return origin
