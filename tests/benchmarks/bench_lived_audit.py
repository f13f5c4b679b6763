"""What the full audit (L1, L2) of a ledger that was lived costs, compared with nothing but its signatures.

    PYTHONPATH=.import:. python tests/benchmarks/bench_lived_audit.py [entries] [repeats] [--code OTHER/.import]

A batch has one to three entries; its checkpoint is signed with both keys of the log (Ed25519, ML-DSA-44), and three
witnesses have cosigned it with two keys each. So most signatures are of checkpoints. Bare is a library's own check of
the same signatures, each once, with nothing else done. Both are given in processor time, of all processes, and by the
clock; rounds are interleaved, and the ratios are of the medians.
"""

import argparse
import hashlib
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey
from tests.verify.small_ledger import LogKey, PostQuantumWitness, Witness, Writer

from constancia.verify.core.formats.checkpoint import format_checkpoint
from constancia.verify.core.formats.cosignature import message_ed25519, message_mldsa44
from constancia.verify.core.formats.dsse import signed_bytes
from constancia.verify.core.formats.entry import parse_entry
from constancia.verify.core.formats.note import (
    COSIGNATURE_MLDSA44,
    NoteSignature,
    format_note,
    format_vkey,
    verifier_key,
)
from constancia.verify.core.formats.signatures import load_public_key, spki_of_ed25519

TIME = 1_551_463_200
AUDIT = """
import sys, time
from pathlib import Path
from constancia.verify.audit.run import audit
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust
sys.setswitchinterval(2e-4)  # as the command does
with open_source(sys.argv[1]) as source:
    report = audit(source, load_trust(Path(sys.argv[2])), workers=int(sys.argv[3]))
print(report.verdict.name, report.checked["L1"])
"""
Signed = tuple[Any, bytes, bytes]  # a key of the library, a signature, the signed bytes


class LivedKey(LogKey):
    """The log's two keys, as a ledger has them."""

    def __init__(self) -> None:
        super().__init__()
        self.mldsa = MLDSA44PrivateKey.from_seed_bytes(hashlib.sha256(b"log").digest())
        public = self.mldsa.public_key().public_bytes_raw()
        self.cosigner = verifier_key(self.verifier.name, COSIGNATURE_MLDSA44, public)
        self.signed: list[Signed] = []

    def checkpoint(self, size: int, root: bytes, witnesses: Sequence[Witness] = ()) -> bytes:
        """Sign a checkpoint with both keys, and note what was signed."""
        text = format_checkpoint(self.verifier.name, size, root)
        message = message_mldsa44(TIME, self.cosigner.name, text)
        line, sig = self._line(text), self.mldsa.sign(message)
        blob = TIME.to_bytes(8, "big") + sig
        second = NoteSignature(name=self.cosigner.name, key_hash=self.cosigner.key_hash, blob=blob)
        self.signed += [
            (self.key.private.public_key(), line.blob, text.encode()), (self.mldsa.public_key(), sig, message),
        ]  # fmt: skip
        return format_note(text, [line, second, *(witness.line(text) for witness in witnesses)])


class LivedWriter(Writer):
    """Writes a ledger whose entry 0 names both keys."""

    def __init__(self) -> None:
        super().__init__()
        self.log_key: LivedKey = LivedKey()

    def draft(self, kind: str, stream: str, body: dict[str, Any], actor: dict[str, str], **changes: Any) -> bytes:
        """Name the second key in entry 0."""
        more = {"log_cosigner": format_vkey(self.log_key.cosigner)} if kind == "LedgerOpened" else {}
        return super().draft(kind, stream, body | more, actor, **changes)


def write_cosignatures(path: Path, writer: LivedWriter, witnesses: Sequence[Witness]) -> list[Signed]:
    """Write what the witnesses gave for every batch; gives what they signed."""
    signed: list[Signed] = []
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TABLE cosignatures (size INTEGER NOT NULL, root BLOB NOT NULL, key TEXT NOT NULL,"
            " line TEXT NOT NULL, PRIMARY KEY (size, key))"
        )
        for size in writer.cuts:
            root = writer.tree.root(size)
            text = format_checkpoint(writer.log_key.verifier.name, size, root)
            for witness in witnesses:
                line = witness.line(text, TIME)
                written = format_note(text, [line]).decode().splitlines()[-1]
                row = (size, root, format_vkey(witness.verifier), written)
                database.execute("INSERT INTO cosignatures VALUES (?,?,?,?)", row)
                is_post_quantum = isinstance(witness, PostQuantumWitness)
                message = (
                    message_mldsa44(TIME, witness.verifier.name, text) if is_post_quantum
                    else message_ed25519(TIME, text)
                )  # fmt: skip
                public = (
                    MLDSA44PublicKey.from_public_bytes(witness.verifier.public_key) if is_post_quantum
                    else load_public_key("ed25519", spki_of_ed25519(witness.verifier.public_key)).handle
                )  # fmt: skip
                signed.append((public, line.blob[8:], message))
    database.close()
    return signed


def processor_time() -> float:
    """Give the seconds of processor that this process and its ended children had."""
    return sum(os.times()[:4])


def bare(signed: Sequence[Signed]) -> tuple[float, float]:
    """Give processor time and time by the clock of nothing but the checks, in one thread."""
    began, clock = processor_time(), time.perf_counter()
    for public, signature, message in signed:
        public.verify(signature, message)
    return processor_time() - began, time.perf_counter() - clock


def audited(code: str, folder: Path, trust: Path, workers: int) -> tuple[float, float]:
    """Give the same of a whole audit in a new process; the verdict must be right."""
    began, clock = processor_time(), time.perf_counter()
    command = [sys.executable, "-c", AUDIT, str(folder), str(trust), str(workers)]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": code}, capture_output=True, text=True, check=True)
    if not done.stdout.startswith("INTACT"):
        raise SystemExit(done.stdout)
    return processor_time() - began, time.perf_counter() - clock


def main() -> None:
    """Build a ledger, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("entries", type=int, nargs="?", default=4_000)
    parser.add_argument("repeats", type=int, nargs="?", default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--code", help="another code's folder that holds `constancia`, in turns with this one")
    asked = parser.parse_args()
    writer = LivedWriter()
    writer.found()
    width = 1
    while len(writer.entries) < asked.entries:
        writer.report(width, batch=width)
        width = width % 3 + 1
    witnesses = [kind(f"w{n}") for n in range(3) for kind in (Witness, PostQuantumWitness)]  # a name has two keys
    codes = {"now": str(Path(__file__).parents[2] / ".import")} | ({"other": asked.code} if asked.code else {})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "ledger"
        log = writer.log()
        log.write_ledger(folder, published=False)
        signed = list(writer.log_key.signed)
        signed += write_cosignatures(folder / "cosignatures.sqlite", writer, witnesses)
        for raw in writer.entries:
            entry = parse_entry(raw)
            keys = {key.key_id: key for key in (*writer.people.values(), *writer.roots.values())}
            signed += [
                (keys[by.key].private.public_key(), by.sig, signed_bytes(entry.statement.raw))
                for by in entry.signatures
            ]  # fmt: skip
        trust = Path(name) / "trust"
        log.write_trust(trust)
        lines = [f"log {format_vkey(log.signer.verifier)}"]
        labels = [f"{one.name}-{one.verifier.type_byte}" for one in witnesses]
        lines += [f"witness {label} {format_vkey(one.verifier)}" for label, one in zip(labels, witnesses, strict=True)]
        lines += [f"witness log-mldsa44 {format_vkey(writer.log_key.cosigner)}"]
        lines += ["group any-two 2 " + " ".join(labels[::2]), "quorum any-two"]
        (trust / "policy").write_text("\n".join(lines) + "\n", encoding="utf-8")
        measured: dict[str, list[tuple[float, float]]] = {}
        for _ in range(asked.repeats):
            measured.setdefault("bare", []).append(bare(signed))
            for which, code in codes.items():
                measured.setdefault(which, []).append(audited(code, folder, trust, asked.workers))
    batches = len(writer.cuts)
    print(f"{len(writer.entries)} entries in {batches} batches, {len(signed)} signatures, {asked.workers} workers")
    base, base_clock = (statistics.median(values) for values in zip(*measured["bare"], strict=True))
    for which, pairs in measured.items():
        cpu, clock = (statistics.median(values) for values in zip(*pairs, strict=True))
        print(json.dumps({
            "what": which, "processor s": round(cpu, 2), "clock s": round(clock, 2),
            "bare over it, processor": round(base / cpu, 2), "bare over it, clock": round(base_clock / clock, 2),
        }))  # fmt: skip


if __name__ == "__main__":
    main()
