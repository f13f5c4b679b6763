"""On a snapshot the home page and lists make few aggregates of many, and are what the entries alone give."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.benchmarks.big_ledger import PASSPHRASE
from tests.benchmarks.million import YEARS, make
from tests.ledger.world import ORIGIN, START

from constancia.api.app import create_app
from constancia.api.http.settings import Settings
from constancia.ledger.assembly import Options
from constancia.ledger.clock import StoryClock
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.ledger import Ledger
from constancia.ledger.snapshots import background_check, snapshot_store

ENTRIES = 1_300  # 64 commitments, 64 decisions, 640 allegations
SHOWN = 60  # of a kind, on any page, with those since the snapshot
PAGES = (
    "/es/", "/es/compromisos", "/es/compromisos?start=24", "/es/compromisos?late=1&party=inai", "/es/decisiones",
    "/es/vencidos", "/es/participacion", "/es/senalamientos", "/es/senalamientos?start=600", "/es/deberes",
    "/es/acuerdos", "/es/seguir",
)  # fmt: skip
CLOCK = StoryClock(START + YEARS + timedelta(days=1))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("many") / "ledger"
    make(folder, ENTRIES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(background_check.BackgroundCheck, "start", lambda _check: None)
        patch.setattr(background_check.BackgroundCheck, "close", lambda _check: None)
        written(folder).close()  # reads it all, and stores states
        yield folder


def written(folder: Path) -> Ledger:
    signer = LogSigner.load(ORIGIN, LedgerFolder(folder).log_key, PASSPHRASE)
    return Ledger.open(folder, clock=CLOCK, signer=signer, options=Options(follow=False))


@pytest.fixture(scope="module")
def folded(folder: Path) -> Iterator[TestClient]:
    """The pages of who folds all of the entries."""
    with Ledger.open(folder, clock=CLOCK, signer=None) as ledger, TestClient(create_app(ledger, Settings())) as browser:
        assert not ledger.state().base_size
        yield browser


@pytest.mark.parametrize("path", PAGES)
def test_first_page_makes_what_it_shows(
    folder: Path, folded: TestClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    read, made = snapshot_store._read, Counter[str]()

    def counted(stream: str, *row: Any) -> Any:
        made[stream.partition("/")[0]] += 1
        return read(stream, *row)

    monkeypatch.setattr(snapshot_store, "_read", counted)
    monkeypatch.setattr(snapshot_store, "_FEW", 0)  # of so few all would be read for a look-up
    with written(folder) as ledger, TestClient(create_app(ledger, Settings())) as browser:
        assert ledger.state().base_size > ENTRIES / 2
        answer = browser.get(path)
        assert answer.status_code == 200
        assert all(made[kind] < SHOWN for kind in ("commitment", "decision", "allegation")), made
    assert answer.text == folded.get(path).text
