"""The agreement vectors, read."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PLACE = Path(__file__).resolve().with_name("agreement.json")


@dataclass(frozen=True, slots=True)
class Case:
    """A file by its recipe, and what both verifiers say of it."""

    recipe: dict[str, Any]
    said: list[Any]

    @property
    def number(self) -> int:
        """A number that depends on the recipe alone, to draw samples by."""
        return int.from_bytes(hashlib.sha256(json.dumps(self.recipe, sort_keys=True).encode()).digest()[:4])


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(PLACE.read_bytes())
    return document


def load_cases() -> list[Case]:
    """All cases."""
    return [Case(case["recipe"], case["said"]) for case in _document()["cases"]]


def load_bases() -> dict[str, str]:
    """SHA-256 of each base as it is before any edit."""
    bases: dict[str, str] = _document()["bases"]
    return bases
