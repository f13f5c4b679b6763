"""Seats under each edition: the rules that differ are tried on both sides of where they change."""

from typing import Any

from tests.rows import each_row
from tests.verify.small_ledger import PARTIES, Writer

from constancia.verify.core.authorship.powers import NEWEST
from constancia.verify.core.authorship.seats import Seats
from constancia.verify.core.formats.statement import Statement, parse_statement

EDITIONS = range(1, NEWEST + 1)
RETURN = {"conditions": {"es": "…"}, "effective": "2019-03-01", "governance_body": "stt", "party": "nosc"}


def said(party: str, kind: str, body: dict[str, Any], schema: int, *, by_root: bool = True) -> Statement:
    writer = Writer()
    actor = {"capacity": "root", "party": party} if by_root else writer.actor(party)
    return parse_statement(writer.draft(kind, "governance/stt", body, actor, schema=schema))


def established(schema: int, name: str = "stt", **more: Any) -> list[Statement]:
    body = {"governance_body": name, "members": list(PARTIES)} | more
    return [said(party, "GovernanceBodyEstablished", body, schema) for party in PARTIES]


def folded(*statements: Statement) -> Seats:
    seats = Seats()
    for statement in statements:
        seats.apply(statement)
    return seats


@each_row("schema", EDITIONS)
def test_returning_root_suffices_from_the_second_edition_on(schema: int) -> None:
    left = [*established(schema), said("nosc", "PartyWithdrew", {"governance_body": "stt"}, schema)]
    seats = folded(*left)
    assert not seats.is_seated("nosc")
    seats.apply(said("nosc", "PartyReturned", RETURN, schema))
    assert seats.is_seated("nosc") == (schema > 1)
    for party in ("inai", "sfp"):
        seats.apply(said(party, "PartyReturned", RETURN, schema, by_root=False))
    assert seats.is_seated("nosc")


@each_row("schema", EDITIONS)
def test_words_of_others_begin_no_return(schema: int) -> None:
    left = [*established(schema), said("nosc", "PartyWithdrew", {"governance_body": "stt"}, schema)]
    others = [said(party, "PartyReturned", RETURN, schema, by_root=False) for party in ("inai", "sfp")]
    assert not folded(*left, *others).is_seated("nosc")
    assert not folded(*left, said("nosc", "PartyReturned", RETURN, schema, by_root=False)).is_seated("nosc")


def test_words_of_others_count_after_the_returning_roots_own_alone() -> None:
    left = [*established(1), said("nosc", "PartyWithdrew", {"governance_body": "stt"}, 1)]
    others = [said(party, "PartyReturned", RETURN, 1, by_root=False) for party in ("inai", "sfp")]
    seats = folded(*left, *others, said("nosc", "PartyReturned", RETURN, 1), others[0])
    assert not seats.is_seated("nosc")
    seats.apply(others[1])
    assert seats.is_seated("nosc")


def test_withdrawal_ends_a_return_under_way() -> None:
    left = said("nosc", "PartyWithdrew", {"governance_body": "stt"}, 1)
    others = [said(party, "PartyReturned", RETURN, 1, by_root=False) for party in ("inai", "sfp")]
    returning = [*established(1), left, said("nosc", "PartyReturned", RETURN, 1)]
    assert folded(*returning, *others).is_seated("nosc")
    assert not folded(*returning, left, *others).is_seated("nosc")


@each_row("schema", EDITIONS)
def test_successor_ends_its_predecessor_from_the_second_edition_on(schema: int) -> None:
    seats = folded(*established(schema), *established(schema, "next", predecessor="stt"))
    assert set(seats.bodies) == ({"next"} if schema > 1 else {"stt", "next"})


@each_row("schema", EDITIONS)
def test_provenance_is_part_of_an_equal_text_in_the_first_edition_alone(schema: int) -> None:
    first, *others = PARTIES
    body = {"governance_body": "stt", "members": list(PARTIES)}
    mixed = [said(first, "GovernanceBodyEstablished", body | {"provenance": {"es": "Acta"}}, schema)]
    mixed += [said(party, "GovernanceBodyEstablished", body, schema) for party in others]
    assert folded(*mixed).is_seated(first) == (schema > 1)
    assert folded(*established(schema)).is_seated(first)


@each_row("schema", EDITIONS)
def test_body_that_is_established_again_gives_no_seat_back(schema: int) -> None:
    left = [*established(schema), said("nosc", "PartyWithdrew", {"governance_body": "stt"}, schema)]
    seats = folded(*left, *established(schema))
    assert not seats.is_seated("nosc")
    assert seats.is_seated("inai")


@each_row("kind", ["PartyWithdrew", "PartyReturned"])
@each_row("schema", EDITIONS)
def test_act_about_a_body_that_is_not_established_has_no_effect(kind: str, schema: int) -> None:
    seats = folded(said("nosc", kind, RETURN | {"governance_body": "none"}, schema), *established(schema))
    assert set(seats.bodies) == {"stt"}
    assert seats.is_seated("nosc")
