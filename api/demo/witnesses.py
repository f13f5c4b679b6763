"""The demonstration's witnesses: one real process for each founding party, on loopback ports.

D/witnesses/policy              the log that they witness
D/witnesses/passphrase          a demonstration has no secrets
D/witnesses/<party>/key.pem     its two keys
D/witnesses/<party>/store.sqlite
"""

import contextlib
import importlib.util
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from constancia.ledger.disk.durable import write_file
from constancia.ledger.errors import LedgerError
from constancia.ledger.folder import policy_text
from constancia.ledger.keys.note_keys import KEY_FILE_MODE, Cosigner, NoteKeys
from constancia.ledger.witnesses.quorum_status import MLDSA44_SUFFIX, policy_lines
from constancia.ledger.witnesses.witness import READY

FOLDER: Final = "witnesses"
_READY_S: Final = 30.0
_STOP_S: Final = 5.0
# Any two of the three: one party that is abolished, hacked or gone must not be able to end witnessing. Two histories
# would each need two cosignatures, so one witness would have to cosign both, which its own signatures prove.
_NEEDED: Final = 2


def make_witnesses(folder: Path, parties: tuple[str, ...], origin: str, log_vkey: str, passphrase: bytes) -> None:
    """Make keys for each party's witness, and the policy that names the log to them.

    Args:
        folder: The ledger's folder.
        parties: The parties that run a witness.
        origin: The log's origin; the witnesses' names are below it.
        log_vkey: The log's verifier key.
        passphrase: Passphrase of the key files.
    """
    home = folder / FOLDER
    write_file(home / "policy", policy_text(log_vkey).encode())
    write_file(home / "passphrase", passphrase + b"\n", mode=KEY_FILE_MODE)
    for party in parties:
        NoteKeys.generate().save(home / party / "key.pem", passphrase, f"{origin}/{party}")


def can_run_witnesses() -> bool:
    """Return whether the extra `server` is installed, which a witness's server needs."""
    return all(
        importlib.util.find_spec(name) is not None for name in ("limits", "pydantic_settings", "starlette", "uvicorn")
    )


def has_witnesses(folder: Path) -> bool:
    """Return whether a folder contains the demonstration's witnesses."""
    return (folder / FOLDER / "policy").exists()


@contextlib.contextmanager
def running_witnesses(folder: Path, *lifelines: int) -> Iterator[dict[str, str]]:
    """Run a folder's witnesses within the block.

    Args:
        folder: The ledger's folder.
        lifelines: Descriptors of pipes that each witness keeps open until it ends, by which others see its end.

    Yields:
        The address of each, by party.

    Raises:
        LedgerError: One does not start; its messages are on standard error.
    """
    home = folder / FOLDER
    parties = sorted(key.parent.name for key in home.glob("*/key.pem"))
    processes: dict[str, subprocess.Popen[str]] = {}
    try:
        for party in parties:
            processes[party] = _start(home, party, lifelines)
        yield {party: _address(party, process) for party, process in processes.items()}
    finally:
        _stop(list(processes.values()))


def demo_policy(folder: Path, urls: dict[str, str], log_vkey: str, cosigner_vkey: str | None) -> str:
    """Return the demonstration's policy: the log, its witnesses with their addresses, and the quorum.

    The quorum needs only Ed25519, so that software without ML-DSA-44 can verify too; the quorum line `strict` would
    also require ML-DSA-44.
    """
    home = folder / FOLDER
    passphrase = (home / "passphrase").read_bytes().rstrip(b"\n")
    lines: list[str] = []
    for party, url in urls.items():
        lines += policy_lines(party, Cosigner.load(home / party / "key.pem", passphrase).keys, url)
    names = " ".join(urls)
    strong = " ".join(party + MLDSA44_SUFFIX for party in urls)
    lines.append(f"group parties {_NEEDED} {names}")
    if cosigner_vkey is not None:
        lines.append(f"group parties{MLDSA44_SUFFIX} {_NEEDED} {strong}")
        lines.append(f"group strict all log{MLDSA44_SUFFIX} parties parties{MLDSA44_SUFFIX}")
    return policy_text(log_vkey, cosigner_vkey, lines, "parties")


def by_policy_name(urls: dict[str, str]) -> dict[str, str]:
    """Return the addresses by the names that `demo_policy` gives the witnesses' keys."""
    return {party + suffix: url for party, url in urls.items() for suffix in ("", MLDSA44_SUFFIX)}


def _start(home: Path, party: str, lifelines: tuple[int, ...]) -> subprocess.Popen[str]:
    store = home / party / "store.sqlite"
    arguments = [
        "witness", "--listen", "127.0.0.1:0", "--policy", str(home / "policy"), "--store", str(store),
        "--key", str(home / party / "key.pem"), "--passphrase-file", str(home / "passphrase"), "--stop-with-stdin",
    ]  # fmt: skip
    # The pipe on its standard input ends it: the pipe closes with this process, even if killed. A new session keeps the
    # terminal's Ctrl-C in this process, which stops the witness.
    return subprocess.Popen(  # noqa: S603 - our own program and paths
        [sys.executable, "-P", "-m", "constancia", *arguments, *([] if store.exists() else ["--create"])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        pass_fds=lifelines,
    )


def _address(party: str, process: subprocess.Popen[str]) -> str:
    watchdog = threading.Timer(_READY_S, process.kill)
    watchdog.start()
    try:
        line = process.stdout.readline() if process.stdout is not None else ""
    finally:
        watchdog.cancel()
    if not line.startswith(READY):
        raise LedgerError(f"the witness of {party} did not start")
    return line.removeprefix(READY).strip()


def _stop(processes: list[subprocess.Popen[str]]) -> None:
    for process in processes:
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
    for process in processes:
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
