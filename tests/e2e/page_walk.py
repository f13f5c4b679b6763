"""A walk over all pages of the whole demonstration: the present, seven pasts, and what a wrong address answers."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.api.served import UNLIMITED, Inside
from tests.e2e.page_text import links_of
from tests.profile import sampled

from constancia.api.app import create_app
from constancia.api.text.i18n import LANGUAGES, catalogue, message_ids
from constancia.domain.remarks.correction import Correction
from constancia.domain.remarks.remarked_entry import RemarkedEntry
from constancia.domain.sentences import sentence_of
from constancia.domain.state import State
from constancia.ledger.clock import SystemClock
from constancia.ledger.ledger import Ledger

# Each way to ask is among those of the usual run, what is said before anything was known, and what was possibly so.
_PASTS: Final = ("size=0", "size=80", "at=2019-03", "known=2019-03-20", "size=135&at=2019-04-30")
PASTS: Final = sampled(_PASTS, (*_PASTS, "size=1", "at=2017-05-10", "at=%23300"))
# The pasts whose pages are walked over in English, too. Templates and links are those of the Spanish pages.
ENGLISH_PASTS: Final = sampled(("size=0", "size=135&at=2019-04-30"), PASTS)
# What a page answers to a wrong address, and lists that no link asks for; the Spanish address and the English one.
ASKED: Final = (
    ("nada", "nothing"), ("nada/nada", "nothing/nothing"), ("registros/9999", "entries/9999"),
    ("registros/abc", "entries/abc"), ("registros/90?size=80", "entries/90?size=80"),
    ("registros?start=9999", "entries?start=9999"), ("registros?start=x", "entries?start=x"),
    ("compromisos/zz", "commitments/zz"), ("compromisos/rm?at=2015", "commitments/rm?at=2015"),
    ("compromisos/rm?before=x", "commitments/rm?before=x"), ("compromisos?party=zz", "commitments?party=zz"),
    ("compromisos?late=1", "commitments?late=1"), ("compromisos?contested=1", "commitments?contested=1"),
    ("acuerdos/zz", "agreements/zz"), ("acuerdos/ag-1?size=10", "agreements/ag-1?size=10"), ("partes/zz", "parties/zz"),
    ("decisiones/zz", "decisions/zz"), ("quejas/zz", "complaints/zz"), ("planes/zz", "plans/zz"),
    ("datos/zz", "data/zz"), ("?size=-1", "?size=-1"), ("?size=99999", "?size=99999"), ("?at=ayer", "?at=yesterday"),
    ("?al=2019", "?al=2019"), ("?size=1&size=2", "?size=1&size=2"), ("?size=1&known=2019", "?size=1&known=2019"),
    ("componentes", "components"), ("buscar?q=foro", "search?q=forum"), ("buscar?q=zzzz", "search?q=zzzz"),
    ("cambios?de=2019-01-01&a=2019-07-31", "changes?from=2019-01-01&to=2019-07-31"),
    ("cambios?de=%2380&a=%2381", "changes?from=%2380&to=%2381"), ("cambios?de=x", "changes?from=x"),
    ("pruebe?what=vote", "try?what=vote"),
)  # fmt: skip
OF_A_KIND: Final = sampled(1, 2)  # addresses of a past that differ in their numbers alone
CITED: Final = 3  # entries whose citation is looked at
# Entries whose receipt is looked at: it says of an act what the entry's page says, in the same words.
RECEIPTS: Final = sampled(12, 1_000)
# Pages of a template that are looked at in English, those of things by name and number: each sentence about an act is
# in the lists of entries, which are looked at whole, and the templates and the data are those of the Spanish pages.
ENGLISH: Final = sampled(12, 1_000)
OK: Final = 200
ABOUT: Final = sampled(3, 1_000)  # entries that the same act is prepared about
# Members of an act that hold identifiers.
_NAMES: Final = frozenset({
    "action", "agreement", "allegation", "appointment", "assessment", "cancellation", "commitment", "complaint",
    "condition", "contest", "contribution", "contributor", "correction", "decision", "deliverable", "discrepancy",
    "duty", "gathering", "governance_body", "indicator", "milestone", "party", "person", "plan", "report", "response",
    "statement", "theme",
})  # fmt: skip
_PAGE: Final = re.compile(r"/(?:es|en)/")
_MANY: Final = re.compile("/en/(?:commitments|entries|keys|parties|pending|prepare)/")
_FILE: Final = re.compile(r"\.(?:bib|json|csv|atom|ics|pdf|xml|zip)\b")
_IDENTIFIER: Final = re.compile(r"[a-z0-9]+(?:[-._][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Walk:
    """Every page by its address (its status, its HTML), and the identifiers that no page has to show.

    `files` are the addresses of this server that pages of the present lead to and that are no pages.
    """

    pages: dict[str, tuple[int, str]]
    identifiers: frozenset[str]
    files: frozenset[str]


def walk(folder: Path) -> Walk:
    """Walk over the pages of a ledger.

    Args:
        folder: The demonstration's.
    """
    with Ledger.open(folder, clock=SystemClock(), signer=None) as ledger:
        ledger.views.wait()
        statements = [json.loads(ledger.log.entry(index))["statement"] for index in range(ledger.size)]
        entries = _one_of_each(statements, ledger.state())
        pages: dict[str, tuple[int, str]] = {}
        with closing(Inside(create_app(ledger, UNLIMITED), "http://127.0.0.1:8000")) as client:
            files = _follow(client, pages, [f"/{lang}/" for lang in LANGUAGES], entries, None)
            for past in PASTS:
                languages = LANGUAGES if past in ENGLISH_PASTS else ("es",)
                _follow(client, pages, [f"/{lang}/?{past}" for lang in languages], entries, past)
            assert [address for address, (status, _html) in pages.items() if status != OK] == []
            for asked in ASKED:
                for lang, path in zip(LANGUAGES, asked, strict=True):
                    _get(client, pages, f"/{lang}/{path}")
        return Walk(pages, _identifiers(statements), frozenset(files))


def _follow(
    client: Inside, pages: dict[str, tuple[int, str]], begin: list[str], entries: set[int], past: str | None
) -> set[str]:
    """Follow the links of pages, in one past or in the present; gives those to files of this server."""
    waiting, kinds, known, files = list(begin), Counter[str](), set[str](), set[str]()
    languages = {address[1:3] for address in begin}
    while waiting:
        address = waiting.pop()
        if address in known or not _is_wanted(address, entries):
            continue
        known.add(address)
        is_by_name = past is not None or _MANY.match(address)
        kind = re.sub(r"(/\w+/\w+)/[\w.-]+", r"\1/*", address) if is_by_name else re.sub(r"\d+", "0", address)
        kinds[kind] += 1
        if kinds[kind] > (OF_A_KIND if past else _most(kind, len(entries))):
            continue
        for link in _get(client, pages, address):
            there = link.partition("#")[0]
            if there.startswith("/") and not (_PAGE.match(there) and not _FILE.search(there)):
                files.add(there)
            if past is None or (past.partition("=")[0] + "=" in there and there[1:3] in languages):
                waiting.append(there)
    return files


def _most(kind: str, usual: int) -> int:
    """Give how many pages of the present that differ in their numbers alone are looked at."""
    if re.search("/cit(?:ar|e)$", kind):
        return CITED
    if re.search("/(?:constancia|receipt)$", kind):
        return RECEIPTS
    if "about=" in kind:
        return ABOUT
    return ENGLISH if _MANY.fullmatch(kind.removesuffix("*")) else usual


def _get(client: Inside, pages: dict[str, tuple[int, str]], address: str) -> list[str]:
    answer = client.get(address, headers={"Accept": "text/html"})
    assert answer.status_code in (200, 400, 404), (address, answer.text)
    assert answer.headers["content-type"].startswith("text/html"), address
    pages[address] = answer.status_code, answer.text
    return links_of(answer.text)


def _is_wanted(address: str, entries: set[int]) -> bool:
    """Tell whether an address is a page, and of the pages of entries one of those chosen."""
    if not _PAGE.match(address) or _FILE.search(address):
        return False
    entry = re.match(r"/\w+/(?:registros|entries)/(\w+)", address)
    return entry is None or (entry[1].isdigit() and int(entry[1]) in entries)


def _one_of_each(statements: list[dict[str, Any]], state: State) -> set[int]:
    """Give an entry for each wording of a sentence, and those that something is said of."""
    first: dict[str, int] = {}
    for index, statement in enumerate(statements):
        first.setdefault(sentence_of(statement, state).msgid, index)
    about = {item.target_index for item in state.aggregates.values() if isinstance(item, RemarkedEntry | Correction)}
    return {*first.values(), *about, 0, len(statements) - 1}


def _identifiers(statements: list[dict[str, Any]]) -> frozenset[str]:
    """Give the identifiers that entries use, without those that are also words of a text or of the interface."""
    named, texts = set[str](), list[str]()
    for statement in statements:
        for member, value in _members(statement):
            (named.add if member in _NAMES and _IDENTIFIER.fullmatch(value) else texts.append)(value)
    shown = [name for name in message_ids("es") if name.startswith(("page.", "act.", "word."))]
    texts += [catalogue(lang).gettext(name) for lang in LANGUAGES for name in shown]
    words = set(re.findall(r"(?<![\w/.-])\w+(?![\w/.-])", " ".join(texts)))
    return frozenset(name for name in named if not name.isalpha() or name not in words)


def _members(value: object, member: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _members(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from _members(item, member)
    elif isinstance(value, str):
        yield member, value
