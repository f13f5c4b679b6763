"""Run of the demonstration: create the ledger, replay the story, publish, save receipts and keys."""

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from constancia.api.demo.cast import Cast
from constancia.api.demo.props import ORIGIN, PARTIES
from constancia.api.demo.stage import ExpectedRefusal, Stage
from constancia.api.demo.story import play
from constancia.api.demo.witnesses import can_run_witnesses, demo_policy, make_witnesses, running_witnesses
from constancia.ledger.assembly import Options
from constancia.ledger.clock import StoryClock
from constancia.ledger.disk.durable import durable_part, remove_half_made, replace_durably, write_file
from constancia.ledger.disk.lock import LOCK_NAMES, WriterLock
from constancia.ledger.errors import LedgerError
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.ledger import Ledger

WITNESS_S = 20.0
# Its standard input ends with the process that started it; the second pipe ends with that process and its witnesses.
# Keys go at once; a witness that was just starting may make a folder again, so all goes once more after the last.
_JANITOR = """
import os, shutil, sys
for pipe in (0, int(sys.argv[2])):
    while os.read(pipe, 1):
        pass
    shutil.rmtree(sys.argv[1], ignore_errors=True)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """Result of the demonstration: size, refused attempts, the story's last instant, whether all witnesses cosigned."""

    size: int
    refused: tuple[ExpectedRefusal, ...]
    ended: datetime
    witnessed: bool


def run_demo(
    folder: Path,
    *,
    force: bool = False,
    short: bool = False,
    progress: Callable[[int, int, str], None] | None = None,
) -> DemoResult:
    """Make a demonstration ledger in a folder.

    It is created in a temporary folder and moved when it is complete, so that an interruption leaves nothing behind.

    Args:
        folder: The folder; it must not contain a ledger yet.
        force: Replace an existing demonstration. Any other ledger is never replaced.
        short: Play the road map alone, without the rest of the process.
        progress: Called before each chapter with number, count and name.

    Returns:
        The result.

    Raises:
        LedgerError: The folder is not empty.
    """
    _check_free(folder, force=force)
    folder.parent.mkdir(parents=True, exist_ok=True)
    remove_half_made(folder.with_name(f".{folder.name}"))
    made = durable_part(folder.with_name(f".{folder.name}"))
    with contextlib.ExitStack() as resources:
        if folder.exists():
            # Held until the exchange: a server at work in the folder would go on in one that has no name any more.
            resources.enter_context(WriterLock(folder))
        lifeline = resources.enter_context(_removed_when_killed(made))
        played = _play(made, progress, lifeline, short=short)
        _exchange(made, folder)
    return played


@contextlib.contextmanager
def _removed_when_killed(made: Path) -> Iterator[int]:
    """Remove a folder with keys in it at the end of the block, also where this process is killed within it.

    Another process waits at the end of two pipes, which close with this one, however it ends.

    Yields:
        The descriptor of a pipe, for each process that writes in the folder: the removal waits for its end.
    """
    waiting, lifeline = os.pipe()
    try:
        janitor = subprocess.Popen(  # noqa: S603 - our own program and path
            [sys.executable, "-I", "-S", "-c", _JANITOR, str(made.absolute()), str(waiting)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=(waiting,),
        )
    except BaseException:
        os.close(lifeline)
        raise
    finally:
        os.close(waiting)
    try:
        yield lifeline
    finally:
        os.close(lifeline)
        janitor.communicate()


def _exchange(made: Path, folder: Path) -> None:
    """Put the new folder in the old one's place; a crash between leaves one of them whole under the name, or none."""
    if folder.exists():
        old = durable_part(folder.with_name(f".{folder.name}.old"))
        folder.rename(old)
        replace_durably(made, folder)
        shutil.rmtree(old, ignore_errors=True)
    else:
        replace_durably(made, folder)


def is_demo(folder: Path) -> bool:
    """Return whether a folder contains a demonstration: its trust folder names the demonstration's origin."""
    policy = folder / "trust" / "policy"
    return policy.exists() and f"log {ORIGIN}+" in policy.read_text(encoding="utf-8")


def _check_free(folder: Path, *, force: bool) -> None:
    if not folder.exists() or all(path.name in LOCK_NAMES for path in folder.iterdir()):
        return
    if not is_demo(folder):
        raise LedgerError(f"{folder} is not empty and holds no demonstration; it is left as it is")
    if not force:
        raise LedgerError(f"{folder} already contains a demonstration; --force replaces it, --dir names another folder")


def _play(folder: Path, progress: Callable[[int, int, str], None] | None, lifeline: int, *, short: bool) -> DemoResult:
    passphrase = secrets.token_urlsafe(18).encode()
    places = LedgerFolder(folder)
    signer = places.make_log_key(ORIGIN, passphrase)
    clock = StoryClock(datetime(2019, 3, 1, tzinfo=UTC))
    with contextlib.ExitStack() as resources:
        options = _with_witnesses(places, signer, lifeline, resources) if can_run_witnesses() else Options()
        with Ledger.open(folder, clock=clock, signer=signer, origin=ORIGIN, create=True, options=options) as ledger:
            stage = Stage(ledger=ledger, clock=clock, cast=Cast(signer.verifier, whole=not short))
            play(stage, progress, short=short)
            witnessed = options.cosign and ledger.wait_cosigned(WITNESS_S)
            ledger.publish()
            for done in stage.outcomes:
                if b'"type":"AgreementSigned"' in done.entry.raw:
                    write_file(places.receipts / f"{done.entry.index}.tlog-proof", ledger.receipt(done.entry.index))
            size = ledger.size
    stage.cast.save_keys(folder / "keys", passphrase)
    return DemoResult(size=size, refused=tuple(stage.refused), ended=clock.now(), witnessed=witnessed)


def _with_witnesses(places: LedgerFolder, signer: LogSigner, lifeline: int, resources: contextlib.ExitStack) -> Options:
    make_witnesses(places.path, PARTIES, ORIGIN, signer.vkey, secrets.token_urlsafe(18).encode())
    urls = resources.enter_context(running_witnesses(places.path, lifeline))
    write_file(places.policy, demo_policy(places.path, urls, signer.vkey, signer.cosigner_vkey).encode())
    return Options(cosign=True)
