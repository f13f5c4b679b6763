"""SQLite files that another process may be writing to, or that somebody may have changed by hand."""

import os
from pathlib import Path


def read_only_query(path: Path) -> str:
    """Give the query of a file's address that opens it for reading only, while a process may write to it.

    Without the right to make the WAL's side files SQLite can read a file only as one that nobody changes, which is so
    when it has no WAL.
    """
    is_frozen = not os.access(path.parent, os.W_OK) and not path.with_name(path.name + "-wal").exists()
    return "?mode=ro&immutable=1" if is_frozen else "?mode=ro"


def bytes_of(value: object) -> bytes:
    """Give a column's value as bytes, whatever its storage type."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")
