"""Foreign text, shown: looked at through a terminal emulator, an XML parser and the console's encodings."""

import unicodedata
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rows import each_row

from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.report.findings import Findings
from constancia.verify.report.printable import MAX_PRINTABLE, printable
from constancia.verify.report.rendering import report_json, report_text

HOSTILE = (
    "\x1b[2J\x1b[1;1HINTACT  libro.zip", "a\nINTACT  b", "a\rINTACT", "\x9b2J", "\x1b]0;t\x07", "a\u202egnp",
    "a\u200bb",     "\ufffe\uffff", "\ud800", "\x00", "\x08\x08\x08", "\u2028x", "\u3164", "\U000e0041", "x" * 3_000,
)  # fmt: skip


@given(st.text())
def test_s1_nothing_that_acts_is_left(text: str) -> None:
    shown = printable(text)
    assert all(unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for one in shown)
    assert ET.fromstring(f"<a>{escape(shown)}</a>").text == (shown or None)  # noqa: S314 - our own text
    assert printable(shown) == shown
    shown.encode()


@pytest.mark.parametrize("text", HOSTILE)
def test_report_with_foreign_text_shows_its_own_verdict_on_its_own_line(text: str) -> None:
    findings = Findings("zip", text)
    findings.origin, findings.log_key = text, text
    findings.fault("row", 1, text, text, text)
    findings.leave_open("no-quorum", names=text)
    findings.lack("missing", text)
    report = findings.report(list_all=True)
    plain_report = Findings("zip", "x")
    plain_report.origin, plain_report.log_key = "x", "x"
    plain_report.fault("row", 1, "x", "x", "x")
    plain_report.leave_open("no-quorum", names="x")
    plain_report.lack("missing", "x")
    wanted = report_text(plain_report.report(list_all=True), "en").count("\n")
    for lang in ("es", "en"):
        said = report_text(report, lang)
        assert said.count("\n") == wanted
        screen = pyte.Screen(400, 120)
        pyte.Stream(screen).feed(said.replace("\n", "\r\n"))
        assert screen.display[0].startswith(("ALTERADO", "ALTERED"))
        assert not any(line.startswith("INTACT") for line in screen.display)
    assert "\x1b" not in report_json(report)
    assert "\u202e" not in report_json(report)


@each_row("text", HOSTILE)
def test_errors_are_one_line(text: str) -> None:
    for error in (Unreadable("file", text, text), Malformed("form", text, text, text)):
        assert str(error).isprintable()
        assert len(str(error)) <= MAX_PRINTABLE + 1


@each_row("blank", "\u034f\u115f\u1160\u17b4\u2800\u3164\uffa0\ufe00\ufe0f\U000e0100\U000e01ef\u200b\u00ad")
def test_what_is_blank_is_escaped_where_all_the_rest_is_plain(blank: str) -> None:
    assert printable(f"ñandú{blank}b") == f"ñandú{blank.encode('unicode_escape').decode()}b"
    assert printable("ñandú — «b» 中 ☃") == "ñandú — «b» 中 ☃"
