"""A sample of the tamper matrix shown to the page and to the Python verifier: the same verdict and first fault.

One of every sixth target: the page's own bytes choose which, so that each change of the page is tried on others; the
Python verifier is shown all targets by `tests/verify/test_tamper.py`. `make thorough` takes each target and many more
cases, `tests/benchmarks/tamper_matrix.py --page` all of them.
"""

import zlib
from pathlib import Path

from playwright.sync_api import Browser
from tests.e2e.page_tamper import by_both, drawn, readable_cases
from tests.e2e.test_page_verifier import PAGE
from tests.profile import sampled
from tests.tamper.bench import Bench

COUNT, ONE_IN, SEED = sampled(0, 360), sampled(6, 1), zlib.crc32(PAGE.read_bytes())


def test_page_and_python_say_the_same_of_altered_ledgers(browser: Browser, tmp_path: Path) -> None:
    bench, scratch = Bench(tmp_path / "bench"), tmp_path / "scratch"
    scratch.mkdir()
    cases = readable_cases(bench)
    of_each = drawn(cases, COUNT, SEED)
    assert len(of_each) >= COUNT
    assert {case.target for case in of_each} == {case.target for case in cases}
    chosen = of_each[SEED % ONE_IN :: ONE_IN]
    assert len(chosen) >= 8
    context = browser.new_context(offline=True)
    both = by_both(context.new_page(), bench, chosen, scratch)
    context.close()
    assert both.differing == []
    assert both.tried == len(chosen)
