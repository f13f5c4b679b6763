"""Acts: read by their type, refused by name, and the event that the ledger stores."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.domain.stage import Stage, deliverable, genesis, milestone, small_scope, text
from tests.rows import each_row

from constancia.domain.catalogue import REGISTRY, UnknownAct, parse_act
from constancia.domain.identity.genesis import LedgerOpened
from constancia.domain.kernel.acts import Act, is_newer, names_later_edition, recorded_entry
from constancia.domain.values.editions import NEWEST

VOTE = {"choice": "for", "decision": "d1", "digest": "sha256:" + "0" * 64}


def test_a_body_is_read_by_its_type() -> None:
    act = parse_act("VoteCast", 1, VOTE)
    assert (type(act).__name__, act.stream()) == ("VoteCast", "decision/d1")
    assert act.to_json() == VOTE


def test_a_stream_is_made_of_the_members_that_the_type_names() -> None:
    body = {"commitment": "rm", "deliverable": "d2.1", "version": 1}
    assert parse_act("DeliverableAccepted", 1, body).stream() == "deliverable/rm.d2.1"
    assert parse_act("LedgerOpened", 2, genesis()).stream() == "ledger"


@each_row(
    ("type_name", "schema", "body", "code"),
    [
        ("VoteCounted", 1, VOTE, "E_UNKNOWN_TYPE"),
        ("votecast", 1, VOTE, "E_UNKNOWN_TYPE"),
        ("Act", 1, {}, "E_UNKNOWN_TYPE"),
        ("VoteCast", 99, VOTE, "E_SCHEMA_VERSION"),
        ("VoteCast", 0, VOTE, "E_SCHEMA_VERSION"),
        ("LedgerOpened", 1, genesis(), "E_MALFORMED"),
        ("VoteCast", 1, VOTE | {"weight": 2}, "E_MALFORMED"),
        ("VoteCast", 1, {}, "E_MALFORMED"),
    ],
)
def test_another_type_schema_or_form_is_a_problem(type_name: str, schema: int, body: Any, code: str) -> None:
    with pytest.raises(UnknownAct) as caught:
        parse_act(type_name, schema, body)
    assert caught.value.problem.code == code


def test_a_form_problem_says_where_what_was_expected_and_what_was_found() -> None:
    with pytest.raises(UnknownAct) as caught:
        parse_act("VoteCast", 1, VOTE | {"choice": "maybe"})
    assert caught.value.problem.found == {
        "where": "body.choice",
        "expected": "one of for, against, abstain",
        "found": "'maybe'",
    }


@each_row(
    ("type_name", "schema", "body", "newer"),
    [
        ("VoteCast", NEWEST, VOTE, False),
        ("VoteCast", NEWEST + 1, VOTE, True),
        ("VoteCast", 0, VOTE, False),  # no edition at all
        ("VoteCast", NEWEST, {}, False),
        ("VoteCounted", 1, VOTE, True),
        ("LedgerOpened", NEWEST, genesis(), False),
        ("LedgerOpened", NEWEST, genesis(edition=NEWEST + 1), True),
        ("LawEditionAdopted", NEWEST, {"edition": NEWEST + 1}, True),
        ("LawEditionAdopted", NEWEST, {"edition": NEWEST}, False),
        ("LawEditionAdopted", NEWEST, {"edition": True}, False),
        ("LawEditionAdopted", NEWEST, {"edition": "9"}, False),
        ("LawEditionAdopted", NEWEST, {}, False),
    ],
)
def test_what_is_newer_than_this_program_is_known_as_that(type_name: str, schema: int, body: Any, newer: bool) -> None:
    assert is_newer(type_name, schema, body) is newer
    if type_name == "LawEditionAdopted":
        assert names_later_edition(body) is newer


INDICATOR = {"direction": "higher", "indicator": "i1", "target": "1", "title": text("Uno"), "unit": "%"}


@each_row(
    ("scope", "where"),
    [
        (small_scope(), None),
        (small_scope(indicators=[INDICATOR]), "body.scope.indicators"),
        (
            small_scope(milestones=[milestone("m1"), milestone("m2", objective=text("Fin"))]),
            "body.scope.milestones[1].objective",
        ),
        (
            small_scope(deliverables=[deliverable(form="event", agenda=[text("Uno")])]),
            "body.scope.deliverables[0].agenda",
        ),
    ],
)
def test_a_member_that_a_later_edition_added_is_refused_at_any_depth(scope: Any, where: str | None) -> None:
    body = {"commitment": "c1", "decision": "d1", "scope": scope}
    assert parse_act("CommitmentAdopted", 3, body).to_json() == body
    for former in (1, 2):
        if where is None:
            assert parse_act("CommitmentAdopted", former, body).to_json() == body
            continue
        with pytest.raises(UnknownAct) as caught:
            parse_act("CommitmentAdopted", former, body)
        assert caught.value.problem.code == "E_MALFORMED"
        assert caught.value.problem.found == {"where": where, "since": 3, "schema": former}


@each_row("name", sorted(REGISTRY))
def test_every_type_is_frozen_documented_and_says_its_stream(name: str) -> None:
    cls = REGISTRY[name]
    assert cls.__name__ == name
    assert (cls.__doc__ or "").strip()
    assert cls.stream_kind
    assert dataclasses.is_dataclass(cls)
    assert cls.__dataclass_params__.frozen  # type: ignore[attr-defined]  # the decorator's own record
    members = {one.name for one in dataclasses.fields(cls)}
    assert set(cls.stream_id) <= members
    assert set(cls.SORTED) <= members


def test_4_nobody_speaks_for_the_operator() -> None:
    assert {cls.signer for cls in REGISTRY.values()} == {"founders", "root", "rep", "root_or_rep", "self"}


def test_a_body_may_say_where_its_fact_comes_from() -> None:
    assert parse_act("VoteCast", 1, VOTE | {"provenance": "seed_step_invented"}).provenance == "seed_step_invented"
    later = VOTE | {"provenance": "public_step_invented"}
    assert parse_act("VoteCast", 3, later).provenance == "public_step_invented"
    for former in (1, 2):
        with pytest.raises(UnknownAct, match="later edition"):
            parse_act("VoteCast", former, later)
    with pytest.raises(UnknownAct):
        parse_act("VoteCast", 1, VOTE | {"provenance": "rumour"})


def test_what_an_act_does_not_say_of_itself_it_is_not() -> None:
    said = ("seated", "by_own_key", "by_secretariat", "concurring", "BY_ALL", "CLOSES", "REPORTS")
    assert [name for name in said if getattr(Act, name)] == []
    assert (Act.SINCE, Act.UNTIL, Act.SEATED_UNTIL, Act.signer) == (1, None, None, "rep")
    assert (Act.names_newer({}), Act.is_confidential({})) == (False, False)


def test_an_act_that_changes_nothing_is_unfinished() -> None:
    stage = Stage().open()
    with pytest.raises(NotImplementedError):
        Act().mutate(None, stage)  # type: ignore[arg-type]  # never looked at


def test_an_entry_is_the_librarys_event() -> None:
    stage = Stage().open()
    (entry,) = stage.entries
    assert (entry.originator_id, entry.originator_version) == ("ledger", 1)
    assert entry.timestamp == datetime(2019, 3, 1, 18, tzinfo=UTC)
    assert isinstance(entry.act(), LedgerOpened)
    with pytest.raises(dataclasses.FrozenInstanceError):
        entry.index = 7


@each_row("recorded_at", ["2019-03-01", "2019-03-01T18:00:00+00:00", "yesterday"])
def test_an_entry_is_recorded_at_an_instant(recorded_at: str) -> None:
    statement = {"stream": "ledger", "type": "LedgerOpened", "schema": 1, "body": {}}
    with pytest.raises(ValueError, match=r"."):
        recorded_entry(
            index=0, leaf_hash="0" * 64, recorded_at=recorded_at, keys=(), statement=statement, originator_version=1
        )


def test_an_unknown_type_is_named_by_its_rule() -> None:
    with pytest.raises(UnknownAct) as caught:
        parse_act("NothingKnown", NEWEST, {})
    assert str(caught.value) == caught.value.problem.rule != ""
