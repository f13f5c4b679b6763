"""A release is recorded in a log that only grows, and a file is compared with what was recorded under its name."""

import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from securesystemslib.dsse import Envelope
from tests.api.command_line import run_here
from tests.ledger.false_witness import RealWitness
from tests.ledger.world import START
from tools import release
from tools.pythons import make_environment

from constancia.ledger.folder import policy_text
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.publication.provenance import installed_wheel
from constancia.ledger.releases.attestation import PAYLOAD_TYPE, attest, parse_attestation, with_proof
from constancia.ledger.releases.check import KEYS_NAME, PROOF_SUFFIX, check_by_log, check_by_proof, load_release_trust
from constancia.ledger.releases.release_log import ReleaseLog, ReleaseLogError
from constancia.ledger.witnesses.quorum_status import policy_lines
from constancia.verify.core.errors import Malformed
from constancia.verify.core.report import Verdict
from constancia.verify.trust.trust_folder import read_policy

ORIGIN = "releases.example.org"
NOW = int(START.timestamp())
WHEEL = "constancia-0.1.0-py3-none-any.whl"


@dataclass
class Publisher:
    """Who releases: keys, the log's folder, and what readers pin."""

    folder: Path
    signer: LogSigner
    key: Ed25519PrivateKey

    @classmethod
    def make(cls, folder: Path) -> "Publisher":
        made = cls(folder, LogSigner.generate(ORIGIN), Ed25519PrivateKey.generate())
        made.trust.mkdir(parents=True)
        public = made.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (made.trust / KEYS_NAME).write_bytes(public)
        (made.trust / "policy").write_text(policy_text(made.signer.vkey))
        return made

    @property
    def trust(self) -> Path:
        return self.folder / "trust"

    def log(self) -> ReleaseLog:
        return ReleaseLog(self.folder / "log", self.signer)

    def record(self, content: bytes, name: str = WHEEL, key: Ed25519PrivateKey | None = None) -> Path:
        """Record a file; gives it, with its proof beside it."""
        file = self.folder / "dist" / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
        log = self.log()
        entry = attest(key or self.key, name, hashlib.sha256(content).hexdigest(), START, "0.1.0")
        log.append([entry], NOW, read_policy(self.trust / "policy"))
        file.with_name(name + PROOF_SUFFIX).write_bytes(log.proof(log.tree.size - 1))
        return file

    def verdicts(self, file: Path) -> set[tuple[str, str]]:
        """What the proof and the whole log say of a file."""
        trust = load_release_trust(self.trust)
        answers = [
            check_by_proof(file, file.with_name(file.name + PROOF_SUFFIX), trust),
            check_by_log(file, str(self.folder / "log"), trust),
        ]
        return {(answer.verdict.name, answer.code) for answer in answers}


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    return Publisher.make(tmp_path)


def test_released_file_is_recorded_and_an_altered_one_is_not_it(publisher: Publisher) -> None:
    log = publisher.log()
    older = [
        attest(publisher.key, f"constancia-0.0.{number}.tar.gz", "0" * 64, START, f"0.0.{number}")
        for number in range(260)
    ]
    log.append(older, NOW)  # more than a tile
    file = publisher.record(b"the wheel")
    assert publisher.verdicts(file) == {("INTACT", "recorded")}
    file.write_bytes(b"the whee1")
    assert publisher.verdicts(file) == {("ALTERED", "other-digest")}


def test_name_with_two_digests_is_an_alteration_whichever_the_file_has(publisher: Publisher) -> None:
    first = publisher.record(b"one")
    proof = first.with_name(first.name + PROOF_SUFFIX).read_bytes()
    publisher.record(b"two")
    trust = load_release_trust(publisher.trust)
    for content in (b"one", b"two", b"three"):
        first.write_bytes(content)
        assert check_by_log(first, str(publisher.folder / "log"), trust).code == "two-digests"
    first.write_bytes(b"one")
    first.with_name(first.name + PROOF_SUFFIX).write_bytes(proof)
    assert check_by_proof(first, first.with_name(first.name + PROOF_SUFFIX), trust).code == "recorded"  # knows no more


def test_entry_by_another_key_records_nothing(publisher: Publisher) -> None:
    file = publisher.record(b"the wheel", key=Ed25519PrivateKey.generate())
    assert publisher.verdicts(file) == {("ALTERED", "key")}
    publisher.record(b"the wheel")
    assert ("INTACT", "recorded") in publisher.verdicts(file)


def test_file_that_was_never_released_is_inconclusive(publisher: Publisher) -> None:
    publisher.record(b"the wheel")
    other = publisher.folder / "constancia-9.9.9-py3-none-any.whl"
    other.write_bytes(b"x")
    other.with_name(other.name + PROOF_SUFFIX).write_bytes(
        (publisher.folder / "dist" / (WHEEL + PROOF_SUFFIX)).read_bytes()
    )
    assert publisher.verdicts(other) == {("INCONCLUSIVE", "not-recorded")}


def test_run_that_was_cut_short_leaves_the_log_as_it_was(publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    file = publisher.record(b"the wheel")
    note = (publisher.folder / "log" / "checkpoint").read_bytes()

    def no_space(size: int, root: bytes, time: int = 0) -> bytes:
        raise OSError(size, root, time)

    monkeypatch.setattr(publisher.signer, "checkpoint", no_space)
    with pytest.raises(OSError, match="2"):
        publisher.record(b"a", "a.whl")
    monkeypatch.undo()
    assert (publisher.folder / "log" / "checkpoint").read_bytes() == note
    assert publisher.verdicts(file) == {("INTACT", "recorded")}
    publisher.record(b"b", "b.whl")
    assert publisher.log().tree.size == 2


def test_proof_and_log_that_were_altered_are_named(publisher: Publisher) -> None:
    file = publisher.record(b"a", "a.whl")
    file = publisher.record(b"the wheel")
    trust = load_release_trust(publisher.trust)
    proof = file.with_name(file.name + PROOF_SUFFIX)
    lines = proof.read_text().split("\n")
    proof.write_text("\n".join([*lines[:2], "index 0", *lines[3:]]))
    assert check_by_proof(file, proof, trust).code == "proof"
    bundle = publisher.folder / "log" / "tile" / "entries" / "000.p" / "2"
    data = bundle.read_bytes()
    bundle.write_bytes(data.replace(b'"version":1', b'"version":2'))
    assert check_by_log(file, str(publisher.folder / "log"), trust).code == "log"
    with pytest.raises(ReleaseLogError, match="nothing is appended"):
        publisher.log()


class TestWitnesses:
    @pytest.fixture
    def witness(self, publisher: Publisher) -> Iterator[RealWitness]:
        made = RealWitness(publisher.folder, "w", publisher.signer)
        made.start()
        lines = policy_lines("w", made.cosigner.keys, made.url)
        (publisher.trust / "policy").write_text(policy_text(publisher.signer.vkey, None, lines, "w"))
        yield made
        made.close()

    def test_release_is_witnessed_and_a_log_that_began_again_is_refused(
        self, publisher: Publisher, witness: RealWitness
    ) -> None:
        publisher.record(b"a", "a.whl")
        file = publisher.record(b"the wheel")
        assert publisher.verdicts(file) == {("INTACT", "recorded")}
        (publisher.folder / "log").rename(publisher.folder / "lost")
        for content in (b"x", b"y"):
            with pytest.raises(ReleaseLogError, match=r"did not cosign|a copy"):
                publisher.record(content)
        assert ("INTACT", "recorded") not in publisher.verdicts(file)
        assert witness.witness.store.known()[ORIGIN].size == 2


def test_attestation_has_the_form_of_pep_740(publisher: Publisher) -> None:
    file = publisher.record(b"the wheel")
    entry = publisher.log().entries[0]
    attestation = with_proof(entry, file.with_name(file.name + PROOF_SUFFIX).read_bytes())
    document = json.loads(attestation)
    # Its signature, by a library that nobody here wrote.
    envelope = Envelope.from_dict({
        "payload": document["envelope"]["statement"], "payloadType": PAYLOAD_TYPE,
        "signatures": [{"keyid": "", "sig": document["envelope"]["signature"]}],
    })  # fmt: skip
    signature = base64.b64decode(document["envelope"]["signature"])
    publisher.key.public_key().verify(signature, envelope.pae())
    # The members that pypi-attestations 0.0.30 reads, which accepted such a file.
    assert set(document) == {"envelope", "verification_material", "version"}
    assert set(document["verification_material"]) == {"certificate", "transparency_entries"}
    statement = json.loads(base64.b64decode(document["envelope"]["statement"]))
    assert [subject["name"] for subject in statement["subject"]] == [WHEEL]


def _other(part: str, key: str, value: object) -> Callable[[bytes], bytes]:
    def change(raw: bytes) -> bytes:
        document = json.loads(raw)
        document[part][key] = value
        return json.dumps(document).encode()

    return change


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: b"", lambda raw: raw[:-1], lambda raw: b"[]", lambda raw: b"[" * 100_000,
        lambda raw: raw.replace(b'"version":1', b'"version":2'), _other("envelope", "statement", "e30="),
        _other("envelope", "statement", 7), _other("verification_material", "certificate", "AAAA"),
        _other("envelope", "signature", "!"),
    ],
)  # fmt: skip
def test_attestation_of_another_form_is_refused(publisher: Publisher, change: Callable[[bytes], bytes]) -> None:
    raw = attest(publisher.key, WHEEL, "0" * 64, START, "0.1.0")
    attestation = parse_attestation(raw)
    assert attestation.is_signed_by(load_release_trust(publisher.trust).keys)
    assert json.loads(attestation.signed)["predicate"] == {"purl": "pkg:generic/constancia@0.1.0"}
    with pytest.raises(Malformed):
        parse_attestation(change(raw))


def test_command_says_it_in_words_and_by_its_exit_code(publisher: Publisher) -> None:
    def run(arguments: list[str]) -> subprocess.CompletedProcess[str]:
        return run_here(arguments, env={"CONSTANCIA_LANG": "es"}, cwd=publisher.folder)

    file = publisher.record(b"the wheel")
    place = ["--trust", str(publisher.trust)]
    done = run(["verify-release", str(file), *place])
    assert (done.returncode, "es el archivo que se entregó" in done.stdout) == (0, True), done.stdout + done.stderr
    file.write_bytes(b"another")
    done = run(["--lang", "en", "verify-release", str(file), *place, "--log", str(publisher.folder / "log")])
    assert (done.returncode, "Do not install it" in done.stdout) == (1, True), done.stdout + done.stderr
    assert hashlib.sha256(b"another").hexdigest() in done.stdout
    done = run(["verify-release", str(file), *place, "--json"])
    assert json.loads(done.stdout)["code"] == "other-digest"
    for arguments in ([str(file), "--trust", str(publisher.folder)], ["/nonexistent", *place]):
        done = run(["verify-release", *arguments])
        assert (done.returncode, "No se pudo revisar" in done.stderr) == (3, True), done.stdout + done.stderr


def test_release_program_builds_attests_and_records(tmp_path: Path) -> None:
    """The whole way with real files: of the verifier alone, since a build of all takes long."""
    secret = tmp_path / "passphrase"
    secret.write_text("a passphrase for tests\n")
    places = [f"--{name}={tmp_path / name}" for name in ("log", "keys", "trust")] + [f"--passphrase-file={secret}"]
    assert release.main(["init", *places, f"--origin={ORIGIN}"]) == 0
    assert release.main(["init", *places, f"--origin={ORIGIN}"]) == 1
    key = load_pem_private_key((tmp_path / "keys" / "release.pem").read_bytes(), b"a passphrase for tests")
    assert isinstance(key, Ed25519PrivateKey)
    out = tmp_path / "dist"
    python = make_environment(tmp_path / "empty", Path(sys.executable))
    made = ["publish", *places, f"--out={out}", "--untagged", "--verifier-only", f"--environment={python}"]
    assert release.main(made) == 0
    trust = load_release_trust(tmp_path / "trust")
    files = [path for path in out.iterdir() if path.suffix in (".whl", ".json")]
    assert len(files) == 2
    for file in files:
        answer = check_by_proof(file, file.with_name(file.name + PROOF_SUFFIX), trust)
        assert (answer.verdict, answer.code) == (Verdict.INTACT, "recorded")
        assert parse_attestation(file.with_name(f"{file.name}.attestation").read_bytes()).name == file.name
    bill = json.loads(next(path for path in files if path.suffix == ".json").read_text())
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "constancia")


def test_release_needs_the_tag_of_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", tmp_path, *who, "commit", "-q", "--allow-empty", "-m", "x"], check=True)
    monkeypatch.setattr(release, "ROOT", tmp_path)
    with pytest.raises(release.ReleaseError, match=r"v1\.0\.0 is needed"):
        release.check_tag(None, "1.0.0")
    subprocess.run(["git", "-C", tmp_path, *who, "tag", "v1.0.0"], check=True)
    release.check_tag("v1.0.0", "1.0.0")
    with pytest.raises(release.ReleaseError):
        release.check_tag("v1.0.1", "1.0.0")
    (tmp_path / "new").touch()
    with pytest.raises(release.ReleaseError, match="not clean"):
        release.check_tag(None, "1.0.0")


def test_program_says_which_wheel_it_was_installed_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What pip writes where it installs a file (PEP 610), and nothing where it wrote nothing."""
    folder = tmp_path / "someprogram-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: someprogram\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert installed_wheel("someprogram") is None
    for sha256, file, expected in (
        ("a" * 64, "someprogram-1.0%2Bx.whl", ("someprogram-1.0+x.whl", "a" * 64)),
        ("a" * 63, "someprogram-1.0.whl", None),
        ("a" * 64, "%0A.whl", None),
    ):
        record = {"archive_info": {"hashes": {"sha256": sha256}}, "url": f"file:///tmp/{file}"}
        (folder / "direct_url.json").write_text(json.dumps(record))
        assert installed_wheel("someprogram") == expected
    assert installed_wheel("no-such-program") is None
