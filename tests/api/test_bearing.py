"""Who takes part, bears, publishes and has ended: through a real ledger, its interface, its pages and its audit."""

import re
from typing import Any

import pytest
from tests.api.served import Desk, appoint, wide
from tests.ledger.world import PARTIES, Key, doc, text

from constancia.ledger.audit.level3_law import Replay
from constancia.verify.audit.run import audit
from constancia.verify.report.rendering import report_text
from constancia.verify.sources.source import open_source

NEW = {"name": "Nueva Secretaría", "party": "nueva"}


def each(desk: Desk, parties: tuple[str, ...], type_name: str, stream: str, body: dict[str, Any]) -> None:
    for party in parties:
        desk.take(wide(desk, party, type_name, stream, body))


def outsider(desk: Desk, party: str, kind: str) -> None:
    body = {"kind": kind, "legal_name": text(party.capitalize()), "party": party}
    desk.take(wide(desk, "sfp", "PartyRegistered", f"party/{party}", body))
    key = desk.world.roots[party] = Key()
    desk.take(
        desk.root_says(party, "KeyRegistered", f"key/{key.key_id}", {"key": key.key_id, "party": party, **key.material})
    )
    endorsed = {"key": key.key_id, "valid_from": "2019-01-01"}
    desk.take(desk.root_says("sfp", "KeyEndorsed", f"key/{key.key_id}", endorsed))
    appoint(desk, party, "wide")


def tell(desk: Desk) -> Desk:
    """A participant, a duty, a condition, a statement, a body's name, and the end of `inai` in `nueva`."""
    for party in PARTIES:
        appoint(desk, party, "wide")
    outsider(desk, "nueva", "federal_ministry")
    outsider(desk, "academia", "academia")
    admitted = {"governance_body": "committee", "participation": "permanent_participant", "party": "academia",
                "since": "2019-03-01", "voting": "unstated"}  # fmt: skip
    each(desk, PARTIES, "ParticipantAdmitted", "governance/committee", admitted)
    duty = {"bearers": ["inai"], "duty": "o3", "governance_body": "committee", "limits": text("sus atribuciones"),
            "since": "2019-03-01", "text": text("Ser el enlace"), "toward": text("Otros poderes")}  # fmt: skip
    each(desk, PARTIES, "DutyAssigned", "duty/o3", duty)
    condition = {"commitment": "c1", "concerns": "governance/committee", "condition": "k1", "kind": "return",
                 "text": {"en": "the causes are answered", "es": "se atienden las causas"}}  # fmt: skip
    each(desk, PARTIES, "ConditionDeclared", "commitment/c1", condition)
    statement = {"docset": {"authentic": "es", "documents": [doc(b"comunicado", "es")]}, "kind": "release",
                 "parties": list(PARTIES), "statement": "st-1", "title": text("Se retoma el proceso")}  # fmt: skip
    each(desk, PARTIES[:2], "StatementPublished", "statement/st-1", statement)
    named = {"body": "committee", "lang": "en", "name": "Coordination Committee", "official": False, "party": "sfp",
             "used_in": "Release"}  # fmt: skip
    desk.take(wide(desk, "sfp", "PartyNameRecorded", "party/sfp", named))
    ended = {"documents": [doc(b"decreto")], "effective": "2019-03-01", "independence_changed": True,
             "mode": "functions_transferred", "orphaned": ["commitment/c1#milestones/m1"], "party": "inai",
             "successors": ["nueva"], "transfers": [{"duty": "duty/o3", "successor": "nueva"}]}  # fmt: skip
    each(desk, (*PARTIES, "nueva"), "PartySucceeded", "succession/inai", ended)
    return desk


@pytest.fixture
def told(adopted: Desk) -> Desk:
    return tell(adopted)


def rows(desk: Desk, name: str, **asked: Any) -> list[dict[str, Any]]:
    answer = desk.http.get(f"/api/v1/{name}", params=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def test_interface_says_who_takes_part_bears_publishes_and_has_ended(told: Desk) -> None:
    (duty,) = rows(told, "duties")
    assert duty["bearers"] == [{"holder": "nueva", "party": "inai", "standing": "bears"}]
    (of,) = rows(told, "conditions")
    assert [(one["condition"], one["kind"]) for one in of["conditions"]] == [("k1", "return")]
    (body,) = rows(told, "participants")
    assert [(one["party"], one["voting"], one["holds"]) for one in body["participants"]] == [
        ("academia", "unstated", "yes")
    ]
    (statement,) = rows(told, "statements")
    assert (statement["status"], statement["missing"]) == ("partly_published", [PARTIES[2]])
    (gone,) = rows(told, "successions")
    assert gone["duties"] == [
        {"duty": "commitment/c1#milestones/m1", "holder": None},
        {"duty": "duty/o3", "holder": "nueva"},
    ]
    assert (gone["goes_on_in"], gone["kind_changed"]) == (["nueva"], True)
    (committee,) = rows(told, "bodies")
    assert [one["name"] for one in committee["names"]] == ["Coordination Committee"]
    parties = {one["party"]: one for one in rows(told, "parties")}
    assert (parties["inai"]["has_ended"], parties["sfp"]["aliases"]) == (True, [])


def test_each_is_as_of_a_size_and_a_day(told: Desk) -> None:
    for name in ("duties", "conditions", "statements", "successions"):
        assert rows(told, name, at="2018") == []
        assert rows(told, name, size=5) == []
    (body,) = rows(told, "participants", at="2018")
    assert [one["holds"] for one in body["participants"]] == ["no"]
    (before,) = rows(told, "duties", size=told.ledger.size - 1)
    assert [one["holder"] for one in before["bearers"]] == ["inai"]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (
            "/es/deberes",
            ("Ser el enlace", "Otros poderes", "Nueva", "huérfano", "se atienden las causas", "independencia"),
        ),
        (
            "/en/duties",
            ("the causes are answered", "orphaned", "functions transferred", "its independence has changed"),
        ),
        ("/es/comunicados", ("Se retoma el proceso", "no lo ha publicado", "comunicado")),
        ("/en/statements", ("has not published it", "release")),
        ("/es/partes", ("participante permanente", "sin precisar", "Coordination Committee", "terminó")),
        ("/en/parties", ("permanent participant", "unstated", "has ended")),
    ],
)
def test_pages_show_them(told: Desk, path: str, shown: tuple[str, ...]) -> None:
    answer = told.http.get(path)
    assert answer.status_code == 200
    page = re.sub(r"\s+", " ", answer.text)
    assert [one for one in shown if one not in page] == []
    assert "<script" not in page
    assert told.http.get(path, params={"at": "2018"}).status_code == 200


def test_the_succession_is_in_the_history_of_both_parties(told: Desk) -> None:
    told.ledger.views.wait()
    for party in ("inai", "nueva"):
        lines = told.ledger.views.rows("timeline", prefix=f"party/{party}#")
        assert any(row["index"] == told.ledger.size - 1 for _key, row in lines), party


def test_the_audit_replays_them_and_finds_no_fault(told: Desk) -> None:
    with open_source(str(told.ledger.folder.path)) as source:
        report = audit(source, None, further=[Replay(told.clock.now())], all_faults=True)
    assert report.faults_total == 0, report_text(report, "en")
    assert report.checked["L3"]["moves"] == told.ledger.size


def test_page_of_a_group_says_which_organizations_acknowledge_to_be_one(adopted: Desk) -> None:
    appoint(adopted, "sfp", "wide")
    targets = {}
    for party in ("academia", "ajena"):
        outsider(adopted, party, "academia")
        joined = {"organization": party, "party": "nosc", "since": "2019-03-01"}
        adopted.take(adopted.root_says("nosc", "MemberOrganizationJoined", "party/nosc", joined))
        targets[party] = adopted.ledger.log.leaf_hash(adopted.ledger.size - 1).hex()
    target = targets["academia"]
    adopted.take(wide(adopted, "academia", "EntryAcknowledged", f"entry/{target}", {"target": target}))
    row = adopted.http.get("/api/v1/parties/nosc").json()["item"]
    shown = [(each["organization"], each["is_agreed"], each["entry"]) for each in row["organizations"]]
    assert shown == [("academia", True, target), ("ajena", False, targets["ajena"])]
    for path, words in (
        ("/es/partes/nosc", "lo reconoce"),
        ("/es/partes", "lo reconoce"),
        ("/en/parties/nosc", "it acknowledges this"),
    ):
        assert adopted.http.get(path).text.count(words) == 1
