"""Search for inputs that break a parser, for hours: `make fuzz ARGS='--minutes 60 --seed 1 --only note'`.

Guided by coverage (atheris). Each harness has an equal share of the time, in a process of its own that is forked from
this one, and goes on from what it had found interesting before: its own corpus in --corpus (by default a folder of the
temporary files). What an input does wrong is written down once a kind, and the search goes on; only what hangs or grows
without end is left to libFuzzer, which ends that harness's share and writes the input. Prints inputs tried and kinds.
"""

import argparse
import hashlib
import os
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import atheris

if TYPE_CHECKING:
    from tests.fuzz.harness import Harness

HANGS_S = 20
MOST_MB = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Where a search keeps what it finds, how long each harness has, and its seed."""

    corpus: Path
    findings: Path
    seconds: int
    seed: int

    def of(self, one: "Harness") -> int:
        """Search with one harness; gives how many inputs were tried."""
        log = self.corpus / f"{one.name}.log"
        pid = os.fork()
        if not pid:
            self._child(one, log)
        os.waitpid(pid, 0)
        text = log.read_text("utf-8", "replace")
        counted = re.search(r"stat::number_of_executed_units:\s*(\d+)", text)
        if counted is None:
            print(f"{one.name}: the search did not end by itself:\n{text[-1500:]}", flush=True)
            return 0
        return int(counted[1])

    def _child(self, one: "Harness", log: Path) -> None:
        """Search, and end this process."""
        from tests.fuzz.harness import MOST_BYTES, tried  # noqa: PLC0415 - imported, instrumented, before

        target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(target, 1)
        os.dup2(target, 2)
        grown = self.corpus / one.name
        grown.mkdir(parents=True, exist_ok=True)
        for path in one.corpus():
            shutil.copyfile(path, grown / f"seed-{path.parent.parent.name}-{path.name}")
        seen: set[str] = set()

        def once(data: bytes) -> None:
            wrong = tried(one, data)
            if wrong is not None and wrong.kind not in seen:
                seen.add(wrong.kind)
                path = self.findings / f"{one.name}-{hashlib.sha256(wrong.kind.encode()).hexdigest()[:12]}"
                path.with_suffix(".input").write_bytes(data)
                path.with_suffix(".txt").write_text(f"{wrong.kind}\n{wrong.how}\n")

        arguments = [
            "fuzz", f"-max_total_time={self.seconds}", f"-seed={self.seed}", f"-max_len={MOST_BYTES}",
            f"-timeout={HANGS_S}", f"-rss_limit_mb={MOST_MB}", f"-artifact_prefix={self.findings}/{one.name}-",
            "-print_final_stats=1", str(grown),
        ]  # fmt: skip
        atheris.Setup(arguments, once)
        atheris.Fuzz()
        os._exit(0)


def main() -> int:
    """Search with all harnesses, or those asked for; 1 where something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", help="name of a harness; all by default")
    parser.add_argument("--corpus", type=Path, default=Path(tempfile.gettempdir()) / "constancia-fuzz")
    arguments = parser.parse_args()
    with atheris.instrument_imports(include=["constancia"]):
        from tests.fuzz.every import HARNESSES  # noqa: PLC0415 - instrumented while it is imported
    unknown = set(arguments.only or ()) - set(HARNESSES)
    if unknown:
        parser.error(f"no harness {', '.join(unknown)}; there are {', '.join(sorted(HARNESSES))}")
    chosen = [HARNESSES[name] for name in sorted(arguments.only or HARNESSES)]
    findings = arguments.corpus / "findings"
    findings.mkdir(parents=True, exist_ok=True)
    seconds = max(1, round(arguments.minutes * 60 / len(chosen)))
    search = Search(corpus=arguments.corpus, findings=findings, seconds=seconds, seed=arguments.seed)
    total = 0
    for one in chosen:
        count = search.of(one)
        total += count
        print(f"{one.name:20} {count:>12,} inputs in {seconds} s", flush=True)
    files = sorted(findings.iterdir())
    for path in files:
        if path.suffix == ".txt":
            print(f"WRONG {path.with_suffix('.input')}: {path.read_text().splitlines()[0]}")
        elif path.suffix != ".input":
            print(f"WRONG {path}: it hung, or took too much memory")
    print(f"{total:,} inputs by {len(chosen)} harnesses, seed {arguments.seed}, {len(files)} files in {findings}")
    return 1 if files else 0


if __name__ == "__main__":
    sys.exit(main())
