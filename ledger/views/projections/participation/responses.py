"""Reasoned responses, each with the gathering or the proposal that it answers. Key: the stream."""

from datetime import date
from typing import Final

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.gathering import Gathering
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.participation.response import ReasonedResponse
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row, StateProjection, streams_of


def _row(state: State, key: str, _day: date) -> Row | None:
    response = state.aggregates.get(key)
    if not isinstance(response, ReasonedResponse):
        return None
    (stream,) = response.concerns
    subject = state.aggregates.get(stream)
    title = document_of(subject.title) if isinstance(subject, Gathering | Commitment) else None
    return {**document_of(response), "subject": stream, "subject_title": title}


RESPONSES: Final = StateProjection(name="responses", kind="response", keys=streams_of(ReasonedResponse), row=_row)
