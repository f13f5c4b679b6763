"""What the way does to a true file is never called an alteration, and never taken for the undamaged file."""

from pathlib import Path

import pytest
from tests.e2e.page_rules import genesis_alone
from tests.rows import each_row
from tests.tamper.bench import Bench, Case
from tests.tamper.transit_cases import DOUBTFUL, NAMED, cases
from tests.verify.small_ledger import verify

from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.report.findings import Report, Verdict
from constancia.verify.sources.transit import is_page

pytestmark = pytest.mark.usefixtures("known_signatures")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("bench"))


def answer(bench: Bench, case: Case) -> Report | str:
    with bench.altered(case) as (location, trust):
        try:
            return verify(location, trust)
        except (Unreadable, Malformed) as error:
            return str(getattr(error, "code", ""))


@pytest.mark.slow
def test_damage_of_the_way_is_never_an_alteration(bench: Bench) -> None:
    wrong, seen = [], set()
    for case in cases(bench, seed=20, rounds=1):
        said = answer(bench, case)
        if isinstance(said, str):
            seen.add(said)
            continue
        seen |= {one.code for one in said.open}
        if said.verdict is Verdict.ALTERED:
            wrong.append(f"{case.target} | {case.act} | {said.first}")
    assert wrong == []
    assert {"missing", "short", "added", "changed", "replaced", "receipt-form", "form", "zip-path", "zip-extra"} <= seen


def test_what_is_undone_is_verified_and_said(bench: Bench) -> None:
    """The bytes without the damage verify; the verdict stays inconclusive, for the file is not what was given out."""
    for act in ("CRLF", "BOM", "UTF-16", "quoted mail", "quoted-printable", "footer", "greeting", "no last line end"):
        (case,) = (one for one in cases(bench) if (one.target, one.act) == ("on the way: receipt", act))
        said = answer(bench, case)
        if act == "UTF-16" and isinstance(said, Report) and {one.code for one in said.open} == {"receipt-form"}:
            continue  # without its mark
        assert isinstance(said, Report), (act, said)
        assert (said.verdict, [one.code for one in said.open], said.faults) == (
            Verdict.INCONCLUSIVE,
            ["changed"],
            (),
        ), act


def test_zip_made_again_is_intact_and_names_that_differ_are_refused(bench: Bench) -> None:
    refused = 0
    for case in cases(bench):
        if case.target != "on the way: zip" or case.act in ("cut", "emptied", "page in its place"):
            continue
        said = answer(bench, case)
        if case.act == "doubtful name" or case.act in [f"extra field {kind:#06x}" for kind in NAMED]:
            assert isinstance(said, str), (case.act, case.files)
            assert said.startswith("zip-"), said
            refused += 1
        else:
            assert isinstance(said, Report), (case.act, said)
            assert said.verdict is Verdict.INTACT, case.act
    assert refused == len(DOUBTFUL) + len(NAMED)


def test_an_entry_whose_length_reads_as_text_is_no_page(tmp_path: Path) -> None:
    shown = genesis_alone(tmp_path)
    report = verify(shown.source, shown.trust)
    assert (report.verdict, report.open) == (Verdict.INTACT, ())


@each_row("text", [b'\r\n{"error": "not found"}', b"Not found", b"  {}"])
def test_a_text_in_a_bundles_place_is_a_page(text: bytes) -> None:
    assert is_page(text)
