"""One round of a monitor or a mirror that a signal interrupts is no verdict: 0 would say that the log is intact."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.api.command_line import run_here
from tests.verify.small_ledger import Writer


@pytest.fixture
def silent() -> Iterator[str]:
    """Give a host that interrupts this process once it is asked, and answers nothing."""
    listener = socket.create_server(("127.0.0.1", 0))
    asked: list[socket.socket] = []

    def run() -> None:
        connection, _ = listener.accept()
        asked.append(connection)
        connection.recv(65_536)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=run, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    for connection in (*asked, listener):
        connection.close()


@pytest.mark.parametrize("verb", ["monitor", "mirror"])
def test_interrupted_round_has_no_verdicts_code(verb: str, silent: str, tmp_path: Path) -> None:
    Writer().found().log().write_trust(tmp_path / "trust")
    (tmp_path / "secret").write_text("frase de paso larga\n")
    keygen = ["keygen", "mirror.pem", "--witness", "espejo.example", "--passphrase-file", "secret"]
    assert run_here(keygen, env=os.environ, cwd=tmp_path).returncode == 0
    own = ["--key", "mirror.pem", "--passphrase-file", "secret", "--create"] if verb == "mirror" else []
    command = [verb, silent, "--trust", "trust", "--dir", "own", "--once", *own]
    done = run_here(command, env=os.environ, cwd=tmp_path)
    assert done.returncode == 130, done.stdout + done.stderr
