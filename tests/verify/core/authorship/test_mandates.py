"""Mandates: in force from their first day to their last."""

from dataclasses import replace

from tests.rows import each_row

from constancia.verify.core.authorship.mandates import Mandate

YEAR = Mandate(
    party="inai", person="p-1", capacity="head", scope=frozenset(), valid_from="2019-01-01", valid_until="2019-12-31"
)
DAYS = {"2018-12-31": False, "2019-01-01": True, "2019-12-31": True, "2020-01-01": False}


@each_row("day", [*DAYS, None])
def test_mandate_is_in_force_from_its_first_day_to_its_last_unless_revoked(day: str | None) -> None:
    assert YEAR.is_in_force(day) is (True if day is None else DAYS[day])
    assert replace(YEAR, revoked=True).is_in_force(day) is False
