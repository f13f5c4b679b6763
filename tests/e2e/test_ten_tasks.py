"""The tasks by which the pages are judged, done in a real browser from the start page on, with what each costs counted.

Tasks 3, 4 and 5 sign in the browser, and have a module of their own. The CSV of task 6 is read with the standard
library (byte order mark, accents, columns), not with a spreadsheet program.
"""

import csv
import io
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page
from tests.api.served import serving
from tests.e2e.conftest import Pages
from tests.e2e.task_table import BUDGET, TASKS, Counts, between_markers, holds, table
from tests.e2e.visitor import Visitor

from constancia.api.demo.run import DemoResult
from constancia.api.text.paper.links import parse_link
from constancia.ledger.clock import SystemClock
from constancia.ledger.ledger import Ledger
from constancia.verify.__main__ import main as verify

ATOM = {"a": "http://www.w3.org/2005/Atom"}
WAIT_MS = 10_000
Visits = Callable[..., AbstractContextManager[Visitor]]


@pytest.fixture(scope="module")
def folder(played_whole: tuple[Path, DemoResult], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the whole demonstration's ledger."""
    copy = tmp_path_factory.mktemp("tasks") / "demo"
    shutil.copytree(played_whole[0], copy)
    return copy


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[str]:
    """The address at which the whole demonstration is served."""
    with Ledger.open(folder, clock=SystemClock(), signer=None) as ledger:
        ledger.views.catch_up()  # as the server's own task does: until then, pages begin with a notice
        with serving(ledger) as url:
            yield url


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the photographs are."""
    return tmp_path_factory.mktemp("task-shots")


@pytest.fixture
def visits(pages: Pages, shots: Path) -> Visits:
    """Gives a visitor to a task, with its window; offline where it is said."""

    @contextmanager
    def visit(name: str, *, offline: bool = False) -> Iterator[Visitor]:
        width, height = TASKS[name].window
        said: list[str] = []
        options = {"viewport": {"width": width, "height": height}, "offline": offline, "locale": "es-MX"}
        with pages.page(options, said.append) as page:
            page.set_default_timeout(WAIT_MS)
            visitor = Visitor(page, shots, name + ("-offline" if offline else ""))
            try:
                yield visitor
            except BaseException:
                visitor.photographs()
                raise
            visitor.leaves()
        assert [each for each in said if not each.startswith("request ")] == []

    return visit


@pytest.fixture(scope="module")
def saved_verifier(browser: Browser, site: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The verifier's page as a visitor saved it earlier: from the start page, with a click on each of two links."""
    page = browser.new_page()
    page.goto(f"{site}/es/")
    page.get_by_role("link", name="Verificar", exact=True).first.click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Guardarlo para usarlo sin red").click()
    path = tmp_path_factory.mktemp("saved") / waiting.value.suggested_filename
    waiting.value.save_as(path)
    page.close()
    return path


def test_1_how_it_is_and_who_is_late_without_a_click_or_scrolling(visits: Visits, site: str) -> None:
    with visits("1") as visitor:
        visitor.goes_to(f"{site}/es/")
        page = visitor.page
        agreement, late = page.locator("section[aria-labelledby=como]"), page.locator("section[aria-labelledby=tarde]")
        assert visitor.sees(page.locator("h1"))
        assert visitor.sees(page.locator(".what"))
        assert "en vigor. Lo firmaron: INAI, NOSC, SFP." in agreement.inner_text()
        assert visitor.sees(agreement.locator(".status"))
        first = late.locator(".status p").first
        assert re.search(r"Secretaría Anticorrupción y Buen Gobierno: no cumplió .*\d+ días de retraso", inner(first))
        assert visitor.sees(first)
        holds("1", visitor.counts)


def test_2_what_was_cut_by_whom_and_against_whom(visits: Visits, site: str) -> None:
    with visits("2") as visitor:
        visitor.goes_to(f"{site}/es/")
        visitor.link("Compromisos")
        visitor.link("Hoja de ruta: cuatro actividades")
        text = visitor.reads()
        assert "Se quita: Hoja de ruta iniciada la propuso INAI; firmada; a favor: INAI, NOSC, SFP" in text
        assert "SFP propuso otro alcance, que no se adoptó: La ruta no llevaría tiempos" in text
        assert "no se aprobó; a favor: SFP; en contra: NOSC; se abstuvo: INAI" in text
        holds("2", visitor.counts)


def test_6_a_table_for_a_spreadsheet_with_its_accents(visits: Visits, site: str, tmp_path: Path) -> None:
    with visits("6") as visitor:
        visitor.goes_to(f"{site}/es/")
        visitor.link("Datos abiertos")
        row = visitor.page.get_by_role("row").filter(has=visitor.page.get_by_text("Compromisos", exact=True)).first
        path = visitor.takes(row.get_by_role("link", name=re.compile("CSV")).first, tmp_path)
        holds("6", visitor.counts)
    raw = path.read_bytes()
    assert path.suffix == ".csv"
    assert raw.startswith("\ufeff".encode())  # without it a spreadsheet program takes another encoding
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert len(rows) == 4
    assert "Intervención de comunicaciones privadas" in {value for row in rows for value in row.values()}
    assert {"titulo_es", "estado_es"} <= set(rows[0])


def test_7_what_changed_between_two_days_is_one_address(visits: Visits, site: str) -> None:
    with visits("7") as visitor:
        visitor.goes_to(f"{site}/es/")
        visitor.link("Qué cambió")
        visitor.types(visitor.page.get_by_label("Desde", exact=True), "2019-06-01")
        visitor.types(visitor.page.get_by_label("Hasta", exact=True), "2019-09-01")
        visitor.clicks(visitor.page.get_by_role("button", name="Comparar", exact=True))
        assert visitor.page.url == f"{site}/es/cambios?de=2019-06-01&a=2019-09-01"
        text = visitor.reads()
        assert "Del 1 de junio de 2019 al 1 de septiembre de 2019" in text
        assert "¿Se quitan los tiempos de la ruta? antes no existía; después: no se aprobó" in text
        assert "Se venció un plazo: «Diseño de la política y ruta de implementación»" in text
        holds("7", visitor.counts)


def test_8_from_the_code_on_paper_to_the_verdict(
    visits: Visits, site: str, browser: Browser, saved_verifier: Path, tmp_path: Path
) -> None:
    index = 199  # a vote against
    link = scanned(printed(browser, f"{site}/es/registros/{index}"))
    assert parse_link(link).leaf_hash
    with visits("8") as online:
        online.goes_to(link)
        assert online.page.url.endswith(f"/registros/{index}")
        receipt = online.takes(online.page.get_by_role("link", name="Descargar constancia"), tmp_path)
    with visits("8", offline=True) as visitor:
        visitor.goes_to(saved_verifier.as_uri())
        visitor.gives(visitor.page.locator("#file"), receipt)
        heading = visitor.page.locator("#status h2")
        heading.wait_for()
        visitor.looks()
        text = visitor.reads()
        assert heading.inner_text() == "NO CONCLUYENTE"  # no party gave this visitor its keys
        assert f"registro {index}" in text
        assert "vota por" in text
        assert "en contra" in text
        assert in_window(visitor.page, "#status h2")
        assert in_window(visitor.page, "#details p")  # the sentence of the act, not the verdict alone
        both = Counts(online.counts.clicks + visitor.counts.clicks, online.counts.screens + visitor.counts.screens)
        holds("8", both)


def test_9_a_photograph_is_no_receipt(visits: Visits, saved_verifier: Path, tmp_path: Path) -> None:
    photo = tmp_path / "vacaciones.jpg"
    picture = Image.radial_gradient("L").resize((640, 480)).convert("RGB")
    picture.save(photo, "JPEG", comment=b"playa")
    with visits("9", offline=True) as visitor:
        visitor.goes_to(saved_verifier.as_uri())
        visitor.gives(visitor.page.locator("#file"), photo)
        visitor.page.locator("#status h2").wait_for()
        visitor.looks()
        text = visitor.reads()
        assert "ESTO NO ES UNA CONSTANCIA" in text
        assert "foto" in text.partition("ESTO NO ES UNA CONSTANCIA")[2]
        assert "ALTERADO" not in text
        assert in_window(visitor.page, "#details p, #status p")
        holds("9", visitor.counts)


@pytest.fixture(scope="module")
def own(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the ledger that an auditor has had for a while."""
    path = tmp_path_factory.mktemp("own") / "mi-copia.zip"
    with Ledger.open(folder, clock=SystemClock(), signer=None) as ledger:
        ledger.export(path)
    return path


@pytest.fixture(scope="module")
def copies(own: Path, saved_verifier: Path) -> tuple[Path, Path]:
    """What an auditor has of the ledger and of the verifier."""
    return own, saved_verifier


def test_10_which_deadline_was_altered(
    visits: Visits, site: str, copies: tuple[Path, Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    own, saved_verifier = copies
    with visits("10") as visitor:
        visitor.goes_to(f"{site}/es/")
        visitor.link("Verificar")
        visitor.link("Altere una copia")
        visitor.clicks(visitor.page.get_by_role("button", name="Alterar la copia"))
        altered = visitor.takes(visitor.page.get_by_role("link", name="Descargar la copia alterada"), tmp_path)
        visitor.goes_to(saved_verifier.as_uri())
        for file in (own, altered):
            visitor.page.evaluate("window.constanciaReport = null")
            visitor.gives(visitor.page.locator("#file"), file)
            while visitor.page.evaluate("window.constanciaReport") is None:  # the page's policy allows no waiting in it
                visitor.page.wait_for_timeout(50)
        visitor.looks()
        by_page = visitor.reads()
        holds("10", visitor.counts)
    assert verify([str(altered), "--against", str(own)]) == 1
    by_python = re.sub(r"\s+", " ", capsys.readouterr().out)
    for said in (by_page, by_python):
        assert re.search(
            r"plazo de «Protocolo»: decía «de 2020 al 31 de agosto de 2021»; "
            r"ahora dice «de 2020 al 31 de agosto de 2022»",
            said,
        )
        assert "Datos abiertos de la demostración" in said


def test_what_a_party_that_was_renamed_owes_is_on_its_page(visits: Visits, site: str) -> None:
    with visits("owes") as visitor:
        visitor.goes_to(f"{site}/es/")
        visitor.link("Partes")
        visitor.link("Secretaría de la Función Pública", exact=False)
        text = visitor.reads()
        assert "Hoy no debe nada" not in text
        heirs = text.partition("Lo que debe hoy quien le sucede")[2]
        assert re.search(r"Secretaría Anticorrupción y Buen Gobierno: no cumplió Protocolo .* días de retraso", heirs)
        holds("owes", visitor.counts)


@pytest.mark.parametrize("task", ["search", "search, phone"])
def test_a_record_is_found_by_a_name(visits: Visits, site: str, task: str) -> None:
    with visits(task) as visitor:
        visitor.goes_to(f"{site}/es/")
        if task == "search":
            field = visitor.page.get_by_role("searchbox", name="Buscar")
            visitor.types(field, "Casanueva")
            visitor.enters(field)
        else:
            visitor.link("Buscar")
            visitor.types(visitor.page.locator("main").get_by_role("searchbox"), "Casanueva")
            visitor.clicks(visitor.page.locator("main").get_by_role("button", name="Buscar"))
        assert "Juan Manuel Casanueva Vargas" in visitor.reads()
        visitor.clicks(visitor.page.locator("main ul.rows a[href*='/registros/']").first)
        assert "Casanueva" in visitor.reads()
        assert visitor.page.locator("h1").inner_text().startswith("Registro ")
        holds(task, visitor.counts)


def test_a_record_is_cited(visits: Visits, site: str, tmp_path: Path) -> None:
    with visits("cite") as visitor:
        visitor.goes_to(f"{site}/es/")
        visitor.clicks(visitor.page.locator("main").get_by_role("link", name=re.compile(r"^registro \d+$")).first)
        visitor.link("Citar")
        quoted = inner(visitor.page.locator("blockquote"))
        path = visitor.takes(visitor.page.locator("main a", has_text="BibTeX"), tmp_path)
        holds("cite", visitor.counts)
    assert re.search(r"/e/[0-9a-f]{64}", quoted)
    assert path.suffix == ".bib"
    assert path.read_text("utf-8").startswith("@misc{")


def test_a_commitment_is_followed_in_a_calendar_and_a_reader(visits: Visits, site: str, tmp_path: Path) -> None:
    title = "Hoja de ruta: cuatro actividades"
    with visits("follow") as visitor:
        visitor.goes_to(f"{site}/es/")
        visitor.link("Seguir")
        calendar = visitor.takes(
            visitor.page.get_by_role("link", name=re.compile(rf"calendario de plazos\s*: {title}")), tmp_path
        )
        feed = visitor.page.get_by_role("link", name=re.compile(rf"aviso\s*: {title}")).get_attribute("href")
        holds("follow", visitor.counts)
        items = visitor.page.request.get(f"{site}{feed}").body()
    text = calendar.read_bytes().decode().replace("\r\n ", "")
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    assert "SUMMARY:" in text
    assert title in text
    atom = ET.fromstring(items)  # noqa: S314 (our own server made it)
    titles = [entry.findtext("a:title", "", ATOM) for entry in atom.iterfind("a:entry", ATOM)]
    assert titles
    assert all(titles)


def test_the_agreement_as_it_was_on_a_day(visits: Visits, site: str) -> None:
    with visits("past") as visitor:
        visitor.goes_to(f"{site}/es/")
        visitor.link("Hoja de ruta sobre la vigilancia estatal ilegal")
        visitor.types(visitor.page.get_by_label("Ver esta página como estaba el día"), "2019-06-10")
        visitor.clicks(visitor.page.get_by_role("button", name="Ver", exact=True))
        notice = inner(visitor.page.locator("aside .notice").first)
        assert "10 de junio de 2019" in notice
        assert "Hoja de ruta sobre la vigilancia estatal ilegal" in visitor.page.locator("h1").inner_text()
        holds("past", visitor.counts)


def test_nothing_contradicts_itself(browser: Browser, site: str) -> None:
    page = browser.new_page()
    page.goto(f"{site}/es/vencidos")
    late = inner(page.locator("li", has_text="Foro público sobre vigilancia del Estado").last)
    assert "se dice que se cumplió el 26 de marzo de 2019, pero se registró el 22 de abril de 2019" in late
    page.goto(f"{site}/es/compromisos")
    mark = "path[d^='M4 12.5']"  # the check mark
    assert page.locator(".card p", has_text="3 de 4 hitos cumplidos").locator(mark).count() == 0
    assert page.locator(".card p", has_text="0 de 1 hitos cumplidos").first.locator(mark).count() == 0
    assert page.locator(".card p", has_text="Sin hitos todavía").count() == 1
    page.close()


def test_every_task_is_done_by_a_test_and_design_shows_what_it_costs() -> None:
    """A row that no test asserts would be a claim of the page's own."""
    code = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in TASKS if f'"{name}"' not in code] == []
    assert set(BUDGET) == set(TASKS)
    page = Path(__file__).resolve().parent.parent.parent / "docs" / "design.md"
    assert between_markers(page.read_text(encoding="utf-8")) == table()


def inner(what: object) -> str:
    """An element's text on one line."""
    text: str = what.inner_text()  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", text)


def in_window(page: Page, selector: str) -> bool:
    """Whether an element is in the window where the page has scrolled to."""
    box = page.evaluate("selector => document.querySelector(selector).getBoundingClientRect().toJSON()", selector)
    window = page.viewport_size
    return window is not None and float(box["top"]) >= 0 and float(box["bottom"]) <= window["height"]


def printed(browser: Browser, address: str) -> bytes:
    """The part of a page with the code, as a printer puts it on paper."""
    page = browser.new_page(device_scale_factor=2)
    page.goto(address)
    page.emulate_media(media="print")
    page.locator(".qr img").scroll_into_view_if_needed()
    page.locator(".qr img").evaluate("image => image.decode()")
    picture = page.screenshot()
    page.close()
    return picture


def scanned(picture: bytes) -> str:
    """What a telephone reads on the paper."""
    codes = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    assert len(codes) == 1
    return str(codes[0].text)
