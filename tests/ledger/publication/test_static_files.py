"""Static files: complete, incremental, safe to interrupt; and the same in a zip."""

import fcntl
import hashlib
import os
import zipfile
from collections.abc import Iterator
from concurrent.futures import wait
from pathlib import Path

import pytest
from tests.ledger.conftest import Desk, OpenDesk

from constancia.ledger.disk.durable import write_file
from constancia.ledger.errors import Damaged, Fatal, NotFound
from constancia.ledger.publication.static_files import publish
from constancia.ledger.publication.target import UnderWay
from constancia.verify.audit.run import audit
from constancia.verify.core.formats.checkpoint import parse_checkpoint
from constancia.verify.core.formats.note import parse_note
from constancia.verify.report.findings import Verdict
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust
from constancia.verify.wire.tiles import parse_bundle, parse_tile_path


def grow(desk: Desk, count: int) -> None:
    signed = [desk.world.allege("c1") for _ in range(count)]
    wait([desk.ledger.submit(one.parsed) for one in signed])
    desk.world.look(desk.ledger.log)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def verdict(desk: Desk, place: Path) -> Verdict:
    with open_source(str(place)) as source:
        return audit(source, load_trust(desk.folder / "trust")).verdict


@pytest.fixture
def documented(desk: Desk) -> Desk:
    for content in (b"charter", b"minuta"):
        desk.ledger.documents.put(content)
    return desk


@pytest.fixture
def stranger(open_desk: OpenDesk) -> Desk:
    other = open_desk("stranger")
    other.found()
    other.adopt()
    return other


class TestFolder:
    def test_published_folder_is_intact_for_an_auditor(self, documented: Desk) -> None:
        documented.ledger.publish()
        assert verdict(documented, documented.folder / "log") is Verdict.INTACT

    def test_ledger_s_own_folder_is_intact_for_an_auditor(self, documented: Desk) -> None:
        documented.ledger.publish()
        assert verdict(documented, documented.folder) is Verdict.INTACT

    def test_full_tiles_appear_and_partial_ones_of_published_sizes_stay(self, documented: Desk) -> None:
        documented.ledger.publish()
        first = documented.ledger.size
        grow(documented, 300)
        documented.ledger.publish()
        published = set(files(documented.folder / "log"))
        assert {f"tile/0/000.p/{first}", "tile/0/000", "tile/1/000.p/1"} <= published
        assert verdict(documented, documented.folder / "log") is Verdict.INTACT

    def test_every_tile_is_named_as_the_specification_names_it(self, documented: Desk) -> None:
        grow(documented, 600)
        documented.ledger.publish()
        for name in files(documented.folder / "log"):
            if name.startswith("tile/"):
                parse_tile_path(name)

    def test_bundles_hold_the_entries(self, documented: Desk) -> None:
        grow(documented, 300)
        documented.ledger.publish()
        found = files(documented.folder / "log")
        last = next(name for name in found if name.startswith("tile/entries/001.p/"))
        entries = parse_bundle(found["tile/entries/000"]) + parse_bundle(found[last])
        assert entries == list(documented.ledger.log.entries())

    def test_publishing_in_steps_gives_what_publishing_at_once_gives(self, documented: Desk, tmp_path: Path) -> None:
        for _ in range(4):
            grow(documented, 90)
            documented.ledger.publish()
        documented.ledger.publish(tmp_path / "at-once")
        stepwise, at_once = files(documented.folder / "log"), files(tmp_path / "at-once")
        assert {name: stepwise[name] for name in at_once} == at_once

    def test_second_run_writes_nothing(self, documented: Desk) -> None:
        documented.ledger.publish()
        assert documented.ledger.publish().files == 0

    @pytest.mark.parametrize("damage", ["emptied", "cut", "altered", "gone"])
    @pytest.mark.parametrize("kind", ["tile/0/**/*", "tile/entries/**/*", "documents/*"])
    def test_doing_it_again_mends(self, documented: Desk, tmp_path: Path, kind: str, damage: str) -> None:
        documented.ledger.publish(tmp_path / "www")
        whole = files(tmp_path / "www")
        path = next(path for path in sorted((tmp_path / "www").glob(kind)) if path.is_file())
        data = path.read_bytes()
        left = {"emptied": b"", "cut": data[: len(data) // 2], "altered": bytes([data[0] ^ 1]) + data[1:], "gone": None}
        path.unlink() if left[damage] is None else path.write_bytes(left[damage] or b"")
        assert documented.ledger.publish(tmp_path / "www", check=True).files == 1
        assert files(tmp_path / "www") == whole

    def test_documents_are_published_under_their_digest(self, documented: Desk) -> None:
        documented.ledger.publish()
        name = hashlib.sha256(b"minuta").hexdigest()
        assert (documented.folder / "log" / "documents" / name).read_bytes() == b"minuta"

    def test_damaged_document_is_not_published(self, documented: Desk) -> None:
        name = hashlib.sha256(b"minuta").hexdigest()
        (documented.folder / "documents" / name).write_bytes(b"Minuta")
        with pytest.raises(Damaged):
            documented.ledger.publish()
        assert not (documented.folder / "log" / "checkpoint").exists()

    def test_empty_ledger_cannot_be_published(self, new: Desk) -> None:
        with pytest.raises(NotFound):
            new.ledger.publish()

    def test_folder_of_another_log_is_left_alone(self, documented: Desk, stranger: Desk, tmp_path: Path) -> None:
        stranger.ledger.publish(tmp_path / "shared")
        before = files(tmp_path / "shared")
        with pytest.raises(Fatal, match="another history"):
            documented.ledger.publish(tmp_path / "shared")
        assert files(tmp_path / "shared") == before

    def test_folder_that_is_ahead_of_the_store_is_left_alone(
        self, documented: Desk, stranger: Desk, tmp_path: Path
    ) -> None:
        grow(documented, 3)
        documented.ledger.publish(tmp_path / "shared")
        with pytest.raises(Fatal, match="older than what was published"):
            stranger.ledger.publish(tmp_path / "shared")

    def test_unreadable_checkpoint_in_the_folder_is_named(self, documented: Desk, tmp_path: Path) -> None:
        (tmp_path / "checkpoint").write_bytes(b"scribble")
        with pytest.raises(Fatal, match="can't be read"):
            documented.ledger.publish(tmp_path)


class TestTidiness:
    def _partials(self, desk: Desk) -> set[str]:
        return {name for name in files(desk.folder / "log") if ".p/" in name}

    def test_p5_partials_go_once_a_former_checkpoint_covered_the_full_tile(self, documented: Desk) -> None:
        documented.ledger.publish(tidy=True)
        first = documented.ledger.size
        grow(documented, 300)
        assert documented.ledger.publish(tidy=True).removed == 0
        assert {f"tile/0/000.p/{first}", f"tile/entries/000.p/{first}", "tile/1/000.p/1"} <= self._partials(documented)
        second = documented.ledger.size
        grow(documented, 1)
        assert documented.ledger.publish(tidy=True).removed == 2
        left = {f"tile/{level}/001.p/{size - 256}" for level in ("0", "entries") for size in (second, second + 1)}
        assert self._partials(documented) == left | {"tile/1/000.p/1"}
        assert not (documented.folder / "log" / "tile" / "0" / "000.p").exists()
        assert verdict(documented, documented.folder / "log") is Verdict.INTACT

    def test_p5_partials_stay_unless_asked(self, documented: Desk) -> None:
        for _ in range(3):
            documented.ledger.publish()
            grow(documented, 200)
        before = self._partials(documented)
        assert documented.ledger.publish().removed == 0
        assert before <= self._partials(documented)

    def test_p3_what_an_interruption_left_half_written_is_removed(self, documented: Desk) -> None:
        documented.ledger.publish()
        place = documented.folder / "log"
        half = [
            place / "checkpoint.9999999.part",
            place / "tile/0/000.p/3.9999999.part",
            place / "documents/ab.9999999.part",
        ]
        ours = [place / "notes.part", place / "index.html"]
        for path in half + ours:
            path.write_bytes(b"half")
        documented.ledger.publish()
        assert not any(path.exists() for path in half)
        assert all(path.exists() for path in ours)

    def test_p4_second_publication_at_the_same_time_is_turned_away(self, documented: Desk) -> None:
        documented.ledger.publish()
        before = files(documented.folder / "log")
        grow(documented, 5)
        handle = os.open(documented.folder / "log", os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            with pytest.raises(UnderWay):
                documented.ledger.publish()
            assert files(documented.folder / "log") == before
        finally:
            os.close(handle)
        assert documented.ledger.publish().new_size == documented.ledger.size

    def test_cosignatures_that_come_later_are_published(self, documented: Desk) -> None:
        documented.ledger.publish()
        place = documented.folder / "log" / "checkpoint"
        note = place.read_bytes()
        place.write_bytes(note + "— witness.example/w AAAAAAA=\n".encode())
        assert documented.ledger.publish().files == 1
        assert place.read_bytes() == note


class Interrupted(Exception):
    """Stands for a crash."""


class TestInterruption:
    def _crashes(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
        """Publishes with a crash before the 1st, 2nd, 3rd … file, until one run gets through."""
        for survived in range(100):
            left = iter(range(survived))

            def broken(path: Path, data: bytes, left: Iterator[int] = left) -> None:
                if next(left, None) is None:
                    raise Interrupted
                write_file(path, data)

            with monkeypatch.context() as patch:
                patch.setattr("constancia.ledger.publication.target.write_file", broken)
                try:
                    desk.ledger.publish()
                except Interrupted:
                    yield survived
                    continue
            return
        pytest.fail("publishing never got through")

    def test_p3_every_interruption_leaves_the_former_checkpoint_verifiable(
        self, documented: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        documented.ledger.publish()
        before = (documented.folder / "log" / "checkpoint").read_bytes()
        grow(documented, 300)
        documented.ledger.documents.put(b"another document")
        crashes = 0
        for _ in self._crashes(documented, monkeypatch):
            assert (documented.folder / "log" / "checkpoint").read_bytes() == before
            assert verdict(documented, documented.folder / "log") is Verdict.INTACT
            crashes += 1
        assert crashes >= 5

    def test_p3_interrupted_publication_is_finished_by_the_next_run(
        self, documented: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        grow(documented, 300)
        for _ in self._crashes(documented, monkeypatch):
            pass
        documented.ledger.publish(tmp_path / "straight")
        assert files(documented.folder / "log") == files(tmp_path / "straight")

    def test_p1_checkpoint_is_written_last(self, documented: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        written: list[str] = []

        def noted(path: Path, data: bytes) -> None:
            written.append(path.name)
            write_file(path, data)

        monkeypatch.setattr("constancia.ledger.publication.target.write_file", noted)
        publish(documented.ledger.log, documented.ledger.documents, documented.folder / "log")
        assert written[-1] == "checkpoint"
        assert written.count("checkpoint") == 1


class TestBundle:
    def test_bundle_is_intact_for_an_auditor(self, documented: Desk, tmp_path: Path) -> None:
        grow(documented, 300)
        documented.ledger.export(tmp_path / "bundle.zip")
        assert verdict(documented, tmp_path / "bundle.zip") is Verdict.INTACT

    def test_bundle_holds_the_published_tree_with_policy_and_both_pages(self, documented: Desk, tmp_path: Path) -> None:
        documented.ledger.publish()
        documented.ledger.export(tmp_path / "bundle.zip")
        with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
            held = {name: archive.read(name) for name in archive.namelist()}
        assert held.keys() - {"policy", "README.es.txt", "README.en.txt", "verificador.html"} == set(
            files(documented.folder / "log")
        )
        assert held["policy"] == (documented.folder / "trust" / "policy").read_bytes()

    @pytest.mark.parametrize("page", ["README.es.txt", "README.en.txt"])
    def test_page_names_the_log_its_size_and_its_root(self, documented: Desk, tmp_path: Path, page: str) -> None:
        documented.ledger.export(tmp_path / "bundle.zip")
        with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
            told = archive.read(page).decode()
        for fact in (documented.ledger.origin, str(documented.ledger.size)):
            assert fact in told
        assert documented.ledger.log.root().hex() in told

    def test_two_exports_of_one_size_are_equal(self, documented: Desk, tmp_path: Path) -> None:
        for name in ("one.zip", "two.zip"):
            documented.ledger.export(tmp_path / name)
        assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()

    def test_failed_export_leaves_the_former_bundle(self, documented: Desk, tmp_path: Path) -> None:
        path = tmp_path / "bundle.zip"
        documented.ledger.export(path)
        before = path.read_bytes()
        name = hashlib.sha256(b"minuta").hexdigest()
        (documented.folder / "documents" / name).write_bytes(b"Minuta")
        with pytest.raises(Damaged):
            documented.ledger.export(path)
        assert path.read_bytes() == before
        assert list(tmp_path.glob("*.part")) == []

    def test_bundle_ends_with_the_checkpoint_it_reports(self, documented: Desk, tmp_path: Path) -> None:
        reported = documented.ledger.export(tmp_path / "bundle.zip")
        with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
            note = parse_note(archive.read("checkpoint"))
        assert parse_checkpoint(note.text) == reported
