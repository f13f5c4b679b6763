"""Refuses to record a time that the machine's clock can't be believed for.

The wall clock is compared with four things that it does not set: the clock since boot, the last entry, the times at
which witnesses cosigned, and the signers' own `signed_at`. The limits are SPEC §3's.
"""

import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from constancia.domain.kernel.problems import Problem
from constancia.ledger.append.write_guard import WriteGuard
from constancia.ledger.clock import SIGNED_WITHIN, Clock, format_recorded_at, instant_of, parse_recorded_at
from constancia.ledger.errors import ClockRefused, WritesRefused
from constancia.verify.core.formats.statement import Statement
from constancia.verify.core.log import CLOCK_SKEW_S

SKEW: Final = timedelta(seconds=CLOCK_SKEW_S)
_RULE: Final = (
    f"a live statement is recorded within {SIGNED_WITHIN.days} days of its `signed_at`: draft and sign it again, "
    "after a look at the clock of the machine that signed"
)


def since_boot() -> float:
    """Give seconds of a clock that nobody sets and that goes on while the machine sleeps."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)  # Linux; elsewhere the monotonic clock is the nearest
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class ClockGuard(WriteGuard):
    """Compares one clock. Safe to use from several threads."""

    def __init__(
        self,
        clock: Clock,
        last_entry: Callable[[], str],
        *,
        elapsed: Callable[[], float] = since_boot,
        accepted_last: str = "",
    ) -> None:
        """Note what the clocks show now.

        Args:
            clock: The wall clock of which entries get their time.
            last_entry: Gives the last entry's `recorded_at`; empty if there is none.
            elapsed: Seconds of a clock that is never set.
            accepted_last: A `recorded_at` ahead of the clock that the operator has accepted, with a public reason.
        """
        self._clock = clock
        self._last_entry = last_entry
        self._elapsed = elapsed
        self._accepted_last = accepted_last
        self._lock = threading.Lock()
        self._began = (clock.now(), elapsed())
        self._offsets: dict[str, timedelta] = {}

    def witness(self, name: str, posix: int, *, fresh: bool = True) -> None:
        """Take note of the time of a witness's cosignature.

        Args:
            name: The witness.
            posix: The time that it signed, in seconds.
            fresh: Whether it was given just now, so that it bounds the clock on both sides; else it only shows that
                this instant has passed.
        """
        offset = instant_of(posix) - self._steady_now()
        with self._lock:
            self._offsets[name] = offset if fresh else max(offset, timedelta())

    def witnesses(self, times: Iterable[tuple[str, int]]) -> None:
        """Take note of the cosignatures in the store."""
        for name, posix in times:
            self.witness(name, posix, fresh=False)

    def refusal(self, *, wait: bool = False) -> WritesRefused | None:
        """Give why the clock is not believed; None if it is."""
        del wait
        now = self._clock.now()
        return self._stepped(now) or self._before_last_entry(now) or self._against_witnesses(now)

    def behind(self) -> str | None:
        """Give the clock's instant where it is behind the last entry, or behind cosignatures; else None."""
        now = self._clock.now()
        if self._before_last_entry(now) is None and self._against_witnesses(now) is None:
            return None
        return format_recorded_at(now)

    def accept(self) -> None:
        """Go on with a clock that is behind the last entry or behind earlier cosignatures.

        What is recorded gets the last entry's time until the clock has passed it: times never go back. A clock that
        jumps while the server runs, or that witnesses contradict from now on, is refused as before.
        """
        self._accepted_last = max(self._last_entry(), self._accepted_last)
        with self._lock:
            self._offsets.clear()

    def objection(self, statement: Statement, now: datetime) -> Problem | WritesRefused | None:
        """Refuse a live statement that was signed too long ago.

        Where the clock also is that far from the last entry, the clock is as likely to be wrong as the signer's date.
        """
        if statement.mode != "live":
            return None
        try:
            signed = datetime.fromisoformat(statement.signed_at)
        except ValueError:
            return None  # the domain's own check of dates refuses it
        if now - signed <= SIGNED_WITHIN:
            return None
        last = self._last_entry()
        if last and now - parse_recorded_at(last) > SIGNED_WITHIN and signed >= parse_recorded_at(last) - SKEW:
            return _refused(now, f"{statement.signed_at} (firma recibida / statement received)")
        details = {"signed_at": statement.signed_at, "now": f"{now:%Y-%m-%dT%H:%M:%SZ}"}
        return Problem(code="E_DATE", rule=_RULE, found=details)

    def _steady_now(self) -> datetime:
        wall, steady = self._began
        return wall + timedelta(seconds=self._elapsed() - steady)

    def _stepped(self, now: datetime) -> ClockRefused | None:
        steady = self._steady_now()
        if abs(now - steady) <= SKEW:
            return None
        what = f"{steady:%Y-%m-%dT%H:%M:%SZ} (desde el arranque / since the start)"
        return _refused(now, what)

    def _before_last_entry(self, now: datetime) -> ClockRefused | None:
        last = self._last_entry()
        if not last or last <= self._accepted_last or now >= parse_recorded_at(last) - SKEW:
            return None
        return _refused(now, f"{last} (último registro / last entry)")

    def _against_witnesses(self, now: datetime) -> ClockRefused | None:
        """Refuse where most witnesses that are known disagree: a single wrong clock among several stops nothing."""
        drift = self._steady_now() - now
        with self._lock:
            apart = {name: offset + drift for name, offset in self._offsets.items()}
        wrong = {name: offset for name, offset in apart.items() if abs(offset) > SKEW}
        if not apart or 2 * len(wrong) <= len(apart):
            return None
        name, offset = max(wrong.items(), key=lambda item: abs(item[1]))
        shown = instant_of(int(now.timestamp() + offset.total_seconds()))  # it may be beyond all calendars
        return _refused(now, f"{shown:%Y-%m-%dT%H:%M:%SZ} (testigo / witness {name})")


def _refused(now: datetime, other: str) -> ClockRefused:
    shown = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    return ClockRefused(
        f"El reloj de este servidor marca {shown}, lejos de {other}: no se registra nada. "
        "Ponga el reloj a la hora y vuelva a arrancar el servidor; si la hora ya es la buena y la falsa es la del "
        "último registro, arranque con --accept-clock «motivo», que se publica",
        f"this server's clock shows {shown}, far from {other}: nothing is recorded. "
        "Set the clock right and start the server again; if the clock is right and the last entry's time is false, "
        "start with --accept-clock “reason”, which is published",
    )
