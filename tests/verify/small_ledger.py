"""A small real ledger for the verifier's tests, written with verify's own primitives and real keys.

The keys are made from names, so that a ledger is the same at every run; nothing else is made up: statements are
signed over their PAE, entries are chained, checkpoints are signed, and every kind of source can be written.
"""

import base64
import hashlib
import json
import sqlite3
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from constancia.ledger.wire.composition import build_entry, encode_bundle, format_tlog_proof
from constancia.ledger.wire.proofs import inclusion_proof
from constancia.verify.audit.run import audit
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.core.formats.checkpoint import format_checkpoint
from constancia.verify.core.formats.cosignature import message_ed25519, message_mldsa44
from constancia.verify.core.formats.dsse import signed_bytes
from constancia.verify.core.formats.entry import NO_PREVIOUS, parse_entry
from constancia.verify.core.formats.note import (
    COSIGNATURE_ED25519,
    COSIGNATURE_MLDSA44,
    ED25519,
    NoteSignature,
    VerifierKey,
    format_note,
    format_vkey,
    verifier_key,
)
from constancia.verify.core.formats.signatures import KeyId, Signature, key_id_of
from constancia.verify.report.findings import Report
from constancia.verify.sources.source import open_source
from constancia.verify.sources.sqlite_store import TOPIC
from constancia.verify.trust.trust_folder import load_trust
from constancia.verify.wire.merkle import Tree, hash_leaf
from constancia.verify.wire.tiles import HASHES_PER_TILE, tile_path, tiles_between

ORIGIN = "example.org/small-ledger"
PARTIES = ("inai", "nosc", "sfp")
START = datetime(2019, 3, 1, 18, tzinfo=UTC)
SCOPE = sorted(
    ("AgreementSigned", "CorrectionRecorded", "GovernanceBodyEstablished", "KeyRotated", "ProgressReported",
     "SignatureReaffirmed", "VoteCast", "PartyReturned")
)  # fmt: skip
TEXT = "El tercer plan: avances, según acta del día\nSegunda línea"
WRITTEN = (2019, 3, 1, 18, 0, 0)  # when members of a zip say they were: the same bytes at every run
DOCUMENT = b"Documento de prueba\n" * 40


class Key:
    """An Ed25519 key made from a name, or one that there is."""

    def __init__(self, name: str, private: Ed25519PrivateKey | None = None) -> None:
        made = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())
        self.private = made if private is None else private
        public = self.private.public_key()
        self.raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.key_id = key_id_of(self.spki)

    @property
    def material(self) -> dict[str, Any]:
        return {"public_key": base64.b64encode(self.spki).decode(), "scheme": "ed25519"}

    def sign(self, statement: bytes) -> Signature:
        return Signature(key=KeyId(self.key_id), sig=self.private.sign(signed_bytes(statement)))


class LogKey:
    """The log's key: signs checkpoints."""

    def __init__(self, name: str = "log", origin: str = ORIGIN, private: Ed25519PrivateKey | None = None) -> None:
        self.key = Key(name, private)
        self.verifier = verifier_key(origin, ED25519, self.key.raw)

    def checkpoint(self, size: int, root: bytes, witnesses: Sequence["Witness"] = ()) -> bytes:
        text = format_checkpoint(self.verifier.name, size, root)
        lines = [self._line(text), *(one.line(text) for one in witnesses)]
        return format_note(text, lines)

    def _line(self, text: str) -> NoteSignature:
        blob = self.key.private.sign(text.encode())
        return NoteSignature(name=self.verifier.name, key_hash=self.verifier.key_hash, blob=blob)


class Witness:
    """A witness that cosigns whatever it is shown."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.key = Key(f"witness {name}")
        self.verifier: VerifierKey = verifier_key(f"witness.example/{name}", COSIGNATURE_ED25519, self.key.raw)

    def line(self, text: str, time: int = 1_551_463_200) -> NoteSignature:
        blob = time.to_bytes(8, "big") + self.key.private.sign(message_ed25519(time, text))
        return NoteSignature(name=self.verifier.name, key_hash=self.verifier.key_hash, blob=blob)


class PostQuantumWitness(Witness):
    """A witness that cosigns with ML-DSA-44, whose signatures are other bytes each time."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        seed = hashlib.sha256(f"post-quantum witness {name}".encode()).digest()
        self.mldsa = MLDSA44PrivateKey.from_seed_bytes(seed)
        public = self.mldsa.public_key().public_bytes_raw()
        self.verifier = verifier_key(f"witness.example/{name}", COSIGNATURE_MLDSA44, public)

    def line(self, text: str, time: int = 1_551_463_200) -> NoteSignature:
        blob = time.to_bytes(8, "big") + self.mldsa.sign(message_mldsa44(time, self.verifier.name, text))
        return NoteSignature(name=self.verifier.name, key_hash=self.verifier.key_hash, blob=blob)


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """Entries with the sizes at which batches ended. What an operator holds, and may rewrite."""

    entries: tuple[bytes, ...]
    cuts: tuple[int, ...]
    signer: LogKey = field(default_factory=LogKey)
    documents: tuple[bytes, ...] = (DOCUMENT,)
    witnesses: tuple[Witness, ...] = ()

    @property
    def tree(self) -> Tree:
        """The tree of its entries: one for all that ask, who only read it."""
        return _tree_of(self.entries)

    @property
    def size(self) -> int:
        return len(self.entries)

    def checkpoint(self, size: int | None = None) -> bytes:
        size = self.size if size is None else size
        return self.signer.checkpoint(size, self.tree.root(size), self.witnesses)

    def rehashed(self, entries: Sequence[bytes]) -> Self:
        """Give the log with other entries, indices and links put right: what an operator can do to it."""
        chained: list[bytes] = []
        previous = NO_PREVIOUS
        for index, raw in enumerate(entries):
            chained.append(relinked(raw, index, previous))
            previous = hash_leaf(chained[-1])
        cuts = tuple(cut for cut in self.cuts if cut < len(chained))
        return replace(self, entries=tuple(chained), cuts=(*cuts, len(chained)))

    def cut_at(self, size: int) -> Self:
        """Give the log as it was at a size."""
        return replace(self, entries=self.entries[:size], cuts=(*(cut for cut in self.cuts if cut < size), size))

    def write_store(self, path: Path) -> Path:
        tree = self.tree
        with sqlite3.connect(path) as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute(
                "CREATE TABLE stored_events (position INTEGER PRIMARY KEY, originator_id TEXT NOT NULL,"
                " originator_version INTEGER NOT NULL, topic TEXT NOT NULL, state BLOB NOT NULL,"
                " statement_id TEXT NOT NULL UNIQUE, UNIQUE (originator_id, originator_version))"
            )
            db.execute(
                "CREATE TABLE batches (first_index INTEGER PRIMARY KEY, size INTEGER NOT NULL,"
                " leaf_hashes BLOB NOT NULL, checkpoint TEXT NOT NULL)"
            )
            db.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
            versions: dict[str, int] = {}
            for position, raw in enumerate(self.entries, start=1):
                statement = json.loads(raw)["statement"]
                stream = statement["stream"]
                versions[stream] = versions.get(stream, 0) + 1
                row = (position, stream, versions[stream], TOPIC, raw, statement["id"])
                db.execute("INSERT INTO stored_events VALUES (?,?,?,?,?,?)", row)
            first = 0
            for cut in self.cuts:
                note = self.signer.checkpoint(cut, tree.root(cut)).decode()
                db.execute("INSERT INTO batches VALUES (?,?,?,?)", (first, cut, tree.leaves(first, cut), note))
                first = cut
            db.executemany("INSERT INTO meta VALUES (?,?)", [("schema", "1"), ("origin", self.signer.verifier.name)])
        db.close()
        return path

    def write_folder(self, folder: Path, sizes: Iterable[int] = ()) -> Path:
        """Write the published files; with the partial tiles of each of `sizes` too."""
        tree = self.tree
        for size in (*sizes, self.size):
            for level, number, width in tiles_between(0, size):
                write(folder / tile_path(level, number, width), tree.tile(level, number, width))
                if level == 0:
                    first = number * HASHES_PER_TILE
                    bundle = encode_bundle(self.entries[first : first + width])
                    write(folder / tile_path("entries", number, width), bundle)
        for document in self.documents:
            write(folder / "documents" / hashlib.sha256(document).hexdigest(), document)
        write(folder / "checkpoint", self.checkpoint())
        return folder

    def write_zip(self, path: Path, folder: Path) -> Path:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(folder.rglob("*")):
                if file.is_file():
                    member = zipfile.ZipInfo.from_file(file, file.relative_to(folder).as_posix())
                    member.date_time, member.compress_type = WRITTEN, zipfile.ZIP_DEFLATED
                    archive.writestr(member, file.read_bytes())
        return path

    def write_ledger(self, folder: Path, *, published: bool = True) -> Path:
        """Write a ledger's folder D: store, published log, documents."""
        folder.mkdir(parents=True, exist_ok=True)
        self.write_store(folder / "ledger.sqlite")
        if published:
            self.write_folder(folder / "log")
        for document in self.documents:
            write(folder / "documents" / hashlib.sha256(document).hexdigest(), document)
        return folder

    def receipt(self, index: int, size: int | None = None) -> bytes:
        size = self.size if size is None else size
        proof = inclusion_proof(self.tree, index, size)
        return format_tlog_proof(index, proof, self.checkpoint(size), self.entries[index])

    def write_trust(
        self, folder: Path, *, kept: int | None = None, genesis: bool = True, quorum: int | None = None
    ) -> Path:
        """Write a trust folder; `kept` is the size of the checkpoint last verified."""
        lines = [f"log {format_vkey(self.signer.verifier)}"]
        lines += [f"witness {one.name} {format_vkey(one.verifier)}" for one in self.witnesses]
        if quorum is not None:
            lines.append(f"group all-of-them {quorum} {' '.join(one.name for one in self.witnesses)}")
        lines.append("quorum none" if quorum is None else "quorum all-of-them")
        write(folder / "policy", ("\n".join(lines) + "\n").encode())
        if genesis:
            write(folder / "genesis", hash_leaf(self.entries[0]).hex().encode() + b"\n")
        if kept is not None:
            write(folder / "checkpoint", self.checkpoint(kept))
        return folder


@lru_cache(maxsize=256)
def _tree_of(entries: tuple[bytes, ...]) -> Tree:
    return Tree(hash_leaf(raw) for raw in entries)


class Writer:
    """Appends statements, as signers and an honest ledger would."""

    def __init__(self, origin: str = ORIGIN, name: str = "") -> None:
        self.origin = origin
        self.name = name
        self.log_key = LogKey(f"log {name}".strip(), origin)
        self.roots = {party: Key(f"{name} root {party}") for party in PARTIES}
        self.people = {party: Key(f"{name} person {party}") for party in PARTIES}
        self.entries: list[bytes] = []
        self.cuts: list[int] = []
        self.tree = Tree()
        self.now = START
        self._drafted = 0

    def log(self, **changes: Any) -> Log:
        cuts = self.cuts if self.cuts and self.cuts[-1] == len(self.entries) else [*self.cuts, len(self.entries)]
        return Log(entries=tuple(self.entries), cuts=tuple(cuts), signer=self.log_key, **changes)

    def cut(self) -> None:
        """End the batch."""
        if not self.cuts or self.cuts[-1] != len(self.entries):
            self.cuts.append(len(self.entries))

    def draft(self, kind: str, stream: str, body: dict[str, Any], actor: dict[str, str], **changes: Any) -> bytes:
        seen = changes.pop("seen", self.cuts[-1] if self.cuts else 0)
        self._drafted += 1
        digits = hashlib.sha256(f"{self.name}{self._drafted}".encode()).hexdigest()
        members: dict[str, Any] = {
            "actor": actor,
            "body": body,
            "id": f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:32]}",
            "ledger": self.origin,
            "mode": "live",
            "occurred_on": "2019-03-01",
            "schema": 1,
            "seen": {"root": self.tree.root(seen).hex(), "size": seen},
            "signed_at": self.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "stream": stream,
            "type": kind,
        }
        return canonical(members | changes)

    def record(self, statement: bytes, *signatures: Signature) -> int:
        self.now += timedelta(seconds=7)
        raw = build_entry(
            index=len(self.entries),
            previous=self.tree.leaf(len(self.entries) - 1) if self.entries else NO_PREVIOUS,
            recorded_at=self.now.strftime("%Y-%m-%dT%H:%M:%S.250Z"),
            signatures=signatures,
            statement=statement,
        )
        self.entries.append(raw)
        self.tree.append(parse_entry(raw).leaf_hash)
        return len(self.entries) - 1

    def as_root(self, party: str, kind: str, stream: str, body: dict[str, Any], **changes: Any) -> int:
        key = changes.pop("key", None) or self.roots[party]
        statement = self.draft(kind, stream, body, {"capacity": "root", "party": party}, **changes)
        return self.record(statement, key.sign(statement))

    def as_person(self, party: str, kind: str, stream: str, body: dict[str, Any], **changes: Any) -> int:
        key = changes.pop("key", None) or self.people[party]
        statement = self.draft(kind, stream, body, changes.pop("actor", self.actor(party)), **changes)
        return self.record(statement, key.sign(statement))

    def actor(self, party: str) -> dict[str, str]:
        return {
            "appointment": f"ap-{party}", "capacity": "representative", "party": party, "person": f"p-{party}",
        }  # fmt: skip

    def open(self, name: str = "Pequeño libro") -> None:
        founders = [
            {"kind": "company", "legal_name": {"es": party}, "party": party, "root": self.roots[party].material}
            for party in PARTIES
        ]
        body = {
            "demonstration": True,
            "founders": founders,
            "log_key": format_vkey(self.log_key.verifier),
            "name": {"es": name},
            "rules": {},
            "timezone": "America/Mexico_City",
        }
        statement = self.draft("LedgerOpened", "ledger", body, {"capacity": "founders"})
        self.record(statement, *(self.roots[party].sign(statement) for party in PARTIES))

    def appoint(self, party: str, **changes: Any) -> None:
        body = {
            "appointment": f"ap-{party}", "capacity": "representative", "name": party, "party": party,
            "person": f"p-{party}", "post": {"es": "Titular"}, "scope": SCOPE, "valid_from": "2019-01-01",
        }  # fmt: skip
        self.as_root(party, "RepresentativeAppointed", f"appointment/ap-{party}", body | changes)

    def register(self, party: str, key: Key | None = None, **changes: Any) -> None:
        key = self.people[party] if key is None else key
        body = {"appointment": f"ap-{party}", "key": key.key_id, "party": party, **key.material} | changes
        self.as_person(party, "KeyRegistered", f"key/{key.key_id}", body, key=key)

    def endorse(self, party: str, key: Key | None = None, **changes: Any) -> None:
        key = self.people[party] if key is None else key
        body = {"key": key.key_id, "valid_from": "2019-01-01"} | changes
        self.as_root(party, "KeyEndorsed", f"key/{key.key_id}", body)

    def establish(self) -> None:
        body = {"governance_body": "stt", "members": list(PARTIES), "mandate": {"es": "…"}, "name": {"es": "STT"}}
        for party in PARTIES:
            self.as_person(party, "GovernanceBodyEstablished", "governance/stt", body)

    def found(self) -> Self:
        """Open, appoint and endorse everybody, establish the body: 13 entries."""
        self.open()
        for party in PARTIES:
            self.appoint(party)
            self.cut()
            self.register(party)
            self.endorse(party)
        self.establish()
        self.cut()
        return self

    def report(self, count: int, batch: int = 1) -> Self:
        """Add reports on progress, which cite a document; each signer has seen the last checkpoint."""
        document = {
            "media_type": "text/plain", "sha256": hashlib.sha256(DOCUMENT).hexdigest(), "size": len(DOCUMENT),
            "title": {"es": "Acta"},
        }  # fmt: skip
        for number in range(count):
            body = {"commitment": "rm", "document": document, "narrative": {"es": f"{TEXT} {number}"}, "period": "2019"}
            self.as_person(PARTIES[number % 3], "ProgressReported", "commitment/rm", body)
            if number % batch == batch - 1:
                self.cut()
        return self

    def sign_agreement(self) -> Self:
        for party in PARTIES:
            body = {"agreement": "ag-1", "docset": "sha256:" + "0" * 64, "version": 1}
            self.as_person(party, "AgreementSigned", "agreement/ag-1", body)
        self.cut()
        return self


def relinked(raw: bytes, index: int, previous: bytes) -> bytes:
    """Give an entry with another index and link; signatures and statement stay."""
    entry = parse_entry(raw)
    return build_entry(
        index=index, previous=previous, recorded_at=entry.recorded_at, signatures=entry.signatures,
        statement=entry.statement.raw,
    )  # fmt: skip


def write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def verify(location: Path | str, trust: Path | None = None) -> Report:
    """Audit a source as the command would, all faults listed."""
    with open_source(str(location)) as source:
        return audit(source, None if trust is None else load_trust(trust), all_faults=True, workers=2)
