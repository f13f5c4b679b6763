"""Compiles the catalogues (gettext PO) of a language into one file (MO). The only user of babel in the product.

A build runs it: a wheel has the compiled files alone, and what is installed from one needs no babel. A checkout has the
sources alone and compiles them where it starts. Imports nothing of constancia, since a build has none to import.
"""

import io
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

_FIXED: Final = datetime(2019, 3, 1, tzinfo=UTC)  # the header has a date: a second build gives the same bytes


def compile_catalogues(lang: str, texts: Iterable[bytes]) -> bytes:
    """Compile the catalogues of a language.

    Args:
        lang: `es` or `en`.
        texts: The files, gettext PO.

    Returns:
        One gettext MO file with the messages of all.
    """
    merged = Catalog(locale=lang, creation_date=_FIXED, revision_date=_FIXED)
    for text in texts:
        for message in read_po(io.BytesIO(text), locale=lang):
            if message.id:
                merged[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    return compiled.getvalue()
