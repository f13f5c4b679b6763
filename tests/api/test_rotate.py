"""`constancia rotate` as its user meets it: what is said at each step, and what is refused."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.api.test_cli_verify import Person
from tests.api.verbs import SECRET
from tests.ledger.template import Templates
from tests.verify.small_ledger import Writer

from constancia.ledger.folder import LedgerFolder
from constancia.verify.trust.trust_folder import load_trust


@pytest.fixture
def person(tmp_path: Path, templates: Templates) -> Person:
    home = tmp_path / "home"
    home.mkdir()
    templates.founded.copy_to(home / "libro")
    places = LedgerFolder(home / "libro")
    places.log_key.parent.mkdir(mode=0o700)
    templates.founded.signer.save(places.log_key, SECRET)
    (home / "secret").write_bytes(SECRET)
    (home / "secret").chmod(0o600)
    return Person(home)


def rotates(person: Person, *how: str) -> tuple[int, str]:
    done = person.runs("rotate", "--dir", "libro", *how, "--log-passphrase-file", "secret")
    return done.returncode, done.stdout + done.stderr


def fingerprint(person: Person) -> str:
    return (load_trust(person.home / "libro" / "trust").word or {})["fingerprint"]


def test_each_step_says_the_new_key_the_fingerprint_and_what_is_next(person: Person) -> None:
    before = fingerprint(person)
    code, said = rotates(person)
    assert code == 0
    assert before not in said
    assert fingerprint(person) in said
    assert "--finish" in said
    code, said = rotates(person, "--finish")
    assert code not in {0, 1, 2, 3, 4}
    assert "has not signed yet" in said
    code, said = rotates(person, "--stolen")
    assert code == 0
    assert fingerprint(person) in said
    assert "log-former-1.pem" in said
    assert (person.home / "libro" / "trust" / "policy").read_text().count("\nlog ") == 1


@pytest.mark.parametrize("how", [(), ("--finish",), ("--lost",), ("--stolen",)])
def test_passphrase_is_not_taken_from_the_folder_that_has_the_key(person: Person, how: tuple[str, ...]) -> None:
    folder = person.home / "in earnest"
    log = Writer().found().log()
    first = log.entries[0].replace(b'"demonstration":true', b'"demonstration":false')
    replace(log, entries=(first, *log.entries[1:])).write_ledger(folder)
    (person.home / "secret").rename(folder / "secret")
    (person.home / "secret").symlink_to(folder / "secret")
    done = person.runs("rotate", "--dir", folder, *how, "--log-passphrase-file", "secret")
    assert done.returncode not in {0, 1, 2, 3, 4}
    assert "next to the key that it opens" in done.stderr
    assert not (folder / "keys" / "log-next.pem").exists()


def test_one_way_at_a_time(person: Person) -> None:
    code, said = rotates(person, "--lost", "--finish")
    assert code not in {0, 1, 2, 3, 4}
    assert "--stolen" in said
    assert not (person.home / "libro" / "keys" / "log-next.pem").exists()
