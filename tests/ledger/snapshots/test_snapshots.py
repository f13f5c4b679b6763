"""A ledger that opens at a snapshot is the ledger that read everything; and nobody is fooled by what is stored."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.conftest import Desk, OpenDesk
from tests.ledger.snapshots.forger import Forger, stored_sizes
from tests.ledger.template import Template, Templates
from tests.ledger.world import ORIGIN, START
from tests.profile import THOROUGH, sampled, turn_of

from constancia.domain.outlines import OUTLINES
from constancia.domain.state import State
from constancia.ledger.clock import StoryClock
from constancia.ledger.errors import Fatal
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.ledger import Ledger
from constancia.ledger.reader.states import States
from constancia.ledger.snapshots import background_check, snapshot_store, snapshots
from constancia.ledger.snapshots.background_check import BackgroundCheck
from constancia.ledger.snapshots.sealed_rows import SealedRows
from constancia.ledger.snapshots.snapshots import Snapshots
from constancia.ledger.snapshots.stored_form import DamagedSnapshot, bucket_of
from constancia.ledger.snapshots.stored_state import StoredState
from constancia.ledger.store.mapper import recorded_of
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.core.formats.entry import Entry
from constancia.verify.speed.entry_patterns import read_entry

EVERY = 8
WAIT_S = 120  # for a check behind the scenes, on a machine that has other work
STREAM = "commitment/c1"
FOLDED: dict[tuple[bytes, ...], dict[int, list[object]]] = {}  # what entries gave, by all of them


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[BackgroundCheck]:
    """The checks behind the scenes that have begun, in order."""
    begun: list[BackgroundCheck] = []
    start = BackgroundCheck.start

    def noted(check: BackgroundCheck) -> None:
        begun.append(check)
        start(check)

    monkeypatch.setattr(BackgroundCheck, "start", noted)
    return begun


@pytest.fixture(scope="module")
def stored(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A closed ledger with snapshots at 8, 16 and 24 of 26 entries."""
    made = Template(tmp_path_factory.mktemp("stored") / "ledger", templates.adopted.signer, templates.adopted.world)
    templates.adopted.copy_to(made.folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshot_store, "EVERY", EVERY)
        Ledger.open(made.folder, clock=StoryClock(START), signer=made.signer).close()
    return made


@pytest.fixture
def begun(stored: Template, templates: Templates, stored_in: str) -> Template:
    """What tests begin with: snapshots of a database are made of the database."""
    return stored if stored_in == "sqlite" else templates.adopted


@pytest.fixture
def small(open_desk: OpenDesk, begun: Template, checks: list[BackgroundCheck], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A ledger with snapshots at 8, 16 and 24 of 26 entries, opened at the last of them."""
    monkeypatch.setattr(snapshot_store, "EVERY", EVERY)
    desk = open_desk(begun=begun)
    assert len(checks) == (desk.database is None)
    assert sizes(desk) == [8, 16, 24]
    monkeypatch.setattr(snapshots, "_WORTH_STORING", EVERY)
    if desk.database is not None:
        desk.reopen()
    assert desk.ledger.state().base_size == 24
    return desk


def path(desk: Desk) -> Path:
    return LedgerFolder(desk.folder).snapshots


def sizes(desk: Desk) -> list[int]:
    return stored_sizes(path(desk))


def change(desk: Desk, *statements: str) -> None:
    """Change the snapshot of the closed ledger, as somebody with a database tool would."""
    desk.ledger.close()
    with closing(sqlite3.connect(path(desk))) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def put(desk: Desk, content: bytes) -> None:
    """Put other bytes in the file's place."""
    desk.ledger.close()
    path(desk).write_bytes(content)


def forge(desk: Desk, *, size: int = 24) -> None:
    """Have a snapshot say what no entry says, with a digest that fits."""
    desk.ledger.close()
    forger(desk).aggregate(STREAM, lambda packed: packed.replace("Compromiso c1", "Otro compromiso"), size=size)


def forger(desk: Desk) -> Forger:
    """Somebody who knows the form of the closed ledger's snapshot."""
    desk.ledger.close()
    return Forger(path(desk))


def document(ledger: Ledger, size: int | None = None) -> bytes:
    return canonical(ledger.state(size).document())


def folded(ledger: Ledger, size: int) -> bytes:
    """The state's document from the entries alone."""
    return canonical(States(ledger.log, ledger.origin).at(size).document())


def is_tried(size: int, last: int) -> bool:
    """Tell whether a size is asked for: by `make thorough` each, else those about a snapshot, between two, the last."""
    return THOROUGH or size % EVERY in (0, 1, EVERY // 2, EVERY - 1) or size >= last - 1


def is_right(desk: Desk) -> bool:
    """Tell whether each of some sizes gives what the entries alone give."""
    return all(asked(desk.ledger.state(size)) == right for size, right in by_entries(desk).items())


def asked(state: State) -> list[object]:
    return [
        json.dumps(state.document(), sort_keys=True),
        list(state.aggregates),
        state.days(),
        *map(state.outlines, OUTLINES),
    ]


def by_entries(desk: Desk) -> dict[int, list[object]]:
    """What the entries alone give at each of some sizes: folded once, from the first one on, for the same entries."""
    raws = tuple(desk.ledger.log.entries())
    if raws not in FOLDED:
        plain, given = State(desk.ledger.origin), dict[int, list[object]]()
        for size in range(len(raws) + 1):
            if is_tried(size, len(raws)):
                given[size] = asked(plain)
            if size < len(raws):
                entry = read_entry(raws[size])
                recorded = recorded_of(entry, plain.version(entry.statement.stream) + 1)
                plain.apply(recorded, lookup=desk.ledger.log.lookup)
        FOLDED[raws] = given
    return FOLDED[raws]


class TestOpening:
    def test_n1_state_at_each_size_is_what_the_entries_give(self, small: Desk, checks: list[BackgroundCheck]) -> None:
        assert is_right(small)
        assert checks[-1].wait(WAIT_S)
        assert checks[-1].is_done
        assert small.ledger.failure is None

    def test_o1_only_what_is_new_is_read_before(self, small: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        small.ledger.close()
        monkeypatch.setattr(BackgroundCheck, "start", lambda _check: None)
        monkeypatch.setattr(BackgroundCheck, "close", lambda _check: None)
        read: list[int] = []
        select = snapshots.Snapshots.resumed

        def resumed(self: Snapshots) -> object:
            head = select(self)
            assert head is not None
            extend = head.extend

            def noted(entry: Entry, *more: Any) -> None:
                read.append(entry.index)
                extend(entry, *more)

            monkeypatch.setattr(head, "extend", noted)
            return head

        monkeypatch.setattr(snapshots.Snapshots, "resumed", resumed)
        small.reopen()
        assert read == [24, 25]

    @pytest.mark.parametrize("stored_in", ["sqlite", "postgres"])
    def test_ledger_goes_on_as_if_it_had_read_everything(self, small: Desk) -> None:
        small.adopt("c2")
        small.take(small.world.allege("c1"))
        assert is_right(small)
        small.reopen()
        assert small.ledger.size == 37
        small.take(small.world.allege("c2"))
        small.ledger.close()
        with Ledger.open(small.folder, clock=small.clock, signer=None) as read:
            assert document(read) == folded(read, 38)

    def test_f5_state_is_stored_while_the_ledger_runs_and_at_its_end(self, small: Desk) -> None:
        small.adopt("c2")
        small.ledger.state()
        assert sizes(small) == [8, 16, 24, 32]
        for _ in range(EVERY):
            small.take(small.world.allege("c1"))
        small.ledger.state()
        small.reopen()
        assert sizes(small)[-1] >= 40
        assert is_right(small)

    def test_state_may_end_within_a_batch(self, small: Desk) -> None:
        futures = [small.ledger.submit(small.world.allege("c1").parsed) for _ in range(3 * EVERY)]
        assert all(future.result() for future in futures)
        small.ledger.state()
        small.reopen()
        assert small.ledger.state().base_size > 24
        assert is_right(small)

    def test_views_that_lag_behind_are_made_from_stored_states(self, small: Desk) -> None:
        small.ledger.close()
        LedgerFolder(small.folder).views.unlink()
        small.reopen()
        small.ledger.views.wait()
        assert small.ledger.rebuild(check=True).differences == ()

    def test_small_ledger_stores_nothing(self, desk: Desk) -> None:
        desk.reopen()
        assert not path(desk).exists()

    def test_n4_who_only_reads_takes_nothing_from_it(self, small: Desk) -> None:
        forge(small)
        before = path(small).read_bytes()
        with Ledger.open(small.folder, clock=small.clock, signer=None) as read:
            assert document(read) == folded(read, 26)
            assert read.state().base_size == 0
        assert path(small).read_bytes() == before


DAMAGE: dict[str, Callable[[Desk], None]] = {
    "no database": lambda desk: put(desk, b"x" * 8_192),
    "empty": lambda desk: put(desk, b""),
    "cut off": lambda desk: put(desk, path(desk).read_bytes()[:20_000]),
    "of another ledger": lambda desk: change(desk, "UPDATE meta SET value='example.org/other' WHERE key='origin'"),
    "of another law": lambda desk: change(desk, "UPDATE meta SET value='0' WHERE key IN ('law', 'text')"),
    "of another form": lambda desk: change(desk, "UPDATE meta SET value='0' WHERE key='form'"),
    "another key": lambda desk: change(desk, "UPDATE meta SET value='0' WHERE key='salt'"),
    "no law": lambda desk: change(desk, "DELETE FROM meta WHERE key='law'"),
    "another seal": lambda desk: change(desk, "UPDATE seal SET packed=CAST('[[99], 999, {}, {}]' AS BLOB)"),
    "another column": lambda desk: change(desk, "ALTER TABLE parts ADD COLUMN more"),
    "a trigger": lambda desk: change(desk, "CREATE TRIGGER t BEFORE INSERT ON parts BEGIN SELECT RAISE(IGNORE); END"),
    "another aggregate": lambda desk: change(desk, "UPDATE aggregates SET packed=CAST(lower(packed) AS BLOB)"),
    "an aggregate that is none": lambda desk: change(desk, "UPDATE aggregates SET packed=CAST('{' AS BLOB)"),
    "other hashes": lambda desk: change(desk, "UPDATE parts SET content=zeroblob(length(content)) WHERE part='hashes'"),
    "hashes missing": lambda desk: change(desk, "DELETE FROM parts WHERE part='hashes' AND size=8"),
    "other topics": lambda desk: change(
        desk, "UPDATE parts SET content=CAST(replace(content, 'n', 'm') AS BLOB) WHERE name LIKE '% %'"
    ),
    "other outlines": lambda desk: change(
        desk, "UPDATE parts SET content=CAST(upper(content) AS BLOB) WHERE part LIKE 'outlines %'"
    ),
    "no outlines": lambda desk: change(desk, "DELETE FROM parts WHERE part LIKE 'outlines %'"),
    "other days": lambda desk: change(desk, "UPDATE parts SET content=zeroblob(length(content)) WHERE part='days'"),
    "fewer days": lambda desk: change(desk, "DELETE FROM parts WHERE part='days' AND size=16"),
    "no aggregates": lambda desk: change(desk, "DROP TABLE aggregates"),
    "an aggregate missing": lambda desk: change(
        desk, "DELETE FROM aggregates WHERE number=(SELECT MAX(number) FROM aggregates)"
    ),
    "newest rows missing": lambda desk: change(desk, "DELETE FROM parts WHERE part<>'hashes' AND size>8"),
    "a party missing": lambda desk: change(desk, "DELETE FROM parts WHERE name='party/nosc'"),
    "a party by another name": lambda desk: change(desk, "UPDATE parts SET name='party/nos' WHERE name='party/nosc'"),
    "a topic missing": lambda desk: change(desk, "DELETE FROM parts WHERE name LIKE '% party/nosc'"),
    "a stream too much": lambda desk: change(
        desk,
        """INSERT INTO parts SELECT 'streams commitment', '', 26,
        CAST('[{"commitment/c9": 0}, {}]' AS BLOB), digest FROM parts WHERE part='streams commitment'""",
    ),
}


# Neighbours in the table are noticed by the same look: every third one, as the snapshots' own bytes choose.
TRIED = list(DAMAGE)[turn_of("ledger/snapshots", SHARE := sampled(3, 1)) :: SHARE]


@pytest.mark.parametrize("damage", [DAMAGE[name] for name in TRIED], ids=TRIED)
def test_n2_n3_damaged_one_is_made_again(
    small: Desk, damage: Callable[[Desk], None], checks: list[BackgroundCheck]
) -> None:
    """No error, and no wrong answer; at the next start at the latest it is there again."""
    damage(small)
    small.reopen()
    assert is_right(small)
    small.adopt("c2")
    assert len(checks) < 2 or checks[-1].wait(WAIT_S)
    assert small.ledger.failure is None
    small.reopen()
    small.reopen()
    assert small.ledger.state().base_size
    assert is_right(small)


def test_one_of_an_earlier_store_is_made_again(small: Desk, tmp_path: Path) -> None:
    """A copy that was put back is shorter than the state, or has other entries where the state has its own."""
    small.ledger.close()
    earlier = tmp_path / "earlier"
    shutil.copytree(small.folder, earlier)
    small.reopen()
    small.adopt("c2")
    small.ledger.state()
    small.ledger.close()
    shutil.copy(path(small), LedgerFolder(earlier).snapshots)
    small.folder = earlier
    small.reopen()
    assert small.ledger.size == 26
    assert is_right(small)


class TestForged:
    def test_k3_it_is_found_and_stops_appending(self, small: Desk, checks: list[BackgroundCheck]) -> None:
        forge(small)
        small.reopen()
        assert checks[-1].wait(WAIT_S)
        assert isinstance(small.ledger.failure, Fatal)
        assert STREAM in str(small.ledger.failure)
        with pytest.raises(Fatal):
            small.take(small.world.allege("c1"))
        small.reopen()
        assert is_right(small)
        small.take(small.world.allege("c1"))

    def test_k2_one_of_the_past_is_found_too(self, small: Desk, checks: list[BackgroundCheck]) -> None:
        forge(small, size=24)
        small.reopen()
        assert checks[-1].wait(WAIT_S)
        assert small.ledger.failure is not None

    @pytest.mark.parametrize("alter", [
        lambda forger: forger.without("appointment party/nosc"),
        lambda forger: forger.without("party/nosc"),
        lambda forger: forger.without("", "outlines commitment"),
        lambda forger: forger.without("", "days"),
        lambda forger: forger.row("days", "", 16, lambda content: content[:-12] + bytes(range(12))),
        lambda forger: forger.one_more(bucket_of("commitment/c9"), "commitment/c9", 24, b"0"),
        lambda forger: forger.row("streams party", "", 8, lambda content: content.replace(b"party/nosc", b"party/nos")),
    ])  # fmt: skip
    def test_what_is_missing_or_too_much_is_found(
        self, small: Desk, checks: list[BackgroundCheck], alter: Callable[[Forger], None]
    ) -> None:
        alter(forger(small))
        small.reopen()
        assert checks[-1].wait(WAIT_S)
        assert small.ledger.failure is not None

    def test_r2_row_of_no_snapshot_is_damage(self, small: Desk) -> None:
        """Nothing behind the scenes would compare it."""
        forger(small).one_more(bucket_of(STREAM), STREAM, 23, b"0")
        rows = SealedRows(path(small), ORIGIN)
        assert rows.load()
        with pytest.raises(DamagedSnapshot):
            rows.named(STREAM, 24)
        rows.close()

    def test_k2_other_hashes_within_the_tree_are_found(self, small: Desk, checks: list[BackgroundCheck]) -> None:
        """The root needs the hash of the first sixteen entries alone: what lies below it only the entries prove."""
        forger(small).row("hashes", "", 8, lambda content: content[: 12 * 32] + bytes(64) + content[14 * 32 :])
        small.reopen()
        assert checks[-1].wait(WAIT_S)
        assert isinstance(small.ledger.failure, Fatal)
        assert "level 2" in str(small.ledger.failure)

    def test_n4_root_that_was_not_signed_does_not_open(self, small: Desk, checks: list[BackgroundCheck]) -> None:
        forged = forger(small)
        forged.row("hashes", "", 24, lambda content: content[:-32] + bytes(32))
        forged.row("hashes", "", 16, lambda content: content[:-64] + bytes(64))
        begun = len(checks)
        small.reopen()
        assert len(checks) == begun  # everything was read
        assert is_right(small)

    @pytest.mark.parametrize("stream", ["ledger", "party/nosc", "commitment/c1"])
    def test_aggregate_of_nothing_with_its_digest_does_not_keep_the_ledger_from_opening(
        self, small: Desk, stream: str
    ) -> None:
        forger(small).aggregate(stream, lambda packed: json.dumps([None] * len(json.loads(packed))), size=24)
        small.reopen()

    @pytest.mark.parametrize("names", [("SFP", "Sfp"), ('"public_key"', '"public_kez"')], ids=["value", "member"])
    def test_k1_entry_that_was_altered_before_the_state_is_found(
        self, small: Desk, checks: list[BackgroundCheck], names: tuple[str, str]
    ) -> None:
        small.ledger.close()
        with closing(sqlite3.connect(small.folder / "ledger.sqlite")) as database:
            database.execute("DROP TRIGGER stored_events_no_UPDATE")
            database.execute(
                "UPDATE stored_events SET state=CAST(replace(CAST(state AS TEXT), ?, ?) AS BLOB) WHERE position="
                "(SELECT max(position) FROM stored_events WHERE position<=10 AND instr(CAST(state AS TEXT), ?))",
                (*names, names[0]),
            )
            database.commit()
        small.reopen()
        assert checks[-1].wait(WAIT_S)
        assert isinstance(small.ledger.failure, Fatal)
        small.ledger.close()
        with pytest.raises(Fatal):  # and nothing that was stored spares the next start the reading
            small.reopen()


def test_k4_check_rests_and_ends_when_the_ledger_is_closed(
    small: Desk, checks: list[BackgroundCheck], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background_check, "_LOOK_EVERY", 1)
    monkeypatch.setattr(background_check, "_REST", 1e9)  # a second after each entry
    init = BackgroundCheck.__init__

    def slow(self: BackgroundCheck, **parts: object) -> None:
        init(self, **(parts | {"rest": 1e9}))  # type: ignore[arg-type]

    monkeypatch.setattr(BackgroundCheck, "__init__", slow)
    small.reopen()
    assert not checks[-1].wait(0.01)
    small.ledger.close()
    assert checks[-1].wait(0)
    assert not checks[-1].is_done


def test_keys_of_earlier_entries_are_known(small: Desk) -> None:
    keys = small.parts.head.keys
    for key in (*small.world.keys.values(), *small.world.roots.values()):
        known = keys.get(key.key_id)
        assert known is not None
        assert known.key_id == key.key_id
    assert keys.get("0" * 64) is None


@pytest.mark.parametrize("statement", ["UPDATE aggregates SET digest=x'00'", "DELETE FROM parts WHERE size>8"])
def test_r3_n3_state_that_is_damaged_meanwhile_is_folded_instead(small: Desk, statement: str) -> None:
    """The file of an open ledger loses its content: anybody who asks gets what the entries give."""
    base = small.parts.snapshots._base(16) if small.parts.snapshots is not None else None
    assert isinstance(base, StoredState)
    with closing(sqlite3.connect(path(small))) as database:
        database.execute(statement)
        database.commit()
    expected = States(small.ledger.log, small.ledger.origin).at(16)
    assert base.get("party/inai") == expected.aggregates["party/inai"]
    assert list(base.streams()) == list(expected.aggregates)
    assert is_right(small)
