"""The log's key is replaced while the ledger is at work: verdicts under each trust anchor, and every step cut short."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.ledger.template import Templates
from tests.ledger.witnessed import TreeLog, cosigner
from tests.ledger.world import ORIGIN, START, World
from tests.postgres import Server

from constancia.ledger.assembly import Options
from constancia.ledger.backup.backup import Older, backup, restore
from constancia.ledger.backup.relocation import move_to_database, move_to_file
from constancia.ledger.clock import StoryClock
from constancia.ledger.errors import LedgerError, Locked, RolledBack
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.keys.note_keys import KeyFileError
from constancia.ledger.ledger import Ledger
from constancia.ledger.rotation import Rotation, begin, finish, replace_at_once
from constancia.ledger.snapshots import snapshot_store, snapshots
from constancia.ledger.witnesses.witness import NotSigned, Witness
from constancia.ledger.witnesses.witness_memory import WitnessStore
from constancia.verify.audit.run import audit
from constancia.verify.core.formats.note import format_vkey, parse_note
from constancia.verify.report.findings import Verdict
from constancia.verify.sources.source import open_source
from constancia.verify.trust.policy_file import parse_policy
from constancia.verify.trust.trust_folder import load_trust

SECRET = b"a passphrase for tests"
INTACT, INCONCLUSIVE = Verdict.INTACT, Verdict.INCONCLUSIVE


class Place:
    """A founded ledger in a folder, with its key in a file, opened and closed for each step."""

    def __init__(self, folder: Path, templates: Templates) -> None:
        self.folder = folder / "d"
        self.trusts = folder / "trusts"
        self.world: World = templates.founded.copy_to(self.folder)
        self.places = LedgerFolder(self.folder)
        self.places.log_key.parent.mkdir(mode=0o700)
        templates.founded.signer.save(self.places.log_key, SECRET)
        self.old = templates.founded.signer
        self._acts = iter([*self.world.commitment("c1"), *self.world.commitment("c2")])
        self.pin("old")

    def open(self) -> Ledger:
        signer = self.places.load_log_key(ORIGIN, SECRET)
        return Ledger.open(self.folder, clock=StoryClock(START), signer=signer)

    def append(self) -> list[bytes]:
        """Start, record an entry, publish, stop; gives the hashes of the keys under the last checkpoint."""
        with self.open() as ledger:
            ledger.documents.put(b"charter")
            ledger.append(next(self._acts)().parsed)
            self.world.look(ledger.log)
            ledger.publish()
            lines = parse_note(ledger.log.signed()).signatures
            return [line.key_hash for line in lines if len(line.blob) == 64]

    def pin(self, name: str) -> None:
        """Keep the trust folder as it is now, as a party would that takes it away."""
        shutil.copytree(self.places.trust, self.trusts / name)

    def verdicts(self, *names: str) -> list[Verdict]:
        """What the whole ledger and the published log are, under each of the trust folders."""
        found = []
        for name in names:
            trust = load_trust(self.trusts / name)
            each = set()
            for source in (self.folder, self.folder / "log"):
                with open_source(str(source)) as opened:
                    each.add(audit(opened, trust).verdict)
            [verdict] = each
            found.append(verdict)
        return found

    def drop_old(self, name: str) -> None:
        """Make a trust folder whose policy lists the new key alone."""
        self.pin(name)
        policy = self.trusts / name / "policy"
        policy.write_text(policy.read_text().replace(f"log {self.old.vkey}\n", ""))


@pytest.fixture
def place(tmp_path: Path, templates: Templates) -> Place:
    return Place(tmp_path, templates)


def hashes(*signers: LogSigner) -> list[bytes]:
    return [signer.verifier.key_hash for signer in signers]


def test_r1_whole_change_is_intact_at_every_step_for_whom_it_should(place: Place) -> None:
    begun = begin(place.folder, SECRET)
    place.pin("both")
    place.drop_old("new")
    assert place.append() == hashes(*place.places.load_log_key(ORIGIN, SECRET)._signers)
    assert place.verdicts("old", "both", "new") == [INTACT, INTACT, INTACT]
    done = finish(place.folder, SECRET)
    assert (done.vkey, done.fingerprint) == (begun.vkey, begun.fingerprint)
    assert place.verdicts("old", "both", "new") == [INTACT, INTACT, INTACT]  # both signed the last checkpoint
    new = place.places.load_log_key(ORIGIN, SECRET)
    assert (new.vkey, place.append()) == (done.vkey, hashes(new))
    assert place.verdicts("old", "both", "new") == [INCONCLUSIVE, INTACT, INTACT]
    with Ledger.open(place.folder, clock=StoryClock(START), signer=None) as reader:
        assert (reader.vkey, [key.key_hash for key in reader.log_keys]) == (done.vkey, hashes(place.old, new))


def test_witness_signs_through_the_change_and_then_nothing_by_the_former_key(tmp_path: Path) -> None:
    log, new = TreeLog(), LogSigner.generate("example.org/witnessed")
    old, keys = log.signer, cosigner()
    pinned = {"old": [old.verifier], "both": [old.verifier, new.verifier], "new": [new.verifier]}
    store = WitnessStore.create(tmp_path / "w.sqlite", keys.keys)

    def ask(signer: LogSigner, sizes: tuple[int, int], policy: str) -> bool:
        log.signer = signer
        witness = Witness(store, keys, {old.origin: pinned[policy]}, StoryClock(START))
        try:
            return bool(witness.add_checkpoint(log.grow(sizes[1]).request(*sizes)))
        except NotSigned:
            return False

    both = old.followed_by(new)
    assert all((ask(old, (0, 3), "old"), ask(both, (3, 5), "old"), ask(both, (5, 7), "both"), ask(new, (7, 9), "both")))
    assert (ask(new, (9, 11), "old"), ask(old, (9, 11), "new"), ask(new, (9, 11), "new")) == (False, False, True)
    store.close()


@pytest.mark.parametrize("is_stolen", [False, True])
def test_lost_key_is_replaced_at_once_and_nobody_is_accused(place: Place, is_stolen: bool) -> None:
    place.append()
    place.places.log_key.unlink()  # as after the loss of a disk: what signed the last checkpoint is gone
    done = replace_at_once(place.folder, SECRET, is_stolen=is_stolen)
    place.pin("after")
    assert (done.set_aside, f"log {place.old.vkey}\n" in place.places.policy.read_text()) == (None, not is_stolen)
    assert place.append() == hashes(place.places.load_log_key(ORIGIN, SECRET))
    assert place.verdicts("old", "after") == [INCONCLUSIVE, INTACT]
    # Once more: the last checkpoint is by a key that neither genesis nor policy names.
    again = replace_at_once(place.folder, SECRET, is_stolen=is_stolen)
    place.append()
    place.pin("again")
    # A store has what the second key signed too: dropped from the policy, it counts for nothing, and accuses nobody.
    wanted = {"d": INCONCLUSIVE if is_stolen else INTACT, "d/log": INTACT}
    for name, verdict in wanted.items():
        with open_source(str(place.folder.parent / name)) as opened:
            report = audit(opened, load_trust(place.trusts / "again"))
        assert (report.verdict, report.faults_total) == (verdict, 0), name
    assert again.vkey != done.vkey
    assert place.places.policy.read_text().count("log ") == (2 if is_stolen else 5)
    assert len(place.places.former_log_keys()) == 2


def test_stolen_key_signs_nothing_for_whom_the_policy_dropped_it(place: Place) -> None:
    place.append()
    replace_at_once(place.folder, SECRET, is_stolen=True)
    place.pin("after")
    place.append()
    forged = place.folder / "log" / "checkpoint"
    note = parse_note(forged.read_bytes()).text.split("\n")
    forged.write_bytes(place.old.checkpoint(int(note[1]), bytes(32)))
    with open_source(str(place.folder / "log")) as opened:
        report = audit(opened, load_trust(place.trusts / "after"))
    assert "other-log-key" in {one.code for one in report.open}
    assert report.verdict is not INTACT


def cut_before_the_policy(place: Place) -> None:
    text = place.places.policy.read_text()
    begin(place.folder, SECRET)
    place.places.policy.write_text(text)


def cut_before_the_former_key_is_gone(place: Place) -> None:
    begin(place.folder, SECRET)
    place.append()
    new = place.places.next_log_key.read_bytes()
    finish(place.folder, SECRET)
    shutil.copy(place.places.log_key.with_name("log-former-1.pem"), place.places.log_key)
    place.places.next_log_key.write_bytes(new)


@pytest.mark.parametrize("cut", [cut_before_the_policy, cut_before_the_former_key_is_gone])
def test_r2_step_that_was_cut_short_is_repeated_and_goes_on(place: Place, cut: Callable[[Place], None]) -> None:
    cut(place)
    if cut is cut_before_the_policy:
        with pytest.raises(LedgerError, match="repeat the same `constancia rotate`"):
            place.open()
    made = LogSigner.load(ORIGIN, place.places.next_log_key, SECRET)
    assert begin(place.folder, SECRET).vkey == begin(place.folder, SECRET).vkey == made.vkey
    place.append()
    assert finish(place.folder, SECRET).vkey == made.vkey
    assert place.append() == hashes(made)
    assert [line for line in place.places.policy.read_text().splitlines() if line == f"log {made.vkey}"] != []


def test_r3_no_key_is_lost(place: Place) -> None:
    begin(place.folder, SECRET)
    place.append()
    done = finish(place.folder, SECRET)
    assert done.set_aside is not None
    assert LogSigner.load(ORIGIN, done.set_aside, SECRET).vkey == place.old.vkey
    assert done.set_aside.stat().st_mode & 0o777 == 0o600
    assert [key.key_hash for key in place.places.former_log_keys()] == hashes(place.old)


def refused_begin(place: Place) -> Rotation:
    return begin(place.folder, b"another passphrase")


def refused_without_a_policy(place: Place) -> Rotation:
    place.places.policy.unlink()
    return begin(place.folder, SECRET)


def refused_without_a_beginning(place: Place) -> Rotation:
    return finish(place.folder, SECRET)


def refused_before_both_have_signed(place: Place) -> Rotation:
    begin(place.folder, SECRET)
    return finish(place.folder, SECRET)


def refused_while_the_server_runs(place: Place) -> Rotation:
    begin(place.folder, SECRET)
    with place.open():
        return finish(place.folder, SECRET)


def refused_with_the_former_key_back(place: Place) -> Rotation:
    done = replace_at_once(place.folder, SECRET, is_stolen=True)
    assert done.set_aside is not None
    shutil.copy(done.set_aside, place.places.log_key)
    with place.open():
        return done


@pytest.mark.parametrize(
    ("act", "error", "words"),
    [
        (refused_begin, KeyFileError, "passphrase"),
        (refused_without_a_policy, LedgerError, "policy"),
        (refused_without_a_beginning, LedgerError, "no other key"),
        (refused_before_both_have_signed, LedgerError, "not signed yet"),
        (refused_while_the_server_runs, Locked, "lock|process|open"),
        (refused_with_the_former_key_back, LedgerError, "another key for this log"),
    ],
)
def test_step_out_of_order_is_refused(
    place: Place, act: Callable[[Place], Rotation], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        act(place)


def test_comments_groups_and_witnesses_of_the_policy_stay(place: Place) -> None:
    policy = place.places.policy
    before = f"# of the parties\n{policy.read_text()}# the end\n"
    policy.write_text(before)
    begin(place.folder, SECRET)
    text = policy.read_text()
    assert [line for line in text.splitlines() if line in before.splitlines()] == before.splitlines()
    assert len(parse_policy(text).signers_of(ORIGIN)) == 2


def test_change_goes_on_in_a_database_with_stored_states_and_after_a_restore(
    place: Place, tmp_path: Path, postgres_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_store, "EVERY", 4)
    monkeypatch.setattr(snapshots, "_WORTH_STORING", 1)
    place.append()
    backup(place.folder, tmp_path / "before")
    begin(place.folder, SECRET)
    move_to_database(place.folder, postgres_server.schema())
    place.append()
    done = finish(place.folder, SECRET)
    new = place.places.load_log_key(ORIGIN, SECRET)
    place.pin("both")
    assert place.append() == hashes(new)
    with place.open() as ledger:
        assert (ledger.vkey, ledger.state().base_size) == (done.vkey, ledger.size)
    backup(place.folder, tmp_path / "after")
    move_to_file(place.folder)
    assert place.append() == hashes(new)
    assert place.verdicts("both") == [INTACT]
    for name in ("before", "after"):
        with pytest.raises(Older):
            restore(tmp_path / name, place.folder, now=START)
    restore(tmp_path / "after", place.folder, now=START, accept_rollback="the disk was lost")
    with place.open() as ledger:
        assert (ledger.vkey, ledger.refusal) == (done.vkey, None)
    assert place.verdicts("both") == [INTACT]


def indented(text: str) -> str:
    return text.replace("log ", " \t log\t", 1)


def after_a_comment_of_two_parts(text: str) -> str:
    """Lines end where verifiers end them: this is all of one comment."""
    return f"# an example:\u2028log {LogSigner.generate(ORIGIN).vkey}\n{text}"


def comments(place: Place) -> list[str]:
    return [line for line in place.places.policy.read_text().split("\n") if line.startswith("#")]


@pytest.mark.parametrize("write", [indented, after_a_comment_of_two_parts])
def test_policy_is_read_as_verifiers_read_it(place: Place, write: Callable[[str], str]) -> None:
    text = write(place.places.policy.read_text())
    place.places.policy.write_text(text)
    done = replace_at_once(place.folder, SECRET, is_stolen=True)
    signers = parse_policy(place.places.policy.read_text()).signers_of(ORIGIN)
    assert list(map(format_vkey, signers)) == [done.vkey]
    assert [line for line in text.split("\n") if line.startswith("#")] == comments(place)
    assert place.append() == hashes(place.places.load_log_key(ORIGIN, SECRET))


def test_policy_of_another_log_alone_gets_the_key(place: Place) -> None:
    place.places.policy.write_text(f"log {LogSigner.generate('example.org/other').vkey}\nquorum none\n")
    done = begin(place.folder, SECRET)
    signers = parse_policy(place.places.policy.read_text()).signers_of(ORIGIN)
    assert list(map(format_vkey, signers)) == [done.vkey]


def test_copy_from_before_the_change_signs_nothing_beside_what_the_new_key_signed(place: Place) -> None:
    """The copy knows nothing of the new key, and where the log is published only that one has signed."""
    before = place.folder.with_name("before")
    shutil.copytree(place.folder, before)
    begin(place.folder, SECRET)
    place.append()
    finish(place.folder, SECRET)
    place.append()
    published = (place.folder / "log" / "checkpoint").read_bytes
    signer = LedgerFolder(before).load_log_key(ORIGIN, SECRET)
    options = Options(published=[("www", published)])
    with Ledger.open(before, clock=StoryClock(START), signer=signer, options=options) as ledger:
        ledger.documents.put(b"charter")
        place.world.look(ledger.log)
        with pytest.raises(RolledBack, match="www: ahead"):
            ledger.append(next(place._acts)().parsed)


def test_backup_is_compared_also_with_what_a_key_signed_that_no_policy_lists_any_more(
    place: Place, tmp_path: Path
) -> None:
    backup(place.folder, tmp_path / "before")
    replace_at_once(place.folder, SECRET, is_stolen=True)
    place.append()
    replace_at_once(place.folder, SECRET, is_stolen=True)
    with pytest.raises(Older) as older:
        restore(tmp_path / "before", place.folder, now=START)
    assert {claim.by for claim in older.value.seen} == {"ledger.sqlite", "log/checkpoint"}


def test_backup_from_before_the_change_is_compared_with_what_the_new_key_signed(place: Place, tmp_path: Path) -> None:
    backup(place.folder, tmp_path / "before")
    begin(place.folder, SECRET)
    place.append()
    finish(place.folder, SECRET)
    place.append()
    backup(place.folder, tmp_path / "after")
    with pytest.raises(Older) as older:
        restore(tmp_path / "before", place.folder, now=START)
    assert {claim.by for claim in older.value.seen} >= {"log/checkpoint"}
    restore(tmp_path / "after", tmp_path / "again", now=START)
    new = place.places.load_log_key(ORIGIN, SECRET)
    assert LedgerFolder(tmp_path / "again").load_log_key(ORIGIN, SECRET).vkey == new.vkey
    restore(tmp_path / "before", place.folder, now=START, accept_rollback="the disk was lost")
    with place.open() as ledger:
        assert ledger.vkey == place.old.vkey
