"""The log's key in a token, as its operator meets it: what each verb says, in both languages, and what it leaves."""

from pathlib import Path

import pytest
from tests.api.test_cli_verify import Person
from tests.api.verbs import SECRET, WorkDesk, lay_out
from tests.ledger.template import Templates
from tests.tokens import PIN, Hsm, Token, access, module

from constancia.ledger.folder import LedgerFolder
from constancia.ledger.keys.log_signer import LogSigner

FAILED, USAGE = 76, 78
WORDS = {
    "E_TOKEN_PIN": ("rechaza el PIN", "refuses the PIN"),
    "E_TOKEN_GONE": ("no está o no contesta", "is absent or does not answer"),
    "E_TOKEN_MODULE": ("module-path", "module-path"),
    "E_TOKEN_MANY": ("Añada serial", "Add serial"),
    "E_TOKEN_KIND": ("hace falta una Ed25519", "an Ed25519 key"),
    "E_TOKEN_KEY": ("no tiene una llave", "has no private key"),
    "E_TOKEN_ADDRESS": ("sin el PIN", "without the PIN"),
}


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory, templates: Templates) -> WorkDesk:
    return lay_out(tmp_path_factory.mktemp("desk") / "home", templates)


@pytest.fixture
def desk(laid_out: WorkDesk, tmp_path: Path) -> WorkDesk:
    copied = laid_out.copy_to(tmp_path / "home")
    for name, pin in (("pin", PIN), ("wrong", "wrong-pin")):
        (copied.home / name).write_text(f"{pin}\n")
        (copied.home / name).chmod(0o600)
    return copied


def says(desk: WorkDesk, lang: str, command: str) -> tuple[int, str]:
    done = Person(desk.home, lang).runs(*command.split())
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    assert PIN not in said
    assert "wrong-pin" not in said
    return done.returncode, said


def addresses(hsm: Hsm, code: str) -> tuple[str, str]:
    """Give an address that ends in a code, and the file of the PIN that goes with it."""
    if code == "E_TOKEN_KIND":
        return hsm.token("log", kind="p256").address(), "pin"
    token = hsm.token("log")
    if code == "E_TOKEN_MANY":
        token.make("log")
    return {
        "E_TOKEN_PIN": (token.address(), "wrong"),
        "E_TOKEN_GONE": (token.address().replace(token.label, "nowhere"), "pin"),
        "E_TOKEN_MODULE": (token.address().replace(str(module()), "/nowhere/module.so"), "pin"),
        "E_TOKEN_MANY": (token.address(), "pin"),
        "E_TOKEN_KEY": (token.address("another"), "pin"),
        "E_TOKEN_ADDRESS": (token.address(query=f"&pin-value={PIN}"), "pin"),
    }[code]


@pytest.mark.parametrize("code", WORDS)
def test_what_is_amiss_is_said_in_both_languages_and_nothing_is_written(desk: WorkDesk, hsm: Hsm, code: str) -> None:
    address, pin = addresses(hsm, code)
    keys = sorted((desk.home / "libro" / "keys").iterdir())
    with_it = f"--log-passphrase-file passphrase --log-pin-file {pin}"
    for number, lang in enumerate(("es", "en")):
        for command in (
            f"init new --ceremony ceremony.toml {with_it} --log-key {address}",
            f"rotate --dir libro {with_it} --to {address}",
            f"rotate --dir libro --lost {with_it} --to {address}",
        ):
            done, said = says(desk, lang, command)
            assert done == FAILED, said
            assert f"[{code}]" in said
            assert WORDS[code][number] in said
    assert not (desk.home / "new").exists()
    assert sorted((desk.home / "libro" / "keys").iterdir()) == keys


@pytest.fixture
def kept_in_token(desk: WorkDesk, hsm: Hsm) -> Token:
    """The desk's ledger, whose key has been replaced by one in a token."""
    token = hsm.token("log", "other")
    how = f"--lost --log-passphrase-file passphrase --log-pin-file pin --to {token.address()}"
    code, said = says(desk, "en", f"rotate --dir libro {how}")
    assert code == 0, said
    return token


SUBMIT = "submit voto.signed.json --to libro --out new --log-passphrase-file passphrase"


def test_statement_goes_into_a_folder_whose_key_is_in_a_token(desk: WorkDesk, kept_in_token: Token) -> None:
    code, said = says(desk, "es", SUBMIT)
    assert (code, "[E_TOKEN_UNNAMED]" in said, "dé --log-key" in said) == (FAILED, True, True)
    code, said = says(desk, "en", f"{SUBMIT} --log-key {kept_in_token.address('other')} --log-pin-file pin")
    assert (code, "[E_TOKEN_UNNAMED]" in said) == (FAILED, True)
    with_pin = kept_in_token.address(query=f"&pin-source=file:{desk.home / 'pin'}")
    code, said = says(desk, "en", f"{SUBMIT} --log-key {with_pin}")
    assert code == 0, said
    code, said = says(desk, "en", "verify libro --trust libro/trust")
    assert code == 0, said


def test_serve_without_its_token_says_so_and_ends(desk: WorkDesk, kept_in_token: Token) -> None:
    how = "--log-passphrase-file passphrase --log-pin-file pin"
    with kept_in_token.pulled_out():
        code, said = says(desk, "en", f"serve --dir libro --port 0 {how} --log-key {kept_in_token.address()}")
    assert (code, "[E_TOKEN_GONE]" in said) == (FAILED, True), said


def test_pin_does_not_lie_in_the_ledger_s_folder(desk: WorkDesk, hsm: Hsm) -> None:
    new = desk.home / "new"
    new.mkdir()
    (new / "pin").write_text(PIN)
    token = hsm.token("log")
    for how in (
        f"--log-pin-file new/pin --log-key {token.address()}",
        f"--log-key {token.address(query=f'&pin-source=file:{new}/pin')}",
    ):
        code, said = says(desk, "en", f"init new --ceremony ceremony.toml --log-passphrase-file passphrase {how}")
        assert (code, "next to the key that it opens" in said) == (FAILED, True), said
    assert not (new / "keys").exists()


def test_ways_that_exclude_each_other(desk: WorkDesk) -> None:
    key = "pkcs11:token=a;object=b?module-path=/m.so"
    how = "--log-passphrase-file passphrase --log-pin-file pin"
    code, said = says(desk, "en", f"rotate --dir libro --finish --to {key} {how}")
    assert (code, "--finish" in said) == (USAGE, True)
    more = f"--log-key {key} --log-key {key}"
    code, said = says(desk, "es", f"init new --ceremony ceremony.toml {how} {more}")
    assert (code, "una sola --log-key" in said) == (USAGE, True)


def test_key_file_that_is_there_is_not_replaced(desk: WorkDesk, hsm: Hsm) -> None:
    token = hsm.token("log")
    places = LedgerFolder(desk.home / "drafted")
    how = "--log-passphrase-file passphrase --log-pin-file pin"
    command = f"init drafted --ceremony ceremony.toml {how} --log-key {token.address()}"
    assert says(desk, "en", command)[0] == 0
    assert LogSigner.load("example.org/agreement", places.log_key, SECRET, access(token.uri())).token is not None
    before = places.log_key.read_bytes()
    code, said = says(desk, "en", command)
    assert (code, "never overwritten" in said) == (FAILED, True)
    assert places.log_key.read_bytes() == before
