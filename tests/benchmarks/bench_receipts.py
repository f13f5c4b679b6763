"""How large proofs and receipts are in logs of a thousand to a million entries, and how long it takes to check one.

    PYTHONPATH=.import:. python tests/benchmarks/bench_receipts.py [sizes…]

The tree is synthetic: leaf hashes of numbers, with a real, signed entry in the middle of each hundred that is looked
at. Signing of checkpoints, proofs, receipts, QR codes and the check are the project's own code; a receipt's size does
not depend on what the other leaves hold.
"""

import hashlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.verify.small_ledger import Log, Witness, Writer

from constancia.api.text.paper.qr import qr_code
from constancia.ledger.wire.composition import format_tlog_proof
from constancia.ledger.wire.proofs import inclusion_proof
from constancia.verify.audit.run import audit
from constancia.verify.report.findings import Verdict
from constancia.verify.report.rendering import report_text
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust
from constancia.verify.wire.merkle import Tree, hash_leaf, verify_inclusion
from constancia.verify.wire.tlog_proof import parse_tlog_proof

SIZES = (1_000, 100_000, 1_000_000)
LOOKED_AT = 100
WITNESSES = 3
ADDRESS = "https://constancia.example"


def leaves(size: int, entries: dict[int, bytes]) -> Iterator[bytes]:
    """Leaf hashes: the entries' where there is one, else of the index."""
    for index in range(size):
        entry = entries.get(index)
        yield hash_leaf(entry) if entry is not None else hashlib.sha256(index.to_bytes(8, "big")).digest()


def real_entry(log: Log, index: int) -> bytes:
    """A signed entry, put at another index; its signature stays good."""
    raw = log.entries[13 + index % 5]
    old = raw[: raw.index(b",")]
    return b'{"index":%d' % index + raw[len(old) :]


def timed(action: Callable[[], object], repeats: int) -> float:
    """Median of an action's time in milliseconds."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        action()
        times.append((time.perf_counter() - began) * 1e3)
    return statistics.median(times)


def check(path: Path, trust: Path) -> None:
    """The library's whole audit of a receipt."""
    with open_source(str(path)) as source:
        report = audit(source, load_trust(trust))
    if report.verdict is not Verdict.INTACT:
        raise SystemExit(report_text(report, "en"))


def command(arguments: Sequence[str]) -> None:
    """A process of its own, as a person starts it."""
    done = subprocess.run([sys.executable, *arguments], capture_output=True, check=False)
    if done.returncode != 0:
        raise SystemExit(done.stderr.decode() + done.stdout.decode())


def measure(size: int, writer: Writer, folder: Path) -> None:
    """Print the figures of one size."""
    log = writer.log()
    indices = [size * number // LOOKED_AT + size // (2 * LOOKED_AT) for number in range(LOOKED_AT)]
    entries = {index: real_entry(log, index) for index in indices}
    tree = Tree(leaves(size, entries))
    root = tree.root(size)
    began = time.perf_counter()
    proofs = {index: inclusion_proof(tree, index, size) for index in indices}
    proving = (time.perf_counter() - began) * 1e6 / LOOKED_AT
    hashes = [len(proof) for proof in proofs.values()]
    print(f"{size:>9,} entries: {min(hashes)}-{max(hashes)} hashes in a proof, {proving:.0f} µs to make one")
    witnesses = tuple(Witness(str(number)) for number in range(WITNESSES))
    receipts: dict[int, bytes] = {}
    for cosigners in ((), witnesses):
        checkpoint = writer.log_key.checkpoint(size, root, cosigners)
        receipts = {index: format_tlog_proof(index, proofs[index], checkpoint, entries[index]) for index in indices}
        bare = [len(format_tlog_proof(index, proofs[index], checkpoint)) for index in indices]
        codes = [qr_code(ADDRESS, hash_leaf(entries[i]), receipts[i]).designator for i in indices[:5]]
        sizes = statistics.median(map(len, receipts.values()))
        print(
            f"  {len(cosigners)} cosignatures: checkpoint {len(checkpoint):,} B, proof with it "
            f"{statistics.median(bare):,.0f} B, receipt {sizes:,.0f} B "
            f"(its entry {statistics.median(map(len, entries.values())):,.0f} B), QR code {statistics.mode(codes)}"
        )
    time_check(folder, log, witnesses, receipts, root)


def time_check(folder: Path, log: Log, witnesses: tuple[Witness, ...], receipts: dict[int, bytes], root: bytes) -> None:
    """Print how long it takes to check a cosigned receipt."""
    trust = Log(entries=log.entries, cuts=log.cuts, signer=log.signer, witnesses=witnesses).write_trust(
        folder / f"trust-{len(receipts)}-{root.hex()[:8]}", quorum=2
    )
    index, receipt = next(iter(receipts.items()))
    path = folder / "a.tlog-proof"
    path.write_bytes(receipt)
    parsed = parse_tlog_proof(receipt)
    size = int(parsed.checkpoint.split(b"\n")[1])
    leaf = hash_leaf(parsed.extra or b"")

    def inclusion() -> None:
        assert verify_inclusion(leaf_hash=leaf, index=index, size=size, proof=parsed.proof, root=root)

    print(
        f"  to check a cosigned receipt: inclusion alone {timed(inclusion, 200) * 1e3:.0f} µs, library "
        f"{timed(lambda: check(path, trust), 100):.2f} ms, python -m constancia.verify "
        f"{timed(lambda: command(['-m', 'constancia.verify', str(path), '--trust', str(trust)]), 7):.0f} ms, "
        f"constancia verify {timed(lambda: command(_cli(path, trust)), 7):.0f} ms"
    )


def _cli(path: Path, trust: Path) -> list[str]:
    start = "from constancia.api.cli import main; main()"
    return ["-c", start, "verify", str(path), "--trust", str(trust)]


def main() -> None:
    """Measure each size."""
    writer = Writer().found().report(5)
    with tempfile.TemporaryDirectory() as name:
        for size in map(int, sys.argv[1:]) if sys.argv[1:] else SIZES:
            measure(size, writer, Path(name))


if __name__ == "__main__":
    main()
