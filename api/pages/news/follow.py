"""The page of feeds and calendars, and how to cite an entry."""

import json
from typing import Annotated, Final

from fastapi import Query, Response
from fastapi.responses import PlainTextResponse

from constancia.api.http.request.context import address_of, settings_of
from constancia.api.http.request.query import Router
from constancia.api.pages.frame.frame import Frame
from constancia.api.pages.frame.routing import CachedPage, TheFrame
from constancia.api.pages.news.feed_items import KINDS
from constancia.api.routers.log.entries import index_of
from constancia.api.text.csv_cells import one_line
from constancia.api.text.dates import date_words
from constancia.api.text.i18n import in_language, say
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.identity.genesis import LedgerState
from constancia.domain.sentences import party_name, sentence_of
from constancia.domain.values.calendar import local_day, parse_instant
from constancia.ledger.errors import NotFound
from constancia.ledger.views.as_of import MAX_SIZE

router = Router(include_in_schema=False, route_class=CachedPage)
_PAGE: Final = 40


@router.get("/es/seguir")
@router.get("/en/follow")
def follow(frame: TheFrame, start: Annotated[int, Query(ge=0, le=MAX_SIZE)] = 0) -> Response:
    """List the feeds and calendars."""
    listed = frame.state.streams_of(Commitment)
    first = min(start, max(0, len(listed) - 1))
    shown = (frame.state.aggregates[stream] for stream in listed[first : first + _PAGE])
    commitments = [each for each in shown if isinstance(each, Commitment)]
    part = [{"commitment": each.commitment, "title": each.title.to_json()} for each in commitments]
    speaking = [row for row in frame.rows("parties") if row["seats"] or row["appointments"]]
    return frame.page(
        "follow.html",
        kinds=KINDS,
        commitments=part,
        parties=speaking[:_PAGE],
        first=first,
        stop=first + len(part),
        step=_PAGE,
        count=len(listed),
        here=frame.to("seguir"),
    )


@router.get("/es/registros/{name}/citar")
@router.get("/en/entries/{name}/cite")
@router.get("/en/entries/{name}/citar")
def cite(name: str, frame: TheFrame) -> Response:
    """Show how to cite an entry."""
    index = _cited(frame, name)
    about = citation(frame, index)
    return frame.page("cite.html", index=index, about=about, bibtex=bibtex(about))


def _cited(frame: Frame, name: str) -> int:
    index = index_of(frame.ledger, name)
    if not frame.as_of.has(index):
        raise NotFound(f"entry {index} was not known, or had not happened, by then")
    return index


def citation(frame: Frame, index: int) -> dict[str, str]:
    """Give what a citation of an entry says, in the page's language: always the same for the same entry.

    Args:
        frame: The page.
        index: The entry.
    """
    entry = json.loads(frame.ledger.log.entry(index))
    statement, lang = entry["statement"], frame.lang
    recorded = local_day(parse_instant(entry["recorded_at"]), frame.state.timezone).isoformat()
    party = statement["actor"].get("party")
    opened = frame.state.aggregates.get("ledger")
    name = (
        frame.plain_text(opened.opened.name.to_json())
        if isinstance(opened, LedgerState) and opened.opened is not None
        else ""
    )
    link = f"{address_of(frame.request, settings_of(frame.request))}/e/{frame.ledger.log.leaf_hash(index).hex()}"
    about = {
        "party": name if party is None else in_language(party_name(party, frame.state), lang, frame.state.languages),
        "year": recorded[:4],
        "date": recorded,
        "sentence": say(sentence_of(statement, frame.state), lang),
        "ledger": name or frame.ledger.origin,
        "index": str(index),
        "day": date_words(recorded, lang),
        "link": link,
        "leaf": frame.ledger.log.leaf_hash(index).hex(),
        "size": str(frame.as_of.size),
        "root": frame.ledger.log.root(frame.as_of.size).hex(),
    }
    return about | {"text": frame.source_say("page.cite_line", **about)}


_IN_LATEX: Final = (
    {ord(sign): None for sign in "{}"}
    | {ord(sign): f"\\{sign}" for sign in "&%$#_"}
    | {ord("\\"): "\\textbackslash{}", ord("^"): "\\textasciicircum{}", ord("~"): "\\textasciitilde{}"}
)


def bibtex(about: dict[str, str]) -> str:
    """Give a citation as BibTeX.

    A text is written on one line, because programs take a line that begins with `@` for the next entry. Characters
    that LaTeX would act on are escaped; braces can't be, because BibTeX counts escaped ones too.

    Source: BibTeX's `@misc`; braces keep letters as they are.
    """
    clean = {name: one_line(text).translate(_IN_LATEX) for name, text in about.items()} | {"link": about["link"]}
    return (
        f"@misc{{constancia-{clean['leaf'][:12]},\n"
        f"  author = {{{{{clean['party']}}}}},\n"
        f"  title = {{{{{clean['sentence']}}}}},\n"
        f"  howpublished = {{{{{clean['ledger']}}}, {clean['index']}}},\n"
        f"  date = {{{clean['date']}}},\n"
        f"  url = {{{clean['link']}}},\n"
        f"  note = {{SHA-256 {clean['leaf']}}}\n}}\n"
    )


@router.get("/es/registros/{name}/citar.bib")
@router.get("/en/entries/{name}/citar.bib")
def cite_bibtex(name: str, frame: TheFrame) -> Response:
    """Give the citation of an entry as BibTeX."""
    index = _cited(frame, name)
    return PlainTextResponse(bibtex(citation(frame, index)), headers=_as_file(f"constancia-{index}.bib"))


@router.get("/es/registros/{name}/citar.json")
@router.get("/en/entries/{name}/citar.json")
def cite_csl(name: str, frame: TheFrame) -> Response:
    """Give the citation of an entry as CSL-JSON.

    Source: Citation Style Language 1.0.2, CSL-JSON.
    """
    index = _cited(frame, name)
    about = citation(frame, index)
    year, month, day = (int(part) for part in about["date"].split("-"))
    item = {
        "URL": about["link"],
        "author": [{"literal": about["party"]}],
        "container-title": about["ledger"],
        "id": f"constancia-{about['leaf'][:12]}",
        "issued": {"date-parts": [[year, month, day]]},
        "note": f"SHA-256 {about['leaf']}",
        "number": about["index"],
        "title": about["sentence"],
        "type": "entry",
    }
    return Response(
        json.dumps([item], ensure_ascii=False, indent=1),
        media_type="application/vnd.citationstyles.csl+json",
        headers=_as_file(f"constancia-{index}.json"),
    )


def _as_file(name: str) -> dict[str, str]:
    """Give the header with which a browser stores an answer instead of showing it. Source: RFC 6266 §4."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}
