"""Citations: which entries cite a document's digest, and as what.

Key: the SHA-256 in hex, `#`, the index in ten digits, `#`, the place of the citation in the body.
It answers what a file is by its hash alone: the media type and title that a signed statement gave
it, never what the file says of itself.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from constancia.ledger.store.mapper import SaidEntry
from constancia.ledger.views.concerned import Concerned, StateOf
from constancia.ledger.views.projections.base import EntryProjection, Row


def _rows(entry: SaidEntry, _about: Concerned, _state: StateOf) -> Iterable[tuple[str, Row]]:
    for path, cited in citations_in(entry.statement["body"]):
        yield (
            f"{cited['sha256']}#{entry.index:010d}#{path}",
            {
                "cited": cited,
                "index": entry.index,
                "leaf_hash": entry.leaf_hash,
                "party": entry.statement["actor"].get("party"),
                "path": path,
                "stream": entry.originator_id,
                "type": entry.statement["type"],
            },
        )


def citations_in(item: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the documents and the evidence that a body cites by their digests.

    Args:
        item: The body, or a part of it.
        path: Where the part is in the body.

    Yields:
        The place of each, its steps with dots between them, and what was said of it (`sha256` in hex, and more).
    """
    members: Iterable[tuple[Any, Any]] = ()
    if isinstance(item, list):
        members = enumerate(item)
    elif isinstance(item, dict):
        members = item.items()
        if isinstance(item.get("sha256"), str):
            yield path, item
    for name, member in members:
        if isinstance(member, dict | list):  # most are texts: a call for each would be a tenth of a rebuild
            yield from citations_in(member, f"{path}.{name}".lstrip("."))


CITATIONS: Final = EntryProjection(name="citations", rows=_rows)
