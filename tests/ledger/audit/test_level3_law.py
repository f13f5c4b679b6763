"""L3: every entry was a legal move, judged again; L4 beside a store: the projections are what the entries give."""

import hashlib
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.conftest import Desk
from tests.ledger.lawless import Operator
from tests.ledger.world import PARTIES, Signed, World

from constancia.ledger.audit.level3_law import Replay
from constancia.ledger.audit.resume_file import ResumeFile
from constancia.ledger.views.view_store import TRACKED
from constancia.verify.audit.run import audit
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.report.findings import Report, Verdict
from constancia.verify.report.rendering import report_text
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

NOW = datetime(2019, 6, 1, 12, tzinfo=UTC)


def replay(place: Path | str, trust: Path | None, **more: Any) -> Report:
    with open_source(str(place)) as source:
        pinned = None if trust is None else load_trust(trust)
        return audit(source, pinned, all_faults=True, workers=2, further=[Replay(NOW)], **more)


@pytest.fixture
def operator() -> Operator:
    made = Operator()
    made.play([*made.world.founding(), *made.world.commitment("c1")])
    return made


def published(operator: Operator, folder: Path) -> tuple[Path, Path]:
    log = operator.log()
    return log.write_folder(folder / "published"), log.write_trust(folder / "trust")


def test_lawful_log_is_intact_and_every_move_is_counted(operator: Operator, tmp_path: Path) -> None:
    report = replay(*published(operator, tmp_path))
    assert report.verdict is Verdict.INTACT, report_text(report, "en")
    assert report.checked["L3"]["moves"] == operator.size
    assert {one.code for one in report.not_checked} == {"nothing-shown", "time"}


Unlawful = Callable[[World], Signed]


def adopted_again(world: World) -> Signed:
    return world.commitment("c1")[-2]()


def vote_after_the_decision(world: World) -> Signed:
    return world.commitment("c1")[2]()


def adopted_without_a_decision(world: World) -> Signed:
    return world.commitment("c2")[-2]()


def report_on_nothing(world: World) -> Signed:
    return world.commitment("c9")[-1]()


def misshapen(world: World) -> Signed:
    return world.says("inai", "WorkStarted", "commitment/c1", commitment="c1", mile_stone="m1")


def of_another_stream(world: World) -> Signed:
    return world.says("inai", "WorkStarted", "commitment/c2", commitment="c1", milestone="m1")


UNLAWFUL: dict[str, tuple[Unlawful, str]] = {
    "adopted again": (adopted_again, "E_STATE"),
    "voted after the decision": (vote_after_the_decision, "E_STATE"),
    "adopted without a decision": (adopted_without_a_decision, "E_NOT_FOUND"),
    "reported on nothing": (report_on_nothing, "E_NOT_FOUND"),
    "a body of another form": (misshapen, "E_MALFORMED"),
    "another stream than the body's": (of_another_stream, "E_MALFORMED"),
}


@pytest.mark.parametrize("name", UNLAWFUL)
def test_unlawful_entry_is_named_with_index_code_and_rule(name: str, operator: Operator, tmp_path: Path) -> None:
    act, code = UNLAWFUL[name]
    index = operator.take(act(operator.world))
    operator.take(operator.world.allege("c1"))
    report = replay(*published(operator, tmp_path))
    [fault] = report.faults
    assert (fault.code, fault.level, fault.index) == ("law", "L3", index)
    assert fault.found.startswith(f"{code} ")
    assert fault.expected
    assert f'"size": {index}' in fault.found


def test_levels_l1_and_l2_alone_do_not_see_it(operator: Operator, tmp_path: Path) -> None:
    operator.take(adopted_without_a_decision(operator.world))
    place, trust = published(operator, tmp_path)
    with open_source(str(place)) as source:
        report = audit(source, load_trust(trust))
    assert report.verdict is Verdict.INTACT
    assert "law" in {one.code for one in report.not_checked}


def test_y2_unlawful_entry_gives_no_power_to_later_ones(operator: Operator, tmp_path: Path) -> None:
    first = operator.take(operator.world.commitment("c2")[-2]())
    second = operator.take(operator.world.commitment("c2")[-1]())
    report = replay(*published(operator, tmp_path))
    assert [one.index for one in report.faults] == [first, second]


def test_entry_that_cannot_even_be_judged_is_named_and_the_audit_goes_on(operator: Operator, tmp_path: Path) -> None:
    world = operator.world
    impossible = world.statement(
        "WorkStarted", {"commitment": "c1", "milestone": "m1"}, stream="commitment/c1", actor=world.actor("inai"),
        occurred_on="2019-02-30",
    )  # fmt: skip
    index = operator.take(Signed(statement=impossible, signatures=(world.keys["inai"].sign(impossible),)))
    operator.take(world.allege("c1"))
    report = replay(*published(operator, tmp_path))
    assert [(one.code, one.index) for one in report.faults] == [("law", index)]


def test_correction_is_judged_by_looking_its_target_up(operator: Operator, tmp_path: Path) -> None:
    target = operator.size - 1
    body = {
        "correction": "k1", "field": "body.period", "kind": "clerical", "new_value": "2019-02",
        "old_digest": "sha256:" + hashlib.sha256(b'"2019-03"').hexdigest(), "reason": {"es": "Errata"},
        "target": operator.tree.leaf(target).hex(),
    }  # fmt: skip
    world = operator.world
    operator.take(world.says("inai", "CorrectionRecorded", "correction/k1", **body))
    place, trust = published(operator, tmp_path)
    assert replay(place, trust).verdict is Verdict.INTACT
    false = body | {"correction": "k2", "old_digest": "sha256:" + "0" * 64}
    index = operator.take(world.says("inai", "CorrectionRecorded", "correction/k2", **false))
    report = replay(*published(operator, tmp_path / "again"))
    assert [(one.code, one.index) for one in report.faults] == [("law", index)]


def test_state_digest_is_that_of_the_ledgers_own_document(desk: Desk) -> None:
    desk.ledger.publish()
    report = replay(desk.folder / "log", desk.folder / "trust")
    [note] = [one for one in report.notes if one.code == "state-digest"]
    document = canonical(desk.ledger.state().document())
    assert dict(note.params) == {"size": desk.ledger.size, "digest": hashlib.sha256(document).hexdigest()}


# L4 beside a store


@pytest.fixture
def store(desk: Desk) -> Path:
    """The folder of a ledger whose views stand at its end; nobody has it open."""
    desk.ledger.documents.put(b"charter")
    desk.ledger.documents.put(b"minuta")
    desk.ledger.publish()
    desk.ledger.views.wait()
    desk.ledger.close()
    return desk.folder


def alter(store: Path, change: str, *values: object) -> None:
    with sqlite3.connect(store / "views.sqlite") as db:
        assert db.execute(change, values).rowcount == 1
    db.close()


def test_views_that_the_entries_give_are_intact(store: Path) -> None:
    before = {one.name: one.stat().st_mtime_ns for one in store.iterdir()}
    report = replay(store, store / "trust")
    assert report.verdict is Verdict.INTACT, report_text(report, "en")
    assert report.checked["L4"]["view_rows"] > 30
    assert {one.code for one in report.not_checked} == {"time"}
    assert {one.name: one.stat().st_mtime_ns for one in store.iterdir()} == before


def test_altered_row_is_named_with_the_member_that_differs(store: Path) -> None:
    alter(
        store,
        "UPDATE views SET data = CAST(replace(CAST(data AS TEXT), '\"live\"', '\"dead\"') AS BLOB)"
        " WHERE key = 'all#0000000020'",
    )
    [fault] = replay(store, store / "trust").faults
    assert (fault.code, fault.level) == ("shown-differs", "L4")
    assert fault.field.startswith("views: timeline#all#0000000020.mode")
    assert "live" in fault.expected
    assert "dead" in fault.found


def test_missing_row_is_named(store: Path) -> None:
    alter(store, "DELETE FROM views WHERE projection = 'timeline' AND key = 'all#0000000020'")
    [fault] = replay(store, store / "trust").faults
    assert (fault.code, fault.index, fault.field) == ("shown-missing", 20, "views: timeline#all#0000000020")


def test_row_too_many_is_named(store: Path) -> None:
    alter(store, "INSERT INTO views VALUES ('agreements', 'agreement/none', '{}')")
    [fault] = replay(store, store / "trust").faults
    assert (fault.code, fault.field) == ("shown-extra", "views: agreements#agreement/none")


def test_row_of_the_same_value_written_otherwise_is_named(store: Path) -> None:
    alter(store, "UPDATE views SET data = CAST(data || ' ' AS BLOB) WHERE key = 'all#0000000020'")
    [fault] = replay(store, store / "trust").faults
    assert fault.code == "shown-differs"


def test_views_that_lag_are_compared_where_they_stand(desk: Desk) -> None:
    for document in (b"charter", b"minuta"):
        desk.ledger.documents.put(document)
    desk.ledger.views.wait()
    desk.ledger.publish()
    desk.ledger.close()
    kept = (desk.folder / "views.sqlite").read_bytes()
    size = desk.ledger.size
    desk.reopen()
    desk.take(desk.world.allege("c1"))
    desk.ledger.views.wait()
    desk.ledger.close()
    (desk.folder / "views.sqlite").write_bytes(kept)
    report = replay(desk.folder, desk.folder / "trust")
    assert report.verdict is Verdict.INTACT, report_text(report, "en")
    [note] = [one for one in report.notes if one.code == "views-lag"]
    assert dict(note.params) == {"size": size, "total": size + 1}


def test_views_beyond_the_log_prove_nothing_and_are_said(store: Path) -> None:
    """V11: they are made from the entries; of a restored store they may be newer than it is."""
    alter(store, "UPDATE tracking SET notification_id = notification_id + 5 WHERE application_name = ?", TRACKED)
    report = replay(store, store / "trust")
    assert report.verdict is Verdict.INTACT
    assert "views-ahead" in {one.code for one in report.not_checked}


def test_rows_that_claim_to_stand_at_no_entry_are_too_many(store: Path) -> None:
    alter(store, "DELETE FROM tracking WHERE application_name = ?", TRACKED)
    report = replay(store, store / "trust")
    assert {one.code for one in report.faults} == {"shown-extra"}
    assert "views-lag" in {one.code for one in report.notes}


def test_rows_are_compared_in_pages_with_the_same_outcome(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("constancia.ledger.audit.level4_stored.PAGE", 3)
    assert replay(store, store / "trust").verdict is Verdict.INTACT
    alter(store, "DELETE FROM views WHERE projection = 'timeline' AND key = 'all#0000000004'")
    alter(store, "UPDATE views SET data = CAST(data || ' ' AS BLOB) WHERE key = 'all#0000000020'")
    alter(store, "INSERT INTO views VALUES ('timeline', 'all#9', '{}')")
    report = replay(store, store / "trust")
    assert [one.code for one in report.faults] == ["shown-missing", "shown-differs", "shown-extra"]


def test_views_that_cannot_be_read_leave_it_open(store: Path) -> None:
    (store / "views.sqlite").write_bytes(b"SQLite format 3\x00" + b"\x01" * 2000)
    report = replay(store, store / "trust")
    assert (report.verdict, [one.code for one in report.open]) == (Verdict.INCONCLUSIVE, ["shown-unreadable"])


def test_store_without_views_shows_nothing(store: Path) -> None:
    (store / "views.sqlite").unlink()
    report = replay(store, store / "trust")
    assert report.verdict is Verdict.INTACT
    assert "nothing-shown" in {one.code for one in report.not_checked}


# With what was verified before


def test_replay_judges_old_entries_too_although_their_signatures_were_checked_before(
    operator: Operator, tmp_path: Path
) -> None:
    index = operator.take(adopted_without_a_decision(operator.world))
    checkpoint = operator.log().checkpoint()
    operator.take(operator.world.allege("c1"))
    place, trust = published(operator, tmp_path)
    with ResumeFile(tmp_path / "verified.sqlite") as memory, open_source(str(place)) as source:
        audit(source, load_trust(trust), memory=memory)
        assert memory.size == operator.size
    with ResumeFile(tmp_path / "verified.sqlite") as memory:
        report = replay(place, trust, since=checkpoint, memory=memory)
    assert [(one.code, one.index) for one in report.faults] == [("law", index)]
    assert report.checked["L2"]["signatures"] == 0


@pytest.mark.parametrize("party", PARTIES)
def test_every_party_can_be_the_one_who_breaks_the_law(party: str, operator: Operator, tmp_path: Path) -> None:
    body = {"commitment": "c1", "milestone": "no-such"}
    index = operator.take(operator.world.says(party, "WorkStarted", "commitment/c1", **body))
    report = replay(*published(operator, tmp_path))
    assert [one.index for one in report.faults] == [index]
