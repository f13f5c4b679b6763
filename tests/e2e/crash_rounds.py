"""Rounds of kill -9 amid concurrent appends; a client's receipts decide what may not be missing.

    python tests/e2e/crash_rounds.py [--rounds 200] [--seed 1]

In each round a child process opens the ledger, takes statements from concurrent clients, publishes,
projects, and is killed at a random moment: while it opens, early, or in full run. Then the parent
reads what the child had acknowledged over its pipe and holds it against the reopened ledger, the
published folder, the views and an auditor's report.

What it shows is that no crash of the process loses or tears anything. A power cut, which also takes
what the operating system had not written yet, can't be made here; against it stand
`synchronous=FULL` and the order of writes.
"""

import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.ledger.world import ORIGIN, PARTIES, Signed, World, play

from constancia.ledger.assembly import Options
from constancia.ledger.clock import SystemClock
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.ledger import Ledger
from constancia.verify.audit.run import audit
from constancia.verify.core.formats.entry import parse_entry
from constancia.verify.report.findings import Verdict
from constancia.verify.report.rendering import report_text
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

CHILD = Path(__file__).with_name("crash_child.py")
COMMITMENTS = 8
# A new ledger is begun after so many rounds, since every round reads and audits all of it.
ROUNDS_PER_LEDGER = 10
MOST_STATEMENTS = 1_500
MOST_WAIT_S = 0.6
EARLY = 0.3  # share of the rounds in which the kill does not wait for a first receipt


@dataclass
class Tally:
    """What the rounds came to."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"{name:42} {count:>9,}" for name, count in self.counts.items()]
        return "\n".join([*lines, f"{'faults':42} {len(self.faults):>9,}", *self.faults])


@dataclass
class Acknowledged:
    """What the child had told its clients before it was killed."""

    index: int
    leaf_hash: str
    statement: str


class Rounds:
    """One ledger, killed again and again."""

    def __init__(self, folder: Path, tally: Tally, chance: random.Random, statements: int) -> None:
        self.folder = folder
        self.statements = statements
        self.tally = tally
        self.chance = chance
        self.key = Ed25519PrivateKey.generate()
        self.signer = LogSigner(ORIGIN, self.key)
        self.world = World(self.signer.vkey)
        # Entries are recorded by the machine's clock, and a live act happened lately in the ledger's zone.
        self.world.now = SystemClock().now() - timedelta(hours=6)
        self.acknowledged: list[Acknowledged] = []
        self._found()

    def _found(self) -> None:
        with self._open(create=True) as ledger:
            for content in (b"charter", b"minuta"):
                ledger.documents.put(content)

            def take(signed: Signed) -> None:
                ledger.append(signed.parsed)
                self.world.look(ledger.log)

            play(self.world.founding(), take)
            for number in range(COMMITMENTS):
                play(self.world.commitment(f"c{number}"), take)
            ledger.publish()

    def _open(self, *, create: bool = False) -> Ledger:
        return Ledger.open(
            self.folder,
            clock=SystemClock(),
            signer=self.signer,
            create=create,
            options=Options(follow=False),
        )

    def run(self) -> None:
        signed = [
            self.world.allege(f"c{number % COMMITMENTS}", PARTIES[number % 3]) for number in range(self.statements)
        ]
        acknowledged = self._kill_a_child(signed)
        self.acknowledged += acknowledged
        self.tally.counts["rounds"] += 1
        self.tally.counts["acknowledged statements"] += len(acknowledged)
        self._check(signed, {one.statement for one in acknowledged})

    def _kill_a_child(self, signed: list[Signed]) -> list[Acknowledged]:
        orders = {
            "clients": self.chance.choice((1, 8, 32)),
            "folder": str(self.folder),
            "follow": self.chance.random() < 0.5,
            "log_key": self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
            "origin": ORIGIN,
            "publish": self.chance.random() < 0.5,
            "signed": [[one.statement.decode(), one.signatures[0].key, one.signatures[0].sig.hex()] for one in signed],
        }
        child = subprocess.Popen(
            [sys.executable, str(CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps(orders).encode() + b"\n")
        child.stdin.flush()
        first = b""
        if self.chance.random() < 0.1:
            self.tally.counts["killed while it was starting"] += 1
            time.sleep(self.chance.uniform(0.0, 1.0))
        else:
            line = child.stdout.readline()
            assert line == b"ready\n", line
            # In full run: the time runs from the first receipt. From the start, a slow machine would have none by then.
            if self.chance.random() >= EARLY:
                first = child.stdout.readline()
            time.sleep(self.chance.uniform(0.0, MOST_WAIT_S))
        child.kill()
        lines = (first + child.stdout.read()).decode().split("\n")
        child.wait()
        child.stdin.close()
        child.stdout.close()
        # The last piece is what came after the last line feed: a line cut off is no receipt.
        told = [line.split(" ") for line in lines[:-1] if line not in ("ready", "done")]
        return [Acknowledged(int(index), leaf, digest) for index, leaf, digest in told]

    def _check(self, signed: list[Signed], acknowledged: set[str]) -> None:
        with self._open() as ledger:
            kept = {}
            for raw in ledger.log.entries():
                entry = parse_entry(raw)
                digest = hashlib.sha256(entry.statement.raw).hexdigest()
                if digest in kept:
                    self._fault(f"statement {digest} stands twice")
                kept[digest] = (entry.index, entry.leaf_hash.hex())
            for one in self.acknowledged:
                if kept.get(one.statement) != (one.index, one.leaf_hash):
                    self._fault(f"acknowledged entry {one.index} is lost or moved")
            self.tally.counts["receipts held against the log"] += len(self.acknowledged)
            self._send_again(ledger, signed, acknowledged, kept)
            self._check_published(ledger)
            ledger.views.catch_up()
            for difference in ledger.rebuild(check=True).differences:
                self._fault(f"views: {difference}")
            self.world.look(ledger.log)
        self._audit()

    def _send_again(
        self,
        ledger: Ledger,
        signed: list[Signed],
        acknowledged: set[str],
        kept: dict[str, tuple[int, str]],
    ) -> None:
        """The clients without an answer ask again: they get their first entry, or a new one."""
        unanswered = [one for one in signed if hashlib.sha256(one.statement).hexdigest() not in acknowledged]
        for one in unanswered[:20]:
            outcome = ledger.append(one.parsed)
            was_kept = kept.get(hashlib.sha256(one.statement).hexdigest())
            if outcome.replayed != (was_kept is not None):
                self._fault("a statement sent again was not recognized")
            self.tally.counts["sent again"] += 1
            self.tally.counts["stored, but never acknowledged"] += outcome.replayed

    def _check_published(self, ledger: Ledger) -> None:
        with open_source(str(self.folder / "log")) as published:
            report = audit(published, load_trust(self.folder / "trust"))
        if report.verdict is Verdict.ALTERED:
            self._fault(f"published folder: {report_text(report, 'en')}")
        self.tally.counts["audits of the published folder"] += 1
        ledger.publish()

    def _audit(self) -> None:
        with open_source(str(self.folder)) as source:
            report = audit(source, load_trust(self.folder / "trust"))
        if report.verdict is not Verdict.INTACT:
            self._fault(report_text(report, "en"))
        self.tally.counts["audits of the whole ledger: intact"] += report.verdict is Verdict.INTACT

    def _fault(self, text: str) -> None:
        self.tally.faults.append(f"round {self.tally.counts['rounds']}: {text}")


def run_rounds(
    folder: Path, rounds: int, seed: int, *, is_loud: bool = False, statements: int = MOST_STATEMENTS
) -> Tally:
    """Kills `rounds` children, each in a ledger within `folder`, amid so many statements at most."""
    tally, chance = Tally(), random.Random(seed)  # noqa: S311 (it only chooses moments)
    ledgers: list[Rounds] = []
    for number in range(rounds):
        if number % ROUNDS_PER_LEDGER == 0:
            ledgers.append(Rounds(folder / f"ledger-{len(ledgers)}", tally, chance, statements))
        ledgers[-1].run()
        if is_loud and (number + 1) % ROUNDS_PER_LEDGER == 0:
            print(f"{number + 1} rounds, {len(tally.faults)} faults", file=sys.stderr)  # noqa: T201
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = run_rounds(Path(folder), arguments.rounds, arguments.seed, is_loud=True)
    print(tally)  # noqa: T201
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
