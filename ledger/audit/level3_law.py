"""Levels L3 and L4: the rules allowed every act, and the state shown matches the entries (docs/VERIFYING.md).

- Y1: an entry is judged by the same function as in the ledger (`domain.judgement.decide`), against the state
  after the entries before it, in the same pass that checks its chain and signature: the same bytes, read once.
- Y2: an entry that was no legal move changes nothing here. What the host made of it shows at L4.
- Y3: what is shown is compared whole: what is false is named, and so is what is missing.
- Y4: the law stops at the first entry that is newer than this program (a type, an edition): it is not judged, nor is
  what follows it, and nothing of that is a fault. What is shown in another edition or form is not compared either.
- Y5: where nothing is shown (a published folder, a bundle, a host with the log's files alone) that is said, with the
  digest of the state document, which anybody can compare with what a server says.
"""

import hashlib
import json
from array import array
from datetime import datetime
from pathlib import Path

from constancia.domain.judgement.decide import decide
from constancia.domain.kernel.acts import Recorded, is_newer
from constancia.domain.kernel.problems import Refusal
from constancia.domain.state import State
from constancia.ledger.append.head import find_leaf
from constancia.ledger.audit.level4_served import check_served
from constancia.ledger.audit.level4_stored import KeptViews
from constancia.ledger.clock import SIGNED_WITHIN
from constancia.ledger.store.mapper import recorded_of
from constancia.ledger.views.projector import Projector
from constancia.verify.audit.entry_pass import EntryPass
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.core.formats.entry import Entry
from constancia.verify.core.formats.signatures import is_hex64
from constancia.verify.report.findings import Findings
from constancia.verify.sources.layout import STORE_NAME, VIEWS_NAME
from constancia.verify.sources.source import Source
from constancia.verify.sources.web import Web
from constancia.verify.speed.entry_patterns import read_entry
from constancia.verify.wire.merkle import hash_leaf


class Replay:
    """L3 and L4 of one audit; an `AuditLevel` of verify.

    Args:
        at: The instant at which derived facts are compared, with its zone.
    """

    stands_for: str = "law"

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._versions = array("Q")
        self._views: KeptViews | None = None
        self._late: list[Entry] = []  # the first live entry recorded too long after its signature
        self._late_count = 0
        self._is_blind = False
        self._stopped_at: int | None = None  # the first entry that is newer than this program
        self._source: Source
        self._fold: EntryPass
        self._findings: Findings
        self._projector = Projector(self.lookup)
        self.state = State()  # after the legal moves taken in so far

    def begin(self, source: Source, fold: EntryPass, findings: Findings) -> None:
        """Start; no entry was read yet."""
        self._source, self._fold, self._findings = source, fold, findings
        path = _views_path(source)
        try:
            self._views = None if path is None else KeptViews(path, findings)
        except Unreadable as error:
            self._give_up(error)

    def take(self, entry: Entry) -> None:
        """Judge the next entry, and apply it to the state if the rules allow it."""
        if entry.index == 0:
            origin = entry.statement.ledger
            self.state, self._projector = State(origin), Projector(self.lookup)
        self._versions.extend([0] * (entry.index - len(self._versions)))
        version = self.state.version(entry.statement.stream) + 1
        self._versions.append(version)
        if self._stopped_at is None and _is_newer(entry):
            self._stop(entry)
        if self._stopped_at is not None:
            return
        self._findings.count("L3", "moves")
        # Within one month nothing is late: it has at most 31 days.
        if entry.statement.signed_at[:7] != entry.recorded_at[:7] and _is_late(entry):
            self._late = self._late or [entry]
            self._late_count += 1
        try:
            self._judge(recorded_of(entry, version))
        except Refusal as refusal:
            self._fault(entry, refusal)
        except Exception as error:  # noqa: BLE001 - an entry that the law can't even be asked about was never accepted
            actual = f"{type(error).__name__}: {error}"
            self._findings.fault("law", entry.index, _place(entry), "an act that can be judged", actual, level="L3")
        if self._views is not None and self._views.is_due(entry.index + 1):
            try:
                rows = self._projector.added().described(self.state.origin, lambda _: self.state.edition)
                self._views.compare(rows, entry.index + 1)
            except Unreadable as error:
                self._give_up(error)

    def _stop(self, entry: Entry) -> None:
        """Judge no further: the state after an act that is not known here is not known either."""
        self._stopped_at = entry.index
        moves = self._findings.checked["L3"]["moves"] if "L3" in self._findings.checked else 0
        statement = entry.statement
        self._findings.leave_open(
            "law-newer", index=entry.index, type=statement.type, edition=statement.schema, moves=moves
        )

    def _give_up(self, error: Unreadable) -> None:
        """Continue without the projections: that they cannot be read is not a fault of the log."""
        self._views, self._is_blind = None, True
        self._findings.leave_open("shown-unreadable", reason=str(error))

    def _judge(self, recorded: Recorded) -> None:
        act = decide(self.state, recorded, self.lookup)
        self.state.apply(recorded, act, self.lookup)
        if self._views is not None:
            self._projector.take(recorded, lambda: self.state)

    def _fault(self, entry: Entry, refusal: Refusal) -> None:
        judged = json.dumps(refusal.judged_against, default=str, ensure_ascii=False, sort_keys=True)
        also = ", ".join(code for code, _ in refusal.also)
        self._findings.fault(
            "law", entry.index, _place(entry), refusal.rule, f"{refusal.code} {judged}", level="L3", note=also
        )

    def lookup(self, leaf_hash: str) -> Recorded | None:
        """Return an earlier entry by its leaf hash (64 hex digits), or None; read again, and compared with the tree."""
        tree = self._fold.tree
        index = find_leaf(tree, bytes.fromhex(leaf_hash), tree.size) if is_hex64(leaf_hash) else None
        raw = None if index is None else self._source.entry(index, self._fold.extent)
        if index is None or raw is None or hash_leaf(raw) != tree.leaf(index):
            return None
        try:
            return recorded_of(read_entry(raw), self._versions[index])
        except Malformed:
            return None

    def finish(self) -> None:
        """Compare what is shown with what the entries give."""
        if self._stopped_at is not None:
            self._leave_shown(self._stopped_at)
            return
        data = canonical(self.state.document())
        size = self._fold.tree.size
        self._findings.note("state-digest", size=size, digest=hashlib.sha256(data).hexdigest())
        for entry in self._late:
            times = {"signed_at": entry.statement.signed_at, "recorded_at": entry.recorded_at}
            self._findings.note("signed-late", count=self._late_count, index=entry.index, **times)
        served = _is_served(self._source)
        if served is not None:
            check_served(served, self.state, self._fold.tree, self._at, self._findings)
        elif self._views is not None:
            try:
                self._views.finish(size)
            except Unreadable as error:
                self._give_up(error)
        elif not self._is_blind:
            self._findings.not_checked("nothing-shown")

    def _leave_shown(self, index: int) -> None:
        """Compare nothing that is shown after an entry that is not judged."""
        if self._views is not None:
            self._views.close()
        self._findings.not_checked("shown-not-judged", index=index)


def _is_newer(entry: Entry) -> bool:
    statement = entry.statement
    return is_newer(statement.type, statement.schema, statement.body)


def _views_path(source: Source) -> Path | None:
    """Return the path of a ledger's projections; None if the source has none."""
    if source.store is None or source.store.path.name != STORE_NAME:
        return None
    path = source.store.path.with_name(VIEWS_NAME)
    return path if path.is_file() else None


def _is_served(source: Source) -> Web | None:
    files = None if source.published is None else source.published.files
    return files if isinstance(files, Web) else None


def _is_late(entry: Entry) -> bool:
    try:
        signed, recorded = map(datetime.fromisoformat, (entry.statement.signed_at, entry.recorded_at))
    except ValueError:  # 30 February: a fault of its own
        return False
    return entry.statement.mode == "live" and recorded - signed > SIGNED_WITHIN


def _place(entry: Entry) -> str:
    return f"statement.type {entry.statement.type}"
