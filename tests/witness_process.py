"""`constancia witness` as a process, for tests that need the real thing."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from constancia.ledger.disk.durable import write_file
from constancia.ledger.folder import policy_text
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.keys.note_keys import Cosigner, NoteKeys
from constancia.ledger.witnesses.witness import READY

PASSPHRASE = b"a passphrase for tests"
PROGRAM = ("-m", "constancia")
ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Home:
    """A witness's folder: keys, passphrase, policy, store."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, name: str, *logs: LogSigner) -> "Home":
        NoteKeys.generate().save(folder / "key.pem", PASSPHRASE, name)
        write_file(folder / "passphrase", PASSPHRASE)
        text = "".join(policy_text(one.vkey).partition("quorum")[0] for one in logs)
        write_file(folder / "policy", f"{text}quorum none\n".encode())
        return cls(folder)

    @property
    def cosigner(self) -> Cosigner:
        return Cosigner.load(self.folder / "key.pem", PASSPHRASE)

    def command(self, *more: str, program: Sequence[str] = PROGRAM) -> list[str]:
        return [
            sys.executable, *program, "witness", "--policy", str(self.folder / "policy"),
            "--store", str(self.folder / "store.sqlite"), "--key", str(self.folder / "key.pem"),
            "--passphrase-file", str(self.folder / "passphrase"), *more,
        ]  # fmt: skip

    def start(
        self, *more: str, listen: str = "127.0.0.1:0", program: Sequence[str] = PROGRAM
    ) -> "tuple[subprocess.Popen[str], str]":
        """Starts it, or a program that is it but for a little; gives the process and its submission prefix."""
        create = [] if (self.folder / "store.sqlite").exists() else ["--create"]
        process = subprocess.Popen(
            self.command("--listen", listen, *create, *more, program=program),
            cwd=ROOT / ".import", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.startswith(READY):
            process.kill()
            raise AssertionError(process.communicate()[1])
        return process, line.removeprefix(READY).strip()


def end(process: "subprocess.Popen[str]") -> str:
    """Ends it, and gives what it said on standard error."""
    process.terminate()
    return process.communicate(timeout=20)[1]


@contextlib.contextmanager
def running(homes: Sequence[Home]) -> Iterator[list[str]]:
    started = [one.start() for one in homes]
    try:
        yield [url for _process, url in started]
    finally:
        for process, _url in started:
            end(process)
