"""Tables of parties, their appointments and bodies, plans, complaints, and the answers that are owed."""

from collections.abc import Iterator
from typing import Any, Final

from constancia.api.opendata.tables.columns import BETWEEN, Column, Table, TableSource
from constancia.api.opendata.tables.commitment_tables import CERTAINTY, COMMITMENT, TITLE, certainty_of, index_of
from constancia.domain.values.calendar import last_day_before
from constancia.ledger.views.projections.base import Row

_BODY: Final = Column(name="body", es="organo", refers="bodies")


def _parties(source: TableSource) -> Iterator[Row]:
    for row in source.each("parties"):
        yield {
            "party": row["party"],
            "legal_name": row["legal_name"],
            "acronym": row.get("acronym"),
            "kind": row["kind"],
            "is_founder": row["is_founder"],
            "has_ended": row["has_ended"],
            "bodies": BETWEEN.join(seat["governance_body"] for seat in row["seats"] if seat["seated"]),
            "organizations": len(row.get("organizations", ())),
            "certainty": certainty_of(row),
        }


PARTIES: Final = Table(
    name="parties",
    es="partes",
    key=("party",),
    columns=(
        Column(name="party", es="parte"),
        Column(name="legal_name", es="nombre_legal", kind="text"),
        Column(name="acronym", es="siglas"),
        Column(name="kind", es="tipo", kind="own"),
        Column(name="is_founder", es="es_fundadora", kind="boolean"),
        Column(name="has_ended", es="se_extinguio", kind="boolean"),
        Column(name="bodies", es="organos_con_asiento"),
        Column(name="organizations", es="organizaciones", kind="integer"),
        CERTAINTY,
    ),
    rows=_parties,
)


def _appointments(source: TableSource) -> Iterator[Row]:
    for row in source.each("parties"):
        for item in row["appointments"]:
            yield {
                "appointment": item["appointment"],
                "party": row["party"],
                "person": item["person"],
                "name": item["name"],
                "post": item["post"],
                "capacity": item["capacity"],
                "organization": item.get("on_behalf_of"),
                "valid_from": item["valid_from"],
                "valid_until": item.get("valid_until"),
                "status": item["status"],
                "holds": item.get("holds"),
            }


APPOINTMENTS: Final = Table(
    name="appointments",
    es="nombramientos",
    key=("appointment",),
    columns=(
        Column(name="appointment", es="nombramiento"),
        Column(name="party", es="parte", kind="party", refers="parties"),
        Column(name="person", es="persona"),
        Column(name="name", es="nombre"),
        Column(name="post", es="puesto", kind="text"),
        Column(name="capacity", es="calidad", kind="own"),
        Column(name="organization", es="organizacion", kind="party"),
        Column(name="valid_from", es="vigente", kind="window"),
        Column(name="valid_until", es="vence", kind="window"),
        Column(name="status", es="estado", kind="code"),
        Column(name="holds", es="vigente_ese_dia", kind="code"),
    ),
    rows=_appointments,
)


def _bodies(source: TableSource) -> Iterator[Row]:
    for row in source.each("bodies"):
        yield {
            "body": row["governance_body"],
            "name": row["name"],
            "mandate": row.get("mandate"),
            "members": [seat["party"] for seat in row["seats"] if seat["seated"]],
            "established_on": row.get("established_on"),
            "certainty": certainty_of(row),
        }


BODIES: Final = Table(
    name="bodies",
    es="organos",
    key=("body",),
    columns=(
        Column(name="body", es="organo"),
        Column(name="name", es="nombre", kind="text"),
        Column(name="mandate", es="mandato", kind="text"),
        Column(name="members", es="integrantes", kind="parties"),
        Column(name="established_on", es="establecido", kind="window"),
        CERTAINTY,
    ),
    rows=_bodies,
)


def _plans(source: TableSource) -> Iterator[Row]:
    for row in source.each("plans"):
        submitted = row["submissions"][-1] if row["submissions"] else None
        yield {
            "plan": row["plan"],
            "title": row["title"],
            "ordinal": row["ordinal"],
            "period": row["period"],
            "status": row["status"],
            "body": row["governance_body"],
            "due": row["due"],
            "submitted_on": submitted["counts_on"] if submitted else None,
            "days_late": row["days_late"],
            "ends": row["ends"],
            "is_over": row["is_over"],
            "commitments": len(row["commitments"]),
            "opened_entry": index_of(row["opened"]),
            "certainty": certainty_of(row),
        }


PLANS: Final = Table(
    name="plans",
    es="planes",
    key=("plan",),
    columns=(
        Column(name="plan", es="plan"),
        TITLE,
        Column(name="ordinal", es="numero", kind="integer"),
        Column(name="period", es="periodo", kind="window"),
        Column(name="status", es="estado", kind="code"),
        _BODY,
        Column(name="due", es="fecha_limite", kind="window"),
        Column(name="submitted_on", es="presentado", kind="window"),
        Column(name="days_late", es="dias_de_atraso", kind="integer"),
        Column(name="ends", es="termina", kind="window"),
        Column(name="is_over", es="ya_termino", kind="boolean"),
        Column(name="commitments", es="compromisos", kind="integer"),
        Column(name="opened_entry", es="registro_de_apertura", kind="integer", refers="entries"),
        CERTAINTY,
    ),
    rows=_plans,
)


def _plan_commitments(source: TableSource) -> Iterator[Row]:
    for row in source.each("plans"):
        for item in row["commitments"]:
            yield {
                "plan": row["plan"],
                "commitment": item["commitment"],
                "origin": item["origin"],
                "scope_version": item["scope_version"],
                "scope_now": item["scope_now"],
                "change": item["change"]["kind"] if item["change"] else None,
                "outcome": item["outcome"],
                "decision": item.get("decision"),
                "carried_entry": index_of(item["mark"]),
                "certainty": certainty_of(row),
            }


PLAN_COMMITMENTS: Final = Table(
    name="plan_commitments",
    es="compromisos_de_planes",
    key=("plan", "commitment"),
    columns=(
        Column(name="plan", es="plan", refers="plans"),
        COMMITMENT,
        Column(name="origin", es="origen", kind="code"),
        Column(name="scope_version", es="version_incorporada", kind="integer"),
        Column(name="scope_now", es="version_actual", kind="integer"),
        Column(name="change", es="cambio", kind="code"),
        Column(name="outcome", es="resultado", kind="code"),
        Column(name="decision", es="decision", refers="decisions"),
        Column(name="carried_entry", es="registro_de_incorporacion", kind="integer", refers="entries"),
        CERTAINTY,
    ),
    rows=_plan_commitments,
)


def _complaints(source: TableSource) -> Iterator[Row]:
    for row in source.each("complaints"):
        filed = row.get("filed")  # of a protected one the row has neither the text nor when it was taken in
        admission, resolution = row.get("admission"), row.get("resolution")
        yield {
            "complaint": row["complaint"],
            "kind": row["kind"],
            "protected": row["protected"],
            "text": row.get("text"),
            "filer": row["filer"],
            "against": row["against"],
            "addressed_to": row.get("addressed_to"),
            "status": row["status"],
            "is_open": row["is_open"],
            "is_late": row["is_late"],
            "filed_on": filed["occurred_on"] if filed else None,
            "admitted_on": admission["mark"]["occurred_on"] if admission else None,
            "answer_due": admission["due"] if admission else None,
            "resolved_on": resolution["mark"]["occurred_on"] if resolution else None,
            "outcome": resolution["outcome"] if resolution else None,
            "reasons": resolution["reasons"] if resolution else None,
            "filed_entry": index_of(filed),
            "certainty": certainty_of(row),
        }


COMPLAINTS: Final = Table(
    name="complaints",
    es="quejas",
    key=("complaint",),
    columns=(
        Column(name="complaint", es="queja"),
        Column(name="kind", es="tipo", kind="code"),
        Column(name="protected", es="protegida", kind="boolean"),
        Column(name="text", es="texto", kind="text"),
        Column(name="filer", es="presentada_por", kind="party"),
        Column(name="against", es="contra", kind="parties"),
        Column(name="addressed_to", es="dirigida_a", kind="party"),
        Column(name="status", es="estado", kind="code"),
        Column(name="is_open", es="abierta", kind="boolean"),
        Column(name="is_late", es="con_respuesta_atrasada", kind="boolean"),
        Column(name="filed_on", es="presentada", kind="window"),
        Column(name="admitted_on", es="admitida", kind="window"),
        Column(name="answer_due", es="respuesta_a_mas_tardar", kind="window"),
        Column(name="resolved_on", es="resuelta", kind="window"),
        Column(name="outcome", es="resultado", kind="code"),
        Column(name="reasons", es="motivos", kind="text"),
        Column(name="filed_entry", es="registro_de_presentacion", kind="integer", refers="entries"),
        CERTAINTY,
    ),
    rows=_complaints,
)


def _answers(source: TableSource) -> Iterator[Row]:
    empty: dict[str, Any] = {"complaint": None, "gathering": None, "party": None, "days_late": None}
    for row in source.each("complaints"):
        for answer in row["answers"]:
            answered = answer["answered"]
            yield {
                **empty,
                "item": f"complaint/{row['complaint']}/{answer['party']}",
                "kind": "complaint",
                "complaint": row["complaint"],
                "party": answer["party"],
                "due": answer["due"],
                "stands": answer["stands"],
                "days_late": answer["days_late"],
                "answered_on": answered["occurred_on"] if answered else None,
                "answered_entry": index_of(answered),
                "certainty": certainty_of(row),
            }
    for row in source.each("participation"):
        last = row["responses"][-1]["mark"] if row["responses"] else None
        if row["is_owed"] or last:
            yield {
                **empty,
                "item": row["stream"],
                "kind": row["kind"],
                "gathering": row["stream"].partition("/")[2],
                "due": last_day_before(row["due"], source.state.timezone) if row["due"] else None,
                "stands": "late" if row["is_overdue"] else "owed" if row["is_owed"] else "answered",
                "answered_on": last["occurred_on"] if last and not row["is_owed"] else None,
                "answered_entry": index_of(last) if not row["is_owed"] else None,
                "certainty": certainty_of(row),
            }


ANSWERS: Final = Table(
    name="answers",
    es="respuestas",
    key=("item",),
    columns=(
        Column(name="item", es="asunto"),
        Column(name="kind", es="tipo", kind="code"),
        Column(name="complaint", es="queja", refers="complaints"),
        Column(name="gathering", es="reunion"),
        Column(name="party", es="parte", kind="party", refers="parties"),
        Column(name="due", es="fecha_limite", kind="window"),
        Column(name="stands", es="situacion", kind="code"),
        Column(name="days_late", es="dias_de_atraso", kind="integer"),
        Column(name="answered_on", es="respondida", kind="window"),
        Column(name="answered_entry", es="registro_de_respuesta", kind="integer", refers="entries"),
        CERTAINTY,
    ),
    rows=_answers,
)
