"""The Fourth Plan: commitments adopted or not, carried in, submitted late; work, a suspect key, a complaint."""

from collections.abc import Callable
from typing import Any, Final

from constancia.api.demo.chapters.changing import decide
from constancia.api.demo.chapters.founding import register_key
from constancia.api.demo.chapters.working import new_party_signer
from constancia.api.demo.props import PARTIES, PUBLIC_FACT, alternates, document, sample_document, sha256_of, text
from constancia.api.demo.stage import Stage
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.values.values import digest
from constancia.ledger.keys.key_file import generate

_QUESTIONS: Final[dict[str, Callable[[tuple[str, str]], tuple[str, str]]]] = {
    "rejected": lambda of: (f"¿Se deja fuera {of[0]}?", f"Is {of[1]} left out?"),
    "suspended": lambda of: (f"¿Se suspende {of[0]}?", f"Is {of[1]} suspended?"),
    "resumed": lambda of: (f"¿Se retoma {of[0]}?", f"Is {of[1]} resumed?"),
    "withdrawn": lambda of: (f"¿Se retira {of[0]}?", f"Is {of[1]} withdrawn?"),
    "closed": lambda of: (f"¿Se cierra {of[0]}?", f"Is {of[1]} closed?"),
}
FOR = dict.fromkeys(PARTIES, "for")
OBJECTIVE = text("Que ninguna intervención ocurra sin control judicial", "No intervention without judicial control")


def answer(stage: Stage) -> None:
    """INAI answers the contest; the working group delivers again, forty-five days after the date agreed."""
    _nosc, inai, _sfp = alternates(stage)
    stage.on("2019-09-20")
    report = stage.leaf_of("ProgressReported")
    answered = {
        "answers": ["i-1"],
        "response": text(
            "Falta la ruta: la entrega el grupo de trabajo", "The road map is missing: the working group delivers it"
        ),
        "target": report,
    }
    stage.say(inai, "ResponseGiven", answered)
    stage.on("2019-10-15")
    worker = stage.cast.person("ap-w-grupo")
    title = text("Documento final de recomendaciones", "Final document of recommendations")
    second = document(stage, "# Documento final, versión 2, con actores\n\nInventado.\n".encode(), title, "es")
    revised = {
        "answers": [],
        "changes": text("Nombra a los actores", "It names the actors"),
        "commitment": "rm",
        "deliverable": "d3.1",
        "document": second,
        "version": 2,
    }
    stage.say(worker, "DeliverableRevised", revised)
    route = sample_document(stage, "Ruta de implementación", "Implementation road map")
    delivered = {"commitment": "rm", "deliverable": "d3.2", "document": route, "version": 1}
    stage.say(worker, "DeliverableSubmitted", delivered)
    stage.on("2019-11-04")
    for name, version in (("d3.1", 2), ("d3.2", 1)):
        accepted = {"commitment": "rm", "deliverable": name, "version": version}
        stage.each(alternates(stage), "DeliverableAccepted", accepted)


def commitments(stage: Stage) -> None:
    """Three proposals for the Fourth Plan: two are adopted, one is not and gets its reasons."""
    nosc, inai, sfp = alternates(stage)
    network = stage.cast.person("ap-d-red")
    stage.on("2019-11-18")
    for who, name, es, en in (
        (nosc, "p4-1", "Intervención de comunicaciones privadas", "Intervention of private communications"),
        (sfp, "p4-2", "Datos abiertos de la demostración", "Open data of the demonstration"),
        (network, "p4-3", "Propuesta ciudadana de la demostración", "Citizens' proposal of the demonstration"),
    ):
        proposed = {
            "commitment": name,
            "governance_body": "cc",
            "objective": OBJECTIVE,
            "problem": text("Falta de controles", "Lack of controls"),
            "title": text(es, en),
        }
        stage.say(who, "CommitmentProposed", proposed)
    stage.on("2019-11-25")
    # The decision on the first one is what the road map's D3.3 asks for.
    fulfils = {"commitment": "rm", "deliverable": "d3.3"}
    for name, decision in (("p4-1", "d-5"), ("p4-2", "d-6")):
        adopted = {"commitment": name, "decision": decision, "provenance": "invented", "scope": scope_of(name)}
        act: dict[str, Any] = {"body": adopted, "stream": f"commitment/{name}", "type": "CommitmentAdopted"}
        if name == "p4-1":
            act["fulfils"] = fulfils
        of = _title_of(stage, name)
        decide(stage, decision, act, text(f"¿Se adopta {of[0]}?", f"Is {of[1]} adopted?"), FOR)
        stage.say(inai, "CommitmentAdopted", adopted)
    decided(stage, "d-7", "p4-3", {"to": "rejected", "reasons": text("Queda fuera del plan", "It is outside the plan")})
    stage.on("2019-11-26")
    answered = {
        "commitment": "p4-3",
        "response": "rr-2",
        "themes": [
            {
                "outcome": "not_included",
                "reasons": text("Corresponde a otro poder", "It belongs to another branch of government"),
                "theme": "t1",
                "title": text("La propuesta", "The proposal"),
            }
        ],
    }
    stage.say(inai, "ReasonedResponsePublished", answered)


def scope_of(name: str) -> dict[str, Any]:
    """Give the scope of a commitment of the Fourth Plan, with an indicator and its target."""
    return {
        "actions": [],
        "deliverables": [
            {
                "deliverable": f"{name[-1]}a",
                "form": "document",
                "milestone": "m1",
                "title": text("Protocolo publicado", "Published protocol"),
            }
        ],
        "indicators": [
            {
                "baseline": "0",
                "direction": "higher",
                "indicator": "i1",
                "target": "32",
                "title": text("Autoridades que lo publican", "Authorities that publish it"),
                "unit": "autoridades",
            }
        ],
        "milestones": [
            {
                "lead": ["sfp"],
                "milestone": "m1",
                "objective": OBJECTIVE,
                "title": text("Protocolo", "Protocol"),
                "window": "2020/2021-08-31",
            }
        ],
    }


def _title_of(stage: Stage, name: str) -> tuple[str, str]:
    """Give a commitment's title between quotation marks, in Spanish and in English, for a question about it."""
    commitment = next(item for item in stage.ledger.state().of(Commitment) if item.commitment == name)
    title = commitment.title.to_json()
    return f"“{title['es']}”", f"“{title['en']}”"


def decided(stage: Stage, decision: str, commitment: str, change: dict[str, Any]) -> None:
    """Decide a commitment's status, signed by all, and record it."""
    body = {"commitment": commitment, "decision": decision, "provenance": "invented", **change}
    act = {"body": body, "stream": f"commitment/{commitment}", "type": "CommitmentStatusDecided"}
    decide(stage, decision, act, text(*_QUESTIONS[change["to"]](_title_of(stage, commitment))), FOR)
    stage.say(stage.cast.person("ap-a-sfp"), "CommitmentStatusDecided", body)


def plans_filled(stage: Stage) -> None:
    """Carry the commitments into the plan, and submit it a hundred and one days late."""
    sfp = stage.cast.person("ap-a-sfp")
    stage.on("2019-11-28")
    for name, decision, origin in (("p4-1", "d-8", "roadmap"), ("p4-2", "d-10", "proactive")):
        carried = {
            "commitment": name,
            "decision": decision,
            "origin": origin,
            "plan": "plan-4",
            "provenance": "invented",
            "scope_digest": digest(scope_of(name)),
            "scope_version": 1,
        }
        act = {"body": carried, "stream": "plan/plan-4", "type": "CommitmentCarriedIntoPlan"}
        of = _title_of(stage, name)
        decide(
            stage, decision, act, text(f"¿Entra {of[0]} al Cuarto Plan?", f"Does {of[1]} enter the Fourth Plan?"), FOR
        )
        stage.say(sfp, "CommitmentCarriedIntoPlan", carried)
    stage.on("2019-12-10")
    new_party_signer(stage, "ap-v-evaluadora")
    submitted = {
        "document": sample_document(stage, "Cuarto Plan de Acción", "Fourth Action Plan"),
        "on": "2019-12-10",
        "plan": "plan-4",
        "submitted_to": "ogp",
        "version": 1,
    }
    stage.say(sfp, "ActionPlanSubmitted", submitted, provenance=PUBLIC_FACT)


def work(stage: Stage) -> None:
    """Work on the first commitment begins, and is reported."""
    officer = stage.cast.person("ap-j-sfp")
    stage.on("2020-02-03")
    stage.say(officer, "WorkStarted", {"commitment": "p4-1", "milestone": "m1"})
    stage.say(officer, "ProgressReported", report_of("r-2", "limited", "2020-02", []))


def report_of(name: str, level: str, period: str, evidence: list[dict[str, Any]]) -> dict[str, Any]:
    """Give a report of progress on the first commitment of the plan."""
    return {
        "commitment": "p4-1",
        "evidence": evidence,
        "level": level,
        "narrative": text("Avance del protocolo", "Progress of the protocol"),
        "period": period,
        "report": name,
    }


def pandemic(stage: Stage) -> None:
    """Terms are suspended by a legal act and run again; the plan is extended by decision; a commitment is suspended."""
    sfp = stage.cast.person("ap-a-sfp")
    basis = sample_document(stage, "Acuerdo de suspensión de plazos", "Suspension of terms")
    halted = {"answers": "complaints", "basis": basis, "deadline": "answers", "from_day": "2020-03-24", "move": "mv-1"}
    stage.on("2020-03-24")
    stage.say(sfp, "DeadlineMoved", halted | {"kind": "suspended"})
    stage.on("2020-05-04")
    stage.say(sfp, "DeadlineMoved", halted | {"kind": "resumed", "to_day": "2020-05-03"})
    stage.on("2020-06-15")
    extended = {
        "basis": sample_document(stage, "Resolución sobre los planes en 2020", "Resolution on plans in 2020"),
        "deadline": "plan_end",
        "decision": "d-11",
        "from_day": "2021-08-31",
        "kind": "extended",
        "move": "mv-2",
        "plan": "plan-4",
        "provenance": "invented",
        "to_day": "2022-08-31",
    }
    act = {"body": extended, "stream": "deadline/mv-2", "type": "DeadlineMoved"}
    decide(stage, "d-11", act, text("¿Se extiende el plan?", "Is the plan extended?"), FOR)
    stage.say(sfp, "DeadlineMoved", extended)
    decided(stage, "d-12", "p4-2", {"reasons": text("Pandemia", "Pandemic"), "to": "suspended"})


def suspicion(stage: Stage) -> None:
    """Declare a key compromised: what it signed is suspect until its party affirms it; contest the report."""
    officer, ministry = stage.cast.person("ap-j-sfp"), stage.cast.root("sfp")
    stage.on("2020-07-25")
    draft = sample_document(stage, "Borrador del protocolo", "Draft protocol")
    evidence = [{"description": text("Borrador del protocolo", "Draft protocol"), "sha256": draft["sha256"]}]
    stage.say(officer, "ProgressReported", report_of("r-3", "substantial", "2020-07", evidence))
    target = stage.leaf_of("ProgressReported")
    stage.on("2020-08-03")
    lost = {"compromised_since": "2020-07-20", "key": officer.key.key_id}
    stage.say(ministry, "KeyCompromised", lost)
    former, officer.key = officer.key, generate()
    register_key(stage, officer, {"valid_from": stage.today})
    stage.on("2020-08-05")
    stage.say(officer, "SignatureReaffirmed", {"key": former.key_id, "target": target, "verdict": "affirmed"})
    stage.on("2020-08-10")
    contested = {
        "contest": "i-2",
        "evidence": [],
        "grounds": text("La evidencia es sólo un borrador", "The evidence is only a draft"),
        "own_level": "limited",
        "target": target,
    }
    stage.say(stage.cast.person("ap-e-nosc"), "EntryContested", contested)


def complaints(stage: Stage) -> None:
    """Take in a protected complaint without its text; a seat that is not accused admits it; answer it late."""
    nosc, inai, sfp = alternates(stage)
    stage.on("2020-09-10")
    filed = {
        "against": ["sfp"],
        "complaint": "q-1",
        "digest": "sha256:" + sha256_of("Queja protegida"),
        "kind": "complaint",
        "protected": True,
        "subject": "commitment/p4-1",
    }
    stage.say(nosc, "ComplaintFiled", filed, occurred="2020-08")
    target = stage.leaf_of("ComplaintFiled")
    trying = {"complaint": "q-1", "reasons": text("No procede", "It is not admissible")}
    stage.on("2020-09-12")
    stage.say(inai, "ComplaintAdmitted", trying | {"reasons": text("Trata de un compromiso", "It is on a commitment")})
    stage.on("2020-10-25")
    answered = {"response": text("Se publicará la evidencia", "The evidence will be published"), "target": target}
    stage.say(sfp, "ResponseGiven", answered)
    stage.on("2020-11-05")
    resolved = {
        "complaint": "q-1",
        "outcome": "partly",
        "reasons": text("Falta publicar la evidencia", "The evidence is still to be published"),
        "remedies": ["commitment/p4-1"],
    }
    stage.say(inai, "ComplaintResolved", resolved)
    stage.on("2020-11-16")
    decided(stage, "d-13", "p4-2", {"reasons": text("Se retoma el trabajo", "Work is resumed"), "to": "resumed"})
