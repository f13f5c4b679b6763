"""Verbs that ask something, where standard input is no terminal: each ends at once, and names the option to use."""

import re
from pathlib import Path

import pytest
from tests.api.verbs import WorkDesk, lay_out
from tests.ledger.template import Templates

from constancia.api.cli.signatory.short_forms import SHORT_FORMS
from constancia.api.cli.terminal import USAGE

CLI = Path(__file__).resolve().parents[2] / "api" / "cli"
FAILED = 76
KEY = "pkcs11:token=a;object=b?module-path=/m.so"
# Verb → commands that would ask, and what their message names.
TABLE = {
    "draft": (
        ("draft --from libro --out new", "--about"),
        ("draft CommitmentProposed --from libro --out new", "--as"),
        ("draft DecisionProposed --from libro --as root.nosc --out new", "--set"),
        ("draft CommitmentProposed --from libro --as root.nosc --out new", "title.es"),
    ),
    "short_forms": tuple((f"{name} --from libro --out new", "--as") for name in SHORT_FORMS),
    "init": (
        ("init new", "--answers"),
        ("init new --ceremony ceremony.toml", "--log-passphrase-file"),
        (f"init new --ceremony ceremony.toml --log-passphrase-file passphrase --log-key {KEY}", "--log-pin-file"),
        ("init drafted --signed inai.signed.json", "--log-passphrase-file"),
        ("init nosc opening.json", "--answers"),
        ("init nosc opening.json --answers party.toml", "--passphrase-file"),
    ),
    "keygen": (
        ("keygen new.pem", "--passphrase-file"),
        ("keygen new.pem --witness inai.example/w", "--passphrase-file"),
        ("keygen new.pub.json --cer ana.cer --key ana.key", "--passphrase-file"),
    ),
    "mirror": (("mirror http://127.0.0.1:9 --trust trust --dir new --key witness.pem --create", "--passphrase-file"),),
    "rotate": (
        ("rotate --dir libro", "--log-passphrase-file"),
        ("rotate --dir libro --lost", "--log-passphrase-file"),
        (f"rotate --dir libro --log-passphrase-file passphrase --to {KEY}", "--log-pin-file"),
    ),
    "serve": (("serve --dir libro --port 0", "--log-passphrase-file"),),
    "sign": (
        ("sign voto.statement.json --key inai.pem --out new", "«s»"),
        ("sign voto.statement.json --key inai.pem --out new --yes", "--passphrase-file"),
    ),
    "submit": (("submit voto.signed.json --to libro --out new", "--log-passphrase-file"),),
    "vault": (("vault put --dir libro --field name --party nosc", "--file"),),
    "witness": (("witness --policy policy --key witness.pem --create", "--passphrase-file"),),
}
ASKING = re.compile(r"\b(?:asked_act|passphrase|unlock|agree|ask|choose|open_for_writing|within)\(|typer\.prompt\(")


def asking_verbs() -> set[str]:
    """The modules of verbs in which something is asked."""
    shared = {"form_dialogue", "efirma", "log_key", "preparation", "prompts", "terminal"}
    parts = {*(CLI / "opening").glob("*.py")} - {CLI / "opening" / "init.py"}
    return {
        path.stem
        for path in {*CLI.rglob("*.py")} - parts
        if path.stem not in shared and ASKING.search(path.read_text("utf-8"))
    }


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory, templates: Templates) -> WorkDesk:
    desk = lay_out(tmp_path_factory.mktemp("desk") / "home", templates)
    done = desk.person.runs("init", "drafted", "--ceremony", "ceremony.toml", "--log-passphrase-file", "passphrase")
    assert done.returncode == 0, done.stderr
    options = ("--key", "inai.pem", "--passphrase-file", "passphrase", "--yes", "--out", "inai.signed.json")
    assert desk.person.runs("sign", "drafted/genesis.statement.json", *options).returncode == 0
    return desk


def test_every_verb_that_asks_has_a_row() -> None:
    assert asking_verbs() == set(TABLE)


@pytest.mark.parametrize(("command", "named"), [row for rows in TABLE.values() for row in rows])
def test_it_ends_at_once_and_names_the_option(laid_out: WorkDesk, tmp_path: Path, command: str, named: str) -> None:
    desk = laid_out.copy_to(tmp_path / "home")
    done = desk.person.runs(*command.split())
    assert done.returncode in (FAILED, USAGE), done.stdout + done.stderr
    assert named in done.stdout + done.stderr
    assert not (desk.home / "new").is_file()
