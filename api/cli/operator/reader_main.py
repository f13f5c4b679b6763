"""A reader process of `constancia serve --readers`: it answers what the server hands to it, until its pipe closes.

It is no subcommand: the server starts it, with a line of JSON on its standard input; lines with the number of entries
that the server has confirmed follow, and that pipe closes with the server, even if that is killed.
"""

import asyncio
import contextlib
import json
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from constancia.ledger.ledger import Ledger

READY: Final = "ready\n"
_log = logging.getLogger(__name__)
_OTHER: Final = "the ledger is not, or not yet, what the server has open: if that stays so, start the server again"
_NO_LIMITS: Final = {"costly_reads_per_minute": 0}  # the server counts


def run() -> int:
    """Answer until standard input ends; give the exit code."""
    from constancia.api.text.log_lines import use_log_lines

    use_log_lines()
    line = sys.stdin.readline()
    if not line:  # the server was gone before it said what is wanted
        return 0
    asked = json.loads(line)
    if _is_of_another_policy(asked):  # before all of the ledger is read in vain
        _log.error(_OTHER)
        return 1
    from eventsourcing.persistence import PersistenceError

    from constancia.api.http.server.framework import load_framework

    load_framework()
    from constancia.api.app import create_app
    from constancia.api.cli.operator.follower import Follower
    from constancia.api.http.server.direct import Direct
    from constancia.api.http.settings import Settings
    from constancia.ledger.append.sequencer import leave_memory_alone
    from constancia.ledger.assembly import Options
    from constancia.ledger.clock import SystemClock
    from constancia.ledger.errors import LedgerError
    from constancia.ledger.ledger import Ledger
    from constancia.ledger.store.address import DatabaseAddress

    settings = Settings(**asked["settings"] | _NO_LIMITS)
    database = None if asked["database"] is None else DatabaseAddress(asked["database"])
    options = Options(most=asked["size"])  # what the store has beyond is not confirmed
    try:
        opened = Ledger.open(
            Path(asked["folder"]), clock=SystemClock(), signer=None, options=options, database=database
        )
    except (LedgerError, PersistenceError) as error:  # its database is away; the server starts a reader again
        _log.error("the ledger can't be opened: %s", error)
        return 1
    with opened as ledger:
        if not _is_the_servers(ledger, asked):
            _log.error(_OTHER)
            return 1
        following = Follower(ledger, asked["size"])
        path = Path(asked["socket"])
        path.unlink(missing_ok=True)  # of the process before
        app = create_app(ledger, settings)
        # Guards and limits are the server's, and were passed; what answers directly stays.
        direct: Any = Direct
        app.user_middleware = [each for each in app.user_middleware if each.cls is direct]
        leave_memory_alone()
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_answer(app, following.reach, lambda: ledger.size, path, settings.stop_timeout_s))
        with contextlib.suppress(OSError):  # the server removes them too, unless it was killed
            path.unlink()
            path.parent.rmdir()
    return 0


def _is_of_another_policy(asked: dict[str, Any]) -> bool:
    """Tell whether the folder's policy is another than the one that the server began with."""
    from constancia.ledger.folder import LedgerFolder
    from constancia.verify.core.errors import Unreadable
    from constancia.verify.sources.files import read_file
    from constancia.verify.trust.policy_file import MAX_POLICY_BYTES

    try:
        raw = read_file(LedgerFolder(Path(asked["folder"])).policy, MAX_POLICY_BYTES)
    except Unreadable:
        return True
    return None not in (raw, asked["policy"]) and raw != asked["policy"].encode()


def _is_the_servers(ledger: "Ledger", asked: dict[str, Any]) -> bool:
    """Tell whether the ledger has the tree and the policy that the server has."""
    if ledger.size != asked["size"] or ledger.log.root().hex() != asked["root"]:
        return False
    return asked["policy"] is None or ledger.policy == asked["policy"]


async def _answer(
    app: Any, reach: Callable[[int], bool], size: Callable[[], int], path: Path, stop_timeout_s: float
) -> None:
    from starlette.concurrency import run_in_threadpool

    from constancia.api.http.server.reader_side import MAX_REQUEST_BYTES, ReaderServer

    async def reached(wanted: int) -> bool:
        return size() >= wanted or await run_in_threadpool(reach, wanted)

    answering = ReaderServer(app, reached)
    server = await asyncio.start_unix_server(answering, path, limit=MAX_REQUEST_BYTES, backlog=1024)
    with contextlib.suppress(BrokenPipeError):  # the server is gone; standard input ends too
        os.write(sys.stdout.fileno(), READY.encode())
    async with server:
        await asyncio.to_thread(_read_on, reach)
        server.close()
        await answering.drained(stop_timeout_s)


def _read_on(reach: Callable[[int], bool]) -> None:
    """Read each size that the server has confirmed, and on in the ledger, until the server is gone."""
    for line in sys.stdin:
        reach(int(line))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """Give the fastest event loop that is installed."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop
    return uvloop.new_event_loop


if __name__ == "__main__":
    sys.exit(run())
