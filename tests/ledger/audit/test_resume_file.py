"""The resume file: an audit that goes on reads only what is new, finds all the same faults, and trusts nothing more."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from tests.dishonest import backdated, rewritten, setting, truncated, with_statement
from tests.profile import sampled
from tests.verify.small_ledger import Key, Log, Writer, write

from constancia.ledger.audit.resume_file import ResumeFile
from constancia.verify.audit.run import audit
from constancia.verify.core.errors import Unreadable
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.report.findings import Report, Verdict
from constancia.verify.report.rendering import report_json, report_text
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust
from constancia.verify.wire.merkle import Tree, hash_leaf

pytestmark = pytest.mark.usefixtures("known_signatures")
OLD = 700


@pytest.fixture(scope="session")
def story() -> Writer:
    """A log of 760 entries, of which 700 were there before."""
    return Writer().found().sign_agreement().report(744, batch=4)


@pytest.fixture(scope="session")
def whole(story: Writer) -> Log:
    return story.log()


@pytest.fixture
def trust(whole: Log, tmp_path: Path) -> Path:
    return whole.write_trust(tmp_path / "trust")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "verified.sqlite"


def verify(
    place: Path | str, trust: Path | None, *, since: bytes | None = None, memory: ResumeFile | None = None, **more: Any
) -> Report:
    with open_source(str(place)) as source:
        pinned = None if trust is None else load_trust(trust)
        return audit(source, pinned, all_faults=True, workers=2, since=since, memory=memory, **more)


def remember(log: Log, size: int, trust: Path | None, file: Path, folder: Path) -> bytes:
    """Audits the log as it was at a size, keeps what was verified, gives the checkpoint."""
    old = log.cut_at(size)
    with ResumeFile(file) as memory:
        assert verify(old.write_folder(folder / f"old-{size}"), trust, memory=memory).faults_total == 0
        assert memory.size == size
    return old.checkpoint()


@pytest.fixture(scope="module")
def audited(whole: Log, tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """The file of an audit of OLD entries, and its checkpoint: what tests begin with that go on from there."""
    folder = tmp_path_factory.mktemp("audited")
    checkpoint = remember(whole, OLD, whole.write_trust(folder / "trust"), folder / "verified.sqlite", folder)
    return (folder / "verified.sqlite").read_bytes(), checkpoint


@pytest.fixture
def checkpoint(audited: tuple[bytes, bytes], file: Path) -> bytes:
    """The checkpoint of OLD entries, whose audit is in the file."""
    write(file, audited[0])
    return audited[1]


def since(log: Log, trust: Path | None, file: Path, checkpoint: bytes, folder: Path) -> Report:
    with ResumeFile(file) as memory:
        return verify(log.write_ledger(folder), trust, since=checkpoint, memory=memory)


def codes(report: Report) -> set[str]:
    return {one.code for one in report.notes}


@pytest.mark.parametrize("size", sampled([OLD, 512, 33], [OLD, 512, 300, 256, 33, 760]))
def test_since_checks_the_new_entries_alone_and_says_so(
    size: int, whole: Log, trust: Path, file: Path, tmp_path: Path
) -> None:
    checkpoint = remember(whole, size, trust, file, tmp_path)
    new = whole.size - size
    for place in (whole.write_ledger(tmp_path / "new"), whole.write_folder(tmp_path / "published")):
        with ResumeFile(file) as memory:
            at = memory.size
            report = verify(place, trust, since=checkpoint, memory=memory)
        assert report.verdict is Verdict.INTACT, report_text(report, "en")
        assert (report.since, report.size, report.root) == (size, whole.size, whole.tree.root().hex())
        assert report.checked["L2"]["signatures"] == whole.size - at
        assert "not-read-again" in codes(report)
        assert f"Nada ha cambiado desde el registro {size}" in report_text(report)
        assert f"Registros nuevos: {new}." in report_text(report)


def test_since_reads_no_file_that_lies_wholly_before(
    whole: Log, trust: Path, file: Path, tmp_path: Path, *, checkpoint: bytes
) -> None:
    place = whole.write_folder(tmp_path / "published")
    with served(place) as (address, asked), ResumeFile(file) as memory:
        report = verify(address, trust, since=checkpoint, memory=memory)
    assert report.verdict is Verdict.INTACT
    bundles = {one for one in asked if one.startswith(("/tile/entries/", "/tile/0/"))}
    assert bundles == {"/tile/entries/002.p/248", "/tile/0/002.p/248"}


class served:  # noqa: N801 - used like a function
    """A folder on a loopback socket, with the list of what was asked for."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Noting, self.asked, directory=str(folder)))
        self._thread = Thread(target=self._server.serve_forever)

    def __enter__(self) -> tuple[str, list[str]]:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_address[1]}", self.asked

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Noting(SimpleHTTPRequestHandler):
    def __init__(self, asked: list[str], *args: Any, **more: Any) -> None:
        self._asked = asked
        super().__init__(*args, **more)

    def do_GET(self) -> None:
        self._asked.append(self.path)
        super().do_GET()

    def log_message(self, *args: object) -> None:
        """Says nothing."""


def test_a_file_is_kept_up_from_run_to_run(whole: Log, trust: Path, file: Path, tmp_path: Path) -> None:
    checkpoint = remember(whole, 40, trust, file, tmp_path)
    for size in sampled((41, 300, 513, whole.size), (41, 44, 300, 512, 513, whole.size)):
        log = whole.cut_at(size)
        report = since(log, trust, file, checkpoint, tmp_path / f"at-{size}")
        assert report.verdict is Verdict.INTACT, report_text(report, "en")
        with ResumeFile(file) as memory:
            tree = Tree(hash_leaf(one) for one in log.entries)
            assert memory.size == size
            assert [memory.root(one) for one in range(size + 1)] == [tree.root(one) for one in range(size + 1)]
        checkpoint = log.checkpoint()


def test_kept_file_holds_what_a_whole_audit_would(whole: Log, trust: Path, tmp_path: Path) -> None:
    first = remember(whole, 300, trust, tmp_path / "stepwise.sqlite", tmp_path)
    since(whole, trust, tmp_path / "stepwise.sqlite", first, tmp_path / "new")
    remember(whole, whole.size, trust, tmp_path / "at-once.sqlite", tmp_path)
    assert content(tmp_path / "stepwise.sqlite") == content(tmp_path / "at-once.sqlite")


def content(path: Path) -> dict[str, list[Any]]:
    tables = ("nodes", "ids", "streams", "cited", "signed")
    with sqlite3.connect(path) as db:
        found = {name: sorted(db.execute(f"SELECT * FROM {name}")) for name in tables}  # noqa: S608 - our own names
        state = json.loads(db.execute("SELECT state FROM about").fetchone()[0])
    db.close()
    for counted in ("checked", "signatures", "seen_roots"):
        del state[counted]
    return found | {"state": [state]}


Forgery = Callable[[Log], Log]
NEW_FORGERIES: dict[str, tuple[str, Forgery]] = {
    "a new statement altered": (
        "signature",
        lambda log: rewritten(log, 730, with_statement(log.entries[730], setting("body.period", "2018"))),
    ),
    "a new statement by an unknown key": (
        "key-unknown",
        lambda log: rewritten(log, 730, with_statement(log.entries[730], setting("body.period", "1"), Key("x"))),
    ),
    "an old statement recorded again": ("statement-id", lambda log: log.rehashed([*log.entries, log.entries[20]])),
}


@pytest.mark.parametrize("name", NEW_FORGERIES)
def test_fault_in_what_is_new_is_found_and_nothing_is_kept(
    name: str, whole: Log, trust: Path, file: Path, tmp_path: Path, *, checkpoint: bytes
) -> None:
    code, forge = NEW_FORGERIES[name]
    place = forge(whole).write_folder(tmp_path / "forged")
    with ResumeFile(file) as memory:
        report = verify(place, trust, since=checkpoint, memory=memory)
    assert code in {one.code for one in report.faults}, report_text(report, "en")
    with ResumeFile(file) as memory:
        assert memory.size == OLD


@pytest.mark.parametrize("index", sampled([0, 256, OLD - 1], [0, 1, 20, 255, 256, 511, 690, OLD - 1]))
def test_rewritten_past_is_a_fork_although_the_file_remembers_another(
    index: int, whole: Log, trust: Path, file: Path, tmp_path: Path, *, checkpoint: bytes
) -> None:
    later = (
        "2019-03-01T18:00:07.900Z" if index == 0 else whole.entries[index].split(b'"recorded_at":"')[1][:20].decode()
    )
    forged = backdated(whole, index, later if index == 0 else f"{later}251Z")
    report = since(forged, trust, file, checkpoint, tmp_path / "forged")
    assert report.verdict is Verdict.ALTERED
    assert "fork" in {one.code for one in report.faults}
    assert "Nada ha cambiado" not in report_text(report)


def test_log_shorter_than_the_checkpoint_is_rolled_back(
    whole: Log, trust: Path, file: Path, tmp_path: Path, *, checkpoint: bytes
) -> None:
    report = since(truncated(whole, 500), trust, file, checkpoint, tmp_path / "short")
    assert [(one.code, one.index, one.last_index) for one in report.faults] == [("rollback", 500, OLD - 1)]


def test_old_leaf_altered_in_the_tiles_at_the_edge_is_found(
    whole: Log, trust: Path, file: Path, tmp_path: Path, *, checkpoint: bytes
) -> None:
    place = whole.write_folder(tmp_path / "published")
    for path, at in (("tile/0/002.p/248", 600 - 512), ("tile/1/000.p/2", 1)):
        tile = place / path
        data = bytearray(tile.read_bytes())
        data[at * 32] ^= 1
        write(tile, bytes(data))
        with ResumeFile(file) as memory:
            report = verify(place, trust, since=checkpoint, memory=memory)
        assert [one.code for one in report.faults] == ["tile"], path
        data[at * 32] ^= 1
        write(tile, bytes(data))


def test_seen_root_of_a_size_before_is_checked(
    whole: Log, trust: Path, file: Path, tmp_path: Path, *, checkpoint: bytes
) -> None:
    sizes = ((256, False), (690, False), (511, True))
    for size, wrong in sampled(sizes, (*sizes, (3, False), (511, False), (3, True))):
        writer = continued(whole)
        root = (b"\1" * 32 if wrong else whole.tree.root(size)).hex()
        writer.as_person("sfp", "ProgressReported", "commitment/rm", {"n": size}, seen={"root": root, "size": size})
        report = since(writer.log(), trust, file, checkpoint, tmp_path / f"{size}-{wrong}")
        assert ({one.code for one in report.faults} == {"seen"}) is wrong
        if wrong:
            assert report.first is not None
            assert report.first.index == whole.size


def continued(log: Log) -> Writer:
    """A writer that goes on from a log."""
    writer = Writer()
    writer.entries, writer.cuts = list(log.entries), list(log.cuts)
    writer.tree.extend(hash_leaf(one) for one in log.entries)
    writer.now = writer.now.replace(hour=23)
    writer._drafted = 10_000
    draft = writer.draft

    def with_seen(kind: str, stream: str, body: dict[str, Any], actor: dict[str, str], **changes: Any) -> bytes:
        seen = changes.pop("seen", None)
        if seen is None:
            return draft(kind, stream, body, actor, **changes)
        at = writer.cuts[-1]
        made = json.loads(draft(kind, stream, body, actor, **changes))
        assert made["seen"]["size"] == at
        return canonical(made | {"seen": seen})

    writer.draft = with_seen  # type: ignore[method-assign]
    return writer


def test_key_that_was_revoked_before_stays_revoked(trust: Path, file: Path, tmp_path: Path) -> None:
    writer = Writer().found().report(300)
    key = writer.people["sfp"]
    writer.as_root("sfp", "KeyRevoked", f"key/{key.key_id}", {"key": key.key_id, "reason": "lost"})
    writer.cut()
    old = writer.log()
    checkpoint = remember(old, old.size, trust, file, tmp_path)
    writer.as_person("sfp", "ProgressReported", "commitment/rm", {"said": "after"})
    report = since(writer.log(), trust, file, checkpoint, tmp_path / "new")
    assert [(one.index, one.code) for one in report.faults] == [(old.size, "key-state")]


def test_compromise_makes_signatures_before_the_checkpoint_suspect(trust: Path, file: Path, tmp_path: Path) -> None:
    writer = Writer().found().report(300)
    old = writer.log()
    checkpoint = remember(old, old.size, trust, file, tmp_path)
    key = writer.people["sfp"]
    body = {"compromised_since": "2019", "key": key.key_id}
    writer.as_root("sfp", "KeyCompromised", f"key/{key.key_id}", body)
    writer.cut()
    target = hash_leaf(writer.entries[18]).hex()
    said = {"key": key.key_id, "target": target, "verdict": "affirmed"}
    writer.as_person("inai", "SignatureReaffirmed", f"key/{key.key_id}", said)
    new = writer.log()
    stepwise = since(new, trust, file, checkpoint, tmp_path / "new")
    at_once = verify(new.write_folder(tmp_path / "again"), trust)
    suspects = [
        [one.params["index"] for one in report.notes if one.code == "suspect"] for report in (stepwise, at_once)
    ]
    assert suspects[0] == suspects[1]
    assert len(suspects[0]) > 90
    assert 18 not in suspects[0]


def test_without_a_file_old_entries_are_read_and_their_signatures_are_not_checked(
    whole: Log, trust: Path, tmp_path: Path
) -> None:
    checkpoint = whole.cut_at(OLD).checkpoint()
    report = verify(whole.write_ledger(tmp_path / "new"), trust, since=checkpoint)
    assert report.verdict is Verdict.INTACT
    assert (report.checked["L1"]["entries"], report.checked["L2"]["signatures"]) == (whole.size, whole.size - OLD)
    assert "vouched" in codes(report)


def test_without_a_file_and_without_trust_the_logs_own_key_must_have_signed_the_checkpoint(
    whole: Log, tmp_path: Path
) -> None:
    place = whole.write_ledger(tmp_path / "new")
    checkpoint = whole.cut_at(OLD).checkpoint()
    assert verify(place, None, since=checkpoint).verdict is Verdict.INCONCLUSIVE
    with pytest.raises(Unreadable, match="--since"):
        verify(place, None, since=checkpoint.replace(b"\n700\n", b"\n701\n"))


@pytest.mark.parametrize("note", [b"", b"nonsense", b"example.org/x\n1\n\n"])
def test_checkpoint_that_is_none_is_unreadable(note: bytes, whole: Log, trust: Path, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="--since"):
        verify(whole.write_folder(tmp_path / "new"), trust, since=note)


def test_unsigned_past_is_never_kept_before_its_root_is_confirmed(
    whole: Log, trust: Path, file: Path, tmp_path: Path
) -> None:
    forged = rewritten(whole, 20, with_statement(whole.entries[20], setting("body.period", "2018")))
    checkpoint = whole.cut_at(OLD).checkpoint()
    with ResumeFile(file, every_s=0) as memory:
        report = verify(forged.write_ledger(tmp_path / "forged"), trust, since=checkpoint, memory=memory)
        assert report.verdict is Verdict.ALTERED
    with ResumeFile(file) as memory:
        assert memory.size == 0


# Interruption


class Break:
    """A progress that breaks off once so many entries are done."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.starts: list[int] = []

    def __call__(self, done: int, total: int) -> None:
        self.starts.append(done)
        if done >= self.at:
            raise KeyboardInterrupt


@pytest.mark.parametrize("kind", sampled(["store", "url", "zip"], ["store", "folder", "url", "zip"]))
def test_interrupted_audit_is_continued_and_finds_the_same(
    kind: str, whole: Log, trust: Path, file: Path, tmp_path: Path
) -> None:
    published = whole.write_folder(tmp_path / "published", sizes=(300,))
    partial_file = file.with_name("partial.sqlite")
    with served(published) as (address, _):
        places = {
            "store": whole.write_ledger(tmp_path / "ledger"), "folder": published, "url": address,
            "zip": whole.write_zip(tmp_path / "bundle.zip", published),
        }  # fmt: skip
        place = str(places[kind])
        at_once = verify(place, trust)
        for stop in (256, 512):
            with ResumeFile(partial_file, place=place, final=file) as memory, pytest.raises(KeyboardInterrupt):
                verify(place, trust, memory=memory, progress=Break(stop))
        again = Break(10_000)
        with ResumeFile(partial_file, place=place, final=file) as memory:
            assert memory.size == 512
            report = verify(place, trust, memory=memory, progress=again)
    assert again.starts[0] > 512
    assert report.verdict is at_once.verdict is Verdict.INTACT
    told, expected = json.loads(report_json(report)), json.loads(report_json(at_once))
    assert [one["params"] for one in told["notes"] if one["code"] == "continued"] == [{"start": 512}]
    told["notes"] = [one for one in told["notes"] if one["code"] != "continued"]
    assert told == expected
    assert file.exists()
    assert not partial_file.exists()


def test_progress_is_kept_also_for_an_audit_that_is_killed(whole: Log, trust: Path, file: Path, tmp_path: Path) -> None:
    class Killed(BaseException):
        pass

    def kill(done: int, total: int) -> None:
        if done == 512:
            raise Killed

    place = whole.write_folder(tmp_path / "published")
    with ResumeFile(file, place=str(place), every_s=0) as memory, pytest.raises(Killed):
        verify(place, trust, memory=memory, progress=kill)
    with ResumeFile(file, place=str(place)) as memory:
        assert memory.size == 256


def test_progress_holds_at_its_own_place_only(whole: Log, trust: Path, file: Path, tmp_path: Path) -> None:
    place, other = whole.write_folder(tmp_path / "one"), whole.write_folder(tmp_path / "other")
    with ResumeFile(file, place=str(place)) as memory, pytest.raises(KeyboardInterrupt):
        verify(place, trust, memory=memory, progress=Break(512))
    with ResumeFile(file, place=str(other)) as memory:
        assert memory.size == 0


def test_progress_of_a_log_that_is_no_longer_there_is_forgotten(
    whole: Log, trust: Path, file: Path, tmp_path: Path
) -> None:
    place = whole.write_folder(tmp_path / "published")
    with ResumeFile(file, place=str(place)) as memory, pytest.raises(KeyboardInterrupt):
        verify(place, trust, memory=memory, progress=Break(512))
    backdated(whole, 100, whole.entries[100].split(b'"recorded_at":"')[1][:20].decode() + "251Z").write_folder(place)
    with ResumeFile(file, place=str(place)) as memory:
        report = verify(place, trust, memory=memory)
    assert report.verdict is Verdict.ALTERED
    assert report.checked["L1"]["entries"] == whole.size
    assert "continued" not in codes(report)


def test_altered_old_entry_of_an_interrupted_audit_is_not_kept(
    whole: Log, trust: Path, file: Path, tmp_path: Path
) -> None:
    forged = rewritten(whole, 20, with_statement(whole.entries[20], setting("body.period", "2018")))
    place = forged.write_folder(tmp_path / "published")
    with ResumeFile(file, place=str(place)) as memory, pytest.raises(KeyboardInterrupt):
        verify(place, trust, memory=memory, progress=Break(512))
    assert not file.exists()


# The file itself


def test_file_and_folder_are_the_users_alone(whole: Log, trust: Path, file: Path, tmp_path: Path) -> None:
    remember(whole, 300, trust, file, tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("level", [0, 1, 2, 8])
def test_damaged_hash_is_said_to_be_the_files_and_no_fault_of_the_log(
    level: int, whole: Log, trust: Path, file: Path, tmp_path: Path, *, checkpoint: bytes
) -> None:
    with sqlite3.connect(file) as db:
        db.execute(
            "UPDATE nodes SET data = zeroblob(length(data)) WHERE id >= ? AND id < ?", (level << 48, (level + 1) << 48)
        )
    db.close()
    with pytest.raises(Unreadable, match=r"verified\.sqlite"):
        since(whole, trust, file, checkpoint, tmp_path / "new")


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to be read as a header" * 20])
def test_file_that_is_none_is_as_good_as_none(
    content: bytes, whole: Log, trust: Path, file: Path, tmp_path: Path
) -> None:
    write(file, content)
    with ResumeFile(file) as memory:
        assert memory.size == 0
    remember(whole, 300, trust, file, tmp_path)


def test_altered_state_is_as_good_as_none(whole: Log, trust: Path, file: Path, tmp_path: Path) -> None:
    remember(whole, 300, trust, file, tmp_path)
    with sqlite3.connect(file) as db:
        db.execute("UPDATE about SET state = replace(state, '\"active\"', '\"revoked\"')")
    db.close()
    with ResumeFile(file) as memory:
        assert memory.size == 0


def test_file_of_another_log_is_not_used(whole: Log, file: Path, tmp_path: Path) -> None:
    other = Writer(name="other").found().report(30).log()
    trust = other.write_trust(tmp_path / "other-trust")
    remember(other, other.size, trust, file, tmp_path)
    report = since(whole, whole.write_trust(tmp_path / "own"), file, whole.cut_at(OLD).checkpoint(), tmp_path / "new")
    assert report.verdict is Verdict.INTACT
    assert "vouched" in codes(report)


def test_second_audit_at_the_same_time_goes_without_the_file(
    whole: Log, trust: Path, file: Path, tmp_path: Path, *, checkpoint: bytes
) -> None:
    with ResumeFile(file) as one, ResumeFile(file) as other:
        assert (one.size, other.size) == (OLD, 0)
        place = whole.write_ledger(tmp_path / "new")
        reports = [verify(place, trust, since=checkpoint, memory=memory) for memory in (other, one)]
    assert [report.verdict for report in reports] == [Verdict.INTACT] * 2
    assert [report.checked["L1"]["entries"] for report in reports] == [whole.size, whole.size - OLD]
    with ResumeFile(file) as memory:
        assert memory.size == whole.size


@pytest.mark.usefixtures("checkpoint")
def test_longer_file_is_not_replaced_by_a_shorter_one(whole: Log, trust: Path, file: Path, tmp_path: Path) -> None:
    place = whole.cut_at(300).write_folder(tmp_path / "copy")
    with ResumeFile(file.with_name("p.sqlite"), place=str(place), final=file) as memory:
        verify(place, trust, memory=memory)
    with ResumeFile(file) as memory:
        assert memory.size == OLD


@pytest.mark.usefixtures("checkpoint")
def test_shorter_copy_that_goes_on_from_an_older_checkpoint_leaves_the_file(
    whole: Log, trust: Path, file: Path, tmp_path: Path
) -> None:
    report = since(whole.cut_at(500), trust, file, whole.cut_at(300).checkpoint(), tmp_path / "copy")
    assert (report.verdict, report.since) == (Verdict.INTACT, 300)
    with ResumeFile(file) as memory:
        assert memory.size == OLD


def test_report_names_the_checkpoint_to_keep(whole: Log, trust: Path, tmp_path: Path) -> None:
    report = verify(whole.write_ledger(tmp_path / "new"), trust)
    assert report.checkpoint == whole.checkpoint().decode()
    broken = replace(whole, entries=(*whole.entries[:7], whole.entries[7].replace(b"sfp", b"sfq"), *whole.entries[8:]))
    assert verify(broken.write_folder(tmp_path / "broken"), trust).checkpoint is None
