"""A reader process that is started next to a server: what it refuses before it reads the ledger."""

import io
import json
import logging
import sys
from pathlib import Path

import pytest
from tests.api.served import Desk

from constancia.api.cli.operator import reader_main
from constancia.api.http.settings import Settings
from constancia.ledger.ledger import Ledger


@pytest.mark.parametrize("change", [" ", "\n# of today\n"])
def test_k2_policy_that_was_edited_is_refused_before_the_ledger_is_opened(
    adopted: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, change: str
) -> None:
    """A reader that is started again would otherwise read millions of entries each time, and then end."""
    ledger = adopted.ledger
    asked = {
        "settings": Settings().model_dump(mode="json"), "folder": str(ledger.folder.path), "policy": ledger.policy,
        "size": ledger.size, "root": ledger.log.root().hex(), "database": None, "socket": str(tmp_path / "socket"),
    }  # fmt: skip
    opened: list[object] = []

    def noting(folder: Path, **_: object) -> Ledger:
        opened.append(folder)
        raise AssertionError("all of it is read")

    monkeypatch.setattr(Ledger, "open", noting)
    monkeypatch.setattr("constancia.api.text.log_lines.use_log_lines", lambda: None)  # as the tests have it
    policy = ledger.folder.policy
    before = policy.read_text(encoding="utf-8")
    for text, is_read in ((before + change, False), (before, True)):
        policy.write_text(text, encoding="utf-8")
        monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(asked) + "\n"))
        if is_read:
            with pytest.raises(AssertionError, match="all of it is read"):
                reader_main.run()
        else:
            with caplog.at_level(logging.ERROR):
                assert reader_main.run() == 1
            assert "start the server again" in caplog.text
            assert opened == []
