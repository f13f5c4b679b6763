"""What is amiss with an open ledger, in one list: for `/healthz`, the console and the start page."""

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from constancia.ledger.ledger import Ledger
from constancia.ledger.store import postgres_errors

# Below this the next batch, with its write-ahead log and its views, may not fit.
LOW_BYTES: Final = 32 * 1024 * 1024
FULL_BYTES: Final = 1024 * 1024
BEHIND_S: Final = 60.0
CODES: Final = ("stopped", "E_ROLLED_BACK", "E_CLOCK", "views", "disk_full", "witnesses")
STORE_CODES: Final = tuple(sorted(postgres_errors.CODES))
_FULL: Final = ("database or disk is full", "No space left on device")


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthProblem:
    """One thing that is amiss.

    Attributes:
        code: Stable code: `stopped`, `E_ROLLED_BACK`, `E_CLOCK`, `views`, `disk_full`, `witnesses`; of a ledger in a
            database those of `STORE_CODES`; of one whose key is in a token those of `token_errors`.
        reason: What was observed and what to do, by language.
        since_s: For how many seconds, where that is known.
        is_failure: Whether `/healthz` answers 503 for it; else it is a warning.
    """

    code: str
    reason: dict[str, str]
    since_s: float | None = None
    is_failure: bool = True

    @property
    def members(self) -> dict[str, Any]:
        """The members of the JSON."""
        since = None if self.since_s is None else round(self.since_s)
        return {"code": self.code, "failure": self.is_failure, "since_s": since, **self.reason}


def health_of(ledger: Ledger) -> list[HealthProblem]:
    """List what is amiss now; empty where all is well."""
    return list(_problems(ledger))


def _problems(ledger: Ledger) -> Iterator[HealthProblem]:
    if ledger.failure is not None:
        yield _problem("stopped", f"El escritor se detuvo: {ledger.failure}", f"the writer stopped: {ledger.failure}")
    refusal = ledger.refusal
    if refusal is not None:
        yield HealthProblem(code=refusal.code, reason=refusal.words)
    unread = ledger.store.unread
    if unread is not None and (refusal is None or refusal.code != unread.code):
        yield HealthProblem(code=unread.code, reason=unread.words)
    views = ledger.views
    if views.failure is not None:
        yield _problem(
            "views",
            f"Las vistas esperan en {views.position} de {ledger.size} y vuelven a intentar: {views.failure}",
            f"the views wait at {views.position} of {ledger.size} and try again: {views.failure}",
            since_s=views.retry.waiting_s,
        )
    free = shutil.disk_usage(ledger.folder.path).free
    is_full = free < FULL_BYTES or is_disk_full(views.failure)
    if free < LOW_BYTES or is_full:
        es, en = f"Quedan {free} bytes en el disco", f"{free} bytes are left on the disk"
        yield _problem("disk_full", es, en, is_failure=is_full)
    behind = ledger.witness_problems
    if behind:
        shown = ", ".join(f"{name}: {code}" for name, code in behind.items())
        yield _problem(
            "witnesses", f"Testigos con problemas: {shown}", f"witnesses with problems: {shown}", is_failure=False
        )
    waiting = ledger.witnesses_waiting_s
    if waiting > BEHIND_S and not behind:
        yield _problem(
            "witnesses",
            f"Los testigos no han cofirmado el último árbol en {waiting:.0f} s",
            f"the witnesses have not cosigned the last tree within {waiting:.0f} s",
            since_s=waiting,
            is_failure=False,
        )


def _problem(code: str, es: str, en: str, *, since_s: float | None = None, is_failure: bool = True) -> HealthProblem:
    return HealthProblem(code=code, reason={"es": es, "en": en}, since_s=since_s, is_failure=is_failure)


def is_disk_full(error: BaseException | None) -> bool:
    """Tell whether an error, or one that it came from, says that the disk is full."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if isinstance(error, sqlite3.Error) and any(text in str(error) for text in _FULL):
            return True
        error = error.__cause__ or error.__context__
    return False
