"""Receipts by HTTP, by command, on paper; entries and documents as conditional resources."""

import base64
import hashlib
import json
import re
import zlib
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from tests.api.served import Desk, serving
from tests.rows import each_row
from typer.testing import CliRunner

from constancia.api.cli import app
from constancia.api.http.settings import Settings
from constancia.api.text.paper.links import (
    MAX_ADDRESS,
    PROOF_MARK,
    parse_link,
    permalink,
    proof_fragment,
    receipt_of,
    without_long_signatures,
)
from constancia.api.text.paper.qr import MAX_VERSION, qr_code
from constancia.ledger.wire.composition import format_tlog_proof
from constancia.verify.audit.run import audit
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.note import NoteSignature, format_note
from constancia.verify.report.findings import Verdict
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust
from constancia.verify.wire.merkle import hash_leaf
from constancia.verify.wire.tlog_proof import parse_tlog_proof

SVG_RUN = re.compile(r"([mMh])(-?[\d.]+)(?: ?(-?[\d.]+))?")
SCALE = 4


def scan(svg: bytes) -> str:
    """Draws a QR code's SVG and reads it with another library than the one that made it."""
    text = svg.decode()
    side = re.search(r'viewBox="0 0 (\d+) \1"', text)
    path = re.search(r'stroke="#000" d="([^"]+)"', text)
    assert side
    assert path
    image = Image.new("L", (int(side[1]), int(side[1])), 255)
    x = y = 0.0
    for kind, first, second in SVG_RUN.findall(path[1]):
        if kind == "h":
            for at in range(int(x), int(x) + int(first)):
                image.putpixel((at, int(y)), 0)
            x += float(first)
        else:
            x, y = (float(first), float(second)) if kind == "M" else (x + float(first), y + float(second))
    large = image.resize((image.width * SCALE, image.height * SCALE), Image.Resampling.NEAREST)
    found = zxingcpp.read_barcodes(large, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    assert len(found) == 1
    return str(found[0].text)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> "Run":
    monkeypatch.setenv("CONSTANCIA_LANG", "en")
    monkeypatch.chdir(tmp_path)
    return Run()


class Run:
    """The command, in this process."""

    def __call__(self, *arguments: object, code: int = 0) -> str:
        done = CliRunner().invoke(app, ["--lang", "en", *map(str, arguments)])
        assert done.exit_code == code, done.output
        return done.output


class TestQr:
    def test_code_holds_the_permalink_and_the_proof(self, scene: Desk) -> None:
        answer = scene.http.get("/api/v1/receipts/5/qr.svg")
        assert answer.headers["content-type"] == "image/svg+xml"
        link = scan(answer.content)
        assert link.startswith(f"{scene.url}/e/{scene.ledger.log.leaf_hash(5).hex()}#{PROOF_MARK}")
        receipt = receipt_of(parse_link(link), scene.ledger.log.entry(5))
        assert without_long_signatures(receipt) == without_long_signatures(scene.ledger.receipt(5))

    def test_code_can_hold_the_permalink_alone(self, scene: Desk) -> None:
        answer = scene.http.get("/api/v1/receipts/5/qr.svg?content=link")
        assert scan(answer.content) == f"{scene.url}/e/{scene.ledger.log.leaf_hash(5).hex()}"
        assert answer.headers["constancia-qr"].endswith("-M")

    @pytest.mark.parametrize("length", [20, 64, 99, 134, 230, 312, 441, MAX_ADDRESS])
    def test_every_address_comes_back_from_its_code(self, scene: Desk, length: int) -> None:
        odd = "https://Libro-1.example:8443/a._~-/" + "x0" * length
        address = f"{odd[: length - 1]}z"
        for receipt in (None, scene.ledger.receipt(5)):
            made = qr_code(address, scene.ledger.log.leaf_hash(5), receipt)
            assert scan(made.svg) == made.text
            assert made.text.startswith(f"{address}/e/")

    @each_row(
        "address",
        ["https://" + "a" * MAX_ADDRESS, "https://méxico.example", "https://ana:clave@libro.example", 'https://a"><b',
         "https://libro.example/?a", "https://libro.example:123456"],
    )  # fmt: skip
    def test_address_that_no_code_should_have_is_refused_at_the_start(self, address: str) -> None:
        with pytest.raises(ValueError, match="public_url"):
            Settings(public_url=address)

    def test_permalink_leads_to_the_entry_s_page(self, scene: Desk) -> None:
        link = scan(scene.http.get("/api/v1/receipts/5/qr.svg").content)
        answer = scene.http.get(link, follow_redirects=True)
        assert answer.status_code == 200
        assert scene.ledger.log.leaf_hash(5).hex()[:8] in answer.text

    def test_public_address_comes_from_the_settings(self, scene: Desk) -> None:
        settings = Settings(public_url="https://constancia.example/libro/")
        with serving(scene.ledger, settings) as url:
            svg = scene.http.get(f"{url}/api/v1/receipts/0/qr.svg?content=link").content
        assert scan(svg) == f"https://constancia.example/libro/e/{scene.ledger.log.leaf_hash(0).hex()}"

    def test_code_is_of_the_size_asked_for(self, scene: Desk) -> None:
        size = next(iter(scene.ledger.log.checkpoint_sizes(7)))
        link = scan(scene.http.get(f"/api/v1/receipts/5/qr.svg?size={size}").content)
        receipt = receipt_of(parse_link(link), scene.ledger.log.entry(5))
        assert without_long_signatures(receipt) == without_long_signatures(scene.ledger.receipt(5, size))

    def test_known_code_is_not_sent_again(self, scene: Desk) -> None:
        tag = scene.http.get("/api/v1/receipts/5/qr.svg").headers["etag"]
        assert scene.http.get("/api/v1/receipts/5/qr.svg", headers={"If-None-Match": tag}).status_code == 304

    @pytest.mark.parametrize("path", ["9999/qr.svg", "nothing/qr.svg", "5/qr.svg?size=3"])
    def test_there_is_none_for_what_is_not_in_the_log(self, scene: Desk, path: str) -> None:
        assert scene.http.get(f"/api/v1/receipts/{path}").status_code == 404

    def test_proof_too_long_for_a_code_that_can_be_scanned_is_left_out(self) -> None:
        entry = b"entry"
        leaf = hash_leaf(entry)
        held = True
        hashes = [hashlib.sha256(bytes((number,))).digest() for number in range(60)]
        for count in range(1, 60, 6):
            receipt = format_tlog_proof(0, hashes[:count], note_with(64), entry)
            made = qr_code("https://constancia.example", leaf, receipt)
            version = int(made.designator.partition("-")[0])
            assert version <= MAX_VERSION
            assert scan(made.svg) == made.text
            held = PROOF_MARK in made.text
            assert held or count > 35
            if held:
                assert receipt_of(parse_link(made.text), entry) == receipt
        assert not held

    def test_post_quantum_signatures_give_way_to_the_proof(self) -> None:
        entry = b"entry"
        receipt = format_tlog_proof(0, [b"\1" * 32] * 20, note_with(64, 2_420, 72), entry)
        link = parse_link(scan(qr_code("https://constancia.example", hash_leaf(entry), receipt).svg))
        found = parse_tlog_proof(receipt_of(link, entry))
        assert found.checkpoint == note_with(64, 72)
        short = format_tlog_proof(0, [b"\1" * 32], note_with(64, 72), entry)
        assert without_long_signatures(short) == short


def note_with(*lengths: int) -> bytes:
    """A checkpoint with a signature of each length."""
    lines = [
        NoteSignature(name=f"example.org/{length}", key_hash=b"\0\0\0\1", blob=hashlib.shake_256(b"").digest(length))
        for length in lengths
    ]
    return format_note("example.org/log\n1\nAAAA\n", lines)


class TestLinks:
    LEAF = "ab" * 32

    @each_row(
        "link", [f"https://constancia.example/e/{LEAF}", f"http://x/y/e/{LEAF}#top", f"/e/{LEAF}", f" e/{LEAF}\n"]
    )
    def test_leaf_hash_is_read(self, link: str) -> None:
        assert parse_link(link).leaf_hash == self.LEAF
        assert parse_link(link).proof is None

    @each_row(
        "link",
        [
            "", "https://constancia.example/", f"https://constancia.example/e/{LEAF}0", f"/e/{LEAF.upper()}",
            f"javascript:/e/{LEAF}", f"/e/{LEAF}#P1.not base32", f"/e/{LEAF}#P1.", f"/e/{LEAF}#P1.MFRGG",
        ],
    )  # fmt: skip
    def test_other_forms_are_refused(self, link: str) -> None:
        with pytest.raises(Malformed):
            parse_link(link)

    def test_proof_that_swells_is_not_unpacked(self) -> None:
        bomb = base64.b32encode(zlib.compress(b"\0" * 5_000_000, 9)).decode().rstrip("=")
        with pytest.raises(Malformed, match="whole proof"):
            parse_link(f"/e/{self.LEAF}#P1.{bomb}")

    def test_another_entry_is_refused(self, scene: Desk) -> None:
        link = f"{permalink('http://x', scene.ledger.log.leaf_hash(5))}#{proof_fragment(scene.ledger.receipt(5))}"
        with pytest.raises(Malformed, match="leaf"):
            receipt_of(parse_link(link), scene.ledger.log.entry(6))


class TestCommand:
    def test_receipt_from_a_folder_verifies(self, scene: Desk, run: Run, tmp_path: Path) -> None:
        told = run("receipt", 5, "--from", scene.ledger.folder.path, "--out", "a.tlog-proof")
        assert "a.tlog-proof" in told
        assert (tmp_path / "a.tlog-proof").read_bytes() == scene.ledger.receipt(5)
        with open_source("a.tlog-proof") as source:
            assert audit(source, load_trust(scene.ledger.folder.trust)).verdict is Verdict.INTACT

    def test_receipt_from_an_address_is_the_same(self, scene: Desk, run: Run, tmp_path: Path) -> None:
        leaf = scene.ledger.log.leaf_hash(5).hex()
        run("receipt", leaf, "--from", scene.url)
        assert (tmp_path / "constancia-5.tlog-proof").read_bytes() == scene.ledger.receipt(5)
        assert "E_NOT_FOUND" in run("receipt", "9999", "--from", scene.url, code=76)

    def test_paper_and_a_kept_entry_give_the_receipt_again(self, scene: Desk, run: Run, tmp_path: Path) -> None:
        run("receipt", 5, "--from", scene.url, "--out", "a.tlog-proof", "--qr", "a.svg")
        link = scan((tmp_path / "a.svg").read_bytes())
        (tmp_path / "entry.json").write_text(run("show", 5, "--dir", scene.ledger.folder.path, "--raw"))
        run("receipt", link, "--entry", "entry.json", "--out", "b.tlog-proof")
        again, first = ((tmp_path / f"{name}.tlog-proof").read_bytes() for name in "ba")
        assert without_long_signatures(again) == without_long_signatures(first)
        with open_source("b.tlog-proof") as source:
            assert audit(source, load_trust(scene.ledger.folder.trust)).verdict is Verdict.INTACT

    def test_what_is_missing_is_said(self, scene: Desk, run: Run) -> None:
        assert "--url" in run("receipt", 5, "--from", scene.ledger.folder.path, "--qr", "a.svg", code=76)
        for address in ("https://" + "a" * MAX_ADDRESS, "https://méxico.example"):
            command = ("receipt", 5, "--from", scene.ledger.folder.path, "--qr", "b.svg", "--url", address, "--force")
            assert "500" in run(*command, code=76)
            assert not Path("b.svg").exists()
        assert "--entry" in run("receipt", f"/e/{'0' * 64}", code=76)

    def test_envelope_is_the_served_one(self, scene: Desk, run: Run) -> None:
        told = run("show", 5, "--dir", scene.ledger.folder.path, "--dsse")
        assert told == scene.http.get("/api/v1/entries/5/dsse").text
        assert json.loads(told)["payloadType"] == "application/vnd.constancia.statement.v1+json"

    def test_hand_check_is_shown_in_both_languages(self, scene: Desk, run: Run) -> None:
        folder = scene.ledger.folder.path
        english = run("show", 5, "--dir", folder, "--openssl")
        spanish = CliRunner().invoke(app, ["--lang", "es", "show", "5", "--dir", str(folder), "--openssl"]).output
        commands = [[line for line in one.splitlines() if not line.startswith("#")] for one in (english, spanish)]
        assert commands[0] == commands[1]
        assert "openssl pkeyutl -verify" in english
        assert english != spanish
        assert "hand." not in english + spanish

    def test_one_form_at_a_time(self, scene: Desk, run: Run) -> None:
        assert "one form" in run("show", 5, "--dir", scene.ledger.folder.path, "--raw", "--dsse", code=76)


class TestResources:
    def test_entry_is_a_conditional_resource(self, scene: Desk) -> None:
        whole = scene.http.get("/api/v1/entries/5")
        assert whole.headers["etag"] == f'"{scene.ledger.log.leaf_hash(5).hex()}"'
        again = scene.http.get("/api/v1/entries/5", headers={"If-None-Match": whole.headers["etag"]})
        assert (again.status_code, again.headers["constancia-index"]) == (304, "5")

    def test_document_can_be_fetched_in_parts(self, scene: Desk) -> None:
        name = hashlib.sha256(b"informe").hexdigest()
        scene.ledger.documents.put(b"informe")
        answer = scene.http.get(f"/documents/{name}", headers={"Range": "bytes=2-"})
        assert (answer.status_code, answer.content) == (206, b"forme")
        assert answer.headers["content-security-policy"].startswith("sandbox")
        assert scene.http.get(f"/documents/{name}", headers={"If-None-Match": f'"{name}"'}).status_code == 304

    def test_receipt_s_proof_is_of_the_served_checkpoint(self, scene: Desk) -> None:
        receipt = parse_tlog_proof(scene.http.get("/api/v1/receipts/5").content)
        assert receipt.checkpoint == scene.http.get("/checkpoint").content
