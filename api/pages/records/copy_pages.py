"""Pages that only a copy without a server has: all entries, some on a page, and the documents by their titles."""

from typing import Annotated, Any

from fastapi import Path, Response

from constancia.api.http.request.query import Router
from constancia.api.opendata.site import COPY_PAGE
from constancia.api.opendata.tables.columns import TableSource
from constancia.api.opendata.tables.entry_tables import DOCUMENTS
from constancia.api.pages.frame.routing import TheFrame
from constancia.api.pages.news.chronicle import lines
from constancia.ledger.errors import NotFound

router = Router(include_in_schema=False)


@router.get("/es/copia/registros/{page}")
@router.get("/en/copia/registros/{page}")
def entries(page: Annotated[int, Path(ge=1)], frame: TheFrame) -> Response:
    """List a page of entries, oldest first."""
    count = max(1, -(-frame.as_of.size // COPY_PAGE))
    if page > count:
        raise NotFound("the copy has no such page of entries")
    first = (page - 1) * COPY_PAGE
    shown = lines(frame, frame.as_of.indices[first : first + COPY_PAGE])
    return frame.page("copy_entries.html", lines=shown, page=page, pages=_shown(page, count))


def _shown(page: int, count: int) -> list[int]:
    """Give the pages that a page leads to: the first, the last, its neighbours, and some between them."""
    near = {1, count, *range(page - 2, page + 3), *range(10, count, max(10, count // 10))}
    return sorted(number for number in near if 1 <= number <= count)


@router.get("/es/copia/documentos")
@router.get("/en/copia/documentos")
def documents(frame: TheFrame) -> Response:
    """List the documents that entries cite, by title."""
    ledger = frame.ledger
    source = TableSource(reading=frame.as_of, log=ledger.log, withdrawn=frozenset(ledger.withdrawn()))
    return frame.page("copy_documents.html", documents=[_document(frame, row) for row in DOCUMENTS.rows(source)])


def _document(frame: TheFrame, row: Any) -> dict[str, Any]:
    return {
        "sha256": row["document"],
        "title": row["title"],
        "media_type": row["media_type"],
        "bytes": row["size_bytes"],
        "entry": row["first_entry"],
        "stored": row["document"] in frame.ledger.documents,
    }
