"""Tables of commitments: their state, milestones, deliverables, what is overdue, and OGP's fields of them."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from constancia.api.opendata.tables.columns import Column, Table, TableSource
from constancia.domain.values.calendar import parse_edtf
from constancia.ledger.views.exchange import OGP_FIELDS, ogp_rows
from constancia.ledger.views.projections.base import Row

_MET: Final = ("accepted", "fulfilled")
CERTAINTY: Final = Column(name="certainty", es="certeza", kind="code")
COMMITMENT: Final = Column(name="commitment", es="compromiso", refers="commitments")
TITLE: Final = Column(name="title", es="titulo", kind="text")


def certainty_of(row: Row) -> str | None:
    """Give whether a row of a day is certain; None where no day was asked."""
    return row.get("certainty")


def index_of(mark: Mapping[str, Any] | None) -> int | None:
    """Give the index of an entry's mark, if there is one."""
    return None if mark is None else int(mark["index"])


def _commitments(source: TableSource) -> Iterator[Row]:
    for row in source.each("commitments"):
        bounds = [parse_edtf(milestone["window"]) for milestone in row["milestones"]]
        starts, ends = [each.start for each in bounds], [each.end for each in bounds]
        first = min((day for day in starts if day), default=None) if None not in starts else None
        last = max((day for day in ends if day), default=None) if None not in ends else None
        yield {
            "commitment": row["commitment"],
            "title": row["title"],
            "lifecycle": row["lifecycle"],
            "flags": row["flags"],
            "self_level": row["self_level"],
            "contested_level": row["contested_level"],
            "independent_level": row["independent_level"],
            "is_contested": row["is_contested"],
            "starts": first.isoformat() if first else None,
            "ends": last.isoformat() if last else None,
            "milestones": len(row["milestones"]),
            "milestones_done": sum(item["completed"] is not None for item in row["milestones"]),
            "milestones_overdue": sum(item["stands"] == "overdue" for item in row["milestones"]),
            "deliverables": len(row["deliverables"]),
            "deliverables_met": sum(item["status"] in _MET for item in row["deliverables"]),
            "scope_version": row["scope_version"],
            "reductions": sum(scope["computed_kind"] == "reduction" for scope in row["scopes"]),
            "problem": row["problem"],
            "objective": row["objective"],
            "body": row["governance_body"],
            "plan": row["plans"][-1] if row["plans"] else None,
            "last_entry": index_of(row["last"]),
            "certainty": certainty_of(row),
        }


COMMITMENTS: Final = Table(
    name="commitments",
    es="compromisos",
    key=("commitment",),
    columns=(
        Column(name="commitment", es="compromiso"),
        TITLE,
        Column(name="lifecycle", es="estado", kind="code"),
        Column(name="flags", es="avisos", kind="codes"),
        Column(name="self_level", es="nivel_reportado", kind="code"),
        Column(name="contested_level", es="nivel_impugnado", kind="code"),
        Column(name="independent_level", es="nivel_independiente", kind="code"),
        Column(name="is_contested", es="impugnado", kind="boolean"),
        Column(name="starts", es="inicia", kind="date"),
        Column(name="ends", es="termina", kind="date"),
        Column(name="milestones", es="hitos", kind="integer"),
        Column(name="milestones_done", es="hitos_reportados", kind="integer"),
        Column(name="milestones_overdue", es="hitos_vencidos", kind="integer"),
        Column(name="deliverables", es="entregables", kind="integer"),
        Column(name="deliverables_met", es="entregables_cumplidos", kind="integer"),
        Column(name="scope_version", es="version_del_alcance", kind="integer"),
        Column(name="reductions", es="reducciones", kind="integer"),
        Column(name="problem", es="problema", kind="text"),
        Column(name="objective", es="objetivo", kind="text"),
        Column(name="body", es="organo", refers="bodies"),
        Column(name="plan", es="plan", refers="plans"),
        Column(name="last_entry", es="ultimo_registro", kind="integer", refers="entries"),
        CERTAINTY,
    ),
    rows=_commitments,
)


def _milestones(source: TableSource) -> Iterator[Row]:
    for row in source.each("commitments"):
        for item in row["milestones"]:
            done, fallback = item["completed"], item.get("fallback")
            yield {
                "commitment": row["commitment"],
                "milestone": item["milestone"],
                "title": item["title"],
                "objective": item.get("objective"),
                "lead": item["lead"],
                "support": item.get("support"),
                "fallback": fallback["parties"] if fallback else None,
                "window": item["window"],
                "stands": item["stands"],
                "started": item["started"],
                "days_late": item["days_late"],
                "completed_on": done["occurred_on"] if done else None,
                "completed_by": done["party"] if done else None,
                "completion_standing": item["completion_standing"],
                "completed_entry": index_of(done),
                "certainty": certainty_of(row),
            }


MILESTONES: Final = Table(
    name="milestones",
    es="hitos",
    key=("commitment", "milestone"),
    columns=(
        COMMITMENT,
        Column(name="milestone", es="hito"),
        TITLE,
        Column(name="objective", es="objetivo", kind="text"),
        Column(name="lead", es="responsables", kind="parties"),
        Column(name="support", es="apoyo", kind="parties"),
        Column(name="fallback", es="responsables_si_falla", kind="parties"),
        Column(name="window", es="plazo", kind="window"),
        Column(name="stands", es="situacion", kind="code"),
        Column(name="started", es="iniciado", kind="boolean"),
        Column(name="days_late", es="dias_de_atraso", kind="integer"),
        Column(name="completed_on", es="reportado", kind="window"),
        Column(name="completed_by", es="reportado_por", kind="party", refers="parties"),
        Column(name="completion_standing", es="situacion_del_reporte", kind="code"),
        Column(name="completed_entry", es="registro_del_reporte", kind="integer", refers="entries"),
        CERTAINTY,
    ),
    rows=_milestones,
)


def _deliverables(source: TableSource) -> Iterator[Row]:
    for row in source.each("deliverables"):
        expected, met = row["expected"] or {}, row["fulfilled_by"]
        last = row["versions"][-1] if row["versions"] else None
        document = last["document"] if last else None
        is_withdrawn = document is not None and document["sha256"] in source.withdrawn
        yield {
            "commitment": row["commitment"],
            "deliverable": row["deliverable"],
            "milestone": expected.get("milestone"),
            "title": expected.get("title"),
            "form": expected.get("form"),
            "status": row["status"],
            "in_scope": row["is_in_scope"],
            "versions": len(row["versions"]),
            "submitted_on": last["mark"]["occurred_on"] if last else None,
            "submitted_by": last["mark"]["party"] if last else None,
            "accepted_version": row["accepted_version"],
            "accepted_entry": row["accepted_index"],
            "fulfilled_on": met["on"] if met else None,
            "fulfilled_entry": met["index"] if met else None,
            "open_contests": len(row["open_contests"]),
            "document": document["sha256"] if document else None,
            "document_withdrawn": is_withdrawn if document else None,
            "certainty": certainty_of(row),
        }


DELIVERABLES: Final = Table(
    name="deliverables",
    es="entregables",
    key=("commitment", "deliverable"),
    columns=(
        COMMITMENT,
        Column(name="deliverable", es="entregable"),
        Column(name="milestone", es="hito"),
        TITLE,
        Column(name="form", es="forma", kind="code"),
        Column(name="status", es="situacion", kind="code"),
        Column(name="in_scope", es="en_el_alcance", kind="boolean"),
        Column(name="versions", es="versiones", kind="integer"),
        Column(name="submitted_on", es="entregado", kind="window"),
        Column(name="submitted_by", es="entregado_por", kind="party", refers="parties"),
        Column(name="accepted_version", es="version_aceptada", kind="integer"),
        Column(name="accepted_entry", es="registro_de_aceptacion", kind="integer", refers="entries"),
        Column(name="fulfilled_on", es="cumplido", kind="window"),
        Column(name="fulfilled_entry", es="registro_de_cumplimiento", kind="integer", refers="entries"),
        Column(name="open_contests", es="impugnaciones_abiertas", kind="integer"),
        Column(name="document", es="documento", refers="documents"),
        Column(name="document_withdrawn", es="documento_retirado", kind="boolean"),
        CERTAINTY,
    ),
    rows=_deliverables,
)


def _overdue(source: TableSource) -> Iterator[Row]:
    for row in source.each("overdue"):
        yield {
            "item": row["stream"].removeprefix("overdue/"),
            "kind": row["kind"],
            "commitment": row["commitment"],
            "milestone": row["milestone"],
            "plan": row["plan"],
            "title": row["title"],
            "lead": row["lead"],
            "window": row["window"],
            "due": row["due"],
            "days_late": row["days_late"],
            "days_late_now": row["days_late_now"],
            "lifecycle": row["lifecycle"],
            "certainty": certainty_of(row),
        }


OVERDUE: Final = Table(
    name="overdue",
    es="vencidos",
    key=("item",),
    columns=(
        Column(name="item", es="asunto"),
        Column(name="kind", es="tipo", kind="code"),
        COMMITMENT,
        Column(name="milestone", es="hito"),
        Column(name="plan", es="plan", refers="plans"),
        TITLE,
        Column(name="lead", es="responsables", kind="parties"),
        Column(name="window", es="plazo", kind="window"),
        Column(name="due", es="vence", kind="datetime"),
        Column(name="days_late", es="dias_de_atraso", kind="integer"),
        Column(name="days_late_now", es="dias_de_atraso_corridos", kind="integer"),
        Column(name="lifecycle", es="estado", kind="code"),
        CERTAINTY,
    ),
    rows=_overdue,
)
# Names of OGP and its IRM are not translated: who reads this table reads theirs. Numbers, keys, the rest is text.
_OGP_KINDS: Final[Mapping[str, Any]] = {
    "milestones": "integer", "milestones_overdue": "integer", "scope_version": "integer", "reductions": "integer",
    "last_entry": "integer",
}  # fmt: skip
_OGP_REFERS: Final = {"commitment_id": "commitments", "action_plan": "plans", "last_entry": "entries"}
OGP: Final = Table(
    name="ogp",
    es="ogp",
    key=("commitment_id",),
    columns=tuple(
        Column(name=name, es=name, kind=_OGP_KINDS.get(name, "string"), refers=_OGP_REFERS.get(name))
        for name in OGP_FIELDS
    ),
    rows=lambda source: iter(ogp_rows(source.reading)),
)
