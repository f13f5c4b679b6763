"""What the head of each page says: a title and a text of its own, in its language, and both its addresses."""

import re
from collections import defaultdict
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from tests.e2e.page_text import Block, Head
from tests.e2e.page_walk import Walk
from tests.e2e.wording import is_allowed, slips

from constancia.api.pages.frame.page_head import MOST, brief

FOUND = 200


@pytest.fixture(scope="module")
def heads(walked: Walk) -> dict[str, Head]:
    """The heads of the pages that there are, without those that answer a wrong address."""
    return {address: Head(html) for address, (status, html) in walked.pages.items() if status == FOUND}


def own(head: Head) -> str:
    parts = urlsplit(head.link["canonical"])
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def test_each_page_has_a_title_and_a_text_that_no_other_page_has(heads: dict[str, Head]) -> None:
    titles, texts = defaultdict(set), defaultdict(set)
    for head in heads.values():
        titles[head.lang, head.title].add(own(head))
        texts[head.lang, head.meta["description"]].add(own(head))
    assert len(titles) > 500
    for of in (titles, texts):
        assert {words: sorted(pages)[:3] for words, pages in of.items() if len(pages) > 1} == {}


def test_text_is_short_and_in_the_pages_language(walked: Walk) -> None:
    for address, (_status, html) in walked.pages.items():
        head = Head(html)
        assert head.lang == address[1:3]
        text, title = head.meta["description"], head.title
        assert 30 <= len(text) <= MOST, (address, text)
        assert title.endswith(" · constancia"), address
        assert len(title) <= 240, (address, title)
        name = title.removesuffix(" · constancia").partition(" (")[0]
        is_party = "/partes/" in address or "/parties/" in address  # an organization's name has one language
        shown = text.replace(name, "X") if is_party else text
        for words in (shown, *(() if is_party else (name,))):
            block = Block(words, "", ())
            names = set(slips(block, head.lang))
            if re.search("/(?:registros|entries)/", address):  # an act may quote; on the page the quotation is marked
                names -= {"English", "Spanish"}
            assert is_allowed(block, address) or not names, (address, words, names)


def test_pages_are_shared_with_the_same_title_text_and_address(heads: dict[str, Head]) -> None:
    for address, head in heads.items():
        assert head.meta["og:title"] == head.title.removesuffix(" · constancia"), address
        assert head.meta["og:description"] == head.meta["description"], address
        assert head.meta["og:url"] == head.link["canonical"], address
        assert head.meta["og:locale"] == {"es": "es_MX", "en": "en_US"}[head.lang], address
        assert head.meta["og:type"] == "website"
        assert head.meta["og:site_name"].startswith("constancia · ")


def test_address_in_the_other_language_leads_back(heads: dict[str, Head]) -> None:
    by_own = {own(head): head for head in heads.values()}
    for address, head in heads.items():
        other = {"es": "en", "en": "es"}[head.lang]
        assert head.link[f"alternate {head.lang}"] == head.link["canonical"], address
        there = urlsplit(head.link[f"alternate {other}"])
        assert there.path.startswith(f"/{other}/"), address
        path = f"{there.path}?{there.query}" if there.query else there.path
        if path in by_own:
            assert by_own[path].link[f"alternate {head.lang}"] == head.link["canonical"], address
    assert sum(own(head).replace("/es/", "/en/", 1) in by_own for head in heads.values()) > 20


def test_a_page_is_its_own_under_each_of_its_names(heads: dict[str, Head]) -> None:
    """Filters, a name in the other language and a tried alteration are no other pages; a part and a past are."""
    assert own(heads["/es/compromisos?late=1"]) == "/es/compromisos"
    assert own(heads["/es/buscar?q=foro"]) == "/es/buscar"
    assert own(heads["/es/pruebe?what=vote"]) == "/es/pruebe"
    assert own(heads["/es/registros?start=50"]) == "/es/registros?start=50"
    assert own(heads["/es/compromisos?size=80"]) == "/es/compromisos?size=80"
    dates = "/es/cambios?de=2019-01-01&a=2019-07-31"
    assert own(heads[dates]) == dates
    assert heads[dates].link["alternate en"].endswith("/en/changes?from=2019-01-01&to=2019-07-31")
    assert own(heads["/en/data/decisions"]) == "/en/data/decisions"
    assert heads["/en/data/decisions"].link["alternate es"].endswith("/es/datos/decisiones")
    assert any(re.fullmatch(r"/en/entries/\d+/cite", own(head)) for head in heads.values())


def test_page_of_a_wrong_address_is_no_page_to_be_found(walked: Walk) -> None:
    wrong = [Head(html) for status, html in walked.pages.values() if status != FOUND]
    assert len(wrong) > 30
    assert {head.meta["robots"] for head in wrong} == {"noindex"}
    assert [head.link for head in wrong if "canonical" in head.link] == []


@pytest.mark.parametrize("room", [2, 10, 20, 160])
def test_text_is_cut_between_words(room: int) -> None:
    text = "Libro público de lo acordado: nada se borra, y todo se ve."
    short = brief(f"  {text}\n", room)
    assert len(short) <= room
    assert short == text or text.startswith(short.removesuffix("…"))
    assert not short.endswith((" …", ",…"))
    assert all(len(a) <= len(b) for a, b in pairwise(brief(text, size) for size in range(2, 70)))
