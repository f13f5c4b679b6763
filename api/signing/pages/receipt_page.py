"""The receipt as a page: what was recorded, of whom, how to check it without this server, and what is still missing."""

import html
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from fastapi import Response

from constancia.api.http.proxies import prefix_of
from constancia.api.http.representation import REVALIDATED, represent
from constancia.api.http.request.context import address_of, settings_of
from constancia.api.http.request.query import Router
from constancia.api.pages.frame.frame import Frame, party_name
from constancia.api.pages.frame.routing import CachedPage, TheFrame
from constancia.api.pages.integrity.witness_lines import witnessed_line
from constancia.api.pages.lateness import owed
from constancia.api.pages.news.chronicle import lines
from constancia.api.pages.preparation.act_form import PreparedForm
from constancia.api.routers.log.entries import index_of
from constancia.api.signing.pages.messages import messages
from constancia.api.signing.pages.receipt_pdf import PaperReceipt, can_print, receipt_pdf
from constancia.api.text.dates import instant_words
from constancia.api.text.i18n import in_language
from constancia.api.text.paper.qr import qr_code
from constancia.domain.identity.appointment import Appointment
from constancia.domain.values.calendar import parse_instant
from constancia.domain.values.languages import is_text, tag_of
from constancia.ledger.errors import NotFound

router = Router(include_in_schema=False, route_class=CachedPage)
_SIGNED_ALONG: Final = ("DecisionSigned", "VoteCast", "AgreementSigned", "DissentRecorded")
_MOST: Final = 10


@router.get("/es/registros/{name}/receipt")
@router.get("/es/registros/{name}/constancia")
@router.get("/en/entries/{name}/constancia")
@router.get("/en/entries/{name}/receipt")
def receipt(name: str, frame: TheFrame) -> Response:
    """Show the receipt of an entry, for the screen and for paper."""
    index = index_of(frame.ledger, name)
    if not frame.as_of.has(index):
        raise NotFound(f"entry {index} was not known, or had not happened, by then")
    entry = json.loads(frame.ledger.log.entry(index))
    statement = entry["statement"]
    appointment = frame.state.aggregates.get(f"appointment/{statement['actor'].get('appointment')}")
    files = [] if frame.request.app.state.is_copy else _files(frame, statement["body"])
    memory = {
        "files": [doc["sha256"] for doc in files],
        "entry": index,
        "log_key": frame.ledger.vkey,
        "origin": frame.ledger.origin,
        "receipt": f"{prefix_of(frame.request.scope)}/api/v1/receipts/{index}",
    }
    return frame.page(
        "receipt.html",
        receipt_pdf=_pdf_address(frame, index),
        entry=entry,
        line=lines(frame, [index])[0],
        person=appointment,
        own_words=_own_words(statement["body"]),
        missing=[each.make() for each in owed(frame) if each.stream == statement["stream"] and not each.has_ended],
        along=_along(frame, index, statement),
        witnessed=witnessed_line(frame, index),
        origin=frame.ledger.origin,
        address=f"{address_of(frame.request, settings_of(frame.request))}/e/{frame.ledger.log.leaf_hash(index).hex()}",
        memory=memory,
        files=files,
        words=messages(frame.lang),
    )


@router.get("/es/registros/{name}/constancia.pdf")
@router.get("/en/entries/{name}/receipt.pdf")
def paper(name: str, frame: TheFrame) -> Response:
    """Give the receipt as a document to print and to store, with the receipt's own file inside."""
    index = index_of(frame.ledger, name)
    if not frame.as_of.has(index):
        raise NotFound(f"entry {index} was not known, or had not happened, by then")
    if not can_print():
        raise NotFound("this server prints no receipts: its operator has not installed what makes documents")
    data = receipt_pdf(_printed(frame, index))
    headers = {"Content-Disposition": f'attachment; filename="constancia-{index}.pdf"'}
    return represent(frame.request, data, media_type="application/pdf", cache=REVALIDATED, headers=headers)


def _printed(frame: Frame, index: int) -> PaperReceipt:
    ledger, lang = frame.ledger, frame.lang
    line, entry = lines(frame, [index])[0], json.loads(ledger.log.entry(index))
    actor, leaf = entry["statement"]["actor"], ledger.log.leaf_hash(index)
    appointment = frame.state.aggregates.get(f"appointment/{actor.get('appointment')}")
    signer = party_name(frame.state, actor.get("party", ""), lang)
    if isinstance(appointment, Appointment):
        signer = f"{appointment.name}, {in_language(appointment.post.to_json(), lang)} · {signer}"
    witnessed, address = witnessed_line(frame, index), address_of(frame.request, settings_of(frame.request))
    receipt = ledger.receipt(index)
    rows = [
        (frame.source_say("page.signed_by"), plain(signer)),
        (
            frame.source_say("page.signed_at"),
            instant_words(entry["statement"]["signed_at"], lang, frame.state.timezone),
        ),
        (frame.source_say("page.witnesses"), ", ".join(map(plain, witnessed.by)) or frame.source_say("page.in_never")),
        (frame.source_say("page.leaf"), leaf.hex()),
        (frame.source_say("page.key"), ", ".join(signature["key"] for signature in entry["signatures"])),
        (frame.source_say("page.receipt_ledger"), ledger.origin),
    ]
    recorded = instant_words(entry["recorded_at"], lang, frame.state.timezone)
    return PaperReceipt(
        lang=lang,
        index=index,
        title=frame.source_say("page.receipt_title", index=index),
        ledger=ledger.origin,
        sentence=plain(line.sentence),
        recorded=frame.source_say("page.receipt_recorded", when=recorded, index=index),
        own_words=_own_words(entry["statement"]["body"]),
        rows=rows,
        how=frame.source_say("page.receipt_pdf_how"),
        qr_alt=frame.source_say("page.qr_alt", index=index),
        address=f"{address}/e/{leaf.hex()}",
        qr=qr_code(address, leaf, receipt).svg,
        receipt=receipt,
        at=parse_instant(entry["recorded_at"]),
    )


def _pdf_address(frame: Frame, index: int) -> str:
    """Give where the receipt is as PDF; nothing where it can't be had."""
    if not can_print() or frame.request.app.state.is_copy:
        return ""
    return frame.to("registros", index, "constancia.pdf" if frame.lang == "es" else "receipt.pdf")


def _own_words(body: dict[str, Any]) -> list[tuple[str, str]]:
    """Give the texts of the signer, each with its language."""
    return [(tag_of(tag) or tag, words) for value in body.values() if is_text(value) for tag, words in value.items()]


def plain(marked: str) -> str:
    """Give the text of what a page marks up."""
    return html.unescape(re.sub(r"<[^>]*>", "", marked))


def _files(frame: Frame, body: dict[str, Any]) -> list[Mapping[str, Any]]:
    """Give the documents that an act cites and that are not here: who has one hands it in from the page."""
    here, gone = frame.ledger.documents, frame.ledger.withdrawn()
    cited = {doc["sha256"]: doc for doc in PreparedForm.documents(body)}
    return [doc for sha256, doc in cited.items() if sha256 not in here and sha256 not in gone]


def _along(frame: Frame, index: int, statement: dict[str, Any]) -> list[Any]:
    """Give what else the same person signed in the same matter, the last first."""
    if statement["type"] not in _SIGNED_ALONG:
        return []
    rows = frame.ledger.views.rows("timeline", prefix=f"{statement['stream']}#", limit=50)
    indices = [
        row["index"]
        for _key, row in rows
        if row["index"] != index
        and row["type"] in _SIGNED_ALONG
        and frame.as_of.has(row["index"])
        and frame.statement(row["index"])["actor"] == statement["actor"]
    ]
    return lines(frame, sorted(indices)[-_MOST:])[::-1]
