"""No secret gets where others can read it: output, tracebacks, log lines, the list of processes, files of others."""

import base64
import logging
import traceback
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.api.verbs import SECRET, WorkDesk, lay_out, takes_a_path, verbs
from tests.ledger.template import Templates

from constancia.api.cli import app
from constancia.ledger.keys import key_file, note_keys

WRONG = b"otra frase de paso, que no abre nada 7531"
# Command, and whether it opens a key with the right phrase.
COMMANDS = (
    "keygen new.pem --passphrase-file {}",
    "keygen new.pem --witness inai.example/w --passphrase-file {}",
    "keygen new.pub.json --cer ana.cer --key ana.key --passphrase-file {}",
    "sign voto.statement.json --key inai.pem --out new.json --yes --passphrase-file {}",
    "submit voto.signed.json --to libro --out new.receipt --log-passphrase-file {}",
    "init new --ceremony ceremony.toml --log-passphrase-file {}",
    "sign voto.statement.json --key libro/trust/policy --out new.json --yes --passphrase-file {}",
)


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory, templates: Templates) -> WorkDesk:
    return lay_out(tmp_path_factory.mktemp("desk") / "home", templates)


@pytest.fixture
def desk(laid_out: WorkDesk, tmp_path: Path) -> WorkDesk:
    copied = laid_out.copy_to(tmp_path / "home")
    (copied.home / "wrong").write_bytes(WRONG + b"\n")
    (copied.home / "wrong").chmod(0o600)
    return copied


def secrets_of(desk: WorkDesk) -> list[str]:
    """The phrases, and the private keys in the forms in which they could be printed."""
    key = key_file.load(desk.home / "inai.pem", SECRET)
    assert isinstance(key.handle, Ed25519PrivateKey)
    raw = key.handle.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    return [SECRET.decode(), WRONG.decode(), raw.hex(), base64.b64encode(raw).decode(), repr(raw)[2:-1]]


@pytest.mark.parametrize("phrase", ["passphrase", "wrong"])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_output_and_no_log_line_shows_a_secret(
    desk: WorkDesk, command: str, phrase: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = secrets_of(desk)
    done = desk.person.runs(*command.format(phrase).split())
    shown = done.stdout + done.stderr + caplog.text
    assert shown.strip()
    assert [secret for secret in secrets if secret in shown] == []


@pytest.mark.parametrize("command", COMMANDS[:5])
def test_a_fault_of_our_own_shows_no_secret(
    desk: WorkDesk, command: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What a fault in the middle of a command prints has no values of variables in it."""
    secrets = secrets_of(desk)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    for module in (key_file, note_keys):
        for name in ("load_pem_private_key", "load_der_private_key", "check_passphrase"):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, broken)
    try:
        done = desk.person.runs(*command.format("passphrase").split())
        shown = done.stdout + done.stderr
        assert done.returncode not in range(5)
    except RuntimeError:
        shown = traceback.format_exc()
    assert shown.strip()
    assert [secret for secret in secrets if secret in shown + caplog.text] == []


def test_no_option_takes_a_secret_itself() -> None:
    """Everybody on the machine can read the arguments of a process: a phrase comes from a file or the terminal."""
    taken = [
        (verb, name)
        for verb, options in verbs(app)
        for name, kind in options.items()
        if any(word in name for word in ("passphrase", "secret", "password", "token", "pin_"))
        and not takes_a_path(kind)
    ]
    assert taken == []


def test_what_a_key_is_written_to_is_its_owner_s_alone(desk: WorkDesk) -> None:
    for command in COMMANDS[:2]:
        assert desk.person.runs(*command.format("passphrase").split()).returncode == 0
        assert (desk.home / "new.pem").stat().st_mode & 0o077 == 0
        (desk.home / "new.pem").unlink()
