"""Citations: which entries cite a document's digest, and as what.

Key: the SHA-256 in hex, `#`, the index in ten digits, `#`, the place of the citation in the body.
It answers what a file is by its hash alone: the media type and title that a signed statement gave
it, never what the file says of itself.
"""

from typing import Any, Final

from constancia.ledger.store.mapper import SaidEntry
from constancia.ledger.views.projections.base import EntryProjection, Row
from constancia.ledger.views.subjects import StateOf, StreamSubjects


def _rows(entry: SaidEntry, _about: StreamSubjects, _state: StateOf) -> list[tuple[str, Row]]:
    statement = entry.statement
    return [
        (
            f"{cited['sha256']}#{entry.index:010d}#{path}",
            {
                "cited": cited,
                "index": entry.index,
                "leaf_hash": entry.leaf_hash,
                "party": statement["actor"].get("party"),
                "path": path,
                "stream": entry.originator_id,
                "type": statement["type"],
            },
        )
        for path, cited in citations_in(statement["body"])
    ]


def citations_in(item: Any) -> list[tuple[str, dict[str, Any]]]:
    """Give the documents and the evidence that a body cites by their digests.

    Args:
        item: The body, or a part of it.

    Returns:
        The place of each, its steps with dots between them, and what was said of it (`sha256` in hex, and more).
    """
    cited: list[tuple[str, dict[str, Any]]] = []
    _gather(item, "", cited)
    return cited


def _gather(item: Any, path: str, cited: list[tuple[str, dict[str, Any]]]) -> None:
    """Add what is cited in a part of a body. Most members are texts: a call for each would be a tenth of a rebuild."""
    is_object = type(item) is dict
    if is_object and type(item.get("sha256")) is str:
        cited.append((path, item))
    for name, member in item.items() if is_object else enumerate(item):
        if type(member) in _NESTED:
            _gather(member, f"{path}.{name}" if path else str(name), cited)


_NESTED: Final = frozenset({dict, list})
CITATIONS: Final = EntryProjection(name="citations", rows=_rows)
