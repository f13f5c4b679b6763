"""How fast a full audit (L1 and L2) is beside the bare signature rate of the same cores; prints ratios of one run.

    PYTHONPATH=.import:. python tests/benchmarks/bench_audit.py [entries] [repeats]

The bare rate is the own call of a library (`cryptography`, and libsodium by PyNaCl) over the signatures of the log, on
as many threads as the audit uses, with nothing else done. The audit runs with and without libsodium. Rounds of all are
interleaved, for the machine may be shared; the ratios are of the medians.
"""

import contextlib
import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

from nacl.bindings import crypto_sign_open
from tests.verify.small_ledger import Writer

from constancia.verify.audit.run import audit
from constancia.verify.core.formats.dsse import signed_bytes
from constancia.verify.core.formats.entry import parse_entry
from constancia.verify.core.formats.signatures import SPKI_ED25519, load_public_key
from constancia.verify.report.findings import Verdict
from constancia.verify.report.rendering import report_text
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

WORKERS = 2
CHUNK = 32


Check = Callable[[bytes, bytes], object]


def bare_rate(signed: Sequence[tuple[Check, bytes, bytes]], workers: int) -> float:
    """Signatures a second with nothing but a library's check."""

    def check(start: int) -> None:
        for verify, signature, message in signed[start : start + CHUNK]:
            verify(signature, message)

    began = time.perf_counter()
    with ThreadPoolExecutor(workers) as executor:
        list(executor.map(check, range(0, len(signed), CHUNK)))
    return len(signed) / (time.perf_counter() - began)


def sodium_check(public: bytes) -> Check:
    """Gives libsodium's check under a key, as `cryptography`'s key objects have it."""
    return lambda signature, message: crypto_sign_open(signature + message, public)


@contextlib.contextmanager
def without_libsodium(folder: Path) -> Iterator[None]:
    """Lets the processes that check signatures find no PyNaCl."""
    (folder / "nacl.py").write_text("raise ImportError\n", encoding="utf-8")
    sys.path.insert(0, str(folder))
    yield
    sys.path.remove(str(folder))


def audit_rate(location: Path, trust: Path, size: int) -> float:
    """Entries a second of a whole audit; the verdict must be right."""
    began = time.perf_counter()
    with open_source(str(location)) as source:
        report = audit(source, load_trust(trust), workers=WORKERS)
    if report.verdict is not Verdict.INTACT:
        raise SystemExit(report_text(report, "en"))
    return size / (time.perf_counter() - began)


def main() -> None:
    """Build a ledger, measure, print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    sys.setswitchinterval(2e-4)  # as the command does
    gc.set_threshold(100_000)
    writer = Writer().found().report(count, batch=32)
    log = writer.log()
    entries = [parse_entry(raw) for raw in log.entries[-count:]]
    signed = [(e.signatures[0].key, e.signatures[0].sig, signed_bytes(e.statement.raw)) for e in entries]
    keys = {key.key_id: load_public_key("ed25519", key.spki) for key in writer.people.values()}
    checks: dict[str, dict[Any, Check]] = {
        "cryptography": {name: cast("Check", key.handle.verify) for name, key in keys.items()},
        "libsodium": {name: sodium_check(key.spki[len(SPKI_ED25519) :]) for name, key in keys.items()},
    }
    bare = {kind: [(by[name], sig, message) for name, sig, message in signed] for kind, by in checks.items()}
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
            rates.setdefault("bare cryptography, 1 thread", []).append(bare_rate(bare["cryptography"], 1))
            for kind, triples in bare.items():
                rates.setdefault(f"bare {kind}", []).append(bare_rate(triples, WORKERS))
            for kind, place in places.items():
                rates.setdefault(kind, []).append(audit_rate(place, trust, log.size))
                with without_libsodium(folder):
                    rates.setdefault(f"{kind}, no libsodium", []).append(audit_rate(place, trust, log.size))
    print(f"{'':46} {'/s':>7}   of bare cryptography   of bare libsodium")
    for kind, measured in rates.items():
        rate = statistics.median(measured)
        shares = [rate / statistics.median(rates[f"bare {library}"]) for library in checks]
        print(f"{kind:46} {rate:7.0f}   {shares[0]:20.2f}   {shares[1]:17.2f}")


if __name__ == "__main__":
    main()
