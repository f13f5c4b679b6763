"""How long `constancia verify --help` takes beside a bare interpreter; prints the difference and the ratio of one run.

    PYTHONPATH=.import:. python tests/benchmarks/bench_startup.py [repeats]

Both start a process of the same interpreter, in turn; the figures are of the medians.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

LINK = Path(__file__).resolve().parents[2] / ".import"
VARIANTS = {
    "bare interpreter": "pass",
    "constancia verify --help": "import sys; sys.argv = ['constancia', 'verify', '--help']; "
    "from constancia.api.cli import main; main()",
    "python -m constancia.verify --help": "import sys, runpy; sys.argv = ['verify', '--help']; "
    "runpy.run_module('constancia.verify', run_name='__main__')",
}


def seconds(code: str) -> float:
    """Seconds of a process that runs the code."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-P", "-c", code], stdout=subprocess.DEVNULL, check=True,
        env={**os.environ, "PYTHONPATH": str(LINK)},
    )  # fmt: skip
    return time.perf_counter() - began


def main() -> None:
    """Measure, print."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    measured: dict[str, list[float]] = {name: [] for name in VARIANTS}
    for _ in range(repeats):
        for name, code in VARIANTS.items():
            measured[name].append(seconds(code))
    bare = statistics.median(measured["bare interpreter"])
    for name, taken in measured.items():
        median = statistics.median(taken)
        print(f"{name:36} {median * 1000:7.1f} ms   {(median - bare) * 1000:+7.1f} ms   {median / bare:5.1f} times")


if __name__ == "__main__":
    main()
