"""The documents and the evidence that a body cites, for the pages that list them."""

from collections.abc import Iterator, Mapping
from typing import Any


def cited_documents(value: object) -> Iterator[Mapping[str, Any]]:
    """Yield the objects that cite a file by its SHA-256 with a title or a description, wherever they are in a body."""
    if isinstance(value, dict):
        if "sha256" in value and ("title" in value or "description" in value):
            yield value
        for item in value.values():
            yield from cited_documents(item)
    elif isinstance(value, list):
        for item in value:
            yield from cited_documents(item)
