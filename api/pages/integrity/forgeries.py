"""What a forger can do to a copy of a ledger: one alteration each, as visitors choose them. Nothing else uses it."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from constancia.verify.core.formats.canonical import canonical

_END: Final = re.compile(rb'("window":"[0-9-]*/)([0-9]{4})')
_DATE: Final = re.compile(rb'("window":")([0-9]{4})')
_CHOICE: Final = re.compile(rb'"choice":"(for|against|abstain)"')
_RECORDED: Final = re.compile(rb'("recorded_at":")([0-9]{4})')
_SIGNATURES: Final = re.compile(rb'"signatures":\[.*?\]')
_CITED: Final = re.compile(rb'"sha256":"([0-9a-f]{64})"')
_FEWEST: Final = 4  # entries of a ledger of which one can be removed or moved


@dataclass(slots=True)
class LedgerCopy:
    """What a forger alters: the entries' bytes in order, and the documents by SHA-256 in hex."""

    entries: list[bytes]
    documents: dict[str, bytes]


Forgery = Callable[[LedgerCopy], int | None]


def _latest(copy: LedgerCopy, is_wanted: Callable[[Mapping[str, Any], bytes], bool]) -> int | None:
    """Give the last entry whose statement is wanted."""
    for index in range(len(copy.entries) - 1, -1, -1):
        if is_wanted(json.loads(copy.entries[index])["statement"], copy.entries[index]):
            return index
    return None


def _a_year_on(match: re.Match[bytes]) -> bytes:
    return match[1] + str(int(match[2]) + 1).encode()


def _deadline(copy: LedgerCopy) -> int | None:
    """Move a deadline a year on: in the latest scope that has a window with an end, else in one with a date."""
    for window in (_END, _DATE):
        index = _latest_scope(copy, window)
        if index is not None:
            copy.entries[index] = window.sub(_a_year_on, copy.entries[index], count=1)
            return index
    return None


def _latest_scope(copy: LedgerCopy, window: re.Pattern[bytes]) -> int | None:
    def is_wanted(statement: Mapping[str, Any], raw: bytes) -> bool:
        return statement["type"] in ("CommitmentAdopted", "ScopeChanged") and window.search(raw) is not None

    return _latest(copy, is_wanted)


def _vote(copy: LedgerCopy) -> int | None:
    """Turn the latest vote round."""
    index = _latest(copy, lambda statement, _raw: statement["type"] == "VoteCast")
    if index is None:
        return None
    copy.entries[index] = _CHOICE.sub(
        lambda match: b'"choice":"against"' if match[1] == b"for" else b'"choice":"for"', copy.entries[index]
    )
    return index


def _signature(copy: LedgerCopy) -> int | None:
    """Put the same person's signature of another act in place of the one of its latest signature."""
    index = _latest(copy, lambda statement, _raw: statement["type"] in ("DecisionSigned", "AgreementSigned"))
    if index is None:
        return None
    entry = json.loads(copy.entries[index])
    actor, own = entry["statement"]["actor"], entry["signatures"]
    for other in reversed(copy.entries[:index]):
        entry = json.loads(other)
        if entry["statement"]["actor"] == actor and entry["signatures"] != own:
            copied = canonical(entry["signatures"])
            copy.entries[index] = _SIGNATURES.sub(rb'"signatures":' + copied, copy.entries[index], count=1)
            return index
    return None


def _backdated(copy: LedgerCopy) -> int | None:
    """Say that the latest deliverable, or the last entry, was recorded a year earlier."""
    index = _latest(copy, lambda statement, _raw: statement["type"] == "DeliverableSubmitted")
    if index is None:
        index = len(copy.entries) - 1 if copy.entries else None
    if index is not None:
        copy.entries[index] = _RECORDED.sub(
            lambda match: match[1] + str(int(match[2]) - 1).encode(), copy.entries[index], count=1
        )
    return index


def _document(copy: LedgerCopy) -> int | None:
    """Put another text in place of the document that was cited last, of those that are in the copy."""
    first: dict[str, int] = {}  # the entry that cited each document first
    for index, raw in enumerate(copy.entries):
        for cited in _CITED.findall(raw):
            if cited.decode() in copy.documents:
                first.setdefault(cited.decode(), index)
    if not first:
        return None
    name, index = max(first.items(), key=lambda item: item[1])
    copy.documents[name] += b"\n(Otro final.)\n"
    return index


def _removed(copy: LedgerCopy) -> int | None:
    """Take an entry out of the middle; those after it move up."""
    if len(copy.entries) < _FEWEST:
        return None
    index = len(copy.entries) // 2
    del copy.entries[index]
    return index


def _swapped(copy: LedgerCopy) -> int | None:
    """Exchange two neighbours in the middle."""
    if len(copy.entries) < _FEWEST:
        return None
    index, entries = len(copy.entries) // 2, copy.entries
    entries[index], entries[index + 1] = entries[index + 1], entries[index]
    return index


FORGERIES: Final[Mapping[str, Forgery]] = {
    "deadline": _deadline,
    "vote": _vote,
    "signature": _signature,
    "backdated": _backdated,
    "document": _document,
    "removed": _removed,
    "swapped": _swapped,
}
