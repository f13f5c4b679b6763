"""The core by itself, without an alteration; `test_tamper.py` compares it with the whole over all alterations."""

from pathlib import Path

import pytest
from tests.verify.core_alone import by_core, core_input
from tests.verify.small_ledger import Log, Writer

from constancia.verify.report.findings import Verdict
from constancia.verify.trust.trust_folder import load_trust


@pytest.mark.parametrize("pinned", [True, False])
def test_sound_log_is_intact_for_the_core_too(pinned: bool, log: Log, tmp_path: Path) -> None:
    trust = load_trust(log.write_trust(tmp_path / "trust")) if pinned else None
    store = log.write_store(tmp_path / "ledger.sqlite")
    alone = by_core(core_input(store), trust)
    assert alone is not None
    assert alone.findings.faults == []
    assert alone.findings.verdict is (Verdict.INTACT if pinned else Verdict.INCONCLUSIVE)
    assert alone.tree.root() == log.tree.root()
    assert len(alone.directory.keys) == 6


def test_core_leaves_newer_acts_open(tmp_path: Path) -> None:
    writer = Writer().found()
    writer.as_root("sfp", "PartyMerged", "party/sfp", {})
    log = writer.log(documents=())
    trust = load_trust(log.write_trust(tmp_path / "trust"))
    alone = by_core(core_input(log.write_store(tmp_path / "ledger.sqlite")), trust)
    assert alone is not None
    assert [one.code for one in alone.findings.open] == ["newer-act"]
