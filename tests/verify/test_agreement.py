"""The agreement vectors: what the Python verifier says of each file is what they hold. The page: tests/e2e.

Here each answer that there is is tried, and of the files that have it one in so many: which ones, the verifier's own
bytes choose, so that each change of it is tried on others. `make agreement` and `make thorough` try all.
"""

import hashlib
import json
import os
from pathlib import Path

import pytest
from tests.agreement.make import said_of
from tests.agreement.recipes import file_of
from tests.agreement.vectors import Case, load_bases, load_cases
from tests.profile import turn_of

pytestmark = pytest.mark.usefixtures("known_signatures")
SHARES = 8
SAMPLES = 1 if os.environ.get("CONSTANCIA_AGREEMENT") == "all" else 10


def tried() -> list[Case]:
    """Of the cases that have the same answer the first, and one in SAMPLES of the others."""
    turn, answers = turn_of("verify", SAMPLES), dict[str, list[Case]]()
    for case in load_cases():
        answers.setdefault(json.dumps(case.said), []).append(case)
    return [
        case for cases in answers.values() for place, case in enumerate(cases)
        if place == 0 or place % SAMPLES == turn
    ]  # fmt: skip


def test_bases_are_those_that_the_vectors_were_made_from() -> None:
    made = {base: hashlib.sha256(file_of({"base": base, "edits": []})).hexdigest() for base in load_bases()}
    assert made == load_bases()


def test_there_are_enough_of_every_kind() -> None:
    cases = load_cases()
    assert len(cases) >= 2_000
    assert len({json.dumps(case.recipe, sort_keys=True) for case in cases}) == len(cases)
    verdicts = [case.said[0] for case in cases]
    assert all(verdicts.count(one) >= 50 for one in ("altered", "inconclusive", "intact", "unreadable"))
    assert len({case.said[1][0] for case in cases if case.said[0] == "altered"}) >= 20, "codes of faults"
    assert len(tried()) >= len(cases) // SAMPLES
    assert {json.dumps(case.said) for case in tried()} == {json.dumps(case.said) for case in cases}


@pytest.mark.slow
@pytest.mark.parametrize("share", range(SHARES))
def test_python_says_what_the_vectors_hold(share: int, tmp_path: Path) -> None:
    cases = tried()[share::SHARES]
    said = [(case, said_of(case.recipe, tmp_path)) for case in cases]
    assert [differing(case, found) for case, found in said if found != case.said] == []


def differing(case: Case, found: object) -> str:
    return f"{json.dumps(case.recipe)}: expected {case.said}, found {found}"
