"""Genesis: the first entry, said once by all founders, and pinning what later acts are judged by."""

from contextlib import nullcontext

import pytest
from tests.domain.identity.test_vocabulary import opened
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
from tests.rows import each_row

from constancia.domain.identity.genesis import (
    LedgerOpened,
    LedgerState,
    is_on,
    term_days,
    term_if_any,
    unknown_rules,
)
from constancia.domain.values.editions import NEWEST
from constancia.domain.values.values import FormError, Rule


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


@each_row(("state", "act"), WALK.pairs())
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


@each_row(
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


@each_row(("days", "is_known"), [(0, False), (1, True), (3_660, True), (3_661, False), (True, False)])
def test_term_of_a_rule_is_a_number_of_days_up_to_ten_years(days: int, is_known: bool) -> None:
    changed = genesis(rules={"response_term_days": {"rule_source": "adopted", "value": days}})
    with nullcontext() if is_known else pytest.raises(FormError, match="1 to 3660 days"):
        LedgerOpened.parse(changed)


SWITCH, SCALE = "paper_attestation_counts", "scale_own"


@each_row(
    ("name", "value", "since"),
    [
        ("decision_rule", "unanimity", 1), ("decision_rule", "quorum", None), ("abstention", "blocks", 1),
        ("abstention", False, None), ("decision_term_days", "30", None), ("response_term_days", 30, 1),
        (SWITCH, True, 1), (SWITCH, False, 1), (SWITCH, "yes", None), (SWITCH, 1, None), ("quorum", "half", 1),
        (SCALE, "low,high", 1), (SCALE, "low", None), (SCALE, "low,low", None), (SCALE, True, None),
    ],
)  # fmt: skip
def test_rules_that_outcomes_are_computed_from_have_known_values(name: str, value: object, since: int | None) -> None:
    """Each is checked from the edition on that computes with it; a value that is refused names itself."""
    checked = {"decision_rule": 1, "abstention": 1, "decision_term_days": 2}.get(name, 3)
    rules = {name: Rule.parse({"rule_source": "adopted", "value": value}), "other": Rule(rule_source="law", value="b")}
    for edition in range(1, NEWEST + 1):
        refused = [] if since is not None or edition < checked else [(name, value)]
        assert list(unknown_rules(rules, edition)) == refused
    assert is_on(rules, name) is (value is True)
    assert not is_on(rules, "absent")


@each_row(
    ("name", "expected"),
    [
        ("abstention", "blocks or neutral"), ("decision_rule", "majority or unanimity"), (SWITCH, "true or false"),
        ("decision_term_days", "1 to 3660 days"), (SCALE, "values, separated by commas"),
    ],
)  # fmt: skip
def test_a_refusal_says_which_values_a_rule_may_have(name: str, expected: str) -> None:
    with pytest.raises(FormError) as caught:
        LedgerOpened.parse(genesis(rules={name: {"rule_source": "adopted", "value": "?"}}))
    assert (caught.value.where, caught.value.expected) == (f"body.rules.{name}", expected)


def test_names_of_kinds_and_capacities_are_those_that_genesis_gives() -> None:
    assert founded().find(LedgerState, "ledger").name_of("company") is None
    state = opened().find(LedgerState, "ledger")
    names = [state.name_of(word) for word in ("net", "town", "voice", "company")]
    assert [name and name.to_json() for name in names] == [text("red"), text("pueblo"), text("vocal"), None]
    assert (state.kinds, state.capacities) == ({"net": True, "town": False}, ("voice",))


@each_row("edition", range(1, NEWEST + 1))
def test_e3_the_day_of_genesis_is_there_since_the_second_edition(edition: int) -> None:
    """Opened here, and no copy of a ledger that another test opened."""
    stage = Stage().open(edition=edition)
    assert (stage.find(LedgerState, "ledger").opened_at is None) == (edition == 1)


# A ledger of the first edition may hold any value: it was checked by none.
@each_row(("value", "days"), [(0, None), (1, 1), (2, 2), (3_660, 3_660), (3_661, None), (True, None), ("30", None)])
def test_a_term_that_is_none_is_the_products(value: str | bool | int, days: int | None) -> None:
    rules = {"decision_term_days": Rule(rule_source="adopted", value=value)}
    assert term_days(rules, "decision_term_days") == (days or 90)
    assert term_if_any(rules, "decision_term_days") == days
    assert term_days({}, "response_term_days") == 30
    assert term_if_any({}, "response_term_days") is None
