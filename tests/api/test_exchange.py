"""What other tools read: one row a commitment, a table that computes nothing, people as Popolo."""

import csv
import io

from tests.api.served import Desk
from tests.ledger.world import text

from constancia.ledger.views.exchange import OGP_FIELDS


def test_each_commitment_is_a_row_with_its_tracks(scene: Desk) -> None:
    answer = scene.http.get("/api/v1/ogp").json()
    commitments = scene.http.get("/api/v1/commitments").json()
    assert [row["commitment_id"] for row in answer["items"]] == [row["commitment"] for row in commitments["items"]]
    assert answer["size"] == commitments["size"]
    for row, commitment in zip(answer["items"], commitments["items"], strict=True):
        assert set(row) == set(OGP_FIELDS)
        assert row["self_reported_level"] == commitment["self_level"]
        assert row["contested_level"] == (commitment["contested_level"] or "")
        assert row["milestones_overdue"] == sum(one["stands"] == "overdue" for one in commitment["milestones"])
        assert row["status"] in ("Active", "Inactive")


def test_the_table_says_the_same(scene: Desk) -> None:
    answer = scene.http.get("/api/v1/ogp.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    items = scene.http.get("/api/v1/ogp").json()["items"]
    assert rows == [{name: str(value) for name, value in row.items()} for row in items]


def test_no_text_of_the_table_is_a_formula(adopted: Desk) -> None:
    body = {
        "commitment": "c-formula", "governance_body": "committee", "objective": text("+1+1"),
        "problem": text("@SUM(A1)"), "title": text('=HYPERLINK("https://example.org")'),
    }  # fmt: skip
    assert adopted.post(adopted.says("nosc", "CommitmentProposed", "commitment/c-formula", body)).status_code == 201
    rows = csv.DictReader(io.StringIO(adopted.http.get("/api/v1/ogp.csv").text, newline=""))
    [row] = [row for row in rows if row["commitment_id"] == "c-formula"]
    assert row["title"].startswith("'=")
    assert row["objective"].startswith("'+")
    assert row["public_problem"].startswith("'@")


def test_people_and_parties_are_popolo(scene: Desk) -> None:
    answer = scene.http.get("/api/v1/popolo").json()
    parties = scene.http.get("/api/v1/parties").json()["items"]
    assert [one["id"] for one in answer["organizations"]] == [one["party"] for one in parties]
    persons = {one["id"] for one in answer["persons"]}
    appointed = {appointment["person"] for party in parties for appointment in party["appointments"]}
    assert persons == appointed != set()
    assert {one["person_id"] for one in answer["memberships"] if "person_id" in one} == persons
    assert all(one["start_date"] for one in answer["memberships"])


def test_they_are_given_as_of_a_size(scene: Desk) -> None:
    assert scene.http.get("/api/v1/ogp?size=1").json()["items"] == []
    assert scene.http.get("/api/v1/ogp.csv?size=1").text.splitlines() == [",".join(OGP_FIELDS)]
    assert scene.http.get("/api/v1/ogp.csv?nada=1").status_code == 400
