"""The command line, run in the test's own process: what a verb prints and how it ends, without an interpreter's start.

That each verb also runs as a process of its own is shown once, by the journey of tests/e2e.
"""

import contextlib
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.warm_server import share_commands
from typer.testing import CliRunner

from constancia.api.cli import app

share_commands(app)


def run_here(
    arguments: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path
) -> "subprocess.CompletedProcess[str]":
    """Run a command as `constancia` would in a folder and with an environment.

    Args:
        arguments: What stands behind the program's name.
        env: Variables that are set while it runs.
        cwd: The current folder while it runs.

    Returns:
        Exit code, standard output and standard error.

    Raises:
        BaseException: What the command let through; a process would have ended with a traceback.
    """
    given = [str(argument) for argument in arguments]
    with contextlib.chdir(cwd):
        result = CliRunner().invoke(app, given, env=dict(env), prog_name="constancia")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return subprocess.CompletedProcess(given, result.exit_code, result.stdout, result.stderr)
