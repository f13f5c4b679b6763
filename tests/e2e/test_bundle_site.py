"""The bundle opens for a person: index.html from the disk, without a network, in a real browser; and still verifies."""

import html
import os
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Page
from tests.e2e.axe_rules import RULES, broken
from tests.e2e.conftest import Pages
from tests.e2e.page_cases import Shown
from tests.e2e.test_page_verifier import PAGE, by_page, by_python
from tests.profile import sampled

from constancia.api.app import copy_app
from constancia.api.http.settings import Settings
from constancia.api.opendata.pack import write_bundle
from constancia.api.opendata.tables.all_tables import TABLES
from constancia.api.opendata.tables.columns import TableSource
from constancia.api.text.i18n import LANGUAGES, tr
from constancia.ledger.clock import SystemClock
from constancia.ledger.ledger import Ledger

# What a visitor clicks, page by page, from the start of the copy.
CLICKS = ("compromisos.html", "compromisos/rm.html", "decisiones.html", "decisiones/d-2.html", "copia/documentos.html")
# They are the server's pages, which `test_accessibility.py` looks at one by one: of the copy, one of each template of
# its own and one in English; `make thorough` looks at all of these.
USUAL = ("index.html", "es/datos/hitos.html", "es/copia/documentos.html", "en/decisions.html")
MORE = (
    "es/compromisos.html", "es/compromisos/rm.html", "es/datos.html", "es/copia/registros/1.html",
    "en/copia/documentos.html",
)  # fmt: skip
LOOKED_AT = sampled(USUAL, USUAL + MORE)


@pytest.fixture(scope="module")
def bundle(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    shutil.copytree(demo, folder / "demo")
    write_bundle(folder / "demo", folder / "libro.zip", make_app=copy_app, settings=Settings())
    return folder / "libro.zip"


@pytest.fixture(scope="module")
def unpacked(bundle: Path) -> Path:
    folder = bundle.parent / "libro"
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture
def offline(pages: Pages) -> Iterator[Page]:
    """A page without a network, which may open files alone."""
    lines: list[str] = []
    with pages.page({"offline": True}, lines.append) as page:
        page.set_viewport_size({"width": 1000, "height": 900})
        yield page
    assert [line for line in lines if not line.startswith("request file:")] == []


def test_o11_every_relative_link_leads_to_a_file_and_a_place_in_it(unpacked: Path) -> None:
    pages = {path: path.read_text("utf-8") for path in unpacked.rglob("*.html") if path.name != PAGE.name}
    assert len(pages) > 60
    files = {path for path in unpacked.rglob("*") if path.is_file()}
    broken: list[tuple[str, str]] = []
    count = 0
    for path, text in pages.items():
        for value in re.findall(r'\s(?:href|src|action)="([^"]*)"', text):
            parts = urlsplit(html.unescape(value))
            if parts.scheme or parts.netloc or not parts.path:
                continue
            count += 1
            target = Path(os.path.normpath(path.parent / unquote(parts.path)))  # no link of the file system is in it
            is_there = target in files
            if not is_there or (parts.fragment and f'id="{parts.fragment}"' not in pages.get(target, "")):
                broken.append((path.name, value))
    assert count > 1_000
    assert broken == []


def test_o12_nothing_of_the_copy_asks_the_server(unpacked: Path) -> None:
    for path in unpacked.rglob("*.html"):
        if path.name != PAGE.name:
            text = path.read_text("utf-8")
            assert not re.search(r"<(?:script|form|iframe)\b|localhost|127\.0\.0\.1|=\"/", text), path


def test_visitor_reads_it_without_a_network(unpacked: Path, offline: Page) -> None:
    offline.goto((unpacked / "index.html").as_uri())
    for place in CLICKS:
        offline.locator(f"a[href$='{place}']:visible").first.click()
        assert offline.url.endswith(f"/es/{place}")
        assert offline.locator("h1").count() == 1
        assert offline.url.startswith("file:")
        assert "sin conexión" in offline.locator("aside").last.inner_text()
    offline.get_by_role("link", name="Hoja de ruta sobre la vigilancia estatal ilegal").first.click()
    assert unquote(offline.url).endswith("/documentos/Hoja de ruta sobre la vigilancia estatal ilegal.md")
    offline.goto((unpacked / "es" / "index.html").as_uri())
    offline.get_by_role("link", name="English").click()
    assert offline.locator("html").get_attribute("lang") == "en"


def test_style_is_there(unpacked: Path, offline: Page) -> None:
    offline.goto((unpacked / "es" / "compromisos" / "rm.html").as_uri())
    assert offline.evaluate("getComputedStyle(document.querySelector('header.site')).borderBottomWidth") != "0px"


@pytest.mark.parametrize("path", LOOKED_AT)
def test_copy_breaks_no_rule_of_accessibility(unpacked: Path, offline: Page, path: str) -> None:
    offline.goto((unpacked / path).as_uri())
    options = {**RULES["light"], "preload": False}  # it would ask for the style once more, as a script can not here
    assert broken(offline, options) == []
    offline.set_viewport_size({"width": 320, "height": 800})
    assert offline.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.fixture(scope="module")
def altered(bundle: Path) -> Path:
    """The bundle with another word in each file that was added to read."""
    path = bundle.parent / "alterado.zip"
    with zipfile.ZipFile(bundle) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            is_extra = name.startswith(("es/", "en/", "datos/", "data/", "documentos/", "static/", "index.html"))
            target.writestr(name, data + b"mentira" if is_extra else data)
    return path


def test_o13_files_to_read_are_no_part_of_what_is_verified(
    bundle: Path, altered: Path, demo: Path, browser: Browser
) -> None:
    """Both verifiers say the same of the log alone, of the bundle, and of one whose added files were altered."""
    log_alone = bundle.parent / "log.zip"
    with Ledger.open(bundle.parent / "demo", clock=SystemClock(), signer=None) as ledger:
        ledger.export(log_alone)
    page = browser.new_page()
    reports: list[tuple[Any, ...]] = []
    for path in (log_alone, bundle, altered):
        shown = Shown(source=path, trust=demo / "trust")
        python, script = by_python(shown), by_page(page, shown)
        reports += [(report["verdict"], report["faults"], report["size"]) for report in (python, script)]
    page.close()
    assert reports[0][0] == "intact"
    assert reports == [reports[0]] * 6


def test_pages_say_that_only_the_entries_are_signed(unpacked: Path) -> None:
    for path in ("index.html", "es/compromisos.html", "es/datos.html"):
        assert "Sólo los registros están firmados" in (unpacked / path).read_text("utf-8")
    assert "Only the entries are signed" in (unpacked / "en" / "commitments.html").read_text("utf-8")
    assert "Nada de eso está firmado" in (unpacked / "README.es.txt").read_text("utf-8")


def test_o14_bundle_of_a_size_is_the_same_on_another_day(bundle: Path) -> None:
    again = bundle.parent / "again.zip"
    write_bundle(bundle.parent / "demo", again, make_app=copy_app, settings=Settings())
    assert again.read_bytes() == bundle.read_bytes()


@pytest.fixture(scope="module")
def whole(played_whole: tuple[Path, object]) -> Iterator[TableSource]:
    """All that the whole demonstration has: every kind of row."""
    with Ledger.open(played_whole[0], clock=SystemClock(), signer=None) as ledger:
        yield TableSource(reading=ledger.as_of(), log=ledger.log, withdrawn=frozenset(ledger.withdrawn()))


def test_every_table_has_rows_and_every_code_a_word(whole: TableSource) -> None:
    without: set[tuple[str, str]] = set()
    for table in TABLES:
        rows = list(table.rows(whole))
        assert rows, table.name
        for column in table.columns:
            for row in rows if column.kind in ("code", "codes") else ():
                codes = row[column.name] or ()
                for code in [codes] if isinstance(codes, str) else codes:
                    without |= set() if has_word(code) else {(column.name, code)}
    assert without == set()


def has_word(code: str) -> bool:
    return all(any(tr(lang, name) != name for name in (f"data.word.{code}", f"word.{code}")) for lang in LANGUAGES)
