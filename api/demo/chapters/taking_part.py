"""Who takes part: what came before, duties, conditions, the release, participation, a working group."""

from constancia.api.demo.chapters.changing import decide
from constancia.api.demo.chapters.founding import appoint
from constancia.api.demo.chapters.working import new_party_signer, register_other
from constancia.api.demo.props import FACT, PARTIES, SOURCE_SHA256, alternates, document, sample_document, text
from constancia.api.demo.stage import Stage

FOR = dict.fromkeys(PARTIES, "for")
_FEDERAL = text(
    "Otras instituciones de la Administración Pública Federal",
    "Other institutions of the Federal Public Administration",
)
RESOURCES = text(
    "La consultoría depende de los recursos de los integrantes", "The consultant depends on the members' resources"
)


def earlier(stage: Stage) -> None:
    """Record a former member, the Third Plan, the complaints of surveillance, and two meetings of February."""
    nosc, _inai, _sfp = alternates(stage)
    clerk, root = stage.cast.person("ap-s-inai"), stage.cast.root("nosc")
    former = {"kind": "civil_society_org", "legal_name": {"es": "CIDAC"}, "party": "cidac"}
    stage.say(clerk, "PartyRegistered", former, provenance="public")
    joined = {"organization": "cidac", "party": "nosc", "since": "2011"}
    stage.say(root, "MemberOrganizationJoined", joined, provenance="public")
    left = {
        "organization": "cidac",
        "party": "nosc",
        "reason": text("No figura en la lista de marzo de 2019", "It is not in the list of March 2019"),
        "until": "2018-07-16/2019-03-01",
    }
    stage.say(root, "MemberOrganizationLeft", left, provenance="public")
    third = {
        "governance_body": "cc",
        "ordinal": 3,
        "period": "2016/2018",
        "plan": "plan-3",
        "title": text("Tercer Plan de Acción Nacional", "Third National Action Plan"),
    }
    stage.each(alternates(stage), "ActionPlanOpened", third, occurred="2016/2018", provenance="public")
    alleged = {
        "alleged_actor": text("Gobierno federal", "Federal government"),
        "allegation": "vigilancia",
        "description": text(
            "Según el NOSC, el gobierno federal vigiló presuntamente de manera ilegal a integrantes de la sociedad "
            "civil, activistas y periodistas; hubo una crisis de la agenda, y el caso se conoce como Gobierno Espía",
            "According to NOSC, the federal government allegedly put members of civil society, activists and "
            "journalists under illegal surveillance; the agenda was in crisis, and the case is known as Gobierno Espía",
        ),
        "evidence": [],
        "kind": "surveillance",
        "since": "../2017-05",
    }
    stage.say(nosc, "AllegationMade", alleged, occurred="../2017-05", provenance=FACT)
    for name, es, en in (
        (
            "febrero-1",
            "Primera reunión preparatoria: alcance de reanudar el trabajo",
            "First preparatory meeting: scope",
        ),
        ("febrero-2", "Segunda reunión preparatoria: la hoja de ruta", "Second preparatory meeting: the road map"),
    ):
        meeting = {
            "gathering": name,
            "governance_body": "cc",
            "kind": "meeting",
            "title": text(es, en),
            "window": "2019-02",
        }
        stage.say(clerk, "GatheringHeld", meeting, occurred="2019-02", provenance=FACT)


def differences(stage: Stage) -> None:
    """Record where the two languages of the agreement differ, before anybody signs."""
    nosc, _inai, _sfp = alternates(stage)
    for name, place, en, es, weight in (
        (
            "x1",
            text("Actividad 3, acción", "Activity 3, action"),
            None,
            "sesiones de validación de la ruta de implementación",
            "substantive",
        ),
        (
            "x2",
            text("Condición: quién actúa", "Condition: who acts"),
            "the participants",
            "sus integrantes",
            "substantive",
        ),
        ("x3", text("Suma de esfuerzos", "Joining efforts"), "will be joined", "Se buscará sumar", "substantive"),
        ("x4", text("Actividad 2: fin", "Activity 2: end"), "Ma 24, 2019", "24 de mayo", "reading"),
        ("x5", text("Perfil de la consultoría", "Profile"), "Academic/ expert", "Académico/a experto/a", "possible"),
        ("x6", text("Actividad 4: qué ruta", "Activity 4: which"), "the roadmap", "ruta de implementación", "possible"),
        ("x7", text("Agenda, punto 2", "Agenda, item 2"), "surveillance in the world", "vigilancia estatal", "minor"),
        ("x8", text("Objetivo 3", "Objective 3"), "proactive compromise", "compromiso proactivo", "typo"),
    ):
        recorded = {
            "agreement": "ag-1",
            "discrepancy": name,
            "place": place,
            "prevails": "es",
            "readings": [{"lang": "en", **({"says": en} if en else {})}, {"lang": "es", "says": es}],
            "version": 1,
            "weight": weight,
        }
        stage.say(nosc, "TranslationDiscrepancyRecorded", recorded, provenance=FACT)


def paper(stage: Stage) -> None:
    """Attest what the paper original bears: by these rules that is evidence, and no signature."""
    nosc, _inai, _sfp = alternates(stage)
    signer = stage.cast.appointment("ap-gon-sfp")
    attested = {
        "agreement": "ag-1",
        "docset": stage.frozen["ag-1"],
        "name": signer["name"],
        "on": "2019-03-01",
        "party": "sfp",
        "person": signer["person"],
        "post": text(signer["es"], signer["en"]),
        "scan": sample_document(stage, "Copia inventada del original en papel", "Invented scan of the paper original"),
        "version": 1,
    }
    stage.say(nosc, "PaperSignatureAttested", attested, provenance=FACT)


def duties(stage: Stage) -> None:
    """Assign the liaison duties, and declare the condition on which the consultant depends."""
    respective = text(
        "en el ámbito de sus respectivas atribuciones", "in regard to the scope of their respective attributions"
    )
    everybody = text("Entre las tres partes", "Among the three parties")
    for duty, bearers, words, toward in (
        ("o1", PARTIES, text("Vincular y convocar", "Link and convene"), text("Otros poderes", "Other branches")),
        ("o2", ("sfp",), text("Ser el enlace", "Be the contact"), _FEDERAL),
        ("o3", ("inai",), text("Ser el enlace", "Be the contact"), text("Los otros poderes", "The other branches")),
        ("o4", PARTIES, text("Sumar esfuerzos y recursos", "Join efforts and resources"), everybody),
        ("o5", PARTIES, text("Definir las acciones en colaboración", "Define the actions together"), everybody),
    ):
        assigned = {
            "agreement": "ag-1",
            "bearers": list(bearers),
            "duty": duty,
            "governance_body": "cc",
            "limits": respective,
            "since": "2019-03-01",
            "text": words,
            "toward": toward,
        }
        stage.each(alternates(stage), "DutyAssigned", assigned, provenance=FACT)
    declared = {
        "commitment": "rm",
        "condition": "nota-2",
        "fallback": text(
            "estas actividades las realizarán sus integrantes", "these activities will be conducted by the participants"
        ),
        "kind": "resource",
        "milestone": "m3",
        "text": RESOURCES,
    }
    stage.each(alternates(stage), "ConditionDeclared", declared, provenance=FACT)
    returning = {
        "commitment": "rm",
        "concerns": "governance/cc",
        "condition": "regreso",
        "kind": "return",
        "text": text(
            "La hoja de ruta se acuerda antes de construir el Cuarto Plan",
            "The road map is agreed before the Fourth Plan is built",
        ),
    }
    stage.each(alternates(stage), "ConditionDeclared", returning, provenance=FACT)
    met = {
        "commitment": "rm",
        "condition": "regreso",
        "outcome": "met",
        "reasons": text("El acuerdo está en vigor", "The agreement is in force"),
    }
    stage.each(alternates(stage), "ConditionSettled", met, provenance=FACT)


def release(stage: Stage) -> None:
    """Publish the release of 5 March; admit the Academia; open the Fourth Plan with its deadline."""
    stage.on("2019-03-05")
    title = text("México retoma el proceso nacional de gobierno abierto", "Mexico resumes the national process")
    for name in ("ap-san-sfp", "ap-sal-inai"):
        appoint(stage, name)
    words = f"# Release of 5 March 2019\n\nThe demonstration's own wording. Source, SHA-256: `{SOURCE_SHA256}`.\n"
    issued = document(stage, words.encode(), title, "en")
    published = {
        "docset": {"authentic": "en", "documents": [issued]},
        "kind": "release",
        "parties": list(PARTIES),
        "statement": "comunicado-2019-03-05",
        "title": title,
    }
    signatories = [stage.cast.person(name) for name in ("ap-san-sfp", "ap-sal-inai", "ap-cas-nosc")]
    stage.each(signatories, "StatementPublished", published, provenance=FACT)
    for lang, name, used_in in (
        ("en", "Governing Body for the OPG process", "agreement, English text"),
        ("en", "New coordination figure", "release of 5 March 2019"),
        ("es", "Órgano de gobernanza del proceso nacional de la AGA en México", "acuerdo, texto en español"),
    ):
        named = {"body": "cc", "lang": lang, "name": name, "official": False, "party": "inai", "used_in": used_in}
        stage.say(stage.cast.person("ap-s-inai"), "PartyNameRecorded", named, provenance="seed")
    new_party_signer(stage, "ap-b-academia")
    admitted = {
        "governance_body": "cc",
        "participation": "permanent_participant",
        "party": "academia",
        "since": "2019-03-05",
        "voting": "unstated",
    }
    stage.each(alternates(stage), "ParticipantAdmitted", admitted, provenance=FACT)
    fourth = {
        "due": "2019-08-31",
        "governance_body": "cc",
        "ordinal": 4,
        "period": "2019/2021-08-31",
        "plan": "plan-4",
        "title": text("Cuarto Plan de Acción Nacional", "Fourth National Action Plan"),
    }
    stage.each(alternates(stage), "ActionPlanOpened", fourth, provenance=FACT)


def declarations(stage: Stage) -> None:
    """Record what the source says was declared: by INAI, by its plenary session, and by the new government."""
    _nosc, inai, sfp = alternates(stage)
    for signer, name, kind, when, title in (
        (
            sfp,
            "ejecutivo-reprueba",
            "declaration",
            "../2019-03-05",
            text(
                "El Ejecutivo federal reprueba la vigilancia sin control judicial",
                "The federal Executive reproves surveillance without judicial control",
            ),
        ),
        (
            inai,
            "inai-reprueba",
            "declaration",
            "../2019-03-05",
            text(
                "El INAI reprueba la vigilancia sin control judicial",
                "INAI reproves surveillance without judicial control",
            ),
        ),
        (
            inai,
            "pleno-pegasus",
            "resolution",
            "../2019-03-05",
            text("Resolución del Pleno del INAI sobre Pegasus", "Resolution of INAI's plenary session on Pegasus"),
        ),
        (
            sfp,
            "gobierno-reitera",
            "declaration",
            "../2019-03-01",
            text(
                "El Gobierno de México reitera que no habrá intervención ilegal de comunicaciones",
                "The Government of Mexico reiterates that no communications will be intercepted illegally",
            ),
        ),
    ):
        words = f"# {title['es']}\n\nLa demostración no reproduce su texto; registra que consta en la fuente.\n"
        declared = {
            "docset": {"authentic": "es", "documents": [document(stage, words.encode(), title, "es")]},
            "kind": kind,
            "parties": [signer.actor["party"]],
            "statement": name,
            "title": title,
        }
        stage.say(signer, "StatementPublished", declared, occurred=when, provenance=FACT)


def fallback(stage: Stage) -> None:
    """Settle the condition as failed: the members take the consultant's place."""
    stage.on("2019-06-17")
    failed = {
        "commitment": "rm",
        "milestone": "m3",
        "outcome": "failed",
        "reasons": text("No hay recursos después del 15 de junio", "There are no resources after 15 June"),
    }
    stage.each(alternates(stage), "ConditionSettled", failed)


def group(stage: Stage) -> None:
    """Form a working group; its delivery is rejected, revised and accepted, late."""
    stage.on("2019-07-20")
    new_party_signer(stage, "ap-w-grupo")
    root, worker = stage.cast.root("grupo-demo"), stage.cast.person("ap-w-grupo")
    register_other(stage, "universidad-demo")
    for organization in ("art19", "inai", "sfp", "socialtic", "universidad-demo"):
        joined = {"organization": organization, "party": "grupo-demo", "since": "2019-07-20"}
        stage.say(root, "MemberOrganizationJoined", joined)
    role = {"commitment": "rm", "party": "grupo-demo", "role": "working-groups", "since": "2019-07-20"}
    stage.each(alternates(stage), "RoleFilled", role)
    overruled = {
        "commitment": "rm",
        "contest": "x-2",
        "decision": "d-4",
        "deliverable": "d1.4",
        "provenance": "invented",
        "reasons": text("Los insumos se recogen en la ruta", "The inputs are taken up by the road map"),
        "version": 1,
    }
    act = {"body": overruled, "stream": "deliverable/rm.d1.4", "type": "ContestOverruled"}
    decide(stage, "d-4", act, text("¿Se desestima la impugnación?", "Is the contest overruled?"), FOR)
    stage.say(stage.cast.person("ap-a-sfp"), "ContestOverruled", overruled)
    stage.on("2019-08-20")
    title = text("Documento final de recomendaciones", "Final document of recommendations")
    first = document(stage, "# Documento final, versión 1\n\nInventado.\n".encode(), title, "es")
    delivered = {"commitment": "rm", "deliverable": "d3.1", "document": first, "version": 1}
    stage.say(worker, "DeliverableSubmitted", delivered)
    stage.on("2019-08-27")
    reasons = text("No nombra a los actores", "It names no actors")
    rejected = {"commitment": "rm", "deliverable": "d3.1", "reasons": reasons, "version": 1}
    stage.say(stage.cast.person("ap-e-nosc"), "DeliverableRejected", rejected)
