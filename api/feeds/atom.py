"""An Atom document from plain values; what it is given stays text, and the same values give the same bytes.

Source: RFC 4287; RFC 5005 §3 for pages of older entries.
"""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from constancia.verify.report.printable import printable

_ATOM: Final = "http://www.w3.org/2005/Atom"
_XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_MAX_TITLE: Final = 300
MEDIA_TYPE: Final = "application/atom+xml"

ET.register_namespace("", _ATOM)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """One entry of a feed.

    Attributes:
        id: An IRI that names it for good.
        title: One line.
        text: Paragraphs.
        updated: RFC 3339, UTC.
        link: Address of its page; None where it has none.
        author: Who says it; None where the feed's author does.
        category: A term to filter by; None for none.
    """

    id: str
    title: str
    text: Sequence[str]
    updated: str
    link: str | None = None
    author: str | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed.

    Attributes:
        id: An IRI that names it for good.
        title: What it is a feed of.
        author: Who says what no entry names an author for.
        lang: Language of its texts.
        updated: RFC 3339, UTC, where it has no entry.
        address: Its own address; None where it has none.
        page: Address of the page that it belongs to.
        older: Address of the feed of older entries.
    """

    id: str
    title: str
    author: str
    lang: str
    updated: str
    address: str | None = None
    page: str | None = None
    older: str | None = None


def document(feed: Feed, items: Sequence[FeedItem]) -> bytes:
    """Return an Atom document, UTF-8.

    Args:
        feed: What is said of the whole.
        items: Its entries, newest first.
    """
    root = ET.Element(f"{{{_ATOM}}}feed", {_XML_LANG: feed.lang})
    _add(root, "id", feed.id)
    _add(root, "title", _line(feed.title))
    _add(root, "updated", max((item.updated for item in items), default=feed.updated))
    _author(root, feed.author)
    for rel, address, media_type in (
        ("self", feed.address, MEDIA_TYPE), ("alternate", feed.page, "text/html"), ("next", feed.older, MEDIA_TYPE),
    ):  # fmt: skip
        if address is not None:
            ET.SubElement(root, f"{{{_ATOM}}}link", {"rel": rel, "href": address, "type": media_type})
    for item in items:
        _entry(root, item)
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text + b"\n"


def _entry(root: ET.Element, item: FeedItem) -> None:
    entry = ET.SubElement(root, f"{{{_ATOM}}}entry")
    _add(entry, "id", item.id)
    _add(entry, "title", _line(item.title))
    _add(entry, "updated", item.updated)
    _add(entry, "published", item.updated)
    if item.author is not None:
        _author(entry, item.author)
    if item.category is not None:
        ET.SubElement(entry, f"{{{_ATOM}}}category", {"term": printable(item.category)})
    if item.link is not None:
        ET.SubElement(entry, f"{{{_ATOM}}}link", {"rel": "alternate", "href": item.link, "type": "text/html"})
    content = "\n\n".join(printable(text, len(text)) for text in item.text)
    ET.SubElement(entry, f"{{{_ATOM}}}content", {"type": "text"}).text = content


def _author(parent: ET.Element, name: str) -> None:
    author = ET.SubElement(parent, f"{{{_ATOM}}}author")
    _add(author, "name", printable(name))


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}{name}").text = text


def _line(text: str) -> str:
    return printable(text, _MAX_TITLE)
