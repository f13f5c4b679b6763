"""Genesis: the first entry, said once by all founders, and pinning what later acts are judged by."""

from contextlib import nullcontext

import pytest
from tests.domain.stage import (
    FOUNDERS,
    KINDS,
    MEMBERS,
    Body,
    Stage,
    first_genesis,
    founded,
    genesis,
    key_id,
    material,
    root,
    text,
)
from tests.domain.tables import Walk, codes

from constancia.domain.identity.genesis import LedgerOpened, LedgerState, term_days, term_if_any
from constancia.domain.kernel.editions import NEWEST
from constancia.domain.kernel.values import FormError, Rule


def first_edition() -> Stage:
    stage = Stage()
    stage.says(FOUNDERS, "LedgerOpened", first_genesis())
    return stage


WALK = Walk(
    kind="ledger",
    stream="ledger",
    table={"LedgerOpened": {"none": "open"}, "LawEditionAdopted": {"open": "open"}},
    reach={"none": Stage, "open": first_edition},
    acts={
        "LedgerOpened": lambda stage: (FOUNDERS, "LedgerOpened", first_genesis()),
        "LawEditionAdopted": lambda stage: (root("inai"), "LawEditionAdopted", {"edition": NEWEST}),
    },
    words={("none", "LawEditionAdopted"): "E_KEY_UNKNOWN"},  # before genesis there is no key
)


@pytest.mark.parametrize(("state", "act"), WALK.pairs())
def test_every_pair_moves_as_the_table_says_or_is_refused(state: str, act: str) -> None:
    WALK.check(state, act)


def test_table_is_the_one_walked() -> None:
    WALK.check_is_the_code()


def test_nothing_comes_before_genesis() -> None:
    body = {"kind": "autonomous_body", "legal_name": text("I"), "party": "inai"}
    refusal = Stage().refused(root("inai"), "PartyRegistered", body)
    assert refusal.code == "E_KEY_UNKNOWN"  # before genesis there is no key, and keys come before states
    assert "E_STATE" in codes(refusal)


def test_genesis_is_said_by_the_founders_and_nothing_else_is() -> None:
    assert Stage().code(root("inai"), "LedgerOpened", genesis()) == "E_ROLE"
    body = {"kind": "autonomous_body", "legal_name": text("I"), "party": "inai"}
    assert "E_ROLE" in codes(Stage().open().refused(FOUNDERS, "PartyRegistered", body))


def test_24_genesis_pins_roots_zone_and_rules() -> None:
    found = founded().find(LedgerState, "ledger")
    assert {one.party: one.root.key_id for one in found.opened.founders} == {
        party: key_id(f"root-{party}") for party in MEMBERS
    }
    assert found.opened.timezone == "America/Mexico_City"
    assert found.opened.rules["decision_rule"].rule_source == "product_default"
    assert found.founder("red") is None


def founder(party: str, key: str) -> Body:
    return {"kind": KINDS[party], "legal_name": text(party), "party": party, "root": material(key)}


@pytest.mark.parametrize(
    "changed",
    [
        {"founders": []},
        {"founders": [founder("inai", "same"), founder("nosc", "same")]},
        {"founders": [founder("nosc", "one"), founder("inai", "two")]},
        {"timezone": "Mexico/Nowhere"},
        {"timezone": "../etc/passwd"},
        {"rules": {"decision_rule": {"rule_source": "adopted", "value": "quorum"}}},
        {"rules": {"abstention": {"rule_source": "adopted", "value": False}}},
    ],
)
def test_genesis_has_founders_with_keys_of_their_own_a_zone_and_known_rules(changed: Body) -> None:
    with pytest.raises(FormError):
        LedgerOpened.parse(genesis(**changed))


@pytest.mark.parametrize(("days", "is_known"), [(0, False), (1, True), (3_660, True), (3_661, False), (True, False)])
def test_term_of_a_rule_is_a_number_of_days_up_to_ten_years(days: int, is_known: bool) -> None:
    changed = genesis(rules={"response_term_days": {"rule_source": "adopted", "value": days}})
    with nullcontext() if is_known else pytest.raises(FormError, match="1 to 3660 days"):
        LedgerOpened.parse(changed)


# A ledger of the first edition may hold any value: it was checked by none.
@pytest.mark.parametrize(
    ("value", "days"), [(0, None), (1, 1), (2, 2), (3_660, 3_660), (3_661, None), (True, None), ("30", None)]
)
def test_a_term_that_is_none_is_the_products(value: str | bool | int, days: int | None) -> None:
    rules = {"decision_term_days": Rule(rule_source="adopted", value=value)}
    assert term_days(rules, "decision_term_days") == (days or 90)
    assert term_if_any(rules, "decision_term_days") == days
    assert term_days({}, "response_term_days") == 30
    assert term_if_any({}, "response_term_days") is None
