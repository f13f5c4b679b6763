"""Statements: releases, resolutions, declarations, and by whom they are published. Key: the stream."""

from datetime import date
from typing import Final

from constancia.domain.kernel.aggregate import document_of
from constancia.domain.remarks.statement import Statement
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row, rows_of


def _row(state: State, key: str, _day: date) -> Row | None:
    statement = state.aggregates.get(key)
    if not isinstance(statement, Statement):
        return None
    return {**document_of(statement), "missing": list(statement.missing)}


STATEMENTS: Final = rows_of("statements", "statement", Statement, _row)
