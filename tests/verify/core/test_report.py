"""The core's list of findings by itself: the verdict, the order of faults, and what is bounded."""

import pytest
from tests.rows import each_row

from constancia.verify.core import report
from constancia.verify.core.errors import Malformed
from constancia.verify.core.report import MAX_KEPT, FaultList, Verdict, fault_of, shown


@each_row(
    ("faults", "left_open", "verdict", "code"),
    [
        (0, 0, Verdict.INTACT, 0),
        (1, 0, Verdict.ALTERED, 1),
        (0, 1, Verdict.INCONCLUSIVE, 2),
        (1, 1, Verdict.ALTERED, 1),
        (3, 2, Verdict.ALTERED, 1),
    ],
)
def test_verdict_follows_from_faults_and_what_is_open(faults: int, left_open: int, verdict: Verdict, code: int) -> None:
    findings = FaultList()
    for number in range(faults):
        findings.fault("signature", number, "signatures", "a", "b")
    for _ in range(left_open):
        findings.leave_open("no-trust")
    findings.note("tail", start=1)
    findings.not_checked("entries-unread", count=1)
    assert (findings.verdict, findings.verdict.exit_code) == (verdict, code)
    assert [len(remarks) for remarks in (findings.open, findings.notes, findings.unchecked)] == [left_open, 1, 1]


def test_list_begins_without_anything() -> None:
    findings = FaultList()
    assert (findings.total, findings.faults, findings.checked, findings.anchored) == (0, [], {}, False)


def test_first_fault_is_at_the_lowest_index_ranges_come_later_and_the_whole_log_last() -> None:
    places = [(0, None, False), (7, None, False), (7, 9, False), (3, 9, True), (8, 9, True), (None, None, False)]
    findings = FaultList()
    for index, last, somewhere in places[::-1]:
        findings.fault("tile", index, "leaf", "a", "b", last_index=last, somewhere=somewhere)
    found = [(fault.index, fault.somewhere) for fault in findings.faults]
    assert found == [(index, somewhere) for index, _, somewhere in places]


def test_range_of_one_index_is_that_index() -> None:
    findings = FaultList()
    findings.fault("tile", 4, "leaf", b"\x0a", 10, last_index=4, somewhere=True)
    [fault] = findings.faults
    assert (fault.index, fault.last_index, fault.somewhere) == (4, None, False)
    assert (fault.expected, fault.found, fault.level, fault.note) == ("0a", "10", "L1", "")


def test_fault_of_a_range_lies_in_all_of_it_unless_it_is_said_to_lie_somewhere() -> None:
    findings = FaultList()
    findings.fault("size", 4, "checkpoint", 4, 9, last_index=9)
    findings.add(fault_of(Malformed("form", "v", "1", 2), "entry-form", 3, "entry", "L1"))
    assert [fault.somewhere for fault in findings.faults] == [False, False]


def test_faults_beyond_what_is_stored_are_counted_and_the_first_one_stays_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(report, "MAX_FAULTS", 3)
    findings = FaultList()
    for index in (5, 6, 7, 8, 2):
        findings.fault("index", index, "index", index, index + 1)
    assert findings.total == 5
    assert [fault.index for fault in findings.faults] == [2, 5, 6]
    others = FaultList()
    for index in (5, 6, 8, 7):
        others.fault("index", index, "index", index, index + 1)
    assert [fault.index for fault in others.faults] == [5, 6, 7]
    others.fault("previous", 7, "previous", "a", "b")
    assert [fault.code for fault in others.faults] == ["index"] * 3


def test_counts_of_a_level_add_up() -> None:
    findings = FaultList()
    findings.count("L1", "entries")
    findings.count("L1", "entries", 4)
    findings.count("L2", "entries")
    assert findings.checked == {"L1": {"entries": 5}, "L2": {"entries": 1}}


@each_row(("length", "is_cut"), [(MAX_KEPT - 1, False), (MAX_KEPT, False), (MAX_KEPT + 1, True)])
def test_long_values_are_cut_with_a_sign(length: int, is_cut: bool) -> None:
    assert shown("x" * length) == "x" * min(length, MAX_KEPT) + "…" * is_cut


@each_row(("where", "field"), [("$", "entry"), ("", "entry"), ("entry", "entry"), ("$.v", "entry: $.v")])
def test_form_error_becomes_a_fault_at_its_place(where: str, field: str) -> None:
    fault = fault_of(Malformed("form", where, "one", "two"), "entry-form", 3, "entry", "L1")
    assert (fault.code, fault.index, fault.field, fault.level) == ("entry-form", 3, field, "L1")
    assert (fault.expected, fault.found, fault.note) == ("one", "two", "form")


def test_error_says_what_was_expected_and_what_there_was() -> None:
    assert str(Malformed("form", "index", "an integer", "x")) == "index: expected an integer, found x [form]"
    assert str(Malformed("form", "index", "an integer")) == "index: expected an integer, found nothing [form]"


def test_r2_fault_of_the_first_entry_comes_before_that_of_the_second() -> None:
    faults = FaultList()
    for index in (1, 0):
        faults.fault("index", index, "index", index, 9)
    assert [fault.index for fault in faults.faults] == [0, 1]
