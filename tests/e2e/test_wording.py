"""No page speaks to who wrote it: every text of every page, in both languages, present, past and refused."""

import re
from collections import defaultdict
from functools import cache
from html.parser import HTMLParser
from itertools import zip_longest
from typing import Final

import pytest
from tests.e2e.page_text import Block, PageText, links_of, pieces
from tests.e2e.page_walk import ASKED, PASTS, Walk
from tests.e2e.wording import ALLOWED, BOTH, SLIPS, Allowed, Slip, is_allowed, slips
from tests.rows import each_row
from tools.docs.act_words import choices

from constancia.api.text.i18n import LANGUAGES, message_ids

# Lists and pages of one thing: the gender of its noun in Spanish, which its states agree with.
GENDER: Final = {
    "acuerdos": "o", "compromisos": "o", "decisiones": "a", "planes": "o", "quejas": "a", "registros": "o",
}  # fmt: skip
_STATE: Final = re.compile(r"(?:\w+ad|\w+id|\w+uest|resuelt)([oa])\b")
_MARKS_OF_ENTRIES: Final = re.compile(r"inventad|reconocid|impugnad|contestad")  # entries are masculine everywhere
# Choices that no page shows: what programs choose a signer, an algorithm or a wording by.
TECHNICAL: Final = frozenset(
    {"ceased_post", "ed25519", "included", "lost", "milestone", "not_included", "rep", "root_or_rep"}
    | {"rsa-pkcs1-sha256", "self", "unspecified", "webauthn"}
)


@pytest.fixture(scope="module")
def read(walked: Walk) -> dict[str, list[Block]]:
    return {address: PageText(html).blocks for address, (_status, html) in walked.pages.items()}


def test_walk_has_all_pages_in_both_languages(walked: Walk) -> None:
    present = [address for address in walked.pages if not re.search(r"size=|at=|known=", address)]
    for lang in LANGUAGES:
        assert sum(address.startswith(f"/{lang}/") for address in present) > 200
    assert all(any(past in address for address in walked.pages) for past in PASTS)
    statuses = {walked.pages[f"/{lang}/{path}"][0] for asked in ASKED for lang, path in zip(BOTH, asked, strict=True)}
    assert statuses == {200, 400, 404}
    assert len([address for address in present if "start=" in address]) >= 16  # 450 entries, 50 a page, twice


def test_no_text_of_a_page_has_a_slip(read: dict[str, list[Block]]) -> None:
    wrong: dict[str, set[str]] = defaultdict(set)
    for address, blocks in read.items():
        for block in blocks:
            names = [name for name in slips(block, address[1:3]) if not is_allowed(block, address)]
            for name in names:
                wrong[name].add(f"{address}: {block.text[:120]}")
    assert {name: sorted(where)[:5] for name, where in wrong.items()} == {}


def test_no_page_shows_an_identifier(walked: Walk, read: dict[str, list[Block]]) -> None:
    assert {"rm", "ap-j-sfp", "d1.3", "p-a", "d-2", "q-1", "k1"} <= walked.identifiers
    names = "|".join(re.escape(name) for name in sorted(walked.identifiers, key=len, reverse=True))
    identifier = re.compile(rf"(?<![\w/.#-])(?:{names})(?![\w-]|\.\w)")
    assert identifier.search("nombramiento ap-j-sfp, de deliverables/d1.3 y rm.")
    assert not identifier.search("el registro 31, de la norma ISO-m1")
    shows = cache(lambda text: identifier.search(text) is not None)  # most texts are on hundreds of pages
    shown = {
        f"{address}: {block.text[:120]}"
        for address, blocks in read.items()
        for block in blocks
        if shows(block.text) and not is_allowed(block, address)
    }
    assert sorted(shown)[:20] == []


@each_row("slip", SLIPS, ids=lambda slip: f"{slip.name} {slip.langs}")
def test_each_slip_is_recognized_and_nothing_else(slip: Slip) -> None:
    for lang in slip.langs:
        assert slip.name in set(slips(Block(slip.wrong, "", ()), lang))
        assert slip.name not in set(slips(Block(slip.right, "", ()), lang))


def test_text_in_another_language_is_judged_in_it() -> None:
    page = '<html lang="es"><p>Dice <span lang="en">the entry</span> y <span lang="en">el registro</span></p>'
    (spanish, english) = PageText(page).blocks
    assert list(slips(spanish, "es")) == []
    assert list(slips(english, "es")) == ["Spanish"]


def test_what_is_folded_for_technicians_and_hidden_is_no_text() -> None:
    page = (
        '<details class="technical"><summary>T</summary>rm</details><details><p>d-1</p></details>'
        "<style>x</style><img alt='ap-1'><p>Uno<br>dos <code>E_X</code></p>"
    )
    blocks = PageText(page).blocks
    assert [block.text for block in blocks] == ["d-1", "ap-1", "Uno", "dos …", "E_X"]
    assert blocks[-1].within == ("p", "code")


class Parsed(HTMLParser):
    """What a page is made of by the standard library's parser, as `pieces` says it, without programs and styles."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[tuple[str, str, dict[str, str]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.pieces.append(("<", tag, {name: value or "" for name, value in attrs}))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self.pieces.append((">", tag, {}))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem is None:
            self.pieces.append(("", data, {}))


def test_pages_are_read_as_the_standard_library_reads_them(walked: Walk) -> None:
    odd = """<!doctype html><!-- <b> --><A HREF='/a?b&amp;c=">"' hidden data-x=1>1 &lt; 2</A><script>a<b</script>"""
    some = [html for _status, html in list(walked.pages.values())[::20]]
    assert len(some) > 30
    for page in (odd, *some):
        parsed = Parsed(page).pieces
        assert [(a, b) for a, b in zip_longest(pieces(page), parsed) if a != b] == []
        links = [given["href"] for kind, tag, given in parsed if (kind, tag) == ("<", "a") and "href" in given]
        assert page == odd or links_of(page) == links


def test_each_allowance_is_needed(read: dict[str, list[Block]]) -> None:
    """What is allowed and not there any more is taken out of the list."""
    sections: dict[Block, set[str]] = defaultdict(set)
    for address, blocks in read.items():
        section = re.sub(r"^/\w\w(?=/|$)", "", address.partition("?")[0])
        for block in blocks:
            sections[block].add(section)

    def is_used(allowed: Allowed) -> bool:
        return any(
            (not allowed.within or allowed.within in block.within)
            and re.fullmatch(allowed.text, block.text)
            and any(re.fullmatch(allowed.pages, section) for section in where)
            for block, where in sections.items()
        )

    assert [allowed.why for allowed in ALLOWED if not is_used(allowed)] == []


def test_states_agree_with_what_they_are_said_of(walked: Walk) -> None:
    wrong = set()
    for address, (_status, html) in walked.pages.items():
        section = address.split("/")[2].partition("?")[0]
        if address.startswith("/es/") and section in GENDER:
            page = re.sub(r'<ol class="time">.*?</ol>', "", html, flags=re.DOTALL)
            for words in re.findall(r'<span class="tag[^"]*">([^<]+)<', page):
                state = _STATE.match(words)
                if state and state[1] != GENDER[section] and not _MARKS_OF_ENTRIES.match(words):
                    wrong.add((section, words))
    assert wrong == set()
    state = _STATE.match("propuesto")
    assert state is not None
    assert state[1] != GENDER["decisiones"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_choice_of_an_act_has_a_word(lang: str) -> None:
    known = {name.removeprefix("word.") for name in message_ids(lang) if name.startswith("word.")}
    assert sorted(choices() - known - TECHNICAL) == []
