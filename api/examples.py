"""Examples for the interface's description; a test holds their form against the real thing."""

from typing import Any, Final

LEAF: Final = "6a09e667f3bcc908b2fb1366ea957d3e3adec17512775099da2f590b0667322a"
_ACTOR: Final = {"appointment": "ap-e-nosc", "capacity": "alternate", "party": "nosc", "person": "p-e"}
_BODY: Final[dict[str, Any]] = {
    "commitment": "rm",
    "evidence": [],
    "grounds": {"en": "There is no evidence", "es": "No hay evidencia"},
    "report": "r-1",
}

DRAFT: Final[dict[str, Any]] = {
    "actor": _ACTOR,
    "body": _BODY,
    "occurred_on": "2020-12-04",
    "seen": {"root": LEAF, "size": 130},
    "type": "ProgressContested",
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
        "schema": 1,
        "seen": {"root": LEAF, "size": 130},
        "signed_at": "2020-12-04T18:00:00Z",
        "stream": "commitment/rm",
        "type": "ProgressContested",
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
