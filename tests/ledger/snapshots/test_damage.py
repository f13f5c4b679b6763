"""Whatever of a stored snapshot is damaged: the ledger opens, shows and judges what the entries give, and goes on."""

import random
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.ledger.conftest import Desk, OpenDesk
from tests.ledger.snapshots.damage import damage
from tests.ledger.snapshots.forger import stored_sizes
from tests.ledger.template import Templates
from tests.ledger.world import Signed
from tests.profile import sampled

from constancia.api.app import create_app
from constancia.api.http.settings import Settings
from constancia.domain.catalogue import KINDS
from constancia.domain.outlines import OUTLINES
from constancia.domain.state import State
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.ledger import Ledger
from constancia.ledger.reader.states import States
from constancia.ledger.snapshots import background_check, snapshot_store
from constancia.ledger.snapshots.background_check import BackgroundCheck
from constancia.verify.core.formats.canonical import canonical

EVERY = 8
CLASSES = [kind.aggregate for kind in KINDS.values()]
PAGES = ("/es/compromisos/c1", "/es/compromisos")


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> list[BackgroundCheck]:
    """The checks behind the scenes that have begun, which do not rest; snapshots are small."""
    begun: list[BackgroundCheck] = []
    start = BackgroundCheck.start

    def noted(check: BackgroundCheck) -> None:
        begun.append(check)
        check._rest = 0.0
        start(check)

    monkeypatch.setattr(BackgroundCheck, "start", noted)
    monkeypatch.setattr(snapshot_store, "EVERY", EVERY)
    monkeypatch.setattr(background_check, "_LOOK_EVERY", 1)
    return begun


def asked(state: State, plain: State) -> list[object]:
    """Asks a state everything that pages and the law ask, by what another one has."""
    topics = {(type(each), topic) for each in plain.aggregates.values() for topic in each.topics}
    return [
        canonical(state.document()),
        list(state.aggregates),
        [state.streams_of(kind) for kind in CLASSES],
        [state.outlines(kind) for kind in OUTLINES],
        state.days(),
        {(kind.__name__, topic): [each.stream for each in state.on_topic(kind, topic)] for kind, topic in topics},
        state.aggregates.get("commitment/c99"),
    ]


def opened(desk: Desk, folder: Path) -> Ledger:
    return Ledger.open(folder, clock=desk.clock, signer=desk.signer)


def pages(ledger: Ledger) -> list[str]:
    ledger.views.wait()
    with TestClient(create_app(ledger, Settings())) as browser:
        return [browser.get(path).raise_for_status().text for path in PAGES]


@dataclass
class Original:
    """A closed ledger with snapshots, an act that it can take, and what the entries alone give."""

    desk: Desk
    other_file: Path
    signed: Signed
    folded: dict[int, State]
    expected: dict[int, list[object]]
    shown: list[str]


@pytest.fixture
def original(desk: Desk, open_desk: OpenDesk, templates: Templates, ends: list[BackgroundCheck]) -> Original:
    another = open_desk("another", begun=templates.founded)
    another.adopt("c7")
    for each in (another, desk):
        each.reopen()
        each.ledger.close()
    ends.clear()
    assert stored_sizes(LedgerFolder(desk.folder).snapshots) == [8, 16, 24]
    with Ledger.open(desk.folder, clock=desk.clock, signer=None) as read:
        folded = {size: States(read.log, read.origin).at(size) for size in (8, 16, 24, 26)}
    whole = desk.folder.with_name("whole")
    shutil.copytree(desk.folder, whole)
    LedgerFolder(whole).snapshots.unlink()
    with opened(desk, whole) as ledger:
        shown = pages(ledger)
    expected = {size: asked(state, state) for size, state in folded.items()}
    other_file = LedgerFolder(another.folder).snapshots
    return Original(desk, other_file, desk.world.allege("c1"), folded, expected, shown)


def looks(original: Original, ledger: Ledger, what: int) -> bool:
    """Tells whether a ledger shows what the entries give: pages, or the state at a size."""
    if what not in original.folded:
        return pages(ledger) == original.shown
    return asked(ledger.state(what), original.folded[what]) == original.expected[what]


@pytest.mark.slow
@pytest.mark.parametrize("seed", sampled([1, 2], list(range(1, 51))))
def test_r1_r2_r3_damage_is_noticed_before_it_is_used(
    original: Original,
    ends: list[BackgroundCheck],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    """What is asked first differs, so that each is asked of a file of which nothing else was read."""
    monkeypatch.setattr(snapshot_store, "_FEW", (0, 256)[seed % 2])
    chance = random.Random(seed)  # noqa: S311 (which damage is tried)
    altered, many = 0, sampled(10, 30)  # each ten in a row are each of another kind
    for number in range(many):
        folder = tmp_path / f"damaged{number}"
        shutil.copytree(original.desk.folder, folder)
        done = damage(LedgerFolder(folder).snapshots, original.other_file, number, chance)
        altered += bool(done)
        with opened(original.desk, folder) as ledger:
            for what in chance.sample([0, 8, 24, 26], chance.randrange(3)):
                assert looks(original, ledger, what), done
            assert ledger.append(original.signed.parsed).entry.index == 26, done
            check_of_all(ledger, ends, done)
        with opened(original.desk, folder) as ledger:
            check_of_all(ledger, ends, done)
        shutil.rmtree(folder)
    assert altered > many / 2


def check_of_all(ledger: Ledger, ends: list[BackgroundCheck], done: str) -> None:
    """Checks that the whole state is what the entries give, and that what goes on behind the scenes ends well."""
    plain = States(ledger.log, ledger.origin).at(27)
    assert asked(ledger.state(), plain) == asked(plain, plain), done
    assert not ends or ends.pop().wait(60)
    assert ledger.failure is None, done
