"""Pages of a big ledger are as light as those of a small one: 40 commitments, of which one has collected a lot."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from tests.api.served import UNLIMITED, Inside, serving
from tests.benchmarks.big_ledger import make
from tests.benchmarks.page_addresses import pages
from tests.profile import sampled
from tests.rows import each_row

from constancia.api.app import create_app
from constancia.domain.state import State
from constancia.ledger.clock import SystemClock
from constancia.ledger.ledger import Ledger
from constancia.ledger.views.projections import STATE_PROJECTIONS

pytestmark = pytest.mark.slow
MOST_BYTES = 50_000
MOST_LINKS = 150
COMMITMENTS = 40
PLACES = sampled(2, 8)  # of each kind of page: the first, the last, and between; the first commitment has the most
MOST_PASSES = 12  # over all aggregates of a class, for all rows of a projection together


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("big") / "ledger"
    make(folder, COMMITMENTS, 6, seed=1)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def ledger(folder: Path) -> Iterator[Ledger]:
    with Ledger.open(folder, clock=SystemClock(), signer=None) as ledger:
        ledger.views.catch_up()
        yield ledger


def test_no_page_grows_with_the_ledger_and_each_is_made_once(ledger: Ledger) -> None:
    assert ledger.size > 2_000
    heavy, unstored, forms = {}, [], set()
    with closing(Inside(create_app(ledger, UNLIMITED), "http://127.0.0.1:8000")) as http:
        for kind, paths in pages(ledger, PLACES):
            for path in paths:
                answer = http.get(path)
                assert answer.status_code == 200, path
                links = answer.text.count("<a ")
                if len(answer.content) >= MOST_BYTES or links > MOST_LINKS:
                    heavy[path] = (len(answer.content), links)
                if answer.headers.get("Cache-Control") == "no-store":
                    forms.add(kind)  # what is being prepared or signed is asked for each time
                    continue
                again = http.get(path, headers={"If-None-Match": answer.headers.get("ETag", "")})
                if again.status_code != 304:
                    unstored.append(kind)
    assert heavy == {}
    assert unstored == []
    assert forms == {"/es/preparar", "/es/preparar/{what}", "/es/llaves/{appointment}"}


def test_parts_of_a_page_lead_to_all_that_there_is(ledger: Ledger) -> None:
    """What a page leaves out is on the next one: each commitment of the plan, each entry between two dates."""
    with serving(ledger) as url, httpx.Client(base_url=url, timeout=60) as http:
        plan = "".join(http.get(f"/es/planes/plan-4?start={start}").text for start in range(0, COMMITMENTS, 6))
        assert all(f"/es/compromisos/c{number:03}" in plan for number in range(COMMITMENTS))
        path, entries = "/es/cambios?de=%23100&a=%23300", set[int]()
        while path:
            text = http.get(path).text
            entries |= {index for index in range(100, 300) if f'"/es/registros/{index}"' in text}
            _, _, rest = text.partition('<p><a rel="next" href="')
            path = rest.partition('"')[0].replace("&amp;", "&")
        # Housekeeping of keys is no news; there is none of it here.
        assert entries == set(range(100, 300))
        of_party = http.get("/es/cambios?de=%23100&a=%23300&parte=sfp").text
        assert "parte=sfp" in of_party


class Counting(State):
    """A state that counts how often all aggregates of a class are asked for."""

    __slots__ = ("asked",)

    def __init__(self, state: State) -> None:
        super().__init__(state.origin, state._base)
        self.size, self._aggregates, self._streams = state.size, dict(state.recent), state._streams
        self.asked = 0

    def of(self, kind):  # type: ignore[no-untyped-def]
        """Count, and give them."""
        self.asked += 1
        return super().of(kind)


@each_row("projection", STATE_PROJECTIONS, ids=lambda projection: projection.name)
def test_rows_do_not_look_through_the_state_one_by_one(ledger: Ledger, projection) -> None:  # type: ignore[no-untyped-def]
    """A look-up that every row needs is made once for all rows: twice as many commitments take twice as long."""
    state = Counting(ledger.state())
    assert len(list(projection.rows(state, ledger.as_of().day))) < ledger.size
    assert state.asked <= MOST_PASSES
