"""The single-file HTML verifier: its bytes, and the content security policy that allows only its own script and style.

- G1: the page's `<meta>` allows one script and one style, each by its SHA-256, a worker made of that script, and no
  network at all. A server that serves the page sends the same policy as a header.

`tools/build_verifier_page.py` makes the page from its source.
"""

import base64
import hashlib
import re
from importlib import resources
from typing import Final

PAGE_NAME: Final = "verificador.html"
_META: Final = re.compile(r'(<meta http-equiv="Content-Security-Policy" content=")([^"]*)(">)')
_POLICY: Final = (
    "default-src 'none'; script-src '{script}'; style-src '{style}'; worker-src blob:; connect-src 'none'; "
    "base-uri 'none'; form-action 'none'"
)


def verifier_page() -> bytes:
    """Return the page's bytes, as it is in bundles and on the server."""
    return resources.files("constancia.verify").joinpath(PAGE_NAME).read_bytes()


def policy_of(html: str) -> str:
    """Return the content security policy in the page's `<meta>`.

    Args:
        html: The page.

    Returns:
        The policy.

    Raises:
        ValueError: The page has none, or more than one.

    Source: W3C Content Security Policy Level 3, §3.3.
    """
    policies = _META.findall(html)
    if len(policies) != 1:
        raise ValueError(f"expected one policy in the page, found {len(policies)}")
    return str(policies[0][1])


def sealed(html: str) -> str:
    """Return the page with the policy that its script and style need.

    Args:
        html: The page, with any policy in its `<meta>`.

    Returns:
        The page with the hashes of its script and style.

    Raises:
        ValueError: It does not have exactly one script, one style and one policy.

    Source: W3C Content Security Policy Level 3, §6.7.2.4 (hashes of inline elements).
    """
    policy_of(html)
    policy = _POLICY.format(script=_hash(html, "script"), style=_hash(html, "style"))
    return _META.sub(lambda match: f"{match[1]}{policy}{match[3]}", html)


def _hash(html: str, tag: str) -> str:
    contents = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
    if len(contents) != 1:
        raise ValueError(f"expected one <{tag}>, found {len(contents)}")
    return "sha256-" + base64.b64encode(hashlib.sha256(contents[0].encode()).digest()).decode()
