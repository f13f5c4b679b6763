"""The core by itself over a source: its entries and its checkpoint are read as they stand, and nothing else is."""

from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from tests.tamper.bench import Bench, Case

from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.log import CheckedLog, check_log
from constancia.verify.core.trust import Trust
from constancia.verify.report.findings import Report, Verdict
from constancia.verify.report.words import SEEN
from constancia.verify.sources.source import Source, open_source
from constancia.verify.sources.zones import load_zone
from constancia.verify.trust.trust_folder import load_trust

# Alterations that leave what the core reads as it was, by the beginning of their target: not read by the core.
NOT_READ = (
    "SQLite file", "batches", "bundle entries/", "cosignatures", "documents", "files added", "meta", "schema",
    "stored_events.originator", "stored_events.position", "stored_events.statement_id", "stored_events.topic",
    "tile ", "zip",
)  # fmt: skip
# This column says which note is the last: the core is given another checkpoint of the log, true as well.
CHOOSES_THE_CHECKPOINT = "batches.first_index"
# What the core must be given was not to be had (table of SPEC §7): only the readers around it can know that.
NOT_HAD = {*SEEN, "other-ledger"}


class CoreInput(NamedTuple):
    """All that the core is given of a source."""

    entries: tuple[bytes, ...]
    checkpoint: bytes | None


def core_input(location: Path) -> CoreInput:
    """Read the entries, as far as they can be read, and the latest checkpoint."""
    with open_source(str(location)) as source:
        return input_of(source)


def input_of(source: Source) -> CoreInput:
    """Read the same of an open source."""
    if source.store is not None:
        rows = sorted(source.store.rows(), key=lambda row: (str(type(row.position)), row.position))
        batch = source.store.last_batch()
        states = (row.state if isinstance(row.state, bytes) else str(row.state).encode() for row in rows)
        return CoreInput(tuple(states), None if batch is None else batch.note)
    return CoreInput(tuple(_published(source)), source.published.checkpoint() if source.published else None)


def _published(source: Source) -> list[bytes]:
    entries: list[bytes] = []
    with suppress(Unreadable, Malformed):
        for raw in source.entries():
            entries.append(raw)  # noqa: PERF402 - what was read before an error counts
    return entries


def by_core(given: CoreInput, trust: Trust | None) -> CheckedLog | None:
    """Verify what the core is given; None without a checkpoint, which nothing can be compared with."""
    return None if given.checkpoint is None else check_log(given.entries, given.checkpoint, trust, load_zone=load_zone)


class Comparison:
    """Compares over many altered ledgers what the core says alone with what it says with all that is around it.

    Args:
        bench: Where the ledgers are.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._true: dict[str, CoreInput] = {}
        self.tally: Counter[str] = Counter()
        self.unseen: Counter[str] = Counter()
        self.differing: list[str] = []

    def compare(self, case: Case, location: Path, folder: Path, report: Report) -> None:
        """Compare one altered ledger.

        Args:
            case: The alteration, as it is on the bench.
            location: The source.
            folder: Its trust folder.
            report: What the whole verifier says of it.
        """
        if case.source == "receipt":
            return
        try:
            given, trust = core_input(location), load_trust(folder)
        except (Unreadable, Malformed):
            self.tally["unreadable"] += 1
            return
        pinned = case.kept is not None or any(path.startswith("trust") for path in case.files)
        is_true = case.build is None and case.log is None and given == self._true[case.source]
        if (is_true and not pinned) or case.target == CHOOSES_THE_CHECKPOINT:
            self.tally["not read by the core"] += 1
            self.unseen[case.target] += 1
            return
        alone = by_core(given, trust)
        if alone is None:
            self.tally["no checkpoint"] += 1
            return
        whole, verdict = report.verdict, alone.findings.verdict
        if {remark.code for remark in report.open} & NOT_HAD:
            self.tally["not all could be had"] += 1
            differs = whole not in (Verdict.INCONCLUSIVE, verdict) or verdict is Verdict.INTACT
        else:
            self.tally["compared"] += 1
            differs = verdict is not whole
        if differs:
            self.differing.append(f"{case.target} | {case.act}: alone {verdict.name}, whole {whole.name}")

    def read_true(self, source: str) -> None:
        """Read what the core is given of a ledger before it is altered."""
        self._true[source] = core_input(self._bench.location(source))
