"""A log, watched: rounds, each of which leaves the folder in a state from which the next one goes on."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from constancia.ledger.clock import Clock
from constancia.ledger.monitor.findings import Event, Finding, outcome_of
from constancia.ledger.monitor.judgements import ReceiptJudgement
from constancia.ledger.monitor.round import CONTACT, Round
from constancia.ledger.monitor.settings import Peer, WatchSettings, format_second
from constancia.ledger.monitor.watch_folder import LogFolder, WatchState


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundOutcome:
    """What a round came to: exit code, lines added to the journal, what is open, where the watch stands."""

    code: int
    events: tuple[Event, ...]
    open: tuple[Finding, ...]
    state: WatchState


class WatchedLog:
    """A log, watched.

    Args:
        folder: What is kept of it.
        settings: How to watch.
        clock: The time.
    """

    def __init__(self, folder: LogFolder, settings: WatchSettings, clock: Clock) -> None:
        self.folder = folder
        self._settings = settings
        self._clock = clock

    def round(self, peers: Sequence[Peer] = (), receipts: Sequence[ReceiptJudgement] = ()) -> RoundOutcome:
        """Do one round.

        Args:
            peers: What peers told; they were asked before, so that the log has had the time to show as much.
            receipts: What the log has promised to hold.

        Returns:
            What it came to. Proofs, journal and state are on the disk, in this order.

        Raises:
            KeyboardInterrupt: Told to break off; nothing is lost, and nothing was concluded.
            Unreadable: The folder, or the trust folder, can't be read.
        """
        begun, at = time.monotonic(), self._clock.now()
        one = Round(self.folder, self._settings, at)
        one.run(peers, receipts)
        seconds = time.monotonic() - begun
        events = self.folder.record(one.found, frozenset(one.judged), format_second(at))
        state, failed = one.state, any(finding.code in CONTACT for finding in one.found)
        self.folder.save(
            replace(
                state,
                last_round=format_second(at),
                rounds=state.rounds + 1,
                failures=state.failures + 1 if failed else 0,
                requests=one.web.requests,
                requests_total=state.requests_total + one.web.requests,
                seconds=round(seconds, 3),
                seconds_total=round(state.seconds_total + seconds, 3),
            )
        )
        return RoundOutcome(
            code=outcome_of(self.folder.open), events=tuple(events), open=self.folder.open, state=self.folder.state
        )
