"""Strangers in Python: aics-tlog reads the log, aics-witness cosigns it, and its client asks our witness.

Both were written by others from the same specifications. They need Python 3.12, so they run in an environment of their
own, which is made once below `.venv/`.
"""

import hashlib
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.foreign.conftest import Library
from tests.ledger.false_witness import RealWitness
from tests.ledger.template import Templates
from tests.ledger.witness_scene import LONG_S, PACE, Scene
from tests.ledger.witnessed import TreeLog
from tools.pythons import cached_environment

from constancia.ledger.folder import policy_text
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.wire.proofs import consistency_proof
from constancia.verify.core.formats.cosignature import verify_cosignature
from constancia.verify.core.formats.note import format_vkey, parse_note, parse_vkey
from constancia.verify.core.formats.policy import open_with_policy
from constancia.verify.report.findings import Verdict

HERE = Path(__file__).parent
PACKAGES = ("aics-tlog==0.2.1", "aics-witness==0.1.0")


@pytest.fixture(scope="module")
def python() -> Path:
    there = cached_environment("aics", PACKAGES, (3, 12))
    if isinstance(there, str):
        pytest.skip(there)
    return there


def run(*arguments: str | Path, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        arguments, input=given, capture_output=True, text=True, check=False, timeout=120
    )  # fmt: skip


class TestTheyReadTheLog:
    def test_every_entry_every_tile_and_former_sizes_are_proved(self, python: Path, library: Library) -> None:
        log = library.desk.ledger.log
        done = run(python, HERE / "read_with_aics.py", library.desk.url, library.desk.ledger.vkey)
        assert done.returncode == 0, done.stderr
        read = json.loads(done.stdout)
        assert (read["origin"], read["size"], read["root"]) == (library.desk.ledger.origin, log.size, log.root().hex())
        assert read["included"] == log.size > 512
        assert read["roots"] == {size: log.root(int(size)).hex() for size in read["roots"]}
        assert read["extended"] == len(read["roots"]) >= 6
        assert (read["bundles"], read["tiles"]) == (-(-log.size // 256), -(-log.size // 256) + 1)

    def test_published_folder_too_and_no_other_log_s_key(
        self, python: Path, library: Library, published: tuple[Path, str]
    ) -> None:
        folder, vkey = published[0], library.desk.ledger.vkey
        assert run(python, HERE / "read_with_aics.py", folder, vkey).returncode == 0
        other = run(python, HERE / "read_with_aics.py", folder, LogSigner.generate(library.desk.ledger.origin).vkey)
        assert (other.returncode, "checkpoint:" in other.stderr) == (1, True)

    @pytest.mark.parametrize("path", ["tile/entries/001", "tile/0/000"])
    def test_file_with_one_bit_changed_is_refused(
        self, python: Path, library: Library, published: tuple[Path, str], path: str
    ) -> None:
        file = published[0] / path
        before = file.read_bytes()
        file.write_bytes(before[:99] + bytes([before[99] ^ 1]) + before[100:])
        try:
            done = run(python, HERE / "read_with_aics.py", published[0], library.desk.ledger.vkey)
            assert done.returncode == 1
            assert "TileVerificationError" in done.stderr
        finally:
            file.write_bytes(before)


@contextmanager
def their_witness(python: Path, folder: Path, log: LogSigner) -> Iterator[tuple[str, str]]:
    """Run aics-witness for a log; gives its address and its verifier key."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = str(folder / "witness.json")
    program = [str(python), "-m", "aics_witness"]
    place = ["--config", config, "--name", "stranger.example/w", "--listen", f"127.0.0.1:{port}"]
    made = run(*program, "init", *place)
    assert made.returncode == 0, made.stderr
    vkey = next(word for word in made.stdout.split() if word.startswith("stranger.example/w+"))
    added = run(*program, "add-log", "--config", config, "--origin", log.origin, "--vkey", log.vkey)
    assert added.returncode == 0, added.stderr
    process = subprocess.Popen([*program, "serve", "--config", config], stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                if httpx.get(f"{url}/healthz").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.05)
        yield url, vkey
    finally:
        process.terminate()
        process.wait(20)


class TestTheyCosign:
    @pytest.fixture
    def scene(self, tmp_path: Path, templates: Templates) -> Iterator[Scene]:
        made = Scene(tmp_path, templates.founded, PACE)
        made.found()
        yield made
        if made.desk is not None:
            made.desk.ledger.close()

    def test_our_log_with_their_cosignature_as_quorum_is_intact(
        self, python: Path, scene: Scene, tmp_path: Path
    ) -> None:
        with their_witness(python, tmp_path, scene.signer) as (url, vkey):
            policy = policy_text(
                scene.signer.vkey, scene.signer.cosigner_vkey, [f"witness stranger {vkey} {url}"], "stranger"
            )
            (scene.folder / "d" / "trust" / "policy").write_text(policy)
            desk = scene.open()
            assert desk.ledger.wait_cosigned(LONG_S), desk.ledger.witness_problems
            desk.adopt()
            assert desk.ledger.wait_cosigned(LONG_S), desk.ledger.witness_problems
            opened = open_with_policy(desk.ledger.log.checkpoint(), scene.policy)
            assert (opened.witnessed, opened.checkpoint.size) == (True, desk.ledger.size)
            # Their witness's own view, at the specification's monitoring path, is the same tree.
            origin = hashlib.sha256(scene.signer.origin.encode()).hexdigest()
            theirs = open_with_policy(httpx.get(f"{url}/{origin}/checkpoint").content, scene.policy)
            assert (theirs.witnessed, theirs.checkpoint) == (True, opened.checkpoint)
            report = scene.report()
            assert (report.verdict, report.open) == (Verdict.INTACT, ())
            self.second_history(scene)

    def second_history(self, scene: Scene) -> None:
        """The operator begins again with the same key: their 422 reads as a conflict here, at each kind of size."""
        assert scene.desk is not None
        size = scene.desk.ledger.size
        scene.desk.ledger.close()
        policy = (scene.folder / "d" / "trust" / "policy").read_bytes()
        shutil.rmtree(scene.folder / "d")
        (scene.folder / "d" / "trust").mkdir(parents=True)
        (scene.folder / "d" / "trust" / "policy").write_bytes(policy)
        scene.desk = scene.world = None
        desk = scene.open(guard_rollback=False)
        desk.found()
        desk.adopt()
        assert desk.ledger.size >= size
        end = time.monotonic() + LONG_S
        while desk.ledger.witness_problems != {"stranger": "conflict"}:
            assert time.monotonic() < end, desk.ledger.witness_problems
            time.sleep(0.05)


class TestTheyAskOurWitness:
    def test_their_client_is_cosigned_and_refused_as_the_specification_says(self, python: Path, tmp_path: Path) -> None:
        log = TreeLog().grow(40)
        fork = log.fork(5, 40)
        witness = RealWitness(tmp_path, "w", log.signer)
        witness.start()

        def step(tree: TreeLog, old: int, size: int, **other: Any) -> dict[str, Any]:
            proof = [sibling.hex() for sibling in consistency_proof(tree.tree, old, size)] if old else []
            return {"note": tree.checkpoint(size).decode(), "old": old, "proof": proof} | other

        # The fifth client learns from a 409 that 40 were cosigned, asks from there, and is cosigned.
        steps = [
            step(log, 0, 12), step(log, 12, 40), step(log, 40, 40),
            step(fork, 40, 40), step(log, 0, 40, proof=["00" * 32]), step(log, 12, 12),
            step(TreeLog(signer=LogSigner.generate("example.org/unknown")).grow(3), 0, 3),
            step(TreeLog(signer=LogSigner.generate(log.signer.origin)).grow(50), 40, 50),
        ]  # fmt: skip
        ours = witness.cosigner.keys[0]
        try:
            request = json.dumps({"url": witness.url, "vkey": format_vkey(ours), "steps": steps})
            done = run(python, HERE / "feed_with_aics.py", given=request)
            assert done.returncode == 0, done.stderr
            outcomes = json.loads(done.stdout)
            cosigned = {0: 12, 1: 40, 2: 40, 4: 40}
            for at, size in cosigned.items():
                text = parse_note(log.checkpoint(size)).text
                [line] = [one for one in parse_note(f"{text}\n{outcomes[at]}".encode()).signatures if ours.matches(one)]
                assert verify_cosignature(parse_vkey(format_vkey(ours)), line, text) > 0
            refused = [outcomes[at][:46] for at in (3, 5, 6, 7)]
            assert refused == [
                "WitnessRejected: witness answered 422: the roo",
                "WitnessAhead: witness already cosigned size 40",
                "WitnessRejected: witness answered 404: no log ",
                "WitnessRejected: witness answered 403: the che",
            ], outcomes
        finally:
            witness.close()
