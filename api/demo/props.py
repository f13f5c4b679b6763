"""Shared props of the chapters: names, bilingual texts, documents, and the parties' representatives."""

import hashlib
from typing import Any, Final

from constancia.api.demo.cast import Player, sample_json
from constancia.api.demo.stage import Stage

ORIGIN: Final = "demo.constancia.example/aga-mx-2019"
# The source of the story's facts.
SOURCE_SHA256: Final = "4850edaf26795e3e628483717b703d40cb62e5f92a92bc5780d9c8a117ba85b0"
PARTIES: Final = ("inai", "nosc", "sfp")
TIMEZONE: Final = "America/Mexico_City"
# The fact is from the source; the digital step is invented.
FACT: Final = "seed_step_invented"
# The fact is public; the digital step is invented.
PUBLIC_FACT: Final = "public_step_invented"


def text(es: str, en: str) -> dict[str, str]:
    """Make a bilingual text."""
    return {"en": en, "es": es}


def document(stage: Stage, data: bytes, title: dict[str, str], lang: str | None = None) -> dict[str, Any]:
    """Store a document and cite it by its hash."""
    doc: dict[str, Any] = {
        "media_type": "text/markdown",
        "sha256": stage.ledger.documents.put(data),
        "size": len(data),
        "title": title,
    }
    return doc | ({"lang": lang} if lang else {})


def sample_document(stage: Stage, es: str, en: str) -> dict[str, Any]:
    """Store a document that only says what it is, and cite it."""
    return document(stage, f"# {es}\n\nInventado para la demostración.\n".encode(), text(es, en), "es")


def sha256_of(what: str) -> str:
    """Give the hex SHA-256 of an invented text that is in no file of the ledger."""
    return hashlib.sha256(f"Inventado para la demostración: {what}".encode()).hexdigest()


def alternates(stage: Stage) -> list[Player]:
    """Return the three fictional alternates in the order NOSC, INAI, SFP."""
    return [stage.cast.person(name) for name in ("ap-e-nosc", "ap-g-inai", "ap-a-sfp")]


def baseline_scope() -> dict[str, Any]:
    """Return the scope of the four activities as agreed."""
    scope: dict[str, Any] = sample_json("scope.json")
    return scope
