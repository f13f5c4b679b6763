"""The log's key is replaced, by processes: server, witness, monitor, mirror and verifiers, with entries all the way."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.api.test_cli_verify import Person
from tests.e2e.test_witnesses import free_port, served, until
from tests.ledger.template import Templates
from tests.ledger.world import ORIGIN
from tests.witness_process import Home, end

from constancia.ledger.clock import SystemClock
from constancia.ledger.disk.durable import write_file
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.keys.note_keys import NoteKeys
from constancia.ledger.ledger import Ledger
from constancia.ledger.submission import signed_document
from constancia.ledger.witnesses.quorum_status import policy_lines
from constancia.verify.core.formats.checkpoint import read_checkpoint
from constancia.verify.core.formats.note import format_vkey
from constancia.verify.trust.trust_folder import load_trust, read_policy

SECRET = b"correct horse battery staple"
INTACT, INCONCLUSIVE = 0, 2
JSON = {"Content-Type": "application/json"}


class Site:
    """A ledger's host, a witness, a monitor, a mirror, and readers with trust folders of different days."""

    def __init__(self, home: Path, templates: Templates) -> None:
        self.person = Person(home)
        self.folder, self.secret = home / "libro", home / "passphrase"
        self.places = LedgerFolder(self.folder)
        self.world = templates.founded.copy_to(self.folder)
        self.world.now = SystemClock().now()
        self.acts = iter([*self.world.commitment("c1"), *self.world.commitment("c2")])
        write_file(self.secret, SECRET, mode=0o600)
        self.places.log_key.parent.mkdir(mode=0o700)
        templates.founded.signer.save(self.places.log_key, SECRET)
        with Ledger.open(self.folder, clock=SystemClock(), signer=templates.founded.signer) as ledger:
            ledger.documents.put(b"charter")
        self.witness = Home.make(home / "witness", "w.example/w", templates.founded.signer)
        self.process, self.url = self.witness.start()
        self.port = free_port()
        NoteKeys.generate().save(home / "mirror.pem", SECRET, "archive.example/mirror")
        lines = policy_lines("w", self.witness.cosigner.keys, self.url)
        policy = self.places.policy.read_text().replace("quorum none", "\n".join([*lines, "quorum w"]))
        self.places.policy.write_text(policy)

    def pin(self, name: str) -> None:
        shutil.copytree(self.places.trust, self.person.home / name)

    def rotate(self, *how: str) -> str:
        done = self.person.runs("rotate", "--dir", self.folder, *how, "--log-passphrase-file", self.secret)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def restart_witness(self) -> None:
        """As its operator does, who put the new policy in place."""
        end(self.process)
        shutil.copy(self.places.policy, self.witness.folder / "policy")
        self.process, url = self.witness.start(listen=self.url.removeprefix("http://"))
        assert url == self.url

    def day(self, **expected: int) -> None:
        """Serve, record two entries, and see what verifiers, monitors and mirrors with these trust folders say."""
        with served(self.folder, "--log-passphrase-file", str(self.secret), port=self.port) as url:
            size = max(self.record(url) for _ in range(2)) + 1
            until(lambda: httpx.get(f"{url}/healthz").json()["witnessed"] == size)
            fingerprint = (load_trust(self.places.trust).word or {})["fingerprint"]
            shown = httpx.get(f"{url}/en/integrity").text
            assert fingerprint in shown
            assert all(format_vkey(key) in shown for key in read_policy(self.places.policy).signers_of(ORIGIN))
            for trust, code in expected.items():
                done = self.person.runs("verify", url, "--trust", trust)
                assert done.returncode == code, done.stdout
                watch = ("monitor", url, "--once", "--levels", "L2", "--dir", f"monitor-{trust}", "--trust", trust)
                done = self.person.runs(*watch)
                assert done.returncode == code, (trust, done.stdout, done.stderr)
                assert ("whether the log changed its key" in done.stdout) is (code == INCONCLUSIVE)
            self.mirror(url, next(name for name, code in expected.items() if code == INTACT), size)

    def record(self, url: str) -> int:
        """Hand in the next statement; gives its index."""
        signed = next(self.acts)()
        document = signed_document(signed.statement, signed.signatures)
        answer = httpx.post(f"{url}/api/v1/entries", content=document, headers=JSON, timeout=30)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["index"])

    def mirror(self, url: str, trust: str, size: int) -> None:
        """Let the mirror, which has one of the trust folders, take over what there is."""
        made = [] if (self.person.home / "mirror").exists() else ["--create"]
        keys: tuple[str | Path, ...] = ("--key", "mirror.pem", "--passphrase-file", self.secret)
        how = ("--once", "--levels", "L2", "--dir", "mirror", "--trust", trust, *keys, *made)
        done = self.person.runs("mirror", url, *how)
        assert done.returncode == INTACT, done.stdout + done.stderr
        [copy] = (self.person.home / "mirror" / "public").glob("*/checkpoint")
        assert read_checkpoint(copy.read_bytes()).size == size


@pytest.fixture
def site(tmp_path: Path, templates: Templates) -> Iterator[Site]:
    (tmp_path / "home").mkdir()
    made = Site(tmp_path / "home", templates)
    yield made
    end(made.process)


@pytest.mark.slow
def test_nobody_who_pins_a_key_that_signs_is_ever_in_doubt(site: Site) -> None:
    site.pin("old")
    site.day(old=INTACT)
    said = site.rotate()
    site.pin("both")
    assert (load_trust(site.person.home / "both").word or {})["fingerprint"] in said
    site.day(old=INTACT, both=INTACT)  # the witness still knows the old key alone
    site.restart_witness()
    site.rotate("--finish")
    site.day(old=INCONCLUSIVE, both=INTACT)
