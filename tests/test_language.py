"""The language that one test's command was run in is not the next one's."""

import os

import pytest
from typer.testing import CliRunner

from constancia.api.cli import app
from constancia.api.cli.terminal import language

GIVEN = os.environ.get("CONSTANCIA_LANG")


@pytest.mark.parametrize("lang", ["en", "es"])
def test_command_run_in_this_process_leaves_no_language(lang: str) -> None:
    assert os.environ.get("CONSTANCIA_LANG") == GIVEN
    CliRunner().invoke(app, ["--lang", lang, "show", "--dir", "/nowhere"])
    assert language() == lang
