"""Run by another interpreter, with aics-witness: asks a witness for cosignatures as another log's software does.

On standard input, JSON: the witness's `url` and `vkey`, and `steps`, each with the note, the old size and the proof in
hex. On standard output, a list: for each step the lines that the client accepted, or how it was refused.
"""

import json
import sys
from typing import Any

from aics_witness.feeder import FeederError, WitnessClient


def main(url: str, vkey: str, steps: list[dict[str, Any]]) -> list[str]:
    """Submit each step; gives the outcomes."""
    outcomes = []
    # The witness goes by the clock of the tests' story, so its times are not fresh.
    client = WitnessClient(url, vkey, max_attempts=1, max_age_seconds=None, max_future_seconds=None)
    with client:
        for step in steps:
            proof = [bytes.fromhex(sibling) for sibling in step["proof"]]
            try:
                outcomes.append(client.submit(step["note"], (step["old"], proof)))
            except FeederError as error:
                outcomes.append(f"{type(error).__name__}: {error}")
    return outcomes


if __name__ == "__main__":
    print(json.dumps(main(**json.load(sys.stdin))))
