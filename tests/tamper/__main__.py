"""Alterations from a seed, for as long as asked: `make tamper ARGS='--minutes 30 --seed 1'`.

With `--page N` so many receipts, zips and folders are also shown to the page verifier in a real browser. With
`--database N` so many are then made of a ledger in PostgreSQL, and each in SQLite too. Prints figures by source; 1
where something altered was called intact, or two verifiers differ.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.ledger.template import Templates
from tests.postgres import own_server
from tests.tamper.database_cases import Databases
from tests.tamper.generator import Figures, Generator, generating

AUDITED = "PostgreSQL, audit"


def main() -> int:
    """Try alterations."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="for the sources in files; for the database again")
    parser.add_argument("--count", type=int, default=10**9)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--page", type=int, default=0, metavar="N")
    parser.add_argument("--database", type=int, default=0, metavar="N")
    arguments = parser.parse_args()
    end = time.monotonic() + 60 * arguments.minutes
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    begun = time.process_time()
    with (
        tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder,
        generating(Path(folder), arguments.seed) as (generator, address),
    ):
        generator.run(arguments.count, address, lambda: time.monotonic() > end)
        differing = _by_page(generator, arguments.page) if arguments.page else []
        in_database = _in_database(Path(folder), arguments) if arguments.database else {}
    wrong = 0
    for name, figures in (generator.figures | in_database).items():
        answers = ", ".join(f"{count:,} {answer}" for answer, count in figures.answers.most_common())
        core = ", ".join(f"{count:,} {answer}" for answer, count in figures.core.most_common())
        print(f"{name}: {figures.tried:,} tried: {answers or '—'}; the core alone: {core or '—'}")
        wrong += len(figures.wrong)
        for text in figures.wrong[:20]:
            print(f"  WRONG {text}")
    for text in differing:
        print(f"  DIFFERS {text}")
    of_rows = [figures for name, figures in in_database.items() if name == AUDITED]
    tried = sum(figures.tried for figures in (*generator.figures.values(), *of_rows))
    spent = time.process_time() - begun
    print(f"{tried:,} alterations, seed {arguments.seed}: {wrong} wrong, {spent:.0f} s of processor time")
    return 1 if wrong or differing else 0


def _in_database(root: Path, arguments: argparse.Namespace) -> dict[str, Figures]:
    """Alter a ledger in a PostgreSQL server of its own; gives the figures of each way to read it."""
    with own_server() as server:
        ledger = Templates(root / "templates").adopted
        databases = Databases(root / "databases", server, ledger, arguments.seed, ways=2)
        end = time.monotonic() + 60 * arguments.minutes
        databases.run(arguments.database, lambda: time.monotonic() > end)
        return {AUDITED if name == "audit" else f"PostgreSQL, {name}": one for name, one in databases.figures.items()}


def _by_page(generator: Generator, count: int) -> list[str]:
    """Show alterations to both verifiers; gives those on which they differ."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only here
    from tests.e2e.conftest import CHROMIUM, FLAGS  # noqa: PLC0415
    from tests.e2e.page_cases import Shown  # noqa: PLC0415
    from tests.e2e.page_tamper import answer  # noqa: PLC0415
    from tests.e2e.test_page_verifier import PAGE, by_open_page, by_python  # noqa: PLC0415

    differing = []
    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_context(offline=True).new_page()
        page.goto(PAGE.as_uri())
        for number in range(count):
            altered = generator.file("receipt" if number % 2 else "zip")
            shown = Shown(source=Path(altered.location), trust=generator.root / "trust")
            by_page, expected = answer(by_open_page(page, shown)), answer(by_python(shown))
            if by_page != expected:
                differing.append(f"{altered.source}, {altered.act}: page {by_page}, Python {expected}")
        browser.close()
    print(f"{count:,} receipts and zips shown to the page and to the Python verifier: {len(differing)} differ")
    return differing


if __name__ == "__main__":
    sys.exit(main())
