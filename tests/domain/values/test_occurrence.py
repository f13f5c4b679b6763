"""Dates that count and dates that are claimed (rules T1 to T3), by the second edition of the law."""

from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.domain.stage import Stage, commitment, root, seated, text
from tests.domain.strategies import dates, few
from tests.rows import each_row

from constancia.domain.catalogue import REGISTRY
from constancia.domain.facts.derive import was_member
from constancia.domain.governance.body import GovernanceBody
from constancia.domain.values.calendar import Certainty, parse_edtf
from constancia.domain.values.occurrence import (
    CLAIM_SPAN,
    Occurrence,
    as_recorded,
    counts_as_said,
    is_one_day,
    occurrence,
)

OPENED = date(2019, 3, 1)
NAME = {"lang": "en", "name": "NOSC", "official": False, "party": "nosc", "used_in": "x"}


@dataclass(frozen=True)
class Ledger:
    edition: int = 2
    timezone: str = "America/Mexico_City"
    opened_on: date | None = OPENED


@dataclass(frozen=True)
class Said:
    occurred_on: str
    recorded_at: str = "2021-06-15T18:00:00.000Z"


@each_row(
    ("said", "expected"),
    [
        ("2021-06-15", Occurrence(on="2021-06-15")),
        ("2021-06-08", Occurrence(on="2021-06-08")),  # the last day of the span
        ("2021-06-07", Occurrence(on="2021-06-15", claimed_on="2021-06-07")),
        ("2021-06", Occurrence(on="2021-06-15", claimed_on="2021-06")),
        ("2019-08-31", Occurrence(on="2021-06-15", claimed_on="2019-08-31")),
        ("2019-03-01", Occurrence(on="2021-06-15", claimed_on="2019-03-01")),  # the day of the opening
        ("2019", Occurrence(on="2021-06-15", claimed_on="2019")),  # not all of it lies before the opening
        ("../2020", Occurrence(on="2021-06-15", claimed_on="../2020")),
        ("2019-02-28", Occurrence(on="2019-02-28")),  # no record of that time can contradict it
        ("2017-05", Occurrence(on="2017-05")),
        ("../2017-05", Occurrence(on="../2017-05")),
    ],
)
def test_t3_what_is_claimed_to_be_older_counts_from_its_recording(said: str, expected: Occurrence) -> None:
    assert occurrence(Ledger(), Said(said)) == expected
    assert occurrence(Ledger(edition=1), Said(said)) == Occurrence(on=said)


@few
@given(dates(), st.dates(OPENED, date(2026, 1, 1)))
def test_t3_no_claim_makes_anything_of_the_ledgers_time_earlier_than_the_span(said: str, recorded: date) -> None:
    counted = occurrence(Ledger(), Said(said, f"{recorded.isoformat()}T18:00:00.000Z")).on
    end = parse_edtf(counted).end
    assert end is not None
    assert end < OPENED or end >= recorded - CLAIM_SPAN
    assert counts_as_said(parse_edtf(counted), recorded, OPENED)


# Recorded on 15 June 2021.
@each_row(
    ("met", "expected"),
    [
        (Occurrence(on="2021-06-15"), None),
        (Occurrence(on="2021-06-08"), None),  # the last day of the span
        (Occurrence(on="2021-06-15", claimed_on="2019-08-31"), None),
        (Occurrence(on="2021-06-07"), Occurrence(on="2021-06-15", claimed_on="2021-06-07")),
        (Occurrence(on="2017-05"), Occurrence(on="2021-06-15", claimed_on="2017-05")),
        (Occurrence(on="../2017-05"), Occurrence(on="2021-06-15", claimed_on="../2017-05")),
        (Occurrence(on="2019-01-01", claimed_on="2018"), Occurrence(on="2021-06-15", claimed_on="2018")),
    ],
)
def test_t3_what_the_record_contradicts_counts_from_its_recording(met: Occurrence, expected: Occurrence | None) -> None:
    assert as_recorded(Ledger(), Said("1999"), met) == (met if expected is None else expected)


def test_is_one_day() -> None:
    assert is_one_day(parse_edtf("2019-03-01"))
    assert [
        one for one in ("2019-03", "2019", "2019-03-01/2019-03-01", "../2019-03-01") if is_one_day(parse_edtf(one))
    ] == []


@each_row(
    ("when", "mode", "accepted"),
    [
        ("2019-03-01", "live", True), ("2019-02-22", "live", True), ("2019-02-21", "live", False),
        ("2019-02", "live", False), ("2019-02-25/2019-02-28", "live", False), ("1999-01-01", "live", False),
        ("2019-02-21", "historical", True), ("2017-05", "historical", True), ("../2017", "historical", True),
        ("2019-02-22", "historical", False), ("2019-03-01", "historical", False),
    ],
)  # fmt: skip
def test_t1_mode_says_whether_it_is_of_these_days(when: str, mode: str, *, accepted: bool) -> None:
    stage = seated()
    if accepted:
        stage.says("nosc", "PartyNameRecorded", NAME, occurred_on=when, mode=mode)
    else:
        assert stage.code("nosc", "PartyNameRecorded", NAME, occurred_on=when, mode=mode) == "E_DATE"


def test_t2_what_takes_effect_by_being_said_is_never_historical() -> None:
    assert seated().code("nosc", "CommitmentProposed", commitment(), occurred_on="2011", mode="historical") == "E_DATE"
    reporting = {name for name, cls in REGISTRY.items() if cls.REPORTS}
    binding = {
        "AgreementSigned",
        "VoteCast",
        "DecisionSigned",
        "DeliverableAccepted",
        "CommitmentAdopted",
        "ScopeChanged",
    }
    assert not reporting & binding
    assert not {name for name in reporting if name.startswith(("Key", "Decision", "Agreement"))}


def test_case_21_a_withdrawal_said_late_empties_no_seat_of_the_years_before() -> None:
    stage: Stage = seated().on("2020-03-01")
    body = {"effective": "2019-04-01", "governance_body": "cc", "grounds": text("x"), "party": "nosc"}
    stage.says(root("nosc"), "PartyWithdrew", body)
    found = stage.find(GovernanceBody, "governance/cc")
    day_of_a_vote = date(2019, 6, 1)
    assert was_member(found, "nosc", day_of_a_vote) is Certainty.YES
    assert was_member(found, "nosc", date(2020, 3, 1) + timedelta(days=1)) is Certainty.NO
