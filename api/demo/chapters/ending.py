"""How things end: a refused attempt reported, data cancelled, agreements left, assessments, closures, successions."""

from typing import Any, Final

from constancia.api.demo.chapters.planning import decided
from constancia.api.demo.chapters.working import new_party_signer
from constancia.api.demo.props import PUBLIC_FACT, alternates, document, sample_document, sha256_of, text
from constancia.api.demo.stage import Stage
from constancia.domain.identity.succession import open_duties
from constancia.domain.values.values import digest

ATTEMPT: Final = "intento-2020"


def reported(stage: Stage) -> None:
    """Report the refused attempt as an allegation."""
    stage.on("2020-12-04")
    alleged = {
        "accused": ["sfp"],
        "alleged_actor": text("Una persona que dejó el puesto (ficticia)", "A person who left the post (fictional)"),
        "allegation": ATTEMPT,
        "commitment": "rm",
        "description": text("Intentó firmar sola un alcance reducido", "Tried to sign a reduced scope alone"),
        "evidence": [{"description": text("Intento rechazado", "Refused attempt"), "sha256": stage.attempted}],
        "kind": "scope_reduction",
        "since": "2020-12-03",
        "unilateral": True,
    }
    stage.say(stage.cast.person("ap-e-nosc"), "AllegationMade", alleged)


def data(stage: Stage) -> None:
    """Ask to cancel a name that an official signed with, and deny it with the reason."""
    clerk = stage.cast.person("ap-s-inai")
    stage.on("2021-01-18")
    asked = {
        "cancellation": "x-1",
        "items": [{"entry": stage.leaf_of("RepresentativeAppointed", "ap-a-sfp"), "field": "body.name"}],
        "received_on": "2021-01-18",
        "request": "sha256:" + sha256_of("Solicitud sobre el nombre de una persona servidora pública"),
    }
    stage.say(clerk, "CancellationRequested", asked)
    stage.on("2021-01-20")
    denied = {
        "cancellation": "x-1",
        "documents": [],
        "ground": "public_function",
        "legal_basis": text("Función pública", "Public function"),
        "reasons": text("Es el nombre de quien firmó en su cargo", "It is the name of who signed in office"),
        "remedy": text("Recurso de revisión", "Appeal for review"),
        "to": "denied",
    }
    stage.say(stage.cast.person("ap-a-sfp"), "CancellationDecided", denied)


def side_agreement(stage: Stage) -> None:
    """NOSC and the Academia agree on something else; the Academia leaves it, and it ends."""
    nosc, academic = stage.cast.person("ap-e-nosc"), stage.cast.person("ap-b-academia")
    stage.on("2021-03-01")
    title = text("Acuerdo de datos de la demostración", "Data agreement of the demonstration")
    docset = {"authentic": "es", "documents": [document(stage, b"# Acuerdo inventado\n", title, "es")]}
    parties = ["academia", "nosc"]
    draft = {"agreement": "ag-2", "docset": docset, "parties": parties, "title": title, "version": 1}
    stage.say(nosc, "AgreementDrafted", draft)
    frozen = {"agreement": "ag-2", "docset": digest(docset), "required": parties, "version": 1}
    stage.say(nosc, "AgreementTextFrozen", frozen)
    signed = {"agreement": "ag-2", "docset": digest(docset), "version": 1}
    stage.each([nosc, academic], "AgreementSigned", signed)
    stage.on("2021-04-05")
    left = {
        "agreement": "ag-2",
        "effective": "2021-04-05",
        "reasons": text("Cambio de prioridades", "Change of priorities"),
    }
    stage.say(academic, "AgreementPartyWithdrew", left)


def assessments(stage: Stage) -> None:
    """Independent findings on the plan: a track of their own."""
    assessor = stage.cast.person("ap-v-evaluadora")
    stage.on("2021-06-07")
    results = {
        "assessment": "as-1",
        "period": "2019/2020",
        "plan": "plan-4",
        "report": sample_document(stage, "Informe de diseño", "Design report"),
        "values": [{"scale": "irm-process", "value": "not_contrary"}],
    }
    stage.say(assessor, "AssessmentPublished", results)
    read = {"remark": text("Se toma nota", "It is noted"), "target": stage.leaf_of("AssessmentPublished")}
    stage.say(stage.cast.person("ap-a-sfp"), "EntryAcknowledged", read)


def results(stage: Stage) -> None:
    """Independent findings on a commitment, next to what its responsible say and what others contest."""
    assessor = stage.cast.person("ap-v-evaluadora")
    stage.on("2021-08-31")
    findings = {
        "assessment": "as-2",
        "commitment": "p4-1",
        "period": "2019/2021",
        "report": sample_document(stage, "Informe de resultados", "Results report"),
        "values": [
            {"scale": "irm-completion", "value": "no_evidence_available"},
            {"scale": "irm-early-results", "value": "did_not_change"},
        ],
    }
    stage.say(assessor, "AssessmentPublished", findings)


def leave(stage: Stage) -> None:
    """End a membership of the working group, some months before the group itself."""
    stage.on("2021-04-12")
    left = {
        "organization": "universidad-demo",
        "party": "grupo-demo",
        "reason": text("Terminó su proyecto (inventado)", "Its project ended (invented)"),
        "until": "2021-04-12",
    }
    stage.say(stage.cast.root("grupo-demo"), "MemberOrganizationLeft", left)


def endings(stage: Stage) -> None:
    """End the working group; withdraw a commitment; close the road map and the Third Plan."""
    stage.on("2021-09-01")
    minutes = sample_document(stage, "Acta de cierre del grupo", "Closing minutes of the group")
    ended = dissolution(stage, "grupo-demo", "2021-09-01", minutes)
    stage.each([stage.cast.person("ap-w-grupo"), *alternates(stage)], "PartySucceeded", ended)
    stage.on("2021-09-02")
    decided(stage, "d-14", "p4-2", {"reasons": text("Sin recursos", "No resources"), "to": "withdrawn"})
    decided(
        stage,
        "d-15",
        "rm",
        {"outcome": "partially", "reasons": text("Faltó el seguimiento", "The follow-up was missing"), "to": "closed"},
    )
    stage.each(alternates(stage), "ActionPlanClosed", {"outcome": "not_completed", "plan": "plan-3"})


def dissolution(stage: Stage, party: str, effective: str, minutes: dict[str, Any]) -> dict[str, Any]:
    """Give the body by which a party is dissolved: what it bore is orphaned."""
    return {
        "documents": [minutes],
        "effective": effective,
        "independence_changed": False,
        "mode": "dissolved",
        "orphaned": sorted(open_duties(stage.ledger.state(), party)),
        "party": party,
        "successors": [],
        "transfers": [],
    }


def successions(stage: Stage) -> None:
    """Epilogue: the ministry is renamed; every open duty passes to its successor, none is lost."""
    stage.on("2025-01-02")
    new_party_signer(stage, "ap-x-sabg")
    renamed = {
        "documents": [sample_document(stage, "Decreto de la reforma, resumen", "Decree of the reform, summary")],
        "effective": "2025-01-01",
        "independence_changed": False,
        "mode": "renamed",
        "orphaned": [],
        "party": "sfp",
        "successors": ["sabg"],
        "transfers": [{"duty": duty, "successor": "sabg"} for duty in sorted(open_duties(stage.ledger.state(), "sfp"))],
    }
    nosc, inai, sfp = alternates(stage)
    stage.each([sfp, stage.cast.person("ap-x-sabg"), nosc, inai], "PartySucceeded", renamed, provenance=PUBLIC_FACT)
    vote = {"choice": "for", "decision": "d-15", "digest": "sha256:" + "00" * 32}
    stage.try_in_vain(sfp, "VoteCast", vote, "E_PARTY_SUCCEEDED")


def consultancy(stage: Stage) -> None:
    """Dissolve the consultancy: it can't speak any more, so the founders say it."""
    stage.on("2021-05-17")
    minutes = sample_document(stage, "Acta de disolución", "Minutes of dissolution")
    dissolved = dissolution(stage, "consultora-demo", "2021-04-30", minutes)
    stage.each(alternates(stage), "PartySucceeded", dissolved)


def transparency(stage: Stage) -> None:
    """Epilogue: the autonomous body's functions go to two others; its liaison duty is mapped, the rest orphaned."""
    nosc, inai, _sfp = alternates(stage)
    stage.on("2025-03-21")
    new_party_signer(stage, "ap-y-tpp")
    borne = open_duties(stage.ledger.state(), "inai")
    ended = {
        "documents": [sample_document(stage, "Leyes publicadas en marzo de 2025, resumen", "Laws, summary")],
        "effective": "2025-03-21",
        "independence_changed": True,
        "mode": "functions_transferred",
        "orphaned": sorted(borne - {"duty/o3"}),
        "party": "inai",
        "successors": ["sabg", "tpp"],
        "transfers": [{"duty": "duty/o3", "successor": "sabg"}],
    }
    speakers = [inai, stage.cast.person("ap-x-sabg"), stage.cast.person("ap-y-tpp"), nosc]
    stage.each(speakers, "PartySucceeded", ended, provenance=PUBLIC_FACT)
    stage.on("2025-03-22")
    vote = {"choice": "for", "decision": "d-15", "digest": "sha256:" + "00" * 32}
    stage.try_in_vain(inai, "VoteCast", vote, "E_PARTY_SUCCEEDED")
