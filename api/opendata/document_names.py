"""Names under which a person finds the documents of a bundle: their titles, safe on every system, no two alike.

- O10: a name says a kind of file that shows and does not run: what is not on the list ends in `.txt` or `.bin`.

Source: the names that SPEC §8 (Zip) allows; Microsoft, "Naming Files, Paths, and Namespaces".
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

# Media types that are shown, with the ending of their names; other text is shown as text.
_ENDINGS: Final[Mapping[str, str]] = {
    "application/json": ".json",
    "application/pdf": ".pdf",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "text/csv": ".csv",
    "text/markdown": ".md",
    "text/plain": ".txt",
}
_LENGTH: Final = 80  # characters; with its folder a name stays far below 255 bytes
_FORBIDDEN: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]')
_DEVICE: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?\Z", re.IGNORECASE)
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def readable_names(titles: Iterable[tuple[str, str, str | None]]) -> dict[str, str]:
    """Give each document a name of its own.

    Args:
        titles: Of each document its SHA-256, its title, and its media type, in the order in which names are given.

    Returns:
        The names by SHA-256.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for sha256, title, media_type in titles:
        stem, ending = safe_name(title), ending_of(media_type)
        number = 1
        while folded(name := f"{stem}{f' ({number})' if number > 1 else ''}{ending}") in taken:
            number += 1
        taken.add(folded(name))
        names[sha256] = name
    return names


def safe_name(text: str) -> str:
    """Give a text as a file's name without its ending: no character, beginning or end that a system takes otherwise."""
    shown = unicodedata.normalize("NFC", _FORBIDDEN.sub("-", unicodedata.normalize("NFC", text)))
    shown = "".join(" " if unicodedata.category(character) in _HIDDEN else character for character in shown)
    shown = " ".join(shown.split())[:_LENGTH].strip(". -")
    return f"{shown}-" if _DEVICE.match(shown) else shown or "documento"


def ending_of(media_type: str | None) -> str:
    """Give the ending of a file's name for a media type."""
    kind = (media_type or "").split(";")[0].strip().lower()
    return _ENDINGS.get(kind) or (".txt" if kind.startswith("text/") else ".bin")


def folded(name: str) -> str:
    """Give what names have in common that some system takes for the same (SPEC §8, Zip)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).lower().upper())
