"""The agreement of 1 March 2019 and the adoption of its four activities."""

from constancia.api.demo.cast import sample
from constancia.api.demo.props import FACT, PARTIES, alternates, baseline_scope, document, text
from constancia.api.demo.stage import Stage
from constancia.domain.values.values import digest


def agreement(stage: Stage) -> None:
    """Freeze the bilingual text and sign it by all three: it is in force exactly at the third signature."""
    frozen_text(stage)
    two_signatures(stage)
    third_signature(stage)


def frozen_text(stage: Stage) -> None:
    """Draft the bilingual text, and freeze it for the three parties."""
    secretariat = stage.cast.person("ap-s-inai")
    title = text("Hoja de ruta sobre la vigilancia estatal ilegal", "Road map on illegal state surveillance")
    docset = {
        "authentic": "es",
        "documents": [
            document(stage, sample("agreement.es.md"), title, "es"),
            document(stage, sample("agreement.en.md"), title, "en"),
        ],
    }
    parties = list(PARTIES)
    draft = {"agreement": "ag-1", "docset": docset, "parties": parties, "title": title, "version": 1}
    stage.say(secretariat, "AgreementDrafted", draft, provenance=FACT)
    frozen = {"agreement": "ag-1", "docset": digest(docset), "required": parties, "version": 1}
    stage.say(secretariat, "AgreementTextFrozen", frozen, provenance=FACT)
    stage.frozen["ag-1"] = digest(docset)


def two_signatures(stage: Stage) -> None:
    """Sign it by two of three: it is not in force, and nobody signs twice for a party."""
    signed = {"agreement": "ag-1", "docset": stage.frozen["ag-1"], "version": 1}
    stage.say(stage.cast.person("ap-cas-nosc"), "AgreementSigned", signed, provenance=FACT)
    stage.say(stage.cast.person("ap-alv-inai"), "AgreementSigned", signed, provenance=FACT)
    stage.try_in_vain(stage.cast.person("ap-g-inai"), "AgreementSigned", signed, "E_ALREADY_SIGNED")


def third_signature(stage: Stage) -> None:
    """Sign it by the third party: it is in force."""
    signed = {"agreement": "ag-1", "docset": stage.frozen["ag-1"], "version": 1}
    stage.on("2019-03-02")
    signer = stage.cast.person("ap-gon-sfp")
    stage.say(signer, "AgreementSigned", signed, occurred="2019-03-01", provenance=FACT)


def adoption(stage: Stage) -> None:
    """Adopt the four activities as the baseline scope by a decision: proposed, voted and signed."""
    nosc, inai, _sfp = alternates(stage)
    proposal = {
        "commitment": "rm",
        "governance_body": "cc",
        "objective": text(
            "Prevenir y controlar la vigilancia estatal ilegal", "Prevent and control illegal state surveillance"
        ),
        "problem": text(
            "Vigilancia estatal sin controles democráticos", "State surveillance without democratic controls"
        ),
        "title": text("Hoja de ruta: cuatro actividades", "Road map: four activities"),
    }
    stage.say(nosc, "CommitmentProposed", proposal, provenance=FACT)
    adopted = {"commitment": "rm", "decision": "d-1", "provenance": FACT, "scope": baseline_scope()}
    act = {"body": adopted, "stream": "commitment/rm", "type": "CommitmentAdopted"}
    question = text("¿Se adoptan las cuatro actividades?", "Are the four activities adopted?")
    body = {"act": act, "decision": "d-1", "governance_body": "cc", "question": question}
    stage.say(inai, "DecisionProposed", body)
    vote = {"choice": "for", "decision": "d-1", "digest": digest(act)}
    stage.try_in_vain(stage.cast.person("ap-s-inai"), "VoteCast", vote, "E_ROLE")
    stage.each(alternates(stage), "VoteCast", vote)
    stage.each(alternates(stage), "DecisionSigned", {"decision": "d-1", "digest": digest(act)})
    stage.say(inai, "CommitmentAdopted", adopted, occurred="2019-03-01", provenance=FACT)
