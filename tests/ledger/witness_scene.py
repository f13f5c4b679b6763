"""A ledger with a policy of three real witnesses: the scene of the tests of witnessing."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.ledger.conftest import Desk
from tests.ledger.false_witness import RealWitness
from tests.ledger.template import Template
from tests.ledger.world import ORIGIN, START, World

from constancia.ledger.assembly import Options
from constancia.ledger.clock import StoryClock
from constancia.ledger.disk.durable import write_file
from constancia.ledger.folder import policy_text
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.keys.note_keys import Cosigner
from constancia.ledger.ledger import Ledger
from constancia.ledger.witnesses.pace import Pace
from constancia.ledger.witnesses.quorum_status import policy_lines
from constancia.verify.audit.run import audit
from constancia.verify.core.formats.policy import Policy
from constancia.verify.report.findings import Report
from constancia.verify.sources.source import open_source
from constancia.verify.trust.policy_file import parse_policy
from constancia.verify.trust.trust_folder import load_trust

QUORUM = ("group parties 2 w1 w2 w3", "parties")
LONG_S = 20.0
# A witness that failed is asked again at once, not after half a second and more; nothing else differs from production.
# Where all answer, a start waits for them even on a machine that is busy.
PACE = Pace(first_pause_s=0.02, longest_pause_s=0.5, put_off_s=0.02, compare_s=LONG_S)
# With a witness that gives no answer, a start is held up for a moment only.
SHORT = replace(PACE, compare_s=0.3)


class Scene:
    """A ledger that is run with a policy of three witnesses, two of which are needed."""

    def __init__(self, folder: Path, founded: Template | None = None, pace: Pace = PACE) -> None:
        self.pace = pace
        self.folder = folder
        self.founded = founded
        self.world: World | None = None
        self.signer = LogSigner.generate(ORIGIN)
        self.clock = StoryClock(START)
        self.real: list[RealWitness] = []
        self.desk: Desk | None = None
        self.names_cosigner = False

    def found(self) -> None:
        """Begin with a copy of a founded ledger, of which no witness has seen anything."""
        assert self.founded is not None
        assert not self.real, "they know another log's key"
        self.signer = self.founded.signer
        self.world = self.founded.copy_to(self.folder / "d")

    def witnesses(self, count: int) -> list[RealWitness]:
        for number in range(count):
            one = RealWitness(self.folder, f"w{number + 1}", self.signer)
            one.start()
            self.real.append(one)
        return self.real

    def write_policy(self, urls: Mapping[str, tuple[Cosigner, str]], quorum: tuple[str, str] = QUORUM) -> None:
        lines = [line for name, (keys, url) in urls.items() for line in policy_lines(name, keys.keys, url)]
        text = policy_text(self.signer.vkey, self.signer.cosigner_vkey, [*lines, quorum[0]], quorum[1])
        write_file(self.folder / "d" / "trust" / "policy", text.encode())

    def open(self, *, create: bool = True, cosign: bool = True, **how: Any) -> Desk:
        options = Options(cosign=cosign, **{"pace": self.pace, **how})
        create = create and self.world is None
        ledger = Ledger.open(self.folder / "d", clock=self.clock, signer=self.signer, create=create, options=options)
        ledger.documents.put(b"charter")
        world = self.desk.world if self.desk is not None else self.world or World(self.signer.vkey)
        world.log_cosigner = self.signer.cosigner_vkey if self.names_cosigner else None
        self.desk = Desk(ledger, world, self.clock, self.signer, self.folder / "d", options)
        return self.desk

    @property
    def policy(self) -> Policy:
        return parse_policy((self.folder / "d" / "trust" / "policy").read_text())

    def report(self, source: str = "d", all_faults: bool = True) -> Report:
        with open_source(str(self.folder / source)) as opened:
            return audit(opened, load_trust(self.folder / "d" / "trust"), all_faults=all_faults)
