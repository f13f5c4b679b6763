"""SPEC §7's table "From what was seen to a verdict": its codes are the program's, and each cell is what it says."""

import os
import re
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.verify.small_ledger import Log, Writer, verify, write

from constancia.verify.core.errors import Unreadable
from constancia.verify.report.words import NOT_IN_A_PAGE, SEEN
from constancia.verify.wire.tlog_proof import parse_tlog_proof

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = ("published", "store", "whole")
NEVER = "–"
# Of an address alone: nothing came, so that no sentence about a file's bytes can be said.
OF_AN_ADDRESS = ("cut", "refused", "unreachable")


ENGLISH = "**From what was seen to a verdict.**"
SPANISH = "**De lo visto al veredicto**"
IN_SPANISH = {
    "inconclusive": "no concluyente", "unreadable": "ilegible", "not weighed": "no pesa", "noted": "anotado",
    "verified without it, inconclusive": "verificado sin eso, no concluyente", "–": "–",
}  # fmt: skip


def table(heading: str = ENGLISH) -> dict[str, dict[str, str]]:
    """The rows by code: what the verdict is for a published log's part, beside a store, and for the whole."""
    text = (ROOT / "docs" / "SPEC.md").read_text(encoding="utf-8")
    rows = text.split(heading)[1].split("\n\n")[1].splitlines()[2:]
    found = {}
    for row in rows:
        _, codes, *verdicts = [cell.strip() for cell in row.strip("|").split("|")]
        for code in re.findall(r"`([a-z-]+)`", codes):
            found[code] = dict(zip(COLUMNS, verdicts, strict=True))
    return found


TABLE = table()


@pytest.fixture(scope="module")
def log() -> Log:
    return Writer().found().sign_agreement().report(20, batch=4).log()


def test_codes_of_the_table_are_those_that_have_words_and_those_of_an_address() -> None:
    assert set(TABLE) == set(SEEN) | set(OF_AN_ADDRESS)
    assert set(SEEN) >= NOT_IN_A_PAGE
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "verify").rglob("*.py"))
    for code in TABLE:
        assert re.search(f'"{code}"', sources), f"{code} is said nowhere"


def test_both_languages_say_the_same() -> None:
    spanish = table(SPANISH)
    assert list(spanish) == list(TABLE)
    assert spanish == {code: {name: IN_SPANISH[cell] for name, cell in row.items()} for code, row in TABLE.items()}


# How a file comes to be seen so.


def link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


def special(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def changed(path: Path) -> None:
    raw = path.read_bytes()
    assert b"\n" in raw
    path.write_bytes(raw.replace(b"\n", b"\r\n"))


def form(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"\n", b"|"))


ON_A_FILE: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "short": lambda path: path.write_bytes(b"" if path.name == "checkpoint" else path.read_bytes()[:-300]),
    "added": lambda path: path.write_bytes(path.read_bytes() + b"and more"),
    "changed": changed,
    "replaced": lambda path: path.write_bytes(b"<!DOCTYPE html><title>Log in</title>"),
    "denied": lambda path: None,  # `open` is what refuses: this test may run as root
    "link": link,
    "special": special,
    "form": form,
}


@contextmanager
def hosted(folder: Path, target: str, how: str) -> Iterator[str]:
    """Serve a folder; one file of it is withheld, cut short, refused, or not answered."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = folder / self.path.lstrip("/")
            if not path.is_file() or (how == "withheld" and self.path == f"/{target}"):
                self.send_error(404)
                return
            body = path.read_bytes()
            how_here = how if self.path == f"/{target}" else ""
            if how_here == "refused":
                self.send_error(403)
            elif how_here == "unreachable":
                self.connection.close()
            else:
                self.send_response(200)
                self.send_header("Content-Length", str(len(body) + (99 if how_here == "cut" else 0)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def verdict_of(location: Path | str, trust: Path) -> tuple[str, list[str], list[str]]:
    """The verdict, and the codes of what is open and of what was not checked or noted."""
    try:
        report = verify(location, trust)
    except Unreadable as error:
        return "unreadable", [error.code], []
    said = [one.code for one in (*report.not_checked, *report.notes)]
    return report.verdict.name.lower(), [one.code for one in report.open], said


def expected(cell: str) -> str:
    [word] = re.findall("inconclusive|unreadable|not weighed|noted", cell)
    return str(word)


# Beside a store the checkpoint weighs as little as any other published file.
FILES = {"published": ("bundle",), "store": ("bundle", "checkpoint"), "whole": ("checkpoint",)}
FILE_CELLS = [
    (code, column, name)
    for code in (*ON_A_FILE, "withheld", *OF_AN_ADDRESS)
    for column in COLUMNS
    if TABLE.get(code, {}).get(column, NEVER) != NEVER
    for name in FILES[column]
    if (code, name) not in {("form", "bundle"), ("added", "checkpoint")}
]


@pytest.mark.parametrize(("code", "column", "name"), FILE_CELLS)
def test_cell_of_a_file_is_what_the_verifier_says(  # noqa: PLR0917 - a table's three columns, and its scene
    log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, column: str, name: str
) -> None:
    trust = log.write_trust(tmp_path / "trust")
    place = log.write_ledger(tmp_path / "libro")
    published = place / "log"
    [bundle] = published.glob("tile/entries/**/*[0-9]")
    if code == "changed":  # what an editor or git does is done to text
        [bundle] = published.glob("documents/*")
    target = published / "checkpoint" if name == "checkpoint" else bundle
    source = place if column == "store" else published
    assert verdict_of(source, trust)[0] == "intact"
    if code in ON_A_FILE:
        ON_A_FILE[code](target)
        with monkeypatch.context() as patched:
            if code == "denied":
                patched.setattr(os, "open", refusing(target))
            verdict, opened, said = verdict_of(source, trust)
    else:
        with hosted(published, target.relative_to(published).as_posix(), code) as url:
            verdict, opened, said = verdict_of(url, trust)
    wanted = expected(TABLE[code][column])
    if wanted == "not weighed":
        assert (verdict, code in opened) == ("intact", False), (verdict, opened, said)
        assert code in said, said
    else:
        assert (verdict, code in opened) == (wanted, True), (verdict, opened, said)


def refusing(path: Path) -> Callable[..., int]:
    really = os.open

    def opened(name: str | os.PathLike[str], *rest: int, **more: int) -> int:
        if name == path:
            raise PermissionError(13, "Permission denied", str(path))
        return really(name, *rest, **more)

    return opened


def test_v7_trust_folder_of_another_ledger_is_said_to_be_that(log: Log, tmp_path: Path) -> None:
    other = Writer("example.org/other").found().log().write_trust(tmp_path / "other")
    place = log.write_ledger(tmp_path / "libro")
    (tmp_path / "r.tlog-proof").write_bytes(log.receipt(3))
    for column, where in (("store", place), ("published", place / "log"), ("whole", tmp_path / "r.tlog-proof")):
        verdict, opened, _ = verdict_of(where, other)
        assert (verdict, "other-ledger" in opened) == (expected(TABLE["other-ledger"][column]), True), where


def test_receipts_without_their_entry_or_form_prove_nothing_against_the_log(log: Log, tmp_path: Path) -> None:
    trust = log.write_trust(tmp_path / "trust")
    raw = log.receipt(3)
    assert parse_tlog_proof(raw).extra is not None
    for code, changed_raw in (
        ("receipt-form", raw[: len(raw) // 2]),
        ("receipt-form", raw.replace(b"\nindex 3\n", b"\nindex 9007199254740992\n")),  # V10
        ("receipt-no-entry", re.sub(rb"\nextra [^\n]*\n", b"\n", raw, count=1)),
    ):
        write(tmp_path / "r", changed_raw)
        verdict, opened, _ = verdict_of(tmp_path / "r", trust)
        assert (verdict, code in opened) == (expected(TABLE[code]["whole"]), True), (code, opened)


def test_kept_checkpoint_beyond_what_could_be_had_is_not_compared(log: Log, tmp_path: Path) -> None:
    trust = log.write_trust(tmp_path / "trust", kept=log.size)
    place = log.write_folder(tmp_path / "log")
    [bundle] = place.glob("tile/entries/**/*[0-9]")
    bundle.unlink()
    verdict, opened, _ = verdict_of(place, trust)
    assert (verdict, "kept-not-compared" in opened) == (expected(TABLE["kept-not-compared"]["published"]), True)


def test_zip_packed_again_is_noted(log: Log, tmp_path: Path) -> None:
    trust = log.write_trust(tmp_path / "trust")
    place = log.write_folder(tmp_path / "log")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for file in sorted(one for one in place.rglob("*") if one.is_file()):
            archive.write(file, f"libro/{file.relative_to(place).as_posix()}")
        archive.writestr("__MACOSX/libro/._checkpoint", b"x")
        archive.writestr("libro/.DS_Store", b"x")
    verdict, _, said = verdict_of(tmp_path / "a.zip", trust)
    assert {expected(TABLE[code]["whole"]) for code in ("zip-folder", "zip-ignored")} == {"noted"}
    assert (verdict, {"zip-folder", "zip-ignored"} <= set(said)) == ("intact", True), said


def test_published_copy_that_weighs_nothing_does_not_stand_in_for_the_stores_own(log: Log, tmp_path: Path) -> None:
    trust = log.write_trust(tmp_path / "trust")
    place = log.write_ledger(tmp_path / "libro")
    [own] = (place / "documents").iterdir()
    own.unlink()
    assert verdict_of(place, trust)[0] == "intact"
    special(place / "log" / "documents" / own.name)
    verdict, opened, _ = verdict_of(place, trust)
    assert (verdict, opened) == ("inconclusive", ["documents-missing"])
