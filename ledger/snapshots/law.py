"""Which law folded a snapshot: digests of the program's own text of it, and of what that text means."""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import constancia.domain


@cache
def text_digest() -> str:
    """Give the hex SHA-256 of all of `domain/` as it is installed, read in some 4 ms.

    Returns:
        64 hex digits; empty where the text is not at hand as files, and no state is stored then.
    """
    digest = hashlib.sha256()
    files = list(_texts())
    for name, text in files:
        digest.update(f"{name} {len(text)}\n".encode() + text)
    return digest.hexdigest() if files else ""


@cache
def law_digest() -> str:
    """Give the hex SHA-256 of what the text means: another law, or another form, is another digest; comments are not.

    It takes some 0.3 s, and is asked for where the text differs. Another version of Python may give another one.
    """
    digest = hashlib.sha256()
    for name, text in _texts():
        meaning = meaning_of(text).encode()
        digest.update(f"{name} {len(meaning)}\n".encode() + meaning)
    return digest.hexdigest()


def meaning_of(text: bytes) -> str:
    """Give a module's syntax tree as text, without comments, docstrings and places; no law reads its docstrings."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if ast.get_docstring(node, clean=False) is not None:
            del node.body[0]
    return ast.dump(tree)


def _texts() -> Iterator[tuple[str, bytes]]:
    place = Path(constancia.domain.__file__ or "").parent
    for path in sorted(place.rglob("*.py")):
        yield path.relative_to(place).as_posix(), path.read_bytes()
