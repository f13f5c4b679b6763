"""The report: three verdicts, the first fault, and words for everything in both languages."""

import ast
import re
import string
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest
from tests.rows import each_row

from constancia.verify.audit.run import LEVELS_ABOVE
from constancia.verify.core.errors import Unreadable
from constancia.verify.report.findings import MAX_FAULTS, MAX_KEPT, Findings, Verdict
from constancia.verify.report.kinds import NOT_HAD
from constancia.verify.report.rendering import report_text, unreadable_text
from constancia.verify.report.words import FAULTS, IN_A_DEMONSTRATION, LABELS, REMARKS
from constancia.verify.sources.published_log import LACKS
from constancia.verify.sources.web import CONTACT

VERIFY = Path(__file__).resolve().parents[3] / "verify"
LEVELS = VERIFY.parent / "ledger"  # levels above L2 report through the same words


def findings() -> Findings:
    return Findings("folder", "/somewhere")


def test_r1_no_fault_and_nothing_open_is_intact() -> None:
    assert findings().report().verdict is Verdict.INTACT


def test_r1_open_point_is_inconclusive() -> None:
    found = findings()
    found.leave_open("no-trust")
    assert found.report().verdict is Verdict.INCONCLUSIVE


def test_r1_fault_outweighs_an_open_point() -> None:
    found = findings()
    found.leave_open("no-trust")
    found.fault("root", None, "checkpoint", "a", "b")
    assert found.report().verdict is Verdict.ALTERED


def test_r1_what_was_not_checked_alone_leaves_the_verdict() -> None:
    found = findings()
    found.not_checked("time")
    assert found.report().verdict is Verdict.INTACT


@each_row(("verdict", "code"), [("INTACT", 0), ("ALTERED", 1), ("INCONCLUSIVE", 2)])
def test_exit_codes_are_stable(verdict: str, code: int) -> None:
    assert Verdict[verdict].exit_code == code


def test_r2_first_fault_has_the_lowest_index_and_the_logs_own_come_last() -> None:
    found = findings()
    for index in (None, 7, 3, 9):
        found.fault("root" if index is None else "signature", index, "x", "a", "b")
    assert [one.index for one in found.report().faults] == [3, 7, 9, None]


def test_faults_beyond_the_limit_are_counted_and_the_first_is_kept() -> None:
    found = findings()
    for index in range(MAX_FAULTS + 10, 0, -1):
        found.fault("signature", index, "x", "a", "b")
    report = found.report()
    assert (report.faults_total, len(report.faults)) == (MAX_FAULTS + 10, MAX_FAULTS)
    assert report.first is not None
    assert report.first.index == 1


@each_row("lang", ["es", "en"])
def test_text_shows_what_could_harm_a_terminal_escaped(lang: str) -> None:
    found = findings()
    found.origin = "evil\x1b[2J\u202e"
    found.fault("ledger", 4, "statement.ledger", "a\x07", "b\u200b")
    text = report_text(found.report(), lang)
    assert all(character.isprintable() or character == "\n" for character in text)


def test_range_of_a_fault_is_shown() -> None:
    found = findings()
    found.fault("root", 4, "checkpoint", "a", "b", last_index=9)
    assert "entries 4 to 9" in report_text(found.report(), "en")
    assert "entries 4–9" in report_text(found.report(), "en", detail=True)


@cache
def calls() -> Mapping[str, Sequence[ast.Call]]:
    """The calls in the verifier and in the further levels, by the name of what is called."""
    by_name: dict[str, list[ast.Call]] = defaultdict(list)
    for path in (*VERIFY.rglob("*.py"), *LEVELS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                by_name[called].append(node)
    return by_name


def codes_used(method: str, position: int) -> set[str]:
    values = [call.args[position] for call in calls().get(method, ()) if len(call.args) > position]
    return {value.value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str)}


def test_every_fault_that_can_be_raised_has_words_and_every_word_is_used() -> None:
    used = codes_used("fault", 0) | codes_used("_fault", 0) | codes_used("_fault", 1) | codes_used("fault_of", 1)
    used |= (
        codes_used("contradict", 0) | codes_used("root_differs", 0) | codes_used("_Contradiction", 1) | {"signature"}
    )
    used |= {one for one in codes_used("Malformed", 0) if one.startswith("time-")}
    assert used == set(FAULTS)


def test_every_remark_has_words_and_every_word_is_used() -> None:
    used = codes_used("note", 0) | codes_used("leave_open", 0) | codes_used("not_checked", 0)
    used |= codes_used("lack", 0) | LACKS | {"added", "changed", "form", "zip-folder", "zip-ignored"}
    used |= {"rollback-accepted", "clock-accepted"}  # one call says both
    used |= set(IN_A_DEMONSTRATION.values())
    in_the_page_alone = {"browser-zone"}
    assert used | {"suspect", "disowned", *LEVELS_ABOVE} | in_the_page_alone == set(REMARKS)


def test_both_languages_ask_for_the_same_parameters() -> None:
    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert [code for code, words in REMARKS.items() if fields(words["es"]) != fields(words["en"])] == []


def test_words_are_there_in_both_languages() -> None:
    for table in (FAULTS, LABELS, REMARKS):
        assert [code for code, words in table.items() if not words["es"] or not words["en"]] == []


def test_value_of_a_fault_is_bounded() -> None:
    findings = Findings("store", "x")
    findings.fault("row", 0, "x", b"\xff" * 100_000, "y" * 100_000)
    (fault,) = findings.report().faults
    assert len(fault.expected) == len(fault.found) == MAX_KEPT + 1


@each_row(
    ("error", "es", "en"),
    [
        (Unreadable("unreachable", "http://127.0.0.1:9/checkpoint", "refused"), "Nadie responde", "Nobody answers"),
        (Unreadable("missing", "checkpoint", "there is no such file"), "quítele /es/", "take away /es/"),
        (Unreadable("missing", "tile/0/000", "there is no such file"), "que el libro firmó", "that the log signed"),
    ],
)
def test_address_that_gives_no_ledger_says_what_to_do(error: Unreadable, es: str, en: str) -> None:
    """A page's address is no ledger's: nothing that a log signed is missing there."""
    for lang, words in (("es", es), ("en", en)):
        advice = unreadable_text(error, lang).splitlines()[1]
        assert words in advice
        assert ("signed" in advice or "firmó" in advice) is (error.where == "tile/0/000")


@pytest.mark.parametrize("code", sorted(NOT_HAD))
def test_what_a_system_or_library_said_comes_after_what_to_do(code: str) -> None:
    error = Unreadable(code, "libro", "[Errno 2] IncompleteRead: 'libro'")
    for lang, technical in (("es", "Detalle técnico"), ("en", "Technical detail")):
        first, advice, last = unreadable_text(error, lang).splitlines()
        assert first.endswith(f"libro [{code}]")
        assert advice == NOT_HAD[code][lang]
        assert last == f"{technical}: {error.detail}"
        assert unreadable_text(error, lang, lambda _words: "put").endswith(": put")


def test_every_way_in_which_a_source_can_not_be_had_says_what_to_do() -> None:
    """Each code that a reader of sources gives has its words, so that no library's text comes first or alone."""
    raised = re.compile(r'Unreadable\(\s*"([a-z-]+)"')
    texts = [path.read_text("utf-8") for room in ("sources", "trust") for path in (VERIFY / room).glob("*.py")]
    codes = {code for text in texts for code in raised.findall(text)} | CONTACT
    assert {"cut", "refused", "store", "too-large", "trust", "unreachable"} <= codes
    silent = [code for code in codes if "\n" not in unreadable_text(Unreadable(code, "libro", "why"), "es")]
    assert sorted(silent) == ["bundle"]  # an entry's file that a caller asks for, of a log that was opened
