"""Runs a command of the operator for each finding that begins or ends: mail, a message, a ticket.

- H1: nothing of a log reaches a command line. The command is started as it was given, without a shell; the finding
  comes on its standard input, as one JSON object and a line feed.
- H2: a command that fails, is missing or does not end is said, and never ends or delays the watch for longer than its
  limit.
"""

import json
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

from constancia.api.monitor.words import advise, tell_event
from constancia.ledger.monitor.watch import RoundOutcome
from constancia.ledger.monitor.watch_folder import EVIDENCE, folder_name

LIMIT_S: Final = 30.0


def run_for_findings(
    command: str, root: Path, outcome: RoundOutcome, says: Callable[[str], None], limit_s: float = LIMIT_S
) -> None:
    """Run a command once for each finding that began or ended in a round.

    Args:
        command: A program and its arguments, quoted as in a shell; no shell reads it.
        root: The monitor's folder.
        outcome: The round.
        says: Takes what went wrong.
        limit_s: Seconds that the command has for each finding.
    """
    for event in outcome.events:
        document = event.to_json() | {
            "advice": {lang: advise(event.finding.code, lang) for lang in ("en", "es")},
            "sentence": {lang: tell_event(event, lang) for lang in ("en", "es")},
        }
        if event.finding.evidence is not None:
            document["evidence_file"] = str(root / folder_name(event.url) / EVIDENCE / event.finding.evidence)
        text = json.dumps(document, ensure_ascii=True, sort_keys=True) + "\n"
        try:
            done = subprocess.run(  # noqa: S603 - what the operator asked for, with nothing of a log in it
                shlex.split(command), input=text, text=True, check=False, timeout=limit_s, stdout=subprocess.DEVNULL
            )
        except (OSError, ValueError, IndexError, subprocess.TimeoutExpired) as error:
            says(f"{command}: {error}")
            continue
        if done.returncode:
            says(f"{command}: {done.returncode}")
