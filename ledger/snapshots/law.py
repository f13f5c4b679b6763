"""Which law folded a stored state: the digest of the program's own text of it."""

import hashlib
from functools import cache
from pathlib import Path

import constancia.domain


@cache
def law_digest() -> str:
    """Give the hex SHA-256 of all of `domain/` as it is installed: another law, or another form, is another digest.

    Returns:
        64 hex digits; empty where the text is not at hand as files, and no state is stored then.
    """
    place = Path(constancia.domain.__file__ or "").parent
    digest = hashlib.sha256()
    files = sorted(place.rglob("*.py"))
    for path in files:
        text = path.read_bytes()
        digest.update(f"{path.relative_to(place).as_posix()} {len(text)}\n".encode() + text)
    return digest.hexdigest() if files else ""
