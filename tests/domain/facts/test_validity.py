"""What is in force on a day: each kind around its dates, and every combination of dates against an oracle."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import product

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.domain.agreements.test_agreement import COMMA, amending, drafted, frozen, lapsed, leaving, signed
from tests.domain.governance.test_decision import ACT, opened, vote
from tests.domain.stage import (
    MEMBERS,
    Stage,
    commitment,
    key_id,
    milestone,
    proposed,
    registration,
    rep,
    root,
    seated,
    small_scope,
    text,
)
from tests.domain.test_oracles import history
from tests.domain.values.test_moves import DAYS, asked_days, dates, possible_days
from tests.rows import each_row

from constancia.domain.facts.validity import KINDS, DatedEntry, Validity, answer_for, counts_on, validities
from constancia.domain.values.calendar import Certainty

YES, NO, POSSIBLY = Certainty.YES, Certainty.NO, Certainty.POSSIBLY


def dated(stage: Stage) -> dict[str, list[DatedEntry]]:
    found: dict[str, list[DatedEntry]] = {}
    for one in stage.entries:
        said = one.statement
        entry = DatedEntry(index=one.index, type=said["type"], on=counts_on(stage.state, one))
        found.setdefault(said["stream"], []).append(entry)
    return found


def on(stage: Stage, first: str, last: str | None = None) -> tuple[Validity, ...]:
    days = date.fromisoformat(first), date.fromisoformat(last or first)
    return validities(stage.state, *days, dated(stage))


def answer(what: tuple[str, str, str], first: str, last: str | None = None) -> Certainty:
    (found,) = [one.holds for one in on(history(), first, last) if (one.kind, one.stream, one.name) == what]
    return found


SEAT = ("seat", "governance/stt", "nosc")
OLD_KEY, NEW_KEY, LOST_KEY = (key_id(f"{name}") for name in ("rep-inai", "second-inai", "rep-j"))


@each_row(
    ("kind", "stream", "name", "first", "last", "holds"),
    [
        # Founded at some time in December 2011, left at some time in May 2017, succeeded on 1 March 2019.
        (*SEAT, "2011-11-30", None, NO),
        (*SEAT, "2011-12-01", None, POSSIBLY),
        (*SEAT, "2011-12-30", None, POSSIBLY),
        (*SEAT, "2011-12-31", None, YES),
        (*SEAT, "2017-04-30", None, YES),
        (*SEAT, "2017-05-10", None, POSSIBLY),
        (*SEAT, "2017-05-31", None, NO),
        (*SEAT, "2019-03-01", None, NO),
        (*SEAT, "2012-01-01", "2016-12-31", YES),  # the years 2012 to 2016, whichever day
        (*SEAT, "2017-01-01", "2017-12-31", POSSIBLY),
        (*SEAT, "2018-01-01", "2018-12-31", NO),
        ("seat", "governance/stt", "sfp", "2019-02-28", None, YES),
        ("seat", "governance/stt", "sfp", "2019-03-01", None, NO),
        ("seat", "governance/cc", "sfp", "2019-02-28", None, NO),
        ("seat", "governance/cc", "sfp", "2019-03-01", None, YES),
        ("body", "governance/stt", "stt", "2011-12-15", None, POSSIBLY),
        ("body", "governance/stt", "stt", "2019-02-28", None, YES),
        ("body", "governance/stt", "stt", "2019-03-01", None, NO),
        ("body", "governance/cc", "cc", "2019-02-01", "2019-02-28", NO),
        ("body", "governance/cc", "cc", "2019-03-01", None, YES),
        # In force with the last signature, of 1 March, which was recorded on the 2nd.
        ("AgreementEnteredIntoForce", "agreement/ag-1", "1", "2015-01-01", None, NO),
        ("AgreementEnteredIntoForce", "agreement/ag-1", "1", "2019-02-28", None, NO),
        ("AgreementEnteredIntoForce", "agreement/ag-1", "1", "2019-03-01", None, YES),
        ("AgreementEnteredIntoForce", "agreement/ag-1", "1", "2019-01-01", "2019-12-31", POSSIBLY),
        # Scopes: adopted on 2 March, changed on 10 July and on 10 September 2019.
        ("scope", "commitment/rm", "1", "2019-03-01", None, NO),
        ("scope", "commitment/rm", "1", "2019-03-02", None, YES),
        ("scope", "commitment/rm", "1", "2019-07-09", None, YES),
        ("scope", "commitment/rm", "1", "2019-07-10", None, NO),
        ("scope", "commitment/rm", "2", "2019-07-10", None, YES),
        ("scope", "commitment/rm", "2", "2019-09-01", "2019-09-30", POSSIBLY),
        ("scope", "commitment/rm", "3", "2019-09-10", None, YES),
        ("role", "commitment/rm", "consultant consultora", "2019-03-01", None, NO),
        ("role", "commitment/rm", "consultant consultora", "2019-03-02", None, YES),
        # A rotated key and its successor; a key that was lost on 20 July 2020 and reported on 3 August.
        ("key", f"key/{OLD_KEY}", OLD_KEY, "2019-02-28", None, NO),
        ("key", f"key/{OLD_KEY}", OLD_KEY, "2019-06-02", None, YES),
        ("key", f"key/{OLD_KEY}", OLD_KEY, "2019-06-03", None, NO),
        ("key", f"key/{NEW_KEY}", NEW_KEY, "2019-06-02", None, NO),
        ("key", f"key/{NEW_KEY}", NEW_KEY, "2019-06-03", None, YES),
        ("key", f"key/{LOST_KEY}", LOST_KEY, "2020-01-14", None, NO),  # endorsed on the 15th from 2019 on
        ("key", f"key/{LOST_KEY}", LOST_KEY, "2020-07-19", None, YES),
        ("key", f"key/{LOST_KEY}", LOST_KEY, "2020-07-20", None, POSSIBLY),
        ("key", f"key/{LOST_KEY}", LOST_KEY, "2020-08-03", None, NO),
        ("appointment", "appointment/ap-j", "ap-j", "2020-01-31", None, NO),
        ("appointment", "appointment/ap-j", "ap-j", "2020-02-01", None, YES),
        ("appointment", "appointment/ap-j", "ap-j", "2020-01-01", "2020-12-31", POSSIBLY),
        ("rules", "governance/cc", "1", "2019-02-28", None, NO),
        ("rules", "governance/cc", "1", "2019-03-01", None, YES),
        ("rules", "governance/cc", "0", "2019-03-01", None, NO),
        ("DecisionSignedByAll", "decision/d-3", "", "2019-07-09", None, NO),
        ("DecisionSignedByAll", "decision/d-3", "", "2019-07-10", None, YES),
        ("DecisionRejected", "decision/d-2", "", "2019-07-01", None, NO),
        ("DecisionRejected", "decision/d-2", "", "2019-07-02", None, YES),
        ("DeliverableAcceptedByAll", "deliverable/rm.d2.1", "2", "2019-06-06", None, NO),
        ("DeliverableAcceptedByAll", "deliverable/rm.d2.1", "2", "2019-06-07", None, YES),
    ],
)
def test_y1_each_kind_on_the_days_around_its_dates(  # noqa: PLR0917 - a table's columns
    kind: str, stream: str, name: str, first: str, last: str | None, holds: Certainty
) -> None:
    assert answer((kind, stream, name), first, last) is holds


def test_the_history_has_every_kind_but_five() -> None:
    seen = {one.kind for one in on(history(), "2019-12-31")}
    assert set(KINDS) - seen == {
        "AgreementLapsed", "AgreementTerminated", "DecisionLapsed", "DecisionSignedWithout", "organization",
    }  # fmt: skip
    assert seen <= set(KINDS)


def test_an_answer_of_a_month_is_that_of_all_its_days() -> None:
    stage = history()
    month = [date(2017, 5, 1) + timedelta(days=number) for number in range(31)]
    by_day = [{(one.kind, one.stream, one.name): one.holds for one in on(stage, day.isoformat())} for day in month]
    for one in on(stage, "2017-05-01", "2017-05-31"):
        each = {answers[one.kind, one.stream, one.name] for answers in by_day}
        assert one.holds is (each.pop() if len(each) == 1 else POSSIBLY)


def test_answers_are_in_one_order_and_name_their_dates() -> None:
    found = on(history(), "2017-05-10")
    assert [(one.stream, one.kind) for one in found] == sorted((one.stream, one.kind) for one in found)
    (seat,) = [one for one in found if (one.kind, one.stream, one.name) == SEAT]
    assert seat.to_json() == {
        "changes": [
            {"change": "withdrawn", "effective": "2017-05"},
            {"change": "returned", "effective": "2019-03-01"},
            {"change": "succeeded", "effective": "2019-03-01"},
        ],
        "holds": "possibly",
        "kind": "seat",
        "name": "nosc",
        "since": "2011-12",
        "stream": "governance/stt",
        "until": "2019-03-01",
    }


Moment = tuple[date, ...]


def worlds(since: Sequence[date], until: Sequence[date], ended: Sequence[date]) -> set[tuple[date, date]]:
    """First day in force, and first day no more: each combination in which it does not end before it begins."""
    return {
        (begun, min(last + timedelta(days=1), end))
        for begun, last, end in product(since, until, ended)
        if begun <= last and begun <= end
    }


@settings(deadline=None)  # a loaded machine is no failure
@given(st.none() | dates, st.none() | dates, st.none() | dates, asked_days)
def test_y2_every_combination_of_dates_is_answered_as_all_worlds_do(
    since: str | None, until: str | None, ended: str | None, asked: tuple[date, date]
) -> None:
    never = (date(2100, 1, 1),)
    possible = worlds(
        (date(1900, 1, 1),) if since is None else possible_days(since),
        never if until is None else possible_days(until),
        never if ended is None else possible_days(ended),
    )
    assume(possible)
    days = [day for day in DAYS if asked[0] <= day <= asked[1]]
    said = {begun <= day < end for begun, end in possible for day in days}
    expected = POSSIBLY if len(said) == 2 else YES if said == {True} else NO
    assert answer_for(asked, since, until, ended) is expected


def test_a_seat_that_was_taken_again_has_no_end() -> None:
    stage = seated().on("2019-04-01").withdraw("nosc")
    back = {"conditions": text("Vuelve"), "effective": "2019-05-01", "governance_body": "cc", "party": "nosc"}

    def ends() -> dict[str, str | None]:
        return {one.name: one.until for one in on(stage, "2019-06-01") if one.kind == "seat"}

    assert ends() == {"inai": None, "nosc": "2019-04-01", "sfp": None}
    stage.on("2019-05-01").says(root("nosc"), "PartyReturned", back)
    stage.each("PartyReturned", back, ("inai", "sfp"))
    assert ends() == dict.fromkeys(MEMBERS)


def outcome(stage: Stage, kind: str) -> tuple[str | None, list[Certainty]]:
    """Since when it holds, and the answers for the last day of March 2019 and the days around it."""
    days = ("2019-03-30", "2019-03-31", "2019-04-01")
    answers = [[one for one in on(stage, day) if one.kind == kind] for day in days]
    return answers[0][0].since, [holds.holds for (holds,) in answers]


def test_y1_an_outcome_holds_from_its_own_day_which_is_not_always_that_of_an_entry() -> None:
    assert outcome(lapsed(), "AgreementLapsed") == ("2019-03-31", [NO, YES, YES])
    assert outcome(opened("2019-03-30"), "DecisionLapsed") == ("2019-03-31", [NO, YES, YES])
    stage = drafted().on("2019-03-31")
    stage.says("inai", "AgreementTextFrozen", frozen())
    for party, day in (("nosc", "2019-03-31"), ("inai", "2019-03-31"), ("sfp", "2019-03-30")):
        stage.says(party, "AgreementSigned", signed(), occurred_on=day)
    assert outcome(stage, "AgreementEnteredIntoForce") == ("2019-03-31", [NO, YES, YES])


def test_y1_a_version_in_force_ends_where_the_next_one_or_the_agreements_end_begins() -> None:
    stage = amending("partially_signed").on("2019-03-31")
    stage.each("AgreementSigned", signed(2, COMMA), ("inai", "sfp"))
    stage.on("2019-04-30")
    for party in ("nosc", "inai"):
        stage.says(party, "AgreementPartyWithdrew", leaving(stage.today))

    def in_force(day: str) -> list[tuple[str, str | None, str | None, Certainty]]:
        versions = [one for one in on(stage, day) if one.kind == "AgreementEnteredIntoForce"]
        return [(one.name, one.since, one.until, one.holds) for one in versions]

    for day, former, latter in (("2019-03-30", YES, NO), ("2019-03-31", NO, YES), ("2019-04-30", NO, NO)):
        assert in_force(day) == [
            ("1", "2019-03-01", "2019-03-31", former), ("2", "2019-03-31", "2019-04-30", latter),
        ]  # fmt: skip


def test_y1_what_ends_early_says_its_own_end_and_the_rest_its_last_day() -> None:
    stage = seated()
    voice = stage.join("nosc", name="short", valid_until="2019-06-30")

    def ends() -> dict[str, tuple[str | None, str | None]]:
        named = {one.name: (one.since, one.until) for one in on(stage, "2019-03-02")}
        names = ("ap-short", "ap-nosc", *(key_id(key) for key in (voice.key, "rep-nosc", "root-nosc")))
        return {name: named[name] for name in names}

    lasting = {"ap-nosc": ("2019-01-01", None)}
    lasting |= {key_id(key): ("2019-03-01", None) for key in ("rep-nosc", "root-nosc")}
    term = ("2019-01-01", "2019-06-30"), ("2019-03-01", "2019-06-30")
    assert ends() == {"ap-short": term[0], key_id(voice.key): term[1]} | lasting
    stage.on("2019-05-01").says(root("nosc"), "KeyRevoked", {"key": key_id(voice.key), "reason": "lost"})
    assert ends()[key_id(voice.key)] == ("2019-03-01", "2019-05-01")
    revoked = {"appointment": "ap-short", "reason": text("Fin")}
    stage.on("2019-05-02").says(root("nosc"), "RepresentativeRevoked", revoked)
    assert (
        ends() == {"ap-short": ("2019-01-01", "2019-05-02"), key_id(voice.key): ("2019-03-01", "2019-05-01")} | lasting
    )


def test_y1_a_key_that_nobody_has_endorsed_hides_no_other() -> None:
    stage = seated()
    stage.says(rep("nosc", key="pending"), "KeyRegistered", registration("nosc", "pending", "ap-nosc"))
    later = stage.join("nosc", name="later")
    keys = {one.name for one in on(stage, "2019-03-02") if one.kind == "key"}
    assert key_id(later.key) in keys
    assert key_id("pending") not in keys


def test_y1_a_role_ends_where_another_party_takes_it_over() -> None:
    stage = seated().adopted("c1", small_scope(milestones=[milestone(lead=["consultant"])]))
    stage.outsider("azul")
    stage.fill("consultant", "red", since="2019-02")
    stage.on("2019-03-31").fill("consultant", "azul", replaces="red")
    for day, red, azul in (("2019-03-30", YES, NO), ("2019-03-31", NO, YES)):
        roles = [(one.name, one.until, one.holds) for one in on(stage, day) if one.kind == "role"]
        assert roles == [("consultant red", "2019-03-31", red), ("consultant azul", None, azul)]


def test_y1_in_the_first_edition_an_outcome_is_of_the_day_of_the_entry_that_made_it_known() -> None:
    stage = seated(edition=1).on("2019-03-31")
    stage.says("nosc", "CommitmentProposed", commitment())
    stage.says("inai", "DecisionProposed", proposed("d1", ACT))
    for party in MEMBERS:
        stage.says(party, "VoteCast", vote())
    assert outcome(stage, "DecisionAdopted") == ("2019-03-31", [NO, YES, YES])


def test_y1_a_last_day_is_within_and_a_day_of_revocation_is_not() -> None:
    last = date(2019, 3, 31)
    assert answer_for((last, last), "2019-03-01", until="2019-03-31") is YES
    assert answer_for((last, last), "2019-03-01", ended="2019-03-31") is NO
    first = date(2019, 3, 1)
    for until in ("2019-03-01", "../2019-03-01"):  # so that it began on no later day of that month
        assert answer_for((first, first), "2019-03", until=until) is YES
    following = last + timedelta(days=1)
    assert answer_for((following, following), "2019-03-01", until="2019-03-31") is NO
