"""Tries every case of the tamper matrix; prints the figures, and writes them as a Markdown table.

PYTHONPATH=.import:. python tests/benchmarks/tamper_matrix.py [file.md]

Exit code 1 if anything was missed, or named at another place for no known reason.
"""

import sys
import tempfile
import time
from pathlib import Path

from tests.tamper.bench import Bench, Figures
from tests.tamper.matrix import SOURCES, by_target, cases_of, table, unexplained, upper_tiles

HEAD = """# Tamper matrix

Every object that a verifier reads, altered in every way that we know of, and what it then says. *Named at the place*:
the first fault stands at the index, or in the file or column, that was altered. *Within the range said*: the report
gives a range of entries, and the alteration lies in it. Nothing may be missed: what goes unnoticed is harmless, which
is proved case by case (the entries' bytes and the root are what they were), or needs a checkpoint kept elsewhere.

`PYTHONPATH=.import:. python tests/benchmarks/tamper_matrix.py docs/TAMPER.md` tries all of it and writes this page; the
test suite tries one case of every cell (`tests/verify/test_tamper.py`).

"""


def main() -> int:
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
        Path(sys.argv[1]).write_text(text, encoding="utf-8")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
