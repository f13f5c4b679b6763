"""A ledger whose key is in a real PKCS#11 module, by processes: opened, served, pulled out, and rotated."""

import json
from pathlib import Path

import httpx
import pytest
from tests.api.test_cli_verify import Person
from tests.api.verbs import SECRET
from tests.e2e.test_witnesses import served, until
from tests.tokens import PIN, Hsm, Token

from constancia.api.cli.opening.init import EXAMPLE
from constancia.ledger.disk.durable import write_file
from constancia.ledger.keys.key_file import generate, save
from constancia.verify.core.formats.note import parse_note

JSON = {"Content-Type": "application/json"}
PASSPHRASE = ("--log-passphrase-file", "passphrase")


class Site:
    """A ledger's host, which has the founder's key too, and one reader with a copy of the trust folder."""

    def __init__(self, home: Path) -> None:
        self.person, self.home, self.folder = Person(home), home, home / "libro"
        self.acts = 0
        for name, content in (("passphrase", SECRET), ("pin", PIN.encode()), ("wrong", b"wrong-pin")):
            write_file(home / name, content + b"\n", mode=0o600)
        key = generate()
        save(key, home / "inai.pem", SECRET)
        (home / "inai.pub.json").write_text(json.dumps({"key": key.key_id, **key.material}))
        (home / "charter.md").write_text("charter")
        (home / "ceremony.toml").write_text(EXAMPLE, "utf-8")

    def run(self, *command: str) -> str:
        done = self.person.runs(*command)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def key(self, token: Token) -> tuple[str, ...]:
        return (*PASSPHRASE, "--log-pin-file", "pin", "--log-key", token.address())

    def open(self, token: Token) -> None:
        self.run("init", "libro", "--ceremony", "ceremony.toml", *self.key(token))
        how = ("--key", "inai.pem", "--passphrase-file", "passphrase", "--yes", "--out", "inai.signed.json")
        self.run("sign", "libro/genesis.statement.json", *how)
        self.run("init", "libro", "--signed", "inai.signed.json", *self.key(token))

    def act(self, url: str) -> bytes:
        """Prepare and sign an act of the founder's root."""
        self.acts += 1
        name = f"act-{self.acts}"
        body = {"kind": "autonomous_body", "legal_name": {"es": "Instituto"}, "party": "inai"}
        person = {
            "appointment": f"ap-{self.acts}", "capacity": "representative", "name": "Ana", "party": "inai",
            "person": f"p-{self.acts}", "post": {"es": "Enlace"}, "scope": ["VoteCast"], "valid_from": "2019-01-01",
        }  # fmt: skip
        kind, said = ("PartyRegistered", body) if self.acts == 1 else ("RepresentativeAppointed", person)
        (self.home / "body.json").write_text(json.dumps(said))
        self.run("draft", kind, "--from", url, "--party", "inai", "--capacity", "root", "--body", "body.json",
                 "--out", f"{name}.json", "--force")  # fmt: skip
        how = ("--key", "inai.pem", "--passphrase-file", "passphrase", "--yes", "--out", f"{name}.signed.json")
        self.run("sign", f"{name}.json", *how)
        return (self.home / f"{name}.signed.json").read_bytes()

    def records(self, url: str) -> httpx.Response:
        return httpx.post(f"{url}/api/v1/entries", content=self.act(url), headers=JSON, timeout=30)


@pytest.fixture
def site(tmp_path: Path, hsm: Hsm) -> Site:
    (tmp_path / "home").mkdir()
    return Site(tmp_path / "home")


@pytest.mark.slow
def test_ledger_lives_with_its_key_in_a_token(site: Site, hsm: Hsm) -> None:
    first, second = hsm.token("log"), hsm.token("log")
    site.open(first)
    key_file = site.folder / "keys" / "log.pem"
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert key_file.read_text().startswith("token: pkcs11:token=")
    with served(site.folder, *_files(site), *_keys(first)) as url:
        answer = site.records(url)
        assert answer.status_code == 201, answer.text
        # Pulled out and back in, under a server that goes on by itself.
        with first.pulled_out():
            refused = site.records(url)
            assert refused.status_code == 503, refused.text
            assert refused.headers["Retry-After"] == "5"
            problem = refused.json()
            assert (problem["code"], problem["judged_against"]) == ("E_TOKEN", {"reason": "E_TOKEN_GONE"})
            assert "Conéctelo" in problem["detail"]
            health = httpx.get(f"{url}/healthz")
            assert health.status_code == 503
            [item] = health.json()["problems"]
            assert (item["code"], item["failure"]) == ("E_TOKEN_GONE", True)
            assert httpx.get(f"{url}/es/").status_code == 200  # reading goes on
        until(lambda: httpx.get(f"{url}/healthz").status_code == 200)
        content = (site.home / f"act-{site.acts}.signed.json").read_bytes()
        assert httpx.post(f"{url}/api/v1/entries", content=content, headers=JSON).status_code == 201
        site.run("verify", url, "--trust", "libro/trust", "--replay")
    # From one token to another, both at work.
    site.run("rotate", "--dir", "libro", *site.key(first), "--to", second.address())
    with served(site.folder, *_files(site), *_keys(first, second)) as url:
        assert site.records(url).status_code == 201
        note = parse_note(httpx.get(f"{url}/checkpoint").content)
        assert len([line for line in note.signatures if len(line.blob) == 64]) == 2
        site.run("verify", url, "--trust", "libro/trust")
    site.run("rotate", "--dir", "libro", "--finish", *site.key(second))
    with first.pulled_out(), served(site.folder, *_files(site), *_keys(second)) as url:
        assert site.records(url).status_code == 201
        note = parse_note(httpx.get(f"{url}/checkpoint").content)
        assert len([line for line in note.signatures if len(line.blob) == 64]) == 1
        site.run("verify", url, "--trust", "libro/trust", "--replay")
    assert key_file.read_text().startswith(f"token: pkcs11:token={second.label};")
    site.run("verify", "libro", "--trust", "libro/trust", "--replay")


def _files(site: Site) -> tuple[str, ...]:
    return "--log-passphrase-file", str(site.home / "passphrase"), "--log-pin-file", str(site.home / "pin")


def _keys(*tokens: Token) -> tuple[str, ...]:
    return tuple(word for token in tokens for word in ("--log-key", token.address()))
