"""What may stop the writer before it signs: a store that was rolled back, a clock that is wrong.

- G1: each guard is asked before each batch, and nothing of a batch is signed while one of them refuses.
- G2: a refusal ends when its cause ends, or when the operator accepts it with a reason that becomes public.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

from constancia.domain.kernel.problems import Problem
from constancia.ledger.errors import WritesRefused
from constancia.verify.core.formats.statement import Statement

_log = logging.getLogger(__name__)


class WriteGuard:
    """One reason for which the ledger may refuse to write; the base refuses nothing."""

    def refusal(self, *, wait: bool = False) -> WritesRefused | None:
        """Give why nothing is recorded now; None if there is no reason.

        Args:
            wait: Whether to wait, for a bounded time, for what is still being found out. The writer does, before it
                signs; those who only ask how the ledger is do not.
        """
        del wait
        return None

    def objection(self, statement: Statement, now: datetime) -> Problem | WritesRefused | None:
        """Give the objection to recording one statement at an instant; None if there is none."""
        del statement, now
        return None


class WriteGuards(WriteGuard):
    """Several guards; the first that refuses speaks for all. What changes is logged once."""

    def __init__(self, guards: Sequence[WriteGuard] = ()) -> None:
        """Asks the guards in their order."""
        self._guards = tuple(guards)
        self._logged = ""

    def refusal(self, *, wait: bool = False) -> WritesRefused | None:
        """Give the first refusal."""
        refusal = next((answer for guard in self._guards if (answer := guard.refusal(wait=wait)) is not None), None)
        code = refusal.code if refusal is not None else ""
        if code != self._logged:
            self._logged = code
            if refusal is not None:
                _log.critical("%s: %s", code, refusal)
            else:
                _log.warning("the ledger takes statements in again")
        return refusal

    def objection(self, statement: Statement, now: datetime) -> Problem | WritesRefused | None:
        """Give the first objection."""
        return next(
            (problem for guard in self._guards if (problem := guard.objection(statement, now)) is not None), None
        )
