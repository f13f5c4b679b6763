"""A mirror of a log whose host is honest at first: what it copies, cosigns and refuses, and what readers get of it."""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.dishonest import Host, hosting, rewritten, with_statement
from tests.ledger.test_local_copy import full_at
from tests.ledger.test_monitor import history
from tests.verify.small_ledger import DOCUMENT, PARTIES, SCOPE, Log, Witness, Writer, verify

from constancia.ledger.clock import StoryClock
from constancia.ledger.disk.durable import write_file
from constancia.ledger.keys.note_keys import Cosigner, NoteKeys
from constancia.ledger.mirror.copying import LogCopy, NotCopied
from constancia.ledger.mirror.mirror import Mirror, MirrorError, MirrorOutcome, origin_hash
from constancia.ledger.monitor.findings import ALTERED, INCONCLUSIVE, INTACT, UNREACHABLE
from constancia.ledger.monitor.settings import Peer, WatchSettings
from constancia.ledger.monitor.signed_heads import HeadsDocument
from constancia.ledger.wire.composition import encode_bundle
from constancia.verify.core.errors import Unreadable
from constancia.verify.core.formats.checkpoint import read_checkpoint
from constancia.verify.core.formats.cosignature import verify_cosignature
from constancia.verify.core.formats.note import parse_note
from constancia.verify.report.findings import Verdict
from constancia.verify.sources.published_log import FoundFile
from constancia.verify.trust.trust_folder import load_trust
from constancia.verify.wire.merkle import Tree, hash_leaf
from constancia.verify.wire.tiles import HASHES_PER_TILE, tile_path, tiles_between

pytestmark = pytest.mark.usefixtures("known_signatures")
NOW = datetime(2019, 3, 2, 12, tzinfo=UTC)
OLD = 300


@pytest.fixture(scope="module")
def true() -> Log:
    return history("all", 40)


@pytest.fixture(scope="module")
def forged() -> Log:
    """The other history, by the same key."""
    return history("some", 60)


@pytest.fixture(scope="module")
def cosigner() -> Cosigner:
    keys = NoteKeys.generate()
    return Cosigner("archivo.example/espejo", keys.ed25519, keys.mldsa44)


@pytest.fixture
def host(true: Log) -> Host:
    return Host(true.cut_at(OLD))


@pytest.fixture
def url(host: Host) -> Iterator[str]:
    with hosting(host) as address:
        yield address


@dataclass
class Archive:
    """A mirror with a folder and a clock of its own. `round` opens everything again, as a process would."""

    root: Path
    url: str
    trust: Path
    cosigner: Cosigner
    clock: StoryClock
    is_new: bool = True

    def open(self, **settings: Any) -> Mirror:
        pinned = load_trust(self.trust)
        made: dict[str, Any] = {"recheck_s": 0, "whole_up_to": 0, "workers": 2} | settings
        watch = WatchSettings(trust_of=lambda _: pinned, **made)
        mirror = Mirror.open(self.root, self.url, self.cosigner, watch, self.clock, create=self.is_new)
        self.is_new = False
        return mirror

    def round(self, *peers: Peer) -> MirrorOutcome:
        self.clock.advance(timedelta(minutes=5))
        return self.open().round(peers)

    @property
    def place(self) -> Path:
        [place] = (self.root / "public").iterdir()
        return place

    def checkpoint(self) -> bytes:
        return (self.place / "checkpoint").read_bytes()

    def verdict(self) -> Verdict:
        return verify(self.place, self.trust).verdict


@pytest.fixture
def archive(url: str, true: Log, cosigner: Cosigner, tmp_path: Path) -> Archive:
    trust = true.write_trust(tmp_path / "trust")
    return Archive(tmp_path / "archive", url, trust, cosigner, StoryClock(NOW))


@pytest.fixture
def holding(archive: Archive, host: Host) -> Archive:
    """A mirror that has cosigned `OLD` entries."""
    outcome = archive.round()
    assert (outcome.watch.code, outcome.size, outcome.problem) == (INTACT, OLD, "")
    host.count()
    return archive


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def cosigned_at(note: bytes, cosigner: Cosigner) -> list[int]:
    """The times of the mirror's valid cosignatures on a checkpoint, one for each of its keys."""
    parsed = parse_note(note)
    lines = [(key, line) for key in cosigner.keys for line in parsed.signatures if key.matches(line)]
    return [verify_cosignature(key, line, parsed.text) for key, line in lines]


def test_r1_everything_is_copied_verified_and_cosigned(holding: Archive, true: Log, tmp_path: Path) -> None:
    expected = files(true.cut_at(OLD).write_folder(tmp_path / "expected"))
    copied = files(holding.place)
    note = copied.pop("checkpoint")
    assert copied == {name: data for name, data in expected.items() if name != "checkpoint"}
    assert parse_note(note).text == parse_note(expected["checkpoint"]).text
    assert set(parse_note(expected["checkpoint"]).signatures) <= set(parse_note(note).signatures)
    assert len(cosigned_at(note, holding.cosigner)) == 2
    assert holding.place.name == origin_hash(read_checkpoint(note).origin)


def test_copy_is_intact_when_the_ledger_is_gone(holding: Archive, host: Host) -> None:
    host.status = 503
    assert holding.verdict() is Verdict.INTACT
    outcome = holding.round()
    assert (outcome.watch.code, outcome.size) == (UNREACHABLE, OLD)
    assert holding.verdict() is Verdict.INTACT
    # The verdict rests on what is stored: one byte of one entry, and it is another.
    bundle = holding.place / "tile" / "entries" / "000"
    bundle.write_bytes(bundle.read_bytes().replace(b'"occurred_on":"2019', b'"occurred_on":"2018', 1))
    assert holding.verdict() is Verdict.ALTERED


def test_next_round_takes_what_is_new_alone(holding: Archive, host: Host, true: Log) -> None:
    before = files(holding.place)
    mirror = holding.open()
    mirror.round()
    host.show(true)
    host.count()
    outcome = mirror.round()
    assert (outcome.size, holding.verdict()) == (true.size, Verdict.INTACT)
    asked = [path for path in host.asked if path.startswith("tile/entries/")]
    assert all(path.startswith("tile/entries/001") for path in asked)
    after = files(holding.place)
    assert {name: after[name] for name in before if name != "checkpoint"} == {
        name: data for name, data in before.items() if name != "checkpoint"
    }


def test_same_checkpoint_is_not_cosigned_again(holding: Archive) -> None:
    before = holding.checkpoint()
    assert holding.round().copied is not None
    assert holding.checkpoint() == before


def test_clock_that_was_set_back_makes_no_cosignature_older(holding: Archive, host: Host, true: Log) -> None:
    first = cosigned_at(holding.checkpoint(), holding.cosigner)
    host.show(true)
    holding.clock = StoryClock(NOW - timedelta(days=1))
    holding.round()
    assert cosigned_at(holding.checkpoint(), holding.cosigner) == first


def test_r2_rollback_is_refused(holding: Archive, host: Host, true: Log) -> None:
    before = holding.checkpoint()
    host.show(true.cut_at(290))
    outcome = holding.round()
    assert (outcome.watch.code, outcome.size, outcome.copied) == (ALTERED, OLD, None)
    assert {finding.code for finding in outcome.watch.open} == {"rollback"}
    assert holding.checkpoint() == before


def test_r2_fork_is_refused_and_proved(holding: Archive, host: Host, forged: Log) -> None:
    before = files(holding.place)
    host.show(forged)
    outcome = holding.round()
    assert (outcome.watch.code, outcome.copied) == (ALTERED, None)
    [proof] = (holding.open().folder.evidence).iterdir()
    assert verify(proof, holding.trust).verdict is Verdict.ALTERED
    assert files(holding.place) == before
    assert holding.verdict() is Verdict.INTACT


def test_r2_what_was_cosigned_binds_although_the_watch_forgot_it(holding: Archive, host: Host, forged: Log) -> None:
    """A lost memory of the watch: the checkpoint that the mirror shows is what the log must extend."""
    shutil.rmtree(holding.root / "watch")
    host.show(forged)
    outcome = holding.round()
    assert (outcome.watch.code, outcome.copied) == (ALTERED, None)
    assert read_checkpoint(holding.checkpoint()).size == OLD


def test_r2_split_view_is_proved_by_a_peer(holding: Archive, host: Host, true: Log, forged: Log) -> None:
    host.show(forged, to="127.0.0.2")
    host.show(true.cut_at(320))
    head = forged.cut_at(310).checkpoint()
    outcome = holding.round(Peer(name="ong", heads=HeadsDocument(notes=(head,))))
    assert outcome.watch.code in (ALTERED, INCONCLUSIVE)
    assert outcome.copied is None
    host.show(forged)  # it shows the other history here too: now there are two signed roots
    outcome = holding.round(Peer(name="ong", heads=HeadsDocument(notes=(head,))))
    assert outcome.watch.code == ALTERED
    assert list(holding.open().folder.evidence.iterdir())
    assert read_checkpoint(holding.checkpoint()).size == OLD


def test_entry_that_its_signer_did_not_sign_is_not_cosigned(archive: Archive, host: Host, true: Log) -> None:
    def other(statement: dict[str, Any]) -> dict[str, Any]:
        return {**statement, "occurred_on": "2018-01-01"}

    host.show(rewritten(true, 200, with_statement(true.entries[200], other)))
    outcome = archive.round()
    assert (outcome.watch.code, outcome.size, outcome.copied) == (ALTERED, 0, None)
    assert not (archive.root / "public").exists()


def test_quorum_is_waited_for(archive: Archive, host: Host, true: Log, tmp_path: Path) -> None:
    witnesses = (Witness("one"), Witness("two"))
    archive.trust = replace(true, witnesses=witnesses).write_trust(tmp_path / "quorum", quorum=2)
    host.show(replace(true, witnesses=witnesses[:1]))
    assert archive.round().copied is None
    host.show(replace(true, witnesses=witnesses))
    assert archive.round().size == true.size
    assert archive.verdict() is Verdict.INTACT


def test_r3_killed_at_any_write_it_shows_the_former_checkpoint_and_goes_on(
    holding: Archive, host: Host, true: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.show(true)
    left = 0

    def cut(path: Path, data: bytes, *, mode: int = 0o644) -> None:
        nonlocal left
        if not left:
            raise KeyboardInterrupt
        left -= 1
        write_file(path, data, mode=mode)

    for budget in range(20):
        left, trial = budget, replace(holding, root=tmp_path / f"{budget}", clock=StoryClock(NOW))
        shutil.copytree(holding.root, trial.root)
        with monkeypatch.context() as patch:
            patch.setattr("constancia.ledger.mirror.copying.write_file", cut)
            patch.setattr("constancia.ledger.mirror.mirror.write_file", cut)
            try:
                trial.round()
            except KeyboardInterrupt:
                assert read_checkpoint(trial.checkpoint()).size == OLD
                assert trial.verdict() is Verdict.INTACT
            else:
                break
        trial.round()
        assert read_checkpoint(trial.checkpoint()).size == true.size
        assert trial.verdict() is Verdict.INTACT
    assert budget == 3  # a bundle, a tile, the checkpoint


def test_stop_ends_a_copy_and_the_next_round_goes_on(
    holding: Archive, host: Host, true: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.show(true)
    is_copying = False
    mirror = holding.open(is_stopped=lambda: is_copying)
    mirror.round()
    host.show(history("all", 41))
    watched = mirror._watch.round

    def then_stop(*given: Any) -> Any:
        nonlocal is_copying
        outcome = watched(*given)
        is_copying = True
        return outcome

    monkeypatch.setattr(mirror._watch, "round", then_stop)
    with pytest.raises(KeyboardInterrupt):
        mirror.round()
    assert read_checkpoint(holding.checkpoint()).size == true.size
    assert holding.round().size == true.size + 1


def test_verified_tree_that_the_disk_does_not_take_is_said_and_accuses_nobody(archive: Archive) -> None:
    """The watch does without its cache; what is copied is compared with it."""
    with full_at(20_000):
        outcome = archive.round()
    assert (outcome.watch.code, outcome.watch.state.size, outcome.copied) == (INTACT, OLD, None)
    assert outcome.problem == "what was verified could not be stored here: make room on the disk"
    assert archive.round().copied is not None


@pytest.mark.parametrize("kind", ["tile/0/000", "tile/entries/000", "tile/entries/001.p/*", "documents/*"])
@pytest.mark.parametrize("damage", [b"", None])
def test_what_the_disk_spoiled_is_had_again(holding: Archive, kind: str, damage: bytes | None) -> None:
    whole = files(holding.place)
    path = next(holding.place.glob(kind))
    path.unlink() if damage is None else path.write_bytes(damage)
    assert holding.round().problem == ""
    assert files(holding.place) == whole


def test_bundle_that_differs_from_the_audited_one_is_not_stored(
    archive: Archive, host: Host, true: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host shows the audit the true entries, and the copy other ones."""
    mirror = archive.open()
    watched = mirror._watch.round

    def then_another(*given: Any) -> Any:
        outcome = watched(*given)
        raw = with_statement(true.entries[200], lambda statement: {**statement, "occurred_on": "2018-01-01"})
        host.show(rewritten(true.cut_at(OLD), 200, raw))
        return outcome

    monkeypatch.setattr(mirror._watch, "round", then_another)
    outcome = mirror.round()
    assert (outcome.watch.code, outcome.copied) == (INTACT, None)
    assert "are not those that were verified" in outcome.problem
    assert not list((archive.root / "public").rglob("checkpoint"))
    host.show(true)
    assert archive.round().size == true.size


class TestFolder:
    def test_missing_one_is_not_made_by_itself(self, archive: Archive) -> None:
        archive.is_new = False
        with pytest.raises(MirrorError, match="memory is lost"):
            archive.round()

    def test_there_already(self, holding: Archive) -> None:
        holding.is_new = True
        with pytest.raises(MirrorError, match="already"):
            holding.round()

    def test_of_other_keys(self, holding: Archive) -> None:
        keys = NoteKeys.generate()
        holding.cosigner = Cosigner("archivo.example/espejo", keys.ed25519, keys.mldsa44)
        with pytest.raises(MirrorError, match="other keys"):
            holding.round()

    def test_checkpoint_that_it_did_not_cosign(self, holding: Archive, true: Log) -> None:
        (holding.place / "checkpoint").write_bytes(true.checkpoint())
        with pytest.raises(Unreadable, match="has not cosigned"):
            holding.round()


def test_anchors_that_the_copy_covers_are_stored_and_others_are_not(archive: Archive, host: Host) -> None:
    """A list of what a log has; the mirror's own list has what it stores."""
    covered, later, false = b"an answer", b"an answer about more", b"another answer"
    names = {f"{OLD}/tsa.tsr": covered, f"{OLD + 9}/tsa.tsr": later, f"{OLD}/other.tsr": false}
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in names.items()}
    digests[f"{OLD}/other.tsr"] = "0" * 64
    listed = "".join(f"{digests[name]}  {name}\n" for name in names)
    face = host.default
    face.altered |= {f"anchors/{name}": data for name, data in names.items()}
    face.altered |= {"anchors/SHA256SUMS": listed.encode(), "rollbacks.json": b"[]\n"}
    assert archive.round().problem == ""
    stored = {name: data for name, data in files(archive.place).items() if name.startswith(("anchors", "rollbacks"))}
    line = f"{digests[f'{OLD}/tsa.tsr']}  {OLD}/tsa.tsr\n"
    assert stored == {
        f"anchors/{OLD}/tsa.tsr": covered,
        "anchors/SHA256SUMS": line.encode(),
        "rollbacks.json": b"[]\n",
    }


def test_document_that_an_entry_withdraws_is_removed_and_not_had_again(
    archive: Archive, host: Host, tmp_path: Path
) -> None:
    story = Writer()
    story.open()
    for party in PARTIES:
        story.appoint(party, scope=sorted([*SCOPE, "CancellationDecided"]))
        story.register(party)
        story.endorse(party)
    story.cut()
    story.report(3)
    host.show(story.log())
    archive.trust = story.log().write_trust(tmp_path / "story")
    archive.round()
    name = hashlib.sha256(DOCUMENT).hexdigest()
    assert (archive.place / "documents" / name).read_bytes() == DOCUMENT
    body = {"cancellation": "c1", "documents": [name], "to": "destroyed"}
    story.as_person("inai", "CancellationDecided", "cancellation/c1", body)
    # That another request for it is denied, or that somebody cites it again, brings nothing back.
    body = {"cancellation": "c2", "documents": [name], "to": "denied"}
    story.as_person("inai", "CancellationDecided", "cancellation/c2", body)
    story.cut()
    host.show(story.log())
    outcome = archive.round()
    assert (outcome.problem, outcome.size) == ("", story.log().size)
    assert not (archive.place / "documents" / name).exists()
    archive.round()
    assert not (archive.place / "documents" / name).exists()
    assert archive.verdict() is Verdict.INTACT


class Broken:
    """A log's files, of which the last bundle can't be had at first."""

    def __init__(self, entries: list[bytes]) -> None:
        self.location, self.files, self.entries, self.has_last = "memory", self, entries, False

    def read(self, *_: object) -> None:
        return None

    def find(self, _level: None, number: int, width: int, *, is_covered: bool) -> FoundFile:
        is_last = number == (len(self.entries) - 1) // HASHES_PER_TILE
        bundle = encode_bundle(self.entries[number * HASHES_PER_TILE :][:width])
        return FoundFile("bundle", bundle if is_covered and (self.has_last or not is_last) else None)


def test_tiles_of_a_run_that_broke_off_are_written_by_the_next(tmp_path: Path) -> None:
    entries = [b'{"n":%d}' % number for number in range(600)]
    tree, copy, remote = Tree(map(hash_leaf, entries)), LogCopy(tmp_path), Broken(entries)
    with pytest.raises(NotCopied):
        copy.extend(600, tree, remote)  # type: ignore[arg-type]
    remote.has_last = True
    copy.extend(600, tree, remote)  # type: ignore[arg-type]
    missing = [tile_path(*tile) for tile in tiles_between(0, 600) if not (tmp_path / tile_path(*tile)).is_file()]
    assert missing == []
