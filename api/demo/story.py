"""The story, row by row: what is a fact of the source, and what is invented for the demonstration, is marked.

Rows follow the history of the agreement; every invented act is done by a fictional person. The chapters are played
in order by `play`.
"""

from collections.abc import Callable
from typing import Any, Final

from constancia.api.demo.cast import Player, sample, sample_json
from constancia.api.demo.stage import Stage
from constancia.domain.values import digest
from constancia.ledger.keyfiles import founder_object, generate

ORIGIN: Final = "demo.constancia.example/aga-mx-2019"
SOURCE_SHA256: Final = "4850edaf26795e3e628483717b703d40cb62e5f92a92bc5780d9c8a117ba85b0"
PARTIES: Final = ("inai", "nosc", "sfp")
TIMEZONE: Final = "America/Mexico_City"
FACT: Final = "seed_step_invented"


def text(es: str, en: str) -> dict[str, str]:
    """Make a bilingual text."""
    return {"en": en, "es": es}


def document(stage: Stage, data: bytes, title: dict[str, str], lang: str | None = None) -> dict[str, Any]:
    """Keep a document beside the log and cite it by its hash."""
    doc: dict[str, Any] = {
        "media_type": "text/markdown",
        "sha256": stage.ledger.documents.put(data),
        "size": len(data),
        "title": title,
    }
    return doc | ({"lang": lang} if lang else {})


def alternates(stage: Stage) -> list[Player]:
    """Give the three fictional alternates in the order NOSC, INAI, SFP."""
    return [stage.cast.person(name) for name in ("ap-e-nosc", "ap-g-inai", "ap-a-sfp")]


def genesis(stage: Stage) -> None:
    """All three roots sign the genesis."""
    stage.on("2019-03-01")
    founders = stage.cast.parties["founders"]
    roots = [stage.cast.root(one["party"]) for one in founders]
    rules = {
        "abstention": {"rule_source": "product_default", "value": "neutral"},
        "authentic_language": {"rule_source": "product_default", "value": "es"},
        "decision_rule": {"rule_source": "product_default", "value": "unanimity"},
        "paper_attestation_counts": {"rule_source": "product_default", "value": False},
        "response_term_days": {"rule_source": "product_default", "value": 30},
    }
    body = {
        "charter": document(stage, sample("charter.md"), text("Carta del libro", "Charter of the ledger")),
        "demonstration": True,
        "founders": [
            founder_object(one["party"], one["kind"], text(one["es"], one["en"]), root.key)
            for one, root in zip(founders, roots, strict=True)
        ],
        "log_key": stage.ledger.vkey,
        "name": text(
            "Demostración: hoja de ruta sobre vigilancia estatal, México 2019",
            "Demonstration: road map on state surveillance, Mexico 2019",
        ),
        "provenance": "invented",
        "rules": rules,
        "timezone": TIMEZONE,
    }
    stage.open(body, roots)


def identities(stage: Stage) -> None:
    """Parties register; roots appoint and endorse; the secretariat registers the others."""
    for one in stage.cast.parties["founders"]:
        body = {
            "acronym": one["acronym"],
            "kind": one["kind"],
            "legal_name": text(one["es"], one["en"]),
            "party": one["party"],
        }
        stage.say(stage.cast.root(one["party"]), "PartyRegistered", body, provenance=FACT)
    for one in stage.cast.first:
        appoint(stage, one["appointment"])
    secretariat = stage.cast.person("ap-s-inai")
    organizations = stage.cast.parties["organizations"]
    for one in organizations:
        body = {"kind": "civil_society_org", "legal_name": {"es": one["es"]}, "party": one["party"]}
        stage.say(secretariat, "PartyRegistered", body, provenance=FACT)
    for one in organizations:
        body = {"organization": one["party"], "party": "nosc", "since": one["since"]}
        stage.say(stage.cast.root("nosc"), "MemberOrganizationJoined", body, provenance="public")
    for one in stage.cast.parties["names"]:
        stage.say(secretariat, "PartyNameRecorded", one, provenance="seed")


def appoint(stage: Stage, name: str) -> None:
    """A root appoints; the person's key registers itself; the root endorses it."""
    person = stage.cast.person(name)
    one = stage.cast.appointment(name)
    root = stage.cast.root(one["party"])
    limits = {"valid_from": stage.today} | ({"valid_until": one["valid_until"]} if "valid_until" in one else {})
    body = {
        "appointment": name,
        "capacity": one["capacity"],
        "name": one["name"],
        "party": one["party"],
        "person": one["person"],
        "post": text(one["es"], one["en"]),
        "scope": one["scope"],
        **limits,
    }
    stage.say(root, "RepresentativeAppointed", body, provenance=one["provenance"])
    register_key(stage, person, limits)


def register_key(stage: Stage, person: Player, limits: dict[str, str]) -> None:
    """A key presents itself, and the party's root endorses it."""
    party = person.actor["party"]
    body = {"key": person.key.key_id, "party": party, **person.key.material}
    stage.say(person, "KeyRegistered", body | {"appointment": person.actor["appointment"]})
    stage.say(stage.cast.root(party), "KeyEndorsed", {"key": person.key.key_id, **limits})


def history(stage: Stage) -> None:
    """What is older is recorded now, by who records it: the predecessor, the reduction, the withdrawal, the return."""
    nosc, inai, sfp = alternates(stage)
    stage.mode = "historical"
    body = {
        "governance_body": "stt",
        "mandate": text("Coordinar los planes de acción nacionales", "Coordinate the national action plans"),
        "members": list(PARTIES),
        "name": text("Secretariado Técnico Tripartita", "Tripartite Technical Secretariat"),
    }
    stage.each([nosc, inai, sfp], "GovernanceBodyEstablished", body, occurred="2011-12", provenance="public")
    reduction = {
        "alleged_actor": text("Dependencias federales", "Federal agencies"),
        "allegation": "plan-3-scope",
        "description": text(
            "Según el NOSC, se redujo el alcance de compromisos del Tercer Plan de Acción",
            "According to NOSC, the scope of commitments of the Third Action Plan was reduced",
        ),
        "evidence": [
            {
                "description": text("Documento de origen de la hoja de ruta", "Source document of the road map"),
                "sha256": SOURCE_SHA256,
            }
        ],
        "plan": "plan-3",
        "since": "../2017-05",
        "unilateral": True,
    }
    stage.say(nosc, "ScopeReductionReported", reduction, occurred="../2017-05", provenance=FACT)
    withdrawal = {
        "effective": "2017-05",
        "governance_body": "stt",
        "grounds": text(
            "Denuncias de vigilancia presuntamente ilegal y reducción de alcance del Tercer Plan",
            "Complaints of allegedly illegal surveillance, and the Third Plan's scope reduction",
        ),
        "party": "nosc",
    }
    root = stage.cast.root("nosc")
    stage.say(root, "PartyWithdrew", withdrawal, occurred="2017-05", provenance=FACT)
    stage.mode = "live"
    back = {
        "conditions": text(
            "Acordar la hoja de ruta antes de construir el Cuarto Plan",
            "Agree on the road map before the Fourth Plan is built",
        ),
        "effective": "2019-03-01",
        "governance_body": "stt",
        "party": "nosc",
    }
    stage.each([root, inai, sfp], "PartyReturned", back, provenance=FACT)


def committee(stage: Stage) -> None:
    """The Coordination Committee and its rules."""
    body = {
        "governance_body": "cc",
        "mandate": text(
            "Coordinar, dar seguimiento y evaluar los planes de acción",
            "Coordinate, follow up and evaluate action plans",
        ),
        "members": list(PARTIES),
        "name": text("Comité Coordinador", "Coordination Committee"),
        "predecessor": "stt",
    }
    stage.each(alternates(stage), "GovernanceBodyEstablished", body, provenance=FACT)
    adopted = {
        name: {"rule_source": "adopted", "value": value}
        for name, value in (
            ("abstention", "neutral"),
            ("authentic_language", "es"),
            ("decision_rule", "unanimity"),
            ("electronic_signature_clause", True),
        )
    }
    rules = {"governance_body": "cc", "rules": adopted, "version": 1}
    stage.each(alternates(stage), "GovernanceRulesAdopted", rules)


def agreement(stage: Stage) -> None:
    """The text in two languages is frozen and signed by three: in force exactly at the third signature."""
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
    signed = {"agreement": "ag-1", "docset": digest(docset), "version": 1}
    stage.say(stage.cast.person("ap-cas-nosc"), "AgreementSigned", signed, provenance=FACT)
    stage.say(stage.cast.person("ap-alv-inai"), "AgreementSigned", signed, provenance=FACT)
    stage.try_in_vain(stage.cast.person("ap-g-inai"), "AgreementSigned", signed, "E_ALREADY_SIGNED")
    stage.on("2019-03-02")
    signer = stage.cast.person("ap-gon-sfp")
    stage.say(signer, "AgreementSigned", signed, occurred="2019-03-01", provenance=FACT)


def baseline_scope() -> dict[str, Any]:
    """Give the scope of the four activities as agreed."""
    scope: dict[str, Any] = sample_json("scope.json")
    return scope


def decide(stage: Stage, name: str, act: dict[str, Any], question: dict[str, str], votes: dict[str, str]) -> None:
    """Put an act to the vote, vote, and sign where it is adopted."""
    proposer = stage.cast.person("ap-g-inai")
    body = {"act": act, "decision": name, "governance_body": "cc", "question": question}
    stage.say(proposer, "DecisionProposed", body, provenance=act["body"]["provenance"])
    voters = {one.actor["party"]: one for one in alternates(stage)}
    for party, choice in votes.items():
        vote = {"choice": choice, "decision": name, "digest": digest(act)}
        stage.say(voters[party], "VoteCast", vote)
    if set(votes.values()) == {"for"}:
        for voter in voters.values():
            stage.say(voter, "DecisionSigned", {"decision": name, "digest": digest(act)})


def adoption(stage: Stage) -> None:
    """The four activities are adopted as the baseline scope by a decision that is proposed, voted and signed."""
    nosc, inai, _sfp = alternates(stage)
    proposal = {
        "commitment": "rm",
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


def new_party_signer(stage: Stage, appointment: str) -> None:
    """An organization outside the founders gets its root endorsed by a founder, and appoints."""
    one = stage.cast.appointment(appointment)
    party = one["party"]
    other = next(item for item in stage.cast.parties["others"] if item["party"] == party)
    body = {"kind": other["kind"], "legal_name": text(other["es"], other["en"]), "party": party}
    stage.say(stage.cast.person("ap-s-inai"), "PartyRegistered", body)
    root = stage.cast.root(party)
    stage.say(root, "KeyRegistered", {"key": root.key.key_id, "party": party, **root.key.material})
    endorsed = {"key": root.key.key_id, "valid_from": stage.today}
    stage.say(stage.cast.root("inai"), "KeyEndorsed", endorsed)
    appoint(stage, appointment)


def forum(stage: Stage) -> None:
    """Activity 1: work starts, the report is delivered and accepted by all three, progress is reported."""
    _nosc, inai, sfp = alternates(stage)
    stage.on("2019-03-14")
    new_party_signer(stage, "ap-c-consultora")
    new_party_signer(stage, "ap-d-red")
    stage.say(sfp, "WorkStarted", {"commitment": "rm", "milestone": "m1"})
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
    stage.say(stage.cast.person("ap-a-sfp"), "MilestoneCompleted", done)


def rotate(stage: Stage, name: str) -> tuple[Any, Any]:
    """The old key announces the new one, which presents itself and is endorsed; gives both."""
    who = stage.cast.person(name)
    old, new = who.key, generate()
    stage.say(who, "KeyRotated", {"key": old.key_id, "new_key": new.key_id})
    who.key = new
    register_key(stage, who, {"valid_from": stage.today})
    return old, new


def scope_changes(stage: Stage) -> None:
    """A reduction under a mild name is refused; by its name it is voted down; another is decided by all."""
    sfp = stage.cast.person("ap-a-sfp")
    stage.on("2019-07-01")
    without_times = baseline_scope()
    roadmap = next(one for one in without_times["deliverables"] if one["deliverable"] == "d3.2")
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
    without_start["deliverables"] = [one for one in without_start["deliverables"] if one["deliverable"] != "d1.3"]
    question = text("¿Se retira D1.3, que no es un documento?", "Is D1.3, which is no document, removed?")
    act = scope_act("d-3", without_start)
    decide(stage, "d-3", act, question, dict.fromkeys(PARTIES, "for"))
    stage.say(sfp, "ScopeChanged", act["body"])


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


def afterwards(stage: Stage) -> None:
    """A deadline passes; a report is contested; a mandate ends; an error is corrected; an ex-official is refused."""
    sfp, network = stage.cast.person("ap-a-sfp"), stage.cast.person("ap-d-red")
    stage.on("2019-09-10")
    contest = {
        "commitment": "rm",
        "evidence": [],
        "grounds": text("Venció agosto sin ruta de implementación", "August ended without an implementation road map"),
        "own_level": "limited",
        "report": "r-1",
    }
    stage.say(network, "ProgressContested", contest)
    stage.on("2019-11-15")
    former = stage.cast.person("ap-cas-nosc")
    root = stage.cast.root("nosc")
    reason = text("La representación del Núcleo es anual", "The Nucleus' representation is yearly")
    stage.say(root, "RepresentativeRevoked", {"appointment": "ap-cas-nosc", "reason": reason})
    stage.say(root, "KeyRevoked", {"key": former.key.key_id, "reason": "superseded"})
    stage.on("2019-12-16")
    correct_date(stage, sfp)
    stage.on("2020-01-15")
    appoint(stage, "ap-j-sfp")
    officer, ministry = stage.cast.person("ap-j-sfp"), stage.cast.root("sfp")
    stage.on("2020-12-01")
    gone = text("Dejó el puesto", "Left the post")
    stage.say(ministry, "RepresentativeRevoked", {"appointment": "ap-j-sfp", "reason": gone})
    stage.say(ministry, "KeyRevoked", {"key": officer.key.key_id, "reason": "ceased_post"})
    stage.on("2020-12-03")
    reduced = scope_act("d-9", baseline_scope() | {"actions": []})["body"]
    stage.try_in_vain(officer, "ScopeChanged", reduced, "E_KEY_REVOKED")


def correct_date(stage: Stage, sfp: Player) -> None:
    """The date on which work started is corrected beside the entry, which stays as it was."""
    started = next(one for one in stage.said if b'"type":"WorkStarted"' in one.entry and b'"party":"sfp"' in one.entry)
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


CHAPTERS: Final[tuple[Callable[[Stage], None], ...]] = (
    genesis,
    identities,
    history,
    committee,
    agreement,
    adoption,
    forum,
    proposals,
    scope_changes,
    afterwards,
)


def play(stage: Stage, progress: Callable[[int, int, str], None] | None = None) -> None:
    """Play all chapters.

    Args:
        stage: Where.
        progress: Called before each chapter with its number, their count and its name.

    Raises:
        Refusal: An act that the story needs was refused.
        AssertionError: An act that must be refused was not.
    """
    for number, chapter in enumerate(CHAPTERS):
        if progress:
            progress(number, len(CHAPTERS), chapter.__name__)
        chapter(stage)
