"""Whole numbers as people and programs write them in forms, addresses and on the command line."""

import re
from typing import Final

_NUMBER: Final = re.compile(r"[0-9]{1,15}\Z")


def plain_number(text: str) -> int | None:
    """Read a whole number from 0 on.

    Args:
        text: What was written. `str.isdigit` also takes `²`, which is no number, and digits without end, which Python
            refuses to read.

    Returns:
        The number; None for anything but 1 to 15 digits of ASCII.
    """
    return int(text) if _NUMBER.match(text) else None
