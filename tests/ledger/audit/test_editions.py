"""Ledgers that earlier versions of the program wrote, against the verifier of today. The fixtures never change."""

import gzip
import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from constancia.ledger.audit.level3_law import Replay
from constancia.verify.audit.run import audit
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.report.findings import Verdict
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


def test_e3_the_state_of_the_first_edition_is_the_same_byte_for_byte() -> None:
    replay = Replay(datetime(2026, 11, 28, tzinfo=UTC))
    with open_source(str(FIRST / "bundle.zip")) as source:
        report = audit(source, load_trust(FIRST / "trust"), further=(replay,))
    document = canonical(replay.state.document())
    assert hashlib.sha256(document).hexdigest() == "de5b2d40c1204e5529ef06bb23c08ee732dcb45fef8c18f83590636ea2a760b0"
    assert report_text(report, "es").startswith("ÍNTEGRO")
