"""`constancia verify --statement`: whether a log holds what somebody signed, and when its absence proves something."""

import json
import os
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.api.served import serving
from tests.api.test_cli_verify import Person
from tests.ledger.conftest import Desk, OpenDesk, new_database, open_desk, stored_in
from tests.ledger.template import Templates
from tests.ledger.world import ORIGIN, START, Signed, World

from constancia.ledger.assembly import Options
from constancia.ledger.clock import StoryClock
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.ledger import Ledger
from constancia.ledger.submission import signed_document

__all__ = ("new_database", "open_desk", "stored_in")  # the ledgers of the floor below


@dataclass
class Scene:
    """A ledger with its trust folder elsewhere, a copy of it from before its last entries, and its author's home."""

    person: Person
    desk: Desk
    trust: Path
    before: Path

    def file(self, name: str, raw: bytes) -> Path:
        path = self.person.home / name
        path.write_bytes(raw)
        return path

    def signed(self, one: Signed, name: str = "x.signed.json") -> Path:
        return self.file(name, signed_document(one.statement, one.signatures))

    def asks(self, source: Path | str, statement: Path, *more: str | Path) -> tuple[int, str, list[str]]:
        code, report = self.person.verifies(source, "--trust", self.trust, "--statement", statement, *more)
        said = report["statement"]
        assert isinstance(said, dict)
        return code, str(report["verdict"]), said["codes"]

    def another_history(self) -> Desk:
        """The ledger goes on from the copy with the same key: the operator's other history."""
        ledger = Ledger.open(self.before, clock=self.desk.clock, signer=self.desk.signer)
        self.desk.world.look(ledger.log)
        return Desk(ledger, self.desk.world, self.desk.clock, self.desk.signer, self.before)


@pytest.fixture
def scene(tmp_path: Path, open_desk: OpenDesk, templates: Templates) -> Scene:
    (tmp_path / "home").mkdir()
    desk = open_desk(options=Options(follow=False), begun=templates.adopted)
    folder = desk.folder
    for content in (b"charter", b"minuta"):
        desk.ledger.documents.put(content)
    desk.ledger.close()
    trust = Path(shutil.copytree(folder / "trust", tmp_path / "trust"))
    before = Path(shutil.copytree(folder, tmp_path / "before"))
    desk.reopen()
    return Scene(Person(tmp_path / "home"), desk, trust, before)


def test_statement_that_is_there_is_told_with_its_index_in_every_kind_of_log(scene: Scene) -> None:
    one = scene.desk.world.allege("c1")
    index = scene.desk.take(one).entry.index
    scene.desk.ledger.publish()
    scene.desk.ledger.export(scene.person.home / "b.zip")
    path = scene.signed(one)
    with serving(scene.desk.ledger) as url:
        for source in (scene.desk.folder, scene.desk.folder / "log", scene.person.home / "b.zip", url):
            assert scene.asks(source, path) == (0, "intact", ["found"])
    for other in (
        scene.file("x.statement.json", one.statement),
        scene.file("x.tlog-proof", scene.desk.ledger.receipt(index)),
    ):
        assert scene.asks(scene.desk.folder, other) == (0, "intact", ["found"])
    done = scene.person.runs("verify", scene.desk.folder, "--trust", scene.trust, "--statement", path)
    assert f"The statement is in the log: entry {index} of {index + 1}" in done.stdout
    assert scene.person.verifies(scene.desk.folder, "--statement", path)[0] == 2, "the verdict stays what it is"


def test_absence_alone_is_no_alteration_and_has_a_code_of_its_own(scene: Scene) -> None:
    path = scene.signed(scene.desk.world.allege("c1"))
    scene.desk.take(scene.desk.world.allege("c1"))
    assert scene.asks(scene.desk.folder, path) == (4, "intact", ["absent"])
    done = scene.person.runs("verify", scene.desk.folder, "--trust", scene.trust, "--statement", path)
    size = scene.desk.ledger.size
    assert done.returncode == 4
    assert f"its signer had seen {size - 1} entries) is NOT among the first {size} entries of this log" in done.stdout


def test_copy_that_ends_before_what_the_signer_saw_says_nothing(scene: Scene) -> None:
    scene.desk.take(scene.desk.world.allege("c1"))
    one = scene.desk.world.allege("c1")
    index = scene.desk.take(one).entry.index
    assert scene.asks(scene.before, scene.signed(one)) == (4, "intact", ["behind"])
    receipt = scene.file("x.tlog-proof", scene.desk.ledger.receipt(index))
    assert scene.asks(scene.before, receipt) == (4, "intact", ["behind"])


def test_receipt_of_another_history_convicts_the_log(scene: Scene) -> None:
    one = scene.desk.world.allege("c1")
    receipt = scene.file("x.tlog-proof", scene.desk.ledger.receipt(scene.desk.take(one).entry.index))
    forged = scene.file("f.tlog-proof", _signed_by_another(scene))
    other = scene.another_history()
    other.take(other.world.allege("c1"))
    verified = other.ledger.log.checkpoint()
    other.take(other.world.allege("c1"))
    other.ledger.close()
    assert scene.asks(scene.before, receipt) == (1, "intact", ["absent", "broken"])
    done = scene.person.runs("verify", scene.before, "--trust", scene.trust, "--statement", receipt)
    assert "ALTERED  The log key signed a receipt for a tree" in done.stdout
    # The same for a verifier that has verified the other history before, and each time that it is asked.
    kept = Path(shutil.copytree(scene.trust, scene.person.home / "kept"))
    (kept / "checkpoint").write_bytes(verified)
    code, report = scene.person.verifies(scene.before, "--trust", kept, "--statement", receipt)
    assert (code, report["statement"]["codes"]) == (1, ["absent", "broken"])  # type: ignore[index]
    assert scene.person.runs("trust", "add", scene.trust).returncode == 0
    for _ in range(2):
        code, report = scene.person.verifies(scene.before, "--statement", receipt)
        assert (code, report["statement"]["codes"]) == (1, ["absent", "broken"])  # type: ignore[index]
    assert scene.person.runs("trust", "remove", ORIGIN).returncode == 0
    # A receipt by another key promises nothing, nor does one whose key is not pinned.
    assert scene.asks(scene.before, forged) == (4, "intact", ["absent", "seen"])
    code, report = scene.person.verifies(scene.before, "--statement", receipt)
    assert (code, report["statement"]["codes"]) == (4, ["absent"])  # type: ignore[index]


def test_receipt_through_a_pipe_is_refused_at_once(scene: Scene) -> None:
    pipe = scene.person.home / "pipe"
    os.mkfifo(pipe)
    done = scene.person.runs("verify", scene.before, "--trust", scene.trust, "--statement", pipe)
    assert done.returncode == 3
    assert done.stderr.splitlines()[0] == f"UNREADABLE  {pipe} [special]"


def test_altered_source_that_is_another_log_is_altered_first(scene: Scene) -> None:
    one = scene.desk.world.allege("c1")
    receipt = scene.desk.ledger.receipt(scene.desk.take(one).entry.index)
    at = receipt.index(b"index ") + len(b"index ")
    altered = scene.file("altered.tlog-proof", receipt[:at] + b"1" + receipt[at:])
    assert scene.person.verifies(altered, "--trust", scene.trust)[0] == 1
    assert scene.asks(altered, scene.signed(one)) == (1, "altered", ["elsewhere"])


def _signed_by_another(scene: Scene) -> bytes:
    """A receipt of a statement that nobody recorded, in a tree by somebody who has not the log's key."""
    signer, folder = LogSigner.generate(ORIGIN), scene.person.home / "forged"
    with Ledger.open(folder, clock=StoryClock(START), signer=signer, create=True) as ledger:
        desk = Desk(ledger, World(signer.vkey), StoryClock(START), signer, folder)
        desk.found()
        return ledger.receipt(3)


def test_signer_who_saw_another_history_is_said_and_the_same_id_with_other_words_too(scene: Scene) -> None:
    scene.desk.take(scene.desk.world.allege("c1"))
    one = scene.desk.world.allege("c1")
    other = scene.another_history()
    for _ in range(2):
        other.take(other.world.allege("c1"))
    other.ledger.close()
    assert scene.asks(scene.before, scene.signed(one)) == (4, "intact", ["absent", "seen"])
    scene.desk.take(one)
    words = json.loads(one.statement)
    words["body"]["description"]["es"] = "Otra cosa"
    changed = scene.file("o.statement.json", json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode())
    assert scene.asks(scene.desk.folder, changed) == (4, "intact", ["absent", "reused"])


def test_altered_log_comes_first(scene: Scene) -> None:
    one = scene.desk.world.allege("c1")
    scene.desk.take(one)
    scene.desk.ledger.close()
    with sqlite3.connect(scene.desk.folder / "ledger.sqlite") as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE batches SET leaf_hashes = zeroblob(length(leaf_hashes)) WHERE size = 3")
    connection.close()
    assert scene.asks(scene.desk.folder, scene.signed(one)) == (1, "altered", ["shown"])
    absent = scene.signed(scene.desk.world.allege("c1"))
    assert scene.asks(scene.desk.folder, absent) == (1, "altered", ["absent"])


@pytest.mark.parametrize("what", ["another ledger's", "no statement", "missing", "no log"])
def test_what_can_not_be_looked_for_is_unreadable(scene: Scene, what: str) -> None:
    one = scene.desk.world.allege("c1")
    path, source = scene.signed(one), scene.desk.folder
    if what == "another ledger's":
        path = scene.file("y", one.statement.replace(ORIGIN.encode(), b"example.org/another"))
    elif what == "no statement":
        path = scene.file("y", b"{}")
    elif what == "missing":
        path = scene.person.home / "nowhere"
    else:
        source = scene.file("r.tlog-proof", scene.desk.ledger.receipt(1))
    done = scene.person.runs("verify", source, "--trust", scene.trust, "--statement", path)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "UNREADABLE" in done.stderr
    assert "Traceback" not in done.stderr
