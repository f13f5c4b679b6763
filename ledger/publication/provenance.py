"""Where the running program was installed from: what a bundle says of the program that wrote it."""

import json
import re
from importlib.metadata import PackageNotFoundError, distribution
from urllib.parse import unquote, urlsplit


def installed_wheel(name: str = "constancia") -> tuple[str, str] | None:
    """Give the wheel that this program was installed from.

    Args:
        name: The distribution.

    Returns:
        Its file name and SHA-256 in hex; None where the installer did not record it, as for a checkout or an index.

    Source: PEP 610, `direct_url.json`.
    """
    try:
        record = json.loads(distribution(name).read_text("direct_url.json") or "{}")
        sha256 = record["archive_info"]["hashes"]["sha256"]
        file = unquote(urlsplit(record["url"]).path).rpartition("/")[2]
    except (PackageNotFoundError, ValueError, KeyError, TypeError):
        return None
    is_plain = re.fullmatch(r"[0-9a-f]{64}", str(sha256)) and re.fullmatch(r"[A-Za-z0-9._+-]{1,200}", file)
    return (file, str(sha256)) if is_plain else None
