"""Activities 1 and 2: work, deliveries, contests, acceptances, a rotated key."""

from typing import Any

from constancia.api.demo.chapters.founding import appoint, register_key
from constancia.api.demo.props import FACT, alternates, baseline_scope, document, text
from constancia.api.demo.stage import Stage
from constancia.ledger.keys.key_file import generate


def forum(stage: Stage) -> None:
    """Activity 1: work starts, the report is delivered and accepted by all three, progress is reported."""
    _nosc, inai, sfp = alternates(stage)
    stage.on("2019-03-14")
    new_party_signer(stage, "ap-c-consultora")
    new_party_signer(stage, "ap-d-red")
    # A role is open to nobody until the members fill it.
    expert = {"commitment": "rm", "party": "consultora-demo", "role": "consultant", "since": "2019-03-14"}
    stage.each(alternates(stage), "RoleFilled", expert)
    stage.say(sfp, "WorkStarted", {"commitment": "rm", "milestone": "m1"})
    public_forum(stage)
    stage.on("2019-04-15")
    consultant = stage.cast.person("ap-c-consultora")
    report = document(
        stage,
        "# Relatoría del foro\n\nDocumento inventado para la demostración.\n".encode(),
        text("Relatoría del foro", "Report of the forum"),
        "es",
    )
    inputs = document(
        stage,
        "# Insumos iniciales\n\nDocumento inventado para la demostración.\n".encode(),
        text("Insumos iniciales", "Initial inputs"),
        "es",
    )
    for name, doc in (("d1.2", report), ("d1.4", inputs)):
        body = {"commitment": "rm", "deliverable": name, "document": doc, "version": 1}
        stage.say(consultant, "DeliverableSubmitted", body)
    stage.on("2019-04-22")
    accepted = {"commitment": "rm", "deliverable": "d1.2", "version": 1}
    stage.each(alternates(stage), "DeliverableAccepted", accepted)
    evidence = [{"description": text("Relatoría del foro", "Report of the forum"), "sha256": report["sha256"]}]
    done = {"commitment": "rm", "evidence": evidence, "milestone": "m1"}
    stage.say(sfp, "MilestoneCompleted", done, occurred="2019-03-26")
    stage.on("2019-04-23")
    progress = {
        "commitment": "rm",
        "evidence": evidence,
        "level": "limited",
        "narrative": text(
            "El foro se realizó; sigue el documento de propuestas", "The forum was held; the proposals follow"
        ),
        "period": "2019-03/2019-04",
        "report": "r-1",
    }
    stage.say(inai, "ProgressReported", progress)


def public_forum(stage: Stage) -> None:
    """Convene the public forum, and report that it was held: the event fulfils its deliverable, not a document."""
    _nosc, _inai, sfp = alternates(stage)
    call = {
        "about": {"commitment": "rm", "deliverable": "d1.1"},
        "agenda": next(item["agenda"] for item in baseline_scope()["deliverables"] if item["deliverable"] == "d1.1"),
        "gathering": "forum-1",
        "kind": "forum",
        "open_to": text("Todo público", "Everybody"),
        "governance_body": "cc",
        "title": text(
            "Vigilancia del Estado: hacia la implementación de controles democráticos",
            "State surveillance: towards the implementation of democratic controls",
        ),
        "window": "2019-03-26",
    }
    stage.say(sfp, "GatheringConvened", call, provenance=FACT)
    stage.on("2019-03-27")
    took_place = {"attendance": 180, "gathering": "forum-1", "window": "2019-03-26"}
    stage.say(stage.cast.person("ap-s-inai"), "GatheringHeld", took_place, occurred="2019-03-26")


def register_other(stage: Stage, party: str) -> None:
    """Register a party that is not a founder, by the secretariat."""
    other = next(item for item in stage.cast.parties["others"] if item["party"] == party)
    body = {"kind": other["kind"], "legal_name": text(other["es"], other["en"]), "party": party}
    clerk = stage.cast.person("ap-s-inai")
    stage.say(clerk, "PartyRegistered", body, provenance=other.get("provenance", "invented"))


def new_party_signer(stage: Stage, appointment: str) -> None:
    """Add an organization that is not a founder: a founder endorses its root, which then appoints."""
    party = stage.cast.appointment(appointment)["party"]
    register_other(stage, party)
    give_root(stage, party)
    appoint(stage, appointment)


def give_root(stage: Stage, party: str) -> None:
    """Register a party's root, which a founder endorses."""
    root = stage.cast.root(party)
    stage.say(root, "KeyRegistered", {"key": root.key.key_id, "party": party, **root.key.material})
    endorsed = {"key": root.key.key_id, "valid_from": stage.today}
    stage.say(stage.cast.root("inai"), "KeyEndorsed", endorsed)


def proposals(stage: Stage) -> None:
    """Activity 2: a delivery in the last half hour, a contest, a revision, a rotated key, two refused acts."""
    consultant, network = stage.cast.person("ap-c-consultora"), stage.cast.person("ap-d-red")
    stage.on("2019-05-25T04:29:00Z")
    title = text("Borrador de recomendaciones", "Draft of recommendations")
    first = document(stage, "# Borrador, versión 1\n\nInventado.\n".encode(), title, "es")
    body = {"commitment": "rm", "deliverable": "d2.1", "document": first, "version": 1}
    stage.say(consultant, "DeliverableSubmitted", body, occurred="2019-05-24")
    stage.on("2019-05-29")
    for name, contest, es, en in (
        ("d2.1", "x-1", "Omite el control judicial", "It leaves out judicial control"),
        ("d1.4", "x-2", "Faltan los insumos de las víctimas", "The victims' inputs are missing"),
    ):
        contested = {
            "commitment": "rm",
            "contest": contest,
            "deliverable": name,
            "evidence": [],
            "grounds": text(es, en),
            "version": 1,
        }
        stage.say(network, "DeliverableContested", contested)
    stage.on("2019-05-30")
    own = {"commitment": "rm", "deliverable": "d2.1", "version": 1}
    stage.try_in_vain(consultant, "DeliverableAccepted", own, "E_SELF_DEALING")
    stage.on("2019-06-03")
    old, new = rotate(stage, "ap-g-inai")
    stage.on("2019-06-04")
    who = stage.cast.person("ap-g-inai")
    who.key = old
    stage.try_in_vain(who, "DeliverableAccepted", own, "E_KEY_NOT_ACTIVE")
    who.key = new
    stage.on("2019-06-05")
    second = document(stage, "# Borrador, versión 2, con control judicial\n\nInventado.\n".encode(), title, "es")
    revised = {
        "answers": ["x-1"],
        "changes": text("Añade el control judicial", "Adds judicial control"),
        "commitment": "rm",
        "deliverable": "d2.1",
        "document": second,
        "version": 2,
    }
    stage.say(consultant, "DeliverableRevised", revised)
    stage.on("2019-06-07")
    accepted = {"commitment": "rm", "deliverable": "d2.1", "version": 2}
    stage.each(alternates(stage), "DeliverableAccepted", accepted)
    evidence = [{"description": title, "sha256": second["sha256"]}]
    done = {"commitment": "rm", "evidence": evidence, "milestone": "m2"}
    stage.say(consultant, "MilestoneCompleted", done)


def rotate(stage: Stage, name: str) -> tuple[Any, Any]:
    """Rotate a key: the old key announces the new one, which is registered and endorsed; return both."""
    who = stage.cast.person(name)
    old, new = who.key, generate()
    stage.say(who, "KeyRotated", {"key": old.key_id, "new_key": new.key_id})
    who.key = new
    register_key(stage, who, {"valid_from": stage.today})
    return old, new
