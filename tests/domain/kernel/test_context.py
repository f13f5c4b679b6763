"""What an act is judged in: the entry, the ledger's day, and look-ups."""

from datetime import date

from tests.domain.stage import FOUNDERS, Stage, commitment, founded, genesis, key_id, text
from tests.domain.tables import codes
from tests.rows import each_row

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.identity.party import Party
from constancia.domain.kernel.context import Context, begins_in_future, find_nothing, lies_in_future
from constancia.domain.values.calendar import parse_edtf
from constancia.domain.values.values import digest


def context(stage: Stage) -> Context:
    return Context(state=stage.state, recorded=stage.entry("nosc", "CommitmentProposed", commitment()))


def test_the_day_is_that_of_recording_in_the_ledgers_zone() -> None:
    stage = founded()
    assert context(stage.on("2019-05-25T04:30:00Z")).day == date(2019, 5, 24)
    assert context(stage.on("2019-05-25T05:00:00Z")).day == date(2019, 5, 25)


@each_row(("edition", "refused"), [(1, True), (2, True), (3, False)])
def test_genesis_is_of_the_day_in_the_zone_that_it_names(edition: int, refused: bool) -> None:
    """At eight in the morning in Tokyo it is yesterday by UTC, which judged the first two editions' genesis."""
    body = genesis(timezone="Asia/Tokyo", edition=edition)
    if edition == 1:
        del body["edition"]
    stage = Stage().on("2019-02-28T23:00:00Z")
    code = stage.code_of(FOUNDERS, "LedgerOpened", body, occurred_on="2019-03-01", mode="live")
    assert code == ("E_DATE" if refused else "")


def test_genesis_is_of_no_later_day_than_in_the_zone_that_it_names() -> None:
    stage = Stage().on("2019-03-01T05:00:00Z")
    assert stage.code_of(FOUNDERS, "LedgerOpened", genesis(), occurred_on="2019-03-01", mode="live") == "E_DATE"
    assert stage.code_of(FOUNDERS, "LedgerOpened", genesis(), occurred_on="2019-02-28", mode="live") == ""


def test_a_first_entry_that_is_no_genesis_is_refused_as_such() -> None:
    assert "E_STATE" in codes(Stage().refused(FOUNDERS, "LawEditionAdopted", {"edition": 3}))


def test_a_mark_says_where_by_whom_and_with_which_key() -> None:
    mark = context(founded()).mark
    assert (mark.party, mark.appointment, mark.person, mark.capacity) == (
        "nosc", "ap-nosc", "p-nosc", "representative",
    )  # fmt: skip
    assert mark.key == key_id("rep-nosc")


@each_row("edition", [1, 2, 3])
def test_5_bodies_are_equal_without_where_a_fact_comes_from_since_the_second_edition(edition: int) -> None:
    stage = founded(edition=edition)
    bodies = [
        commitment(),
        commitment() | {"provenance": "seed"},
        commitment("c2"),
        commitment("c2") | {"title": text("x")},
    ]
    digests = [
        Context(state=stage.state, recorded=stage.entry("nosc", "CommitmentProposed", body)).said_digest
        for body in bodies
    ]
    assert digests[0] == digest(bodies[0])
    assert digests[1] == digest(bodies[0] if edition > 1 else bodies[1])
    assert len(set(digests)) == (3 if edition > 1 else 4)


@each_row("when", ["2019-03", "../2019", "2019-13", "soon"])
def test_the_date_of_an_act_is_read_once_and_none_where_it_is_impossible(when: str) -> None:
    stage = founded()
    at = Context(state=stage.state, recorded=stage.entry("nosc", "CommitmentProposed", commitment(), occurred_on=when))
    expected = parse_edtf(when) if when.endswith(("03", "2019")) else None
    assert at.occurred == expected


def test_nobody_has_said_anything_of_what_is_not_there() -> None:
    stage = founded()
    assert not context(stage).has_said()
    body = {"governance_body": "cc", "mandate": text("M"), "members": ["inai", "nosc"], "name": text("N")}
    stage.says("nosc", "GovernanceBodyEstablished", body)
    said = [
        Context(state=stage.state, recorded=stage.entry(party, "GovernanceBodyEstablished", body)).has_said()
        for party in ("inai", "nosc")
    ]
    assert said == [False, True]


def test_look_ups_give_what_is_of_the_class_asked_for() -> None:
    found = context(founded())
    assert found.find(Commitment, "party/nosc") is None
    assert found.find(Party, "party/nosc") is not None
    assert find_nothing("0" * 64) is None


# On 1 March 2019, in Mexico.
@each_row(
    ("when", "begun", "past"),
    [
        ("2019-03-01", True, True),
        ("2019-03-02", False, False),
        ("2019-03", True, True),
        ("2019", True, True),
        ("2019-04", False, False),
        ("2018/2019-03-01", True, True),
        ("2018/2019-03-02", True, False),
        ("2018/2019", True, True),
        ("2019-03-01/..", True, True),
        ("../2017-05", True, True),
        ("../2020", True, False),
        ("2020/..", False, False),
    ],
)
def test_20_what_is_said_to_have_begun_or_happened_has(when: str, begun: bool, past: bool) -> None:
    found = context(founded())
    assert (begins_in_future(found, when) is None) is begun
    assert (lies_in_future(found, when) is None) is past
