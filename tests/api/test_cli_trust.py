"""`constancia trust page`, its check, and a page as the anchor of `verify` and `trust add`."""

import functools
import json
import re
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.api.test_cli_verify import Person
from tests.verify.small_ledger import Log, Writer, write

from constancia.ledger.publication.trust_page import TrustPage
from constancia.ledger.publication.verifier_page import verifier_page
from constancia.verify.trust.trust_folder import load_trust

ADDRESS = "https://nosc.example/v.html"


@pytest.fixture(scope="module")
def log() -> Log:
    return Writer().found().sign_agreement().report(20).log()


@pytest.fixture
def person(tmp_path: Path) -> Person:
    (tmp_path / "home").mkdir()
    return Person(tmp_path / "home")


@pytest.fixture
def trust(log: Log, tmp_path: Path) -> Path:
    return log.write_trust(tmp_path / "trust")


@pytest.fixture
def bundle(log: Log, tmp_path: Path) -> Path:
    return log.write_zip(tmp_path / "libro.zip", log.write_folder(tmp_path / "log"))


@pytest.fixture
def page(person: Person, trust: Path) -> Path:
    done = person.runs("trust", "page", trust, "--publisher", "NOSC", "--address", ADDRESS, "--date", "2026-11-29")
    assert done.returncode == 0, done.stderr
    return person.home / "verificador.html"


def fingerprint(trust: Path) -> str:
    word = load_trust(trust).word
    assert word is not None
    return word["fingerprint"]


def test_page_holds_what_was_given_and_says_so(person: Person, page: Path, trust: Path) -> None:
    read = TrustPage.read(page.read_bytes())
    assert read is not None
    assert (read.publisher, read.address, read.date, read.language) == ("NOSC", ADDRESS, "2026-11-29", "en")
    assert read.fingerprint == fingerprint(trust)
    again = person.runs("trust", "page", trust, "--publisher", "NOSC")
    assert again.returncode == 76, "a file that is there is not replaced"
    assert page.read_bytes() == read.html().encode()


def test_one_line_is_the_fingerprint_of_folder_page_and_pinned_anchor(person: Person, page: Path, trust: Path) -> None:
    line = fingerprint(trust) + "\n"
    assert person.runs("trust", "fingerprint", trust).stdout == line
    assert person.runs("trust", "fingerprint", page).stdout == line
    refused = person.runs("trust", "fingerprint")
    assert refused.returncode == 76
    assert "There are 0 anchors pinned" in refused.stderr
    person.runs("trust", "add", page)
    assert person.runs("trust", "fingerprint").stdout == line


def test_verify_takes_the_page_in_one_step(person: Person, page: Path, log: Log, bundle: Path, tmp_path: Path) -> None:
    write(tmp_path / "r.tlog-proof", log.receipt(20))
    for source in (bundle, tmp_path / "r.tlog-proof"):
        code, report = person.verifies(source, "--trust", page)
        assert (code, report["verdict"]) == (0, "intact")
        assert isinstance(report["trust"], dict)
        assert report["trust"]["publisher"] == "NOSC"
    said = person.runs("verify", bundle, "--trust", page).stdout
    assert f"By the keys that NOSC publishes ({ADDRESS}, 29 November 2026)." in said


def test_what_was_altered_is_altered_by_the_page(person: Person, page: Path, log: Log, tmp_path: Path) -> None:
    changed = log.entries[20].replace(b'"period":"2019"', b'"period":"2020"')
    forged = log.rehashed((*log.entries[:20], changed, *log.entries[21:]))
    code, report = person.verifies(forged.write_folder(tmp_path / "forged"), "--trust", page)
    assert (code, report["verdict"]) == (1, "altered")


def test_receipt_of_another_ledger_rests_on_nobodys_word(person: Person, page: Path, tmp_path: Path) -> None:
    other = Writer("example.org/other", "other").found().sign_agreement().log()
    write(tmp_path / "other.tlog-proof", other.receipt(9))
    code, report = person.verifies(tmp_path / "other.tlog-proof", "--trust", page)
    assert (code, report["verdict"], report["trust"]) == (2, "inconclusive", None)
    assert "NOSC" not in person.runs("verify", tmp_path / "other.tlog-proof", "--trust", page).stdout


def test_page_is_pinned_in_one_step_with_its_publisher(person: Person, page: Path, trust: Path, bundle: Path) -> None:
    added = person.runs("trust", "add", page, "--source", bundle)
    assert added.returncode == 0, added.stderr
    assert "Published by: NOSC" in added.stdout
    assert fingerprint(trust) in person.runs("trust", "list").stdout
    assert "By the keys that NOSC publishes" in person.runs("verify").stdout
    # The folder that the page was made from, and another party's page, pin the same.
    assert person.runs("trust", "add", trust).returncode == 0
    other = person.runs("trust", "page", trust, "--publisher", "INAI", "--out", "inai.html")
    assert other.returncode == 0, other.stderr
    assert person.runs("trust", "add", person.home / "inai.html").returncode == 0
    assert "By the keys that INAI publishes" in person.runs("verify").stdout


def test_another_anchor_is_pinned_only_with_replace(person: Person, page: Path, log: Log, tmp_path: Path) -> None:
    person.runs("trust", "add", page)
    other = log.write_trust(tmp_path / "other")
    write(other / "genesis", b"ab" * 32)
    made = person.runs("trust", "page", other, "--publisher", "NOSC", "--out", "other.html")
    assert made.returncode == 0, made.stderr
    refused = person.runs("trust", "add", person.home / "other.html")
    assert (refused.returncode, "Another trust anchor is already pinned" in refused.stderr) == (76, True)
    assert person.runs("trust", "add", person.home / "other.html", "--replace").returncode == 0


def test_fingerprint_from_paper_is_compared(person: Person, page: Path, trust: Path) -> None:
    printed = fingerprint(trust)
    wrong = ("B" if printed[0] == "A" else "A") + printed[1:]
    refused = person.runs("trust", "add", page, "--fingerprint", wrong)
    assert refused.returncode == 76
    assert printed in refused.stderr
    assert "Nothing is pinned" in person.runs("trust", "list").stdout
    for written in (printed, printed.lower().replace("-", " "), printed.replace("-", "")):
        assert person.runs("trust", "add", page, "--fingerprint", written).returncode == 0


def test_check_tells_the_releases_page_from_any_other(person: Person, page: Path, trust: Path) -> None:
    done = person.runs("trust", "page", "--check", page)
    assert done.returncode == 0, done.stderr
    assert fingerprint(trust) in done.stdout
    assert "NOSC" in done.stdout
    text, other = page.read_text("utf-8"), person.home / "other.html"
    for changed, words in (
        (text.replace("65535", "65536"), "the program in"),
        (text.replace("<main>", "<main><p>Not ours</p>"), "what is around it is not"),
        (verifier_page().decode().replace("65535", "65536"), "the program in"),
        ("<!doctype html><title>x</title>", "the program in"),
        (text.replace("NOSC", "NOSC\u202e"), "publisher"),
        (text.replace("quorum none", "quorum none\nquorum none"), "quorum"),
    ):
        assert changed != text
        other.write_text(changed, "utf-8")
        refused = person.runs("trust", "page", "--check", other)
        assert refused.returncode == 76
        assert words in refused.stderr
    other.write_bytes(verifier_page())
    assert "without an anchor in it" in person.runs("trust", "page", "--check", other).stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 78, "Falta quién publica la página"),
        (("--publisher", "NO\u202eSC"), 76, "visibles"),
        (("--publisher", "NOSC", "--address", "nosc.example"), 76, "una dirección http o https"),
        (("--publisher", "NOSC", "--date", "29/11/2026"), 76, "AAAA-MM-DD"),
        (("--publisher", "NOSC", "--language", "fr"), 76, "es o en"),
        (("--publisher", "NOSC", "--checkpoint", "trust/policy"), 76, "checkpoint"),
    ],
)
def test_mistakes_are_said_and_nothing_is_written(
    person: Person, trust: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    speaker = Person(person.home, "es")
    refused = speaker.runs("trust", "page", trust, *arguments, cwd=trust.parent)
    assert (refused.returncode, words in refused.stderr) == (code, True), refused.stderr
    assert not (trust.parent / "verificador.html").exists()


def test_folder_without_genesis_makes_no_page_and_has_no_fingerprint(person: Person, log: Log, tmp_path: Path) -> None:
    folder = log.write_trust(tmp_path / "half", genesis=False)
    for arguments in (("page", folder, "--publisher", "NOSC"), ("fingerprint", folder)):
        refused = person.runs("trust", *arguments)
        assert refused.returncode == 76
        assert "genesis" in refused.stderr


def test_page_without_an_anchor_is_none(person: Person, bundle: Path, tmp_path: Path) -> None:
    write(tmp_path / "v.html", verifier_page())
    for arguments in (("trust", "add", tmp_path / "v.html"), ("verify", bundle, "--trust", tmp_path / "v.html")):
        refused = Person(person.home, "es").runs(*arguments)
        assert refused.returncode in (3, 76)
        assert "una página sin ancla de confianza dentro" in refused.stderr


def test_checkpoint_in_a_page_binds_the_log(person: Person, trust: Path, log: Log, tmp_path: Path) -> None:
    write(tmp_path / "checkpoint", log.checkpoint())
    made = person.runs("trust", "page", trust, "--publisher", "NOSC", "--checkpoint", tmp_path / "checkpoint")
    assert made.returncode == 0, made.stderr
    shorter = log.cut_at(9).write_folder(tmp_path / "shorter")
    code, report = person.verifies(shorter, "--trust", person.home / "verificador.html")
    assert (code, report["verdict"]) == (1, "altered")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def url(person: Person) -> Iterator[str]:
    """The address at which a person's home folder is served on this machine."""
    handler = functools.partial(Quiet, directory=str(person.home))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_address_of_a_page_is_taken_where_nobody_can_replace_it(
    person: Person, page: Path, bundle: Path, url: str
) -> None:
    assert person.verifies(bundle, "--trust", f"{url}/{page.name}")[0] == 0
    assert person.runs("trust", "add", f"{url}/{page.name}").returncode == 0
    refused = person.runs("trust", "add", "http://nosc.example/v.html")
    assert refused.returncode == 76
    assert "https address only" in refused.stderr
    missing = person.runs("trust", "add", f"{url}/none.html")
    assert missing.returncode == 76
    assert "404" in missing.stderr


def test_report_as_json_names_the_anchor_without_its_keys(person: Person, page: Path, bundle: Path) -> None:
    report = json.loads(person.runs("verify", "--json", bundle, "--trust", page).stdout)
    assert sorted(report["trust"]) == ["address", "date", "fingerprint", "publisher"]
    assert re.fullmatch(r"(?:[A-Z2-7]{5}-){7}[A-Z2-7]{5}", report["trust"]["fingerprint"])
