"""Rules of time zones from the `tzdata` package alone, so that no verdict depends on the machine's own files.

- N1: the system's zone files (TZPATH, PYTHONTZPATH) are never read; the report names the version of the rules.
"""

import importlib
import importlib.resources
import re
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

_NAME: Final = re.compile(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*", re.ASCII)
_PACKAGE: Final = "tzdata"


@lru_cache(maxsize=64)
def load_zone(name: str) -> ZoneInfo | None:
    """Give a zone's rules by its IANA name; None where the package is missing or has none of that name.

    Source: RFC 8536 (TZif), as the `tzdata` package holds it.
    """
    if not _NAME.fullmatch(name):
        return None
    try:
        place = importlib.resources.files(_PACKAGE).joinpath("zoneinfo", *name.split("/"))
        with place.open("rb") as rules:
            return ZoneInfo.from_file(rules, key=name)
    except (ImportError, OSError, ValueError):
        return None


def zones_version() -> str | None:
    """Give the version of the rules, such as `2026a`; None where the package is missing."""
    try:
        return str(importlib.import_module(_PACKAGE).IANA_VERSION)
    except (ImportError, AttributeError):
        return None
