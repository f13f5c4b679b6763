"""Work that writes, for rounds that kill it: how it is prepared and done, and what must be true of what is left."""

import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final
from unittest.mock import patch

from tests.dishonest import Face
from tests.e2e.kill_scenes import SIGNER, WITNESS, Backup, Cosignatures, Document, Init, expect, verdict
from tests.ledger.witnessed import TreeLog
from tests.ledger.world import PARTIES, START, Signed, World, play
from tests.verify.small_ledger import Log, Writer

from constancia.ledger.assembly import Options
from constancia.ledger.clock import StoryClock, SystemClock
from constancia.ledger.disk.durable import write_file
from constancia.ledger.disk.file_store import FolderFiles
from constancia.ledger.folder import policy_text
from constancia.ledger.ledger import Ledger
from constancia.ledger.monitor.settings import WatchSettings
from constancia.ledger.monitor.watch import WatchedLog
from constancia.ledger.monitor.watch_folder import LogFolder
from constancia.ledger.timestamps.anchor_store import Anchors
from constancia.ledger.witnesses.witness import Witness as Cosigning
from constancia.ledger.witnesses.witness_memory import WitnessStore
from constancia.verify.audit.run import audit
from constancia.verify.core.formats.entry import parse_entry
from constancia.verify.report.findings import Verdict
from constancia.verify.sources.source import open_source
from constancia.verify.sources.web import Web
from constancia.verify.trust.trust_folder import load_trust

Say = Callable[[str], None]
Told = Sequence[str]
STATEMENTS: Final = 24
GROWN: Final = 40


class Scenario:
    """Work that writes: how it is prepared, done, and what must be true of what is left of it."""

    def prepare(self, folder: Path) -> None:
        """Make what every round begins with a copy of."""

    def run(self, folder: Path, say: Say) -> None:
        """Work; `say` acknowledges something to a client. A second run finishes what the first left."""

    def check(self, folder: Path, told: Told) -> None:
        """Raise if something is wrong with what is left."""


@cache
def world() -> World:
    """The parties, whose acts happened lately."""
    made = World(SIGNER.vkey)
    made.now = SystemClock().now() - timedelta(hours=6)
    return made


@cache
def signed() -> list[Signed]:
    """Acts that are ready to be handed in, signed once the ledger of all rounds was made."""
    return [world().allege("c1", PARTIES[number % 3]) for number in range(STATEMENTS)]


def opened(folder: Path, *, create: bool = False, follow: bool = False) -> Ledger:
    return Ledger.open(folder, clock=SystemClock(), signer=SIGNER, create=create, options=Options(follow=follow))


class AtALedger(Scenario):
    """Work at a ledger with some entries."""

    def prepare(self, folder: Path) -> None:
        """One ledger is made for all that begin with one: what is signed has seen its last entry."""
        template = folder.with_name("template of all")
        if not template.exists():
            self._make(template)
            signed()
        shutil.copytree(template, folder)

    def _make(self, folder: Path) -> None:
        write_file(folder / "trust" / "policy", policy_text(SIGNER.vkey, None, [], "none").encode())
        with opened(folder, create=True) as ledger:
            for content in (b"charter", b"minuta"):
                ledger.documents.put(content)

            def take(one: Signed) -> None:
                ledger.append(one.parsed)
                world().look(ledger.log)

            play(world().founding(), take)
            play(world().commitment("c1"), take)

    def check(self, folder: Path, told: Told) -> None:
        expect(verdict(folder) != "ALTERED", f"verdict {verdict(folder)}")


class Append(AtALedger):
    """A client that hands in act after act and keeps each acknowledgement."""

    def run(self, folder: Path, say: Say) -> None:
        with opened(folder) as ledger:
            for one in signed():
                outcome = ledger.append(one.parsed)
                say(f"{outcome.entry.index} {outcome.entry.leaf_hash.hex()}")

    def check(self, folder: Path, told: Told) -> None:
        super().check(folder, told)
        with open_source(str(folder)) as source:
            stored = {f"{entry.index} {entry.leaf_hash.hex()}" for entry in map(parse_entry, source.entries())}
        expect(set(told) <= stored, f"acknowledged and lost: {sorted(set(told) - stored)[:3]}")


class Followed(Append):
    """The same with views that follow, and a rebuild at the end."""

    def run(self, folder: Path, say: Say) -> None:
        with opened(folder, follow=True) as ledger:
            for one in signed()[:8]:
                outcome = ledger.append(one.parsed)
                say(f"{outcome.entry.index} {outcome.entry.leaf_hash.hex()}")
            ledger.views.wait()
        with Ledger.open(folder, clock=SystemClock(), signer=None) as ledger:
            ledger.rebuild(check=False)
            expect(not ledger.rebuild(check=True).differences, "the views differ")


class Publish(AtALedger):
    """Acts and publications in turn; what was said to be published is there, and extends."""

    def run(self, folder: Path, say: Say) -> None:
        with opened(folder) as ledger:
            for one in signed()[:6]:
                ledger.append(one.parsed)
                ledger.publish()
                say(str(ledger.size))

    def check(self, folder: Path, told: Told) -> None:
        super().check(folder, told)
        log = folder / "log"
        if not (log / "checkpoint").exists():
            expect(not told, "published, and not there")
            return
        with open_source(str(log)) as source:
            report = audit(source, load_trust(folder / "trust"), workers=1)
        expect(report.verdict is not Verdict.ALTERED, f"published: {report.verdict}")
        expect((report.size or 0) >= max(map(int, told), default=0), "published, and not there")


class Export(AtALedger):
    """A bundle; one that is there is whole."""

    def run(self, folder: Path, say: Say) -> None:
        with opened(folder) as ledger:
            for number in range(3):
                ledger.export(folder.parent / f"bundle-{number}.zip")
                say(str(number))

    def check(self, folder: Path, told: Told) -> None:
        super().check(folder, told)
        there = sorted(folder.parent.glob("bundle-*.zip"))
        expect(len(there) >= len(set(told)), "exported, and not there")
        for path in there:
            expect(verdict(path) != "ALTERED", f"bundle {verdict(path)}")
            expect(verdict(path) != "none", "half a bundle under its name")


class Anchor(AtALedger):
    """Answers of a time authority that are stored; which of them counts is not judged here."""

    def run(self, folder: Path, say: Say) -> None:
        with opened(folder) as ledger:
            anchors = Anchors(FolderFiles(folder / "anchors"))
            for size in range(1, 9):
                if not anchors.has(size, "tsa"):
                    anchors.add(size, ledger.log.signed(ledger.size), "tsa", b"answer %d" % size)
                say(str(size))

    def check(self, folder: Path, told: Told) -> None:
        super().check(folder, told)
        anchors = Anchors(FolderFiles(folder / "anchors"))
        for size in map(int, told):
            expect(anchors.has(size, "tsa"), f"anchor {size} is lost")
        for path in anchors.paths():
            if path.endswith(".tsr"):
                expect(anchors.get(path).startswith(b"answer "), f"half an answer: {path}")


@cache
def tree_log() -> TreeLog:
    return TreeLog(signer=SIGNER).grow(GROWN)


@cache
def request(size: int) -> bytes:
    return tree_log().request(size - 1, size)


class WitnessWork(Scenario):
    """A witness that cosigns one tree after the other, and never forgets one that it answered for."""

    def prepare(self, folder: Path) -> None:
        folder.mkdir()
        for size in range(1, GROWN + 1):
            request(size)

    def run(self, folder: Path, say: Say) -> None:
        path = folder / "w.sqlite"
        try:
            store = WitnessStore.open(path, WITNESS.keys)
        except Exception:  # noqa: BLE001 - what an operator does then
            store = WitnessStore.create(path, WITNESS.keys)
        witness = Cosigning(store, WITNESS, {SIGNER.origin: (SIGNER.verifier,)}, StoryClock(START))
        known = store.known()
        for size in range(known[SIGNER.origin].size + 1 if known else 1, GROWN + 1):
            witness.add_checkpoint(request(size))
            say(str(size))
        store.close()

    def check(self, folder: Path, told: Told) -> None:
        if told:
            store = WitnessStore.open(folder / "w.sqlite", WITNESS.keys)
            size = store.known()[SIGNER.origin].size
            store.close()
            expect(size >= int(told[-1]), f"answered for {told[-1]}, remembers {size}")


@cache
def watched() -> tuple[Log, list[Face]]:
    log = Writer().found().sign_agreement().report(6).log()
    return log, [Face(log.cut_at(size)) for size in range(17, log.size + 1)]


class MonitorWork(Scenario):
    """A monitor that looks at a growing log; what it reported as verified it knows afterwards."""

    def prepare(self, folder: Path) -> None:
        folder.mkdir()
        watched()[0].write_trust(folder / "trust")

    def run(self, folder: Path, say: Say) -> None:
        trust = load_trust(folder / "trust")
        settings = WatchSettings(trust_of=lambda _: trust, recheck_s=0, whole_up_to=0, workers=1, wait=lambda _: None)
        for face in watched()[1]:
            log = LogFolder(folder, "https://log.example")
            if log.state.size > face.log.size:
                continue
            with patch.object(Web, "read", lambda _web, path, _limit, face=face: face.file(path)):
                outcome = WatchedLog(log, settings, StoryClock(datetime(2020, 1, 1, tzinfo=UTC))).round()
            expect(outcome.code == 0, f"an honest log: {[(one.code, one.params) for one in outcome.open]}")
            say(str(outcome.state.size))

    def check(self, folder: Path, told: Told) -> None:
        log = LogFolder(folder, "https://log.example")
        expect(log.state.size >= max(map(int, told), default=0), f"reported {told[-1:]}, knows {log.state.size}")
        expect(not log.events and not log.damaged, "an honest log is accused, or the journal is damaged")


class _Taken(Scenario):
    """A scenario of `kill_scenes.py`."""

    def __init__(self, kind: type[Backup | Cosignatures | Document | Init]) -> None:
        self._kind = kind

    def prepare(self, folder: Path) -> None:
        self._kind.prepare(folder)

    def run(self, folder: Path, say: Say) -> None:
        self._kind.run(folder)

    def check(self, folder: Path, told: Told) -> None:
        self._kind.check(folder)


SCENARIOS: Final[dict[str, Scenario]] = {
    "append": Append(), "rebuild": Followed(), "publish": Publish(), "export": Export(), "anchor": Anchor(),
    "witness": WitnessWork(), "monitor": MonitorWork(), "backup and restore": _Taken(Backup), "init": _Taken(Init),
    "cosignatures": _Taken(Cosignatures), "document": _Taken(Document),
}  # fmt: skip
