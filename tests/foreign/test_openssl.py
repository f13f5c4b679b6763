"""The lines of "check without us", run by a real shell with the real openssl; and single signatures by openssl."""

import base64
import re
import subprocess
from pathlib import Path

import pytest
from tests.foreign.conftest import Library, program
from tests.verify.small_ledger import Writer

from constancia.api.text.paper.handcheck import Material, hand_check, materials
from constancia.verify.core.formats.entry import parse_entry

PAGE = Path(__file__).resolve().parents[2] / "docs" / "OPEN-LOG.md"
SCHEMES = ("ed25519", "rsa", "passkey-p256", "passkey-ed25519")


def run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    program("openssl")
    return subprocess.run(
        [program("sh"), "-e"], input=script, cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


def example_lines() -> str:
    """The lines that docs/OPEN-LOG.md shows: of an entry of a small ledger whose keys are made from names."""
    writer = Writer().found().sign_agreement()
    entry = parse_entry(writer.entries[13])
    signer = next(key for key in writer.people.values() if key.key_id == entry.signatures[0].key)
    material = Material(public_key=base64.b64encode(signer.spki).decode(), scheme="ed25519")
    return hand_check(writer.entries[13], {signer.key_id: material}, "en")


def lines_for(library: Library, index: int, lang: str = "es", address: str | None = None) -> str:
    ledger = library.desk.ledger
    raw = ledger.log.entry(index)
    return hand_check(raw, materials(ledger.state(), parse_entry(raw)), lang, address)


@pytest.mark.parametrize(("scheme", "lang"), [*((scheme, "es") for scheme in SCHEMES), ("passkey-p256", "en")])
def test_lines_check_a_signature_of_each_scheme(library: Library, tmp_path: Path, scheme: str, lang: str) -> None:
    done = run(lines_for(library, library.registered[scheme], lang), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "leaf.bin: OK" in done.stdout
    assert "key.der: OK" in done.stdout
    assert re.search(r"Signature Verified Successfully|Verified OK", done.stdout)
    index = library.registered[scheme]
    assert (tmp_path / "entry.json").read_bytes() == library.desk.ledger.log.entry(index)


def test_lines_check_all_founders_signatures(library: Library, tmp_path: Path) -> None:
    done = run(lines_for(library, 0), tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Signature Verified Successfully") == 3


def test_lines_fetch_the_entry_from_an_address(library: Library, tmp_path: Path) -> None:
    program("curl")
    index = library.registered["ed25519"]
    done = run(lines_for(library, index, address=f"{library.desk.url}/api/v1/entries/{index}"), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_text_with_quotes_and_backslashes_reaches_the_shell_whole(library: Library, tmp_path: Path) -> None:
    done = run(lines_for(library, library.registered["awkward"]), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_lines_of_the_documentation_are_these_and_check(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    block = next(one for one in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) if "pkeyutl" in one)
    assert block == example_lines()
    done = run(block, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Signature Verified Successfully" in done.stdout


TAMPERED = {
    "the entry's text": (r'"es":"[^"]', '"es":"X'),
    "the entry's time": (r'"recorded_at":"2', '"recorded_at":"3'),
    "the leaf hash": (r"echo '[0-9a-f]{64}  leaf.bin'", f"echo '{'0' * 64}  leaf.bin'"),
    "the key id": (r"echo '[0-9a-f]{64}  key.der'", f"echo '{'0' * 64}  key.der'"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_lines_fail_where_something_was_changed(library: Library, tmp_path: Path, what: str) -> None:
    pattern, other = TAMPERED[what]
    script = lines_for(library, library.registered["ed25519"])
    changed = re.sub(pattern, other, script, count=1)
    assert changed != script
    assert run(changed, tmp_path).returncode != 0


@pytest.mark.parametrize("scheme", SCHEMES)
def test_lines_fail_for_another_signature(library: Library, tmp_path: Path, scheme: str) -> None:
    index = library.registered[scheme]
    sig = parse_entry(library.desk.ledger.log.entry(index)).signatures[0].sig
    other = sig[:-2] + bytes((sig[-2] ^ 1, sig[-1]))
    before, after = (f"echo '{base64.b64encode(one).decode()}' " for one in (sig, other))
    script = lines_for(library, index)
    assert before in script
    assert run(script.replace(before, after), tmp_path).returncode != 0


@pytest.mark.parametrize("scheme", ["passkey-p256", "passkey-ed25519"])
def test_lines_fail_where_a_passkey_signed_something_else(library: Library, tmp_path: Path, scheme: str) -> None:
    script = lines_for(library, library.registered[scheme])
    other_statement = script.replace("statement.json) > signed.bin", "leaf.bin) > signed.bin")
    assert run(other_statement, tmp_path).returncode != 0
    other_site = script.replace("printf '%s' constancia.example ", "printf '%s' elsewhere.example ")
    assert other_site != script
    assert run(other_site, tmp_path).returncode != 0
