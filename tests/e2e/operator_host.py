"""What an operator who holds the log's key can serve, and what those who look at it find: real HTTP, counted."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
from tests.e2e.operator_table import Notice
from tests.ledger.false_witness import RealWitness
from tests.verify.small_ledger import ORIGIN, Log, write

from constancia.ledger.folder import policy_text
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.wire.proofs import consistency_proof
from constancia.ledger.witnesses.protocol import format_request, parse_answer
from constancia.ledger.witnesses.quorum_status import policy_lines
from constancia.verify.audit.run import audit
from constancia.verify.core.formats.note import format_note, parse_note
from constancia.verify.core.formats.policy import open_with_policy
from constancia.verify.report.findings import Fault, Report, Verdict
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust
from constancia.verify.wire.merkle import hash_leaf

FRESH = "verifier without trust folder"
PINNED = "verifier with key and genesis pinned"
HOLDER = "holder of an older checkpoint"
SIGNATORY = "verifier, by a later signatory's `seen`"
QUORUM = "verifier whose policy asks for witnesses"
WITNESS = "witness"


@dataclass
class Host:
    """An address, and the paths that were asked of it."""

    url: str = ""
    asked: list[str] = field(default_factory=list)


@contextlib.contextmanager
def folder_served(folder: Path) -> Iterator[Host]:
    """Serves a folder as it is, and counts."""
    host = Host()

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append(self.path)
            super().do_GET()

        def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - the library's name
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    host.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Counted:
    """An application that counts what is asked of it."""

    def __init__(self, app: Callable[..., Any], asked: list[str]) -> None:
        self.app, self.asked = app, asked

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.asked.append(str(scope.get("path")))
        await self.app(scope, receive, send)


def place(fault: Fault) -> str:
    """Where a fault is, in words."""
    if fault.index is None:
        return "the log as a whole"
    if fault.last_index is None:
        return f"entry {fault.index}"
    return f"{'somewhere in ' if fault.somewhere else ''}entries {fault.index} to {fault.last_index}"


def told(report: Report, *more: str) -> str:
    """A report's verdict with its first fault or what it leaves open; `more` are notes to be named if they are there."""
    if report.first is not None:
        return f"altered: {report.first.level} `{report.first.code}`, {place(report.first)}"
    said = report.verdict.name.lower()
    if report.open:
        said += ": " + ", ".join(f"`{one.code}`" for one in report.open)
    noted = [f"`{one.code}`" for one in report.notes if one.code in more]
    return said + (f"; note {', '.join(noted)}" if noted else "")


def notice(who: str, report: Report, requests: int | None = None) -> Notice:
    """What a report is for who reads it: noticed if and only if it says ALTERED."""
    return Notice(who, report.verdict is Verdict.ALTERED, told(report), requests)


def check(place_: Path | str, trust: Path | None = None, **more: Any) -> Report:
    """An audit of a source."""
    with open_source(str(place_)) as source:
        pinned = None if trust is None else load_trust(trust)
        return audit(source, pinned, all_faults=True, workers=2, **more)


def look(who: str, folder: Path, trust: Path | None = None, **more: Any) -> Notice:
    """What an observer finds at an address that serves a folder."""
    with folder_served(folder) as host:
        report = check(host.url, trust, **more)
        # Asked twice, a host could claim one log to the first question and show another to the second.
        assert host.asked.count("/checkpoint") == 1
        return notice(who, report, len(host.asked))


class Operator:
    """The holder of the log's key: publishes what it likes, and asks witnesses to cosign it."""

    def __init__(self, folder: Path, true: Log) -> None:
        self.folder = folder
        self.true = true
        self.signer = LogSigner(ORIGIN, true.signer.key.private)
        self.pinned = true.write_trust(folder / "pinned")
        self.witnesses: list[RealWitness] = []
        self._published = 0

    def publish(self, log: Log, note: bytes | None = None) -> Path:
        """Publishes a history, with its own checkpoint or another note."""
        self._published += 1
        folder = log.write_folder(self.folder / f"published-{self._published}")
        if note is not None:
            write(folder / "checkpoint", note)
        return folder

    def kept(self, size: int, log: Log | None = None) -> Path:
        """The trust folder of who kept the checkpoint of a size."""
        return (log or self.true).write_trust(self.folder / f"kept-{size}-{id(log)}", kept=size)

    def start_witnesses(self, count: int = 3) -> Path:
        """Real witnesses, each of which cosigns the true log; gives the trust folder that asks for two of them."""
        for number in range(count):
            one = RealWitness(self.folder, f"w{number + 1}", self.signer)
            one.start()
            self.witnesses.append(one)
        named = {f"w{number + 1}": one for number, one in enumerate(self.witnesses)}
        lines = [line for name, one in named.items() for line in policy_lines(name, one.cosigner.keys)]
        trust = self.true.write_trust(self.folder / "quorum")
        lines.append(f"group parties {min(2, count)} {' '.join(named)}")
        write(trust / "policy", policy_text(self.signer.vkey, None, lines, "parties").encode())
        return trust

    def close(self) -> None:
        for one in self.witnesses:
            one.close()

    def ask(self, one: RealWitness, log: Log, old: int | None = None, note: bytes | None = None) -> httpx.Response:
        """Hands in a history's checkpoint, with the best proof that its own tree gives from the size last cosigned."""
        known = one.witness.store.known().get(ORIGIN)
        old = (0 if known is None else known.size) if old is None else old
        tree = log.tree
        proof = consistency_proof(tree, old, log.size) if 0 < old <= log.size else []
        body = format_request(old, proof, note or log.checkpoint())
        return httpx.post(f"{one.url}/add-checkpoint", content=body)

    def cosigned(self, log: Log) -> bytes:
        """The history's checkpoint with the lines of all witnesses that cosign it."""
        note = parse_note(log.checkpoint())
        lines = list(note.signatures)
        for one in self.witnesses:
            answer = self.ask(one, log)
            if answer.status_code == 200:
                lines += parse_answer(note.text, answer.content)
        return format_note(note.text, lines)


def by_witness(one: RealWitness, answer: httpx.Response, requests: int = 1) -> Notice:
    """What a witness answered, and whether it kept evidence."""
    kept = [evidence.reason for evidence in one.witness.store.evidence()]
    said = f"refuses, {answer.status_code}" if answer.status_code != 200 else "cosigns"
    if kept:
        said += f", alarm `{kept[-1]}`"
    elif answer.status_code == 409:
        said += f" with its size, {answer.text.strip()}"
    return Notice(WITNESS, answer.status_code != 200, said, requests)


def convicted(notes: Sequence[bytes], trust: Path) -> list[str]:
    """The witnesses of a policy whose sound cosignatures stand under two roots of one size."""
    policy = load_trust(trust).policy
    roots: dict[tuple[str, int], set[bytes]] = {}
    for raw in notes:
        opened = open_with_policy(raw, policy)
        for name in opened.cosigned:
            roots.setdefault((name, opened.checkpoint.size), set()).add(opened.checkpoint.root)
    return sorted({name for (name, _size), found in roots.items() if len(found) > 1})


def indexes_of(log: Log) -> Mapping[bytes, int]:
    """The entries of a log by their leaf hash."""
    return {hash_leaf(raw): index for index, raw in enumerate(log.entries)}
