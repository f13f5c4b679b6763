"""Examples of rows on who takes part, who bears what, what was published and which party has ended."""

from typing import Any, Final

from constancia.api.http.examples.entries import LEAF
from constancia.api.http.examples.records import MARK

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

BROUGHT_IN: Final[dict[str, Any]] = {
    "acronym": "OGA",
    "aliases": [],
    "appointments": [],
    "concurring": [],
    "has_ended": False,
    "is_founder": False,
    "keys": [],
    "kind": "civil_society_org",
    "legal_name": {"es": "Observatorio de Gobierno Abierto"},
    "organizations": [],
    "party": "observatorio",
    "registered_by": "nosc",
    "seats": [],
    "status": "registered",
    "stream": "party/observatorio",
    "version": 1,
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
