"""Ledgers that earlier versions of the program wrote, against the verifier of today. The fixtures never change."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from constancia.ledger.audit.level3_law import Replay
from constancia.verify.audit.run import audit
from constancia.verify.core.report import Verdict
from constancia.verify.report.rendering import report_text
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "editions"
FIRST = FIXTURES / "1"  # the demonstration of November 2026, the first edition of the law


def store(folder: Path) -> Path:
    """Unpack the first edition's store as a ledger's folder."""
    (folder / "ledger.sqlite").write_bytes(gzip.decompress((FIRST / "ledger.sqlite.gz").read_bytes()))
    return folder


@pytest.mark.parametrize("kind", ["store", "zip"])
def test_ledger_of_the_first_edition_stays_intact(tmp_path: Path, kind: str) -> None:
    path = store(tmp_path) if kind == "store" else FIRST / "bundle.zip"
    replay = Replay(datetime(2026, 11, 28, tzinfo=UTC))
    with open_source(str(path)) as source:
        report = audit(source, load_trust(FIRST / "trust"), further=(replay,), all_faults=True)
    assert report.faults_total == 0, report_text(report, "en")
    assert report.checked["L3"]["moves"] == 130
    if kind == "zip":  # the store alone lacks the documents and the witnesses' cosignatures
        assert report.verdict is Verdict.INTACT, report_text(report, "en")
