"""What a reader meets on a page: its texts, block by block, each with the language that it is marked as."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

VOID: Final = frozenset({"br", "circle", "col", "hr", "img", "input", "line", "link", "meta", "path", "rect", "use"})
# Elements whose text runs on in that of the element around them; every other one ends a block.
INLINE: Final = frozenset({"a", "b", "code", "em", "i", "s", "small", "span", "strong", "sub", "sup"})
UNSEEN: Final = frozenset({"head", "script", "style"})
SPOKEN: Final = ("alt", "aria-label", "data-label", "placeholder")


@dataclass(frozen=True, slots=True)
class Block:
    """A run of text: its language (empty for the page's own), and the elements that it is in, with their classes."""

    text: str
    lang: str
    within: tuple[str, ...]


class PageText(HTMLParser):
    """The texts of a page, and of its attributes that are read aloud; without what is folded for technicians."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._open: list[tuple[str, str, str]] = []  # element, classes, language
        self._text: dict[
            tuple[str, bool], str
        ] = {}  # language, whether it is code -> what was read since the block began
        self.feed(page)
        self._end()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in INLINE or "meta" in given.get("class", "").split():
            self._end()
        lang = given.get("lang", self._lang())
        for name in SPOKEN:
            if name in given and not self._is_unseen():
                self.blocks.append(Block(given[name], lang, self._within(name)))
        if tag not in VOID:
            self._open.append((tag, given.get("class", ""), "" if tag == "html" else lang))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID or all(opened != tag for opened, _classes, _lang in self._open):
            return
        if tag not in INLINE:
            self._end()
        while self._open:
            opened, classes, _lang = self._open[-1]
            if opened == tag:
                if "meta" in classes.split():
                    self._end()
                self._open.pop()
                return
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not self._is_unseen():
            kind = self._lang(), any(tag == "code" for tag, _classes, _lang in self._open)
            self._text[kind] = self._text.get(kind, "") + data
            for other in self._text.keys() - {kind}:  # what is in another language, or code, leaves its place
                self._text[other] += "…" if data.strip() else ""

    def _lang(self) -> str:
        return self._open[-1][2] if self._open else ""

    def _within(self, *more: str) -> tuple[str, ...]:
        return (*(f"{tag}.{classes}" if classes else tag for tag, classes, _lang in self._open), *more)

    def _is_unseen(self) -> bool:
        return any(tag in UNSEEN or (tag == "details" and classes == "technical") for tag, classes, _lang in self._open)

    def _end(self) -> None:
        for (lang, is_code), text in self._text.items():
            words = re.sub(r"\s+", " ", text).strip()
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


class PageLinks(HTMLParser):
    """The addresses that a page's links lead to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value is not None]
