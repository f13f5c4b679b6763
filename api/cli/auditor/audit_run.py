"""One run of `constancia verify`: source, trust folder, resume state, progress bar, and the pin that it updates."""

import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from constancia.api.cli.auditor.statement_search import Search, SearchOutcome
from constancia.api.cli.terminal import language, message, now
from constancia.api.client.pinned_trust import (
    TrustPin,
    find,
    forget_progress,
    last_checkpoint,
    remember_checkpoint,
    resume_file,
    usual_sources,
)
from constancia.api.client.trust_anchor import read_anchor
from constancia.api.text.error_words import error_words
from constancia.ledger.audit.declared_rollbacks import note_rollbacks
from constancia.ledger.audit.resume_file import ResumeFile
from constancia.ledger.store.address import DATABASE_NAME
from constancia.ledger.store.postgres.source import opened_source
from constancia.ledger.timestamps.level5 import check_time
from constancia.verify.audit.extensions import AuditLevel
from constancia.verify.audit.run import Progress, audit
from constancia.verify.core.errors import Unreadable
from constancia.verify.core.formats.note import MAX_NOTE_BYTES
from constancia.verify.report.findings import Findings, Report, Verdict
from constancia.verify.sources.files import read_file
from constancia.verify.sources.layout import CHECKPOINT_NAME, STORE_NAME, TILES_NAME
from constancia.verify.sources.source import Source
from constancia.verify.sources.transit import plain
from constancia.verify.trust.trust_folder import TrustFolder
from constancia.verify.wire.merkle import Tree

LAST = "last"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRequest:
    """Options of one `constancia verify`."""

    source: str | None
    trust: str | None
    since: str | None
    replay: bool
    every: bool
    restart: bool
    show: bool
    statement: Path | None = None
    against: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Result of an audit: the report, further messages for the user, and the outcome of `--statement`."""

    report: Report
    messages: list[str]
    statement: SearchOutcome | None


def run(request: AuditRequest) -> Done:
    """Run the audit.

    Args:
        request: Options of the command.

    Returns:
        The report, with further messages.

    Raises:
        Unreadable, Malformed: Source, trust folder, checkpoint or statement cannot be read.
        KeyboardInterrupt: Interrupted by the user; progress so far is saved.
    """
    messages: list[str] = []
    search = None if request.statement is None else Search(request.statement)
    with opened_source(_location(request.source)) as source, contextlib.ExitStack() as stack:
        origin = source.claimed_origin()
        pinned = find(origin) if request.trust is None and origin is not None else None
        trust = _trust(request.trust, pinned, messages)
        since = None if request.since is None else _since(request.since, origin)
        memory = _memory(source, origin, request, stack, messages)
        progress = stack.enter_context(_progress(show=request.show and sys.stderr is not None and sys.stderr.isatty()))
        against = None if request.against is None else stack.enter_context(opened_source(request.against))
        report = audit(
            source, trust, all_faults=request.every, progress=progress, since=since, memory=memory,
            levels={"time": _check_time}, further=_further(request, search), against=against,
        )  # fmt: skip
        if memory is not None and memory.failure is not None:
            messages.append(message("verify.not_kept", reason=memory.failure))
        outcome = None if search is None else search.outcome(report, trust)
    # If a receipt has just shown that the log has two histories, the pinned checkpoint must not move.
    is_sound = report.verdict is Verdict.INTACT and (outcome is None or outcome.exit_code != Verdict.ALTERED.exit_code)
    if pinned is not None and is_sound and report.checkpoint is not None:
        remember_checkpoint(pinned, report.checkpoint.encode())
    return Done(report=report, messages=messages, statement=outcome)


def _check_time(source: Source, trust: TrustFolder | None, findings: Findings, tree: Tree | None) -> None:
    """Check the time anchors, and note the rollbacks that the operator has declared."""
    check_time(source, trust, findings, tree)
    note_rollbacks(source, findings)


def _further(request: AuditRequest, search: Search | None) -> list[AuditLevel]:
    """Give what is run in the same pass, where it is asked for: L3 and L4, and the search for a statement."""
    levels: list[AuditLevel] = [] if search is None else [search]
    if request.replay:
        from constancia.ledger.audit.level3_law import Replay

        levels.append(Replay(now()))
    return levels


def _location(given: str | None) -> str:
    """Return the source; by default the current folder if it holds a log, otherwise the only pinned source."""
    if given is not None:
        return given
    here = Path()
    if any((here / name).exists() for name in (STORE_NAME, DATABASE_NAME, CHECKPOINT_NAME, TILES_NAME)):
        return "."
    usual = sorted(set(usual_sources()))
    if len(usual) != 1:
        raise Unreadable("source", ".", message("verify.no_source", count=len(usual), sources=", ".join(usual) or "—"))
    return usual[0]


def _trust(given: str | None, pinned: TrustPin | None, messages: list[str]) -> TrustFolder | None:
    if given is not None:
        try:
            return read_anchor(given).trust
        except Unreadable as error:
            raise Unreadable(error.code, error.where, error_words(error.detail, language())) from error
    if pinned is None:
        return None
    messages.append(message("verify.trust", folder=pinned.folder))
    return pinned.load()


def _since(given: str, origin: str | None) -> bytes:
    if given == LAST:
        return last_checkpoint(origin)
    raw = read_file(Path(given), MAX_NOTE_BYTES)
    if raw is None:
        raise Unreadable("since", given, "there is no such file")
    return plain(raw)


def _memory(
    source: Source, origin: str | None, request: AuditRequest, stack: contextlib.ExitStack, messages: list[str]
) -> ResumeFile | None:
    if origin is None or source.kind in ("receipt", "entry", "contradiction"):
        return None
    place = None
    if request.since is None:
        place = source.location if source.kind == "url" else str(Path(source.location).resolve())
        if request.restart:
            forget_progress(origin, place)
    try:
        return stack.enter_context(resume_file(origin, interrupted_at=place))
    except Unreadable as error:
        messages.append(message("verify.not_kept", reason=error))
        return None


@contextlib.contextmanager
def _progress(*, show: bool) -> Iterator[Progress]:
    """Yield the progress callback. The first Ctrl-C stops between two bundles, the second at once."""
    interrupted = False

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        nonlocal interrupted
        if interrupted:
            raise KeyboardInterrupt
        interrupted = True

    with _bar(show=show) as shown:

        def report(done: int, total: int) -> None:
            if interrupted:
                raise KeyboardInterrupt
            shown(done, total)

        if threading.current_thread() is not threading.main_thread():  # signals are delivered to the main thread only
            yield report
            return
        former = signal.signal(signal.SIGINT, interrupt)
        try:
            yield report
        finally:
            signal.signal(signal.SIGINT, former)


@contextlib.contextmanager
def _bar(*, show: bool) -> Iterator[Callable[[int, int], None]]:
    if not show:
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(message("verify.progress"), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
