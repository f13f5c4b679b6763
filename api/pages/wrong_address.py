"""The pages for a wrong address: what is wrong with it, what was expected, what to do; or that there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from constancia.api.http.limits.security import OPEN_TO_ALL
from constancia.api.http.proxies import path_within, prefix_of
from constancia.api.http.server.startup import PLAIN_CSP, plain_page
from constancia.api.pages.frame.frame import Frame
from constancia.api.text.error_words import error_words
from constancia.api.text.i18n import tr
from constancia.api.text.rules import rule_words
from constancia.domain.values.calendar import local_day, parse_instant
from constancia.ledger.errors import LedgerError
from constancia.ledger.ledger import Ledger
from constancia.verify.core.errors import Malformed
from constancia.verify.speed.entry_patterns import read_entry

_OF_PROGRAMS: Final = (*OPEN_TO_ALL, "/static/", "/.well-known/")
_OF_PAGES: Final = ("/es/", "/en/")
_AS_OF: Final = "as of"
_OF_THE_REQUEST: Final = (
    "E_BUSY", "E_CROSS_SITE", "E_RATE", "E_READ_ONLY", "E_STOPPED", "E_STORE", "E_TIMEOUT", "E_TOKEN", "E_TOO_LARGE",
)  # fmt: skip
# A page's section → the beginning of the streams of what it shows.
_STREAMS: Final[Mapping[str, str]] = {
    "acuerdos": "agreement",
    "compromisos": "commitment",
    "decisiones": "decision",
    "partes": "party",
    "planes": "plan",
    "quejas": "complaint",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """What is not there yet on the day asked: that day, and the entry with which it began."""

    asked: str
    day: str
    index: int


def is_for_people(request: Request) -> bool:
    """Tell whether an address is, or would be, that of a page: what programs ask for has places of its own."""
    return not path_within(request.scope).startswith(_OF_PROGRAMS)


def of_a_page(request: Request) -> Request:
    """Give the request as one for a page: an address without a language gets the one that the browser asks for."""
    path = path_within(request.scope)
    if path.startswith(_OF_PAGES):
        return request
    asked = parse_accept_header(request.headers.get("accept-language"), LanguageAccept)
    wanted = (tag.lower().partition("-")[0] for tag, quality in asked if quality)
    lang = next((language for language in wanted if language in ("es", "en")), "es")
    return Request({**request.scope, "path": f"{prefix_of(request.scope)}/{lang}{path}"}, request.receive)


def refused(request: Request, ledger: Ledger, document: Mapping[str, Any]) -> Response:
    """Give the page that says what is wrong with an address.

    Args:
        request: The request.
        ledger: The ledger.
        document: The problem document that a program would get.
    """
    frame = Frame(request, ledger, ledger.as_of(), keeps=False)
    lang, judged = frame.lang, document["judged_against"]
    heading = None
    if document["code"] in _OF_THE_REQUEST:  # it is not the address that is wrong
        heading, what = tr(lang, "page.not_done"), tr(lang, f"problem.{document['code']}")
        expected = tr(lang, f"problem.{document['code']}.next")
    elif "parameter" in judged:
        key = "page.bad_twice" if judged["problem"] == "twice" else "page.bad_unknown"
        what = tr(lang, key, name=judged["parameter"])
        takes = ", ".join(judged["takes"])
        expected = tr(lang, "page.bad_takes", names=takes) if takes else tr(lang, "page.bad_takes_none")
    else:
        name = str(judged.get("where", "")).removeprefix("query.")
        errors = judged.get("errors") or [{}]
        text = error_words(str(judged.get("expected") or errors[0].get("expected") or document["rule"]), lang)
        found = judged.get("found") or request.query_params.get(name, "—")
        key = "page.bad_as_of" if name == _AS_OF else "page.bad_value"  # several parameters, which belong together
        what = tr(lang, key, name=name, found=found)
        expected = tr(lang, "page.bad_expected", expected=rule_words(text, lang))
    answer = frame.page("bad_address.html", code=document["code"], what=what, expected=expected, heading=heading)
    answer.status_code = document["status"]
    return answer


def unanswered(request: Request, document: Mapping[str, Any]) -> Response:
    """Give the page that says that the ledger's database does not answer: without anything of the ledger.

    Args:
        request: The request, as one for a page.
        document: The problem document that a program would get.
    """
    lang = "en" if path_within(request.scope).startswith("/en") else "es"
    what, then = tr(lang, f"problem.{document['code']}"), tr(lang, "starting.away_then", code=document["code"])
    body = plain_page(lang, tr(lang, "starting.away"), f"{what}.", then)
    return HTMLResponse(body, document["status"], {"Content-Security-Policy": PLAIN_CSP})


def not_found(request: Request, ledger: Ledger) -> Response:
    """Give the page that says that there is none, with status 404; in the past, when what is asked for began."""
    asked = request.query_params
    try:
        size = int(asked["size"]) if "size" in asked else None
        frame = Frame(request, ledger, ledger.as_of(size, known=asked.get("known"), at=asked.get("at")))
    except (LedgerError, Malformed, ValueError):
        frame = Frame(request, ledger, ledger.as_of(), keeps=False)
    began = _began(frame) if frame.parameters else None
    answer = frame.page("not_found.html", was_asked=bool(frame.parameters), began=began)
    answer.status_code = 404
    return answer


def _began(frame: Frame) -> Began | None:
    """Find the entry with which something began that is there today, and was not on the day asked."""
    parts = path_within(frame.request.scope).split("/")
    kind = _STREAMS.get(frame.section)
    if kind is None or len(parts) != 4:
        return None
    ledger, stream = frame.ledger, f"{kind}/{parts[3]}"
    if stream not in ledger.state().aggregates:
        return None
    rows = ledger.views.rows("timeline", prefix=f"{stream}#", limit=1)
    index = next((row["index"] for _key, row in rows), None)
    if index is None or frame.as_of.has(index):
        return None
    recorded = parse_instant(read_entry(ledger.log.entry(index)).recorded_at)
    day = local_day(recorded, frame.state.timezone).isoformat()
    return Began(asked=frame.as_of.day.isoformat(), day=day, index=index)
