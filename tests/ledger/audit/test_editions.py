"""Ledgers that earlier versions of the program wrote, against the verifier of today. The fixtures never change."""

import gzip
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from tests.rows import each_row

from constancia.domain import state as states
from constancia.domain.values.editions import NEWEST
from constancia.ledger.audit.level3_law import Replay
from constancia.verify.audit.run import audit
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.report.findings import Verdict
from constancia.verify.report.rendering import report_text
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "editions"
FIRST = FIXTURES / "1"  # the demonstration of November 2026, the first edition of the law
TODAY = datetime(2026, 11, 28, tzinfo=UTC)


@dataclass(frozen=True)
class Former:
    """A ledger of an edition that is not the newest: how many acts it has, the digest of its state, its form."""

    moves: int
    state: str
    form: int


FORMER: Final = {
    1: Former(130, "de5b2d40c1204e5529ef06bb23c08ee732dcb45fef8c18f83590636ea2a760b0", states.FORM_OF_FIRST),
    2: Former(133, "e660c2a6902723259759a4a619c1df6d1fcff9c5f16adeca47cd511ca1e2fa25", 97_142_722_537_895),
}


def store(folder: Path, edition: int = 1) -> Path:
    """Unpack an edition's store as a ledger's folder."""
    packed = FIXTURES / str(edition) / "ledger.sqlite.gz"
    (folder / "ledger.sqlite").write_bytes(gzip.decompress(packed.read_bytes()))
    return folder


def test_every_former_edition_has_a_ledger() -> None:
    assert sorted(FORMER) == list(range(1, NEWEST)) == sorted(int(path.name) for path in FIXTURES.iterdir())


@pytest.mark.parametrize("edition", FORMER)
@pytest.mark.parametrize("kind", ["store", "zip"])
def test_ledger_of_a_former_edition_stays_intact(edition: int, kind: str, tmp_path: Path) -> None:
    folder = FIXTURES / str(edition)
    path = store(tmp_path, edition) if kind == "store" else folder / "bundle.zip"
    with open_source(str(path)) as source:
        report = audit(source, load_trust(folder / "trust"), further=(Replay(TODAY),), all_faults=True)
    assert report.faults_total == 0, report_text(report, "en")
    assert report.checked["L3"]["moves"] == FORMER[edition].moves
    if kind == "zip":  # the store alone lacks the documents and the witnesses' cosignatures
        assert report.verdict is Verdict.INTACT, report_text(report, "en")


@pytest.mark.parametrize("edition", FORMER)
def test_e3_the_state_of_a_former_edition_is_the_same_byte_for_byte(edition: int) -> None:
    replay = Replay(TODAY)
    with open_source(str(FIXTURES / str(edition) / "bundle.zip")) as source:
        report = audit(source, load_trust(FIXTURES / str(edition) / "trust"), further=(replay,))
    document = canonical(replay.state.document())
    assert hashlib.sha256(document).hexdigest() == FORMER[edition].state
    assert report_text(report, "es").startswith("ÍNTEGRO")


@each_row("edition", FORMER)
def test_e3_the_form_of_a_former_editions_state_stays(edition: int) -> None:
    """A new member of an aggregate is None where it is absent, a new aggregate has `SINCE` (SPEC §6.1)."""
    assert states.state_form(edition) == FORMER[edition].form
