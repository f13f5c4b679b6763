"""Search for inputs that break a parser, for hours: `make fuzz ARGS='--minutes 60 --seed 1 --only note'`.

Each harness has an equal share of the time, and goes on from what it had found interesting before: its own corpus in
--corpus (by default a folder of the temporary files). Prints inputs tried, and each kind of wrong answer once.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.every import HARNESSES
from tests.fuzz.harness import MOST_BYTES, Harness

ENGINE = Path(__file__).with_name("engine.py")
HANGS_S = 20
MOST_MB = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Where a search keeps what it finds, how long each harness has, and its seed."""

    corpus: Path
    findings: Path
    seconds: int
    seed: int

    def of(self, one: Harness) -> int:
        """Search with one harness; gives how many inputs were tried."""
        grown = self.corpus / one.name
        grown.mkdir(parents=True, exist_ok=True)
        for path in one.corpus():
            shutil.copyfile(path, grown / f"seed-{path.parent.parent.name}-{path.name}")
        command = [
            sys.executable, str(ENGINE), one.name, str(self.findings), f"-max_total_time={self.seconds}",
            f"-seed={self.seed}", f"-max_len={MOST_BYTES}", f"-timeout={HANGS_S}", f"-rss_limit_mb={MOST_MB}",
            f"-artifact_prefix={self.findings}/{one.name}-", "-print_final_stats=1", str(grown),
        ]  # fmt: skip
        paths = os.pathsep.join(filter(None, [*sys.path, str(Path.cwd())]))
        done = subprocess.run(
            command,
            env={**os.environ, "PYTHONPATH": paths},
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        counted = re.search(r"stat::number_of_executed_units:\s*(\d+)", done.stderr)
        if counted is None:
            print(f"{one.name}: the search did not end by itself:\n{done.stderr[-1500:]}", flush=True)
            return 0
        return int(counted[1])


def main() -> int:
    """Search with all harnesses, or those asked for; 1 where something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", choices=sorted(HARNESSES))
    parser.add_argument("--corpus", type=Path, default=Path(tempfile.gettempdir()) / "constancia-fuzz")
    arguments = parser.parse_args()
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
    texts = sorted(findings.iterdir())
    for path in texts:
        if path.suffix == ".txt":
            print(f"WRONG {path.with_suffix('.input')}: {path.read_text().splitlines()[0]}")
        elif path.suffix != ".input":
            print(f"WRONG {path}: it hung, or took too much memory")
    print(f"{total:,} inputs by {len(chosen)} harnesses, seed {arguments.seed}, {len(texts)} files in {findings}")
    return 1 if texts else 0


if __name__ == "__main__":
    sys.exit(main())
