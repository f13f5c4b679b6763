"""Alterations of the tamper matrix shown to both verifiers: the page in a real browser, and the one in Python."""

import random
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page
from tests.e2e.page_cases import Shown
from tests.e2e.test_page_verifier import PAGE, by_open_page, by_python
from tests.tamper import transit_cases
from tests.tamper.bench import Bench, Case
from tests.tamper.matrix import SOURCES, cases_of

# Verdict, code and index of the first fault.
Answer = tuple[str, str | None, int | None]


@dataclass(slots=True)
class Both:
    """How many alterations were shown to both, and those on which they differ."""

    tried: int = 0
    differing: list[str] = field(default_factory=list)

    def add(self, other: "Both") -> None:
        self.tried += other.tried
        self.differing += other.differing


def readable_cases(bench: Bench) -> list[Case]:
    """All cases but those of the store, which the page does not read; the trust folder's are shown with a bundle."""
    altered = [case for source in SOURCES for case in cases_of(bench, source)]
    return [case for case in (*altered, *transit_cases.cases(bench)) if case.source != "store" or of_trust(case)]


def of_trust(case: Case) -> bool:
    return bool(case.files) and not case.sql and all(name.startswith("trust/") for name in case.files)


def drawn(cases: list[Case], count: int, seed: int) -> list[Case]:
    """So many cases, the same for the same seed; at least one of every target."""
    order = list(cases)
    random.Random(seed).shuffle(order)  # noqa: S311 - a sample, no secret
    first = {case.target: case for case in reversed(order)}
    chosen = list(first.values())
    known = {id(case) for case in chosen}
    return (chosen + [case for case in order if id(case) not in known])[: max(count, len(chosen))]


def shown(case: Case, bench: Bench, location: Path, trust: Path, path: Path) -> Shown:
    """What both are given: a receipt or a zip as it stands, and the published files of anything else as a zip."""
    if case.source == "store":
        location = bench.location("zip")
    if location.is_dir():
        folder = location / "log" if (location / "log").is_dir() else location
        with zipfile.ZipFile(path, "w") as archive:
            for file in sorted(folder.rglob("*")):
                if file.is_file():
                    archive.write(file, file.relative_to(folder).as_posix())
        location = path
    return Shown(source=location, trust=trust)


def answer(report: dict[str, object]) -> Answer:
    faults = report.get("faults")
    if report["verdict"] == "unreadable" or not isinstance(faults, list) or not faults:
        return str(report["verdict"]), None, None
    return str(report["verdict"]), faults[0]["code"], faults[0]["index"]


def by_both(page: Page, bench: Bench, cases: Iterable[Case], scratch: Path) -> Both:
    """Show every case to both."""
    page.goto(PAGE.as_uri())
    both = Both()
    for case in cases:
        with bench.altered(case) as (location, trust):
            path = scratch / "shown.zip"
            given = shown(case, bench, location, trust, path)
            found, expected = answer(by_open_page(page, given)), answer(by_python(given))
        both.tried += 1
        if found != expected:
            both.differing.append(f"{case.target} | {case.act} | {case.indexes}: page {found}, Python {expected}")
    return both
