"""Harnesses of what is read from files and from other machines: sources, keys, certificates, tokens, monitors."""

import base64
import json
import shutil
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_der_x509_certificate
from tests.fuzz.harness import CORPUS, file_of, harness, place
from tests.fuzz.scene import LOG_KEY, PASSPHRASE, true_log, trust

from constancia.api.client.trust_anchor import read_anchor
from constancia.ledger.keys.certificate import check_certificate
from constancia.ledger.keys.key_file import PrivateKey, generate, load
from constancia.ledger.keys.note_keys import Cosigner, KeyFileError
from constancia.ledger.monitor.signed_heads import is_proof, open_head, parse_heads
from constancia.ledger.monitor.watch_folder import LogFolder, folder_name
from constancia.ledger.timestamps.anchor_store import parse_index_line
from constancia.ledger.timestamps.authorities import Authority, load_authorities
from constancia.ledger.timestamps.token import Unpinned, parse_token, verify_token
from constancia.ledger.witnesses.protocol import parse_answer, parse_request, parse_size
from constancia.ledger.witnesses.rollback_records import parse_rollbacks
from constancia.verify.audit.run import audit
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.report.findings import Verdict
from constancia.verify.report.rendering import report_json, report_text
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

LOG_URL = "https://log.example"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _judge(data: bytes, name: str) -> Verdict:
    """Audit a file as the command does, and write its report in each form."""
    with open_source(str(file_of(data, name))) as source:
        report = audit(source, trust(), workers=1)
    for language in ("es", "en"):
        report_text(report, language)
    report_json(report)
    return report.verdict


@harness(Malformed, Unreadable)
def any_file(data: bytes) -> None:
    """A file as SOURCE of `verify`."""
    _judge(data, "any")


@harness(Malformed, Unreadable)
def receipt(data: bytes) -> None:
    """A receipt that is intact shows an entry of the true log."""
    if _judge(data, "receipt") is Verdict.INTACT:
        assert any(raw in data or _encoded(raw) in data for raw in true_log().entries)


@cache
def _encoded(raw: bytes) -> bytes:
    return base64.b64encode(raw)[:200]


@harness(Malformed, Unreadable)
def zip_bundle(data: bytes) -> None:
    """A bundle that is intact holds the true entries."""
    if _judge(data, "bundle.zip") is Verdict.INTACT:
        with open_source(str(place() / "bundle.zip")) as source:
            assert tuple(source.entries()) == true_log().entries


@harness(Malformed, Unreadable)
def trust_folder(data: bytes) -> None:
    """Policy, genesis and checkpoint, parted by a byte that none of them has."""
    folder = place() / "foreign-trust"
    folder.mkdir(exist_ok=True)
    for name, part in zip(("policy", "genesis", "checkpoint"), data.split(b"\x00"), strict=False):
        (folder / name).write_bytes(part)
    load_trust(folder)


@harness(Malformed, Unreadable)
def trust_page(data: bytes) -> None:
    read_anchor(file_of(data, "page.html"))


@harness(KeyFileError)
def key_file(data: bytes) -> None:
    """A signatory's key, encrypted PEM or an e.firma's DER."""
    load(file_of(data, "key"), PASSPHRASE)


@harness(KeyFileError)
def note_key_file(data: bytes) -> None:
    """The keys of a log or a witness."""
    Cosigner.load(file_of(data, "note.pem"), PASSPHRASE)


@cache
def _own_key() -> PrivateKey:
    return generate()


@harness(KeyFileError, Unreadable)
def certificate(data: bytes) -> None:
    """An e.firma's `.cer`, as if it were of the holder's key, so that the rest of it is read too."""
    key = _own_key()
    with suppress(Exception):
        spki = (
            load_der_x509_certificate(data).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        )
        key = replace(key, public=replace(key.public, spki=spki))
    check_certificate(file_of(data, "a.cer"), key, NOW)


@cache
def _authorities() -> tuple[Authority, ...]:
    seeds = place() / "tsa"
    seeds.mkdir()
    shutil.copyfile(CORPUS / "authorities" / "0", seeds / "authority.pem")
    return load_authorities(seeds)


@harness(Malformed, Unpinned)
def time_token(data: bytes) -> None:
    parse_token(data)
    verify_token(data, b"stamped", _authorities())


@harness(Malformed, Unreadable)
def authorities(data: bytes) -> None:
    folder = place() / "authorities"
    folder.mkdir(exist_ok=True)
    (folder / "one.pem").write_bytes(data)
    load_authorities(folder)


@harness(Malformed)
def heads(data: bytes) -> None:
    """What a peer publishes, and each head and proof in it."""
    document = parse_heads(data)
    for proof in document.proofs:
        is_proof(proof, [LOG_KEY])
    for note in document.notes[:4]:
        open_head(note, LOG_KEY)


@harness(Unreadable)
def monitor_journal(data: bytes) -> None:
    """A line that can't be read never ends the watch, and what is read can be written again."""
    folder = _watched("journal.jsonl", data)
    for event in folder.events:
        json.dumps(event.to_json(), ensure_ascii=False).encode()


@harness(Unreadable)
def monitor_state(data: bytes) -> None:
    _watched("state.json", data)


def _watched(name: str, data: bytes) -> LogFolder:
    root = place() / f"monitor-{name}"
    path = root / folder_name(LOG_URL)
    path.mkdir(parents=True, exist_ok=True)
    (path / name).write_bytes(data)
    return LogFolder(root, LOG_URL)


@harness(Malformed)
def witness_request(data: bytes) -> None:
    parse_request(data)


@harness(Malformed)
def witness_answer(data: bytes) -> None:
    parse_answer("origin\n1\nroot\n", data)


@harness(Malformed)
def witness_size(data: bytes) -> None:
    parse_size(data)


@harness(ValueError)
def rollbacks(data: bytes) -> None:
    for item in parse_rollbacks(data):
        assert isinstance(item["size"], int)


@harness()
def anchor_index(data: bytes) -> None:
    for line in data.decode("utf-8", "replace").split("\n"):
        parse_index_line(line)
