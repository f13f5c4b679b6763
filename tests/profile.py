"""How much a run of the tests tries: CONSTANCIA_TEST_PROFILE is `quick`, `patient` (if unset) or `thorough`.

A sample that costs more than it finds is taken smaller in every run, and as it was by `make thorough`.
"""

import hashlib
import os
from pathlib import Path
from typing import Final, TypeVar

_T = TypeVar("_T")
ROOT: Final = Path(__file__).resolve().parent.parent
PROFILE: Final = os.environ.get("CONSTANCIA_TEST_PROFILE", "patient")
THOROUGH: Final = PROFILE == "thorough"


def sampled(usual: _T, thorough: _T) -> _T:
    """Give how much is tried: of two sizes, the one of this run."""
    return thorough if THOROUGH else usual


def turn_of(floor: str, parts: int) -> int:
    """Give which of so many parts of a sample is tried: the bytes of a floor's modules choose.

    So each change of them is tried on another part, and two runs of the same program try the same.
    """
    texts = (path.read_bytes() for path in sorted((ROOT / floor).rglob("*.py")))
    return hashlib.sha256(b"".join(hashlib.sha256(text).digest() for text in texts)).digest()[0] % parts
