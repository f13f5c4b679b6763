"""A sample of the tamper matrix shown to the page and to the Python verifier: the same verdict and first fault.

At least one of each target. The page's own bytes choose which, so that each change of the page is tried on others;
`make thorough` takes many more, and `tests/benchmarks/tamper_matrix.py --page` all of them.
"""

import zlib
from pathlib import Path

from playwright.sync_api import Browser
from tests.e2e.page_tamper import by_both, drawn, readable_cases
from tests.e2e.test_page_verifier import PAGE
from tests.profile import sampled
from tests.tamper.bench import Bench

COUNT, SEED = sampled(24, 360), zlib.crc32(PAGE.read_bytes())


def test_page_and_python_say_the_same_of_altered_ledgers(browser: Browser, tmp_path: Path) -> None:
    bench, scratch = Bench(tmp_path / "bench"), tmp_path / "scratch"
    scratch.mkdir()
    cases = readable_cases(bench)
    chosen = drawn(cases, COUNT, SEED)
    assert len(chosen) >= COUNT
    assert {case.target for case in chosen} == {case.target for case in cases}
    context = browser.new_context(offline=True)
    both = by_both(context.new_page(), bench, chosen, scratch)
    context.close()
    assert both.differing == []
    assert both.tried == len(chosen)
