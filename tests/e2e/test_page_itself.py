"""The HTML verifier as a page: its own policy, readable by all, operable by keyboard; archives that mean harm."""

import io
import json
import re
import stat
import struct
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page
from tests.e2e.axe_rules import broken_in_a_scheme
from tests.e2e.conftest import Pages
from tests.e2e.page_cases import Shown, bundle, true
from tests.e2e.test_page_verifier import PAGE, by_open_page, by_page, by_python
from tests.profile import THOROUGH
from tests.rows import each_row
from tests.verify.small_ledger import ORIGIN, PostQuantumWitness, Witness, write
from tools import build_verifier_page
from tools.build_verifier_page import built, unpacked

from constancia.ledger.publication.verifier_page import policy_of, sealed, verifier_page
from constancia.verify.core.formats.entry import parse_entry
from constancia.verify.core.formats.note import COSIGNATURE_MLDSA44, format_vkey, verifier_key
from constancia.verify.report.kinds import KINDS
from constancia.verify.report.words import FAULTS, REMARKS, VERDICTS

SOURCE = PAGE.read_text(encoding="utf-8")
# The sentences of all types of act, in two languages, are 25,000 bytes, and 15,000 as they are packed. With the kinds
# of file and the sentences of a lay report, words are a third of the page. The rest is what was 62,000 before, and
# what says names and reads mail and pages. It is still read in a few hours, sent with a mail, and 50,000 by gzip.
MAX_BYTES = 112_000
LOG = f"log {format_vkey(true().signer.verifier)}\n".encode()
WITNESS = f"witness w {format_vkey(Witness('w').verifier)}\n".encode()
STRONG = f"witness strong {format_vkey(PostQuantumWitness('w').verifier)}\n".encode()
_OWN = verifier_key(ORIGIN, COSIGNATURE_MLDSA44, PostQuantumWitness("log").verifier.public_key)
OWN = f"witness own {format_vkey(_OWN)}\n".encode()


@pytest.fixture
def page(pages: Pages, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page whose console is silent and that asks for nothing but itself, once it is opened."""
    said: list[str] = []
    options = {"offline": True, "accept_downloads": True} | getattr(request, "param", {})
    with pages.page(options, said.append) as opened:
        yield opened
    asked = re.compile(r"request (blob:.*|.*/verificador\.html)")
    assert [one for one in said if not asked.fullmatch(one)] == []


@pytest.fixture
def sound(tmp_path: Path) -> Shown:
    return bundle(true(), tmp_path)


# The page's own policy


PHRASES = re.compile(r'SIGNS=((?:"[^"]*"\n?\+?)+),\nPHRASES=\(((?:"[^"]*"\n?\+?)+)\)\.split\("\|"\)')
TABLE = re.compile(r"(?<=words\(`)[^`]*(?=`\))")


def with_words(page: str) -> str:
    """A page with the words of its tables in full, in which phrases that come often are a sign."""
    [(shorts, longs)] = PHRASES.findall(page)
    signs, phrases = ("".join(re.findall(r'"([^"]*)"', lines)) for lines in (shorts, longs))
    pairs = list(zip(signs, phrases.split("|"), strict=True))

    def in_full(match: re.Match[str]) -> str:
        text = match[0]
        for sign, phrase in reversed(pairs):  # a phrase may hold the signs of those before it
            text = text.replace(sign, phrase)
        return text

    return TABLE.sub(in_full, PHRASES.sub('SIGNS="",PHRASES=[]', page))


def test_page_is_what_its_source_gives() -> None:
    """To choose the phrases that are written once takes seconds: `make thorough` does it, a usual run undoes it."""
    source = PAGE.parent / "page"
    given, page = (built(source), SOURCE) if THOROUGH else (sealed(unpacked(source)), sealed(with_words(SOURCE)))
    assert page == given, "run: make page"


def test_check_names_a_page_that_is_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []

    def once_more(source: Path) -> str:
        asked.append(source)
        return SOURCE

    monkeypatch.setattr(build_verifier_page, "built", once_more)
    monkeypatch.setattr(sys, "argv", ["build", "--check"])
    build_verifier_page.main()
    other = tmp_path / "a.html"
    write(other, SOURCE.replace("65535", "65536").encode())
    monkeypatch.setattr(sys, "argv", ["build", "--check", str(other)])
    with pytest.raises(SystemExit, match=r"a\.html is not what"):
        build_verifier_page.main()
    assert "65536" in other.read_text(encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["build", str(other)])
    build_verifier_page.main()
    assert other.read_text(encoding="utf-8") == SOURCE
    assert asked == [PAGE.parent / "page"] * 3


def test_hashes_of_the_policy_are_those_of_the_page() -> None:
    assert sealed(SOURCE) == SOURCE, "run: make page"


def test_names_of_the_source_are_those_of_the_page() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (PAGE.parent / "page").glob("*.js"))
    names = re.findall(r"^(?:async )?(?:function|class) (\w+)", source, re.MULTILINE)
    assert len(names) > 100
    lines = SOURCE.splitlines()
    assert [
        name for name in names if not any(re.match(rf"(async )?(function|class) {name}\b", one) for one in lines)
    ] == []


def test_every_name_of_the_source_is_given_once() -> None:
    """The scripts run as one: a second function of a name would silently replace the first."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in (PAGE.parent / "page").glob("*.js"))
    names = re.findall(r"^(?:(?:async )?function\*? |class |const |let )(\w+)", source, re.MULTILINE)
    assert len(names) > 150
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_policy_allows_no_network_and_nothing_inline_but_by_hash() -> None:
    policy = dict(part.strip().split(" ", 1) for part in policy_of(SOURCE).split(";"))
    assert policy["default-src"] == policy["connect-src"] == policy["form-action"] == policy["base-uri"] == "'none'"
    assert re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", policy["script-src"])
    assert re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", policy["style-src"])
    assert policy["worker-src"] == "blob:"
    assert len(policy) == 7


def test_script_with_one_other_byte_does_not_run(browser: Browser, tmp_path: Path) -> None:
    write(tmp_path / "verificador.html", SOURCE.replace("ÍNTEGRO", "íNTEGRO").encode())
    context = browser.new_context(offline=True)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto((tmp_path / "verificador.html").as_uri())
    assert page.evaluate("typeof translate") == "undefined"
    assert any("Content Security Policy" in one for one in said)
    assert "la copia está dañada o alguien la cambió" in page.inner_text("#own")
    context.close()


def test_page_makes_no_markup_from_text_and_has_no_way_out() -> None:
    ways = (
        "innerHTML outerHTML insertAdjacentHTML document.write eval( Function( fetch( XMLHttpRequest WebSocket "
        "sendBeacon localStorage import( <link <img http://"
    )
    assert [way for way in ways.split() if way in SOURCE] == []


def test_page_is_small_and_readable() -> None:
    assert len(SOURCE.encode()) < MAX_BYTES
    without_words = re.sub(r"words\(`.*?`\)", "", SOURCE, flags=re.DOTALL)
    assert len(without_words) > 40_000
    assert max(map(len, without_words.splitlines())) < 400
    assert max(map(len, SOURCE.splitlines())) < 450  # a sentence in both languages


def test_server_sends_the_page_with_its_own_policy_and_it_works_from_there(
    page: Page, served_demo: str, browser: Browser, sound: Shown
) -> None:
    answer = httpx.get(f"{served_demo}/verificador.html")
    assert answer.content == verifier_page() == PAGE.read_bytes()
    assert answer.headers["content-security-policy"] == policy_of(SOURCE)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-frame-options"] == "DENY"
    page.context.set_offline(False)
    page.goto(f"{served_demo}/verificador.html")
    page.set_input_files("#file", sound.source)
    page.wait_for_selector("#status h2")
    assert page.evaluate("constanciaReport.verdict") == "inconclusive"


# Words


def test_words_are_those_of_the_python_verifier(page: Page) -> None:
    page.goto(PAGE.as_uri())
    for table, name in ((FAULTS, "FAULTS"), (REMARKS, "REMARKS")):
        rows = page.evaluate(f"Object.fromEntries({name})")
        assert len(rows) > 20
        assert {code: table[code] for code in rows if code in table} == rows
    shown = page.evaluate("Object.fromEntries(PAGE)")
    for code, words in VERDICTS.items():
        if code != "SINCE":  # the page keeps nothing from one audit to the next
            assert shown[code.lower()] == words


def test_every_word_is_said_in_both_languages(page: Page) -> None:
    page.goto(PAGE.as_uri())
    rows = page.evaluate("[FAULTS, REMARKS, PAGE].flatMap(table => [...table])")
    assert [code for code, words in rows if not words.get("es")] == []
    # Where no English stands, the code is the word, and an English one.
    assert {code for code, words in rows if not words.get("en")} <= {
        "appointments", "checkpoints", "cosignatures", "documents", "entries", "expected", "found", "keys", "links",
        "log", "signatures", "tiles",
    }  # fmt: skip


# An entry by itself


@pytest.mark.parametrize("index", [20, 0])
def test_sound_entry_by_itself_is_inconclusive(index: int, page: Page, sound: Shown, tmp_path: Path) -> None:
    write(tmp_path / "entry.json", true().entries[index])
    report = by_open_page(page, Shown(source=tmp_path / "entry.json", trust=sound.trust))
    assert (report["verdict"], [one["code"] for one in report["open"]]) == ("inconclusive", ["entry-alone"])
    assert report["entry"]["leaf_hash"] == parse_entry(true().entries[index]).leaf_hash.hex()


@pytest.mark.parametrize(
    ("index", "change", "code"),
    [
        (20, (b'"v":1', b'"v":x'), None),
        (0, (b'"v":1', b'"v":2'), None),
        (0, (b"Peque", b"peque"), "signature"),
    ],
)
def test_altered_entry_by_itself_is_altered_where_a_signature_covers_it_and_else_no_entry(
    index: int, change: tuple[bytes, bytes], code: str | None, page: Page, tmp_path: Path
) -> None:
    write(tmp_path / "entry.json", true().entries[index].replace(*change))
    report = by_open_page(page, Shown(source=tmp_path / "entry.json", trust=None))
    fault = report["first_fault"] and report["first_fault"]["code"]
    assert (report["verdict"], fault) == ("unreadable" if code is None else "altered", code)


def test_entry_0_of_another_ledger_is_altered_where_genesis_is_pinned(page: Page, sound: Shown, tmp_path: Path) -> None:
    assert sound.trust is not None
    write(sound.trust / "genesis", b"ab" * 32 + b"\n")
    write(tmp_path / "entry.json", true().entries[0])
    report = by_open_page(page, Shown(source=tmp_path / "entry.json", trust=sound.trust))
    assert (report["verdict"], report["first_fault"]["code"]) == ("altered", "genesis")


# What is added to a page stays in it: this one is no other test's.
@pytest.mark.parametrize("page", [{"locale": "es-MX"}], indirect=True, ids=["own"])
def test_browser_without_the_newest_functions_says_the_same(page: Page, sound: Shown) -> None:
    page.add_init_script(
        """const Plain = Blob;
        window.Blob = function (parts) {
            const gone = "delete Uint8Array.fromBase64;"
                + "for (const name of ['toBase64', 'toHex']) delete Uint8Array.prototype[name];";
            return new Plain([gone, ...parts]);
        };"""
    )
    report = by_page(page, sound)
    assert page.workers[0].evaluate("typeof Uint8Array.fromBase64") == "undefined"
    assert page.workers[0].evaluate("typeof new Uint8Array().toHex") == "undefined"
    assert (report["verdict"], report["genesis"]) == ("intact", by_python(sound)["genesis"])


# Trust


def test_log_key_and_genesis_may_be_typed(page: Page, sound: Shown) -> None:
    assert sound.trust is not None
    page.goto(PAGE.as_uri())
    page.set_input_files("#file", sound.source)
    page.wait_for_selector("#status h2")
    assert page.evaluate("constanciaReport.verdict") == "inconclusive"
    report = page.evaluate("constanciaReport")
    page.click("summary")
    page.fill("#policy", report["log_key"])
    page.fill("#genesis", report["genesis"])
    page.click("#again button")
    page.wait_for_selector("#status h2")
    assert page.evaluate("constanciaReport.verdict") == "intact"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("policy", b"log x\nquorum none\n"),
        ("policy", b"quorum none\n"),
        ("policy", LOG + b"quorum none\nquorum none\n"),
        ("policy", LOG + WITNESS + b"group g 1 w\ngroup h 1 w\ngroup k 2 g h\nquorum k\n"),
        ("policy", LOG + WITNESS + b"group g 2 w\nquorum g\n"),
        ("policy", LOG + WITNESS + b"group none 1 w\nquorum none\n"),
        ("policy", LOG + WITNESS + WITNESS.replace(b" w ", b" v ") + b"quorum w\n"),
        ("policy", LOG + b"quorum w\n" + WITNESS),
        ("policy", LOG + OWN + b"quorum own\n"),
        ("policy", LOG + OWN + WITNESS + b"group g any own w\nquorum g\n"),
        ("policy", LOG + WITNESS + STRONG + b"group g 2 w strong\nquorum g\n"),
        ("policy", LOG + WITNESS.replace(b" w ", " w\u202e ".encode()) + b"quorum none\n"),
        ("checkpoint", b"not a note"),
        ("genesis", b"AB" * 32),
    ],
)
def test_broken_trust_is_unreadable_for_both(name: str, data: bytes, page: Page, sound: Shown) -> None:
    assert sound.trust is not None
    write(sound.trust / name, data)
    assert by_open_page(page, sound)["verdict"] == by_python(sound)["verdict"] == "unreadable"


# Archives that mean harm


def archive(folder: Path, fill: Callable[[zipfile.ZipFile], object]) -> Path:
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("checkpoint", "x" * 200)
        opened.writestr("safe-name", "y")
        fill(opened)
    return folder / "a.zip"


def member(name: str, **attributes: object) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    for key, value in attributes.items():
        setattr(info, key, value)
    return info


SECOND_NAME = struct.pack("<2H", 0x7075, 9) + b"\1\0\0\0\0evil"


def special(opened: zipfile.ZipFile, kind: int) -> None:
    opened.writestr(member("special", external_attr=(kind | 0o777) << 16), "/etc/passwd")


def bomb(opened: zipfile.ZipFile) -> None:
    for number in range(2):
        with opened.open(member(f"b{number}", compress_type=zipfile.ZIP_DEFLATED), "w") as file:
            for _ in range(64):
                file.write(bytes(1024 * 1024))


def directory_says(offset: int, value: int, form: str = "<L") -> Callable[[bytes], bytes]:
    """Changes a field of the last member in the central directory."""

    def change(raw: bytes) -> bytes:
        data = bytearray(raw)
        struct.pack_into(form, data, data.rfind(b"PK\x01\x02") + offset, value)
        return bytes(data)

    return change


HARM: dict[str, tuple[Callable[[zipfile.ZipFile], object], Callable[[bytes], bytes], str]] = {
    "above": (lambda z: None, lambda raw: raw.replace(b"safe-name", b"../outsid"), "zip-path"),
    "absolute": (lambda z: None, lambda raw: raw.replace(b"safe-name", b"/outside/"[:8] + b"x"), "zip-path"),
    "backslash": (lambda z: None, lambda raw: raw.replace(b"safe-name", b"safe\\name"), "zip-path"),
    "drive": (lambda z: None, lambda raw: raw.replace(b"safe-name", b"C:/e-name"), "zip-path"),
    "dot within": (lambda z: None, lambda raw: raw.replace(b"safe-name", b"sa/./name"), "zip-path"),
    "empty part": (lambda z: None, lambda raw: raw.replace(b"safe-name", b"sa//ename"), "zip-path"),
    "twice": (lambda z: z.writestr("checkpoint", "y"), lambda raw: raw, "zip-duplicate"),
    "twice in other case": (lambda z: z.writestr("CHECKPOINT", "y"), lambda raw: raw, "zip-duplicate"),
    "link": (lambda z: special(z, stat.S_IFLNK), lambda raw: raw, "zip-link"),
    "device": (lambda z: special(z, stat.S_IFCHR), lambda raw: raw, "zip-link"),
    "encrypted": (lambda z: None, directory_says(8, 1, "<H"), "zip-method"),
    "other method": (lambda z: z.writestr("m", "x" * 99, zipfile.ZIP_LZMA), lambda raw: raw, "zip-method"),
    "second name": (lambda z: z.writestr(member("n", extra=SECOND_NAME), "x"), lambda raw: raw, "zip-extra"),
    "bomb": (bomb, lambda raw: raw, "zip-bomb"),
    "huge member": (lambda z: None, directory_says(24, 2**28 + 1), "zip-bomb"),
    "smaller than it is": (lambda z: z.writestr("m", "x" * 999), directory_says(24, 3), "zip-header"),
    "shared bytes": (lambda z: None, directory_says(42, 0), "zip-overlap"),
    "beyond the end": (lambda z: None, directory_says(42, 0x7FFFFFFF), "zip-overlap"),
    "other name in front": (lambda z: None, lambda raw: raw.replace(b"safe-name", b"safe-n4me", 1), "zip-header"),
    "bytes before": (lambda z: None, lambda raw: b"#!/bin/sh\n" + raw, "program"),
    "bytes after": (lambda z: None, lambda raw: raw + b"more", "zip"),
    "comment": (lambda z: setattr(z, "comment", b"hidden"), lambda raw: raw, "zip"),
    "fewer than there are": (lambda z: None, lambda raw: raw[:-12] + b"\x01\0" + raw[-10:], "zip"),
    "another disk": (lambda z: None, lambda raw: raw[:-18] + b"\x01\0" + raw[-16:], "zip"),
    "cut": (lambda z: None, lambda raw: raw[:-30], "zip"),
    "no zip at all": (lambda z: None, lambda raw: b"PK\3\4" + bytes(100), "zip-other"),
    "flipped data": (lambda z: None, lambda raw: raw[:42] + bytes([raw[42] ^ 4]) + raw[43:], "zip-member"),
    "no checkpoint": (lambda z: None, lambda raw: raw.replace(b"checkpoint", b"checkpoimt"), "zip-other"),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", HARM)
def test_harmful_archive_is_unreadable_for_both(name: str, page: Page, tmp_path: Path) -> None:
    fill, change, code = HARM[name]
    path = archive(tmp_path, fill)
    path.write_bytes(change(path.read_bytes()))
    shown = Shown(source=path, trust=None)
    report = by_open_page(page, shown)
    verdict = "foreign" if code in KINDS else "unreadable"
    assert (report["verdict"], report["error"]["code"]) == (verdict, code)
    assert by_python(shown)["verdict"] == verdict


def test_archive_with_data_descriptors_is_read(page: Page, sound: Shown, tmp_path: Path) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *args: int) -> int:
            raise io.UnsupportedOperation

        def tell(self) -> int:
            raise io.UnsupportedOperation

    pipe = Pipe()
    with zipfile.ZipFile(sound.source) as old, zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    write(tmp_path / "b.zip", pipe.getvalue())
    assert by_open_page(page, Shown(source=tmp_path / "b.zip", trust=sound.trust))["verdict"] == "intact"


# For people

STATES = ("start", "inconclusive", "intact", "altered", "unreadable", "foreign")


def bring(page: Page, state: str, sound: Shown, folder: Path, *, is_opened: bool = False) -> None:
    """Bring the page to a state, with everything unfolded; one that is opened was in the state before it."""
    if not is_opened:
        page.goto(PAGE.as_uri())
        page.click("summary")
    source = sound.source
    if state == "altered":
        source = folder / "altered.json"
        write(source, true().entries[0].replace(b"Peque", b"peque"))
    elif state == "unreadable":
        source = folder / "cut.zip"
        write(source, sound.source.read_bytes()[:-30])
    elif state == "foreign":
        source = folder / "nothing.zip"
        write(source, b"PK")
    page.evaluate("window.constanciaReport = null")
    if state == "intact" and sound.trust is not None:
        page.set_input_files("#trustfiles", [sound.trust / "policy", sound.trust / "genesis"])
    if state != "start":
        if not (is_opened and state == "intact"):  # what is trusted has the file that is there judged once more
            page.set_input_files("#file", source)
        page.evaluate(REPORTED)
        assert page.evaluate("constanciaReport.verdict") == state
        page.evaluate("document.querySelectorAll('#details details').forEach(one => { one.open = true; })")


# The page's policy lets no script of a test wait in it by a text of code; a function may.
REPORTED = """async () => {
    while (!window.constanciaReport || !document.querySelector("#status h2")) {
        await new Promise(done => setTimeout(done, 5));
    }
}"""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("page", [{"bypass_csp": True}], indirect=True, ids=["no policy"])
@each_row("state", STATES)
def test_page_breaks_no_rule_of_accessibility_and_reflows_at_320_pixels(
    state: str, page: Page, sound: Shown, tmp_path: Path
) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    bring(page, state, sound, tmp_path, is_opened=state != STATES[0])
    assert broken_in_a_scheme(page) == {}
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_verdict_is_a_status_and_takes_the_focus(page: Page, sound: Shown, tmp_path: Path) -> None:
    bring(page, "intact", sound, tmp_path)
    assert page.get_by_role("status").inner_text().startswith("ÍNTEGRO")
    assert page.evaluate("document.activeElement.textContent") == "ÍNTEGRO"


def test_everything_is_reached_by_keyboard(page: Page, sound: Shown, tmp_path: Path) -> None:
    bring(page, "intact", sound, tmp_path)
    page.evaluate("document.activeElement.blur()")
    reached = []
    for _ in range(14):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.dataset.t || ''"))
    assert {"lang", "file", "trust", "trustfiles", "policy", "genesis", "kept", "again", "save"} <= set(reached)


def test_language_changes_without_a_new_audit(page: Page, sound: Shown, tmp_path: Path) -> None:
    bring(page, "inconclusive", sound, tmp_path)
    assert page.evaluate("document.documentElement.lang") == "es"
    page.click("#lang")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.get_by_role("status").inner_text().startswith("INCONCLUSIVE")
    assert "carpeta" not in page.inner_text("body")


def test_what_was_not_checked_stands_right_after_the_verdict(page: Page, sound: Shown, tmp_path: Path) -> None:
    bring(page, "intact", sound, tmp_path)
    assert page.locator("#result h3").first.inner_text() == "Lo que no se revisó"


def test_altered_log_names_the_first_fault_and_lists_all(page: Page, tmp_path: Path) -> None:
    log = true()
    forged = log.rehashed([*log.entries[:20], *log.entries[21:]])
    report = by_page(page, bundle(forged, tmp_path, log))
    assert report["first_fault"] == report["faults"][0]
    assert report["faults_total"] == len(report["faults"]) > 1
    said = page.inner_text("#result")
    assert f"registro {report['first_fault']['index']}" in said.lower()
    page.click("#details summary")
    said = page.inner_text("#result")
    assert said.count("seen") >= 2


def test_report_is_saved_as_json(page: Page, sound: Shown, tmp_path: Path) -> None:
    bring(page, "altered", sound, tmp_path)
    with page.expect_download() as waiting:
        page.click("#save button")
    saved = json.loads(Path(waiting.value.path()).read_text(encoding="utf-8"))
    assert saved == page.evaluate("constanciaReport")
    assert saved["first_fault"]["es"] == FAULTS["signature"]["es"]


def test_files_may_be_dropped(page: Page, sound: Shown) -> None:
    assert sound.trust is not None
    page.goto(PAGE.as_uri())
    given = [("genesis", (sound.trust / "genesis").read_bytes()), ("bundle.zip", sound.source.read_bytes())]
    page.evaluate(
        """files => {
            const transfer = new DataTransfer();
            for (const [name, bytes] of files) transfer.items.add(new File([new Uint8Array(bytes)], name));
            document.dispatchEvent(new DragEvent("drop", {dataTransfer: transfer, cancelable: true}));
        }""",
        [[name, list(data)] for name, data in given],
    )
    page.wait_for_selector("#status h2")
    assert page.evaluate("constanciaReport.verdict") == "inconclusive"
    assert page.input_value("#genesis").strip() == (sound.trust / "genesis").read_text(encoding="ascii").strip()


def test_file_that_cannot_be_read_is_said_and_the_next_one_is_taken(page: Page, sound: Shown) -> None:
    page.goto(PAGE.as_uri())
    page.evaluate("window.kept = Blob.prototype.text; Blob.prototype.text = () => Promise.reject(new Error('gone')); 0")
    page.set_input_files("#file", sound.source)
    page.wait_for_selector("#status h2")
    report = page.evaluate("constanciaReport")
    assert (report["verdict"], report["error"]["code"], "gone" in page.inner_text("#status")) == (
        "unreadable",
        "file",
        True,
    )
    page.evaluate("Blob.prototype.text = kept; clear('')")
    page.set_input_files("#file", [])
    page.set_input_files("#file", sound.source)
    page.wait_for_selector("#status h2")
    assert page.evaluate("constanciaReport.verdict") == "inconclusive"
