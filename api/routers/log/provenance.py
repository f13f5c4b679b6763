"""What other people's tools read as PROV: who said each entry, for whom, of which stream, citing which documents."""

import base64
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from fastapi import Request, Response

from constancia.api.http.deps import TheLedger, ThePage
from constancia.api.http.examples.records import PROV
from constancia.api.http.request.paging import link_header
from constancia.api.http.request.query import Router
from constancia.api.http.schemas import json_example, refusals
from constancia.ledger.views.projections.citations import citations_in
from constancia.verify.core.formats.entry import Entry
from constancia.verify.speed.entry_patterns import read_entry

if TYPE_CHECKING:
    from prov.model import ProvDocument

router = Router(prefix="/api/v1", tags=["exchange"])


@router.get(
    "/prov",
    summary="Entries as PROV",
    responses={200: json_example("A PROV-JSON document of some entries.", PROV), **refusals(400, 404)},
)
def provenance(request: Request, ledger: TheLedger, page: ThePage) -> Response:
    """Give entries from an index on as PROV-JSON. `Link` headers lead to the next and other pages (RFC 8288).

    Documents of several pages can be merged: each thing has one name in all of them.
    """
    document = prov_document(ledger.origin, map(read_entry, ledger.log.entries(page.start, page.stop)))
    return Response(
        document.serialize(format="json"), media_type="application/json", headers=link_header(request, page)
    )


def prov_document(origin: str, entries: Iterator[Entry]) -> "ProvDocument":
    """Give the provenance of entries.

    Args:
        origin: The log's origin, by which everything is named.
        entries: The entries.

    Returns:
        Each entry is an entity, generated when it was recorded and attributed to the person, or to the party's root,
        that signed it; persons act on behalf of parties. A stream is a collection of its entries. A cited document
        influenced the entry; it is named by its SHA-256 as an `ni` URI.

    Source: PROV-DM and PROV-JSON (W3C); RFC 6920 §3.
    """
    from prov.model import ProvDocument  # noqa: PLC0415 (the server starts without it)

    document = ProvDocument()
    document.add_namespace("ledger", f"https://{origin}/")
    document.add_namespace("sha256", "ni:///sha-256;")
    for entry in entries:
        statement = entry.statement
        name, stream = f"ledger:entry/{entry.index}", f"ledger:stream/{statement.stream}"
        about = {"leaf_hash": entry.leaf_hash.hex(), "occurred_on": statement.occurred_on, "type": statement.type}
        document.entity(name, {f"ledger:{member}": value for member, value in about.items()})
        document.wasGeneratedBy(name, time=entry.recorded_at)
        for agent in _agents(document, statement.actor, statement.body):
            document.wasAttributedTo(name, agent)
        document.collection(stream)
        document.hadMember(stream, name)
        for cited in sorted({document["sha256"] for _place, document in citations_in(statement.body)}):
            digest = base64.urlsafe_b64encode(bytes.fromhex(cited)).decode().rstrip("=")
            document.entity(f"sha256:{digest}")
            document.wasInfluencedBy(name, f"sha256:{digest}")
    return document.unified()


def _agents(document: "ProvDocument", actor: Mapping[str, Any], body: Mapping[str, Any]) -> Iterator[str]:
    """Give who signed, as agents of the document: a person for a party, a party's root, or all founders."""
    parties = [founder["party"] for founder in body["founders"]] if "party" not in actor else [actor["party"]]
    for party in parties:
        document.agent(f"ledger:party/{party}", {"prov:type": document.valid_qualified_name("prov:Organization")})
        if "person" not in actor:
            yield f"ledger:party/{party}"
            continue
        person = f"ledger:person/{actor['person']}"
        document.agent(person, {"prov:type": document.valid_qualified_name("prov:Person")})
        document.actedOnBehalfOf(person, f"ledger:party/{party}")
        yield person
