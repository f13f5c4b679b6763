"""`constancia serve --read-only`: a reader beside the process that writes, which shows what that one appends."""

import subprocess
from pathlib import Path
from typing import Any

import httpx
from tests.e2e.test_stop import started
from tests.e2e.test_witnesses import copy, served, signed_report, until, unwitnessed
from tests.warm import COMMAND
from tests.witness_process import ROOT

from constancia.ledger.backup.backup import backup, restore
from constancia.ledger.clock import SystemClock

__all__ = ("copy", "unwitnessed")


def told(url: str) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{url}/api/v1/ledger").json()
    return found


def test_reader_shows_what_another_process_appends_and_takes_nothing_in(unwitnessed: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.signed.json"
    path.write_bytes(signed_report(unwitnessed))
    with served(unwitnessed, "--read-only") as url:
        before = told(url)
        # Nothing grows yet, and its own rows are made all the same: pages do not go on saying that they lag behind.
        until(lambda: "Las vistas se están" not in httpx.get(f"{url}/es/").text)
        answer = httpx.post(
            f"{url}/api/v1/entries", content=path.read_bytes(), headers={"Content-Type": "application/json"}
        )
        assert (answer.status_code, answer.json()["code"]) == (503, "E_READ_ONLY")
        index = before["size"]
        assert httpx.get(f"{url}/api/v1/entries/{index}").status_code == 404
        done = subprocess.run(
            [*COMMAND, "submit", path, "--to", unwitnessed], cwd=ROOT / ".import", capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
        until(lambda: told(url)["size"] == index + 1)
        # The log's files, the interface and the pages all stand at the new end, and agree with each other.
        assert httpx.get(f"{url}/checkpoint").text.splitlines()[1] == str(index + 1)
        entry = httpx.get(f"{url}/api/v1/entries/{index}")
        assert entry.json()["statement"]["body"]["appointment"] == "ap-z-inai"
        receipt = httpx.get(f"{url}/api/v1/receipts/{index}")
        assert receipt.content == (tmp_path / "x.tlog-proof").read_bytes()
        assert httpx.get(f"{url}/en/entries/{index}").status_code == 200
        state = httpx.get(f"{url}/api/v1/state").json()
        assert (state["size"], "ap-z-inai" in str(state)) == (index + 1, True)
        checked = subprocess.run(
            [*COMMAND, "verify", url, "--trust", unwitnessed / "trust", "--replay"],
            cwd=ROOT / ".import", capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert checked.returncode == 2, checked.stdout  # nobody has cosigned the new end
        assert f"{index + 1}" in checked.stdout


def test_reader_ends_where_another_ledger_is_put_in_its_place(unwitnessed: Path, tmp_path: Path) -> None:
    """An open file stays what it was: the former ledger would be shown for good, and nobody told."""
    backup(unwitnessed, tmp_path / "backup.tar")
    with started(unwitnessed, "--read-only") as server:
        restore(tmp_path / "backup.tar", unwitnessed, now=SystemClock().now())
        assert server.process.wait(60) == 76
        console = server.console.read_text()
    assert "the ledger was restored or moved" in console
    assert "Traceback" not in console
