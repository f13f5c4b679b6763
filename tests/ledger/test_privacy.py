"""What is destroyed is found nowhere: store, side files, views, exports, published log, set-aside copies, vault.

Everything goes the real way: signed acts through the ledger, then the files themselves are searched.
"""

import hashlib
import json
import os
import sqlite3
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.conftest import Desk
from tests.ledger.world import Key, Signed, text

from constancia.domain.values.sealing import commitment_of
from constancia.ledger.audit.level3_law import Replay
from constancia.ledger.audit.resume_file import ResumeFile
from constancia.ledger.backup.backup import backup, restore
from constancia.ledger.belongings.places import Places
from constancia.ledger.belongings.vault import Vault
from constancia.ledger.disk.file_store import FileStore, FolderFiles
from constancia.ledger.errors import NotFound, Withdrawn
from constancia.ledger.ledger import Ledger
from constancia.ledger.store.postgres.source import opened_source
from constancia.verify.audit.run import audit
from constancia.verify.report.findings import Report, Verdict
from constancia.verify.report.rendering import report_text
from constancia.verify.trust.trust_folder import load_trust

NAME = "Hortensia Zamudio Ixtlilxochitl"
PAPER = b"Minuta con el domicilio de Hortensia Zamudio Ixtlilxochitl, calle Olmo 7"
PAPER_SHA256 = hashlib.sha256(PAPER).hexdigest()
STREAM = "cancellation/x-1"
WAIT_S = 10.0
SCOPE = ["CancellationDecided", "CancellationRequested", "ProgressReported"]


class Officers:
    """Two privacy officers, of two parties."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.keys = {party: Key() for party in ("inai", "nosc")}
        for party, key in self.keys.items():
            name = f"officer-{party}"
            body = self.actor(party) | {
                "name": f"Oficial {party}", "post": text("Oficial de privacidad"), "scope": SCOPE,
                "valid_from": "2019-01-01",
            }  # fmt: skip
            desk.take(desk.world.root_says(party, "RepresentativeAppointed", f"appointment/{name}", **body))
            registered = {"appointment": name, "key": key.key_id, "party": party, **key.material}
            desk.take(self.by(party, "KeyRegistered", f"key/{key.key_id}", registered))
            desk.take(desk.world.key_endorsed(party, key))

    @staticmethod
    def actor(party: str) -> dict[str, str]:
        name = f"officer-{party}"
        return {"appointment": name, "capacity": "representative", "party": party, "person": f"p-{name}"}

    def by(self, party: str, type_name: str, stream: str, body: dict[str, Any]) -> Signed:
        raw = self.desk.world.statement(type_name, body, stream=stream, actor=self.actor(party))
        return Signed(statement=raw, signatures=(self.keys[party].sign(raw),))

    def say(self, party: str, type_name: str, **body: Any) -> str:
        """Record an act on the cancellation; gives the entry's leaf hash."""
        return self.desk.take(self.by(party, type_name, STREAM, {"cancellation": "x-1", **body})).entry.leaf_hash.hex()

    def decide(self, party: str, to: str, **more: Any) -> None:
        words = {"legal_basis": text("Art. 55"), "reasons": text("Datos privados"), "remedy": text("Revisión")}
        self.say(party, "CancellationDecided", documents=[PAPER_SHA256], to=to, **words, **more)


def wait_until(is_done: Callable[[], bool]) -> None:
    """Wait for what the ledger does by itself after a decision."""
    end = time.monotonic() + WAIT_S
    while not is_done():
        assert time.monotonic() < end, "the ledger did not carry the decision out"
        time.sleep(0.01)


class Scene:
    """A ledger in which a document is cited with its size and a name is sealed."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.officers = Officers(desk)
        self.vault = desk.ledger.places.vault
        self.sealed = self.vault.put(NAME, field="name", party="nosc")
        document = {
            "media_type": "text/plain", "sha256": PAPER_SHA256, "size": len(PAPER), "title": text("Minuta"),
        }  # fmt: skip
        submitted = desk.world.says(
            "inai", "DeliverableSubmitted", "deliverable/c1.e1", commitment="c1", deliverable="e1", document=document,
            version=1,
        )  # fmt: skip
        self.entry = desk.take(submitted).entry.leaf_hash.hex()
        for content in (PAPER, b"charter", b"minuta"):
            desk.ledger.documents.put(content)
        applicant = self.sealed.to_json()
        self.request = self.officers.say(
            "nosc", "CancellationRequested", items=[{"document": PAPER_SHA256, "entry": self.entry}],
            applicant=applicant, received_on="2019-03-01", request=f"sha256:{'0' * 64}",
        )  # fmt: skip

    def block(self) -> None:
        self.officers.decide("inai", "blocked", until="2019-03-02")
        wait_until(lambda: not self.is_stored(self.places.documents))

    def destroy(self) -> None:
        self.desk.clock.set(self.desk.clock.now().replace(day=5))
        self.desk.world.now = self.desk.clock.now()
        self.officers.decide("inai", "destroyed")
        self.officers.decide("nosc", "destroyed")
        published = FolderFiles(self.desk.folder / "log" / "documents")
        wait_until(lambda: not self.is_stored(self.places.documents, self.places.withheld, published))

    @property
    def places(self) -> Places:
        return self.desk.ledger.places

    def is_stored(self, *places: FileStore) -> bool:
        return any(place.size_of(PAPER_SHA256) is not None for place in places)

    def verdict(self, source: Path | None = None) -> Report:
        with opened_source(str(source or self.desk.folder)) as opened:
            return audit(opened, load_trust(self.desk.folder / "trust"), further=(Replay(self.desk.clock.now()),))


@pytest.fixture
def scene(desk: Desk) -> Scene:
    return Scene(desk)


def everywhere(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder, with the members of zips and the rows of databases, as they are on the disk."""
    for base, _, names in os.walk(folder):
        for name in names:
            path = Path(base, name)
            yield str(path), path.read_bytes()
            if path.suffix == ".zip":
                with zipfile.ZipFile(path) as archive:
                    yield from ((f"{path}!{member}", archive.read(member)) for member in archive.namelist())
            if path.suffix == ".sqlite":
                with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
                    yield f"{path}!dump", "\n".join(database.iterdump()).encode("utf-8", "surrogateescape")


def places_of(words: bytes, *folders: Path) -> list[str]:
    return [name for folder in folders for name, data in everywhere(folder) if words in data]


def test_search_finds_what_is_there(scene: Scene, tmp_path: Path) -> None:
    """Else the test below could not fail."""
    scene.desk.ledger.publish()
    scene.desk.ledger.publish(tmp_path / "mirror")
    (tmp_path / "out").mkdir()
    scene.desk.ledger.export(tmp_path / "out" / "libro.zip")
    folders = (scene.desk.folder, tmp_path / "mirror", tmp_path / "out")
    assert {Path(name.split("!")[0]).name for name in places_of(NAME.encode(), *folders)} == {
        "vault.sqlite", PAPER_SHA256, "libro.zip",
    }  # fmt: skip
    assert len(places_of(PAPER, *folders)) == 4


def test_22_what_is_destroyed_is_found_nowhere_and_every_level_passes(scene: Scene, tmp_path: Path) -> None:
    desk, ledger = scene.desk, scene.desk.ledger
    ledger.publish()
    ledger.publish(tmp_path / "mirror")
    (desk.folder / "set-aside" / "log-1" / "documents").mkdir(parents=True)
    (desk.folder / "set-aside" / "log-1" / "documents" / PAPER_SHA256).write_bytes(PAPER)
    before = ledger.log.leaf_hash(ledger.log.index_of(scene.entry))
    scene.block()
    scene.destroy()
    with pytest.raises(Withdrawn):
        ledger.documents.get(PAPER_SHA256)
    destroy_sealed(scene)
    ledger.views.wait()
    ledger.publish()
    ledger.publish(tmp_path / "mirror")
    (tmp_path / "out").mkdir()
    ledger.export(tmp_path / "out" / "libro.zip")
    backup(desk.folder, tmp_path / "copy")
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "state.json").write_text(json.dumps(ledger.state().document(), ensure_ascii=False))
    for name in ("cancellations", "deliverables", "commitments"):
        (tmp_path / "api" / name).write_text(json.dumps(ledger.as_of().rows(name), ensure_ascii=False, default=str))
    folders = (desk.folder, tmp_path / "mirror", tmp_path / "out", tmp_path / "copy", tmp_path / "api")
    for words in (NAME.encode(), PAPER, b"calle Olmo 7", NAME.rsplit(maxsplit=1)[-1].encode()):
        assert places_of(words, *folders) == []
    assert ledger.log.leaf_hash(ledger.log.index_of(scene.entry)) == before
    for source in (desk.folder, tmp_path / "mirror", tmp_path / "out" / "libro.zip", tmp_path / "copy"):
        report = scene.verdict(source)
        assert (report.verdict, report.faults) == (Verdict.INTACT, ())
        assert report.checked["L3"]["moves"] == ledger.size
        assert [note.code for note in report.notes if note.code.startswith("documents")] == ["documents-withdrawn"]
    desk.reopen()
    assert places_of(NAME.encode(), desk.folder) == []
    assert desk.ledger.rebuild(check=True).differences == ()


def destroy_sealed(scene: Scene) -> None:
    """The applicant's sealed name is cancelled in a request of its own."""
    officers = scene.officers
    words = {"legal_basis": text("Art. 55"), "reasons": text("Datos privados"), "remedy": text("Revisión")}
    item = {"commitment": scene.sealed.commitment, "entry": scene.request}
    body = {"cancellation": "x-2", "items": [item], "received_on": "2019-03-05", "request": f"sha256:{'0' * 64}"}
    desk, stream = scene.desk, "cancellation/x-2"
    desk.take(officers.by("nosc", "CancellationRequested", stream, body))
    decision = {"cancellation": "x-2", "documents": [], **words}
    blocked = {**decision, "to": "blocked", "until": "2019-03-05"}
    desk.take(officers.by("nosc", "CancellationDecided", stream, blocked))
    desk.clock.set(desk.clock.now().replace(day=7))
    desk.world.now = desk.clock.now()
    for party in ("nosc", "inai"):
        desk.take(officers.by(party, "CancellationDecided", stream, {**decision, "to": "destroyed"}))
    wait_until(lambda: scene.sealed.commitment not in scene.vault.commitments())


def test_verdict_says_withdrawn_and_by_which_entry(scene: Scene) -> None:
    scene.block()
    report = scene.verdict()
    assert report.verdict is Verdict.INTACT
    [note] = [note for note in report.notes if note.code == "documents-withdrawn"]
    index = scene.desk.ledger.size - 1
    assert note.params == {"count": 1, "first": PAPER_SHA256, "index": index}
    assert f"lo retira el registro {index}" in report_text(report, "es")
    assert f"is withdrawn by entry {index}" in report_text(report, "en")


def test_document_that_is_merely_missing_leaves_the_verdict_open(scene: Scene) -> None:
    scene.places.documents.erase(PAPER_SHA256)
    assert scene.verdict().verdict is Verdict.INCONCLUSIVE


def test_lifted_block_gives_the_document_back(scene: Scene) -> None:
    scene.block()
    assert not scene.is_stored(scene.places.documents)
    scene.officers.decide("inai", "denied", ground="legal_obligation")
    wait_until(lambda: scene.is_stored(scene.places.documents))
    assert scene.desk.ledger.documents.get(PAPER_SHA256) == PAPER
    assert scene.verdict().verdict is Verdict.INTACT
    scene.places.documents.erase(PAPER_SHA256)
    assert scene.verdict().verdict is Verdict.INCONCLUSIVE


def test_denied_request_gives_back_nothing_that_another_request_withdrew(scene: Scene) -> None:
    scene.block()
    officers, desk = scene.officers, scene.desk
    stream, named = "cancellation/x-2", {"cancellation": "x-2"}
    items = [{"document": PAPER_SHA256, "entry": scene.entry}]
    asked = {"items": items, "received_on": "2019-03-01", "request": f"sha256:{'0' * 64}", **named}
    desk.take(officers.by("nosc", "CancellationRequested", stream, asked))
    words = {"legal_basis": text("Art. 55"), "reasons": text("Ya se hizo"), "remedy": text("Revisión")}
    denied = {"documents": [PAPER_SHA256], "ground": "already_done", "to": "denied", **named, **words}
    desk.take(officers.by("inai", "CancellationDecided", stream, denied))
    assert not scene.is_stored(scene.places.documents)
    report = scene.verdict()
    assert report.verdict is Verdict.INTACT
    assert [note.params["index"] for note in report.notes if note.code == "documents-withdrawn"] == [
        desk.ledger.size - 3
    ]


def test_audit_that_goes_on_remembers_what_was_withdrawn(scene: Scene, tmp_path: Path) -> None:
    scene.block()
    trust, folder = load_trust(scene.desk.folder / "trust"), str(scene.desk.folder)
    for start in (0, scene.desk.ledger.size):
        with ResumeFile(tmp_path / "progress.sqlite", place=folder) as memory, opened_source(folder) as opened:
            assert memory.size == start
            report = audit(opened, trust, memory=memory)
        assert report.verdict is Verdict.INTACT
        assert [note.code for note in report.notes].count("documents-withdrawn") == 1


def test_entry_that_cites_it_again_asks_for_its_bytes(scene: Scene) -> None:
    scene.block()
    document = {"media_type": "text/plain", "sha256": PAPER_SHA256, "size": len(PAPER), "title": text("Otra vez")}
    desk = scene.desk
    draft = desk.world.says(
        "nosc", "AgreementDrafted", "agreement/ag", agreement="ag", parties=["inai", "nosc"], title=text("A"),
        version=1, docset={"authentic": "es", "documents": [{**document, "lang": "es"}]},
    )  # fmt: skip
    desk.take(draft)
    assert scene.verdict().verdict is Verdict.INCONCLUSIVE


def test_one_word_of_two_destroys_nothing(scene: Scene) -> None:
    scene.block()
    scene.desk.clock.set(scene.desk.clock.now().replace(day=5))
    scene.desk.world.now = scene.desk.clock.now()
    scene.officers.decide("inai", "destroyed")
    kept = scene.desk.folder / "vault" / "documents" / PAPER_SHA256
    assert kept.read_bytes() == PAPER
    assert kept.stat().st_mode & 0o077 == 0


def test_decision_is_carried_out_when_the_ledger_opens(scene: Scene) -> None:
    """As where the process was killed between the decision and what follows from it."""
    scene.block()
    scene.places.documents.write(PAPER_SHA256, PAPER)
    scene.places.withheld.erase(PAPER_SHA256)
    scene.desk.reopen()
    assert scene.is_stored(scene.places.withheld)
    assert not scene.is_stored(scene.places.documents)


def test_withdrawn_document_is_not_taken_in_again(scene: Scene) -> None:
    scene.block()
    ledger = scene.desk.ledger
    with pytest.raises(Withdrawn):
        ledger.documents.put(PAPER)
    assert PAPER_SHA256 not in ledger.documents
    assert PAPER_SHA256 not in ledger.documents.names()


def test_d4_bytes_that_are_still_there_are_not_given_out(scene: Scene, tmp_path: Path) -> None:
    """As where somebody puts the file back by hand."""
    scene.block()
    ledger = scene.desk.ledger
    (scene.desk.folder / "documents" / PAPER_SHA256).write_bytes(PAPER)
    with pytest.raises(Withdrawn):
        ledger.documents.get(PAPER_SHA256)
    ledger.publish(tmp_path / "mirror")
    (tmp_path / "out").mkdir()
    ledger.export(tmp_path / "out" / "libro.zip")
    assert places_of(PAPER, tmp_path / "mirror", tmp_path / "out") == []


def test_vault_holds_what_a_commitment_stands_for(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault")
    first, second = (vault.put(NAME, field="name", party="nosc") for _ in range(2))
    assert first.commitment != second.commitment
    item = vault.get(first.commitment)
    assert (item.value, item.sealed, commitment_of(item.salt, NAME)) == (NAME, first, first.commitment)
    assert vault.path.stat().st_mode & 0o077 == 0
    assert vault.folder.stat().st_mode & 0o077 == 0
    assert vault.destroy([first.commitment, "0" * 64]) == [first.commitment]
    assert vault.commitments() == [second.commitment]
    assert [path.name for path in vault.folder.iterdir()] == ["vault.sqlite"]
    with pytest.raises(NotFound):
        vault.get(first.commitment)


def test_v2_destroyed_value_is_in_no_file_of_the_vault(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault")
    kept = [vault.put(f"persona {place} " * 40, field="name", party="nosc").commitment for place in range(50)]
    gone = vault.put(NAME * 20, field="name", party="nosc").commitment
    assert places_of(NAME.encode(), vault.folder) != []
    vault.destroy([gone])
    assert places_of(NAME.encode(), vault.folder) == []
    assert vault.commitments() == sorted(kept)


def test_v3_vault_is_in_no_backup_and_stays_through_a_restore(scene: Scene, tmp_path: Path) -> None:
    desk = scene.desk
    backup(desk.folder, tmp_path / "copy")
    assert not (tmp_path / "copy" / "vault").exists()
    desk.ledger.close()
    restore(tmp_path / "copy", desk.folder, now=desk.clock.now())
    assert Vault(desk.folder / "vault").get(scene.sealed.commitment).value == NAME
    with Ledger.open(desk.folder, clock=desk.clock, signer=None) as reader:
        assert reader.size == desk.ledger.size
