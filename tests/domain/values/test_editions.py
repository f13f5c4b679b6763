"""Editions of the law: which ones this program knows, and that the newest one is what a ledger is founded under."""

import re
from pathlib import Path

from tests.domain.stage import seated

from constancia.domain.values import editions
from constancia.domain.values.editions import FIRST, NEWEST, is_known


def test_known_editions_are_those_from_the_first_to_the_newest() -> None:
    assert [number for number in range(-1, NEWEST + 3) if is_known(number)] == list(range(FIRST, NEWEST + 1))


def test_e1_a_ledger_is_judged_by_the_edition_that_genesis_names() -> None:
    assert seated().state.edition == NEWEST


def test_e2_an_act_names_the_edition_in_force() -> None:
    stage = seated()
    name = {"lang": "en", "name": "NOSC", "official": False, "party": "nosc", "used_in": "x"}
    refusal = stage.refused("nosc", "PartyNameRecorded", name, schema=FIRST)
    assert refusal.code == "E_SCHEMA_VERSION"
    assert {"schema": FIRST, "edition": NEWEST}.items() <= refusal.judged_against.items()


def test_an_edition_is_named_in_one_place() -> None:
    domain = Path(editions.__file__).parents[1]
    names = re.compile(r"^_?(FIRST|SECOND|THIRD|NEWEST): ", re.MULTILINE)
    assert [path.name for path in sorted(domain.rglob("*.py")) if names.search(path.read_text(encoding="utf-8"))] == [
        "editions.py"
    ]
    bare = re.compile(r"\b(?:since|until)=\d|^\s+(?:SINCE|UNTIL)\w*: ClassVar = \d", re.MULTILINE)
    assert [path.name for path in sorted(domain.rglob("*.py")) if bare.search(path.read_text(encoding="utf-8"))] == []
