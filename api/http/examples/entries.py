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
