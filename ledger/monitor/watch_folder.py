"""What a monitor stores for one log: state, journal of findings, proofs, and the resume file of its audits.

    <log>/state.json        the last verified checkpoint and the counters; replaced atomically
    <log>/checkpoint        the same checkpoint as a file, for `constancia verify --since`
    <log>/journal.jsonl     findings that began or ended, one line each, append-only
    <log>/evidence/         proofs (SPEC §10), named after what they prove
    <log>/verified.sqlite   resume state of the audits

- P1: each write is there whole or not at all; a line cut off at the journal's end is taken away when it is read.
- P2: the order is proof, journal, state. A crash after the proof leaves a proof without a line, which is written when
  the folder is opened; a crash after the line leaves an old state, and the next round finds the same again, once.
- P3: a line of the journal or a proof that can't be read is passed over, counted and left where it is: it never ends
  the watch.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

from constancia.ledger.disk.durable import remove_half_written, sync_folder, write_file
from constancia.ledger.monitor.findings import KINDS, JournalLine, LogFinding, event_of, is_time
from constancia.ledger.monitor.signed_heads import OWN, finding_of
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.sources.contradiction_file import MAX_CONTRADICTION_BYTES
from constancia.verify.sources.files import read_file, read_named
from constancia.verify.sources.layout import CHECKPOINT_NAME

FORMAT: Final = 1
EVIDENCE: Final = "evidence"
JOURNAL: Final = "journal.jsonl"
MAX_PROOFS: Final = 16  # two histories that both grow give a new one in each round
PROOFS: Final = "contradiction-*.txt"
NEVER: Final = "1970-01-01T00:00:00Z"
MAX_STATE_BYTES: Final = 64 * 1024 * 1024  # a few notes, and those of others that are held
MAX_JOURNAL_BYTES: Final = 256 * 1024 * 1024
_TIMES: Final = frozenset({"verified_at", "whole_at", "seen_since", "last_round", "last_success"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchState:
    """State of a watch. Notes are text, times RFC 3339 UTC in whole seconds.

    Args:
        url: The log's address.
        origin: Its origin, once something was verified.
        log_key: The key that signed it, as a vkey; without a trust folder, the key from first use.
        verified: The last checkpoint verified.
        pending: A larger one that the log signed, but that is not fully verified or lacks witnesses.
        held: Checkpoints from others that were larger than the log was then; `[note, source]`.
        seen: Size and root last served, and since when.
        failures: Consecutive rounds in which the log could not be fetched.
    """

    url: str
    origin: str = ""
    log_key: str | None = None
    verified: str | None = None
    verified_at: str | None = None
    whole_at: str | None = None
    pending: str | None = None
    held: tuple[tuple[str, str], ...] = ()
    seen: str = ""
    seen_since: str | None = None
    size: int = 0
    last_round: str | None = None
    last_success: str | None = None
    failures: int = 0
    rounds: int = 0
    entries: int = 0
    requests: int = 0
    requests_total: int = 0
    seconds: float = 0.0
    seconds_total: float = 0.0


class LogFolder:
    """One log's folder.

    Args:
        root: The monitor's folder.
        url: The log's address, from which the folder's name is derived.
    """

    def __init__(self, root: Path, url: str) -> None:
        self.path = root / folder_name(url)
        self.evidence = self.path / EVIDENCE
        self.resume = self.path / "verified.sqlite"
        self.interrupted = self.path / "whole.sqlite"
        self._journal = self.path / JOURNAL
        self.evidence.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (self.path, self.evidence):
            remove_half_written(list(folder.iterdir()))
        self.state = self._load(url)
        self.damaged = 0
        self.events = self._read_journal()
        self._open: dict[tuple[str, str], LogFinding] = {}
        for event in self.events:
            self._fold(event)
        self._recover()

    def _load(self, url: str) -> WatchState:
        path = self.path / "state.json"
        data = read_file(path, MAX_STATE_BYTES)
        if data is None:
            return WatchState(url=url)
        try:
            raw = json.loads(data)
            json.dumps(raw, ensure_ascii=False).encode()  # half of a surrogate pair could never be written again
            if raw.pop("format", None) != FORMAT or raw.get("url") != url:
                raise ValueError("it is of another form, or another log")  # noqa: TRY301 - as whatever is wrong with it
            return _state_of(raw)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise Unreadable("monitor", str(path), str(error)) from error

    def _read_journal(self) -> list[JournalLine]:
        raw = read_file(self._journal, MAX_JOURNAL_BYTES)
        if raw is None:
            return []
        whole = raw[: raw.rfind(b"\n") + 1]
        if whole != raw:  # P1: the machine stopped while the line was written
            os.truncate(self._journal, len(whole))
        events: list[JournalLine] = []
        for line in whole.split(b"\n")[:-1]:
            try:
                event = event_of(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                event = None
            if event is None or event.finding.code not in KINDS:
                self.damaged += 1  # P3: it stays in the file, and what it said is found again
            else:
                events.append(event)
        return events

    def _recover(self) -> None:
        """Write the missing journal line of a proof (P2), dated by the proof's file."""
        reported = {event.finding.evidence for event in self.events}
        for path in sorted(self.evidence.glob(PROOFS)):
            if path.name in reported:
                continue
            try:
                lost = finding_of(read_named(path, MAX_CONTRADICTION_BYTES), OWN)
            except (Unreadable, Malformed):
                self.damaged += 1
            else:
                self._append([self._event(lost, self.state.last_round or NEVER, is_found=True)])

    @property
    def open(self) -> tuple[LogFinding, ...]:
        """Open findings."""
        return tuple(self._open.values())

    def keep_proof(self, raw: bytes, source: str) -> LogFinding | None:
        """Store a proof durably, unless the same one is already stored.

        Returns:
            The finding; None if the maximum number of proofs is already stored.
        """
        finding = finding_of(raw, source)
        path = self.evidence / (finding.evidence or "")
        if not path.exists():
            if len(self.proofs()) >= MAX_PROOFS:
                return None
            write_file(path, raw)
        return finding

    def proofs(self) -> list[bytes]:
        """Return all proofs that can be read."""
        proofs = []
        for path in sorted(self.evidence.glob(PROOFS)):
            with suppress(Unreadable, Malformed, FileNotFoundError):
                raw = read_named(path, MAX_CONTRADICTION_BYTES)
                finding_of(raw, OWN)  # what is no proof is handed to nobody
                proofs.append(raw)
        return proofs

    def record(self, findings: Iterable[LogFinding], judged: frozenset[str], at: str) -> list[JournalLine]:
        """Record in the journal which findings began and which ended.

        Args:
            findings: The findings of a round.
            judged: The codes that the round could judge: their open findings that are not in `findings` have ended.
            at: The round's time.

        Returns:
            The new lines.
        """
        now: dict[tuple[str, str], LogFinding] = {}
        for finding in findings:
            if finding.evidence is None or self._is_told(finding, now.values()):
                now.setdefault(finding.identity, finding)
        new = [self._event(finding, at, is_found=True) for name, finding in now.items() if name not in self._open]
        passed = [
            self._event(finding, at, is_found=False)
            for name, finding in self._open.items()
            if name not in now and finding.code in judged and not KINDS[finding.code].for_ever
        ]
        self._append([*new, *passed])
        self._open.update(now)  # the latest numbers; the journal keeps the first
        return [*new, *passed]

    def _is_told(self, finding: LogFinding, now: Iterable[LogFinding]) -> bool:
        """Return whether this finding belongs to a proof: one proof is one finding."""
        known = {finding.evidence: finding.identity for finding in (*now, *self._open.values())}
        return known.get(finding.evidence, finding.identity) == finding.identity

    def save(self, state: WatchState) -> None:
        """Replace the state."""
        if state.verified is not None and state.verified != self.state.verified:
            write_file(self.path / CHECKPOINT_NAME, state.verified.encode())
        document: Mapping[str, Any] = {"format": FORMAT, **asdict(state)}
        write_file(self.path / "state.json", (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode())
        self.state = state

    def _event(self, finding: LogFinding, at: str, *, is_found: bool) -> JournalLine:
        return JournalLine(at=at, is_found=is_found, url=self.state.url, origin=self.state.origin, finding=finding)

    def _append(self, events: list[JournalLine]) -> None:
        if not events:
            return
        lines = "".join(json.dumps(event.to_json(), ensure_ascii=False, sort_keys=True) + "\n" for event in events)
        is_new = not self._journal.exists()
        with self._journal.open("ab") as file:
            file.write(lines.encode())
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            sync_folder(self.path)
        for event in events:
            self.events.append(event)
            self._fold(event)

    def _fold(self, event: JournalLine) -> None:
        if event.is_found:
            self._open[event.finding.identity] = event.finding
        else:
            self._open.pop(event.finding.identity, None)


def _state_of(raw: Mapping[str, Any]) -> WatchState:
    """Read a state's members.

    Raises:
        ValueError, TypeError: One is of another type, or no time where a time belongs.
    """
    known = {field.name: field.type for field in fields(WatchState)}
    given = {name: value for name, value in raw.items() if name in known}
    others = tuple((note, where) for note, where in given.pop("held", ()))
    if not all(isinstance(text, str) for pair in others for text in pair):
        raise TypeError("held: pairs of texts are expected")
    for name, value in given.items():
        kind = float | int if known[name] is float else known[name]
        if isinstance(value, bool) or not isinstance(value, kind):  # type: ignore[arg-type]  # no field has a string for type
            raise TypeError(f"{name}: another type is expected")
        if value is not None and name in _TIMES and not is_time(str(value)):
            raise ValueError(f"{name}: a time is expected")
    return WatchState(**given, held=others)


def folder_name(url: str) -> str:
    """Return a log's folder name: readable and unique for each address."""
    plain = re.sub(r"[^A-Za-z0-9.-]+", "-", url.partition("://")[2]).strip("-.")[:60]
    return f"{plain}-{hashlib.sha256(url.encode()).hexdigest()[:12]}"
