"""Projections: the same bytes however they came about, exactly once, kept up, and made again."""

import gc
import hashlib
import json
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest
from eventsourcing.persistence import IntegrityError, OperationalError
from tests.ledger.conftest import Desk, OpenDesk
from tests.ledger.counting import counted_calls
from tests.ledger.template import Template, Templates
from tests.ledger.world import PARTIES, START, Key, doc, text

from constancia.domain.state import State
from constancia.ledger.assembly import Options
from constancia.ledger.audit.level3_law import Replay
from constancia.ledger.clock import StoryClock
from constancia.ledger.errors import LedgerError, Locked, NotFound
from constancia.ledger.health import health_of
from constancia.ledger.ledger import Ledger
from constancia.ledger.reader.states import States
from constancia.ledger.store.mapper import plain_entry, stored_recorded
from constancia.ledger.views import follower
from constancia.ledger.views.projections import ENTRY_PROJECTIONS, STATE_PROJECTIONS
from constancia.ledger.views.projections.base import StateProjection
from constancia.ledger.views.projector import fold_rows
from constancia.ledger.views.rebuild import check_views, compare_rows, project_all
from constancia.ledger.views.view_store import ViewStore
from constancia.verify.audit.run import audit
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.sources.source import open_source
from constancia.verify.speed.entry_patterns import read_entry

Rows = dict[tuple[str, str], bytes]


def tell(desk: Desk) -> None:
    """A history in which every projection has something to show."""
    say = desk.world.says
    docset = {"authentic": "es", "documents": [doc(b"acuerdo", "es")]}
    digest = "sha256:" + hashlib.sha256(canonical(docset)).hexdigest()
    agreement, deliverable = "agreement/ag-1", "deliverable/c1.e1"
    desk.take(
        say(
            "inai",
            "AgreementDrafted",
            agreement,
            agreement="ag-1",
            docset=docset,
            parties=list(PARTIES),
            title=text("Acuerdo"),
            version=1,
        )
    )
    desk.take(
        say(
            "inai",
            "AgreementTextFrozen",
            agreement,
            agreement="ag-1",
            docset=digest,
            required=list(PARTIES),
            version=1,
        )
    )
    for party in PARTIES:
        desk.take(say(party, "AgreementSigned", agreement, agreement="ag-1", docset=digest, version=1))
    desk.take(
        say(
            "sfp",
            "DeliverableSubmitted",
            deliverable,
            commitment="c1",
            deliverable="e1",
            document=doc(b"informe"),
            version=1,
        )
    )
    desk.take(
        say(
            "nosc",
            "DeliverableContested",
            deliverable,
            commitment="c1",
            contest="k1",
            deliverable="e1",
            evidence=[],
            grounds=text("Incompleto"),
            version=1,
        )
    )
    for party in PARTIES:
        desk.take(desk.world.allege("c1", party))
    remark(desk)
    desk.take(
        desk.world.root_says(
            "sfp",
            "KeyRevoked",
            f"key/{desk.world.keys['sfp'].key_id}",
            key=desk.world.keys["sfp"].key_id,
            reason="lost",
        )
    )
    desk.ledger.views.wait()  # fmt: skip


def report_of(desk: Desk) -> str:
    """Leaf hash of the commitment's report."""
    [report] = desk.ledger.as_of().row("commitments", "commitment/c1")["reports"]
    leaf: str = report["mark"]["leaf_hash"]
    return leaf


def remark(desk: Desk) -> None:
    """The report is contested twice; the first contest is answered, and a third party acknowledges."""
    target, answered = report_of(desk), {"answers": ["i1"], "response": text("Consta en la minuta")}
    desk.take(desk.world.contest(target, "nosc", own_level="not_started"))
    desk.take(desk.world.contest(target, "sfp", "i2"))
    desk.take(desk.world.says("inai", "ResponseGiven", f"entry/{target}", target=target, **answered))


@pytest.fixture(scope="module")
def history(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A closed ledger with that history, and with the rows that followed it live."""
    folder, clock, signer = tmp_path_factory.mktemp("told") / "ledger", StoryClock(START), templates.adopted.signer
    world = templates.adopted.copy_to(folder)
    with Ledger.open(folder, clock=clock, signer=signer) as ledger:
        tell(Desk(ledger, world, clock, signer, folder))
    return Template(folder, signer, world)


@pytest.fixture
def told(open_desk: OpenDesk, history: Template) -> Desk:
    return open_desk(begun=history)


def kept(desk: Desk) -> Rows:
    store = ViewStore((desk.folder / "views.sqlite").as_uri())
    _, rows = store.dump()
    store.datastore.close()
    return rows


class TestBytes:
    def test_rows_followed_live_are_those_made_from_zero(self, told: Desk) -> None:
        rebuilt = fold_rows(told.ledger.log, told.ledger.origin, told.ledger.size)
        assert kept(told) == rebuilt

    @pytest.mark.parametrize("page", [1, 2, 7])
    def test_j1_rows_do_not_depend_on_how_many_entries_are_read_at_a_time(
        self, told: Desk, tmp_path: Path, page: int
    ) -> None:
        log, origin = told.ledger.log, told.ledger.origin
        store = ViewStore((tmp_path / "paged.sqlite").as_uri())
        project_all(log, origin, store, page)
        _, rows = store.dump()
        store.datastore.close()
        assert rows == fold_rows(log, origin, log.size)

    def test_every_projection_has_rows(self, told: Desk) -> None:
        shown = {projection for projection, _ in kept(told)}
        assert {projection.name for projection in ENTRY_PROJECTIONS} - shown == set()
        as_of = told.ledger.as_of()
        empty = {projection.name for projection in STATE_PROJECTIONS if not as_of.rows(projection.name)}
        assert empty == {
            "cancellations", "complaints", "conditions", "corrections", "duties", "gatherings", "overdue",
            "participants", "participation", "plans", "responses", "statements", "successions",
        }  # fmt: skip

    def test_rows_are_canonical(self, told: Desk) -> None:
        for data in kept(told).values():
            assert canonical(json.loads(data)) == data


class TestFollowing:
    def test_v3_waiting_shows_what_was_appended(self, desk: Desk) -> None:
        desk.take(desk.world.allege("c1"))
        desk.ledger.views.wait()
        rows = desk.ledger.views.rows("timeline", prefix="commitment/c1#")
        assert rows[-1][1]["index"] == desk.ledger.size - 1

    def test_v3_position_is_that_of_the_log_after_waiting(self, desk: Desk) -> None:
        desk.ledger.views.wait()
        assert desk.ledger.views.position == desk.ledger.size

    def test_who_waits_for_rows_ends_the_follower_s_rest(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        """The time-out is shorter than the rest: rows that came after it would be too late."""
        views = desk.ledger.views
        views.wait()
        monkeypatch.setattr(follower, "_PAUSE_S", 60.0)
        monkeypatch.setattr(follower, "_MAX_PAUSE_S", 60.0)
        for _ in range(3):
            desk.take(desk.world.allege("c1"))
            views.wait(timeout_s=20)
        assert views.position == desk.ledger.size

    def test_close_is_not_overlooked_by_a_follower_that_has_just_woken(
        self, open_desk: OpenDesk, templates: Templates
    ) -> None:
        views = open_desk(begun=templates.adopted, options=Options(follow=False)).ledger.views

        class Growth(threading.Event):
            def clear(self) -> None:
                """What `close` sets comes after the follower woke, and before it takes note of that."""
                views._closing.set()
                self.set()
                super().clear()

        views._has_grown = Growth()
        views.follow()
        assert views._following is not None
        views._following.join(10)
        assert not views._following.is_alive()

    def test_waiting_beyond_the_log_ends_with_a_time_out(self, desk: Desk) -> None:
        with pytest.raises(TimeoutError, match="not yet at"):
            desk.ledger.views.wait(desk.ledger.size + 1, timeout_s=0.05)

    def test_views_go_on_where_they_were_after_a_restart(self, told: Desk) -> None:
        told.reopen()
        told.take(told.world.allege("c1", "inai"))
        told.ledger.views.wait()
        assert told.ledger.rebuild(check=True).differences == ()

    def test_reader_without_views_of_its_own_shows_the_same_rows(self, told: Desk) -> None:
        with Ledger.open(told.folder, clock=told.clock, signer=None) as reader:
            reader.views.wait()
            for projection in ENTRY_PROJECTIONS:
                assert reader.views.rows(projection.name) == told.ledger.views.rows(projection.name)

    def test_reader_shows_what_it_has_refreshed(self, told: Desk) -> None:
        with Ledger.open(told.folder, clock=told.clock, signer=None) as reader:
            reader.views.wait()
            told.take(told.world.allege("c1", "inai"))
            reader.refresh()
            reader.views.wait()
            assert reader.views.position == told.ledger.size

    def test_follower_that_fails_says_so_to_who_waits(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: Any) -> None:
            raise OperationalError("disk is full")

        desk.ledger.views.wait()
        monkeypatch.setattr(ViewStore, "save", broken)
        desk.take(desk.world.allege("c1"))
        with pytest.raises(OperationalError):
            desk.ledger.views.wait()

    def test_follower_that_fails_does_not_stop_the_log(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: Any) -> None:
            raise OperationalError("disk is full")

        desk.ledger.views.wait()
        monkeypatch.setattr(ViewStore, "save", broken)
        size = desk.ledger.size
        for _ in range(3):
            desk.take(desk.world.allege("c1"))
        with pytest.raises(OperationalError):
            desk.ledger.views.wait()
        assert isinstance(desk.ledger.views.failure, OperationalError)
        assert (desk.ledger.size, desk.ledger.state().size) == (size + 3, size + 3)


class TestExactlyOnce:
    def test_v1_page_is_not_stored_twice(self, told: Desk) -> None:
        store = ViewStore((told.folder / "views.sqlite").as_uri())
        before = store.dump()
        with pytest.raises(IntegrityError):
            store.save(before[0], [("timeline", "all#0000000000", b"{}")])
        assert store.dump() == before
        store.datastore.close()

    def test_v1_rows_and_position_are_stored_together(self, told: Desk) -> None:
        store = ViewStore((told.folder / "views.sqlite").as_uri())
        before = store.dump()
        with pytest.raises(Exception, match=r"bind|type"):
            store.save(before[0] + 1, [("timeline", "x", object())])  # type: ignore[list-item]
        assert store.dump() == before
        store.datastore.close()

    @pytest.mark.parametrize(
        "spoil",
        [
            "UPDATE views SET data = replace(data, '\"version\":', '\"version\":9') WHERE projection = ''",
            "UPDATE views SET data = replace(data, 'example', 'Example') WHERE projection = ''",
            "DELETE FROM views WHERE projection = ''",
            "UPDATE tracking SET notification_id = 3 WHERE application_name = 'ledger'",
            "UPDATE tracking SET notification_id = 3000 WHERE application_name = 'ledger'",
        ],
    )
    def test_v2_views_of_another_history_or_version_are_made_again(self, told: Desk, spoil: str) -> None:
        told.ledger.close()
        connection = sqlite3.connect(told.folder / "views.sqlite")
        connection.execute(spoil)
        connection.commit()
        connection.close()
        told.reopen().views.wait()
        assert told.ledger.rebuild(check=True).differences == ()

    @pytest.mark.parametrize("content", [b"", b"no database at all, but long enough" * 99])
    def test_j3_destroyed_views_are_made_again(self, told: Desk, content: bytes) -> None:
        told.ledger.close()
        (told.folder / "views.sqlite").write_bytes(content)
        told.reopen().views.wait()
        assert told.ledger.rebuild(check=True).differences == ()


class TestRebuild:
    def test_check_finds_no_difference_in_sound_views(self, told: Desk) -> None:
        result = told.ledger.rebuild(check=True)
        assert (result.position, result.differences) == (told.ledger.size, ())
        assert result.rows > 50

    @pytest.mark.parametrize(
        ("spoil", "found"),
        [
            (
                "UPDATE views SET data = CAST(replace(CAST(data AS TEXT), 'live', 'dead') AS BLOB) "
                "WHERE key = 'all#0000000007'",
                "timeline all#0000000007: from byte",
            ),
            ("DELETE FROM views WHERE key = 'all#0000000007'", "all#0000000007: the row is missing"),
            (
                "INSERT INTO views VALUES ('timeline', 'decision/zz', CAST('{}' AS BLOB))",
                "decision/zz: no entry gives such a row",
            ),
        ],
    )
    def test_check_says_what_differs(self, told: Desk, spoil: str, found: str) -> None:
        told.ledger.close()
        connection = sqlite3.connect(told.folder / "views.sqlite")
        connection.execute(spoil)
        connection.commit()
        connection.close()
        with Ledger.open(told.folder, clock=told.clock, signer=None) as reader:
            [difference] = reader.rebuild(check=True).differences
        assert found in str(difference)

    def test_check_changes_nothing(self, told: Desk) -> None:
        before = kept(told)
        told.ledger.rebuild(check=True)
        assert kept(told) == before

    def test_check_runs_beside_the_writer(self, told: Desk) -> None:
        with Ledger.open(told.folder, clock=told.clock, signer=None) as reader:
            told.take(told.world.allege("c1", "inai"))
            told.ledger.views.wait()
            assert reader.rebuild(check=True).differences == ()

    def test_rebuilt_views_replace_spoilt_ones(self, told: Desk) -> None:
        before = kept(told)
        told.ledger.close()
        (told.folder / "views.sqlite").unlink()
        with Ledger.open(told.folder, clock=told.clock, signer=None) as reader:
            result = reader.rebuild(check=False)
        assert (kept(told), result.rows) == (before, len(before))

    def test_views_are_not_replaced_under_a_writer(self, told: Desk) -> None:
        with (
            Ledger.open(told.folder, clock=told.clock, signer=None) as reader,
            pytest.raises(Locked),
        ):
            reader.rebuild(check=False)

    def test_nothing_to_compare_is_said(self, open_desk: OpenDesk) -> None:
        desk = open_desk(options=Options(follow=False))
        desk.take(desk.world.genesis())
        with pytest.raises(NotFound, match="no views"):
            desk.ledger.rebuild(check=True)

    def test_missing_and_superfluous_rows_are_told_apart(self) -> None:
        one, two = ("p", "a"), ("p", "b")
        found = compare_rows({one: b"1"}, {two: b"2"})
        assert [(d.key, d.stored, d.rebuilt) for d in found] == [("a", b"1", None), ("b", None, b"2")]


def row_of(desk: Desk, projection: str, key: str) -> Any:
    return desk.ledger.as_of().row(projection, key)


class TestContent:
    def test_agreement_is_in_force_when_nobody_is_missing(self, told: Desk) -> None:
        row = row_of(told, "agreements", "agreement/ag-1")
        assert (row["in_force_version"], row["versions"][0]["missing"]) == (1, [])

    def test_signature_matrix_names_party_post_and_state_of_the_key(self, told: Desk) -> None:
        row = row_of(told, "signatures", "agreement/ag-1")["versions"][0]
        shown = {s["party"]: (s["post"]["es"], s["key_status"]) for s in row["signatures"]}
        assert shown["sfp"] == ("Representante", "revoked")
        assert shown["inai"] == ("Representante", "active")

    def test_deliverable_is_expected_before_it_is_submitted(self, desk: Desk) -> None:
        desk.ledger.views.wait()
        row = row_of(desk, "deliverables", "deliverable/c1.e1")
        assert (row["status"], row["versions"]) == ("expected", [])

    def test_deliverable_shows_its_versions_and_open_contests(self, told: Desk) -> None:
        row = row_of(told, "deliverables", "deliverable/c1.e1")
        assert (row["status"], row["open_contests"]) == ("contested", ["k1"])
        assert len(row["versions"]) == 1

    def test_commitment_shows_where_its_deliverables_stand(self, told: Desk) -> None:
        row = row_of(told, "commitments", "commitment/c1")
        assert [one["status"] for one in row["deliverables"]] == ["contested"]

    def test_tracks_of_completion_stand_beside_one_another(self, told: Desk) -> None:
        row = row_of(told, "commitments", "commitment/c1")
        assert (row["self_level"], row["contested_level"]) == ("limited", "not_started")

    def test_remarks_on_an_entry_are_shown_with_its_standing(self, told: Desk) -> None:
        row = row_of(told, "remarks", f"entry/{report_of(told)}")
        shown = [(one["contest"], one["is_open"], len(one["answered"])) for one in row["contests"]]
        assert (row["standing"], shown) == ("contested", [("i1", False, 1), ("i2", True, 0)])
        assert [one["answers"] for one in row["responses"]] == [["i1"]]
        told.take(told.world.says("inai", "ResponseGiven", row["stream"], target=row["target"],
                                  answers=["i2"], response=text("También")))  # fmt: skip
        assert row_of(told, "remarks", row["stream"])["standing"] == "answered"

    def test_remarks_are_replayed_and_their_rows_are_those_that_a_verifier_makes(self, told: Desk) -> None:
        told.ledger.views.wait()
        with open_source(str(told.folder)) as source:
            report = audit(source, None, further=[Replay(told.clock.now())])
        assert report.faults_total == 0
        assert report.checked["L3"]["moves"] == told.ledger.size

    def test_remarks_had_not_been_made_on_a_day_before(self, told: Desk) -> None:
        told.clock.set(told.world.advance(timedelta(days=3)))
        told.take(told.world.contest(report_of(told), "nosc", "i3"))
        by_then = told.ledger.as_of(at="2019-03-01").row("remarks", f"entry/{report_of(told)}")
        assert [one["contest"] for one in by_then["contests"]] == ["i1", "i2"]
        month = told.ledger.as_of(at="2019-03").row("remarks", f"entry/{report_of(told)}")
        assert len(month["contests"]) == 3
        assert (month["certainty"], len(month["otherwise"]["contests"])) == ("possibly", 2)

    def test_commitment_shows_what_was_said_of_its_report(self, told: Desk) -> None:
        row = row_of(told, "commitments", "commitment/c1")
        [report] = row["reports"]
        assert (report["standing"], len(report["contests"]), row["is_contested"]) == ("contested", 2, True)
        assert "contested" in row["flags"]

    def test_allegations_are_shown_with_their_standing(self, told: Desk) -> None:
        rows = told.ledger.as_of().rows("allegations")
        assert [(one["said"]["party"], one["standing"], one["concerns"]) for one in rows] == [
            (party, "asserted", ["commitment/c1"]) for party in PARTIES
        ]
        target = rows[0]["said"]["leaf_hash"]
        told.take(told.world.says("nosc", "ResponseGiven", f"entry/{target}", target=target, response=text("No")))
        assert row_of(told, "allegations", rows[0]["stream"])["standing"] == "answered"

    def test_case_31_a_signature_that_its_party_disowns_says_so_in_the_matrix(self, told: Desk) -> None:
        world, old = told.world, told.world.keys["sfp"]
        target = row_of(told, "signatures", "agreement/ag-1")["versions"][0]["signatures"][2]["leaf_hash"]
        compromised = {"compromised_since": "2019-03-01", "key": old.key_id}
        told.take(world.root_says("sfp", "KeyCompromised", f"key/{old.key_id}", **compromised))
        world.keys["sfp"] = Key()
        told.take(world.key_registered("sfp"))
        told.take(world.key_endorsed("sfp"))
        verdict = {"key": old.key_id, "target": target, "verdict": "disowned"}
        told.take(world.says("sfp", "SignatureReaffirmed", f"key/{old.key_id}", **verdict))
        version = row_of(told, "signatures", "agreement/ag-1")["versions"][0]
        assert {one["party"]: one["verdict"] for one in version["signatures"]} == {
            "inai": None, "nosc": None, "sfp": "disowned"
        }  # fmt: skip
        assert row_of(told, "remarks", f"entry/{target}")["verdicts"] == {"sfp": "disowned"}

    def test_decision_names_the_entry_that_enacted_it(self, told: Desk) -> None:
        row = row_of(told, "decisions", "decision/d-c1")
        enacted = told.ledger.log.recorded(row["enacted"]["index"])
        assert enacted.statement["type"] == "CommitmentAdopted"

    def test_party_shows_its_seat_people_and_keys(self, told: Desk) -> None:
        row = row_of(told, "parties", "party/sfp")
        assert row["seats"] == [{"changes": [], "governance_body": "committee", "seated": True}]
        assert [one["status"] for one in row["keys"]] == ["revoked"]
        assert [one["appointment"] for one in row["appointments"]] == ["ap-sfp"]

    def test_timeline_of_a_commitment_holds_its_decision_and_deliverables(self, told: Desk) -> None:
        rows = told.ledger.views.rows("timeline", prefix="commitment/c1#")
        types = {row["type"] for _, row in rows}
        assert {"VoteCast", "DeliverableContested", "EntryContested", "ResponseGiven", "AllegationMade"} <= types

    def test_timeline_of_everything_has_every_entry_in_order(self, told: Desk) -> None:
        rows = told.ledger.views.rows("timeline", prefix="all#")
        assert [row["index"] for _, row in rows] == list(range(told.ledger.size))

    def test_document_is_found_by_its_digest(self, told: Desk) -> None:
        sha256 = doc(b"informe")["sha256"]
        [(_, row)] = told.ledger.views.rows("citations", prefix=f"{sha256}#")
        assert (row["cited"]["media_type"], row["path"]) == ("text/plain", "document")

    def test_rows_can_be_read_in_pages(self, told: Desk) -> None:
        whole = told.ledger.views.rows("timeline", prefix="all#")
        paged: list[Any] = []
        after = ""
        while page := told.ledger.views.rows("timeline", prefix="all#", after=after, limit=7):
            paged += page
            after = page[-1][0]
        assert paged == whole

    @pytest.mark.parametrize("projection", STATE_PROJECTIONS, ids=lambda projection: projection.name)
    def test_unknown_row_is_not_found(self, told: Desk, projection: StateProjection) -> None:
        with pytest.raises(NotFound):
            row_of(told, projection.name, f"{projection.kind}/none")

    @pytest.mark.parametrize("projection", STATE_PROJECTIONS, ids=lambda projection: projection.name)
    def test_j2_rows_are_a_function_of_state_and_day(self, told: Desk, projection: StateProjection) -> None:
        """The same at every size, whether the state was reached by following or from the beginning; and JSON."""
        for size in (0, told.ledger.size // 2, told.ledger.size):
            folded = States(told.ledger.log, told.ledger.origin).at(size)
            rows = list(projection.rows(folded, START.date()))
            assert rows == list(projection.rows(told.ledger.state(size), START.date()))
            assert rows == json.loads(canonical(rows))
            assert {row["stream"].split("/")[0] for row in rows} <= {projection.kind}


class TestOneFold:
    def test_f1_state_that_was_lent_never_changes(self, desk: Desk) -> None:
        lent = desk.ledger.state()
        before = canonical(lent.document())
        desk.take(desk.world.allege("c1"))
        desk.ledger.views.wait()
        assert desk.ledger.state().size == lent.size + 1
        assert canonical(lent.document()) == before

    def test_f2_stored_entry_is_parsed_once_for_rows_and_readers(self, told: Desk) -> None:
        told.ledger.close()
        with counted_calls(read_entry, stored_recorded, plain_entry) as calls:
            ledger = told.reopen()
            ledger.views.wait()
            opened = calls.total()
            for _ in range(5):
                told.take(told.world.allege("c1"))
                ledger.state()
            ledger.views.wait()
            assert ledger.state().size == ledger.size == ledger.views.position
            assert calls.total() == opened, "what the writer has just stored is taken as it parsed it"
        # The store is read back at the start, once, for the writer, readers and rows together; it looks up the one
        # entry that something was said of, and the views ask their last one for its edition of the law.
        assert opened == ledger.size - 5 + 2

    def test_f2_readers_do_not_wait_for_rows_that_lag_behind(self, told: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        told.ledger.close()
        for path in told.folder.glob("views.sqlite*"):
            path.unlink()
        first_page, may_go_on = threading.Event(), threading.Event()
        save = ViewStore.save

        def saved(store: ViewStore, position: int, changes: Any) -> None:
            first_page.set()
            assert may_go_on.wait(30)
            save(store, position, changes)

        monkeypatch.setattr(follower, "PAGE", 4)
        monkeypatch.setattr(ViewStore, "save", saved)
        ledger = told.reopen()
        assert first_page.wait(30)
        assert ledger.views.position == 0
        assert ledger.state().size == ledger.size > 8
        told.take(told.world.allege("c1"))  # comes while the rows are far behind
        assert ledger.state().size == ledger.size
        may_go_on.set()
        ledger.views.wait()
        told.take(told.world.allege("c1"))  # and one after they have caught up
        ledger.views.wait()
        assert ledger.rebuild(check=True).differences == ()
        assert not ledger.views._is_behind

    def test_serving_process_holds_the_writer_s_state_and_one_more(self, told: Desk) -> None:
        """Counts what the ledger reaches: other tests' ledgers may be in the same process."""
        told.ledger.views.wait()
        told.ledger.state()
        core = told.ledger._core
        until = time.monotonic() + 30
        while True:
            # The thread that folds may hold what it has just made for a moment longer than the rows take. Where it
            # began after entries had come, the earlier state that it began with is one of the few that are cached.
            cached = {
                id(state) for fold in reachable((core, told.ledger), States) for state in fold._past.values()
            }  # fmt: skip
            reached = {id(state) for state in reachable((core, told.ledger), State)} - cached
            if reached == {id(core.head.state), id(told.ledger.state())} or time.monotonic() > until:
                break
            time.sleep(0.02)
        assert reached == {id(core.head.state), id(told.ledger.state())}

    def test_rows_are_made_though_a_reader_advanced_the_fold_first(self, open_desk: OpenDesk) -> None:
        desk = open_desk(options=Options(follow=False))
        desk.found()
        desk.ledger.state()
        desk.ledger.views.wait()
        desk.adopt()
        desk.ledger.state()
        desk.ledger.views.wait()
        assert desk.ledger.rebuild(check=True).differences == ()


def reachable(roots: Any, kind: type) -> list[Any]:
    """The objects of a class that are reached from some others."""
    seen: set[int] = set()
    waiting, found = [roots], []
    while waiting:
        item = waiting.pop()
        if id(item) in seen or isinstance(item, type | ModuleType):
            continue
        seen.add(id(item))
        if isinstance(item, kind):
            found.append(item)
            continue
        if isinstance(item, FunctionType):  # its module's globals are not the ledger's
            waiting += [item.__closure__, item.__defaults__]
            continue
        waiting += gc.get_referents(item)
    return found


def test_j2_a_row_shows_what_an_entry_of_another_aggregate_changed(new: Desk) -> None:
    """In the first edition two deliverables could have one stream: what one does to it, the other's row shows."""
    new.world.edition = 1
    new.found()
    for name, deliverable in (("c", "x.e1"), ("c.x", "e1")):
        for act in new.world.commitment(name, deliverable):
            new.take(act())
    new.ledger.views.wait()
    before = new.ledger.as_of().row("commitments", "commitment/c")
    submitted = {"commitment": "c.x", "deliverable": "e1", "document": doc(b"informe"), "version": 1}
    new.take(new.world.says("inai", "DeliverableSubmitted", "deliverable/c.x.e1", **submitted))
    new.ledger.views.wait()
    after = new.ledger.as_of().row("commitments", "commitment/c")
    assert [row["deliverables"][0]["status"] for row in (before, after)] == ["expected", "submitted"]
    assert new.ledger.rebuild(check=True).differences == ()
    with open_source(str(new.folder)) as source:
        report = audit(source, None, further=[Replay(new.clock.now())])
    assert report.faults_total == 0


def test_views_that_met_a_full_disk_come_back_by_themselves(founded: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    founded.ledger.views.wait()
    full = threading.Event()
    full.set()
    save = ViewStore.save

    def save_if_there_is_room(self: ViewStore, *rows: Any) -> None:
        if full.is_set():
            raise sqlite3.OperationalError("database or disk is full")
        save(self, *rows)

    monkeypatch.setattr(ViewStore, "save", save_if_there_is_room)
    founded.adopt()
    _until(lambda: founded.ledger.views.failure is not None)
    [problem] = [one for one in health_of(founded.ledger) if one.code == "views"]
    assert problem.since_s is not None
    assert {one.code for one in health_of(founded.ledger)} >= {"views", "disk_full"}
    full.clear()
    _until(lambda: founded.ledger.views.position == founded.ledger.size)
    assert health_of(founded.ledger) == []


def test_views_with_garbage_in_them_are_made_again(founded: Desk) -> None:
    founded.ledger.views.wait()
    founded.ledger.close()
    path = founded.folder / "views.sqlite"
    data = bytearray(path.read_bytes())
    for at in range(4096, len(data)):
        data[at] = 0xA5
    path.write_bytes(bytes(data))
    with pytest.raises(LedgerError, match="rebuild"):
        check_views(founded.ledger.log, path, founded.ledger.origin)
    ledger = founded.reopen()
    _until(lambda: ledger.views.position == ledger.size)


def _until(met: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not met():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)
