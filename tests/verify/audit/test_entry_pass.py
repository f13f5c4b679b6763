"""One pass over the entries: a fault stands where the alteration is, and the pass goes on."""

from dataclasses import replace

from tests.dishonest import setting, with_recorded_at, with_statement
from tests.rows import each_row
from tests.verify.small_ledger import Log, Writer, relinked

from constancia.verify.audit.entry_pass import EntryPass, LogPosition
from constancia.verify.report.findings import Fault, Findings
from constancia.verify.speed.signature_pool import Pool
from constancia.verify.wire.merkle import hash_leaf


def folded(items: list[LogPosition], origin: str | None = None) -> tuple[EntryPass, list[Fault]]:
    findings = Findings("store", "x")
    with Pool(findings, 1) as pool:
        fold = EntryPass(findings, pool, origin, "stored")
        for item in items:
            fold.add(item)
        fold.finish()
        pool.join()
    return fold, list(findings.report(list_all=True).faults)


def items_of(log: Log) -> list[LogPosition]:
    return [LogPosition(number, raw, hash_leaf(raw)) for number, raw in enumerate(log.entries)]


def places(faults: list[Fault]) -> list[tuple[int | None, str]]:
    return [(one.index, one.code) for one in faults]


def test_sound_log_gives_its_tree_and_no_fault(log: Log) -> None:
    fold, faults = folded(items_of(log))
    assert (faults, fold.tree.root(), fold.unread) == ([], log.tree.root(), 0)


def test_c1_altered_bytes_are_the_dissenter_of_three(log: Log) -> None:
    items = items_of(log)
    items[9] = items[9]._replace(raw=with_recorded_at(log.entries[9], "2019-03-01T18:01:10.251Z"))
    fold, faults = folded(items)
    assert places(faults) == [(9, "leaf-hash")]
    assert fold.tree.root() == log.tree.root()


def test_c1_altered_stored_hash_is_the_dissenter_of_three(log: Log) -> None:
    items = items_of(log)
    items[9] = items[9]._replace(recorded=bytes(32))
    fold, faults = folded(items)
    assert places(faults) == [(9, "leaf-hash")]
    assert fold.tree.root() == log.tree.root()


def test_c1_altered_link_is_the_dissenter_of_three(log: Log) -> None:
    items = items_of(log)
    raw = relinked(log.entries[10], 10, bytes(32))
    items[10] = LogPosition(10, raw, hash_leaf(log.entries[10]))
    fold, faults = folded(items)
    assert set(places(faults)) == {(10, "previous"), (10, "leaf-hash")}
    assert fold.tree.root() == log.tree.root()


def test_c2_pass_goes_on_after_what_can_not_be_read(log: Log) -> None:
    items = items_of(log)
    items[14] = items[14]._replace(raw=b"{}")
    items[17] = items[17]._replace(raw=None)
    items[20] = LogPosition(
        20, with_recorded_at(log.entries[20], "2019-03-01T18:02:27.777Z"), hash_leaf(log.entries[20])
    )
    fold, faults = folded(items)
    assert places(faults) == [(14, "entry-form"), (14, "leaf-hash"), (20, "leaf-hash")]
    assert (fold.unread, fold.tree.root()) == (2, log.tree.root())


def test_c3_first_entry_that_links_to_something_is_a_fault(log: Log) -> None:
    items = items_of(log)[:1]
    items[0] = items[0]._replace(raw=relinked(log.entries[0], 0, b"\x01" * 32), recorded=None)
    assert places(folded(items)[1]) == [(0, "previous")]


@each_row(
    ("change", "code"),
    [
        (setting("ledger", "example.org/other"), "ledger"),
        (setting("id", "00000000-0000-4000-8000-000000000000"), ""),
        (setting("signed_at", "2019-03-01T19:00:00Z"), "signed-at"),
        (setting("signed_at", "2019-02-30T19:00:00Z"), ""),
        (setting("signed_at", "2019-04-31T19:00:00Z"), "signed-at"),
        (setting("signed_at", "9999-12-31T23:59:59Z"), "signed-at"),
        (setting("type", "LedgerOpened"), "directory"),
    ],
)
def test_statement_that_breaks_a_rule_of_its_place_is_named(change: object, code: str, log: Log) -> None:
    writer = Writer().found().report(4)
    last = len(writer.entries) - 1
    key = writer.people["inai"]
    raw = with_statement(writer.entries[last], change, key)  # type: ignore[arg-type]
    _, faults = folded([*items_of(writer.log())[:last], LogPosition(last, raw, None)])
    assert {(one.index, one.code) for one in faults} >= ({(last, code)} if code else set())
    assert {one.index for one in faults} <= {last}
    assert bool(faults) is bool(code)


def test_statement_recorded_twice_is_named_at_the_second(log: Log) -> None:
    twice = log.rehashed([*log.entries, log.entries[20]])
    assert (log.size, "statement-id") in places(folded(items_of(twice))[1])


def test_time_that_goes_back_is_named(log: Log) -> None:
    last = log.size - 1
    items = items_of(log)
    items[last] = LogPosition(last, with_recorded_at(log.entries[last], "2019-03-01T00:00:00.000Z"), None)
    assert set(places(folded(items)[1])) == {(last, "recorded-at"), (last, "signed-at")}


def test_log_that_does_not_begin_with_its_opening_is_named(log: Log) -> None:
    headless = log.rehashed(log.entries[1:])
    faults = folded(items_of(headless))[1]
    assert (0, "directory") in places(faults)


def test_citations_are_gathered_with_their_sizes(log: Log) -> None:
    fold, _ = folded(items_of(log))
    (cited,) = fold.cited.values()
    assert (cited.index, cited.sizes) == (16, {800})


def test_pinned_origin_is_held_against_every_entry(log: Log) -> None:
    faults = folded(items_of(replace(log, entries=log.entries[:3])), "example.org/pinned")[1]
    assert places(faults) == [(0, "ledger"), (1, "ledger"), (2, "ledger")]
