"""The tamper matrix: whatever is altered is named where it was altered, or proved to change nothing.

The core alone says the same as core and all around it, wherever it is given the altered bytes.

A case of every target and of every act runs here, and of the cells one in so many, by turns that the verifier's own
bytes choose; a case of every cell by `make thorough`; all cases by `tests/benchmarks/tamper_matrix.py`.
"""

from pathlib import Path

import pytest
from tests.profile import sampled, turn_of
from tests.tamper.bench import Bench, Figures
from tests.tamper.matrix import SOURCES, cases_of, sample, unexplained, upper_tiles
from tests.verify.core_alone import NOT_READ, Comparison
from tests.verify.small_ledger import verify

from constancia.verify.report.findings import Verdict
from constancia.verify.report.rendering import report_text

# The folder's log is long, so that it has full tiles.
pytestmark = pytest.mark.usefixtures("known_signatures")
ONE_IN = {"store": sampled(8, 1), "folder": sampled(48, 1), "log": sampled(10, 1), "packed": 1}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("bench"))


def check(figures: Figures, capsys: pytest.CaptureFixture[str]) -> None:
    said = f"tried {figures.tried}, named {figures.named}, in range {figures.in_range}"
    with capsys.disabled():
        print(f" [{said}, elsewhere {len(figures.elsewhere)}, missed {len(figures.missed)}]", end="")  # noqa: T201
    assert figures.missed == []
    assert unexplained(figures) == []
    known = figures.named + figures.in_range + len(figures.elsewhere)
    assert figures.tried == known + figures.harmless.total() + figures.undetectable.total()


@pytest.mark.parametrize("source", ["store", "folder", "ledger", "zip", "receipt"])
def test_what_stands_on_the_bench_is_intact(source: str, bench: Bench) -> None:
    report = verify(bench.location(source), bench.trust(source))
    assert report.verdict is Verdict.INTACT, report_text(report, "en")


@pytest.mark.parametrize("source", list(SOURCES))
def test_alterations_are_named_at_their_place(source: str, bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    core = Comparison(bench)
    for name in ("store", "folder", "ledger", "zip"):
        core.read_true(name)
    chosen = sample(cases_of(bench, source), one_in=ONE_IN[source], turn=turn_of("verify", 256))
    check(bench.run(chosen, beside=core.compare), capsys)
    with capsys.disabled():
        print(f" [the core alone: {dict(core.tally)}, differing {len(core.differing)}]", end="")  # noqa: T201
    assert core.differing == []
    assert [target for target in core.unseen if not target.startswith(NOT_READ)] == []
    assert core.tally["compared"] > 0


def test_alterations_of_the_upper_tiles_are_named_at_their_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for figures in upper_tiles(tmp_path, step=sampled(9_001, 1_999)).values():
        check(figures, capsys)
