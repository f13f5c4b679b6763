"""Lists of rows by party, by entry, by what is overdue, in parts; and not sent again to who has them."""

from typing import Any

from tests.api.served import Desk
from tests.rows import each_row

from constancia.api.http.request.row_filters import indices_in, names_party
from constancia.ledger.views.projections import STATE_PROJECTIONS

LISTS = [projection.name for projection in STATE_PROJECTIONS]


def items(desk: Desk, path: str, **asked: Any) -> list[dict[str, Any]]:
    answer = desk.http.get(f"/api/v1/{path}", params=asked)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["items"]
    return rows


@each_row("name", LISTS)
def test_rows_of_a_party_are_those_that_name_it(scene: Desk, name: str) -> None:
    rows = items(scene, name)
    for party in ("inai", "nosc", "nobody"):
        assert items(scene, name, party=party) == [row for row in rows if names_party(row, party)]
    assert items(scene, name, party="nobody") == []


def test_a_thing_of_a_partys_name_is_no_party() -> None:
    assert not names_party(
        {"commitment": "inai", "stream": "commitment/inai", "milestones": [{"milestone": "inai"}]}, "inai"
    )
    assert names_party({"milestones": [{"lead": ["inai"]}]}, "inai")
    assert names_party({"votes": [{"mark": {"party": "inai"}}]}, "inai")


def test_rows_since_an_entry_have_something_recorded_from_it_on(scene: Desk) -> None:
    last = scene.ledger.size - 1
    for name in ("commitments", "decisions", "parties", "agreements"):
        rows = items(scene, name)
        assert items(scene, name, since=0) == [row for row in rows if list(indices_in(row))]
        assert items(scene, name, since=last + 1) == []
        half = last // 2
        assert items(scene, name, since=half) == [row for row in rows if max(indices_in(row), default=-1) >= half]


def test_commitments_that_are_overdue(scene: Desk) -> None:
    late = items(scene, "commitments", overdue="true", at="2030-01-01")
    others = items(scene, "commitments", overdue="false", at="2030-01-01")
    assert {row["commitment"] for row in late} == {
        row["commitment"] for row in items(scene, "overdue", at="2030-01-01") if row["commitment"]
    }
    assert len(late) + len(others) == len(items(scene, "commitments", at="2030-01-01"))
    assert late
    assert scene.http.get("/api/v1/decisions?overdue=true").json()["code"] == "E_PARAMETER"


@each_row("name", LISTS)
def test_parts_are_linked_and_give_the_whole(scene: Desk, name: str) -> None:
    whole, path, gathered = items(scene, name), f"/api/v1/{name}?limit=2", []
    while path:
        answer = scene.http.get(path)
        assert answer.json()["count"] == len(whole)
        assert len(answer.json()["items"]) <= 2
        gathered += answer.json()["items"]
        path = answer.links.get("next", {}).get("url", "")
    assert gathered == whole


def test_links_keep_what_else_is_asked(scene: Desk) -> None:
    answer = scene.http.get("/api/v1/parties?party=inai&limit=1&start=1&size=40")
    assert "party=inai" in answer.links["first"]["url"]
    assert "size=40" in answer.links["prev"]["url"]
    assert "start=0" in answer.links["prev"]["url"]


def test_list_is_not_sent_again_to_who_has_it(scene: Desk) -> None:
    first = scene.http.get("/api/v1/parties")
    again = scene.http.get("/api/v1/parties", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert scene.http.get("/api/v1/parties?party=inai").headers["etag"] != first.headers["etag"]
