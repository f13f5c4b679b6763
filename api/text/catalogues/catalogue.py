"""The compiled catalogue of a language: a release's own file; in a checkout, compiled from its sources and stored.

Compiling takes as long as a tenth of a server's start, and more than most commands take otherwise. What is stored is
named by the digest of its sources, in a folder of this user's alone, so that it is never another's.
"""

import contextlib
import hashlib
import os
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path

from platformdirs import user_cache_path

from constancia.ledger.disk.durable import durable_part


def compiled(lang: str, sources: Callable[[], Mapping[str, bytes]]) -> bytes:
    """Give the compiled catalogue of a language.

    Args:
        lang: `es` or `en`.
        sources: Gives a checkout's sources by their names, gettext PO.

    Returns:
        One gettext MO file with the messages of all.
    """
    own = files("constancia.api").joinpath("locale", f"{lang}.mo")
    if own.is_file():
        return own.read_bytes()
    texts = sources().values()
    digest = hashlib.sha256(b"".join(hashlib.sha256(text).digest() for text in texts)).hexdigest()
    stored = user_cache_path("constancia") / "catalogues" / f"{lang}-{digest[:32]}.mo"
    with contextlib.suppress(OSError):
        return stored.read_bytes()
    from constancia.api.text.catalogues.compiler import compile_catalogues  # noqa: PLC0415 - babel is in a checkout alone

    made = compile_catalogues(lang, texts)
    with contextlib.suppress(OSError):  # nowhere to store it: it is compiled the next time too
        _store(stored, made)
    return made


def _store(path: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = durable_part(path)
    with open(part, "wb", opener=lambda name, flags: os.open(name, flags | os.O_EXCL, 0o600)) as file:
        file.write(data)
    part.replace(path)
