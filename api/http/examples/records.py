"""Examples of the rows of state projections for the API description; a test compares their form with real ones."""

from typing import Any, Final

from constancia.api.http.examples.entries import LEAF

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

_CONTEST: Final[dict[str, Any]] = {
    "answered": [MARK],
    "contest": "i-1",
    "evidence": [],
    "grounds": {"en": "There is no evidence", "es": "No hay evidencia"},
    "is_open": False,
    "mark": MARK,
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
    "status": "terminated",
    "stream": "agreement/ag-1",
    "terminated": {"by": "ag-2", "mark": MARK, "since": "2021-08-31"},
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
    "standing_votes": [{"choice": "for", "mark": MARK, "party": "inai"}],
    "status": "signed",
    "stream": "decision/d-1",
    "tally": {"abstain": 0, "against": 0, "for": 3, "not_cast": 0},
    "version": 7,
    "voters": ["inai", "nosc", "sfp"],
    "votes": [{"choice": "for", "mark": MARK}],
}

DELIVERABLE: Final[dict[str, Any]] = {
    "accepted_index": 104,
    "accepted_version": 2,
    "commitment": "rm",
    "contests": [],
    "deliverable": "d2.1",
    "expected": {"deliverable": "d2.1", "form": "document", "milestone": "m2", "title": {"es": "Informe"}},
    "fulfilled_by": {"index": 90, "on": "2019-03-26", "stream": "gathering/g-1"},
    "is_in_scope": True,
    "open_contests": [],
    "status": "accepted",
    "stream": "deliverable/rm.d2.1",
    "versions": [{"document": {"media_type": "application/pdf", "sha256": LEAF, "size": 2395}, "version": 1}],
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
    "stream": "overdue/rm:m2",
    "title": {"es": "Diagnóstico"},
    "window": "2019-03/2019-05-24",
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

SIGNATURES: Final[dict[str, Any]] = {
    "agreement": "ag-1",
    "stream": "agreement/ag-1",
    "versions": [{"is_current": True, "missing": [], "signatures": [{**MARK, "key_status": "active"}], "version": 1}],
}

OGP_ROW: Final[dict[str, Any]] = {
    "action_plan": "plan-4",
    "commitment_id": "p4-1",
    "contested_level": "limited",
    "cycle": "2019/2021",
    "end": "2021-08-31",
    "irm_completion": "no_evidence_available",
    "irm_early_results": "did_not_change",
    "irm_report_sha256": LEAF,
    "last_entry": 308,
    "lead_institutions": "sfp",
    "lifecycle": "in_progress",
    "milestones": 1,
    "milestones_overdue": 1,
    "objective": "Que ninguna intervención ocurra sin control judicial",
    "public_problem": "Falta de controles",
    "reductions": 0,
    "scope_version": 1,
    "self_reported_level": "substantial",
    "start": "2020",
    "status": "Active",
    "title": "Intervención de comunicaciones privadas",
    "title_language": "es",
}

CHANGES: Final[dict[str, Any]] = {
    "before": {"day": "2019-05-31", "edition": 3, "form": 1, "root": LEAF, "size": 184},
    "count": 58,
    "day": "2019-09-01",
    "edition": 3,
    "form": 1,
    "items": [{"index": 184, "leaf_hash": LEAF}],
    "missed": [
        {
            "milestone": "m3",
            "since": "2019-09-01T05:00:00Z",
            "stream": "commitment/rm",
            "window": "2019-06/2019-08",
        }
    ],
    "root": LEAF,
    "size": 242,
    "standing": [
        {
            "after": "rejected",
            "before": "proposed",
            "stream": "decision/d-2",
            "title": {
                "en": "Are the times dropped from the road map?",
                "es": "¿Se quitan los tiempos de la ruta?",
            },
        }
    ],
}

POPOLO: Final[dict[str, Any]] = {
    "memberships": [
        {
            "label": "Suplente (puesto ficticio)",
            "organization_id": "sfp",
            "person_id": "p-a",
            "role": "alternate",
            "start_date": "2019-03-01",
        }
    ],
    "organizations": [
        {
            "classification": "federal_ministry",
            "id": "sfp",
            "name": "Secretaría de la Función Pública",
            "other_names": [{"name": "Ministry of Public Administration", "note": "agreement, English text"}],
        }
    ],
    "persons": [{"id": "p-a", "name": "Persona A (ficticia)"}],
}

PROV: Final[dict[str, Any]] = {
    "prefix": {"ledger": "https://example.org/ledger/", "sha256": "ni:///sha-256;"},
    "entity": {
        "ledger:entry/65": {
            "ledger:leaf_hash": LEAF,
            "ledger:occurred_on": "2019-03-01",
            "ledger:type": "AgreementSigned",
        },
        "ledger:stream/agreement/ag-1": {"prov:type": {"$": "prov:Collection", "type": "xsd:QName"}},
    },
    "agent": {"ledger:person/p-alvarez": {"prov:type": {"$": "prov:Person", "type": "xsd:QName"}}},
    "wasGeneratedBy": {"_:id1": {"prov:entity": "ledger:entry/65", "prov:time": "2019-03-01T19:05:00+00:00"}},
    "wasAttributedTo": {"_:id2": {"prov:agent": "ledger:person/p-alvarez", "prov:entity": "ledger:entry/65"}},
    "hadMember": {
        "_:id3": {"prov:collection": "ledger:stream/agreement/ag-1", "prov:entity": "ledger:entry/65"},
    },
}
