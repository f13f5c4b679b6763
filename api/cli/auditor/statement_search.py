"""`constancia verify --statement`: whether the audited log contains a signed statement, and what follows if not.

Absence alone is not an alteration: a statement may never have arrived, or may arrive later. It is an alteration if the
log committed to the entry: a valid receipt, signed by the pinned key, for a tree that this log does not extend.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from constancia.ledger.submission import parse_signed
from constancia.verify.audit.entry_pass import EntryPass
from constancia.verify.audit.run import audit
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.checkpoint import Checkpoint, read_checkpoint
from constancia.verify.core.formats.entry import Entry
from constancia.verify.core.formats.statement import Statement, parse_statement
from constancia.verify.report.findings import Findings, Report, Verdict
from constancia.verify.sources.files import read_file
from constancia.verify.sources.source import Source
from constancia.verify.speed.entry_patterns import read_entry
from constancia.verify.trust.trust_folder import TrustFolder
from constancia.verify.wire.tlog_proof import HEADER, MAX_PROOF_BYTES, parse_tlog_proof

ABSENT: Final = 4  # exit code; 1 where a promise is broken or the log is altered


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOutcome:
    """Result of a search: message ids with their parameters, and the exit code."""

    codes: tuple[str, ...]
    params: dict[str, Any]
    exit_code: int


class Search:
    """Search for a statement among the entries of one audit; an `AuditLevel` of verify.

    Args:
        path: The statement as drafted or signed, or its receipt.

    Raises:
        Unreadable, Malformed: The file cannot be read.
    """

    stands_for: Final = "statement"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._raw, self._statement, self._promised = _read(path)
        self._found: Entry | None = None
        self._reused: Entry | None = None
        self._fold: EntryPass | None = None

    def begin(self, _source: Source, fold: EntryPass, _findings: Findings) -> None:
        """Start; no entry was read yet."""
        self._fold = fold

    def take(self, entry: Entry) -> None:
        """Compare the next entry: the same statement, or the same id with a different statement."""
        if entry.statement.raw == self._statement.raw:
            self._found = self._found or entry
        elif entry.statement.id == self._statement.id:
            self._reused = self._reused or entry

    def finish(self) -> None:
        """Finish; nothing is left to do."""

    def outcome(self, report: Report, trust: TrustFolder | None) -> SearchOutcome:
        """Return the result.

        Args:
            report: Report of the audit that fed this search.
            trust: The pinned keys.

        Raises:
            Unreadable: The source is not a log, or not the log that the statement was signed for.
        """
        fold, sought = self._fold, self._statement
        if fold is None or fold.origin != sought.ledger:
            if report.verdict is Verdict.ALTERED:  # that is said first, and not swallowed by what else is amiss
                return SearchOutcome(codes=("statement.elsewhere",), params={"ledger": sought.ledger}, exit_code=ABSENT)
            there = "no log" if fold is None else f"the log {fold.origin}"
            raise Unreadable(
                "statement", str(self._path), f"it was signed for {sought.ledger}, and the source is {there}"
            )
        size = fold.tree.size
        params: dict[str, Any] = {
            "id": sought.id,
            "signed_at": sought.signed_at,
            "seen": sought.seen.size,
            "size": size,
        }
        is_broken = self._is_broken(fold, trust)
        if self._found is not None:
            params |= {"index": self._found.index, "leaf": self._found.leaf_hash.hex()}
            codes = ["statement.shown" if report.verdict is Verdict.ALTERED else "statement.found"]
        else:
            codes = [
                "statement.behind"
                if max(sought.seen.size, self._promised.size if self._promised else 0) > size
                else "statement.absent"
            ]
        if self._reused is not None:
            params["other"] = self._reused.index
            codes.append("statement.reused")
        if sought.seen.size <= size and fold.tree.root(sought.seen.size) != sought.seen.root:
            codes.append("statement.seen")
        if is_broken:
            params["promised"] = self._promised.size if self._promised else 0
            codes.append("statement.broken")
        missing = 0 if self._found is not None else ABSENT
        return SearchOutcome(
            codes=tuple(codes), params=params, exit_code=Verdict.ALTERED.exit_code if is_broken else missing
        )

    def _is_broken(self, fold: EntryPass, trust: TrustFolder | None) -> bool:
        """Return whether the log key signed a receipt that belongs to a different history from this one."""
        promised = self._promised
        if promised is None or trust is None or promised.size > fold.tree.size:
            return False
        receipt = Source(kind="receipt", location=str(self._path), receipt=self._raw)
        # All that is asked is whether the key signed it: another history than the one that is pinned is the point.
        report = audit(receipt, replace(trust, checkpoint=None, genesis=None))
        is_signed = report.verdict is not Verdict.ALTERED and report.is_by_the_log
        return is_signed and fold.tree.root(promised.size) != promised.root


def _read(path: Path) -> tuple[bytes, Statement, Checkpoint | None]:
    raw = read_file(path, MAX_PROOF_BYTES)
    if raw is None:
        raise Unreadable("statement", str(path), "there is no such file")
    if raw.startswith(HEADER.encode()):
        proof = parse_tlog_proof(raw)
        if proof.extra is None:
            raise Malformed("receipt", "receipt.extra", "the entry's bytes", "no such line")
        return raw, read_entry(proof.extra).statement, read_checkpoint(proof.checkpoint)
    try:
        return raw, parse_signed(raw).statement, None
    except Malformed:
        return raw, parse_statement(raw), None
