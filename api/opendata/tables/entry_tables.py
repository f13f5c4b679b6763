"""Tables of the log itself: every entry with its sentence, and the documents that entries cite."""

import json
from collections.abc import Iterator
from typing import Any, Final

from constancia.api.opendata.tables.columns import Column, Table, TableSource
from constancia.api.opendata.tables.decision_tables import WHO, who
from constancia.api.text.i18n import LANGUAGES, say
from constancia.domain.sentences import sentence_of
from constancia.ledger.views.projections.base import Row
from constancia.ledger.views.projections.citations import citations_in


def entries_of(source: TableSource) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the entries shown, each with its index, without holding more than some of them."""
    for index, raw in enumerate(source.log.entries(0, source.reading.size)):
        if source.reading.has(index):
            yield index, json.loads(raw)


def _entries(source: TableSource) -> Iterator[Row]:
    state = source.state
    for index, entry in entries_of(source):
        statement = entry["statement"]
        sentence = sentence_of(statement, state)
        is_open = not _is_protected(statement)
        yield {
            "entry": index,
            "recorded_at": entry["recorded_at"],
            "occurred_on": statement["occurred_on"] if is_open else None,
            "type": statement["type"],
            "sentence": {lang: say(sentence, lang) for lang in LANGUAGES},
            **who(source, statement["actor"]),
            "mode": statement["mode"],
            "provenance": statement["body"].get("provenance"),
            "about": statement["stream"] if is_open else None,
            "leaf_hash": source.log.leaf_hash(index).hex(),
        }


def _is_protected(statement: dict[str, Any]) -> bool:
    """Tell whether an entry takes in a protected complaint: when that was is not put next to it, as on its page."""
    return statement["type"] == "ComplaintFiled" and bool(statement["body"].get("protected"))


ENTRIES: Final = Table(
    name="entries",
    es="registros",
    key=("entry",),
    columns=(
        Column(name="entry", es="registro", kind="integer"),
        Column(name="recorded_at", es="hora_de_registro", kind="datetime"),
        Column(name="occurred_on", es="ocurrio", kind="window"),
        Column(name="type", es="tipo"),
        Column(name="sentence", es="frase", kind="text"),
        *WHO,
        Column(name="mode", es="modo", kind="code"),
        Column(name="provenance", es="procedencia", kind="code"),
        Column(name="about", es="trata_de"),
        Column(name="leaf_hash", es="huella"),
    ),
    rows=_entries,
)


def _documents(source: TableSource) -> Iterator[Row]:
    documents: dict[str, dict[str, Any]] = {}
    for index, entry in entries_of(source):
        for _path, cited in citations_in(entry["statement"]["body"]):
            if "title" in cited or "description" in cited:
                row = documents.setdefault(cited["sha256"], _document(source, cited, index))
                row["citations"] += 1
                row["media_type"] = row["media_type"] or cited.get("media_type")  # the first citation may not say it
                row["size_bytes"] = row["size_bytes"] or cited.get("size")
                row["language"] = row["language"] or cited.get("lang")
    yield from documents.values()


def _document(source: TableSource, cited: dict[str, Any], index: int) -> dict[str, Any]:
    is_withdrawn = cited["sha256"] in source.withdrawn
    title = cited.get("title", cited.get("description"))
    return {
        "document": cited["sha256"],
        "title": None if is_withdrawn else title,  # what a cancellation has withdrawn is not spread by its title
        "media_type": cited.get("media_type"),
        "size_bytes": cited.get("size"),
        "language": cited.get("lang"),
        "withdrawn": is_withdrawn,
        "first_entry": index,
        "citations": 0,
    }


DOCUMENTS: Final = Table(
    name="documents",
    es="documentos",
    key=("document",),
    columns=(
        Column(name="document", es="documento"),
        Column(name="title", es="titulo", kind="text"),
        Column(name="media_type", es="tipo_de_archivo"),
        Column(name="size_bytes", es="tamano_en_bytes", kind="integer"),
        Column(name="language", es="idioma"),
        Column(name="withdrawn", es="retirado", kind="boolean"),
        Column(name="first_entry", es="primer_registro", kind="integer", refers="entries"),
        Column(name="citations", es="citas", kind="integer"),
    ),
    rows=_documents,
)
