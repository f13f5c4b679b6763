"""The monitor service: a loop over the logs, each when it is due, with jitter and exponential back-off."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from constancia.api.monitor.outputs import siblings, write_outputs
from constancia.api.monitor.peers import read_peer
from constancia.api.monitor.witness_views import keep_views, peers_of, read_views
from constancia.ledger.clock import Clock
from constancia.ledger.monitor.findings import UNREACHABLE, worst
from constancia.ledger.monitor.judgements import ReceiptJudgement
from constancia.ledger.monitor.settings import Peer, WatchSettings
from constancia.ledger.monitor.watch import RoundOutcome, WatchedLog
from constancia.ledger.monitor.watch_folder import JOURNAL, LogFolder
from constancia.verify.core.errors import Malformed, Unreadable

JITTER: Final = 0.1  # jitter, so that many monitors do not ask a log all at once
MAX_BACK_OFF: Final = 3_600.0  # seconds; an unreachable log is still asked every hour
_DOUBLINGS: Final = 6


@dataclass(kw_only=True)
class Service:
    """A monitor of several logs in one folder.

    Args:
        root: The folder.
        urls: The logs' addresses.
        settings: Settings of a watch.
        clock: The time.
        name: The name of this monitor.
        peers: Files and URLs of other monitors' heads.
        receipts: Receipts that the logs must honour.
        heads: Another path for the heads document.
        stop: Set to stop the service.
        report: Called after each round.
    """

    root: Path
    urls: Sequence[str]
    settings: WatchSettings
    clock: Clock
    name: str
    peers: Sequence[str] = ()
    receipts: Sequence[ReceiptJudgement] = ()
    heads: Path | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    report: Callable[[RoundOutcome], None] = lambda _: None
    says: Callable[[str], None] = lambda _: None
    has_feeds: bool = True
    is_written: bool = True

    def __post_init__(self) -> None:
        """Open the logs' folders. One that can't be read is said, and the others are watched."""
        self.folders: list[LogFolder] = []
        self._unread: list[Unreadable] = []
        for url in dict.fromkeys(self.urls):
            try:
                self.folders.append(LogFolder(self.root, url))
            except (Unreadable, Malformed, OSError) as error:
                self._unread.append(error if isinstance(error, Unreadable) else Unreadable("monitor", url, str(error)))
                self.says(str(error))
        if self._unread and not self.folders:
            raise self._unread[0]
        for folder in self.folders:
            if folder.damaged:
                self.says(f"{folder.path / JOURNAL}: {folder.damaged} lines or proofs can't be read, and are left out")
        self._watches = [WatchedLog(folder, self.settings, self.clock) for folder in self.folders]

    @property
    def strangers(self) -> list[str]:
        """Receipts of none of the watched logs, as far as their origins are known; they are not checked."""
        origins = {folder.state.origin for folder in self.folders}
        return [receipt.name for receipt in self.receipts if receipt.origin not in origins and "" not in origins]

    def once(self) -> int:
        """Do one round over all logs; gives the exit code."""
        codes = [outcome.code for outcome in self._rounds(self._watches)]
        return worst([*codes, *[UNREACHABLE] * len(self._unread)])

    def run(self, every_s: float) -> None:
        """Run rounds until `stop` is set.

        Args:
            every_s: Seconds from the end of a round to the next of the same log, with a jitter of one tenth; doubled
                with each consecutive failure.
        """
        due = dict.fromkeys(range(len(self._watches)), 0.0)
        while not self.stop.is_set():
            now = time.monotonic()
            ready = [number for number, at in due.items() if at <= now]
            for outcome, number in zip(self._rounds([self._watches[due_now] for due_now in ready]), ready, strict=True):
                due[number] = time.monotonic() + delay(every_s, outcome.state.failures)
            self.stop.wait(max(0.0, min(due.values()) - time.monotonic()))

    def _write_outputs(self) -> None:
        """Write feeds, metrics and heads; where that fails it is said, and it is no finding about any log."""
        try:
            self.has_feeds = write_outputs(self.root, self.folders, self.name, self.heads)
            self.is_written = True
        except (Unreadable, Malformed, OSError, ValueError) as error:
            self.is_written = False
            self.says(str(error))

    def _witness_peers(self, folder: LogFolder) -> list[Peer]:
        """Ask the witnesses of a log that is known what they cosigned, and store it; gives it as heads to compare."""
        origin = folder.state.origin
        trust = self.settings.trust_of(origin) if origin else None
        if trust is None:
            return []
        views = read_views(trust.policy, origin, self.settings.is_stopped)
        keep_views(folder.path, views)
        return peers_of(views)

    def _rounds(self, watches: Sequence[WatchedLog]) -> Iterator[RoundOutcome]:
        peers = [read_peer(peer, self.settings.is_stopped) for peer in self.peers]
        for watch in watches:
            others = siblings(self.folders, watch.folder.state.url)
            try:
                seen = self._witness_peers(watch.folder)
                outcome = watch.round([*peers, *others, *seen], self.receipts)
            except (Unreadable, Malformed, OSError, ValueError) as error:  # of this log's folder: the others go on
                self.says(str(error))
                state = replace(watch.folder.state, failures=watch.folder.state.failures + 1)
                outcome = RoundOutcome(code=UNREACHABLE, events=(), open=watch.folder.open, state=state)
            self._write_outputs()
            self.report(outcome)
            yield outcome


def delay(every_s: float, failures: int) -> float:
    """Return the seconds until the next round of a log."""
    base = min(every_s * float(1 << min(failures, _DOUBLINGS)), max(every_s, MAX_BACK_OFF))
    return base * (1 + JITTER * (2 * random.random() - 1))  # noqa: S311 - it spreads load, and hides nothing
