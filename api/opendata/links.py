"""Addresses of the site's pages, and the files that take their place in a copy without a server.

- O11: every link of a copy leads to a file of it, to another site, or nowhere; what a copy has not got is no link.
- O12: a copy asks no network for anything: no script, form, feed or address of the server is left in it.
"""

import html
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

_TAG: Final = re.compile(r"<(?P<name>[a-zA-Z][a-zA-Z0-9]*)\b[^>]*>")
_ADDRESS: Final = re.compile(r'\s(?P<attribute>href|src)="(?P<value>[^"]*)"')
_OF_LINKS: Final = re.compile(r'\s(?:aria-label|aria-current|download|hreflang|rel|type)(?:="[^"]*")?(?=[\s>])')
_ACTIVE: Final = re.compile(r"<(script|form|iframe|object)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_ABOUT_SERVER: Final = re.compile(r'<(?:meta property="og:[^>]*|link rel="canonical"[^>]*)>\s*')
_MAIN: Final = re.compile(r"<main\b")
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]")
_DEVICE: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])\Z", re.IGNORECASE)
# Parameters of pages of a list; other parameters filter or search, which a copy can't.
PAGER: Final = frozenset({"start", "page", "pagina"})
_DROPPED: Final = frozenset({"link", "img", "source"})  # without their address these are nothing


@dataclass(frozen=True, slots=True)
class SiteAddress:
    """An address within the site: its path without the language's query, its query, and its fragment."""

    path: str
    query: str = ""
    fragment: str = ""

    @classmethod
    def read(cls, value: str, page: str) -> "SiteAddress | None":
        """Read what a link of a page says; None where it leads to another site.

        Args:
            value: The attribute's value.
            page: The path of the page that has the link.
        """
        parts = urlsplit(value)
        if parts.scheme or parts.netloc:
            return None
        path = posixpath.join(posixpath.dirname(page), parts.path) if parts.path else page
        return cls(unquote(path), parts.query, parts.fragment)


def file_of_page(address: SiteAddress) -> str:
    """Give the name of the file that takes the place of a page: `/es/` is `es/index.html`."""
    parts = [_safe(part) for part in address.path.strip("/").split("/")]
    if len(parts) == 1:
        return f"{parts[0]}/index.html"
    suffix = f"-{_safe(address.query.replace('=', '-'))}" if address.query else ""
    return "/".join(parts) + suffix + ".html"


def _safe(part: str) -> str:
    name = _UNSAFE.sub("-", part)
    return f"{name}-" if _DEVICE.match(name.split(".")[0]) else name


def rewritten(
    page: str, address: SiteAddress, place: str, lead: Callable[[SiteAddress], str | None], notice: str
) -> str:
    """Give a page of the site as a page of the copy.

    Args:
        page: The HTML, as our own templates make it: attributes in quotation marks, everything foreign escaped.
        address: Its address.
        place: The name of the file that it becomes.
        lead: Gives the file (with a fragment) to which an address of the site leads, or None.
        notice: HTML in front of the main part: that this is a copy.
    """
    text = _ABOUT_SERVER.sub("", _ACTIVE.sub("", page))

    def tag(match: re.Match[str]) -> str:
        whole, name = match.group(), match.group("name").lower()
        asked = _ADDRESS.search(whole)
        if asked is None or asked.group("value").startswith("#"):
            return whole
        target = SiteAddress.read(html.unescape(asked.group("value")), address.path)
        if target is None:
            return whole if name == "a" else ""  # a picture or a style of elsewhere would be fetched
        file = lead(target)
        if file is None:
            return "" if name in _DROPPED else _OF_LINKS.sub("", whole[: asked.start()] + whole[asked.end() :])
        name_of_file, _, fragment = file.partition("#")
        value = posixpath.relpath(name_of_file, posixpath.dirname(place) or ".")
        value = html.escape(_quoted(value) + (f"#{fragment}" if fragment else ""))
        return f'{whole[: asked.start()]} {asked.group("attribute")}="{value}"{whole[asked.end() :]}'

    return _MAIN.sub(lambda match: notice + match.group(), _TAG.sub(tag, text), count=1)


def _quoted(path: str) -> str:
    """Give a path as part of an address: what would end it or mean something else there is escaped."""
    return path.replace("%", "%25").replace("#", "%23").replace("?", "%3F")
