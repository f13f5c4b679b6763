"""What changes while the agreement lasts: representatives, scope, text; letters to others; a text that lapses."""

from typing import Any

from constancia.api.demo.cast import sample
from constancia.api.demo.chapters.changing import decide
from constancia.api.demo.chapters.founding import appoint
from constancia.api.demo.chapters.planning import FOR, report_of
from constancia.api.demo.chapters.working import give_root, register_other
from constancia.api.demo.props import PUBLIC_FACT, alternates, document, text
from constancia.api.demo.stage import Stage
from constancia.domain.values.values import digest


def letter(stage: Stage) -> None:
    """Record the letter of concern of July 2018, and the government's answer to it, with the date of one source."""
    nosc, _inai, sfp = alternates(stage)
    register_other(stage, "ogp")
    filed = {
        "against": [],
        "complaint": "carta-2018",
        "kind": "concern",
        "protected": False,
        "text": text(
            "Carta de preocupación de diez organizaciones a la Alianza para el Gobierno Abierto",
            "Letter of concern of ten organizations to the Open Government Partnership",
        ),
    }
    stage.say(nosc, "ComplaintFiled", filed, occurred="2018-07-16", provenance="public")
    taken_up = filed | {
        "addressed_to": "ogp",
        "complaint": "caso-2018",
        "continues": "carta-2018",
        "text": text(
            "Caso ante la Política de Respuesta de la Alianza", "Case under the Partnership's Response Policy"
        ),
    }
    stage.say(nosc, "ComplaintFiled", taken_up, occurred="2018-07-16", provenance="public")
    title = text("Respuesta del gobierno a la Alianza", "The government's answer to the Partnership")
    words = "# Respuesta del gobierno\n\nLa demostración no reproduce su texto; registra que existe y su fecha.\n"
    answered = {
        "about": "complaint/caso-2018",
        "docset": {"authentic": "es", "documents": [document(stage, words.encode(), title, "es")]},
        "kind": "declaration",
        "parties": ["sfp"],
        "statement": "respuesta-2018",
        "title": title,
    }
    stage.say(sfp, "StatementPublished", answered, occurred="2018-11-30", provenance="public")


def case_closed(stage: Stage) -> None:
    """Close the case that was taken up with the Partnership: who it was addressed to decides."""
    stage.on("2019-12-12")
    give_root(stage, "ogp")
    appoint(stage, "ap-o-ogp")
    partnership = stage.cast.person("ap-o-ogp")
    admitted = {
        "complaint": "caso-2018",
        "reasons": text("El gobierno había respondido", "The government had answered"),
    }
    stage.say(partnership, "ComplaintAdmitted", admitted)
    closed = {
        "complaint": "caso-2018",
        "outcome": "settled",
        "reasons": text(
            "La Alianza cerró el caso; la demostración no reproduce sus motivos",
            "The Partnership closed the case; the demonstration does not reproduce its reasons",
        ),
    }
    stage.say(partnership, "ComplaintResolved", closed, provenance=PUBLIC_FACT)


def other_date(stage: Stage) -> None:
    """Correct the date of that answer: another official source has another day; both stay readable."""
    corrected = {
        "correction": "co-2",
        "field": "occurred_on",
        "kind": "factual",
        "new_value": "2018-11-20",
        "old_digest": digest("2018-11-30"),
        "reason": text("Otra fuente oficial da otro día", "Another official source has another day"),
        "target": stage.leaf_of("StatementPublished", "respuesta-2018"),
    }
    stage.say(stage.cast.person("ap-a-sfp"), "CorrectionRecorded", corrected)


def validation(stage: Stage) -> None:
    """Extend the scope: the validation sessions that only the Spanish text has count in both languages."""
    version, scope = stage.scope_of("rm")
    action = next(item for item in scope["actions"] if item["action"] == "a3.1")
    action["text"]["en"] = "Hold validation sessions of the implementation road map"
    route = next(item for item in scope["deliverables"] if item["deliverable"] == "d3.2")
    route["contents"] = sorted([*route["contents"], "validation"])
    stage.on("2019-07-12")
    question = text("¿Valen las sesiones en los dos idiomas?", "Do the sessions count in both languages?")
    _change(stage, "d-16", (version, scope), "extension", question)


def deferral(stage: Stage) -> None:
    """Move activity 3 by three months: it is computed as a deferral, and the first window stays readable."""
    version, scope = stage.scope_of("rm")
    next(item for item in scope["milestones"] if item["milestone"] == "m3")["window"] = "2019-06/2019-11"
    _change(stage, "d-17", (version, scope), "deferral", text("¿Se aplaza la actividad 3?", "Is activity 3 deferred?"))


def _change(
    stage: Stage, decision: str, change: tuple[int, dict[str, Any]], kind: str, question: dict[str, str]
) -> None:
    version, scope = change
    body = {
        "commitment": "rm",
        "decision": decision,
        "declared_kind": kind,
        "from_version": version,
        "provenance": "invented",
        "scope": scope,
    }
    decide(stage, decision, {"body": body, "stream": "commitment/rm", "type": "ScopeChanged"}, question, FOR)
    stage.say(stage.cast.person("ap-a-sfp"), "ScopeChanged", body)


def route_done(stage: Stage) -> None:
    """Report activity 3 complete, with the road map accepted and the actions for the plan decided."""
    [route] = stage.documents_of(stage.leaf_of("DeliverableSubmitted", '"deliverable":"d3.2"'))
    evidence = [{"description": text("Ruta de implementación", "Implementation road map"), "sha256": route}]
    done = {"commitment": "rm", "evidence": evidence, "milestone": "m3"}
    stage.say(stage.cast.person("ap-w-grupo"), "MilestoneCompleted", done)


def mandate(stage: Stage) -> None:
    """Appoint the civil society's next representative and co-representative, each from an organization."""
    for name in ("ap-eli-nosc", "ap-cor-nosc"):
        appoint(stage, name)


def officer_to_be(stage: Stage) -> None:
    """Appoint a progress officer from February on, who is refused in January."""
    stage.on("2020-01-15")
    appoint(stage, "ap-j-sfp", since="2020-02-01")
    stage.on("2020-01-20")
    early = report_of("r-0", "limited", "2020-01", [])
    stage.try_in_vain(stage.cast.person("ap-j-sfp"), "ProgressReported", early, "E_APPOINTMENT_NOT_IN_FORCE")


def amendment(stage: Stage) -> None:
    """Amend the agreement: its condition names the members in English too. It replaces the first text when all sign."""
    former = "the participants carry these activities out"
    english = sample("agreement.en.md").decode()
    if former not in english:
        raise AssertionError("the agreement's English text has another condition")
    english = english.replace(former, "its members carry these activities out")
    title = text("Hoja de ruta sobre la vigilancia estatal ilegal", "Road map on illegal state surveillance")
    docset = {
        "authentic": "es",
        "documents": [
            document(stage, sample("agreement.es.md"), title, "es"),
            document(stage, english.encode(), title, "en"),
        ],
    }
    clerk, parties = stage.cast.person("ap-s-inai"), ["inai", "nosc", "sfp"]
    stage.on("2020-03-02")
    draft = {"agreement": "ag-1", "docset": docset, "parties": parties, "title": title, "version": 2}
    stage.say(clerk, "AgreementDrafted", draft)
    frozen = {"agreement": "ag-1", "docset": digest(docset), "required": parties, "version": 2}
    stage.say(clerk, "AgreementTextFrozen", frozen)
    signed = {"agreement": "ag-1", "docset": digest(docset), "version": 2}
    stage.each(alternates(stage), "AgreementSigned", signed)


def lapse(stage: Stage) -> None:
    """Freeze a side agreement with thirty days to sign; one of two signs, and it lapses without any act."""
    nosc, _inai, _sfp = alternates(stage)
    stage.on("2020-03-09")
    title = text("Datos abiertos del presupuesto (demostración)", "Open budget data (demonstration)")
    docset = {"authentic": "es", "documents": [document(stage, b"# Acuerdo lateral inventado\n", title, "es")]}
    parties = ["academia", "nosc"]
    draft = {"agreement": "sa-1", "docset": docset, "parties": parties, "title": title, "version": 1}
    stage.say(nosc, "AgreementDrafted", draft)
    frozen = {"agreement": "sa-1", "docset": digest(docset), "required": parties, "version": 1}
    stage.say(nosc, "AgreementTextFrozen", frozen | {"window": "2020-03-09/2020-04-08"})
    stage.say(nosc, "AgreementSigned", {"agreement": "sa-1", "docset": digest(docset), "version": 1})


def dismissal(stage: Stage) -> None:
    """Dismiss a complaint about something outside the process, with reasons, by a seat that is not accused."""
    stage.on("2020-09-01")
    filed = {
        "against": ["sfp"],
        "complaint": "q-2",
        "governance_body": "cc",
        "kind": "complaint",
        "protected": False,
        "text": text("Trámite ajeno al proceso (inventado)", "A matter outside the process (invented)"),
    }
    stage.say(stage.cast.person("ap-d-red"), "ComplaintFiled", filed)
    stage.on("2020-09-07")
    dismissed = {
        "complaint": "q-2",
        "outcome": "dismissed",
        "reasons": text("No trata del proceso", "It is not about the process"),
    }
    stage.say(stage.cast.person("ap-b-academia"), "ComplaintResolved", dismissed)


def second_letter(stage: Stage) -> None:
    """Record the letter of January 2021 on the probable disappearance of INAI."""
    stage.on("2021-01-21")
    filed = {
        "addressed_to": "ogp",
        "against": [],
        "complaint": "carta-2021",
        "governance_body": "cc",
        "kind": "concern",
        "protected": False,
        "text": text("Carta sobre la probable desaparición del INAI", "Letter on the probable disappearance of INAI"),
    }
    stage.say(stage.cast.person("ap-e-nosc"), "ComplaintFiled", filed, provenance="public")


def later_contest(stage: Stage) -> None:
    """Contest the report on the first commitment again, a year later."""
    stage.on("2021-07-20")
    contested = {
        "contest": "i-3",
        "evidence": [],
        "grounds": text("El protocolo no se aplica (inventado)", "The protocol is not applied (invented)"),
        "own_level": "limited",
        "target": stage.leaf_of("ProgressReported", '"report":"r-3"'),
    }
    stage.say(stage.cast.person("ap-e-nosc"), "EntryContested", contested)
