"""Tables of what parties decided and signed, and of what is said against it: decisions, votes, signatures, contests."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from constancia.api.opendata.tables.columns import Column, Table, TableSource
from constancia.api.opendata.tables.commitment_tables import CERTAINTY, COMMITMENT, TITLE, certainty_of, index_of
from constancia.ledger.views.projections.base import Row

ENTRY: Final = Column(name="entry", es="registro", kind="integer", refers="entries")
PARTY: Final = Column(name="party", es="parte", kind="party", refers="parties")
DECISION: Final = Column(name="decision", es="decision", refers="decisions")
WHO: Final = (
    PARTY,
    Column(name="person", es="persona"),
    Column(name="name", es="nombre"),
    Column(name="post", es="puesto", kind="text"),
    Column(name="capacity", es="calidad", kind="own"),
    Column(name="appointment", es="nombramiento", refers="appointments"),
)


def who(source: TableSource, mark: Mapping[str, Any]) -> dict[str, Any]:
    """Give the columns of who said something: party, person with name and post, capacity, appointment."""
    appointment = source.appointment(mark.get("appointment"))
    return {
        "party": mark.get("party"),
        "person": mark.get("person"),
        "name": appointment.name if appointment else None,
        "post": appointment.post if appointment else None,
        "capacity": mark.get("capacity"),
        "appointment": appointment.appointment if appointment else None,
    }


def _agreements(source: TableSource) -> Iterator[Row]:
    for row in source.each("agreements"):
        current = row["versions"][-1]
        yield {
            "agreement": row["agreement"],
            "title": row["title"],
            "status": row["status"],
            "version": row["version"],
            "in_force_version": row["in_force_version"],
            "parties": current["parties"],
            "signed_by": current["signed_by"],
            "missing": current["missing"],
            "parties_left": row["parties_left"],
            "in_force_entry": current.get("in_force_index"),
            "certainty": certainty_of(row),
        }


AGREEMENTS: Final = Table(
    name="agreements",
    es="acuerdos",
    key=("agreement",),
    columns=(
        Column(name="agreement", es="acuerdo"),
        TITLE,
        Column(name="status", es="estado", kind="code"),
        Column(name="version", es="version", kind="integer"),
        Column(name="in_force_version", es="version_en_vigor", kind="integer"),
        Column(name="parties", es="partes", kind="parties"),
        Column(name="signed_by", es="firmado_por", kind="parties"),
        Column(name="missing", es="falta_la_firma_de", kind="parties"),
        Column(name="parties_left", es="partes_que_se_retiraron", kind="parties"),
        Column(name="in_force_entry", es="registro_de_entrada_en_vigor", kind="integer", refers="entries"),
        CERTAINTY,
    ),
    rows=_agreements,
)


def _decisions(source: TableSource) -> Iterator[Row]:
    for row in source.each("decisions"):
        tally = row["tally"]
        yield {
            "decision": row["decision"],
            "question": row["question"],
            "status": row["status"],
            "act": row["act"]["type"],
            "commitment": row["act"]["body"].get("commitment"),
            "body": row["governance_body"],
            "rule": row["decision_rule"],
            "proposed_by": row["proposed"]["party"],
            "proposed_on": row["proposed"]["occurred_on"],
            "closes": row.get("closes"),
            "voters": row["voters"],
            "votes_for": tally.get("for", 0),
            "votes_against": tally.get("against", 0),
            "votes_abstain": tally.get("abstain", 0),
            "votes_missing": tally.get("not_cast", 0),
            "decided_on": row.get("outcome_on"),
            "must_sign": row["must_sign"],
            "signed_by": row["signed_by"],
            "dissented": sorted({item["mark"]["party"] for item in row["dissents"]}),
            "proposed_entry": index_of(row["proposed"]),
            "enacted_entry": index_of(row["enacted"]),
            "certainty": certainty_of(row),
        }


DECISIONS: Final = Table(
    name="decisions",
    es="decisiones",
    key=("decision",),
    columns=(
        Column(name="decision", es="decision"),
        Column(name="question", es="pregunta", kind="text"),
        Column(name="status", es="estado", kind="code"),
        Column(name="act", es="acto"),
        COMMITMENT,
        Column(name="body", es="organo", refers="bodies"),
        Column(name="rule", es="regla", kind="code"),
        Column(name="proposed_by", es="propuesta_por", kind="party", refers="parties"),
        Column(name="proposed_on", es="propuesta", kind="window"),
        Column(name="closes", es="cierra", kind="window"),
        Column(name="voters", es="votantes", kind="parties"),
        Column(name="votes_for", es="votos_a_favor", kind="integer"),
        Column(name="votes_against", es="votos_en_contra", kind="integer"),
        Column(name="votes_abstain", es="abstenciones", kind="integer"),
        Column(name="votes_missing", es="votos_que_faltan", kind="integer"),
        Column(name="decided_on", es="decidida", kind="window"),
        Column(name="must_sign", es="deben_firmar", kind="parties"),
        Column(name="signed_by", es="firmado_por", kind="parties"),
        Column(name="dissented", es="disienten", kind="parties"),
        Column(name="proposed_entry", es="registro_de_propuesta", kind="integer", refers="entries"),
        Column(name="enacted_entry", es="registro_de_aplicacion", kind="integer", refers="entries"),
        CERTAINTY,
    ),
    rows=_decisions,
)


def _votes(source: TableSource) -> Iterator[Row]:
    for row in source.each("decisions"):
        for vote in row["votes"]:
            mark = vote["mark"]
            yield {
                "entry": index_of(mark),
                "decision": row["decision"],
                **who(source, mark),
                "choice": vote["choice"],
                "superseded": vote["superseded"],
                "voted_on": mark["occurred_on"],
                "recorded_at": mark["recorded_at"],
                "certainty": certainty_of(row),
            }


VOTES: Final = Table(
    name="votes",
    es="votos",
    key=("entry",),
    columns=(
        ENTRY,
        DECISION,
        *WHO,
        Column(name="choice", es="voto", kind="code"),
        Column(name="superseded", es="sustituido", kind="boolean"),
        Column(name="voted_on", es="votado", kind="window"),
        Column(name="recorded_at", es="hora_de_registro", kind="datetime"),
        CERTAINTY,
    ),
    rows=_votes,
)


def _signatures(source: TableSource) -> Iterator[Row]:
    empty: dict[str, Any] = {"agreement": None, "decision": None, "version": None, "reservation": None, "verdict": None}
    for row in source.each("signatures"):
        for version in row["versions"]:
            about = {**empty, "agreement": row["agreement"], "version": version["version"]}
            about["certainty"] = certainty_of(row)
            for signature in version["signatures"]:
                shown = {name: signature[name] for name in ("kind", "reservation", "verdict")}
                yield {**about, **_signed(source, signature), **shown}
            for attested in version["attestations"]:
                signed = {**_signed(source, attested["mark"]), "kind": attested["kind"], "signed_on": attested["on"]}
                person = {name: attested[name] for name in ("party", "person", "name", "post")}
                yield {**about, **signed, **person, "capacity": None, "appointment": None}
    for row in source.each("decisions"):
        for mark in row["signatures"]:
            about = {**empty, "decision": row["decision"], "certainty": certainty_of(row)}
            yield {**about, **_signed(source, mark), "kind": "ledger"}


def _signed(source: TableSource, mark: Mapping[str, Any]) -> dict[str, Any]:
    dates = {"signed_on": mark["occurred_on"], "recorded_at": mark["recorded_at"]}
    return {"entry": index_of(mark), **who(source, mark), **dates}


SIGNATURES: Final = Table(
    name="signatures",
    es="firmas",
    key=("entry",),
    columns=(
        ENTRY,
        Column(name="agreement", es="acuerdo", refers="agreements"),
        Column(name="version", es="version", kind="integer"),
        DECISION,
        *WHO,
        Column(name="kind", es="tipo", kind="code"),
        Column(name="signed_on", es="firmado", kind="window"),
        Column(name="recorded_at", es="hora_de_registro", kind="datetime"),
        Column(name="reservation", es="reserva", kind="text"),
        Column(name="verdict", es="palabra_de_la_parte", kind="code"),
        CERTAINTY,
    ),
    rows=_signatures,
)


def _contests(source: TableSource) -> Iterator[Row]:
    empty = {"commitment": None, "deliverable": None, "version": None, "target_entry": None, "own_level": None}
    for row in source.each("remarks"):
        target = source.log.lookup(row["target"])
        for contest in row["contests"]:
            closed = contest.get("withdrawn") or next(iter(contest.get("answered") or ()), None)
            yield {
                **empty,
                **_contest(source, row, contest),
                "target_entry": target.index if target else None,
                "own_level": contest.get("own_level"),
                "is_open": contest["is_open"],
                "closed_entry": index_of(closed),
            }
    for row in source.each("deliverables"):
        for contest in row["contests"]:
            yield {
                **empty,
                **_contest(source, row, contest),
                "commitment": row["commitment"],
                "deliverable": row["deliverable"],
                "version": contest["version"],
                "is_open": contest["contest"] in row["open_contests"],
                "closed_entry": None,
            }


def _contest(source: TableSource, row: Row, contest: Row) -> dict[str, Any]:
    mark = contest["mark"]
    return {
        "entry": index_of(mark),
        "contest": contest.get("contest"),
        **who(source, mark),
        "grounds": contest["grounds"],
        "contested_on": mark["occurred_on"],
        "certainty": certainty_of(row),
    }


CONTESTS: Final = Table(
    name="contests",
    es="impugnaciones",
    key=("entry",),
    columns=(
        ENTRY,
        Column(name="contest", es="impugnacion"),
        Column(name="target_entry", es="registro_impugnado", kind="integer", refers="entries"),
        COMMITMENT,
        Column(name="deliverable", es="entregable"),
        Column(name="version", es="version", kind="integer"),
        *WHO,
        Column(name="grounds", es="motivos", kind="text"),
        Column(name="own_level", es="nivel_segun_quien_impugna", kind="code"),
        Column(name="contested_on", es="impugnado", kind="window"),
        Column(name="is_open", es="abierta", kind="boolean"),
        Column(name="closed_entry", es="registro_de_respuesta", kind="integer", refers="entries"),
        CERTAINTY,
    ),
    rows=_contests,
)
