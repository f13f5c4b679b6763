"""What going on from a verified checkpoint costs: 1,000 new entries on a long log, beside a whole log of 1,000.

    PYTHONPATH=.import:. python tests/benchmarks/bench_since.py [entries] [new] [repeats]

Both are whole runs at L1 and L2 (source opened, resume file read and kept up, every signature that is new checked),
interleaved, for the machine may be shared; the ratio is of the medians. The resume file is put back before each run.
"""

import gc
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.verify.small_ledger import Log, Writer

from constancia.ledger.audit.resume_file import ResumeFile
from constancia.verify.audit.run import audit
from constancia.verify.report.findings import Verdict
from constancia.verify.report.rendering import report_text
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

BATCH = 32


def seconds(
    place: Path, trust: Path, kept: Path | None = None, since: bytes | None = None, signatures: int = 0
) -> float:
    """Seconds of a run; the verdict, and the number of signatures checked, must be right."""
    began = time.perf_counter()
    with open_source(str(place)) as source:
        if kept is None:
            report = audit(source, load_trust(trust), since=since)
        else:
            with ResumeFile(kept) as memory:
                report = audit(source, load_trust(trust), since=since, memory=memory)
    took = time.perf_counter() - began
    if report.verdict is not Verdict.INTACT or report.checked["L2"]["signatures"] != signatures:
        raise SystemExit(report_text(report, "en"))
    return took


def written(log: Log, folder: Path, kind: str) -> Path:
    if kind == "store":
        folder.mkdir(parents=True)
        return log.write_store(folder / "ledger.sqlite")
    return log.write_folder(folder)


def main() -> None:
    """Build two logs, measure, print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    new = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000
    repeats = int(sys.argv[3]) if len(sys.argv) > 3 else 7
    sys.setswitchinterval(2e-4)  # as the command does
    gc.set_threshold(100_000)
    small = Writer().found().report(new - 12, batch=BATCH).log()
    writer = Writer().found().report(count - 12, batch=BATCH)
    writer.cut()
    long = writer.report(new, batch=BATCH).log()
    size = long.size - new
    print(f"{small.size} entries; {size} entries verified before and {new} new ones; {repeats} rounds")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        trust, small_trust = long.write_trust(folder / "trust"), small.write_trust(folder / "small-trust")
        checkpoint = long.signer.checkpoint(size, writer.tree.root(size))
        for kind in ("store", "published folder"):
            place, other = (
                written(long, folder / f"{kind}-long", kind),
                written(small, folder / f"{kind}-small", kind),
            )
            kept = folder / f"{kind}.sqlite"
            with open_source(str(written(long.cut_at(size), folder / f"{kind}-old", kind))) as source:
                began = time.perf_counter()
                with ResumeFile(kept) as memory:
                    audit(source, load_trust(trust), memory=memory)
            print(f"{kind}: {size} entries at once, and kept: {time.perf_counter() - began:.2f} s", end="; ")
            print(f"resume file {kept.stat().st_size / size:.0f} bytes an entry")
            whole, since = [], []
            for _ in range(repeats):
                whole.append(seconds(other, small_trust, signatures=small.size + 2))
                shutil.copy(kept, folder / "copy.sqlite")
                os.sync()  # the copy is ours to write out, and not of what is measured
                since.append(seconds(place, trust, folder / "copy.sqlite", checkpoint, new))
            a, b = statistics.median(whole), statistics.median(since)
            print(f"  a log of {small.size} entries, whole: {a * 1000:7.1f} ms")
            print(f"  {new} new entries since {size}:      {b * 1000:7.1f} ms   ratio {b / a:.2f}")


if __name__ == "__main__":
    main()
