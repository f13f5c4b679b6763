"""The core's conclusion by itself: the log's own ML-DSA-44 cosignature, and what a policy must list and pin."""

import pytest
from tests.rows import each_row
from tests.verify.small_ledger import ORIGIN, LogKey, PostQuantumWitness, Witness

from constancia.verify.core.conclusion import Conclusion, check_pins
from constancia.verify.core.formats.checkpoint import Checkpoint
from constancia.verify.core.formats.merkle import MerkleTree
from constancia.verify.core.formats.note import (
    COSIGNATURE_MLDSA44,
    VerifierKey,
    format_note,
    format_vkey,
    parse_note,
    verifier_key,
)
from constancia.verify.core.formats.policy import NO_QUORUM, Policy
from constancia.verify.core.report import FaultList, Remark
from constancia.verify.core.seen_roots import SeenRoots
from constancia.verify.core.signature_check import InOrder
from constancia.verify.core.trust import Trust

LOG_KEY = LogKey()
PLACE = "statement.body.log_cosigner"


def cosigner(name: str, origin: str = ORIGIN) -> PostQuantumWitness:
    """Who cosigns with ML-DSA-44 under a log's name."""
    made = PostQuantumWitness(name)
    made.verifier = verifier_key(origin, COSIGNATURE_MLDSA44, made.verifier.public_key)
    return made


W1, W2 = Witness("w1"), PostQuantumWitness("w2")
OWN, OTHER = cosigner("own"), cosigner("other")
NOTE = LOG_KEY.checkpoint(1, bytes(32), [OWN])


def policy(quorum: str = NO_QUORUM, keys: tuple[VerifierKey, ...] = (), **witnesses: VerifierKey) -> Policy:
    listed = {ORIGIN: (LOG_KEY.verifier, *keys)}
    return Policy(
        logs={ORIGIN: LOG_KEY.verifier}, witnesses=witnesses, groups={}, quorum=quorum, log_keys=listed
    )  # fmt: skip


def concluding(given: Policy | None = None, leaves: int = 1) -> tuple[Conclusion, FaultList]:
    findings, tree = FaultList(), MerkleTree([bytes(32)] * leaves)
    trust = None if given is None else Trust(policy=given)
    return Conclusion(findings, InOrder(findings), tree, SeenRoots(tree, findings), trust), findings


def cosigned(*notes: bytes, key: str | None = None, given: Policy | None = None) -> FaultList:
    conclusion, findings = concluding(given)
    placed = [(index, f"head {index}", note) for index, note in enumerate(notes)]
    conclusion.check_log_cosigner(ORIGIN, format_vkey(OWN.verifier) if key is None else key, placed)
    return findings


def faults(findings: FaultList) -> list[tuple[str, int | None, str, str]]:
    return [(fault.code, fault.index, fault.field, fault.level) for fault in findings.faults]


@each_row(
    ("vkey", "codes"),
    [(None, []), ("no key", ["directory"]), (format_vkey(W1.verifier), ["directory"])],
    ids=["none", "unreadable", "of a witness"],
)
def test_log_without_a_key_that_is_known_is_left_open(vkey: str | None, codes: list[str]) -> None:
    conclusion, findings = concluding()
    assert conclusion.check_keys(ORIGIN, vkey) is None
    assert [remark.code for remark in findings.open] == ["no-log-key"]
    assert [(fault.code, fault.index, fault.level) for fault in findings.faults] == [(code, 0, "L2") for code in codes]


def test_key_of_the_log_is_given_and_signs_its_checkpoints() -> None:
    conclusion, findings = concluding(policy())
    assert conclusion.check_keys(ORIGIN, None) == LOG_KEY.verifier
    text = parse_note(NOTE).text
    conclusion.open(format_note(text, [W1.line(text)]), "head", 4)
    [fault] = findings.faults
    assert (fault.code, fault.index, fault.expected, fault.found) == (
        "checkpoint", 4, f"a signature by {ORIGIN}", "none",
    )  # fmt: skip


@each_row(("signer", "is_earlier"), [("old", False), ("old", True), ("new", False), ("new", True)])
def test_key_that_no_policy_lists_any_more_signs_earlier_checkpoints_and_no_last_one(
    signer: str, *, is_earlier: bool
) -> None:
    keys = {"old": LogKey("former"), "new": LOG_KEY}
    conclusion, findings = concluding(policy())
    assert conclusion.check_keys(ORIGIN, format_vkey(keys["old"].verifier)) == LOG_KEY.verifier
    raw = keys[signer].checkpoint(1, ROOTS[1])
    conclusion.open(raw, "head", 4, is_earlier=True) if is_earlier else conclusion.check_checkpoint(raw, "head")
    unlisted = signer == "old" and not is_earlier
    assert [remark.code for remark in findings.open] == ["other-log-key"] * unlisted
    assert findings.faults == []


ROOTS = {size: MerkleTree([bytes(32)] * size).root() for size in range(3)}


@each_row(
    ("origin", "size", "root", "code"),
    [
        (ORIGIN, 0, ROOTS[0], None), (ORIGIN, 1, ROOTS[1], None), (ORIGIN, 2, ROOTS[2], None),
        ("example.org/other", 1, ROOTS[1], "origin"), (ORIGIN, 3, ROOTS[2], "rollback"), (ORIGIN, 1, ROOTS[2], "fork"),
    ],
)  # fmt: skip
def test_log_goes_on_from_an_earlier_checkpoint_of_its_own(
    origin: str, size: int, root: bytes, code: str | None
) -> None:
    conclusion, findings = concluding(leaves=2)
    assert conclusion.goes_on_from(Checkpoint(origin=origin, size=size, root=root), ORIGIN, "kept") is (code is None)
    assert [fault.code for fault in findings.faults] == ([] if code is None else [code])


def test_cosignatures_of_the_log_are_counted() -> None:
    findings = cosigned(NOTE, NOTE)
    assert (findings.faults, findings.unchecked) == ([], [])
    assert findings.checked == {"L1": {"cosignatures": 2}}


def test_checkpoint_by_a_key_that_no_policy_lists_is_asked_for_no_cosignature() -> None:
    """After a second change of key, who has the anchor of the first one is to say that he does not know this key."""
    listed, unlisted = (LogKey(name) for name in ("second", "third"))
    conclusion, findings = concluding(policy(keys=(listed.verifier, OTHER.verifier)))
    conclusion.check_keys(ORIGIN, format_vkey(LOG_KEY.verifier))
    for signer, codes in ((unlisted, []), (listed, ["checkpoint"])):
        conclusion.check_log_cosigner(
            ORIGIN, format_vkey(OWN.verifier), [(0, "head", signer.checkpoint(1, bytes(32), [cosigner("third")]))]
        )
        assert [fault.code for fault in findings.faults] == codes


@each_row(
    ("listed", "signers", "codes"),
    [
        ((OTHER,), (OTHER,), []),
        ((OTHER,), (OWN,), ["checkpoint"]),  # that of entry 0 went with its key
        ((OTHER, W1), (W1,), ["checkpoint"]),  # no witness signs in the log's place
        ((OTHER, W2), (W2,), ["checkpoint"]),
        ((OWN,), (), []),  # the policy lists none that could replace it
        ((W1, W2), (), []),
    ],
)
def test_checkpoint_by_a_key_that_follows_carries_a_cosignature_that_follows(
    listed: tuple[Witness, ...], signers: tuple[Witness, ...], codes: list[str]
) -> None:
    following = LogKey("second")
    witnesses = {f"w{number}": witness.verifier for number, witness in enumerate(listed) if witness in (W1, W2)}
    keys = [witness.verifier for witness in listed if witness not in (W1, W2)]
    conclusion, findings = concluding(policy(NO_QUORUM, (following.verifier, *keys), **witnesses))
    conclusion.check_keys(ORIGIN, format_vkey(LOG_KEY.verifier))
    raw = following.checkpoint(1, bytes(32), signers)
    conclusion.check_log_cosigner(ORIGIN, format_vkey(OWN.verifier), [(0, "head", raw)])
    assert [fault.code for fault in findings.faults] == codes


CHANGED = NOTE.replace(f"{ORIGIN}\n1\n".encode(), f"{ORIGIN}\n2\n".encode())


@each_row("listed", [(), (OWN.verifier,)], ids=["unlisted", "listed"])
def test_each_cosignature_of_the_log_is_checked_once(listed: tuple[VerifierKey, ...]) -> None:
    """Here, or where the checkpoint was opened if the policy lists the key."""
    findings = cosigned(NOTE, CHANGED, given=policy(keys=listed))
    assert [fault.index for fault in findings.faults] == ([] if listed else [1])


@pytest.mark.usefixtures("without_mldsa")
def test_platform_without_the_scheme_says_so_of_a_listed_key_too() -> None:
    findings = cosigned(NOTE, NOTE, given=policy(keys=(OWN.verifier,)))
    assert (findings.faults, findings.checked) == ([], {})
    assert findings.unchecked == [Remark(code="unsupported", params={"names": ORIGIN})]


def test_log_that_names_no_cosigner_needs_none() -> None:
    conclusion, findings = concluding()
    conclusion.check_log_cosigner(ORIGIN, None, [(0, "head", LOG_KEY.checkpoint(1, bytes(32)))])
    assert (findings.faults, findings.checked) == ([], {})


def test_checkpoint_without_the_cosignature_is_a_fault_and_so_is_one_whose_cosignature_fails() -> None:
    findings = cosigned(
        LOG_KEY.checkpoint(1, bytes(32), [OTHER]),
        NOTE.replace(f"{ORIGIN}\n1\n".encode(), f"{ORIGIN}\n2\n".encode()),
        NOTE,
    )
    assert faults(findings) == [("checkpoint", 0, "head 0", "L1"), ("checkpoint", 1, f"head 1: {ORIGIN}", "L1")]
    assert [fault.note for fault in findings.faults] == ["", "cosignature"]


def test_note_that_cannot_be_read_is_a_fault_elsewhere() -> None:
    findings = cosigned(b"", NOTE)
    assert findings.faults == []
    assert findings.checked == {"L1": {"cosignatures": 1}}


@pytest.mark.usefixtures("without_mldsa")
def test_platform_without_the_scheme_says_once_that_nothing_was_checked() -> None:
    findings = cosigned(NOTE, NOTE)
    assert (findings.faults, findings.open, findings.checked) == ([], [], {})
    assert findings.unchecked == [Remark(code="unsupported", params={"names": ORIGIN})]


@each_row(
    ("key", "code"),
    [
        ("no key", "directory"),
        (format_vkey(cosigner("own", "example.org/other").verifier), "log-key"),
        (format_vkey(LOG_KEY.verifier), "log-key"),
    ],
    ids=["unreadable", "of another log", "of another type"],
)
def test_cosigner_of_entry_0_is_an_mldsa44_key_under_the_logs_name(key: str, code: str) -> None:
    findings = cosigned(LOG_KEY.checkpoint(1, bytes(32)), key=key)
    [fault] = findings.faults
    assert (fault.code, fault.index, fault.field.split(":")[0]) == (code, 0, PLACE)


def test_checkpoint_that_cannot_be_read_is_a_fault_and_gives_nothing() -> None:
    conclusion, findings = concluding()
    for raw in (b"no note", format_note("no checkpoint\n", parse_note(NOTE).signatures)):
        assert conclusion.open(raw, "head", 4) is None
    assert [fault[:2] for fault in faults(findings)] == [("checkpoint", 4)] * 2
    assert findings.checked == {"L1": {"checkpoints": 2}}


@each_row("signer", [W1, OTHER], ids=["a witness", "another key of the log"])
def test_cosignature_that_fails_rejects_the_checkpoint_though_no_quorum_needs_it(signer: Witness) -> None:
    given = policy(keys=(OTHER.verifier,), w1=W1.verifier)
    text = parse_note(NOTE).text
    for time, wanted in ((1, []), (0, [("checkpoint", 4, f"head: {signer.verifier.name}", "L1")])):
        conclusion, findings = concluding(given)
        conclusion.check_keys(ORIGIN, None)
        lines = [LOG_KEY._line(text), signer.line(text, time)]
        conclusion.open(format_note(text, lines), "head", 4)
        assert faults(findings) == wanted


def test_without_a_policy_no_quorum_is_counted() -> None:
    conclusion, findings = concluding()
    assert conclusion.check_quorum([NOTE]) == []
    assert (findings.open, findings.notes, findings.checked) == ([], [], {})


def test_policy_that_asks_for_no_witness_is_said_to() -> None:
    conclusion, findings = concluding(policy())
    [opened] = conclusion.check_quorum([NOTE])
    assert (opened.witnessed, findings.open) == (True, [])
    assert findings.notes == [Remark(code="no-witnesses")]


@each_row("leaves", [1, 2])
def test_quorum_vouches_for_the_log_up_to_the_size_that_it_cosigned(leaves: int) -> None:
    conclusion, findings = concluding(policy("w1", w1=W1.verifier), leaves)
    notes = [b"no note", LOG_KEY.checkpoint(1, bytes(32), [W1])]
    [opened] = conclusion.check_quorum(notes)
    assert (opened.checkpoint.size, opened.witnessed, set(opened.cosigned)) == (1, True, {"w1"})
    assert findings.notes == [Remark(code="witnessed", params={"size": 1, "names": "w1"})]
    behind = [Remark(code="witnessed-to", params={"size": 1, "total": leaves})]
    assert findings.open == behind * (leaves > 1)


@pytest.mark.usefixtures("without_mldsa")
def test_cosignature_that_this_platform_cannot_check_is_named() -> None:
    conclusion, findings = concluding(policy("w1", w1=W1.verifier, w2=W2.verifier))
    conclusion.check_quorum([LOG_KEY.checkpoint(1, bytes(32), [W1, W2])] * 2)
    assert findings.unchecked == [Remark(code="unsupported", params={"names": "w2"})]


def test_largest_tree_that_the_quorum_cosigned_counts_and_not_the_one_that_most_cosigned() -> None:
    conclusion, findings = concluding(policy("w1", w1=W1.verifier, w2=W2.verifier), leaves=2)
    tree = MerkleTree([bytes(32)] * 2)
    notes = [LOG_KEY.checkpoint(1, tree.root(1), [W1, W2]), LOG_KEY.checkpoint(2, tree.root(), [W1])]
    for order in (notes, notes[::-1]):
        assert len(conclusion.check_quorum(order)) == 2
    assert [remark.params["size"] for remark in findings.notes] == [2, 2]
    assert findings.open == []


def test_quorum_vouches_for_nothing_where_the_log_was_empty() -> None:
    conclusion, findings = concluding(policy("w1", w1=W1.verifier))
    [opened] = conclusion.check_quorum([LOG_KEY.checkpoint(0, ROOTS[0], [W1])])
    assert (opened.witnessed, findings.notes) == (True, [])
    assert findings.open == [Remark(code="no-quorum", params={"names": "w1"})]


@each_row(
    ("trust", "is_anchored", "left_open"),
    [
        (None, False, ["no-trust"]),
        (Trust(policy=policy()), False, ["no-genesis-pin"]),
        (Trust(policy=policy(), genesis=bytes(32)), True, []),
    ],
    ids=["nothing", "a policy", "genesis too"],
)
def test_what_is_not_pinned_is_said(trust: Trust | None, is_anchored: bool, left_open: list[str]) -> None:
    findings = FaultList()
    check_pins(trust, findings)
    assert (findings.anchored, [remark.code for remark in findings.open]) == (is_anchored, left_open)
