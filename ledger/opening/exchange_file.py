"""What all files of an opening have in common: a mark that says their kind, and a form in which a mail changes nothing.

The mark's value is the kind with its version. White space around and within is ignored, since mail programs and editors
add it; what counts is the canonical form of the members.
"""

import json
from typing import Any, Final

from constancia.verify.core.errors import Malformed

MARK: Final = "constancia"
MAX_BYTES: Final = 4_194_304  # an agreement in several languages fits; a scan does not


def kind_of(raw: bytes) -> str | None:
    """Give the kind of a file: its mark, `signed` for a signed statement, or None for anything else."""
    item = _object(raw)
    if item is None:
        return None
    if item.keys() == {"signatures", "statement"}:
        return "signed"
    mark = item.get(MARK)
    return mark if isinstance(mark, str) else None


def read_object(raw: bytes, kind: str, limit: int) -> dict[str, Any]:
    """Read a file's members.

    Args:
        raw: The file.
        kind: The kind that is wanted.
        limit: Largest length accepted, in bytes.

    Returns:
        The members, without the mark.

    Raises:
        Malformed: Too large, no JSON object, or a file of another kind.
    """
    if len(raw) > limit:
        raise Malformed("too-large", "$", f"at most {limit} bytes", len(raw))
    item = _object(raw)
    if item is None:
        raise Malformed("not-object", "$", "a JSON object", type(item).__name__)
    mark = item.pop(MARK, None)
    if mark != kind:
        raise Malformed("form", MARK, kind, mark)
    return item


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        item = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return item if isinstance(item, dict) else None
