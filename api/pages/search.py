"""Search: one box for a name, a word, an entry's number, a fingerprint or an identifier."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Query, Response

from constancia.api.http.request.query import Router, Start
from constancia.api.pages.frame.frame import Frame
from constancia.api.pages.frame.routing import CachedPage, TheFrame
from constancia.api.pages.frame.rows_cache import rows_cache_of
from constancia.api.pages.news.chronicle import lines
from constancia.api.pages.search_index import SearchIndex, tokens_of
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.governance.decision import Decision
from constancia.ledger.errors import NotFound
from constancia.ledger.views.projections.base import Row

router = Router(include_in_schema=False, route_class=CachedPage)
_MAX_QUERY: Final = 200
_THINGS: Final = 20
_ENTRIES: Final = 30
_INDEX: Final = re.compile(r"(?:registro|entry|#)?\s*([0-9]{1,15})\Z", re.IGNORECASE)
_HEX: Final = re.compile(r"(?:sha256:)?([0-9a-f]{64})\Z")
_SPACE: Final = re.compile(r"[\s\u00a0]+")
# A projection → the section of its pages, and the member that names a row.
_NAMED: Final = (
    ("commitments", "compromisos", "commitment"),
    ("agreements", "acuerdos", "agreement"),
    ("decisions", "decisiones", "decision"),
    ("plans", "planes", "plan"),
    ("parties", "partes", "party"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A thing that matches: the address of its page, what it is called, and a word on what it is."""

    address: str
    title: object
    note: object = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedMatter:
    """What can be found by its name: its section, its own name and a place in the page, title, note, folded words."""

    section: str
    name: str
    title: object
    words: str
    place: str = ""
    note: object = ""


@router.get("/es/buscar")
@router.get("/en/search")
def search(frame: TheFrame, q: Annotated[str, Query(max_length=_MAX_QUERY)] = "", start: Start = 0) -> Response:
    """Show what corresponds to a query: exact matches, things by their names, entries by their words."""
    asked = _SPACE.sub(" ", unicodedata.normalize("NFC", q)).strip()
    tokens = tokens_of(asked)
    exact = list(_exact(frame, asked)) if asked and not start else []
    things = list(_things(frame, tokens)) if tokens and not start else []
    index: SearchIndex = frame.request.app.state.search_index
    matches = index.find(tokens, frame.as_of.size, _ENTRIES, start)
    if start >= matches.count:  # of another query, or typed
        start = max(0, matches.count - 1) // _ENTRIES * _ENTRIES
        matches = index.find(tokens, frame.as_of.size, _ENTRIES, start)
    return frame.page(
        "search.html",
        q=asked,
        exact=exact,
        things=things[:_THINGS],
        things_count=len(things),
        entries=lines(frame, [at for at in matches.indices if frame.as_of.has(at)]),
        is_whole=matches.is_whole,
        first=start,
        stop=min(start + _ENTRIES, matches.count),
        count=matches.count,
        step=_ENTRIES,
        here=frame.link(frame.to("buscar"), q=asked),
    )


def _exact(frame: Frame, asked: str) -> Iterator[Hit]:
    number, digest = _INDEX.match(asked), _HEX.match(asked.lower())
    if number is not None and frame.as_of.has(int(number.group(1))):
        yield _entry_hit(frame, int(number.group(1)))
    if digest is not None:
        yield from _by_hash(frame, digest.group(1))
    elif re.fullmatch(r"[0-9a-f-]{36}", asked.lower()):
        yield from _by_name(frame, asked.lower())
    for projection, section, member in _NAMED:
        row = frame.as_of.find(projection, f"{member}/{asked.lower()}")
        if row is not None:
            yield Hit(address=frame.to(section, row[member]), title=_title(row))


def _by_name(frame: Frame, name: str) -> Iterator[Hit]:
    try:
        index = frame.ledger.log.index_of(name)
    except NotFound:
        return
    if frame.as_of.has(index):
        yield _entry_hit(frame, index)


def _by_hash(frame: Frame, digest: str) -> Iterator[Hit]:
    """Yield what a fingerprint names: an entry, a document with the entries that cite it, a key, a text."""
    yield from _by_name(frame, digest)
    for _key, row in frame.ledger.views.rows("citations", prefix=f"{digest}#", limit=_THINGS):
        if frame.as_of.has(row["index"]):
            hit = _entry_hit(frame, row["index"])
            title = row.get("title") or row.get("description") or digest[:16]
            note = frame.source_say("page.search_doc", title=frame.plain_text(title))
            yield Hit(address=hit.address, title=hit.title, note=note)
    for row in frame.rows("parties"):
        for key in row["keys"]:
            if key["key"] == digest:
                people = {item["appointment"]: item["name"] for item in row["appointments"]}
                who = people.get(key.get("appointment"), row.get("acronym") or frame.plain_text(row["legal_name"]))
                yield Hit(address=frame.to("partes", row["party"]), title=frame.source_say("page.search_key", who=who))
    for row in frame.rows("decisions"):
        if row["act_digest"].endswith(digest):
            yield Hit(address=frame.to("decisiones", row["decision"]), title=row["question"])
    for row in frame.rows("agreements"):
        if any(version["docset_digest"].endswith(digest) for version in row["versions"]):
            yield Hit(address=frame.to("acuerdos", row["agreement"]), title=row["title"])


def _entry_hit(frame: Frame, index: int) -> Hit:
    line = lines(frame, [index])[0]
    note = frame.source_say("page.entry_n", index=index)
    return Hit(address=frame.to("registros", index), title=line.sentence, note=note)


def _things(frame: Frame, tokens: list[str]) -> Iterator[Hit]:
    wanted = [re.compile(rf"(?<![^\W_]){re.escape(folded(token))}") for token in tokens]  # where a word begins
    for thing in rows_cache_of(frame.request).once(frame.as_of, "#things", lambda: list(_all_things(frame))):
        if all(token.search(thing.words) for token in wanted):
            address = frame.to(thing.section, thing.name)
            yield Hit(address=f"{address}{thing.place}", title=thing.title, note=thing.note)


def _all_things(frame: Frame) -> Iterator[NamedMatter]:
    """Yield everything that has a page and a name, in the order of `_NAMED`."""
    for commitment in frame.state.of(Commitment):
        title, objective = commitment.title.to_json(), commitment.objective.to_json()
        yield NamedMatter(
            section="compromisos", name=commitment.commitment, title=title, words=_folded(title, objective)
        )
    for row in frame.rows("agreements"):
        yield NamedMatter(section="acuerdos", name=row["agreement"], title=row["title"], words=_folded(row["title"]))
    for decision in frame.state.of(Decision):
        question = decision.question.to_json()
        yield NamedMatter(section="decisiones", name=decision.decision, title=question, words=_folded(question))
    for row in frame.rows("plans"):
        yield NamedMatter(section="planes", name=row["plan"], title=row["title"], words=_folded(row["title"]))
    for row in frame.rows("parties"):
        words = _folded(row["legal_name"], row.get("acronym", ""))
        yield NamedMatter(section="partes", name=row["party"], title=row["legal_name"], words=words)
        for person in row["appointments"]:
            words, place = _folded(person["name"], person["post"]), f"#{person['appointment']}"
            shown = {"title": person["name"], "note": person["post"], "words": words}
            yield NamedMatter(section="partes", name=row["party"], place=place, **shown)


def _title(row: Row) -> object:
    return row.get("title") or row.get("question") or row.get("legal_name")


def _folded(*texts: Any) -> str:
    return folded(" ".join(_plain(item) for item in texts))


def _plain(text: Any) -> str:
    return " ".join(str(words) for words in text.values()) if isinstance(text, dict) else str(text)


def folded(text: str) -> str:
    """Give a text without accents and case, so that "Óscar" and "oscar" are the same."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
