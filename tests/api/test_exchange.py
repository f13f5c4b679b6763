"""What other tools read: one row a commitment, a table that computes nothing, people as Popolo."""

import base64
import csv
import hashlib
import io

from prov.model import ProvAttribution, ProvDocument, ProvEntity, ProvMembership
from tests.api.served import Desk
from tests.ledger.world import PARTIES, text

from constancia.ledger.views.exchange import OGP_FIELDS
from constancia.verify.speed.entry_patterns import read_entry


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


def test_entries_are_prov_that_another_program_reads(scene: Desk) -> None:
    """Read by the library's own reader: each entry once, attributed to who signed it, in its stream's collection."""
    document, size = ProvDocument(), scene.ledger.size
    for start in range(0, size, 50):
        answer = scene.http.get("/api/v1/prov", params={"start": start, "limit": 50})
        assert answer.headers["content-type"] == "application/json"
        document.update(ProvDocument.deserialize(content=answer.text, format="json"))
    merged = document.unified()
    entries = [read_entry(raw) for raw in scene.ledger.log.entries()]
    names = {str(record.identifier) for record in merged.get_records(ProvEntity)}
    assert {f"ledger:entry/{index}" for index in range(size)} <= names
    attributed = {tuple(map(str, record.args[:2])) for record in merged.get_records(ProvAttribution)}
    members = {tuple(map(str, record.args[:2])) for record in merged.get_records(ProvMembership)}
    for entry in entries:
        name, actor = f"ledger:entry/{entry.index}", entry.statement.actor
        if actor["capacity"] == "founders":
            agents = {f"ledger:party/{founder['party']}" for founder in entry.statement.body["founders"]}
        else:
            agents = {f"ledger:person/{actor['person']}" if "person" in actor else f"ledger:party/{actor['party']}"}
        assert {agent for said, agent in attributed if said == name} == agents
        assert (f"ledger:stream/{entry.statement.stream}", name) in members
    assert len([said for said, _ in attributed if said.startswith("ledger:entry/")]) == size - 1 + len(PARTIES)


def test_prov_names_a_cited_document_by_its_digest(scene: Desk) -> None:
    digest = hashlib.sha256(b"texto en espanol").digest()
    name = "sha256:" + base64.urlsafe_b64encode(digest).decode().rstrip("=")
    answer = scene.http.get("/api/v1/prov", params={"limit": 500}).json()
    citing = {
        record["prov:influencee"] for record in answer["wasInfluencedBy"].values() if record["prov:influencer"] == name
    }
    expected = {
        f"ledger:entry/{at}" for at, raw in enumerate(scene.ledger.log.entries()) if digest.hex().encode() in raw
    }
    assert citing == expected != set()


def test_prov_has_pages_and_pasts(scene: Desk) -> None:
    answer = scene.http.get("/api/v1/prov", params={"size": 3, "limit": 2})
    assert 'rel="next"' in answer.headers["link"]
    assert "size=3" in answer.headers["link"]
    generated = answer.json()["wasGeneratedBy"].values()
    assert {record["prov:entity"] for record in generated} == {"ledger:entry/0", "ledger:entry/1"}
    assert scene.http.get("/api/v1/prov", params={"start": 9000}).json().get("entity", {}) == {}
