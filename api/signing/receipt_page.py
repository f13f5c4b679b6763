"""The receipt as a page: what was recorded, of whom, how to check it without this server, and what is still missing."""

import json
from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Response

from constancia.api.http.deps import address_of, settings_of
from constancia.api.http.proxies import prefix_of
from constancia.api.pages.chronicle import lines
from constancia.api.pages.frame import Frame, TheFrame
from constancia.api.pages.lateness import debts
from constancia.api.pages.prepared_form import PreparedForm
from constancia.api.pages.witnessed import witnessed_line
from constancia.api.routers.entries import index_of
from constancia.api.signing.messages import messages
from constancia.domain.kernel.languages import is_text, tag_of
from constancia.ledger.errors import NotFound

router = APIRouter(include_in_schema=False)
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
        entry=entry,
        line=lines(frame, [index])[0],
        person=appointment,
        own_words=[
            (tag_of(tag), words)
            for value in statement["body"].values()
            if is_text(value)
            for tag, words in value.items()
        ],
        missing=[debt for debt in debts(frame) if debt.stream == statement["stream"] and debt.ended is None],
        along=_along(frame, index, statement),
        witnessed=witnessed_line(frame, index),
        origin=frame.ledger.origin,
        address=f"{address_of(frame.request, settings_of(frame.request))}/e/{frame.ledger.log.leaf_hash(index).hex()}",
        memory=memory,
        files=files,
        words=messages(frame.lang),
    )


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
