"""What was said of entries: acknowledgements, contests, responses, corrections, verdicts on signatures, standing.

Key: `entry/` and the leaf hash of the entry that is spoken of.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.identity.key import Key
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.remarks.correction import Correction
from constancia.domain.remarks.entry_standing import (
    ContestStanding,
    contests_of,
    remarks_on,
    responses_to,
    standing_of,
    verdicts_on,
)
from constancia.domain.remarks.remarked_entry import RemarkedEntry
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row, StateProjection

_PREFIX: Final = "entry/"


def _keys(state: State) -> Iterator[str]:
    """Give each entry that something was said of, once: by remarks, then contests of an earlier edition, the rest."""
    targets = [remarked.target for remarked in state.of(RemarkedEntry)]
    for commitment in state.of(Commitment):
        targets += commitment.contested
    for correction in state.of(Correction):
        targets += [correction.target, *([correction.origin] if correction.origin else ())]
    targets += [target for key in state.of(Key) for target, _verdict in key.reaffirmed]
    return (f"{_PREFIX}{target}" for target in dict.fromkeys(targets))


def _row(state: State, key: str, _day: date) -> Row | None:
    leaf_hash = key.removeprefix(_PREFIX)
    corrections = [document_of(correction) for correction in state.on_topic(Correction, key)]
    row = {
        **what_was_said(state, leaf_hash),
        "corrections": corrections,
        "stream": key,
        "target": leaf_hash,
        "verdicts": dict(verdicts_on(state, leaf_hash)),
    }
    is_spoken_of = remarks_on(state, leaf_hash) is not None or row["contests"] or corrections or row["verdicts"]
    return row if is_spoken_of else None


def what_was_said(state: State, leaf_hash: str) -> dict[str, Any]:
    """Give the standing of an entry with the remarks that it follows from."""
    remarked = remarks_on(state, leaf_hash)
    return {
        "acknowledged": document_of(remarked.acknowledged) if remarked else [],
        "contests": [contest_row(contest) for contest in contests_of(state, leaf_hash)],
        "responses": document_of(responses_to(state, leaf_hash)),
        "standing": standing_of(state, leaf_hash),
    }


def contest_row(contest: ContestStanding) -> Row:
    """Give a contest as JSON, with whether it is open."""
    return {**document_of(contest), "is_open": contest.is_open}


REMARKS: Final = StateProjection(name="remarks", kind="entry", keys=_keys, row=_row)
