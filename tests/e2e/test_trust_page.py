"""A party's own verifier page, made by the command for the demonstration and opened from a file in a real browser."""

import functools
import json
import re
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from tests.api.command_line import run_here
from tests.e2e.axe_rules import broken_in_a_scheme
from tests.e2e.conftest import Pages
from tests.e2e.page_cases import bundle, true
from tests.e2e.test_page_verifier import PAGE, export
from tests.ledger.publication.test_trust_page import GENESIS, HOSTILE, POLICY, made
from tests.profile import sampled
from tests.vectors.make import FOLDER
from tests.verify.small_ledger import LogKey, Writer, write

from constancia.ledger.publication.trust_page import TrustPage
from constancia.verify.core.errors import Malformed

ADDRESS = "https://nosc.example/verificador.html"


@pytest.fixture(scope="module")
def exported(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's bundle, from a copy of its folder."""
    return export(demo, tmp_path_factory.mktemp("exported"))


@pytest.fixture(scope="module")
def nosc(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """NOSC's page, made by the command from a copy of the demonstration's trust folder."""
    folder = tmp_path_factory.mktemp("nosc")
    return by_command(folder, demo / "trust", "--publisher", "NOSC", "--address", ADDRESS)


def by_command(folder: Path, *arguments: str | Path) -> Path:
    made_of = run_here(["trust", "page", *arguments, "--out", folder / "v.html"], env={"HOME": str(folder)}, cwd=folder)
    assert made_of.returncode == 0, made_of.stderr
    return folder / "v.html"


@pytest.fixture
def page(pages: Pages) -> Iterator[Page]:
    """A page without a network, whose console is silent."""
    lines: list[str] = []
    with pages.page({"offline": True}, lines.append) as opened:
        yield opened
    assert [line for line in lines if not line.startswith("request ")] == []


REPORT = """async () => {
    while (!window.constanciaReport) await new Promise(done => setTimeout(done, 20));
    return constanciaReport;
}"""


def drop(page: Page, *files: Path) -> dict[str, Any]:
    """Give files to the page; gives its report."""
    page.evaluate("window.constanciaReport = null")
    page.set_input_files("#file", files)
    report: dict[str, Any] = page.evaluate(REPORT)
    return report


def status(page: Page) -> str:
    return page.inner_text("#status")


def test_receipt_and_bundle_are_intact_by_the_keys_that_the_publisher_publishes(
    page: Page, nosc: Path, exported: Path, demo: Path
) -> None:
    page.goto(nosc.as_uri())
    assert page.title() == "Verificador de constancias · NOSC"
    word = TrustPage.read(nosc.read_bytes())
    assert word is not None
    own = page.inner_text("#own")
    assert "dice ser la que publica NOSC" in own
    assert ADDRESS in own
    assert word.fingerprint in own
    for file in (min((demo / "receipts").iterdir()), exported):
        report = drop(page, file)
        assert report["verdict"] == "intact"
        assert f"Según las llaves que publica NOSC ({ADDRESS}, " in status(page)
        assert report["trust"] == {**word.word, "fingerprint": word.fingerprint}
    page.click("#lang")
    assert "By the keys that NOSC publishes" in status(page)


def test_page_opens_in_the_language_that_was_chosen(page: Page, demo: Path, tmp_path: Path) -> None:
    page.goto(by_command(tmp_path, demo / "trust", "--publisher", "NOSC", "--language", "en").as_uri())
    assert page.title() == "Receipt verifier · NOSC"
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.inner_text("#own").startswith("This copy says that it is the one that NOSC publishes")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A small ledger's trust folder, and the page that NOSC makes of it."""
    folder = tmp_path_factory.mktemp("small")
    trust = bundle(true(), folder).trust
    assert trust is not None
    return trust, by_command(folder, trust, "--publisher", "NOSC")


def test_what_was_altered_is_altered_by_the_publishers_keys(
    page: Page, small: tuple[Path, Path], tmp_path: Path
) -> None:
    log, (_trust, made_page) = true(), small
    changed = log.entries[20].replace(b'"period":"2019"', b'"period":"2020"')
    forged = log.rehashed((*log.entries[:20], changed, *log.entries[21:]))
    write(tmp_path / "forged.tlog-proof", forged.receipt(20).replace(forged.checkpoint(), log.checkpoint()))
    page.goto(made_page.as_uri())
    for file in (tmp_path / "forged.tlog-proof", bundle(forged, tmp_path, log).source):
        assert drop(page, file)["verdict"] == "altered"
        shown = page.inner_text("#result")
        assert shown.startswith("ALTERADO\n\nEl registro 20 no es el que se firmó.")
        assert shown.index("Guarde este archivo") < shown.index("Según las llaves que publica NOSC")


def test_receipt_of_another_ledger_rests_on_nobodys_word(page: Page, small: tuple[Path, Path], tmp_path: Path) -> None:
    other = Writer("example.org/other", "other").found().sign_agreement().log()
    write(tmp_path / "other.tlog-proof", other.receipt(9))
    page.goto(small[1].as_uri())
    report = drop(page, tmp_path / "other.tlog-proof")
    assert (report["verdict"], report["trust"]) == ("inconclusive", None)
    assert report["open"][0]["code"] == "other-ledger"
    assert "NOSC" not in status(page)
    assert "El ancla de confianza es de otro libro (example.org/small-ledger)" in page.inner_text("#details")


def test_another_anchor_takes_the_publishers_place_and_the_page_says_so(
    page: Page, small: tuple[Path, Path], tmp_path: Path
) -> None:
    other = Writer("example.org/other", "other").found().sign_agreement().log()
    trust = other.write_trust(tmp_path / "trust")
    write(tmp_path / "other.tlog-proof", other.receipt(9))
    page.goto(small[1].as_uri())
    own = page.inner_text("#own")
    report = drop(page, trust / "genesis", trust / "policy", tmp_path / "other.tlog-proof")
    assert (report["verdict"], list(report["trust"])) == ("intact", ["fingerprint"])
    assert "Según el ancla de confianza que usted dio." in status(page)
    assert "ya no se compara con las llaves que publica NOSC" in page.inner_text("#own")
    assert report["trust"]["fingerprint"] in page.inner_text("#details")
    # Its own files again: it is the publisher's anchor, whichever came first.
    write(tmp_path / "own.tlog-proof", true().receipt(9))
    report = drop(page, small[0] / "policy", small[0] / "genesis", tmp_path / "own.tlog-proof")
    assert (report["verdict"], report["trust"]["publisher"]) == ("intact", "NOSC")
    assert page.inner_text("#own") == own


def test_half_of_another_anchor_is_not_mixed_with_the_publishers(
    page: Page, small: tuple[Path, Path], tmp_path: Path
) -> None:
    write(tmp_path / "genesis", b"ab" * 32)
    write(tmp_path / "own.tlog-proof", true().receipt(9))
    page.goto(small[1].as_uri())
    report = drop(page, tmp_path / "genesis", tmp_path / "own.tlog-proof")
    assert (report["verdict"], report["trust"]) == ("inconclusive", None)
    assert page.input_value("#policy") == ""


def test_checkpoint_of_ones_own_is_added_to_the_publishers_anchor(
    page: Page, small: tuple[Path, Path], tmp_path: Path
) -> None:
    write(tmp_path / "checkpoint", true().checkpoint(12))
    page.goto(small[1].as_uri())
    report = drop(page, tmp_path / "checkpoint", bundle(true().cut_at(9), tmp_path, true()).source)
    assert (report["verdict"], report["first_fault"]["code"]) == ("altered", "rollback")
    assert report["trust"]["publisher"] == "NOSC"


def test_dropped_page_brings_its_anchor_and_no_name(
    page: Page, nosc: Path, small: tuple[Path, Path], tmp_path: Path
) -> None:
    """Anybody can write a name into a file: only the page itself that was opened may be called somebody's."""
    write(tmp_path / "own.tlog-proof", true().receipt(9))
    for opened in (PAGE, nosc):
        page.goto(opened.as_uri())
        report = drop(page, small[1], tmp_path / "own.tlog-proof")
        assert (report["verdict"], list(report["trust"])) == ("intact", ["fingerprint"])
        assert "NOSC" not in status(page)


def test_anchor_within_another_file_is_no_anchor(page: Page, small: tuple[Path, Path], tmp_path: Path) -> None:
    """Foreign text may hold the mark-up of an anchor: a member of an archive, the words of an entry, a mail."""
    foreign = made(policy=POLICY).html()
    own_bundle = bundle(true(), tmp_path).source
    with zipfile.ZipFile(own_bundle, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.html", foreign)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.html", foreign)
    write(tmp_path / "entry.json", json.dumps({"text": foreign}).encode())
    write(tmp_path / "a.eml", f"From: x\nSubject: y\n\n{foreign}".encode())
    page.goto(small[1].as_uri())
    own = page.inner_text("#own")
    for file in (own_bundle, tmp_path / "a.zip", tmp_path / "entry.json", tmp_path / "a.eml"):
        drop(page, file)
        assert page.inner_text("#own") == own
        assert page.input_value("#genesis").strip() == (small[0] / "genesis").read_text().strip()


# All of them are in pages that Python reads back, in `tests/ledger/publication/test_trust_page.py`.
@pytest.mark.parametrize("name", sampled(HOSTILE[::5], HOSTILE))
def test_hostile_name_is_text_and_the_page_still_works(name: str, page: Page, tmp_path: Path) -> None:
    trust = bundle(true(), tmp_path).trust
    assert trust is not None
    write(tmp_path / "r.tlog-proof", true().receipt(9))
    page.goto(by_command(tmp_path, trust, "--publisher", name).as_uri())
    before = page.evaluate("document.scripts.length")
    assert name in (page.text_content("#own") or "")
    report = drop(page, tmp_path / "r.tlog-proof")
    assert (report["verdict"], report["trust"]["publisher"]) == ("intact", name)
    assert name in (page.text_content("#status") or "")
    assert page.evaluate("document.scripts.length") == before == 1


READ = """pages => pages.map(html => {
    try {
        const read = publishedIn(new DOMParser().parseFromString(html, "text/html"));
        return read && [read.publisher, read.date, read.address ?? null, read.genesis, read.policy, read.fingerprint];
    } catch (error) { return error.code ? "refused" : String(error); }
})"""


def read_by_python(html: str) -> list[str | None] | str | None:
    try:
        read = TrustPage.read(html.encode())
    except Malformed:
        return "refused"
    return (
        None if read is None else [read.publisher, read.date, read.address, read.genesis, read.policy, read.fingerprint]
    )


def broken_pages() -> Iterator[str]:
    """Pages with an anchor, each with one thing put wrong, or put in another way.

    All but two are without the script, which is nearly all of a page, and which nobody reads an anchor from.
    """
    whole = made(address=ADDRESS).html()
    html = re.sub(r"(?<=<script>).*(?=</script>)", "", whole, flags=re.DOTALL)
    assert len(html) < len(whole) / 2
    for name in ("publisher", "date", "address", "fingerprint", "genesis", "policy"):
        [line] = re.findall(rf'<meta name="constancia-{name}" content="[^"]*">\n', html)
        yield html.replace(line, "")
        yield html.replace(line, line * 2)
        for value in ("", " ", "x", "2026-13-01", "2026-02-30", "\u202e", "e\u0301", "a\nb", "javascript:x", "AB" * 32):
            yield html.replace(line, f'<meta name="constancia-{name}" content="{value}">\n')
    yield html.replace(GENESIS, "cd" * 32)
    yield html.replace("quorum none", "quorum none\n# a comment")
    yield html.replace("quorum none", "quorum&#32;none")
    yield html.replace('<meta name="constancia-', "<META NAME='constancia-").replace('" content', "' content")
    yield html.replace("\n", "\r\n")
    yield whole
    yield PAGE.read_text("utf-8")


def test_broken_anchor_is_refused_by_page_and_python(page: Page, tmp_path: Path) -> None:
    pages = list(broken_pages())
    page.goto(PAGE.as_uri())
    by_page, by_python = page.evaluate(READ, pages), [read_by_python(html) for html in pages]
    assert by_page == by_python
    assert by_python.count("refused") >= 50
    assert sum(isinstance(one, list) for one in by_python) >= 5
    # Opened, such a page says so at once and checks nothing.
    write(tmp_path / "v.html", made().html().replace(GENESIS, "cd" * 32).encode())
    write(tmp_path / "r.tlog-proof", true().receipt(9))
    page.goto((tmp_path / "v.html").as_uri())
    assert page.inner_text("#own").startswith("Esta copia del verificador está dañada o alguien la cambió")
    assert drop(page, tmp_path / "r.tlog-proof")["verdict"] == "unreadable"
    assert "no revisa nada [fingerprint]" in status(page)


@pytest.mark.parametrize(
    ("signer", "says"),
    [
        (LogKey("forger"), "El punto de control guardado lo firmó otra llave: use el ancla de hoy, o quítelo."),
        (LogKey("log", "otro.example/libro"), "No se puede leer el ancla de confianza: origin"),
    ],
    ids=["another key", "another log"],
)
def test_saved_checkpoint_that_the_policy_does_not_know_is_no_anchor(
    page: Page, tmp_path: Path, signer: LogKey, says: str
) -> None:
    anchor = made(policy=POLICY, genesis=GENESIS)
    foreign = signer.checkpoint(9, bytes(32)).decode()
    html = anchor.html().replace("<title>", f'<meta name="constancia-checkpoint" content="{foreign}">\n<title>')
    write(tmp_path / "v.html", html.encode())
    write(tmp_path / "r.tlog-proof", true().receipt(9))
    page.goto((tmp_path / "v.html").as_uri())
    assert drop(page, tmp_path / "r.tlog-proof")["verdict"] == "unreadable"
    assert status(page).startswith(f"ILEGIBLE\n\n{says}")


def test_fingerprints_are_those_of_the_vectors(page: Page) -> None:
    vectors = json.loads((FOLDER / "fingerprints.json").read_text())
    page.goto(PAGE.as_uri())
    given = [[one["policy"], one["genesis"]] for one in vectors]
    shown = page.evaluate("all => all.map(([policy, genesis]) => fingerprintOf(utf8(policy), genesis))", given)
    assert shown == [one["fingerprint"] for one in vectors]


def test_generic_page_shows_the_fingerprint_of_what_the_reader_gave(
    page: Page, small: tuple[Path, Path], tmp_path: Path
) -> None:
    write(tmp_path / "own.tlog-proof", true().receipt(9))
    page.goto(PAGE.as_uri())
    assert page.inner_text("#own") == ""
    report = drop(page, small[0] / "policy", small[0] / "genesis", tmp_path / "own.tlog-proof")
    read = TrustPage.read(small[1].read_bytes())
    assert read is not None
    assert report["trust"] == {"fingerprint": read.fingerprint}
    assert read.fingerprint in page.inner_text("#details")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving_files(folder: Path) -> Iterator[str]:
    handler = functools.partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_copy_that_is_opened_elsewhere_than_it_says_warns(browser: Browser, demo: Path, tmp_path: Path) -> None:
    with serving_files(tmp_path) as url, browser.new_context() as context:
        opened = context.new_page()
        for address, warns in ((ADDRESS, True), (f"{url}/v.html", False)):
            by_command(tmp_path, demo / "trust", "--publisher", "NOSC", "--address", address, "--force")
            opened.goto(f"{url}/v.html?{warns}#y")
            assert ("Cuidado: esta copia dice publicarse en" in opened.inner_text("#own")) is warns


def test_page_with_an_anchor_is_accessible_and_reflows(browser: Browser, nosc: Path, demo: Path) -> None:
    context = browser.new_context(offline=True, bypass_csp=True)
    opened = context.new_page()
    opened.set_viewport_size({"width": 320, "height": 640})
    opened.goto(nosc.as_uri())
    drop(opened, min((demo / "receipts").iterdir()))
    assert broken_in_a_scheme(opened) == {}
    assert opened.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()


def test_python_says_the_same_with_the_page_as_its_anchor(nosc: Path, exported: Path, tmp_path: Path) -> None:
    done = run_here(["verify", str(exported), "--trust", nosc], env={"HOME": str(tmp_path)}, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ÍNTEGRO")
    assert f"Según las llaves que publica NOSC ({ADDRESS}, " in done.stdout
