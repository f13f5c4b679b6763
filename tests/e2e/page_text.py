"""What a reader meets on a page: its texts, block by block, each with the language that it is marked as.

A walk has more than a thousand pages, and `html.parser` takes three times as long for one as the server that makes it:
pages are read by expressions here, as far as our own templates go. A test holds both against one another.
"""

import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from typing import Final, NamedTuple

VOID: Final = frozenset({"br", "circle", "col", "hr", "img", "input", "line", "link", "meta", "path", "rect", "use"})
# Elements whose text runs on in that of the element around them; every other one ends a block.
INLINE: Final = frozenset({"a", "b", "code", "em", "i", "s", "small", "span", "strong", "sub", "sup"})
UNSEEN: Final = frozenset({"head", "script", "style"})
SPOKEN: Final = ("alt", "aria-label", "data-label", "placeholder")
_TOKEN: Final = re.compile(
    r"""<(?:!--.*?--|![^>]*|(/?)([a-zA-Z][\w-]*)((?:[^"'>]|"[^"]*"|'[^']*')*))>|([^<]+)""", re.DOTALL
)
_ATTRIBUTE: Final = re.compile(r"""([^\s="'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_PROGRAM: Final = re.compile(r"(<(script|style)\b[^>]*>).*?(?=</\2>)", re.DOTALL)
_LINK: Final = re.compile(r'<a\s[^>]*?\bhref="([^"]*)"')


class Block(NamedTuple):
    """A run of text: its language (empty for the page's own), and the elements that it is in, with their classes."""

    text: str
    lang: str
    within: tuple[str, ...]


def pieces(page: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Give what a page is made of, one after the other: `<` and `>` with a tag that begins or ends, or a text."""
    for end, tag, attributes, text in _TOKEN.findall(_PROGRAM.sub(r"\1", page)):
        if text:
            yield "", unescape(text), {}
        elif tag:
            found = _ATTRIBUTE.findall(attributes) if attributes else ()
            given = {name.lower(): unescape("".join(value)) for name, *value in found}
            yield ">" if end else "<", tag.lower(), given


class _Opened(NamedTuple):
    """An element that is open: its name, with its classes, the text's language in it, and whether that is any text."""

    tag: str
    name: str
    lang: str
    is_unseen: bool
    is_code: bool
    is_meta: bool


_OUTSIDE: Final = _Opened("", "", "", is_unseen=False, is_code=False, is_meta=False)


class PageText:
    """The texts of a page, and of its attributes that are read aloud; without what is folded for technicians."""

    def __init__(self, page: str) -> None:
        self.blocks: list[Block] = []
        self._open: list[_Opened] = []
        self._text: dict[
            tuple[str, bool], str
        ] = {}  # language, whether it is code -> what was read since the block began
        for kind, name, attributes in pieces(page):
            if kind == "<":
                self._begin(name, attributes)
            elif kind == ">":
                self._close(name)
            else:
                self._read(name)
        self._end()

    def _begin(self, tag: str, given: dict[str, str]) -> None:
        classes, around = given.get("class", ""), self._open[-1] if self._open else _OUTSIDE
        is_meta = "meta" in classes.split()
        if tag not in INLINE or is_meta:
            self._end()
        lang = given.get("lang", around.lang)
        if not around.is_unseen:
            self.blocks += [Block(given[name], lang, self._within(name)) for name in SPOKEN if name in given]
        if tag not in VOID:
            self._open.append(
                _Opened(
                    tag, f"{tag}.{classes}" if classes else tag, "" if tag == "html" else lang,
                    is_unseen=around.is_unseen or tag in UNSEEN or (tag == "details" and classes == "technical"),
                    is_code=around.is_code or tag == "code", is_meta=is_meta,
                )
            )  # fmt: skip

    def _close(self, tag: str) -> None:
        if tag in VOID or all(opened.tag != tag for opened in self._open):
            return
        if tag not in INLINE:
            self._end()
        while self._open:
            opened = self._open[-1]
            if opened.tag == tag and opened.is_meta:
                self._end()
            self._open.pop()
            if opened.tag == tag:
                return

    def _read(self, data: str) -> None:
        within = self._open[-1] if self._open else _OUTSIDE
        if not within.is_unseen:
            kind = within.lang, within.is_code
            self._text[kind] = self._text.get(kind, "") + data
            if len(self._text) > 1:
                for other in self._text.keys() - {kind}:  # what is in another language, or code, leaves its place
                    self._text[other] += "…" if data.strip() else ""

    def _within(self, *more: str) -> tuple[str, ...]:
        return (*(opened.name for opened in self._open), *more)

    def _end(self) -> None:
        if not self._text:
            return
        for (lang, is_code), text in self._text.items():
            words = " ".join(text.split())
            if words.strip("… "):
                self.blocks.append(Block(words, lang, self._within("code") if is_code else self._within()))
        self._text = {}


class Head(HTMLParser):
    """A page's title, its `meta` by name or property, and its `link` by relation (and language)."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.lang = ""
        self.meta: dict[str, str] = {}
        self.link: dict[str, str] = {}
        self._in_title = False
        self.feed(page.partition("</head>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.lang = given.get("lang", "")
        elif tag == "meta":
            self.meta[given.get("name", given.get("property", ""))] = given.get("content", "")
        elif tag == "link":
            self.link[f"{given['rel']} {given.get('hreflang', '')}".strip()] = given["href"]
        self._in_title = tag == "title"

    def handle_endtag(self, tag: str) -> None:
        self._in_title = self._in_title and tag != "title"

    def handle_data(self, data: str) -> None:
        self.title += data if self._in_title else ""


def links_of(page: str) -> list[str]:
    """Give the addresses that a page's links lead to."""
    return [unescape(address) for address in _LINK.findall(page)]
