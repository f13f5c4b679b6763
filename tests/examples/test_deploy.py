"""The files for running the server as a service: they name what there is, and systemd takes them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import typer
from tests.rows import each_row

from constancia.api.cli import app
from constancia.api.http.settings import Settings

DEPLOY = Path(__file__).resolve().parents[2] / "examples" / "deploy"
UNITS = ("constancia.service", "constancia-mirror.service")
MAX_EXPOSURE = 2.0  # of 10, by `systemd-analyze security`


def verbs() -> dict[str, set[str]]:
    """Each verb's options."""
    commands = getattr(typer.main.get_command(app), "commands")  # noqa: B009 - typer does not type what it gives
    return {name: {one for each in command.params for one in each.opts} for name, command in commands.items()}


def variables() -> set[str]:
    """Every environment variable that the server reads."""
    commands = getattr(typer.main.get_command(app), "commands")  # noqa: B009
    of_options = {each.envvar for each in commands["serve"].params if isinstance(each.envvar, str)}
    return of_options | {f"CONSTANCIA_{name.upper()}" for name in Settings.model_fields}


@each_row("name", [*UNITS, "Containerfile"])
def test_variables_and_options_exist(name: str) -> None:
    text = (DEPLOY / name).read_text("utf-8")
    assert set(re.findall(r"\bCONSTANCIA_[A-Z_]+", text)) <= variables()
    for verb, rest in re.findall(r"^ExecStart=/opt/constancia/bin/constancia (\w+)(.*)$", text, re.MULTILINE):
        assert set(re.findall(r"--[a-z-]+", rest)) <= verbs()[verb]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is missing")
@pytest.mark.parametrize("name", UNITS)
def test_systemd_takes_the_unit_and_finds_little_exposed(name: str, tmp_path: Path) -> None:
    text = (DEPLOY / name).read_text("utf-8")
    unit = tmp_path / name
    # The program and its user are not on this machine.
    unit.write_text(re.sub(r"^(User|Group)=.*", r"\1=root", text.replace("/opt/constancia/bin/constancia", "/bin/true"),
                           flags=re.MULTILINE))  # fmt: skip
    verified = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert [line for line in verified.stderr.splitlines() if name in line] == []
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(DEPLOY / name)]
    judged = subprocess.run(command, capture_output=True, text=True, check=False)
    exposure = re.search(r"exposure level for .*: ([\d.]+)", judged.stdout)
    if exposure is None:
        pytest.skip(f"systemd-analyze can't judge a file here: {judged.stderr[:200]}")
    assert float(exposure[1]) <= MAX_EXPOSURE
