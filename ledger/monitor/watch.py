"""A watched log: rounds, each of which leaves the folder in a state from which the next one continues."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from constancia.ledger.clock import Clock
from constancia.ledger.monitor.findings import JournalLine, LogFinding, outcome_of
from constancia.ledger.monitor.judgements import ReceiptJudgement
from constancia.ledger.monitor.round import CONTACT, Round
from constancia.ledger.monitor.settings import Peer, WatchSettings, format_second
from constancia.ledger.monitor.watch_folder import LogFolder, WatchState


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundOutcome:
    """Result of a round: exit code, new journal lines, open findings, state of the watch."""

    code: int
    events: tuple[JournalLine, ...]
    open: tuple[LogFinding, ...]
    state: WatchState


class WatchedLog:
    """A watched log.

    Args:
        folder: The stored state of the watch.
        settings: How to watch.
        clock: The time.
    """

    def __init__(self, folder: LogFolder, settings: WatchSettings, clock: Clock) -> None:
        self.folder = folder
        self._settings = settings
        self._clock = clock

    def round(self, peers: Sequence[Peer] = (), receipts: Sequence[ReceiptJudgement] = ()) -> RoundOutcome:
        """Run one round.

        Args:
            peers: Data of the peers, fetched before the log, so that the log should show at least as much.
            receipts: Receipts that the log must honour.

        Returns:
            The result. Proofs, journal and state are on the disk, written in this order.

        Raises:
            KeyboardInterrupt: Interrupted; nothing is lost and there is no verdict.
            Unreadable: The folder, or the trust folder, can't be read.
        """
        begun, at = time.monotonic(), self._clock.now()
        watched = Round(self.folder, self._settings, at)
        watched.run(peers, receipts)
        seconds = time.monotonic() - begun
        events = self.folder.record(watched.found, frozenset(watched.judged), format_second(at))
        state, failed = watched.state, any(finding.code in CONTACT for finding in watched.found)
        self.folder.save(
            replace(
                state,
                last_round=format_second(at),
                rounds=state.rounds + 1,
                failures=state.failures + 1 if failed else 0,
                requests=watched.web.requests,
                requests_total=state.requests_total + watched.web.requests,
                seconds=round(seconds, 3),
                seconds_total=round(state.seconds_total + seconds, 3),
            )
        )
        return RoundOutcome(
            code=outcome_of(self.folder.open), events=tuple(events), open=self.folder.open, state=self.folder.state
        )
