"""The demonstration's witnesses and a served ledger's, as processes: they cosign, and end with who began them."""

import contextlib
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.warm import COMMAND
from tests.witness_process import ROOT

from constancia.api.demo.props import PARTIES
from constancia.api.demo.run import DemoResult
from constancia.domain.values.calendar import format_instant, local_day
from constancia.ledger.clock import SystemClock
from constancia.ledger.keys.key_file import load
from constancia.ledger.keys.note_keys import Cosigner
from constancia.ledger.ledger import Ledger
from constancia.ledger.signatory.checkpoint_memory import Watch
from constancia.ledger.signatory.draft import (
    Occasion,
    draft_statement,
    sign_statement,
)
from constancia.ledger.submission import signed_document
from constancia.ledger.witnesses.protocol import format_request
from constancia.verify.audit.run import audit
from constancia.verify.core.formats.note import parse_vkey
from constancia.verify.core.formats.policy import open_with_policy
from constancia.verify.report.findings import Verdict
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust
from constancia.verify.wire.tlog_proof import parse_tlog_proof


def witnesses_of(folder: Path) -> list[int]:
    """The processes that are the witnesses of a folder's demonstration, wherever it is being made.

    One that was forked (tests/warm.py) has its parent's command line: it is known by the store that it has open.
    """
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                said = (entry / "cmdline").read_text().split("\0")
                is_started = "witness" in said and str(folder.parent) in " ".join(said)
                opened = [one.readlink() for one in (entry / "fd").iterdir()]
                if is_started or any(one.match(f"{folder.parent}/*/witnesses/*/store.sqlite") for one in opened):
                    found.append(int(entry.name))
    return found


def until(met: Callable[[], Any], seconds: float = 40) -> Any:
    end = time.monotonic() + seconds
    while not (found := met()):
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def start(*arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [*COMMAND, *arguments], cwd=ROOT / ".import", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


@pytest.fixture
def copy(demo: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(demo, tmp_path / "copy" / "demo"))


@pytest.fixture
def unwitnessed(copy: Path) -> Path:
    """A copy whose policy does not say where its witnesses are: who serves it waits five seconds for none of them."""
    policy = copy / "trust" / "policy"
    text, count = re.subn(r" http://\S+$", "", policy.read_text(encoding="ascii"), flags=re.MULTILINE)
    assert count == 2 * len(PARTIES)
    policy.write_text(text, encoding="ascii")
    return copy


@contextlib.contextmanager
def served(folder: Path, *more: str, port: int = 0) -> Iterator[str]:
    port = port or free_port()
    process = start("serve", "--dir", str(folder), "--port", str(port), *more)
    url = f"http://127.0.0.1:{port}"
    try:

        def is_there() -> bool:
            with contextlib.suppress(httpx.HTTPError):
                return httpx.get(f"{url}/healthz", timeout=5).status_code == 200
            return False

        until(is_there)
        yield url
    finally:
        process.terminate()
        process.wait(60)


def test_demonstration_is_witnessed_by_all_three(played: tuple[Path, DemoResult]) -> None:
    folder, told = played
    assert told.witnessed
    trust = load_trust(folder / "trust")
    opened = open_with_policy((folder / "log" / "checkpoint").read_bytes(), trust.policy)
    assert (opened.checkpoint.size, opened.witnessed) == (told.size, True)
    assert set(opened.cosigned) == {"log-mldsa44", *PARTIES, *(f"{one}-mldsa44" for one in PARTIES)}
    # The witnesses go by their own clock, the log by the story's.
    now = time.time()
    assert all(abs(opened.cosigned[one] - now) < 3_600 for one in PARTIES)
    assert opened.cosigned["log-mldsa44"] < now - 3 * 365 * 86_400
    for path in (folder / "receipts").iterdir():
        assert open_with_policy(parse_tlog_proof(path.read_bytes()).checkpoint, trust.policy).witnessed
    with open_source(str(folder)) as source:
        assert audit(source, trust).verdict is Verdict.INTACT
    assert witnesses_of(folder) == []


def test_one_witness_less_is_enough_and_two_are_not(copy: Path) -> None:
    policy = load_trust(copy / "trust").policy
    note = (copy / "log" / "checkpoint").read_bytes()
    passphrase = (copy / "witnesses" / "passphrase").read_bytes().strip()
    names = [Cosigner.load(copy / "witnesses" / one / "key.pem", passphrase).name.encode() for one in PARTIES]
    lines = note.split(b"\n")
    for gone, met in ((1, True), (2, False)):
        kept = [line for line in lines if not any(name + b" " in line for name in names[:gone])]
        assert open_with_policy(b"\n".join(kept), policy).witnessed is met


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_witnesses_end_with_the_demonstration_however_it_ends(tmp_path: Path, how: signal.Signals) -> None:
    folder = tmp_path / "made" / "demo"
    folder.parent.mkdir()
    process = start("demo", "--short", "--dir", str(folder))
    until(lambda: len(witnesses_of(folder)) == len(PARTIES))
    if how is signal.SIGINT:  # in the midst of the play
        until(lambda: list(folder.parent.glob(".demo.*.part/ledger.sqlite")) or process.poll() is not None)
    process.send_signal(how)
    process.wait(60)  # its own limits for witnesses and ledger add up to twenty seconds
    until(lambda: witnesses_of(folder) == [], 15)
    if process.returncode == 0:  # it was done before the signal came
        assert (folder / "trust" / "genesis").exists()
    elif how is signal.SIGINT:
        assert process.returncode == 130
        assert list(folder.parent.iterdir()) == [], "nothing half made is left"


def test_what_was_served_without_its_witnesses_is_witnessed_once_they_run_and_no_fork_is(copy: Path) -> None:
    document = signed_report(copy)
    with served(copy) as url:
        before = httpx.get(f"{url}/api/v1/ledger").json()
        assert before["witnessed"]["size"] == before["size"]
        headers = {"Content-Type": "application/json"}
        answer = httpx.post(f"{url}/api/v1/entries", content=document, headers=headers)
        assert answer.status_code == 201, answer.text
        index = answer.json()["index"]
        told = httpx.get(f"{url}/api/v1/witnesses").json()
        assert (told["size"], told["witnessed"]["size"]) == (index + 1, index)
        until(lambda: httpx.get(f"{url}/api/v1/witnesses").json()["items"][0]["problem"] == "unreachable")
        assert "Aún no atestiguado" in httpx.get(f"{url}/es/").text
        assert "Not witnessed yet" in httpx.get(f"{url}/en/entries/{index}").text
        assert "Witnessed by" in httpx.get(f"{url}/en/entries/{index - 1}").text
        # The receipt of what is witnessed is on the witnessed checkpoint, that of the new entry on the last one.
        policy = load_trust(copy / "trust").policy
        for name, witnessed in ((index - 1, True), (index, False)):
            receipt = httpx.get(f"{url}/api/v1/receipts/{name}").content
            assert open_with_policy(parse_tlog_proof(receipt).checkpoint, policy).witnessed is witnessed
    # Once its witnesses are there again they make good what was missed, and end with the server.
    with served(copy, "--demo") as url:
        until(lambda: httpx.get(f"{url}/healthz").json()["witnessed"] == index + 1)
        assert len(witnesses_of(copy)) == len(PARTIES)
        told = httpx.get(f"{url}/api/v1/witnesses").json()
        assert (told["quorum"], told["witnessed"]["size"]) == ("parties", told["size"])
        until(lambda: {each["problem"] for each in httpx.get(f"{url}/api/v1/witnesses").json()["items"]} == {None})
        until(lambda: httpx.get(f"{url}/api/v1/witnesses").json()["witnessed"]["by"] == sorted(PARTIES))
        assert "Atestiguado por INAI" in httpx.get(f"{url}/es/").text
        assert "Witnessed by INAI" in httpx.get(f"{url}/en/entries/3").text
        assert open_with_policy(httpx.get(f"{url}/checkpoint").content, policy).witnessed
        expect_rewriting_is_refused(copy)
    until(lambda: witnesses_of(copy) == [], 15)


def expect_rewriting_is_refused(folder: Path) -> None:
    """Somebody with the log's key cuts the ledger and goes on otherwise; a witness, asked, keeps the evidence."""
    passphrase = (folder / "keys" / "passphrase").read_bytes().strip()
    with Ledger.open(folder, clock=SystemClock(), signer=None) as ledger:
        origin, size = ledger.origin, ledger.size
        signer = ledger.folder.load_log_key(origin, passphrase)
    fork = format_request(size, (), signer.checkpoint(size, bytes(32)))
    port = listening_port(witnesses_of(folder)[0])
    refused = httpx.post(f"http://127.0.0.1:{port}/add-checkpoint", content=fork)
    assert refused.status_code == 422
    assert refused.headers["content-type"].startswith("text/plain")
    assert "evidence 1" in httpx.get(f"http://127.0.0.1:{port}/").text


def listening_port(pid: int) -> int:
    inodes = {str(one.readlink()) for one in Path(f"/proc/{pid}/fd").iterdir() if one.is_symlink()}
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
            return int(fields[1].partition(":")[2], 16)
    raise AssertionError("it listens nowhere")


def signed_report(folder: Path) -> bytes:
    """A statement that the demonstration's ledger takes, signed with a key that lies in its folder."""
    passphrase = (folder / "keys" / "passphrase").read_bytes().strip()
    with Ledger.open(folder, clock=SystemClock(), signer=None) as ledger:

        class View:
            def checkpoint(self) -> bytes:
                return ledger.log.checkpoint()

            def consistency(self, old: int, new: int) -> list[bytes]:
                return ledger.log.consistency_proof(old, new)

        seen = Watch(parse_vkey(ledger.vkey)).update(View())
        now = SystemClock().now()
        today = local_day(now, ledger.state().timezone).isoformat()  # a live act happened lately
        body = {
            "appointment": "ap-z-inai", "capacity": "representative", "name": "Persona inventada", "party": "inai",
            "person": "p-z", "post": {"es": "Representante"}, "provenance": "invented", "scope": ["VoteCast"],
            "valid_from": "2020-01-01",
        }  # fmt: skip
        raw = draft_statement(
            "RepresentativeAppointed", "appointment/ap-z-inai", body, actor={"capacity": "root", "party": "inai"},
            ledger=ledger.origin, seen=seen,
            occasion=Occasion(occurred_on=today, signed_at=format_instant(now)),
        )  # fmt: skip
        key = load(folder / "keys" / "root-inai.pem", passphrase)
        return signed_document(raw, [sign_statement(raw, key)])
