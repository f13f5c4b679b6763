"""Rules of time zones from the `tzdata` package alone, so that no verdict depends on the machine's own files.

- N1: the system's zone files (TZPATH, PYTHONTZPATH) are never read; the report names the version of the rules.
"""

import re
from importlib import import_module
from importlib.resources import files
from zoneinfo import ZoneInfo

_NAME = re.compile(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*", re.ASCII)
_PACKAGE = "tzdata"


def load_zone(name: str) -> ZoneInfo | None:
    """Give a zone's rules by its IANA name; None where the package is missing or has none of that name.

    Source: RFC 8536 (TZif), as the `tzdata` package holds it.
    """
    try:
        with files(_PACKAGE).joinpath("zoneinfo", *name.split("/")).open("rb") as rules:
            return ZoneInfo.from_file(rules, key=name) if _NAME.fullmatch(name) else None
    except (ImportError, OSError, ValueError):
        return None


def zones_version() -> str:
    """Give the version of the rules, such as `2026a`; the package is there."""
    return str(import_module(_PACKAGE).IANA_VERSION)
