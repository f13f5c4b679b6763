"""Play dirty for as long as is wanted: `PYTHONPATH=.import:. python -m tests.domain.dirty --seed 1 --seconds 600`."""

import argparse
import json
import sys
import time

from tests.domain.dirty.play import Counterexample, Tally, play


def say(line: object) -> None:
    """Write a line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Play sequences until the time is over; print the tally, and each counter-example with its entries."""
    parser = argparse.ArgumentParser(prog="python -m tests.domain.dirty", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--acts", type=int, default=250)
    parser.add_argument("--all", action="store_true", help="go on after a counter-example")
    parser.add_argument("--show", type=int, default=0, help="entries of a counter-example to print, from its end")
    chosen = parser.parse_args()
    tally, until, seed, broken = Tally(), time.monotonic() + chosen.seconds, chosen.seed, 0
    while time.monotonic() < until:
        try:
            play(seed, chosen.acts, tally)
        except Counterexample as error:
            broken += 1
            say(error)
            for entry in error.stage.entries[-chosen.show :] if chosen.show else ():
                said = entry.statement
                say(f"  {entry.index} {entry.recorded_at} {said['actor']} {said['type']} {json.dumps(said['body'])}")
            if not chosen.all:
                break
        seed += 1
    say(tally)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
