"""The ledger's opening: genesis, identities and keys, what is older, and the Coordination Committee."""

from constancia.api.demo.cast import Player, sample
from constancia.api.demo.props import FACT, PARTIES, SOURCE_SHA256, TIMEZONE, alternates, document, text
from constancia.api.demo.stage import Stage
from constancia.domain.values.editions import NEWEST
from constancia.ledger.keys.key_file import founder_object


def genesis(stage: Stage) -> None:
    """Sign the genesis with all three roots."""
    stage.on("2019-03-01")
    founders = stage.cast.parties["founders"]
    roots = [stage.cast.root(founder["party"]) for founder in founders]
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
        "edition": NEWEST,
        "founders": [
            founder_object(founder["party"], founder["kind"], text(founder["es"], founder["en"]), root.key)
            for founder, root in zip(founders, roots, strict=True)
        ],
        "log_key": stage.ledger.vkey,
        **({"log_cosigner": stage.ledger.cosigner_vkey} if stage.ledger.cosigner_vkey else {}),
        "name": text(
            "Demostración: hoja de ruta sobre vigilancia estatal, México 2019",
            "Demonstration: road map on state surveillance, Mexico 2019",
        ),
        "party_kinds": stage.cast.parties["kinds"],
        "provenance": "invented",
        "rules": rules,
        "timezone": TIMEZONE,
    }
    stage.open(body, roots)


def identities(stage: Stage) -> None:
    """Parties register; roots appoint and endorse; the secretariat registers the others."""
    for founder in stage.cast.parties["founders"]:
        body = {
            "acronym": founder["acronym"],
            "kind": founder["kind"],
            "legal_name": text(founder["es"], founder["en"]),
            "party": founder["party"],
        }
        stage.say(stage.cast.root(founder["party"]), "PartyRegistered", body, provenance=FACT)
    for founder in stage.cast.first:
        appoint(stage, founder["appointment"])
    secretariat = stage.cast.person("ap-s-inai")
    organizations = stage.cast.parties["organizations"]
    for founder in organizations:
        body = {"kind": "civil_society_org", "legal_name": {"es": founder["es"]}, "party": founder["party"]}
        stage.say(secretariat, "PartyRegistered", body, provenance=FACT)
    for founder in organizations:
        body = {"organization": founder["party"], "party": "nosc", "since": founder["since"]}
        stage.say(stage.cast.root("nosc"), "MemberOrganizationJoined", body, provenance="public")
    for founder in stage.cast.parties["names"]:
        stage.say(secretariat, "PartyNameRecorded", founder, provenance="seed")


def appoint(stage: Stage, name: str, *, since: str | None = None) -> None:
    """Appoint a person by a root, from a day (today) on; register the person's key, and endorse it by the root."""
    person = stage.cast.person(name)
    appointment = stage.cast.appointment(name)
    root = stage.cast.root(appointment["party"])
    limits = {"valid_from": since or stage.today} | (
        {"valid_until": appointment["valid_until"]} if "valid_until" in appointment else {}
    )
    origin = {"on_behalf_of": appointment["on_behalf_of"]} if "on_behalf_of" in appointment else {}
    body = {
        "appointment": name,
        "capacity": appointment["capacity"],
        "name": appointment["name"],
        "party": appointment["party"],
        "person": appointment["person"],
        "post": text(appointment["es"], appointment["en"]),
        "scope": appointment["scope"],
        **limits,
        **origin,
    }
    stage.say(root, "RepresentativeAppointed", body, provenance=appointment["provenance"])
    register_key(stage, person, limits | {"valid_from": stage.today})


def register_key(stage: Stage, person: Player, limits: dict[str, str]) -> None:
    """Register a key, and endorse it by the party's root."""
    party = person.actor["party"]
    body = {"key": person.key.key_id, "party": party, **person.key.material}
    stage.say(person, "KeyRegistered", body | {"appointment": person.actor["appointment"]})
    stage.say(stage.cast.root(party), "KeyEndorsed", {"key": person.key.key_id, **limits})


def history(stage: Stage) -> None:
    """Record earlier facts in the name of their recorder: predecessor, reduction, withdrawal, return."""
    nosc, inai, sfp = alternates(stage)
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
        "kind": "scope_reduction",
        "plan": "plan-3",
        "since": "../2017-05",
        "unilateral": True,
    }
    stage.say(nosc, "AllegationMade", reduction, occurred="../2017-05", provenance=FACT)
    withdrawal = {
        "effective": "2017-05",
        "governance_body": "stt",
        "grounds": text(
            "Según el comunicado, salió del Secretariado por las denuncias de vigilancia presuntamente ilegal y la "
            "reducción de alcance del Tercer Plan; según el acuerdo, salió del proceso al denunciar esa vigilancia",
            "By the release, it left the Secretariat over the complaints of allegedly illegal surveillance and the "
            "Third Plan's scope reduction; by the agreement, it left the process, denouncing that surveillance",
        ),
        "party": "nosc",
    }
    root = stage.cast.root("nosc")
    stage.say(root, "PartyWithdrew", withdrawal, occurred="2017-05", provenance=FACT)
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
    """Establish the Coordination Committee and its rules."""
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
