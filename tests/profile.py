"""How much a run of the tests tries: CONSTANCIA_TEST_PROFILE is `quick`, `patient` (if unset) or `thorough`.

A sample that costs more than it finds is taken smaller in every run, and as it was by `make thorough`.
"""

import os
from typing import Final, TypeVar

_T = TypeVar("_T")
PROFILE: Final = os.environ.get("CONSTANCIA_TEST_PROFILE", "patient")
THOROUGH: Final = PROFILE == "thorough"


def sampled(usual: _T, thorough: _T) -> _T:
    """Give how much is tried: of two sizes, the one of this run."""
    return thorough if THOROUGH else usual
