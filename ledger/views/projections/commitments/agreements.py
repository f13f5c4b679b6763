"""Agreements: each text's state, who has signed it, who is missing, who has left, where its languages differ.

Key: the stream.
"""

from datetime import date
from typing import Final

from constancia.domain.agreements.agreement import Agreement, AgreementVersion
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row, rows_of


def _row(state: State, key: str, day: date) -> Row | None:
    agreement = state.aggregates.get(key)
    if not isinstance(agreement, Agreement):
        return None
    in_force = agreement.in_force
    return {
        "agreement": agreement.agreement,
        "departures": document_of(agreement.departures or ()),
        "discrepancies": document_of(agreement.discrepancies or ()),
        "in_force_version": in_force.version if in_force is not None else None,
        "parties_left": list(agreement.parties_left),
        "status": agreement.status_on(day),
        "stream": agreement.stream,
        "terminated": document_of(agreement.terminated),
        "title": document_of(agreement.current.title),
        "version": agreement.current.version,
        "versions": [_version(agreement, version, day) for version in agreement.versions],
    }


def _version(agreement: Agreement, version: AgreementVersion, day: date) -> Row:
    return {
        **document_of(version),
        "missing": list(version.missing),
        "signed_by": sorted(version.signed_by),
        "status": agreement.version_status_on(version, day),
    }


AGREEMENTS: Final = rows_of("agreements", "agreement", Agreement, _row)
