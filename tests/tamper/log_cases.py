"""Alterations of the log as a whole: rewriting with and without the log's key, forks, mixtures, replays."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tests.dishonest import (
    altered,
    backdated,
    inserted,
    key_of,
    mixed,
    removed,
    replayed,
    rewritten,
    setting,
    swapped,
    with_statement,
)
from tests.tamper.acts import EntryChange, form_acts, member_acts, resigned_acts, writer_of
from tests.tamper.bench import WITNESSES, Bench, Case
from tests.verify.small_ledger import Log, LogKey, Writer, write

from constancia.verify.core.formats.entry import parse_entry

INDEXES = (0, 14, 20, 33)
NOBODY = "nobody has seen it since: no later signer, no checkpoint kept elsewhere"
ALL_SIGNERS = "every signer has signed the other history again, and no checkpoint was kept elsewhere"


def shown(log: Log) -> Callable[[Path], Path]:
    return lambda folder: log.write_folder(folder / "shown")


def without_key(true: Log, forged: Log) -> Callable[[Path], Path]:
    """Entries, tiles and links of the forged log under the true log's last checkpoint."""

    def build(folder: Path) -> Path:
        place = forged.write_folder(folder / "shown", sizes=[true.size] if forged.size > true.size else ())
        write(place / "checkpoint", true.checkpoint())
        return place

    return build


def forged_entry_cases(bench: Bench) -> Iterator[Case]:
    """One changed entry, in three hands: of the database, of the files' hashes, of the log's key."""
    true = bench.small
    for index in INDEXES:
        raw, neighbour = true.entries[index], true.entries[index - 1]
        writer = writer_of(true)
        changes = [*member_acts(raw, neighbour), *form_acts(raw), *resigned_acts(raw, writer)]
        for one in changes:
            yield from by_hand(bench, true, index, one)


def by_hand(bench: Bench, true: Log, index: int, one: EntryChange) -> Iterator[Case]:
    place = (index, index)
    hand = altered(bench.small, index, one.raw)
    yield Case(
        target=f"entry: {one.field}", act=f"{one.act}; nothing put right", source="ledger", indexes=place,
        build=without_key(bench.small, hand),
    )  # fmt: skip
    if one.chains and one.field not in ("index", "previous"):
        forged = rewritten(bench.small, index, one.raw)
        yield Case(
            target=f"entry: {one.field}", act=f"{one.act}; hashed forward", source="ledger", indexes=place,
            build=without_key(bench.small, forged),
        )  # fmt: skip
        # Only the next checkpoint that a signer saw can show a changed time: the range is up to it.
        seen = one.field == "recorded_at"
        cut = next((cut for cut in bench.small.cuts if cut > index), bench.small.size)
        before = max([0, *(cut for cut in bench.small.cuts if cut <= index)])
        yield Case(
            target=f"entry: {one.field}", act=f"{one.act}; hashed forward and signed by the log", source="ledger",
            indexes=(before, cut - 1) if seen else place, build=shown(forged),
        )  # fmt: skip


def order_cases(bench: Bench) -> Iterator[Case]:
    """Entries removed, inserted, swapped, replayed, by the operator with the log's key."""
    writer = Writer().found().sign_agreement().report(14)
    true = writer.log(witnesses=WITNESSES)
    last = true.size - 1
    for index in (14, 20, 28):
        for act, forged, span in (
            ("delete", removed(true, index), (index, index)), ("swap", swapped(true, index), (index, index + 1)),
            ("duplicate", inserted(true, index, true.entries[index]), (index, index + 1)),
            ("insert", inserted(true, index, true.entries[index - 2]), (index, index)),
            ("duplicate at the end", replayed(true, index), (last + 1, last + 1)),
            ("back-dated", backdated(true, index, with_millisecond(true, index)), (index, index)),
        ):  # fmt: skip
            why = "beyond the signed checkpoint nothing is part of the log; it is noted"
            yield Case(
                target="entries in order", act=f"{act}, hashed forward", source="ledger", indexes=span, log=true,
                build=without_key(true, forged), harmless=why if act == "duplicate at the end" else "",
            )  # fmt: skip
            yield Case(
                target="entries in order", act=f"{act}, hashed forward, signed by the log", source="ledger",
                indexes=span, build=shown(forged),
            )  # fmt: skip
    for size in (1, 14, last):
        older = true.cut_at(size)
        yield Case(target="log", act="truncate", source="ledger", build=shown(older), undetectable=NOBODY)
        yield Case(
            target="log", act="truncate, later checkpoint kept", source="ledger", build=kept_elsewhere(true, older),
            indexes=(size, last),
        )  # fmt: skip
        yield Case(target="log", act="truncate under the last checkpoint", source="ledger",
                   build=without_key(true, older), indexes=(size, last))  # fmt: skip


def with_millisecond(log: Log, index: int) -> str:
    return parse_entry(log.entries[index]).recorded_at.replace(".250Z", ".251Z")


def kept_elsewhere(true: Log, forged: Log) -> Callable[[Path], Path]:
    """The forged log, for an auditor who kept the true one's last checkpoint."""

    def build(folder: Path) -> Path:
        write(folder.parent / "trust" / "checkpoint", true.checkpoint())
        return forged.write_folder(folder / "shown")

    return build


def told(writer: Writer, what: str, count: int) -> Writer:
    """Go on with another history: each signer has seen what came before."""
    for number in range(count):
        body = {"commitment": "rm", "told": f"{what} {number}"}
        writer.as_person(("inai", "nosc", "sfp")[number % 3], "ProgressReported", "commitment/rm", body)
        writer.cut()
    return writer


def fork_cases(bench: Bench) -> Iterator[Case]:
    def common() -> Writer:
        return Writer().found().sign_agreement().report(4)

    for length in (1, 3, 6):
        one, two = (told(common(), side, length).log(witnesses=WITNESSES) for side in ("left", "right"))
        at = common().tree.size
        yield Case(target="log", act="fork at k", source="ledger", build=shown(two), undetectable=ALL_SIGNERS)
        yield Case(
            target="log", act="fork at k, one side's checkpoint kept", source="ledger", build=kept_elsewhere(one, two),
            indexes=(at, at),
        )  # fmt: skip
        crossed = replace(two, entries=(*two.entries[:-1], one.entries[-1]))
        if length > 1:
            # The last statement was signed by somebody who had seen the other side.
            yield Case(
                target="log", act="fork at k, statement of one side in the other", source="ledger",
                build=shown(crossed.rehashed(crossed.entries)), indexes=(at, two.size - 1),
            )  # fmt: skip
        split = replace(two, entries=(*one.entries[: at + 1], *two.entries[at + 1 :]))
        if length > 1:
            yield Case(target="log", act="fork at k, both sides mixed", source="ledger", build=shown(split),
                       indexes=(at, at + 1))  # fmt: skip


def rewriting_cases(bench: Bench) -> Iterator[Case]:
    """The operator with the log's key, who rewrites the past with an author's help and signs again."""
    story = Writer().found().sign_agreement().report(14)
    true = story.log(witnesses=WITNESSES)
    for index in (16, 21, true.size - 1):
        (helped,) = (one for one in resigned_by_author(true, story, index))
        forged = rewritten(true, index, helped)
        act = "past rewritten with the author's help, signed again by log and witnesses"
        if index == true.size - 1:
            yield Case(target="log", act=act, source="ledger", build=shown(forged), undetectable=NOBODY)
        else:
            yield Case(target="log", act=f"{act}: next signer", source="ledger", build=shown(forged),
                       indexes=(index, index))  # fmt: skip
        yield Case(
            target="log", act=f"{act}: kept checkpoint", source="ledger", build=kept_elsewhere(true, forged),
            indexes=(index, index),
        )  # fmt: skip


def resigned_by_author(log: Log, story: Writer, index: int) -> Sequence[bytes]:
    keys = {str(one.key_id): one for one in story.people.values()}
    author = key_of(parse_entry(log.entries[index]), keys)
    return [with_statement(log.entries[index], setting("occurred_on", "2018"), author)]


def mixture_cases(bench: Bench) -> Iterator[Case]:
    true = bench.small
    other = Writer("example.org/other", "other").found().sign_agreement().report(20, batch=3).log()
    same_name = Writer(name="other").found().sign_agreement().report(20, batch=3).log()
    for index in (0, 14, 20):
        for act, foreign in (("mixture of two ledgers", other), ("mixture with a ledger of the same name", same_name)):
            forged = mixed(true, foreign, index)
            yield Case(target="log", act=f"{act}, signed by the log", source="ledger", build=shown(forged),
                       indexes=(index, index))  # fmt: skip
            bare = replace(true, entries=(*true.entries[:index], *foreign.entries[index:]))
            yield Case(target="log", act=act, source="ledger", build=without_key(true, bare), indexes=(index, index))
    whole = replace(other, witnesses=WITNESSES)
    yield Case(target="log", act="another ledger whole", source="ledger", build=shown(whole), indexes=(0, 0))
    stolen = replace(same_name, witnesses=WITNESSES)
    yield Case(target="log", act="another ledger whole", source="ledger", build=shown(stolen), indexes=(0, 0))
    own = replace(same_name, witnesses=WITNESSES, signer=LogKey())
    yield Case(target="log", act="another ledger whole, signed by the log", source="ledger", build=shown(own),
               indexes=(0, 0))  # fmt: skip


def cases(bench: Bench) -> Iterator[Case]:
    for make in (forged_entry_cases, order_cases, fork_cases, rewriting_cases, mixture_cases):
        yield from make(bench)
