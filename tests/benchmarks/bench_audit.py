"""How fast a full audit (L1 and L2) is beside the bare signature rate of the same cores; prints ratios of one run.

    PYTHONPATH=.import:. python tests/benchmarks/bench_audit.py [entries] [repeats]

The bare rate is `verify_ed25519`'s own library call over the very signatures of the log, on as many threads as the
audit uses, with nothing else done. Rounds of both are interleaved, for the machine may be shared; the ratio is of
the medians.
"""

import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.verify.small_ledger import Writer

from constancia.verify.audit import audit
from constancia.verify.entry import parse_entry
from constancia.verify.keys import load_public_key
from constancia.verify.pae import signed_bytes
from constancia.verify.policy import load_trust
from constancia.verify.report import Verdict
from constancia.verify.source import open_source

WORKERS = 2
CHUNK = 32


def bare_rate(triples: Sequence[tuple[Any, bytes, bytes]], workers: int) -> float:
    """Signatures a second with nothing but the library's check."""

    def check(start: int) -> None:
        for handle, signature, message in triples[start : start + CHUNK]:
            handle.verify(signature, message)

    began = time.perf_counter()
    with ThreadPoolExecutor(workers) as executor:
        list(executor.map(check, range(0, len(triples), CHUNK)))
    return len(triples) / (time.perf_counter() - began)


def audit_rate(location: Path, trust: Path, size: int) -> float:
    """Entries a second of a whole audit; the verdict must be right."""
    began = time.perf_counter()
    with open_source(str(location)) as source:
        report = audit(source, load_trust(trust), workers=WORKERS)
    if report.verdict is not Verdict.INTACT:
        raise SystemExit(report.to_text("en"))
    return size / (time.perf_counter() - began)


def main() -> None:
    """Build a ledger, measure, print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    sys.setswitchinterval(2e-4)  # as the command does
    gc.set_threshold(100_000)
    writer = Writer().found().report(count, batch=32)
    log = writer.log()
    keys = {key.key_id: load_public_key("ed25519", key.spki).handle for key in writer.people.values()}
    entries = [parse_entry(raw) for raw in log.entries[-count:]]
    triples = [(keys[e.signatures[0].key], e.signatures[0].sig, signed_bytes(e.statement.raw)) for e in entries]
    mean = sum(map(len, log.entries)) // log.size
    print(f"{log.size} entries of {mean} bytes on average, batches of 32, {WORKERS} threads, {repeats} rounds")
    rates: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        trust = log.write_trust(folder / "trust")
        places = {
            "store": log.write_store(folder / "ledger.sqlite"),
            "published folder": log.write_folder(folder / "published"),
            "store with its published files": log.write_ledger(folder / "ledger"),
        }
        for _ in range(repeats):
            rates.setdefault("bare, 1 thread", []).append(bare_rate(triples, 1))
            rates.setdefault("bare", []).append(bare_rate(triples, WORKERS))
            for kind, place in places.items():
                rates.setdefault(kind, []).append(audit_rate(place, trust, log.size))
    bare = statistics.median(rates["bare"])
    for kind, measured in rates.items():
        rate = statistics.median(measured)
        print(f"{kind:32} {rate:9.0f} /s   {rate / bare:5.2f} of the bare rate")


if __name__ == "__main__":
    main()
