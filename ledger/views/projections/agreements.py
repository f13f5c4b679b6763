"""Agreements: each text's state, who has signed it, who is missing. Key: the stream."""

from datetime import date
from typing import Final

from constancia.domain.agreements.agreement import Agreement, AgreementVersion
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row, StateProjection, streams_of


def _row(state: State, key: str, day: date) -> Row | None:
    agreement = state.aggregates.get(key)
    if not isinstance(agreement, Agreement):
        return None
    in_force = [version.version for version in agreement.versions if version.in_force_index is not None]
    return {
        "agreement": agreement.agreement,
        "in_force_version": in_force[-1] if in_force else None,
        "status": agreement.status_on(day),
        "stream": agreement.stream,
        "title": document_of(agreement.current.title),
        "version": agreement.current.version,
        "versions": [_version(version) for version in agreement.versions],
    }


def _version(version: AgreementVersion) -> Row:
    return {
        **document_of(version),
        "missing": list(version.missing),
        "signed_by": sorted(version.signed_by),
    }


AGREEMENTS: Final = StateProjection(name="agreements", kind="agreement", keys=streams_of(Agreement), row=_row)
