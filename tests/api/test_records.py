"""What stands, as of a size and a day: the same rows in lists, by name and on pages."""

import hashlib
import json
import re
from datetime import UTC, datetime

import pytest
from tests.api.served import Desk, report
from tests.ledger.world import text
from tests.rows import each_row

from constancia.ledger.views.projections import STATE_PROJECTIONS
from constancia.ledger.views.projections.base import StateProjection
from constancia.verify.core.formats.canonical import canonical


@each_row("projection", STATE_PROJECTIONS, ids=lambda projection: projection.name)
def test_every_projection_is_served_at_every_size(scene: Desk, projection: StateProjection) -> None:
    """As a list and by name, with the size, root and day that it is as of."""
    for size in (0, scene.ledger.size // 2, scene.ledger.size):
        answer = scene.http.get(f"/api/v1/{projection.name}?size={size}").json()
        as_of = scene.ledger.as_of(size)
        assert (answer["size"], answer["root"]) == (size, scene.ledger.log.root(size).hex())
        assert answer["day"] == as_of.day.isoformat()
        assert answer["items"] == json.loads(canonical(as_of.rows(projection.name)))
        for item in answer["items"]:
            name = item["stream"].split("/", 1)[1]
            alone = scene.http.get(f"/api/v1/{projection.name}/{name}?size={size}").json()
            assert alone["item"] == item


def test_commitment_of_a_past_size_has_the_timeline_of_that_size(scene: Desk) -> None:
    whole = scene.http.get("/api/v1/commitments/c1").json()["timeline"]
    last = whole[-1]["index"]
    past = scene.http.get(f"/api/v1/commitments/c1?size={last}").json()["timeline"]
    assert past == whole[:-1]


@pytest.mark.parametrize("lang_path", ["/es/compromisos/c1", "/en/commitments/c1"])
def test_timeline_of_a_past_page_shows_no_later_entry(scene: Desk, lang_path: str) -> None:
    indices = [row["index"] for row in scene.http.get("/api/v1/commitments/c1").json()["timeline"]]
    size = indices[-1]
    page = scene.http.get(f"{lang_path}?size={size}").text
    timeline = page[page.index('<ol class="time">') :]
    shown = [int(number) for number in re.findall(r"/(?:registros|entries)/(\d+)", timeline)]
    seen = sorted(set(shown))
    assert len(seen) >= 8
    assert seen == indices[:-1][-len(seen) :]  # older ones are on further pages


def test_past_page_is_judged_by_its_last_entry_s_day(scene: Desk) -> None:
    """The present is judged by the clock, which the milestone's window lies behind; the past was before."""
    now = scene.clock.now()
    try:
        scene.clock.set(datetime(2019, 9, 1, tzinfo=UTC))
        present = scene.http.get("/api/v1/commitments").json()
        past = scene.http.get(f"/api/v1/commitments?size={scene.ledger.size - 1}").json()
    finally:
        scene.clock.set(now)
    assert present["day"] == "2019-08-31"  # in Mexico City
    stands = [
        {one["stands"] for item in shown["items"] if item["commitment"] == "c1" for one in item["milestones"]}
        for shown in (present, past)
    ]
    assert stands == [{"overdue"}, {"running"}]


def test_every_entry_that_cites_a_document_is_listed_up_to_the_limit(
    adopted: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = {"description": text("Minuta"), "sha256": hashlib.sha256(b"informe").hexdigest()}
    said = [
        adopted.take(adopted.says(party, "ProgressReported", "commitment/c1", report(report=name, evidence=[shown])))
        for name, party in (("r7", "inai"), ("r8", "sfp"), ("r9", "inai"))
    ]
    path = f"/api/v1/documents/{shown['sha256']}"
    assert [one["index"] for one in adopted.http.get(path).json()["cited_by"]] == [one["index"] for one in said]
    monkeypatch.setattr("constancia.api.routers.log.documents._CITATIONS", 2)
    assert len(adopted.http.get(path).json()["cited_by"]) == 2
