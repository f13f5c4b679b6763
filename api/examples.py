"""Examples for the interface's description; a test holds them against the real thing."""

from typing import Final

DRAFT: Final = {
    "actor": {"appointment": "ap-e-nosc", "capacity": "alternate", "party": "nosc", "person": "p-e"},
    "body": {"commitment": "rm", "evidence": [], "grounds": {"es": "No hay evidencia"}, "report": "r-1"},
    "occurred_on": "2020-12-04",
    "seen": {"root": "0" * 64, "size": 1},
    "type": "ProgressContested",
}

SUBMISSION: Final = {
    "signatures": [{"key": "0" * 64, "sig": "A" * 86 + "=="}],
    "statement": {
        "actor": {"appointment": "ap-e-nosc", "capacity": "alternate", "party": "nosc", "person": "p-e"},
        "body": {"commitment": "rm", "evidence": [], "grounds": {"es": "No hay evidencia"}, "report": "r-1"},
        "id": "0192f0c1-0000-4000-8000-000000000000",
        "ledger": "example.org/agreement",
        "mode": "live",
        "occurred_on": "2020-12-04",
        "schema": 1,
        "seen": {"root": "0" * 64, "size": 1},
        "signed_at": "2020-12-04T18:00:00Z",
        "stream": "commitment/rm",
        "type": "ProgressContested",
    },
}
