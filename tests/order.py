"""The order of the tests where several workers share them: what takes long begins first, and stays in one place.

xdist's `worksteal` gives each worker a stretch of the list, and who has done its own takes from another's end. So each
stretch begins with whole files that start servers and browsers, shared out by what they cost, and ends with tests that
need nothing: a file is not begun again by a second worker, with all that it sets up, and nobody waits at the end.
"""

from collections.abc import Sequence
from typing import Final, Protocol, TypeVar

# Seconds of a processor, about: of files that take many, and of a test by its folder. Only the order depends on them.
SECONDS: Final = {
    "tests/e2e/test_accessibility.py": 55, "tests/e2e/test_signing.py": 27, "tests/e2e/test_page_itself.py": 20,
    "tests/e2e/test_journey.py": 12, "tests/e2e/test_packaging.py": 18, "tests/e2e/test_ten_tasks.py": 14,
    "tests/ledger/snapshots/test_snapshots.py": 7, "tests/e2e/test_page_verifier.py": 16,
    "tests/e2e/test_forms_pages.py": 12, "tests/api/http/test_proxies.py": 6, "tests/verify/test_tamper.py": 6,
    "tests/verify/test_agreement.py": 4, "tests/e2e/test_kill_rounds.py": 18, "tests/e2e/test_as_of.py": 5,
    "tests/e2e/test_trust_page.py": 10, "tests/verify/report/test_output.py": 5, "tests/e2e/test_signing_texts.py": 8,
    "tests/e2e/test_bundle_site.py": 8, "tests/e2e/test_archive.py": 6, "tests/e2e/test_publish.py": 7,
    "tests/e2e/test_demo.py": 5, "tests/e2e/test_page_tamper.py": 7, "tests/e2e/test_forked_rounds.py": 7,
    "tests/api/http/server/test_reader_pool.py": 5, "tests/e2e/test_pictures.py": 6, "tests/e2e/test_wording.py": 6,
    "tests/e2e/test_form_to_receipt.py": 6, "tests/e2e/test_anchor.py": 6, "tests/e2e/test_mistakes.py": 5,
    "tests/e2e/test_operator_accidents.py": 5, "tests/api/test_postgres_readers.py": 5,
}  # fmt: skip
OF_A_TEST: Final = {"e2e": 0.2, "foreign": 0.2, "examples": 0.2, "ledger": 0.1, "api": 0.07, "verify": 0.03}
OTHER: Final = 0.01
SHARED: Final = "walked"  # who asks second for a walk over all pages would wait for the first
BROWSER: Final = "chromium"  # to start it costs seconds: half of the workers have one


class Collected(Protocol):
    """What of pytest's item is looked at; one that is a function has `fixturenames`, too."""

    @property
    def nodeid(self) -> str:
        """Its file, and its name there."""


_T = TypeVar("_T", bound=Collected)


def spread(tests: Sequence[_T], workers: int) -> list[_T]:
    """Order tests for so many workers.

    Args:
        tests: The tests in the order that they were collected in.
        workers: How many share them, each its stretch of the list.

    Returns:
        The same tests, those of a file in the order that they had.
    """
    together = {_file(test) for test in tests if SHARED in getattr(test, "fixturenames", ())}
    groups: dict[str, list[_T]] = {}
    for test in tests:
        groups.setdefault(SHARED if _file(test) in together else _file(test), []).append(test)
    stretches: list[list[_T]] = [[] for _ in range(workers)]
    cost = [0.0] * workers
    for group in sorted(groups.values(), key=_urgency, reverse=True):
        has_browser = any(BROWSER in getattr(test, "fixturenames", ()) for test in group)
        least = cost.index(min(cost[: (workers + 1) // 2] if has_browser else cost))
        stretches[least] += group
        cost[least] += _seconds(group)
    return _cut_to_size(stretches)


def _file(test: Collected) -> str:
    return test.nodeid.partition("::")[0]


def _urgency(group: Sequence[Collected]) -> tuple[float, float]:
    """Give what a group is ordered by: how long its tests take each, and then all of them together."""
    file = _file(group[0])
    return max(OF_A_TEST.values()) if file in SECONDS else _of_a_test(file), _seconds(group)


def _seconds(group: Sequence[Collected]) -> float:
    """Give about how long a group takes."""
    files = dict.fromkeys(map(_file, group))
    known = sum(SECONDS.get(file, 0) for file in files)
    return known + sum(_of_a_test(_file(test)) for test in group if _file(test) not in SECONDS)


def _of_a_test(file: str) -> float:
    return OF_A_TEST.get(file.split("/")[1], OTHER)


def _cut_to_size(stretches: Sequence[list[_T]]) -> list[_T]:
    """Move tests from the end of long stretches to that of short ones: xdist cuts the list by its length."""
    left, total = len(stretches), sum(map(len, stretches))
    sizes, spare = list[int](), list[_T]()
    for stretch in stretches:
        sizes.append(total // left)
        spare += stretch[sizes[-1] :]
        left, total = left - 1, total - sizes[-1]
    ordered = list[_T]()
    for size, stretch in zip(sizes, stretches, strict=True):
        missing = max(0, size - len(stretch))
        ordered += stretch[:size] + spare[:missing]
        del spare[:missing]
    return ordered
