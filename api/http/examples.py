"""Examples for the API description; a test compares their form with real responses."""

from typing import Any, Final

LEAF: Final = "6a09e667f3bcc908b2fb1366ea957d3e3adec17512775099da2f590b0667322a"
_ACTOR: Final = {"appointment": "ap-e-nosc", "capacity": "alternate", "party": "nosc", "person": "p-e"}
_BODY: Final[dict[str, Any]] = {
    "contest": "i-1",
    "evidence": [],
    "grounds": {"en": "There is no evidence", "es": "No hay evidencia"},
    "target": LEAF,
}

DRAFT: Final[dict[str, Any]] = {
    "actor": _ACTOR,
    "body": _BODY,
    "occurred_on": "2020-12-04",
    "seen": {"root": LEAF, "size": 130},
    "type": "EntryContested",
}

SUBMISSION: Final[dict[str, Any]] = {
    "signatures": [{"key": "0" * 64, "sig": "A" * 86 + "=="}],
    "statement": {
        "actor": _ACTOR,
        "body": _BODY,
        "id": "0192f0c1-0000-4000-8000-000000000000",
        "ledger": "example.org/agreement",
        "mode": "live",
        "occurred_on": "2020-12-04",
        "schema": 3,
        "seen": {"root": LEAF, "size": 130},
        "signed_at": "2020-12-04T18:00:00Z",
        "stream": f"entry/{LEAF}",
        "type": "EntryContested",
    },
}

RECEIPT: Final[dict[str, Any]] = {
    "index": 130,
    "leaf_hash": LEAF,
    "receipt": "c2sp.org/tlog-proof@v1\nextra eyJpbmRleCI6MTMwLC…\nindex 130\n…\n\nexample.org/agreement\n131\n…\n",
    "recorded_at": "2020-12-04T18:00:01.500Z",
    "replayed": False,
    "size": 131,
}

ENVELOPE: Final[dict[str, Any]] = {
    "payload": "eyJhY3RvciI6…",
    "payloadType": "application/vnd.constancia.statement.v1+json",
    "signatures": [{"keyid": "0" * 64, "sig": "A" * 86 + "=="}],
}

PROBLEM: Final[dict[str, Any]] = {
    "also": [],
    "code": "E_ALREADY_SIGNED",
    "detail": "a party signs a version once",
    "instance": "/api/v1/entries",
    "judged_against": {"size": 41, "state": "partially_signed", "stream": "agreement/ag-1", "version": 3},
    "rule": "a party signs a version once",
    "status": 409,
    "title": "The party has signed it already",
    "title_es": "La parte ya lo firmó",
    "type": "/en/codes#E_ALREADY_SIGNED",
}

REFUSED_ATTEMPT: Final[dict[str, Any]] = {
    "code": "E_ALREADY_SIGNED",
    "first_at": "2019-03-01T19:05:00.000Z",
    "id": "0192f0c1-0000-4000-8000-000000000000",
    "judged_against": {"size": 41, "state": "partially_signed", "stream": "agreement/ag-1", "version": 3},
    "key": LEAF,
    "last_at": "2019-03-01T19:05:00.000Z",
    "last_code": "E_ALREADY_SIGNED",
    "number": 7,
    "party": "inai",
    "recorded": None,
    "rule": "a party signs a version once",
    "sha256": LEAF,
    "statement_sha256": LEAF,
    "stream": "agreement/ag-1",
    "times": 1,
    "type": "AgreementSigned",
}

STANDS: Final[dict[str, Any]] = {"root": LEAF, "size": 130}
SHOWS: Final[dict[str, Any]] = {"edition": 3, "form": 58_000_201_467_202, **STANDS}

_DIGEST: Final = f"sha256:{LEAF}"
MARK: Final[dict[str, Any]] = {
    "appointment": "ap-alv-inai",
    "capacity": "director_general",
    "index": 65,
    "key": LEAF,
    "leaf_hash": LEAF,
    "occurred_on": "2019-03-01",
    "party": "inai",
    "person": "p-alvarez",
    "recorded_at": "2019-03-01T19:05:00.000Z",
}

AGREEMENT: Final[dict[str, Any]] = {
    "agreement": "ag-1",
    "departures": [],
    "discrepancies": [
        {
            "discrepancy": "x1",
            "mark": MARK,
            "place": {"en": "Activity 3, action", "es": "Actividad 3, acción"},
            "readings": [{"lang": "en"}, {"lang": "es", "says": "Sesiones de validación"}],
            "version": 1,
            "weight": "substantive",
        }
    ],
    "in_force_version": 1,
    "parties_left": ["inai", "nosc", "sfp"],
    "status": "in_force",
    "stream": "agreement/ag-1",
    "terminated": None,
    "title": {"en": "Road map", "es": "Hoja de ruta"},
    "version": 1,
    "versions": [
        {
            "docset_digest": _DIGEST,
            "missing": [],
            "signatures": [{"mark": MARK}],
            "status": "in_force",
            "version": 1,
        }
    ],
}

COMPLAINT: Final[dict[str, Any]] = {
    "admission": {"due": "2020-10-07", "mark": MARK, "reasons": {"es": "Trata de un compromiso del comité"}},
    "against": ["sfp"],
    "answers": [
        {
            "answered": MARK,
            "days_late": 13,
            "days_late_now": 13,
            "due": "2020-10-07",
            "due_now": "2020-10-07",
            "party": "sfp",
            "stands": "answered_late",
        }
    ],
    "complaint": "q-1",
    "continued_by": [],
    "filer": "nosc",
    "governance_body": "cc",
    "is_late": False,
    "is_open": False,
    "kind": "complaint",
    "protected": True,
    "resolution": {"mark": MARK, "outcome": "partly", "reasons": {"es": "Falta evidencia"}, "remedies": []},
    "response_days": 30,
    "status": "resolved",
    "stream": "complaint/q-1",
    "was_taken_in": True,
}

COMMITMENT: Final[dict[str, Any]] = {
    "commitment": "rm",
    "completed": [{"contests": [], "evidence": [], "mark": MARK, "milestone": "m1", "standing": "asserted"}],
    "contested_level": "limited",
    "decided": [],
    "deliverables": [
        {"deliverable": "d2.1", "fulfilled_by": None, "milestone": "m2", "status": "accepted", "version": 2}
    ],
    "flags": ["contested", "overdue", "scope_reduced"],
    "governance_body": "cc",
    "independent": [],
    "independent_level": "limited",
    "indicators": [
        {
            "direction": "higher",
            "indicator": "i1",
            "target": "300",
            "title": {"es": "Personas consultadas"},
            "unit": "personas",
        }
    ],
    "is_contested": True,
    "last": {"index": 121, "occurred_on": "2019-09-16"},
    "lifecycle": "in_progress",
    "milestones": [
        {"days_late": 9, "lead": ["consultant"], "milestone": "m2", "stands": "overdue", "window": "2019-03/2019-05-24"}
    ],
    "objective": {"es": "Prevenir y controlar la vigilancia estatal ilegal"},
    "open_milestones": ["m3", "m4"],
    "plans": ["plan-4"],
    "problem": {"es": "Vigilancia estatal sin controles democráticos"},
    "proposals": [],
    "reports": [],
    "scope_version": 2,
    "scopes": [{"computed_kind": "reduction", "declared_kind": "reduction", "decision": "d-3", "version": 2}],
    "self_level": "limited",
    "stream": "commitment/rm",
    "title": {"en": "Road map: four activities", "es": "Hoja de ruta: cuatro actividades"},
}

_CONTEST: Final[dict[str, Any]] = {
    "answered": [MARK],
    "contest": "i-1",
    "evidence": [],
    "grounds": {"en": "There is no evidence", "es": "No hay evidencia"},
    "is_open": False,
    "mark": MARK,
}

ALLEGATION: Final[dict[str, Any]] = {
    "accused": ["sfp"],
    "acknowledged": [],
    "alleged_actor": {"en": "Federal agencies", "es": "Dependencias federales"},
    "allegation": "plan-3-scope",
    "concerns": ["plan/plan-3"],
    "contests": [],
    "description": {"en": "Scope was reduced", "es": "Se redujo el alcance"},
    "evidence": [],
    "kind": "scope_reduction",
    "plan": "plan-3",
    "responses": [{"mark": MARK, "response": {"es": "Se informó en su momento"}}],
    "said": MARK,
    "since": "../2017-05",
    "standing": "answered",
    "status": "asserted",
    "stream": "allegation/plan-3-scope",
    "unilateral": True,
}

REMARKS: Final[dict[str, Any]] = {
    "acknowledged": [],
    "contests": [_CONTEST],
    "corrections": [],
    "responses": [{"answers": ["i-1"], "mark": MARK, "response": {"es": "Consta en la minuta"}}],
    "standing": "answered",
    "stream": f"entry/{LEAF}",
    "target": LEAF,
    "verdicts": {},
}

DECISION: Final[dict[str, Any]] = {
    "abstention": "neutral",
    "act": {"body": {}, "stream": "commitment/rm", "type": "CommitmentAdopted"},
    "act_digest": _DIGEST,
    "closes": "2019-05-30",
    "concurring": [],
    "decision": "d-1",
    "decision_rule": "unanimity",
    "electors": ["inai", "nosc", "sfp"],
    "dissents": [],
    "enacted": MARK,
    "governance_body": "cc",
    "must_sign": ["inai", "nosc", "sfp"],
    "outcome_index": 71,
    "outcome_on": "2019-03-01",
    "proposed": MARK,
    "question": {"en": "Are the four activities adopted?", "es": "¿Se adoptan las cuatro actividades?"},
    "rule_version": 1,
    "signatures": [MARK],
    "signed_by": ["inai", "nosc", "sfp"],
    "standing_votes": {"inai": {"choice": "for", "mark": MARK}},
    "status": "signed",
    "stream": "decision/d-1",
    "tally": {"abstain": 0, "against": 0, "for": 3, "not_cast": 0},
    "version": 7,
    "voters": ["inai", "nosc", "sfp"],
    "votes": [{"choice": "for", "mark": MARK}],
}

PLAN: Final[dict[str, Any]] = {
    "assessments": [],
    "closed": None,
    "commitments": [
        {
            "change": {
                "added": [],
                "altered": [],
                "deferred": [],
                "kind": "reduction",
                "removed": ["deliverables/d3.1"],
            },
            "commitment": "rm",
            "decision": "d-9",
            "lifecycle": "in_progress",
            "origin": "roadmap",
            "scope_digest": _DIGEST,
            "scope_now": 3,
            "scope_version": 2,
        }
    ],
    "days_late": 101,
    "days_late_now": 101,
    "due": "2019-08-31",
    "due_now": "2019-08-31",
    "ends": "2022-08-31",
    "first_end": "2021-08-31",
    "governance_body": "cc",
    "is_over": False,
    "is_stopped": False,
    "moves": [{"deadline": "plan_end", "from_day": "2021-08-31", "status": "extended", "to_day": "2022-08-31"}],
    "opened": MARK,
    "ordinal": 4,
    "period": "2019/2021-08-31",
    "plan": "plan-4",
    "stands": "submitted",
    "status": "submitted",
    "stream": "plan/plan-4",
    "submissions": [{"claimed_on": None, "counts_on": "2019-12-10", "on": "2019-12-10", "version": 1}],
    "title": {"en": "Fourth Plan", "es": "Cuarto Plan"},
}

OVERDUE: Final[dict[str, Any]] = {
    "commitment": "rm",
    "days_late": 9,
    "days_late_now": 9,
    "due": "2019-05-25T05:00:00Z",
    "kind": "milestone",
    "lead": ["consultant"],
    "lifecycle": "in_progress",
    "milestone": "m2",
    "of": "commitment/rm",
    "plan": None,
    "stream": "overdue/rm.m2",
    "title": {"es": "Diagnóstico"},
    "window": "2019-03/2019-05-24",
}

PARTY: Final[dict[str, Any]] = {
    "acronym": "INAI",
    "aliases": [],
    "appointments": [],
    "concurring": [],
    "has_ended": False,
    "is_founder": True,
    "keys": [],
    "kind": "autonomous_body",
    "legal_name": {"es": "Instituto Nacional de Transparencia"},
    "organizations": [],
    "party": "inai",
    "root": LEAF,
    "seats": [{"changes": [], "governance_body": "cc", "seated": True}],
    "status": "registered",
    "stream": "party/inai",
    "version": 1,
}

BODY: Final[dict[str, Any]] = {
    "concurring": [],
    "established_on": "2017-05-23",
    "governance_body": "cc",
    "mandate": {"es": "Coordinar el plan de acción"},
    "members": ["inai", "nosc", "sfp"],
    "name": {"en": "Coordinating committee", "es": "Comité coordinador"},
    "rules": [],
    "names": [],
    "seated": ["inai", "sfp"],
    "separate_voices": 2,
    "seats": [{"changes": [["withdrawn", "2017-05-23", 14]], "party": "nosc", "seated": False}],
    "status": "established",
    "stream": "governance/cc",
    "version": 4,
}

CANCELLATION: Final[dict[str, Any]] = {
    "cancellation": "x-1",
    "commitments": [],
    "documents": [LEAF],
    "holder": "inai",
    "items": [{"document": LEAF, "entry": LEAF}],
    "outcomes": [
        {
            "legal_basis": {"es": "Artículo 55"},
            "reasons": {"es": "Contiene datos de una persona privada"},
            "remedy": {"es": "Recurso de revisión"},
            "mark": MARK,
            "to": "blocked",
            "until": "2021-02-18",
        }
    ],
    "overdue": False,
    "received_on": "2021-01-11",
    "request": _DIGEST,
    "requested": MARK,
    "status": "blocked",
    "stream": "cancellation/x-1",
    "version": 2,
    "withdrawn": True,
}

CORRECTION: Final[dict[str, Any]] = {
    "correction": "co-1",
    "field": "occurred_on",
    "kind": "factual",
    "new_value": "2019-03-13",
    "reason": {"es": "El trabajo empezó un día antes"},
    "said": MARK,
    "status": "recorded",
    "stream": "correction/co-1",
    "target": LEAF,
    "target_stream": "commitment/rm",
    "version": 1,
}

DELIVERABLE: Final[dict[str, Any]] = {
    "accepted_index": 104,
    "accepted_version": 2,
    "commitment": "rm",
    "contests": [],
    "deliverable": "d2.1",
    "expected": {"deliverable": "d2.1", "form": "document", "milestone": "m2", "title": {"es": "Informe"}},
    "fulfilled_by": None,
    "is_in_scope": True,
    "open_contests": [],
    "status": "accepted",
    "stream": "deliverable/rm.d2.1",
    "versions": [{"document": {"media_type": "application/pdf", "sha256": LEAF, "size": 2395}, "version": 1}],
}

CONDITIONS: Final[dict[str, Any]] = {
    "commitment": "rm",
    "conditions": [
        {
            "acting": [],
            "milestone": "m2",
            "parties": ["members"],
            "text": {"es": "sujeto a la disponibilidad de recursos"},
        }
    ],
    "stream": "commitment/rm",
}

DUTY: Final[dict[str, Any]] = {
    "assignments": [{"bearers": ["sfp"], "since": "2019-03-01", "text": {"es": "Ser el enlace"}}],
    "bearers": [{"holder": "sfp", "party": "sfp", "standing": "bears"}],
    "concurring": [],
    "duty": "o2",
    "governance_body": "cc",
    "is_orphaned": False,
    "status": "assigned",
    "stream": "duty/o2",
    "version": 3,
}

PARTICIPANTS: Final[dict[str, Any]] = {
    "governance_body": "cc",
    "name": {"en": "Coordinating committee", "es": "Comité coordinador"},
    "participants": [
        {"holds": "yes", "participation": "permanent_participant", "party": "academia", "voting": "unstated"}
    ],
    "stream": "governance/cc",
}

STATEMENT: Final[dict[str, Any]] = {
    "concurring": [],
    "docset": {"authentic": "en", "documents": []},
    "kind": "release",
    "missing": [],
    "parties": ["inai", "nosc", "sfp"],
    "signatories": [MARK],
    "statement": "st-1",
    "status": "published",
    "stream": "statement/st-1",
    "title": {"es": "México retoma el proceso de gobierno abierto"},
    "version": 3,
}

SUCCESSION: Final[dict[str, Any]] = {
    "concurring": [],
    "documents": [],
    "duties": [{"duty": "duty/o3", "holder": "sabg"}],
    "effective": "2025-03-21",
    "goes_on_in": ["sabg"],
    "independence_changed": True,
    "kind_changed": True,
    "mode": "functions_transferred",
    "orphaned": [],
    "party": "inai",
    "settled": MARK,
    "status": "succeeded",
    "stream": "succession/inai",
    "successors": ["sabg"],
    "transfers": [{"duty": "duty/o3", "successor": "sabg"}],
    "version": 3,
}

SIGNATURES: Final[dict[str, Any]] = {
    "agreement": "ag-1",
    "stream": "agreement/ag-1",
    "versions": [{"is_current": True, "missing": [], "signatures": [{**MARK, "key_status": "active"}], "version": 1}],
}

DERIVED: Final[dict[str, Any]] = {
    "at": "2021-08-31T00:00:00Z",
    "day": "2021-08-30",
    "items": [
        {
            "kind": "DeadlineMissed",
            "params": {"target": "milestone m3", "window": "2019-06/2019-08"},
            "since": "2019-09-01T05:00:00Z",
            "stream": "commitment/rm",
        }
    ],
    **SHOWS,
}

VALIDITY: Final[dict[str, Any]] = {
    "at": "2017-05-10",
    "day": "2017-05-10",
    "first_day": "2017-05-10",
    "items": [
        {
            "changes": [{"change": "withdrawn", "effective": "2017-05"}],
            "holds": "possibly",
            "kind": "seat",
            "name": "nosc",
            "since": "2011-12",
            "stream": "governance/stt",
            "until": "2017-05",
        }
    ],
    **SHOWS,
}

WITNESSED: Final[dict[str, Any]] = {"at": "2020-12-04T18:00:03Z", "by": ["inai", "nosc"], "root": LEAF, "size": 130}

WITNESSES: Final[dict[str, Any]] = {
    "items": [
        {
            "algorithm": "ed25519",
            "cosigned": {"at": "2020-12-04T18:00:02Z", "size": 130},
            "key": "inai.example/witness+e54abeda",
            "name": "inai",
            "problem": None,
            "url": "https://witness.inai.example",
        }
    ],
    "log_cosigner": None,
    "quorum": "parties",
    "size": 130,
    "witnessed": WITNESSED,
}

LEDGER: Final[dict[str, Any]] = {
    "edition": 3,
    "genesis": LEAF,
    "log_cosigner": None,
    "log_key": "example.org/agreement+c60854ad+AdtVMlyIQfMOqKjWhSupHNAClz8N708YTBejpS485XPL",
    "origin": "example.org/agreement",
    **STANDS,
    "timezone": "America/Mexico_City",
    "witnessed": WITNESSED,
}

HEALTH: Final[dict[str, Any]] = {
    "not_compared": [],
    "origin": "example.org/agreement",
    "problems": [],
    "size": 130,
    "status": "ok",
    "views": 130,
    "witnessed": 130,
    "writable": True,
}

DRAFTED: Final[dict[str, Any]] = {
    "sentence": {
        "en": "NOSC contests entry 121: There is no evidence.",
        "es": "NOSC impugna el registro 121: No hay evidencia.",
    },
    "signed_bytes_sha256": LEAF,
    "statement": '{"actor":{"appointment":"ap-e-nosc",…},…,"type":"EntryContested"}',
    "verdict": {"accepted": True, "refusal": None},
}

CONSISTENCY: Final[dict[str, Any]] = {"new": 131, "old": 130, "proof": ["bBy4Qz…=", "…"]}
