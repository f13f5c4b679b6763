"""Kills a process at each change that it makes to files, then lets the next run go on. Run with `kill_at.so` preloaded.

    kill_rounds.py SCENARIO FOLDER STRIDE

Prints a JSON object: how many changes the scenario makes, how many were tried, and what went wrong, with its number.
"""

import shutil
from datetime import timedelta
from pathlib import Path

from tests.ledger.conftest import Desk
from tests.ledger.witnessed import cosigner
from tests.ledger.world import ORIGIN, START, World

from constancia.api.cli.log_key import LogKeyOptions
from constancia.api.cli.opening import init
from constancia.api.cli.opening.host import DRAFT
from constancia.ledger.assembly import Options
from constancia.ledger.backup.backup import backup, restore
from constancia.ledger.clock import StoryClock, SystemClock
from constancia.ledger.disk.documents import Documents
from constancia.ledger.disk.durable import remove_half_made, write_file
from constancia.ledger.disk.file_store import FolderFiles
from constancia.ledger.errors import LedgerError
from constancia.ledger.folder import LedgerFolder, policy_text
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.ledger import Ledger
from constancia.ledger.rotation import begin, finish, replace_at_once
from constancia.ledger.submission import parse_signed, signed_document
from constancia.ledger.witnesses.cosignature_store import CosignatureStore
from constancia.ledger.witnesses.quorum_status import policy_lines
from constancia.ledger.witnesses.witness_memory import WitnessStore
from constancia.verify.audit.run import audit
from constancia.verify.core.errors import Unreadable
from constancia.verify.core.formats.checkpoint import parse_checkpoint
from constancia.verify.core.formats.note import parse_note
from constancia.verify.report.findings import Verdict
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

PASSPHRASE = b"a long enough passphrase"
NEXT_ACT = "next.signed.json"  # what is recorded next
CUT_SHORT = "repeat the same"  # and with it the way out
WITNESS = cosigner("witness.example/w1")
SIGNER = LogSigner.generate(ORIGIN)
MADE: list[Path] = []
WORLD = World(SIGNER.vkey)
WORLD.log_cosigner = SIGNER.cosigner_vkey
WORLD.now = SystemClock().now() - timedelta(hours=6)  # a live act happened lately, on no later day than in Mexico City


def make_ledger(folder: Path) -> None:
    """A small witnessed ledger, without cosignatures, views and publication: a copy of one that is MADE already."""
    if MADE:
        shutil.copytree(MADE[0], folder, dirs_exist_ok=True)
        return
    policy = policy_text(SIGNER.vkey, SIGNER.cosigner_vkey, policy_lines("w1", WITNESS.keys), "w1")
    write_file(folder / "trust" / "policy", policy.encode())
    options = Options(follow=False)
    with Ledger.open(folder, clock=StoryClock(START), signer=SIGNER, create=True, options=options) as ledger:
        ledger.documents.put(b"charter")
        desk = Desk(ledger, World(SIGNER.vkey), StoryClock(START), SIGNER, folder)
        desk.found()
        act = desk.world.commitment("c1")[0]()
        write_file(folder / NEXT_ACT, signed_document(act.statement, act.signatures))


def verdict(folder: Path) -> str:
    """The verdict on what lies there; `none` where nothing is there to be judged."""
    try:
        with open_source(str(folder)) as source:
            trust = folder / "trust" if (folder / "trust" / "policy").exists() else None
            return audit(source, load_trust(trust) if trust else None, workers=1).verdict.name
    except Unreadable:
        return "none"


def expect(truth: object, what: str) -> None:
    if not truth:
        raise AssertionError(what)


class NeverAltered:
    """What a kill leaves is never taken for an altered ledger."""

    @staticmethod
    def check(folder: Path) -> None:
        expect(verdict(folder) != "ALTERED", f"verdict {verdict(folder)}")


class Cosignatures(NeverAltered):
    """The first cosignature that is kept."""

    prepare = staticmethod(make_ledger)

    @staticmethod
    def run(folder: Path) -> None:
        with Ledger.open(folder, clock=StoryClock(START), signer=None) as ledger:
            text = parse_note(ledger.log.signed(ledger.size)).text
        checkpoint = parse_checkpoint(text)
        store = CosignatureStore(folder / "cosignatures.sqlite", writable=True)
        store.keep(checkpoint.size, checkpoint.root, WITNESS.cosign(text, int(START.timestamp())))
        expect(len(store.at(checkpoint.size)) == len(WITNESS.keys), "not all are kept")
        store.close()


class Witness:
    """`witness --create`, and the start after it."""

    prepare = staticmethod(lambda folder: folder.mkdir())

    @staticmethod
    def run(folder: Path) -> None:
        path = folder / "w.sqlite"
        try:
            store = WitnessStore.open(path, WITNESS.keys)
        except Exception:  # noqa: BLE001 (what an operator does then)
            store = WitnessStore.create(path, WITNESS.keys)
        expect(store.known() == {}, "a memory out of nothing")
        store.close()

    @staticmethod
    def check(folder: Path) -> None:
        expect(not list(folder.glob("w.sqlite")) or (folder / "w.sqlite").stat().st_size > 4096, "half a store")


class Init(NeverAltered):
    """`init --signed`: store, genesis, trust folder, first publication."""

    @staticmethod
    def prepare(folder: Path) -> None:
        (folder / "keys").mkdir(parents=True)
        SIGNER.save(folder / "keys" / "log.pem", PASSPHRASE)
        Documents(FolderFiles(folder / "documents")).put(b"charter")
        signed = WORLD.genesis()
        write_file(folder / DRAFT, signed.statement)
        write_file(folder / "all.signed.json", signed_document(signed.statement, signed.signatures))
        write_file(folder / "pass", PASSPHRASE, mode=0o600)

    @staticmethod
    def run(folder: Path) -> None:
        if not (folder / "log" / "checkpoint").exists():
            given = LogKeyOptions(passphrase_file=folder / "pass")
            init._open(LedgerFolder(folder), [folder / "all.signed.json"], given)
        expect(verdict(folder) == "INTACT", f"in the end: {verdict(folder)}")


class Publication:
    """The first `publish` into a new folder."""

    prepare = staticmethod(make_ledger)

    @staticmethod
    def run(folder: Path) -> None:
        with Ledger.open(folder, clock=StoryClock(START), signer=None) as ledger:
            ledger.publish()
        expect(verdict(folder) == "INCONCLUSIVE", f"in the end: {verdict(folder)}")  # nobody has cosigned

    @staticmethod
    def check(folder: Path) -> None:
        NeverAltered.check(folder)
        expect(not (folder / "log").exists() or (folder / "log" / "checkpoint").exists(), "a log without a checkpoint")


class Views(NeverAltered):
    """The first start of a server: the views' database."""

    prepare = staticmethod(make_ledger)

    @staticmethod
    def run(folder: Path) -> None:
        with Ledger.open(folder, clock=StoryClock(START), signer=SIGNER) as ledger:
            ledger.views.wait()
            expect(ledger.views.position == ledger.size, "the views are behind")


class Backup(NeverAltered):
    """A backup, and its restoration over the ledger."""

    prepare = staticmethod(make_ledger)

    @staticmethod
    def run(folder: Path) -> None:
        target = folder.with_name(f"{folder.name}-backup.tar")
        if not target.exists():
            backup(folder, target)
        if not list(folder.parent.glob(f"{folder.name}.before-restore-*")) or not folder.exists():
            restore(target, folder, now=START)
        expect(verdict(folder) != "none", "no ledger")


class Document:
    """A document that is taken in."""

    prepare = staticmethod(lambda folder: folder.mkdir())

    @staticmethod
    def run(folder: Path) -> None:
        documents = Documents(FolderFiles(folder))
        documents.tidy()
        name = documents.put(b"x" * 100_000)
        expect(documents.is_whole(name), "not whole")
        expect([path.name for path in folder.iterdir()] == [name], "something is left behind")

    @staticmethod
    def check(folder: Path) -> None:
        documents = Documents(FolderFiles(folder))
        expect(all(documents.is_whole(name) for name in documents.names()), "half a document")


class File:
    """A file that is written once more: it holds what it held, or what was written."""

    BEFORE, AFTER = b"before" * 1_000, b"after" * 10_000

    @classmethod
    def prepare(cls, folder: Path) -> None:
        write_file(folder / "file", cls.BEFORE)

    @classmethod
    def run(cls, folder: Path) -> None:
        remove_half_made(folder / "file")
        write_file(folder / "file", cls.AFTER)
        expect([path.name for path in folder.iterdir()] == ["file"], "something is left behind")
        expect((folder / "file").read_bytes() == cls.AFTER, "not written")

    @classmethod
    def check(cls, folder: Path) -> None:
        expect((folder / "file").read_bytes() in (cls.BEFORE, cls.AFTER), "half of it")


class Rotation:
    """The log's key is replaced in two steps, with an entry in between; a start meanwhile goes on or says how."""

    @classmethod
    def prepare(cls, folder: Path) -> None:
        make_ledger(folder)
        SIGNER.save(LedgerFolder(folder).log_key, PASSPHRASE)
        shutil.copytree(folder / "trust", folder / "pinned")

    @classmethod
    def replaces(cls, folder: Path) -> None:
        begin(folder, PASSPHRASE)
        cls.record(folder)
        finish(folder, PASSPHRASE)

    @staticmethod
    def record(folder: Path) -> None:
        signer = LedgerFolder(folder).load_log_key(ORIGIN, PASSPHRASE)
        act = parse_signed((folder / NEXT_ACT).read_bytes())
        with Ledger.open(folder, clock=StoryClock(START), signer=signer, options=Options(follow=False)) as ledger:
            ledger.append(act)

    @classmethod
    def run(cls, folder: Path) -> None:
        places = LedgerFolder(folder)
        if places.next_log_key.exists() or LogSigner.load(ORIGIN, places.log_key, PASSPHRASE).vkey == SIGNER.vkey:
            cls.replaces(folder)
        cls.record(folder)
        new = LogSigner.load(ORIGIN, places.log_key, PASSPHRASE)
        expect(new.vkey != SIGNER.vkey and not places.next_log_key.exists(), "the key is not replaced")
        expect(SIGNER.verifier in places.former_log_keys(), "the former key is not remembered")
        expect((places.log_key.parent / "log-former-1.pem").exists(), "the former key is lost")
        expect(not list(folder.rglob("*.part")), "something half made is left behind")

    @staticmethod
    def check(folder: Path) -> None:
        places = LedgerFolder(folder)
        try:
            signer = places.load_log_key(ORIGIN, PASSPHRASE)
            Ledger.open(folder, clock=StoryClock(START), signer=signer, options=Options(follow=False)).close()
        except LedgerError as error:
            expect(CUT_SHORT in str(error), str(error))
        for trust in ("trust", "pinned"):
            with open_source(str(folder)) as source:
                report = audit(source, load_trust(folder / trust), workers=1)
            expect(report.verdict is Verdict.INCONCLUSIVE, f"{trust}: {report.verdict}")  # nobody has cosigned


class Stolen(Rotation):
    """The key is replaced at once, and its policy drops it."""

    @classmethod
    def replaces(cls, folder: Path) -> None:
        replace_at_once(folder, PASSPHRASE, is_stolen=True)


class Lost(Rotation):
    """The key's file is lost, and another key follows at once."""

    @classmethod
    def prepare(cls, folder: Path) -> None:
        super().prepare(folder)
        LedgerFolder(folder).log_key.unlink()

    @classmethod
    def run(cls, folder: Path) -> None:
        places = LedgerFolder(folder)
        if not places.log_key.exists():
            replace_at_once(folder, PASSPHRASE, is_stolen=False)
        cls.record(folder)
        expect(SIGNER.verifier in places.former_log_keys(), "the former key is not remembered")
        expect(not places.next_log_key.exists(), "the key is not replaced")

    @classmethod
    def check(cls, folder: Path) -> None:
        if LedgerFolder(folder).log_key.exists():
            super().check(folder)
        expect(verdict(folder) != "ALTERED", f"verdict {verdict(folder)}")


class StolenMeanwhile(Stolen):
    """The key is stolen while another one is about to follow it, and has signed."""

    @classmethod
    def prepare(cls, folder: Path) -> None:
        super().prepare(folder)
        begin(folder, PASSPHRASE)
        cls.record(folder)


ALL = (
    Cosignatures, Witness, Init, Publication, Views, Backup, Document, File, Rotation, Stolen, Lost, StolenMeanwhile,
)  # fmt: skip
