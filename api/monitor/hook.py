"""Runs a command of the operator for each finding that begins or ends: mail, a message, a ticket.

- H1: nothing of a log reaches a command line. The command is started as it was given, without a shell; the finding
  comes on its standard input, as one JSON object and a line feed.
- H2: a command that fails, is missing or does not end is said, and never ends the watch. All commands of a round
  together delay it by one limit at most, however many findings there are; what was left out is said.
"""

import json
import shlex
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from constancia.api.monitor.words import advise, tell_event
from constancia.ledger.monitor.watch import RoundOutcome
from constancia.ledger.monitor.watch_folder import EVIDENCE, folder_name

LIMIT_S: Final = 30.0  # for one finding
ROUND_S: Final = 60.0  # for all of a round


def run_for_findings(
    command: str,
    root: Path,
    outcome: RoundOutcome,
    says: Callable[[str], None],
    limits_s: tuple[float, float] = (LIMIT_S, ROUND_S),
) -> int:
    """Run a command once for each finding that began or ended in a round.

    Args:
        command: A program and its arguments, quoted as in a shell; no shell reads it.
        root: The monitor's folder.
        outcome: The round.
        says: Takes what went wrong.
        limits_s: Seconds that the command has for each finding, and for all of them.

    Returns:
        For how many findings it was not run, because the others took all the seconds.
    """
    limit_s, round_s = limits_s
    end = time.monotonic() + round_s
    for number, event in enumerate(outcome.events):
        left = end - time.monotonic()
        if left <= 0:
            return len(outcome.events) - number
        document = event.to_json() | {
            "advice": {lang: advise(event.finding.code, lang) for lang in ("en", "es")},
            "sentence": {lang: tell_event(event, lang) for lang in ("en", "es")},
        }
        if event.finding.evidence is not None:
            document["evidence_file"] = str(root / folder_name(event.url) / EVIDENCE / event.finding.evidence)
        text = json.dumps(document, ensure_ascii=True, sort_keys=True) + "\n"
        try:
            done = subprocess.run(  # noqa: S603 - what the operator asked for, with nothing of a log in it
                shlex.split(command),
                input=text,
                text=True,
                check=False,
                timeout=min(limit_s, left),
                stdout=subprocess.DEVNULL,
            )
        except (OSError, ValueError, IndexError, subprocess.TimeoutExpired) as error:
            says(f"{command}: {error}")
            continue
        if done.returncode:
            says(f"{command}: {done.returncode}")
    return 0
