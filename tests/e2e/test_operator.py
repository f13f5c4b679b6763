"""The operator as the enemy, with the log's key in hand: it rewrites, splits, rolls back, withholds, back-dates.

Each test says what every observer finds, with how many requests, and who finds nothing; the rows are in
operator_rows.py, and docs/THREATS.md shows them.
"""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.dishonest import (
    backdated,
    inserted,
    removed,
    rewritten,
    setting,
    swapped,
    truncated,
    with_recorded_at,
    with_statement,
)
from tests.e2e.operator_host import (
    FRESH,
    HOLDER,
    PINNED,
    QUORUM,
    SIGNATORY,
    Operator,
    by_witness,
    check,
    convicted,
    folder_served,
    look,
    notice,
    told,
)
from tests.e2e.operator_table import Notice, holds
from tests.e2e.operator_watch import RECEIPT, compared, watched
from tests.ledger.authority import TestAuthority, needs_openssl
from tests.ledger.witnessed import witness_in
from tests.verify.small_ledger import Key, Log, Witness, Writer, write

from constancia.ledger.timestamps.level5 import check_time
from constancia.ledger.wire.composition import build_entry
from constancia.verify.core.formats.entry import parse_entry
from constancia.verify.core.formats.note import parse_note
from constancia.verify.core.formats.policy import open_with_policy
from constancia.verify.report.findings import Verdict
from constancia.verify.report.rendering import report_text
from constancia.verify.trust.trust_folder import load_trust
from constancia.verify.wire.tlog_proof import parse_tlog_proof

OLDER = 25  # the size of the checkpoint that somebody kept
Forge = Callable[[Log, Writer], Log]


@pytest.fixture(scope="module")
def story() -> Writer:
    """Thirty entries; from the founding on each signer has seen all before its own."""
    return Writer().found().sign_agreement().report(14)


@pytest.fixture(scope="module")
def true(story: Writer) -> Log:
    return story.log()


@pytest.fixture
def operator(true: Log, tmp_path: Path) -> Iterator[Operator]:
    made = Operator(tmp_path, true)
    yield made
    made.close()


def everybody(operator: Operator, forged: Log, who: str = PINNED, before: Log | None = None) -> list[Notice]:
    """What those find who read a history over HTTP.

    Without trust, with key and genesis pinned, with a checkpoint kept, and as a monitor that had verified another one.
    """
    folder = operator.publish(forged)
    return [
        look(FRESH, folder),
        look(who, folder, operator.pinned),
        look(HOLDER, folder, operator.kept(OLDER)),
        watched(operator.folder, before or operator.true, forged, operator.pinned),
    ]


def with_witnesses(operator: Operator, forged: Log, quorum: Path) -> list[Notice]:
    """What a witness says to a history that it has not cosigned, and what those find who ask for witnesses."""
    [first, *_] = operator.witnesses
    before = first.requests
    answer = operator.ask(first, forged)
    folder = operator.publish(forged, operator.cosigned(forged))
    return [by_witness(first, answer, first.requests - before - 1), look(QUORUM, folder, quorum)]


def seen_by_witnesses(operator: Operator, log: Log) -> Path:
    """Three witnesses cosign a history, and a policy asks for two of them."""
    quorum = operator.start_witnesses()
    folder = operator.publish(log, operator.cosigned(log))
    assert check(folder, quorum).verdict is Verdict.INTACT
    return quorum


def test_honest_log_is_intact_and_no_witness_complains(operator: Operator, true: Log) -> None:
    """What the rest is measured against: the same observers find nothing in the true log."""
    found = everybody(operator, true)
    assert [one.evidence for one in found] == ["inconclusive: `no-trust`", "intact", "intact", "nothing"]
    assert found[-1].requests == 1
    quorum = seen_by_witnesses(operator, true)
    answer = operator.ask(operator.witnesses[0], true)
    assert answer.status_code == 200
    assert look(QUORUM, operator.publish(true, operator.cosigned(true)), quorum).evidence == "intact"
    assert operator.witnesses[0].witness.store.evidence() == []


@pytest.mark.parametrize(
    ("key", "statement"),
    [
        ("database-alters", "UPDATE stored_events SET state = replace(state, '\"es\":\"El', '\"es\":\"Un') "
         "WHERE position = 21"),
        ("database-deletes", "DELETE FROM stored_events WHERE position = 21"),
        ("database-reorders", "UPDATE stored_events SET state = (SELECT o.state FROM stored_events o "
         "WHERE o.position = 43 - stored_events.position) WHERE position IN (21, 22)"),
        ("database-inserts", "INSERT INTO stored_events SELECT 31, originator_id, 100, topic, state, 'another' "
         "FROM stored_events WHERE position = 30"),
    ],
)  # fmt: skip
def test_operator_with_the_database_alone(key: str, statement: str, operator: Operator, true: Log) -> None:
    folder = true.write_ledger(operator.folder / "ledger")
    with sqlite3.connect(folder / "ledger.sqlite") as db:
        assert db.execute(statement).rowcount > 0
    db.close()
    holds(key, [notice(FRESH, check(folder)), notice(PINNED, check(folder, operator.pinned))])


def altered_text(log: Log, _: Writer) -> Log:
    return rewritten(log, 20, with_statement(log.entries[20], setting("body.period", "2018")))


def signed_by_the_log(log: Log, story: Writer) -> Log:
    return rewritten(log, 20, with_statement(log.entries[20], setting("body.period", "2018"), story.log_key.key))


def author_helps(log: Log, story: Writer) -> Log:
    party = str(parse_entry(log.entries[20]).statement.actor["party"])
    return rewritten(log, 20, with_statement(log.entries[20], setting("body.period", "2018"), story.people[party]))


@pytest.mark.parametrize(
    ("key", "forge"),
    [
        ("rewrites-text", altered_text),
        ("rewrites-text-own-key", signed_by_the_log),
        ("rewrites-with-author", author_helps),
        ("removes", lambda log, _: removed(log, 20)),
        ("swaps", lambda log, _: swapped(log, 20)),
        ("inserts", lambda log, _: inserted(log, 20, log.entries[18])),
    ],
)
def test_rewritten_history_with_hashes_and_checkpoints_made_anew(
    key: str, forge: Forge, operator: Operator, story: Writer, true: Log
) -> None:
    quorum = seen_by_witnesses(operator, true)
    forged = forge(true, story)
    holds(key, [*everybody(operator, forged, SIGNATORY), *with_witnesses(operator, forged, quorum)])


@pytest.mark.parametrize("key", ["rewrites-end", "removes-end"])
def test_rewritten_end_that_nobody_has_signed_over(key: str, operator: Operator, story: Writer, true: Log) -> None:
    """The last entry: no later signatory, so only who kept something sees it."""
    quorum = seen_by_witnesses(operator, true)
    party = str(parse_entry(true.entries[-1]).statement.actor["party"])
    raw = with_statement(true.entries[-1], setting("body.period", "2018"), story.people[party])
    forged = rewritten(true, true.size - 1, raw) if key == "rewrites-end" else truncated(true, true.size - 1)
    folder = operator.publish(forged)
    found = [
        look(FRESH, folder),
        look(PINNED, folder, operator.pinned),
        look(HOLDER, folder, operator.kept(OLDER)),
        look("holder of the last checkpoint", folder, operator.kept(true.size)),
        watched(operator.folder, true, forged, operator.pinned),
    ]
    holds(key, [*found, *with_witnesses(operator, forged, quorum)])


def test_whole_ledger_made_anew_under_the_same_key(operator: Operator, true: Log) -> None:
    quorum = seen_by_witnesses(operator, true)
    puppets = Writer(name="puppets")
    puppets.log_key = true.signer
    forged = puppets.found().sign_agreement().report(14).log()
    holds("reopened", [*everybody(operator, forged), *with_witnesses(operator, forged, quorum)])


def told_otherwise(told_to: str) -> Writer:
    """The same log up to entry 19, and from there on what one reader is shown."""
    writer = Writer().found().sign_agreement().report(4)
    writer.as_person("sfp", "ProgressReported", "commitment/rm", {"told_to": told_to})
    writer.cut()
    return writer.report(3)


def test_split_view(operator: Operator) -> None:
    left, right = told_otherwise("left"), told_otherwise("right")
    one, two = left.log(), right.log()
    quorum = seen_by_witnesses(operator, one)
    shown = operator.publish(two)
    found = [
        look("reader of either side alone", operator.publish(one), operator.pinned),
        look("reader of the other side alone", shown, operator.pinned),
        look("two readers who compare checkpoints", shown, operator.kept(one.size, one)),
    ]
    left.report(1)
    crossed = two.rehashed([*two.entries, left.entries[-1]])
    found.append(look("next statement signed on one side, recorded on the other", operator.publish(crossed)))
    found.append(compared(operator.folder, one, two, operator.pinned))
    holds("split-view", [*found, *with_witnesses(operator, two, quorum)])


def test_rollback_to_a_backup(operator: Operator, true: Log) -> None:
    backup = truncated(true, 22)
    quorum = operator.start_witnesses()
    old = operator.cosigned(backup)
    operator.cosigned(true)
    receipt = true.receipt(true.size - 1)
    folder = operator.publish(backup)
    held = parse_tlog_proof(receipt)
    later = Writer().found().sign_agreement().report(15)
    goes_on = backup.rehashed([*backup.entries, later.entries[-1]])
    found = [
        look(FRESH, folder),
        look(PINNED, folder, operator.pinned),
        look(HOLDER, folder, operator.kept(OLDER)),
        look(f"holder of the receipt of entry {held.index}", folder, operator.pinned, since=held.checkpoint),
        look("later signatory who saw more, once recorded", operator.publish(goes_on), operator.pinned),
    ]
    found.append(watched(operator.folder, true, backup, operator.pinned))
    [first, *_] = operator.witnesses
    found.append(by_witness(first, operator.ask(first, backup, old=backup.size)))
    found.append(look(QUORUM, operator.publish(backup, operator.cosigned(backup)), quorum))
    # What the witnesses said of that size when it was the log's end is still sound, and the operator has it.
    found.append(look(f"{QUORUM}, shown cosignatures of then", operator.publish(backup, old), quorum))
    holds("rollback", found)


class TestBackDating:
    """`recorded_at` is the operator's word; what bounds it."""

    def test_before_the_entry_before(self, operator: Operator, true: Log) -> None:
        forged = backdated(true, true.size - 1, "2019-03-01T18:00:01.000Z")
        folder = operator.publish(forged)
        holds("dated-before-previous", [look(FRESH, folder), look(PINNED, folder, operator.pinned)])

    def test_before_it_was_signed(self, operator: Operator) -> None:
        writer = Writer().found().report(4)
        writer.as_person("sfp", "ProgressReported", "commitment/rm", {"late": True}, signed_at="2019-03-08T12:00:00Z")
        folder = operator.publish(writer.log())
        holds("dated-before-signed", [look(FRESH, folder), look(PINNED, folder, operator.pinned)])

    def test_in_the_past_that_somebody_has_signed_over(self, operator: Operator, true: Log) -> None:
        earlier = backdated(true, 20, parse_entry(true.entries[19]).recorded_at)
        holds("dated-under-seen", everybody(operator, earlier, SIGNATORY))

    def test_signed_and_recorded_with_one_false_clock(self, operator: Operator, story: Writer, true: Log) -> None:
        """Signer and operator agree on a false time: nobody else has said anything about it."""
        before, last = parse_entry(true.entries[-2]).recorded_at, true.entries[-1]
        key = story.people[str(parse_entry(last).statement.actor["party"])]
        signed = with_statement(last, setting("signed_at", f"{before[:19]}Z"), key)
        forged = rewritten(true, true.size - 1, with_recorded_at(signed, before))
        assert parse_entry(forged.entries[-1]).recorded_at < parse_entry(last).recorded_at
        folder = operator.publish(forged)
        holds("dated-in-agreement", [look(FRESH, folder), look(PINNED, folder, operator.pinned)])

    def test_after_a_cosignature_that_covers_it(self, operator: Operator, true: Log) -> None:
        """A witness's clock proves no time, so that it is a note and no fault."""
        log = replace(backdated(true, true.size - 1, "2019-03-08T12:00:00.000Z"), witnesses=(Witness("w1"),))
        trust = log.write_trust(operator.folder / "quorum", quorum=1)
        [cosigned] = open_with_policy(log.checkpoint(), load_trust(trust).policy).cosigned.values()
        claimed = datetime.fromisoformat(parse_entry(log.entries[-1]).recorded_at).timestamp()
        assert claimed - cosigned > 6 * 86_400
        with folder_served(operator.publish(log)) as host:
            evidence = told(check(host.url, trust), "witness-ahead")
            found = Notice(QUORUM, "`witness-ahead`" in evidence, evidence, len(host.asked))
        holds("dated-after-cosignature", [found])

    @needs_openssl
    @pytest.mark.parametrize("key", ["dated-after-anchor", "dated-between-anchors", "dated-before-anchor"])
    def test_against_an_anchor(self, key: str, operator: Operator, story: Writer) -> None:
        tsa = TestAuthority(operator.folder / "tsa")
        tsa.pin(operator.pinned, "tsa")
        log, anchored = story.log(), 20
        if key == "dated-after-anchor":
            log, anchored = later_than_now(log), log.size
        elif key == "dated-before-anchor":
            anchored = log.size
        folder = operator.publish(log)
        note = log.signer.checkpoint(anchored, log.tree.root(anchored))
        write(folder / "anchors" / str(anchored) / "checkpoint", note)
        write(folder / "anchors" / str(anchored) / "tsa.tsr", tsa.stamp(parse_note(note).text.encode()))
        found = []
        for who, trust in (("verifier without an authority pinned", operator.kept(1)), ("verifier with one pinned",
                           operator.pinned)):  # fmt: skip
            report = check(folder, trust, levels={"time": check_time})
            evidence = told(report, "time-behind", "time-longest")
            found.append(Notice(who, report.verdict is Verdict.ALTERED or "`time-behind`" in evidence, evidence))
        holds(key, found)


def later_than_now(log: Log) -> Log:
    """The last entry says that it was recorded in a year to come."""
    return backdated(log, log.size - 1, "2099-01-01T00:00:00.000Z")


class TestKeyRegistration:
    """The directory of keys is in the log; who alters a registration signs with keys of its own from there on."""

    def test_key_of_a_person_replaced(self, operator: Operator, true: Log) -> None:
        own = Key("the operator's own")

        def swap(statement: dict[str, Any]) -> dict[str, Any]:
            statement["body"] |= {"key": own.key_id, **own.material}
            return statement | {"stream": f"key/{own.key_id}"}

        forged = rewritten(true, 8, with_statement(true.entries[8], swap, own))
        for index in (12, 15, 18, 21, 24, 27):  # all that this person signed
            forged = rewritten(forged, index, with_statement(forged.entries[index], lambda one: one, own))
        holds("key-replaced", everybody(operator, forged))

    def test_key_added_for_a_person(self, operator: Operator, true: Log) -> None:
        writer = Writer().found().sign_agreement().report(14)
        own = Key("the operator's own")
        writer.register("sfp", own)
        writer.cut()
        unused = writer.log()
        body = {"commitment": "rm", "narrative": {"es": "…"}, "period": "2019"}
        writer.as_person("sfp", "ProgressReported", "commitment/rm", body, key=own)
        used = writer.log()
        before = look("verifier, while the key is not used", operator.publish(unused), operator.pinned)
        holds("key-added", [before, *everybody(operator, used)])

    def test_root_of_a_founder_replaced(self, operator: Operator, true: Log) -> None:
        own = Key("the operator's own")

        def swap(statement: dict[str, Any]) -> dict[str, Any]:
            statement["body"]["founders"][2]["root"] = own.material
            return statement

        genesis = parse_entry(with_statement(true.entries[0], swap))
        signatures = (*genesis.signatures[:2], own.sign(genesis.statement.raw))
        raw = build_entry(
            index=0, previous=genesis.previous, recorded_at=genesis.recorded_at, signatures=signatures,
            statement=genesis.statement.raw,
        )  # fmt: skip
        holds("root-replaced", everybody(operator, rewritten(true, 0, raw)))


class TestLyingWitness:
    """A witness that cosigns anything: here one whose memory is new each time."""

    def forget(self, operator: Operator, count: int) -> None:
        for number, one in enumerate(operator.witnesses[:count]):
            one.witness.store.close()
            path = operator.folder / f"forgotten-{number}.sqlite"
            one.witness.store = witness_in(path, operator.signer, keys=one.cosigner).store

    @pytest.mark.parametrize(("key", "count"), [("one-witness-lies", 1), ("two-witnesses-lie", 2)])
    def test_forked_history_is_cosigned(self, key: str, count: int, operator: Operator) -> None:
        one, two = told_otherwise("left").log(), told_otherwise("right").log()
        quorum = operator.start_witnesses()
        first = operator.cosigned(one)
        self.forget(operator, count)
        answers = [operator.ask(witness, two) for witness in operator.witnesses]
        assert [answer.status_code == 200 for answer in answers] == [number < count for number in range(3)]
        self.forget_again(operator, count)
        second = operator.cosigned(two)
        shown = operator.publish(two, second)
        found = [
            look(QUORUM, shown, quorum),
            look(HOLDER, shown, operator.kept(one.size, one)),
            compared(operator.folder, one, two, operator.pinned),
            by_witness(operator.witnesses[2], answers[2]),
        ]
        guilty = [name for name in convicted([first, second], quorum) if not name.endswith("mldsa44")]
        who = "who holds the two cosigned checkpoints"
        holds(key, [*found, Notice(who, bool(guilty), "contradict themselves: " + ", ".join(guilty))])

    def forget_again(self, operator: Operator, count: int) -> None:
        for number, one in enumerate(operator.witnesses[:count]):
            one.witness.store.close()
            path = operator.folder / f"forgotten-again-{number}.sqlite"
            one.witness.store = witness_in(path, operator.signer, keys=one.cosigner).store


class TestAlone:
    """What each means against a rewriting operator is worth without the others."""

    def test_seen_alone_names_every_index_that_somebody_signed_over(self, operator: Operator, true: Log) -> None:
        """No witness, no kept checkpoint: each entry in turn gets another time, which no signature covers."""
        named, missed = [], []
        for index in range(1, true.size):
            forged = backdated(true, index, parse_entry(true.entries[index - 1]).recorded_at)
            report = check(operator.publish(forged), operator.pinned)
            first = report.first
            if first is None:
                assert report.verdict is Verdict.INTACT
                missed.append(index)
            else:
                assert first.code == "seen", report_text(report, "en")
                last = first.index if first.last_index is None else first.last_index
                assert first.index is not None
                assert last is not None
                assert first.index <= index <= last
                named.append(index)
        assert (named, missed) == (list(range(1, true.size - 1)), [true.size - 1])
        found = [
            Notice(SIGNATORY, True, f"altered: L2 `seen`, for each of the entries {named[0]} to {named[-1]}"),
            Notice(SIGNATORY, False, f"intact, for the last entry, {missed[0]}: nobody has signed after it"),
        ]
        holds("seen-alone", found)

    def test_witnesses_alone(self, operator: Operator) -> None:
        """Every statement was signed with the empty log seen: no signatory vouches for anything."""
        blind = Writer()
        blind.cut = lambda: None  # type: ignore[method-assign]  # no batch ends, so nothing is ever seen
        true = blind.found().sign_agreement().report(14).log()
        quorum = seen_by_witnesses(operator, true)
        forged = removed(true, 20)
        folder = operator.publish(forged)
        found = [
            look(FRESH, folder),
            look(PINNED, folder, operator.pinned),
            look(HOLDER, folder, operator.kept(OLDER, true)),
            watched(operator.folder, true, forged, operator.pinned),
        ]
        holds("witnesses-alone", [*found, *with_witnesses(operator, forged, quorum)])


def test_delayed_entry_is_no_fault(operator: Operator) -> None:
    """Signed on the first of March, recorded a week later: the log shows both times, and no rule is broken."""
    writer = Writer().found().report(4)
    raw = writer.log().entries[-1]
    late = with_recorded_at(raw, "2019-03-08T12:00:00.000Z")
    folder = operator.publish(rewritten(writer.log(), len(writer.entries) - 1, late))
    statement = parse_entry(late).statement
    gap = f"signed {statement.signed_at}, `seen` size {statement.seen.size}, recorded {parse_entry(late).recorded_at}"
    author = Notice("its author, who has no receipt for a week", True, gap)
    holds("delays", [look(PINNED, folder, operator.pinned), author])


def test_promised_by_a_receipt_and_then_left_out(operator: Operator, true: Log) -> None:
    receipt = true.receipt(true.size - 1)
    write(operator.folder / "receipt", receipt)
    assert check(operator.folder / "receipt", operator.pinned).verdict is Verdict.INTACT
    writer = Writer().found().sign_agreement().report(13)
    writer.as_person("inai", "ProgressReported", "commitment/rm", {"instead": True})
    folder = operator.publish(writer.log())
    held = parse_tlog_proof(receipt).checkpoint
    holds(
        "breaks-receipt",
        [
            look(PINNED, folder, operator.pinned),
            look("its author, with the receipt", folder, operator.pinned, since=held),
            watched(operator.folder, writer.log(), writer.log(), operator.pinned, receipts=[receipt], who=RECEIPT),
        ],
    )
