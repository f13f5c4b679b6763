"""Thousands of runs of log, witnesses, monitors and network: `make simulate ARGS='--runs 2000 --seed 1'`.

A run is its seed; `--runs 1 --seed N` plays one again. Prints how many runs had which lie, and every broken property.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.simulation.checks import wrong_after_speaking, wrong_in
from tests.simulation.scene import played


def run(place: Path, seed: int) -> tuple[str, list[str], Counter[str]]:
    """Play one run; gives the lie, what is wrong, and what was found by whom."""
    place.mkdir()
    try:
        with played(place, seed) as scene:
            wrong = list(wrong_in(scene))
            scene.speak_with_witnesses()
            wrong += wrong_after_speaking(scene)
            events = (event for monitor in scene.monitors.values() for event in monitor.log.events if event.is_found)
            found = Counter(event.finding.code for event in events)
            found.update(f"witness: {reason}" for _, _, reason in scene.refused)
            return scene.lie, wrong, found
    finally:
        shutil.rmtree(place)


def main() -> int:
    """Play the runs; 1 where something was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1, help="of the first run; the next has the next number")
    arguments = parser.parse_args()
    lies: Counter[str] = Counter()
    found: Counter[str] = Counter()
    broken = 0
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    begun = time.process_time()
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        for seed in range(arguments.seed, arguments.seed + arguments.runs):
            lie, wrong, met = run(Path(folder) / str(seed), seed)
            lies[lie] += 1
            found += met
            for text in wrong:
                broken += 1
                print(f"seed {seed} ({lie}): {text}", flush=True)
    for name, count in sorted(lies.items()):
        print(f"{count:>8,} runs: {name}")
    for name, count in sorted(found.items()):
        print(f"{count:>8,} × {name}")
    spent = time.process_time() - begun
    print(
        f"{lies.total():,} runs from seed {arguments.seed}, {broken} properties broken, {spent:.0f} s of processor time"
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
