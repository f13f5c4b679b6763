"""Foreign text that a monitor keeps: cleaned before it is stored, and no reason to stop."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.rows import each_row

from constancia.api.monitor.feed import atom
from constancia.ledger.monitor.findings import JournalLine, LogFinding, event_of
from constancia.ledger.monitor.watch_folder import JOURNAL, LogFolder

URL = "http://log.example"
HOSTILE = ("403 \x1b[2J", "a\x00b", "\ufffe", "a\u202eb", "\ud800", "a\nb")


@pytest.mark.parametrize("text", HOSTILE)
def test_foreign_text_is_cleaned_before_it_is_kept_and_every_writer_takes_it(text: str, tmp_path: Path) -> None:
    folder = LogFolder(tmp_path, URL)
    folder.record([LogFinding(code="unreachable", params={"reason": text})], frozenset(), "2026-01-01T00:00:00Z")
    again = LogFolder(tmp_path, URL)
    assert [one.finding.params["reason"].isprintable() for one in again.events] == [True]
    ET.fromstring(atom(again.events, text, "es"))  # noqa: S314 - our own feed


@each_row("text", HOSTILE)
def test_journal_of_an_older_version_is_cleaned_when_it_is_read(text: str) -> None:
    line = {"at": "2026-01-01T00:00:00Z", "code": "unreachable", "event": "found", "evidence": None, "key": text,
            "origin": text, "params": {"reason": text}, "url": URL}  # fmt: skip
    event: JournalLine = event_of(json.loads(json.dumps(line)))
    ET.fromstring(atom([event], "monitor", "en"))  # noqa: S314 - our own feed


def test_p3_damaged_line_is_passed_over(tmp_path: Path) -> None:
    folder = LogFolder(tmp_path, URL)
    folder.record([LogFinding(code="unreachable", params={"reason": "x"})], frozenset(), "2026-01-01T00:00:00Z")
    journal = folder.path / JOURNAL
    journal.write_bytes(b'{"at": 1}\n\xff\n[]\n{"code": "unknown"}\n' + journal.read_bytes())
    again = LogFolder(tmp_path, URL)
    assert (len(again.events), again.damaged, len(again.open)) == (1, 4, 1)
