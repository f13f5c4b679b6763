"""Changes of scope, refused and decided; then what the years bring: silence, contests, corrections, departures."""

from typing import Any

from constancia.api.demo.cast import Player
from constancia.api.demo.chapters.founding import appoint
from constancia.api.demo.props import PARTIES, alternates, baseline_scope, text
from constancia.api.demo.stage import Stage
from constancia.domain.values.values import digest


def scope_changes(stage: Stage) -> None:
    """Try a reduction under a milder name (refused) and by its name (voted down); decide another one by all."""
    sfp = stage.cast.person("ap-a-sfp")
    stage.on("2019-07-01")
    without_times = baseline_scope()
    roadmap = next(item for item in without_times["deliverables"] if item["deliverable"] == "d3.2")
    roadmap["contents"] = ["actions", "actors", "products"]
    proposal = {
        "commitment": "rm",
        "declared_kind": "clarification",
        "from_version": 1,
        "proposal": "sp-1",
        "reasons": text("La ruta no llevaría tiempos", "The road map would carry no times"),
        "scope": without_times,
    }
    stage.try_in_vain(sfp, "ScopeChangeProposed", proposal, "E_SCOPE_LABEL")
    stage.on("2019-07-02")
    stage.say(sfp, "ScopeChangeProposed", proposal | {"declared_kind": "reduction"})
    stage.on("2019-07-03")
    question = text("¿Se quitan los tiempos de la ruta?", "Are the times dropped from the road map?")
    decide(
        stage, "d-2", scope_act("d-2", without_times), question, {"sfp": "for", "inai": "abstain", "nosc": "against"}
    )
    stage.on("2019-07-05")
    dissent = text(
        "El alcance es la medida de la actividad 4: no se reduce",
        "Scope is the yardstick of activity 4: it is not reduced",
    )
    stage.say(stage.cast.person("ap-e-nosc"), "DissentRecorded", {"decision": "d-2", "text": dissent})
    stage.on("2019-07-10")
    without_start = baseline_scope()
    without_start["deliverables"] = [item for item in without_start["deliverables"] if item["deliverable"] != "d1.3"]
    question = text(
        "¿Se retira «Hoja de ruta iniciada», que no es un documento?",
        "Is “Road map begun”, which is no document, removed?",
    )
    act = scope_act("d-3", without_start)
    decide(stage, "d-3", act, question, dict.fromkeys(PARTIES, "for"))
    stage.say(sfp, "ScopeChanged", act["body"])


def decide(stage: Stage, name: str, act: dict[str, Any], question: dict[str, str], votes: dict[str, str]) -> None:
    """Put an act to the vote, vote, and sign where it is adopted."""
    proposer = stage.cast.person("ap-g-inai")
    body = {"act": act, "decision": name, "governance_body": "cc", "question": question}
    stage.say(proposer, "DecisionProposed", body, provenance=act["body"]["provenance"])
    voters = {alternate.actor["party"]: alternate for alternate in alternates(stage)}
    for party, choice in votes.items():
        vote = {"choice": choice, "decision": name, "digest": digest(act)}
        stage.say(voters[party], "VoteCast", vote)
    if set(votes.values()) == {"for"}:
        for voter in voters.values():
            stage.say(voter, "DecisionSigned", {"decision": name, "digest": digest(act)})


def scope_act(decision: str, scope: dict[str, Any]) -> dict[str, Any]:
    """Make the act that a decision on a reduced scope is about."""
    body = {
        "commitment": "rm",
        "decision": decision,
        "declared_kind": "reduction",
        "from_version": 1,
        "provenance": "invented",
        "scope": scope,
    }
    return {"body": body, "stream": "commitment/rm", "type": "ScopeChanged"}


def contest(stage: Stage) -> None:
    """Contest the report of progress after a deadline that passed."""
    network = stage.cast.person("ap-d-red")
    stage.on("2019-09-10")
    report = next(done.entry for done in stage.outcomes if b'"type":"ProgressReported"' in done.entry.raw)
    contest = {
        "contest": "i-1",
        "evidence": [],
        "grounds": text("Venció agosto sin ruta de implementación", "August ended without an implementation road map"),
        "own_level": "limited",
        "target": report.leaf_hash.hex(),
    }
    stage.say(network, "EntryContested", contest)


def representation(stage: Stage) -> None:
    """End the mandate of the civil society's representative."""
    stage.on("2019-11-15")
    former = stage.cast.person("ap-cas-nosc")
    root = stage.cast.root("nosc")
    reason = text("La representación del Núcleo es anual", "The Nucleus' representation is yearly")
    stage.say(root, "RepresentativeRevoked", {"appointment": "ap-cas-nosc", "reason": reason})
    stage.say(root, "KeyRevoked", {"key": former.key.key_id, "reason": "superseded"})


def correction(stage: Stage) -> None:
    """Correct an error in an entry of its own."""
    stage.on("2019-12-16")
    correct_date(stage, stage.cast.person("ap-a-sfp"))


def officer(stage: Stage) -> None:
    """Appoint a progress officer."""
    stage.on("2020-01-15")
    appoint(stage, "ap-j-sfp")


def departure(stage: Stage) -> None:
    """Let the officer leave the post, and be refused when it signs on."""
    officer, ministry = stage.cast.person("ap-j-sfp"), stage.cast.root("sfp")
    stage.on("2020-12-01")
    gone = text("Dejó el puesto", "Left the post")
    stage.say(ministry, "RepresentativeRevoked", {"appointment": "ap-j-sfp", "reason": gone})
    stage.say(ministry, "KeyRevoked", {"key": officer.key.key_id, "reason": "ceased_post"})
    stage.on("2020-12-03")
    reduced = scope_act("d-9", baseline_scope() | {"actions": []})["body"]
    stage.try_in_vain(officer, "ScopeChanged", reduced, "E_KEY_REVOKED")


def correct_date(stage: Stage, sfp: Player) -> None:
    """Correct the date on which work started, in a new entry; the old entry does not change."""
    marks = (b'"type":"WorkStarted"', b'"party":"sfp"')
    started = next(done.entry for done in stage.outcomes if all(mark in done.entry.raw for mark in marks))
    correction = {
        "correction": "co-1",
        "field": "occurred_on",
        "kind": "factual",
        "new_value": "2019-03-13",
        "old_digest": digest("2019-03-14"),
        "reason": text("El trabajo empezó un día antes", "Work had started a day earlier"),
        "target": started.leaf_hash.hex(),
    }
    stage.say(sfp, "CorrectionRecorded", correction)
