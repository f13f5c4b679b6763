"""The HTML verifier in a real browser, from a file and without a network, beside the Python verifier: one verdict.

The page was written from the specification alone; where the two differ, the specification has a gap. The Python
verifier is shown every case in every run; the page one in SAMPLES, and one of each kind: its own bytes choose which, so
that each change of the page is tried on others. `make thorough` and `make agreement` show it all of them.
"""

import hashlib
import json
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from tests.agreement.by_page import TAKE, as_given
from tests.e2e import page_rotation, page_rules, page_schemes
from tests.e2e.page_cases import CASES, Shown
from tests.ledger.test_postgres_ledger import as_attacker
from tests.postgres import Server
from tests.profile import THOROUGH
from tests.rows import each_row

from constancia.api.demo.run import DemoResult
from constancia.ledger.backup.relocation import move_to_database
from constancia.ledger.clock import SystemClock
from constancia.ledger.errors import LedgerError
from constancia.ledger.ledger import Ledger
from constancia.verify.audit.run import audit
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.report.rendering import report_json
from constancia.verify.sources.foreign_file import Foreign
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "verify" / "verificador.html"
assert page_rotation.SITUATIONS
assert page_rules.REPORT  # these three add to the cases by being imported
assert page_schemes.ORIGIN
SAMPLES = 16
ALL = THOROUGH or os.environ.get("CONSTANCIA_AGREEMENT") == "all"
TRUST = ("policy", "genesis", "checkpoint")
SAME = ("verdict", "exit_code", "origin", "size", "root", "genesis", "log_key", "anchored", "checked", "faults_total")


@pytest.fixture(scope="module")
def offline(browser: Browser) -> Iterator[Page]:
    """The page, opened from a file in a browser without a network. It asks for nothing, and the console is silent."""
    context = browser.new_context(offline=True)
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert {url for url in asked if not url.startswith("blob:")} <= {PAGE.as_uri()}
    assert said == []


def by_page(page: Page, shown: Shown) -> dict[str, Any]:
    """What the page says of a source that is chosen in it, once it is opened."""
    page.goto(PAGE.as_uri())
    if shown.trust is not None:
        page.set_input_files("#trustfiles", trusted_files(shown.trust))
    page.set_input_files("#file", shown.source)
    page.wait_for_selector("#status h2")
    report: dict[str, Any] = page.evaluate("window.constanciaReport")
    return report


def by_open_page(page: Page, shown: Shown) -> dict[str, Any]:
    """What the page says of a source after others, through the function that a chosen or dropped file goes through."""
    if page.url != PAGE.as_uri():
        page.goto(PAGE.as_uri())
    files = [*([] if shown.trust is None else trusted_files(shown.trust)), shown.source]
    report: dict[str, Any] = page.evaluate(TAKE, [as_given(file.name, file.read_bytes()) for file in files])
    return report


def trusted_files(trust: Path) -> list[Path]:
    return [file for name in TRUST if (file := trust / name).exists()]


def by_python(shown: Shown) -> dict[str, Any]:
    """What the Python verifier says of it, all faults listed."""
    try:
        with open_source(str(shown.source)) as source:
            trust = None if shown.trust is None else load_trust(shown.trust)
            report: dict[str, Any] = json.loads(report_json(audit(source, trust, all_faults=True)))
    except Foreign:
        return {"verdict": "foreign"}
    except (Unreadable, Malformed):
        return {"verdict": "unreadable"}
    return report


def places(report: dict[str, Any]) -> list[tuple[object, ...]]:
    return [(one["code"], one["level"], one["index"], one["last_index"], one["somewhere"]) for one in report["faults"]]


def remarks(report: dict[str, Any], name: str) -> list[str]:
    return sorted(json.dumps(_of_both(remark["code"], remark["params"])) for remark in report[name])


def _of_both(code: str, params: dict[str, Any]) -> list[object]:
    """Zone rules are the pinned package's in Python, of a version; in the page the browser's, which names none."""
    return ["browser-zone", {"zone": params["zone"]}] if code == "time-zone-rules" else [code, params]


def assert_agree(page: Page, shown: Shown) -> dict[str, Any]:
    """Both say the same: verdict, every fault with its place, what was counted, what was not checked."""
    found, expected = by_open_page(page, shown), by_python(shown)
    if expected["verdict"] == "unreadable":
        assert (found["verdict"], found["exit_code"]) == ("unreadable", 3)
        return found
    assert {name: found[name] for name in SAME} == {name: expected[name] for name in SAME}
    assert places(found) == places(expected)
    for name in ("open", "not_checked", "notes"):
        assert remarks(found, name) == remarks(expected, name)
    return found


def chosen() -> list[str]:
    """The cases that the page is shown."""
    turn, kinds = hashlib.sha256(PAGE.read_bytes()).digest()[1] % SAMPLES, dict[str, list[str]]()
    for name in CASES:
        kinds.setdefault(re.split(r"[: ]", name)[0], []).append(name)
    return [
        name for names in kinds.values() for place, name in enumerate(names)
        if ALL or place % SAMPLES == turn % len(names)
    ]  # fmt: skip


@pytest.mark.timeout(600)  # many rows, and a machine may have other work
@each_row("name", chosen())
def test_page_and_python_say_the_same(name: str, offline: Page, tmp_path: Path) -> None:
    case, code = CASES[name]
    assert_expected(assert_agree(offline, case(own_folder(tmp_path))), code)


@pytest.mark.timeout(600)
@each_row("name", [name for name in CASES if name not in chosen()] or chosen())
def test_python_says_what_a_case_shows(name: str, tmp_path: Path) -> None:
    case, code = CASES[name]
    assert_expected(by_python(case(own_folder(tmp_path))), code)


def own_folder(folder: Path) -> Path:
    """Make another folder within one: a case begins with an empty one."""
    return Path(tempfile.mkdtemp(dir=folder))


def assert_expected(report: dict[str, Any], code: str | None) -> None:
    """A report says what a case is there to show: its first fault, or what it leaves open."""
    first = report.get("first_fault")
    if first is not None or code is None:
        assert (first or {}).get("code") == code
    else:  # no fault, but something that could not be had or judged
        assert code in {report["verdict"], *(one["code"] for one in report.get("open", ()))} - {"intact", "altered"}


@pytest.fixture(scope="module")
def exported(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of the demonstration, made from a copy: other tests read the folder at the same time."""
    return export(demo, tmp_path_factory.mktemp("exported"))


def export(ledger_folder: Path, folder: Path) -> Path:
    """Export a copy of a ledger into a folder; gives the bundle."""
    bundle = folder / "libro.zip"
    with Ledger.open(shutil.copytree(ledger_folder, folder / "demo"), clock=SystemClock(), signer=None) as ledger:
        ledger.export(bundle)
    return bundle


def test_demonstrations_bundle_is_intact_and_holds_the_page(
    offline: Page, exported: Path, demo: Path, played: tuple[Path, DemoResult]
) -> None:
    report = assert_agree(offline, Shown(source=exported, trust=demo / "trust"))
    assert (report["verdict"], report["size"]) == ("intact", played[1].size)
    assert played[1].size > 100
    with zipfile.ZipFile(exported) as archive:
        assert archive.read("verificador.html") == PAGE.read_bytes()


def test_bundle_and_receipt_of_a_ledger_in_a_database_are_those_of_its_folder(
    offline: Page, exported: Path, demo: Path, postgres_server: Server, tmp_path: Path
) -> None:
    folder = shutil.copytree(demo, tmp_path / "moved")
    address = postgres_server.schema()
    move_to_database(folder, address)
    bundle, receipt = tmp_path / "libro.zip", tmp_path / "libro.tlog-proof"
    with Ledger.open(folder, clock=SystemClock(), signer=None) as ledger:
        assert ledger.is_in_database
        ledger.export(bundle)
        receipt.write_bytes(ledger.receipt(58))
    assert bundle.read_bytes() == exported.read_bytes()
    for source in (bundle, receipt):
        assert assert_agree(offline, Shown(source=source, trust=demo / "trust"))["verdict"] == "intact"
    as_attacker(address, "UPDATE stored_events SET state = set_byte(state, 40, 88) WHERE position = 30")
    with pytest.raises(LedgerError), Ledger.open(folder, clock=SystemClock(), signer=None) as ledger:
        ledger.export(bundle)
    assert bundle.read_bytes() == exported.read_bytes(), "what does not verify is not exported"


def test_whole_story_is_intact_for_both_though_a_document_was_withdrawn(
    offline: Page, played_whole: tuple[Path, DemoResult], tmp_path: Path
) -> None:
    """Every type, two rotated keys, successions; a cited document is absent, and an entry says why."""
    folder, outcome = played_whole
    bundle = export(folder, tmp_path)
    report = assert_agree(offline, Shown(source=bundle, trust=folder / "trust"))
    assert (report["verdict"], report["size"]) == ("intact", outcome.size)
    [withdrawn] = [remark["params"] for remark in report["notes"] if remark["code"] == "documents-withdrawn"]
    with zipfile.ZipFile(bundle) as archive:
        assert f"documents/{withdrawn['first']}" not in archive.namelist()


def test_demonstrations_bundle_without_trust_is_inconclusive(offline: Page, exported: Path) -> None:
    assert assert_agree(offline, Shown(source=exported, trust=None))["verdict"] == "inconclusive"


def test_demonstrations_receipts_are_intact(offline: Page, demo: Path) -> None:
    receipts = sorted((demo / "receipts").iterdir())
    assert receipts
    for one in receipts:
        assert assert_agree(offline, Shown(source=one, trust=demo / "trust"))["verdict"] == "intact"
