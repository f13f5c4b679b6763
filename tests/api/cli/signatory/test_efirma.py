"""An e.firma by the command line: enrolled with both files, signing with its key; what is none is refused."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.api.command_line import run_here
from tests.api.served import Desk
from tests.efirma_files import CURP, RFC, SECRET, make_pair
from tests.ledger.world import World

from constancia.ledger.keys.key_file import load
from constancia.ledger.keys.log_signer import LogSigner

DONE, FAILED = 0, 76
NOW = datetime.now(UTC)  # noqa: TID251 - the machine's clock, as for the program


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "frase").write_bytes(SECRET + b"\n")
    (tmp_path / "frase").chmod(0o600)
    return tmp_path


def run(home: Path, *arguments: str, lang: str = "es") -> tuple[int, str]:
    own = {name: str(home / name) for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    done = run_here(arguments, env={**own, "CONSTANCIA_LANG": lang}, cwd=home)
    return done.returncode, done.stdout + done.stderr


def enrol(home: Path, key: str = "ana.key", cer: str = "ana.cer", lang: str = "es") -> tuple[int, str]:
    options = ("--key", key, "--cer", cer, "--passphrase-file", "frase")
    return run(home, "keygen", "ana.pub.json", *options, lang=lang)


def test_public_part_has_the_key_and_a_salted_digest_and_nothing_of_the_certificate(home: Path) -> None:
    pair = make_pair(home)
    code, text = enrol(home)
    assert code == DONE, text
    public = json.loads((home / "ana.pub.json").read_text("utf-8"))
    private = json.loads((home / "ana.salt.json").read_text("utf-8"))
    key = load(pair.key, SECRET)
    assert (public["key"], public["scheme"]) == (key.key_id, "rsa-pkcs1-sha256")
    digest = hashlib.sha256(bytes.fromhex(private["salt"]) + pair.cer.read_bytes()).hexdigest()
    assert public["certificate"] == private["certificate"] == digest
    assert digest != hashlib.sha256(pair.cer.read_bytes()).hexdigest()
    assert (home / "ana.salt.json").stat().st_mode & 0o077 == 0
    for word in (RFC, CURP, "ROBLES", "ana@example.org"):
        assert word not in (home / "ana.pub.json").read_text("utf-8") + text


def test_salt_is_new_each_time(home: Path) -> None:
    make_pair(home)
    digests = set()
    for _ in range(2):
        assert enrol(home)[0] == DONE
        digests.add(json.loads((home / "ana.pub.json").read_text("utf-8"))["certificate"])
        (home / "ana.pub.json").unlink()
        (home / "ana.salt.json").rename(home / f"{len(digests)}.json")
    assert len(digests) == 2


def test_salt_that_is_there_is_never_replaced(home: Path) -> None:
    make_pair(home)
    assert enrol(home)[0] == DONE
    before = (home / "ana.salt.json").read_bytes()
    (home / "ana.pub.json").unlink()
    assert enrol(home)[0] == FAILED
    assert (home / "ana.salt.json").read_bytes() == before
    assert not (home / "ana.pub.json").exists()


CASES = {
    "csd": ("sello para facturas (CSD)", "seal for invoices (CSD)"),
    "expired": ("el certificado venció el", "the certificate expired on"),
    "future": ("el certificado vale apenas desde", "the certificate is valid only from"),
    "other": ("el certificado es de otra llave", "the certificate is of another key"),
    "no certificate": ("no es un certificado (.cer)", "this is not a certificate (.cer)"),
    "wrong password": ("la frase de paso no es la de este archivo", "the passphrase is wrong"),
    "missing": ("No such file|no existe", "No such file|does not exist"),
    "swapped": ("es un certificado y no una llave", "this is a certificate, not a key"),
}


@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("case", CASES)
def test_what_is_no_e_firma_is_refused_in_words_and_nothing_is_written(home: Path, case: str, lang: str) -> None:
    begins = {"expired": NOW - timedelta(days=1_500), "future": NOW + timedelta(days=2)}.get(case)
    make_pair(home, seal=case == "csd", begins=begins)
    if case == "other":
        make_pair(home, "otra", number=1)
    if case == "no certificate":
        (home / "ana.cer").write_bytes(b"factura")
    if case == "wrong password":
        (home / "frase").write_bytes(b"otra frase de paso\n")
    if case == "missing":
        (home / "ana.cer").unlink()
    key, cer = {"other": ("ana.key", "otra.cer"), "swapped": ("ana.cer", "ana.key")}.get(case, ("ana.key", "ana.cer"))
    code, text = enrol(home, key, cer, lang)
    assert code == FAILED, text
    assert any(words in text for words in CASES[case][lang == "en"].split("|")), text
    assert not (home / "ana.pub.json").exists()
    assert RFC not in text


def test_both_files_are_asked_for(home: Path) -> None:
    make_pair(home)
    code, text = run(home, "keygen", "ana.pub.json", "--key", "ana.key", "--passphrase-file", "frase")
    assert (code, "--cer y --key" in text) == (FAILED, True)


def test_it_signs_with_its_key_file(home: Path) -> None:
    pair = make_pair(home)
    (home / "x.statement.json").write_bytes(World(LogSigner.generate("example.org/x").vkey).genesis().statement)
    code, text = run(home, "sign", "x.statement.json", "--key", "ana.key", "--passphrase-file", "frase", "--yes")
    assert code == DONE, text
    signed = json.loads((home / "x.signed.json").read_text("utf-8"))
    assert [signature["key"] for signature in signed["signatures"]] == [load(pair.key, SECRET).key_id]


def test_a_representatives_e_firma_registers_and_signs_in_a_ledger(founded: Desk, home: Path) -> None:
    """Appointed, registered by itself, endorsed; then it signs an act that the ledger takes."""
    make_pair(home)
    assert enrol(home)[0] == DONE
    public = json.loads((home / "ana.pub.json").read_text("utf-8"))
    key = load(home / "ana.key", SECRET)
    world = founded.world
    actor = {"appointment": "ap-ana", "capacity": "representative", "party": "nosc", "person": "p-ana"}
    appointed = {**actor, "name": "Ana", "post": {"es": "Directora"}, "scope": ["AllegationMade"],
                 "valid_from": world.today}  # fmt: skip
    founded.take(founded.root_says("nosc", "RepresentativeAppointed", "appointment/ap-ana", appointed))
    material = {name: public[name] for name in ("key", "public_key", "scheme")}
    registered = {"appointment": "ap-ana", "party": "nosc", **material}
    stream = f"key/{public['key']}"
    raw = world.statement("KeyRegistered", registered, stream=stream, actor=actor)
    (home / "llave.statement.json").write_bytes(raw)
    code, text = run(home, "sign", "llave.statement.json", "--key", "ana.key", "--passphrase-file", "frase", "--yes")
    assert (code, "constancia submit llave.signed.json" in text) == (DONE, True)
    answer = founded.post((home / "llave.signed.json").read_bytes())
    assert answer.status_code == 201, answer.text
    world.look(founded.ledger.log)
    endorsed = {"key": key.key_id, "valid_from": world.today}
    founded.take(founded.root_says("nosc", "KeyEndorsed", stream, endorsed))
    entries = b"".join(founded.ledger.log.entries())
    assert not any(word.encode() in entries for word in (RFC, CURP))
