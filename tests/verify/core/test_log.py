"""The core's pass over the entries, used as a library uses it: nothing given beyond entries and a checkpoint.

What makes an audit quick replaces parts of the core; here each rule is tried on the core alone.
"""

from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from tests.dishonest import (
    altered,
    backdated,
    inserted,
    mixed,
    removed,
    replayed,
    rewritten,
    setting,
    swapped,
    with_signatures_of,
    with_statement,
)
from tests.rows import each_row
from tests.verify.small_ledger import ORIGIN, Log, LogKey, Witness, Writer

from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.entry import parse_entry
from constancia.verify.core.formats.note import format_note, format_vkey, parse_note
from constancia.verify.core.formats.policy import NO_QUORUM, Group, Policy
from constancia.verify.core.formats.signatures import PublicKey, Signature
from constancia.verify.core.log import LogCheck, check_log
from constancia.verify.core.report import Fault, FaultList, Remark
from constancia.verify.core.signature_check import InOrder, Place
from constancia.verify.core.trust import Trust

WRITER = Writer().found().sign_agreement().report(4)
LOG = WRITER.log()
OTHER = Writer("example.org/other", "other").found().sign_agreement().report(4).log()
LAST = LOG.size - 1


def found(log: Log, checkpoint: bytes | None = None) -> list[Fault]:
    return check_log(log.entries, log.checkpoint() if checkpoint is None else checkpoint, None).findings.faults


def faults(log: Log) -> list[tuple[str, int | None]]:
    return [(fault.code, fault.index) for fault in found(log)]


def test_sound_log_has_no_fault() -> None:
    assert faults(LOG) == []
    assert [remark.code for remark in check_log(LOG.entries, LOG.checkpoint(), None).findings.open] == [
        "no-time-zone", "no-trust",
    ]  # fmt: skip


def test_findings_name_the_log_with_its_size_root_and_genesis() -> None:
    findings = check_log(LOG.entries, LOG.checkpoint(), None).findings
    named = (findings.origin, findings.size, findings.root, findings.genesis)
    assert named == (ORIGIN, LOG.size, LOG.tree.root(), LOG.tree.leaf(0))


def test_signature_of_a_statement_is_of_level_2_that_of_a_checkpoint_of_level_1() -> None:
    act, _, _ = ACTS["signatures of another entry"]
    assert {fault.level for fault in found(act(LOG)) if fault.code == "signature"} == {"L2"}
    [line] = parse_note(LOG.checkpoint()).signatures
    unsigned = format_note(TEXT.replace(f"\n{LOG.size}\n", f"\n{LOG.size - 1}\n"), [line])
    assert [fault.level for fault in found(LOG, unsigned) if fault.code == "checkpoint"] == ["L1"]


def test_checkpoint_is_counted() -> None:
    assert check_log(LOG.entries, LOG.checkpoint(), None).findings.checked == {"L1": {"checkpoints": 1}}


@each_row("index", range(len(LOG.entries)))
def test_signature_of_every_entry_is_checked_from_the_first_one_on(index: int) -> None:
    """The operator changes a day, and rebuilds links, tree and checkpoint: only the signer's signature is left."""
    changed = with_statement(LOG.entries[index], setting("occurred_on", "2018-01-02"))
    assert ("signature", index) in faults(rewritten(LOG, index, changed))


@each_row(("signed_at", "is_early"), [("00:05:00", False), ("00:05:01", True)])
def test_statement_may_be_signed_300_s_after_it_was_recorded(signed_at: str, is_early: bool) -> None:
    log = backdated(LOG, LAST, "2031-01-01T00:00:00.000Z")
    changed = with_statement(log.entries[LAST], setting("signed_at", f"2031-01-01T{signed_at}Z"))
    assert (("signed-at", LAST) in faults(rewritten(log, LAST, changed))) is is_early


class Later(InOrder):
    """Checks the signatures where the pass is closed."""

    def __init__(self, findings: FaultList) -> None:
        super().__init__(findings)
        self.waiting: list[tuple[Place, PublicKey, Signature, bytes]] = []

    def check(self, place: Place, key: PublicKey, signature: Signature, message: bytes) -> None:
        self.waiting.append((place, key, signature, message))

    def join(self) -> None:
        for each in self.waiting:
            super().check(*each)


def test_signatures_that_are_checked_later_are_checked_before_the_findings_are_given() -> None:
    changed = with_statement(LOG.entries[9], setting("occurred_on", "2018-01-02"))
    log = rewritten(LOG, 9, changed)
    later = check_log(log.entries, log.checkpoint(), None, signatures=Later).findings.faults
    assert ("signature", 9) in {(fault.code, fault.index) for fault in later}
    assert later == found(log)


ACTS: dict[str, tuple[Callable[[Log], Log], str, int]] = {
    "entry in another form": (lambda log: altered(log, 9, log.entries[9] + b" "), "entry-form", 9),
    "other index": (lambda log: altered(log, 9, log.entries[9].replace(b'"index":9', b'"index":8')), "index", 9),
    "other text, nothing put right": (
        lambda log: altered(log, LAST - 1, log.entries[LAST - 1].replace(b"El", b"Un")), "previous", LAST,
    ),
    "first link not zeros": (
        lambda log: rewritten(log, 0, log.entries[0].replace(b'"previous":"00', b'"previous":"01')), "previous", 0,
    ),
    "time going back": (lambda log: backdated(log, 9, "2019-03-01T17:00:00.000Z"), "recorded-at", 9),
    "removed": (lambda log: removed(log, LAST - 1), "seen-ahead", LAST - 1),
    "swapped": (lambda log: swapped(log, LAST - 1), "seen-ahead", LAST - 1),
    "inserted": (lambda log: inserted(log, LAST, log.entries[LAST - 1]), "statement-id", LAST),
    "replayed at once": (lambda log: replayed(log, LAST), "statement-id", LAST + 1),
    "replayed later": (lambda log: replayed(log, LAST - 2), "statement-id", LAST + 1),
    "another ledger's end": (lambda log: mixed(log, OTHER, 9), "ledger", 9),
    "signatures of another entry": (
        lambda log: rewritten(log, 9, with_signatures_of(log.entries[9], log.entries[10])), "signature", 9,
    ),
    "signed by another person": (
        lambda log: rewritten(
            log, LAST, with_statement(log.entries[LAST], setting("body.period", "2018"), WRITER.people["nosc"])
        ),
        "actor",
        LAST,
    ),
    "signed long before it could be recorded": (
        lambda log: rewritten(
            log, LAST, with_statement(log.entries[LAST], setting("signed_at", "2031-03-01T18:00:00Z"))
        ),
        "signed-at",
        LAST,
    ),
}  # fmt: skip


@each_row("name", ACTS)
def test_each_act_of_a_dishonest_host_is_named_at_its_place(name: str) -> None:
    act, code, index = ACTS[name]
    assert (code, index) in faults(act(LOG))


def test_days_stay_open_where_the_rules_of_the_ledgers_zone_are_not_known() -> None:
    zone = Remark(code="no-time-zone", params={"zone": "America/Mexico_City"})
    assert zone in check_log(LOG.entries, LOG.checkpoint(), None).findings.open
    known = check_log(LOG.entries, LOG.checkpoint(), None, load_zone=ZoneInfo).findings
    unopened = check_log([b"", *LOG.entries[1:]], LOG.checkpoint(), None).findings
    assert "no-time-zone" not in {remark.code for remark in [*known.open, *unopened.open]}


@each_row("vouched", [0, 1, 5])
def test_signatures_are_counted_from_the_first_entry_that_no_source_vouches_for(vouched: int) -> None:
    findings = FaultList()
    check = LogCheck(findings, InOrder(findings), vouched=vouched)
    assert (check.signatures, check.unread, check.recorded_at) == (0, 0, "")
    for raw in LOG.entries:
        check.take(raw)
    signatures = sum(len(parse_entry(raw).signatures) for raw in LOG.entries[vouched:])
    assert (check.signatures, check.unread) == (signatures, 0)


@each_row("entries", [LOG.entries, ()], ids=["log", "empty"])
def test_genesis_is_the_pinned_one(entries: tuple[bytes, ...]) -> None:
    own, there = WRITER.log_key.verifier, LOG.tree.leaf(0) if entries else b""
    for pinned in (LOG.tree.leaf(0), bytes(32)):
        policy = Policy(logs={own.name: own}, witnesses={}, groups={}, quorum=NO_QUORUM)
        findings = check_log(entries, LOG.checkpoint(), Trust(policy=policy, genesis=pinned)).findings
        assert findings.anchored
        faults = [(one.index, one.expected, one.found) for one in findings.faults if one.code == "genesis"]
        assert faults == [(0, pinned.hex(), there.hex())] * (pinned != there)


def test_entries_that_cannot_be_read_are_counted() -> None:
    log = altered(altered(LOG, 9, LOG.entries[9] + b" "), 11, b"")
    findings = check_log(log.entries, log.checkpoint(), None).findings
    assert Remark(code="entries-unread", params={"count": 2}) in findings.unchecked


def signed(text: str, key: LogKey = WRITER.log_key) -> bytes:
    return format_note(text, [key._line(text)])


TEXT = parse_note(LOG.checkpoint()).text
CHECKPOINTS: dict[str, tuple[bytes, str, str]] = {
    "one extension line": (signed(TEXT + "one more\n"), "checkpoint", "one more"),
    "two extension lines": (signed(TEXT + "one more\nanother\n"), "checkpoint", "one more"),
    "another origin": (signed(TEXT.replace("small-ledger", "big-ledger", 1)), "origin", "example.org/big-ledger"),
    "another root": (WRITER.log_key.checkpoint(LOG.size, bytes(32)), "root", LOG.tree.root().hex()),
    "a larger size": (WRITER.log_key.checkpoint(LOG.size + 1, LOG.tree.root()), "size", f"{LOG.size + 1}"),
}


@each_row("name", CHECKPOINTS)
def test_checkpoint_that_does_not_cover_the_entries_is_named_with_what_it_says(name: str) -> None:
    checkpoint, code, value = CHECKPOINTS[name]
    assert [(fault.code, fault.found) for fault in found(LOG, checkpoint)] == [(code, value)]


def test_checkpoint_of_another_log_is_compared_with_the_entries_all_the_same() -> None:
    other = signed(TEXT.replace("small-ledger", "big-ledger", 1).replace(f"\n{LOG.size}\n", f"\n{LOG.size + 1}\n"))
    assert {fault.code for fault in found(LOG, other)} == {"origin", "size"}


def test_alteration_lies_somewhere_up_to_the_last_entry_that_the_checkpoint_covers() -> None:
    [fault] = found(LOG, CHECKPOINTS["another root"][0])
    assert (fault.index, fault.last_index, fault.somewhere) == (0, LOG.size - 1, True)
    [fault] = found(LOG, WRITER.log_key.checkpoint(LOG.size + 2, LOG.tree.root()))
    assert (fault.index, fault.last_index, fault.somewhere) == (LOG.size, LOG.size + 1, False)


@each_row(("names", "reported"), [(["own"], "own"), (["new", "own"], "own"), (["new", "newer"], "new")])
def test_key_that_is_reported_is_that_of_entry_0_if_the_policy_lists_it(names: list[str], reported: str) -> None:
    own = WRITER.log_key.verifier
    listed = {"own": own} | {name: LogKey(name, own.name).verifier for name in ("new", "newer")}
    keys = tuple(listed[name] for name in names)
    policy = Policy(
        logs={own.name: keys[0]}, witnesses={}, groups={}, quorum=NO_QUORUM, log_keys={own.name: keys}
    )  # fmt: skip
    findings = check_log(LOG.entries, LOG.checkpoint(), Trust(policy=policy)).findings
    assert findings.log_key == format_vkey(listed[reported])
    is_left_out = "own" not in names
    assert ("other-log-key" in {remark.code for remark in findings.open}) == is_left_out
    assert ("log-key-replaced" in {remark.code for remark in findings.notes}) == is_left_out
    assert findings.faults == []


@each_row(("also", "origin"), [([], "example.org/third"), (["example.org/fourth"], ORIGIN)])
def test_policy_of_one_log_names_it_and_of_several_entry_0_does(also: list[str], origin: str) -> None:
    logs = {name: LogKey("log", name).verifier for name in ["example.org/third", *also]}
    trust = Trust(policy=Policy(logs=logs, witnesses={}, groups={}, quorum=NO_QUORUM))
    findings = check_log(LOG.entries, LOG.checkpoint(), trust).findings
    assert findings.origin == origin
    assert (("ledger", 0) in {(fault.code, fault.index) for fault in findings.faults}) == (origin != ORIGIN)


def earlier(size: int, root: bytes, origin: str = ORIGIN) -> bytes:
    return LogKey("log", origin).checkpoint(size, root)


SAVED: dict[str, tuple[bytes, list[tuple[str, int | None]], list[int]]] = {
    "an earlier one": (earlier(3, LOG.tree.root(3)), [], [LAST]),
    "the last one": (LOG.checkpoint(), [], []),
    "of a longer log": (earlier(LOG.size + 5, bytes(32)), [("rollback", LOG.size + 4)], [LAST]),
    "of a fork": (earlier(3, bytes(32)), [("fork", 2)], [LAST]),
}


@each_row("name", SAVED)
def test_log_goes_on_from_the_checkpoint_that_the_verifier_saved(name: str) -> None:
    saved, faults, tails = SAVED[name]
    own = WRITER.log_key.verifier
    trust = Trust(policy=Policy(logs={own.name: own}, witnesses={}, groups={}, quorum=NO_QUORUM), checkpoint=saved)
    findings = check_log(LOG.entries, LOG.checkpoint(), trust).findings
    assert [(fault.code, fault.last_index) for fault in findings.faults] == faults
    # The last entry is a tail, which nobody but the log vouches for, unless the verifier saved a checkpoint of it.
    assert [note.params["start"] for note in findings.notes if note.code == "tail"] == tails


def test_saved_checkpoint_of_another_log_is_refused() -> None:
    own = WRITER.log_key.verifier
    policy = Policy(logs={own.name: own}, witnesses={}, groups={}, quorum=NO_QUORUM)
    with pytest.raises(Malformed, match="origin"):
        check_log(LOG.entries, LOG.checkpoint(), Trust(policy=policy, checkpoint=OTHER.checkpoint()))


W1, W2 = Witness("w1"), Witness("w2")
COSIGNED: dict[tuple[Witness, ...], tuple[str, str, dict[str, object]]] = {
    (): ("open", "no-quorum", {"names": "—"}),
    (W2,): ("open", "no-quorum", {"names": "w2"}),
    (W1, W2): ("notes", "witnessed", {"size": LOG.size, "names": "w1, w2"}),
}


@each_row("witnesses", COSIGNED)
def test_quorum_names_who_cosigned(witnesses: tuple[Witness, ...]) -> None:
    own = WRITER.log_key.verifier
    listed = {"w1": W1.verifier, "w2": W2.verifier}
    both = {"both": Group(needed=2, members=("w1", "w2"))}
    policy = Policy(logs={own.name: own}, witnesses=listed, groups=both, quorum="both")
    checkpoint = WRITER.log_key.checkpoint(LOG.size, LOG.tree.root(), witnesses)
    findings = check_log(LOG.entries, checkpoint, Trust(policy=policy)).findings
    place, code, params = COSIGNED[witnesses]
    assert Remark(code=code, params=params) in getattr(findings, place)
    assert findings.checked["L1"]["cosignatures"] == len(witnesses)
    assert findings.unchecked == []
