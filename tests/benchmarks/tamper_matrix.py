"""Tries every case of the tamper matrix; prints the figures, and writes them as a Markdown table.

    PYTHONPATH=.import:. python tests/benchmarks/tamper_matrix.py [file.md]
    PYTHONPATH=.import:. python tests/benchmarks/tamper_matrix.py --page [file.md] [count]

With `--page` the cases that the HTML verifier reads, or so many of them, are shown to both verifiers, and what the file
says of that is written again. Exit code 1 if anything was missed, or named at another place for no known reason; or if
the two verifiers differ.
"""

import re
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright
from tests.e2e.conftest import CHROMIUM, FLAGS
from tests.e2e.page_tamper import Both, by_both, drawn, readable_cases
from tests.tamper.bench import Bench, Figures
from tests.tamper.matrix import SOURCES, by_target, cases_of, table, unexplained, upper_tiles

HEAD = """# Tamper matrix

Every object that a verifier reads, altered in every way that we know of, and what it then says. *Named at the place*:
the first fault is at the index, or in the file or column, that was altered. *Within the range said*: the report
gives a range of entries, and the alteration lies in it. Nothing may be missed: what goes unnoticed is harmless, which
is proved case by case (the entries' bytes and the root are what they were), or needs a checkpoint kept elsewhere.

`PYTHONPATH=.import:. python tests/benchmarks/tamper_matrix.py docs/TAMPER.md` tries all of it and writes this page; the
test suite tries one case of every cell (`tests/verify/test_tamper.py`).

"""

# What the second verifier says; rewritten by `--page`, kept by the rest.
PAGE_HEAD = "## The second verifier"
SEED = 1


def with_page(count: int | None) -> tuple[Both, int]:
    """Show the cases that the page reads, or so many of them, to both verifiers; gives also how many there are."""
    both = Both()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as engine:
        bench, scratch = Bench(Path(folder) / "bench"), Path(folder) / "scratch"
        scratch.mkdir()
        cases = readable_cases(bench)
        chosen = cases if count is None else drawn(cases, count, SEED)
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for target, some in by_target(chosen).items():
            context = browser.new_context(offline=True)
            one = by_both(context.new_page(), bench, some, scratch)
            context.close()
            print(f"{target}: {one.tried}, differing {len(one.differing)}", file=sys.stderr)
            both.add(one)
        browser.close()
    return both, len(cases)


def page_text(both: Both, known: int) -> str:
    drawn_from = (
        "all" if both.tried == known else f"{both.tried:,} drawn at random (seed {SEED}), some of every object,"
    )
    text = f"""{PAGE_HEAD}

`verificador.html` was shown, in a real browser, {drawn_from} of the {known:,} alterations that it reads: published
folders as a zip, zips, receipts, and the trust folder of a bundle; not the store. Compared with the Python
verifier: the verdict, and code and index of the first fault. `tests/benchmarks/tamper_matrix.py --page docs/TAMPER.md`
tries all of it, or as many as are asked for; `tests/e2e/test_page_tamper.py` a sample.

What the auditor pins may be pasted into the page: there white space around a genesis is ignored, and a trust
folder without its policy pins less, where the Python verifier finds no trust folder.

| tried | both say the same | differing |
|--:|--:|--:|
| {both.tried} | {both.tried - len(both.differing)} | {len(both.differing)} |
"""
    return text + "".join(f"\n- {one}" for one in both.differing) + ("\n" if both.differing else "")


def main_page(arguments: list[str]) -> int:
    path = Path(arguments[0]) if arguments else None
    both, known = with_page(int(arguments[1]) if len(arguments) > 1 else None)
    text = page_text(both, known)
    print(text)
    if path is not None:
        kept = _read(path).split(PAGE_HEAD)[0].rstrip()
        path.write_text(f"{kept}\n\n{text}", encoding="utf-8")
    return 1 if both.differing else 0


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def main() -> int:
    if sys.argv[1:2] == ["--page"]:
        return main_page(sys.argv[2:])
    start = time.monotonic()
    rows: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder) / "bench")
        for source in SOURCES:
            for target, cases in by_target(cases_of(bench, source)).items():
                rows[target] = bench.run(cases)
                print(f"{target}: {rows[target].tried}", file=sys.stderr)
        rows |= upper_tiles(Path(folder) / "upper", step=61)
    text = HEAD + table(rows)
    print(text)
    print(f"{time.monotonic() - start:.0f} s")
    bad = [line for one in rows.values() for line in (*one.missed, *unexplained(one))]
    for line in bad:
        print(f"UNEXPLAINED {line}")
    if len(sys.argv) > 1:
        path = Path(sys.argv[1])
        page = re.search(f"^{PAGE_HEAD}.*", _read(path), re.DOTALL | re.MULTILINE)
        path.write_text(text + (f"\n{page[0]}" if page else ""), encoding="utf-8")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
