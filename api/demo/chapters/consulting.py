"""The consultation of activity 2, and a participant's personal data: sealed, then cancelled on request."""

from typing import Final

from constancia.api.demo.props import alternates, sample_document, sha256_of, text
from constancia.api.demo.stage import Stage

_GATHERING: Final = "consulta-1"
_DAYS: Final = "2019-04-29/2019-05-10"
# Invented: title, what became of it, and which contributions it is about.
_THEMES: Final = (
    ("Control judicial", "Judicial control", "included", ("k1",)),
    ("Aviso a la persona afectada", "Notice to the person concerned", "included", ("k3",)),
    ("Registro de autorizaciones", "Register of authorizations", "included", ("k2",)),
    ("Órgano de supervisión", "Oversight body", "included", ("k2",)),
    ("Sanciones", "Sanctions", "included", ("k1",)),
    ("Informes periódicos", "Periodic reports", "partly", ("k2",)),
    ("Compras de equipo", "Purchases of equipment", "partly", ("k2",)),
    ("Formación de jueces", "Training of judges", "not_included", ("k2",)),
    ("Acceso a archivos históricos", "Access to historical archives", "not_included", ("k3",)),
)
_REASONS: Final = {
    "included": ("El borrador lo recoge", "The draft takes it up"),
    "partly": ("El plazo no alcanza para todo", "There is not enough time for all of it"),
    "not_included": ("Corresponde a otro proceso", "It belongs to another process"),
}


def consultation(stage: Stage) -> None:
    """Convene a consultation, count who was heard without names, and answer theme by theme."""
    _nosc, inai, _sfp = alternates(stage)
    clerk, network = stage.cast.person("ap-s-inai"), stage.cast.person("ap-d-red")
    stage.on("2019-04-24")
    convened = {
        "agenda": [text("Qué recomendar y a quién", "What to recommend, and to whom")],
        "about": {"commitment": "rm", "milestone": "m2"},
        "gathering": _GATHERING,
        "governance_body": "cc",
        "kind": "consultation",
        "open_to": text("Todo público", "Everybody"),
        "title": text("Consulta sobre las recomendaciones", "Consultation on the recommendations"),
        "window": _DAYS,
    }
    stage.say(inai, "GatheringConvened", convened)
    stage.on("2019-05-02")
    # What was given to be counted alone is in no file of the ledger: its digest is all.
    counted = {"consent": "count_only", "gathering": _GATHERING}
    single = {"contribution": "k1", "contributor": "citizen", "pseudonym": "jacaranda", "sha256": sha256_of("Una")}
    stage.say(network, "ContributionReceived", counted | single)
    batch = {"contribution": "k2", "contributor": "academia", "count": 5, "sha256": sha256_of("Cinco")}
    stage.say(clerk, "ContributionReceived", counted | batch)
    published = {
        "consent": "publish",
        "contribution": "k3",
        "contributor": "citizen",
        "document": sample_document(stage, "Aportación con seudónimo", "Contribution under a pseudonym"),
        "gathering": _GATHERING,
        "pseudonym": "bugambilia",
    }
    stage.say(clerk, "ContributionReceived", published)
    stage.on("2019-05-11")
    reported = {
        "contributions": [{"count": 5, "kind": "academia"}, {"count": 2, "kind": "citizen"}],
        "gathering": _GATHERING,
        "summary": text("Se recibieron siete aportaciones", "Seven contributions were received"),
        "window": _DAYS,
    }
    stage.say(clerk, "GatheringHeld", reported, occurred="2019-05-10")
    stage.on("2019-05-20")
    themes = [
        {
            "contributions": list(contributions),
            "outcome": outcome,
            "reasons": text(*_REASONS[outcome]),
            "theme": f"t{number}",
            "title": text(es, en),
        }
        for number, (es, en, outcome, contributions) in enumerate(_THEMES, 1)
    ]
    stage.say(inai, "ReasonedResponsePublished", {"gathering": _GATHERING, "response": "rr-1", "themes": themes})


def cancellation(stage: Stage) -> None:
    """Take in a participant's requests, on a contribution and on the name in the first request; block both."""
    _nosc, inai, _sfp = alternates(stage)
    clerk = stage.cast.person("ap-s-inai")
    stage.on("2021-01-11")
    name = stage.ledger.places.vault.put("Persona H (ficticia)", field="name", party="inai")
    entry = stage.leaf_of("ContributionReceived", "bugambilia")
    [shown] = stage.documents_of(entry)
    asked = {
        "applicant": name.to_json(),
        "cancellation": "x-2",
        "items": [{"document": shown, "entry": entry}],
        "received_on": "2021-01-11",
        "request": "sha256:" + sha256_of("Solicitud de la Persona H"),
    }
    stage.say(clerk, "CancellationRequested", asked)
    own_name = {
        "cancellation": "x-3",
        "items": [{"commitment": name.commitment, "entry": stage.leaf_of("CancellationRequested")}],
        "received_on": "2021-01-11",
        "request": "sha256:" + sha256_of("Segunda solicitud de la Persona H"),
    }
    stage.say(clerk, "CancellationRequested", own_name)
    why = {
        "legal_basis": text("Derecho de cancelación", "Right to cancellation"),
        "reasons": text("Datos de una persona privada", "Data of a private person"),
        "remedy": text("Recurso de revisión", "Appeal for review"),
    }
    stage.on("2021-01-18")
    requests: tuple[tuple[str, list[str]], ...] = (("x-2", [shown]), ("x-3", []))
    for request, documents in requests:
        blocked = {"cancellation": request, "documents": documents, "to": "blocked", "until": "2021-02-18", **why}
        stage.say(inai, "CancellationDecided", blocked)


def destruction(stage: Stage) -> None:
    """Destroy, after the block, what was blocked: by the word of two persons of two parties."""
    nosc, inai, _sfp = alternates(stage)
    stage.on("2021-02-19")
    shown = stage.documents_of(stage.leaf_of("ContributionReceived", "bugambilia"))
    requests: tuple[tuple[str, list[str]], ...] = (("x-2", list(shown)), ("x-3", []))
    for request, documents in requests:
        destroyed = {
            "cancellation": request,
            "documents": documents,
            "legal_basis": text("Derecho de cancelación", "Right to cancellation"),
            "reasons": text("Terminó el bloqueo", "The block has ended"),
            "remedy": text("Recurso de revisión", "Appeal for review"),
            "to": "destroyed",
        }
        stage.each([inai, nosc], "CancellationDecided", destroyed)
