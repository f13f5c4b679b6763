"""`constancia invite` and `constancia endorse`: an invitation, and the endorsement of the key that was read out."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.api.command_line import run_here
from tests.api.served import Desk, appoint, wide_actor
from tests.ledger.world import Key, Signed, text

from constancia.ledger.clock import SystemClock

if TYPE_CHECKING:
    from subprocess import CompletedProcess

Run = Callable[..., "CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def run(*arguments: str) -> "CompletedProcess[str]":
        env = {
            "HOME": str(tmp_path),
            "XDG_DATA_HOME": str(tmp_path / "data"),
            "CONSTANCIA_LANG": "es",
            "COLUMNS": "200",
        }
        given: Sequence[str] = arguments
        return run_here(given, env=env, cwd=tmp_path)

    return run


@pytest.fixture
def invited(founded: Desk) -> Desk:
    """A party whose new representative has no key yet."""
    body = {
        **wide_actor("sfp", "new"), "name": "Persona Nueva", "post": text("Directora"), "scope": ["VoteCast"],
        "valid_from": "2019-01-01",
    }  # fmt: skip
    founded.take(founded.root_says("sfp", "RepresentativeAppointed", "appointment/new-sfp", body))
    return founded


def present(desk: Desk) -> Key:
    key, actor = Key(), wide_actor("sfp", "new")
    body = {"appointment": "new-sfp", "key": key.key_id, "party": "sfp", **key.material}
    desk.take(desk.by(key, actor, "KeyRegistered", f"key/{key.key_id}", body))
    return key


def test_invitation_has_the_link_and_what_to_do(invited: Desk, run: Run) -> None:
    done = run("invite", "new-sfp", "--from", f"{invited.url}/")
    assert done.returncode == 0, done.stderr
    assert f"{invited.url}/es/llaves/new-sfp" in done.stdout
    assert f"{invited.url}/es/pendientes/p-new-sfp" in done.stdout
    assert "Persona Nueva" in done.stdout
    assert "constancia endorse new-sfp" in done.stderr
    assert invited.http.get("/es/llaves/new-sfp").status_code == 200
    english = run("--lang", "en", "invite", "new-sfp", "--from", invited.url)
    assert f"{invited.url}/en/keys/new-sfp" in english.stdout


def test_who_is_not_appointed_is_not_invited(invited: Desk, run: Run) -> None:
    unknown = run("invite", "nobody", "--from", invited.url)
    assert unknown.returncode == 76
    assert "No hay un nombramiento «nobody»" in unknown.stderr
    assert "new-sfp" in unknown.stderr
    gone = {"appointment": "new-sfp", "reason": text("Se fue")}
    invited.take(invited.root_says("sfp", "RepresentativeRevoked", "appointment/new-sfp", gone))
    ended = run("invite", "new-sfp", "--from", invited.url)
    assert ended.returncode == 76
    assert "Persona Nueva no está vigente" in ended.stderr


def test_the_key_that_was_read_out_is_endorsed_and_no_other(invited: Desk, run: Run, tmp_path: Path) -> None:
    other, key = present(invited), present(invited)
    short = run("endorse", "new-sfp", "--fingerprint", key.key_id[:31], "--from", invited.url)
    assert (short.returncode, "31 cifras" in short.stderr) == (76, True)
    unknown = run("endorse", "new-sfp", "--fingerprint", "0" * 32, "--from", invited.url)
    assert unknown.returncode == 76
    assert other.key_id[:32] in unknown.stderr
    assert "no avale ninguna" in unknown.stderr
    assert not list(tmp_path.glob("*.json"))

    invited.clock.set(SystemClock().now())  # the command line has the machine's clock
    groups = " ".join(key.key_id[at : at + 4] for at in range(0, 32, 4)).upper()
    done = run("endorse", "new-sfp", "--fingerprint", groups, "--from", invited.url)
    assert done.returncode == 0, done.stderr
    raw = (tmp_path / "KeyEndorsed.statement.json").read_bytes()
    assert json.loads(raw)["body"]["key"] == key.key_id
    answer = invited.post(Signed(statement=raw, signatures=(invited.world.roots["sfp"].sign(raw),)))
    assert answer.status_code == 201, answer.text
    assert invited.ledger.state().aggregates[f"key/{key.key_id}"].status == "active"


def test_second_key_is_invited_too(founded: Desk, run: Run) -> None:
    appoint(founded, "sfp", "wide")
    done = run("invite", "wide-sfp", "--from", founded.url)
    assert done.returncode == 0
    assert "ya tiene llaves avaladas: 1" in done.stderr
