"""The OpenAPI document: what the framework describes of the routes, with the form of every body and answer.

- Y4: every reference leads to a schema of the document, and every JSON answer of success has one.
- Y5: an operation lists the answers that it gives, and no others: errors are problem documents.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel

from constancia.api.description.answers import ANSWERS, Judged
from constancia.api.description.entry_answers import Submission
from constancia.api.description.forms import REFERENCE, Forms, Schema
from constancia.api.description.rows import ROWS
from constancia.domain.catalogue import REGISTRY

LICENCE: Final = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
_JSON: Final = "application/json"
_OF_JSON: Final = (_JSON, "application/vnd.dsse.envelope.v1+json")
_INVALID: Final = "HTTPValidationError"  # the framework's own, which is never sent: a wrong request is a problem
# What a client calls an operation, where the name of its function would say too little outside its module.
_OPERATIONS: Final = {
    "anchor": "get_anchor",
    "bundle": "get_bundle",
    "catalogue_entry": "get_catalogue",
    "checkpoint": "get_checkpoint",
    "citations": "list_citations",
    "consistency": "get_consistency_proof",
    "deadlines_of_commitment": "get_calendar_of_commitment",
    "deadlines_of_party": "get_calendar_of_party",
    "derived": "list_derived_facts",
    "describe": "get_ledger",
    "dictionary": "get_data_dictionary",
    "document": "get_document",
    "draft": "draft_statement",
    "every_deadline": "get_calendar",
    "everything": "get_feed",
    "health": "get_health",
    "integrity": "get_integrity",
    "metadata": "get_database_metadata",
    "of_commitment": "get_feed_of_commitment",
    "of_kind": "get_feed_of_kind",
    "of_party": "get_feed_of_party",
    "ogp": "list_ogp_rows",
    "ogp_table": "get_ogp_table",
    "page": "get_verifier_page",
    "people": "get_popolo",
    "provenance": "get_provenance",
    "qr": "get_receipt_qr",
    "receipt": "get_receipt",
    "rollbacks": "list_rollbacks",
    "sqlite": "get_database",
    "state": "get_state",
    "table_as_csv": "get_table_as_csv",
    "table_as_json": "get_table_as_json",
    "tile": "get_tile",
    "upload": "store_document",
    "validity": "list_validities",
    "witnesses": "list_witnesses",
}
_PLURALS: Final = {"bodies": "body", "duties": "duty", "parties": "party"}
TAGS: Final = {
    "data": "The ledger as tables, a database and a bundle, with their dictionary.",
    "documents": "Documents that entries cite by their SHA-256.",
    "drafts": "A statement to sign, with its sentence and a dry run.",
    "entries": "Signed statements in the order in which they were recorded.",
    "exchange": "The state in other people's formats.",
    "feeds": "News as Atom, deadlines as iCalendar.",
    "health": "Whether the server is well.",
    "log": "The transparency log's files (C2SP tlog-tiles), proofs, receipts, witnesses.",
    "records": "What follows from the entries: one list of rows for each kind of thing.",
    "refusals": "Signed statements that were not taken. Outside the chain.",
    "signing": "What a page needs to compose and sign a statement.",
    "state": "The state document, derived facts, and what is in force on a day.",
}


def operation_id(route: APIRoute) -> str:
    """Give the name of an operation for clients; a test compares that no two have one name."""
    return _OPERATIONS.get(route.name, route.name)


def names_of(projection: str) -> tuple[str, str]:
    """Give the names of the two operations on a projection: list its rows, get one of them."""
    return f"list_{projection}", f"get_{_PLURALS.get(projection, projection.removesuffix('s'))}"


def describe(app: FastAPI, models: Iterable[type[BaseModel]], prefix: str = "") -> dict[str, Any]:
    """Give the OpenAPI document of an application.

    Args:
        app: The application.
        models: Classes of bodies that routes parse themselves.
        prefix: Path under which the application is reached; empty for none.

    Returns:
        The document, OpenAPI 3.1.

    Source: OpenAPI Specification 3.1; JSON Schema 2020-12.
    """
    document = app.openapi()
    forms = Forms()
    for path, method, operation in _operations(document):
        _drop_framework_errors(operation["responses"])
        for status, answer in operation["responses"].items():
            if status in ("200", "201", "206"):
                _give_form(answer, _form_of(path, forms) if method == "get" or path in ANSWERS else None)
    submission = document["paths"]["/api/v1/entries"]["post"]["requestBody"]["content"][_JSON]
    submission["schema"] = forms.of(Submission)
    upload = document["paths"]["/api/v1/documents"]["post"]["requestBody"]["content"]
    upload["application/octet-stream"]["schema"] = {}
    receipt = {"$ref": f"{REFERENCE}ReceiptDocument"}
    for status in ("200", "201"):
        document["paths"]["/api/v1/entries"]["post"]["responses"][status]["content"][_JSON]["schema"] = receipt
    schemas = document["components"]["schemas"]
    for unused in (_INVALID, "ValidationError"):
        schemas.pop(unused, None)
    for act in REGISTRY.values():
        forms.of(act)
    for model in models:
        made = model.model_json_schema(ref_template=f"{REFERENCE}{{model}}")
        schemas |= {**made.pop("$defs", {}), model.__name__: made}
    schemas |= forms.components
    document["info"] |= {"license": LICENCE}
    document["externalDocs"] = {"url": f"{prefix}/api/v1/reference", "description": "The reference, as one page."}
    document["servers"] = [{"url": prefix or "/"}]
    document["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    return document


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield path, method, operation


def _drop_framework_errors(responses: dict[str, Any]) -> None:
    """Remove the 422 that the framework adds to each route with parameters, where the route gives none itself."""
    form = responses.get("422", {}).get("content", {}).get(_JSON, {}).get("schema", {})
    if form.get("$ref", "").endswith(_INVALID):
        del responses["422"]


def _give_form(answer: dict[str, Any], form: Schema | None) -> None:
    """Give an answer of success its form; bytes and texts have one by their media type."""
    for media_type, content in answer.get("content", {}).items():
        if media_type in _OF_JSON:
            if form is not None:
                content["schema"] = form
            elif not content.get("schema"):
                content["schema"] = {"type": "object"}
        else:
            content["schema"] = _form_of_media(media_type)


def _form_of_media(media_type: str) -> Schema:
    """Give the form of what is not ours: JSON of another standard is an object, a text a string, bytes are free."""
    if media_type.endswith("+json"):
        return {"type": "object"}
    return {"type": "string"} if media_type.startswith("text/") or media_type.endswith("+xml") else {}


def _form_of(path: str, forms: Forms) -> Schema | None:
    if path in ANSWERS:
        return forms.of(ANSWERS[path])
    name, _, rest = path.removeprefix("/api/v1/").partition("/")
    if not path.startswith("/api/v1/") or name not in ROWS:
        return None
    row, judged = forms.of(ROWS[name]), forms.of(Judged)
    own: dict[str, Schema] = {"item": row} if rest else {"items": {"type": "array", "items": row}}
    counted = {} if rest else {"count": {"type": "integer", "description": "All rows, where a part is asked for."}}
    if rest and name == "agreements":
        own["signature_matrix"] = {"type": "array", "items": {"type": "object"}}
    if rest and name == "commitments":
        own["timeline"] = {"type": "array", "items": {"type": "object"}}
    component = f"{ROWS[name].__name__}{'Answer' if rest else 's'}"
    shape = forms.components[judged["$ref"].removeprefix(REFERENCE)]
    forms.components[component] = {
        "type": "object",
        "description": "One row." if rest else "Rows.",
        "properties": shape["properties"] | own | counted,
        "required": sorted([*shape["required"], *own]),
    }
    return {"$ref": REFERENCE + component}
