"""What is checked before the law is asked: a body has its type's form before any key in it is read."""

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.ledger.conftest import Desk
from tests.ledger.world import ORIGIN, Key, Signed
from tests.rows import each_row

from constancia.domain.kernel.codes import CODES
from constancia.domain.kernel.problems import Problem, Refusal
from constancia.ledger.append import examiner
from constancia.ledger.append.examiner import Examiner, Submission, merge, seen_problem
from constancia.ledger.append.key_ring import KeyRing
from constancia.ledger.submission import SignedStatement
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.core.formats.signatures import load_public_key
from constancia.verify.core.formats.statement import Seen
from constancia.verify.speed.libsodium import Check, quickest_check

ABSENT = object()
NO_FORM = [ABSENT, None, 7, "x", [], {}, [None], [{}]]


def spoilt(desk: Desk, signed: Signed, member: str, value: object) -> SignedStatement:
    """The statement with another value in its body, signed again by the same keys."""
    item = json.loads(signed.statement)
    if value is ABSENT:
        del item["body"][member]
    else:
        item["body"][member] = value
    raw = canonical(item)
    keys = {key.key_id: key for key in [*desk.world.roots.values(), *desk.world.keys.values()]}
    return SignedStatement.read(raw, [keys[one.key].sign(raw) for one in signed.signatures])


def code_of(desk: Desk, signed: SignedStatement) -> str:
    with pytest.raises((Refusal, Malformed)) as caught:
        desk.ledger.append(signed)
    return caught.value.code if isinstance(caught.value, Refusal) else "E_MALFORMED"


@pytest.mark.parametrize("value", NO_FORM, ids=lambda value: "absent" if value is ABSENT else repr(value))
def test_genesis_whose_founders_have_no_form_is_malformed(new: Desk, value: Any) -> None:
    assert code_of(new, spoilt(new, new.world.genesis(), "founders", value)) == "E_MALFORMED"


@pytest.mark.parametrize("member", ["public_key", "scheme"])
@pytest.mark.parametrize("value", NO_FORM, ids=lambda value: "absent" if value is ABSENT else repr(value))
def test_registration_whose_key_has_no_form_is_malformed(founded: Desk, member: str, value: Any) -> None:
    assert code_of(founded, spoilt(founded, founded.world.key_registered("inai"), member, value)) == "E_MALFORMED"


@pytest.mark.parametrize("signer", ["another known key", "an unknown key"])
def test_form_comes_before_signatures(desk: Desk, signer: str) -> None:
    statement = desk.world.allege("c1").parsed.statement
    item = json.loads(statement.raw)
    item["body"]["surprise"] = "1"
    own, known, unknown = desk.world.keys["inai"], desk.world.keys["sfp"], Key()
    for raw, code in ((statement.raw, ""), (canonical(item), "E_MALFORMED")):
        if signer == "an unknown key":
            signed, refused = unknown.sign(raw), "E_KEY_UNKNOWN"
        else:
            signed, refused = replace(own.sign(raw), sig=known.sign(raw).sig), "E_SIGNATURE_INVALID"
        assert code_of(desk, SignedStatement.read(raw, [signed])) == (code or refused)


def test_an_unknown_key_is_left_to_the_writer_who_refuses_it(desk: Desk) -> None:
    statement = desk.world.allege("c1").parsed.statement
    judge = Examiner(origin=ORIGIN, vkey="", keys=desk.parts.head.keys, root=lambda _size: None)
    submission = Submission(signed=SignedStatement.read(statement.raw, [Key().sign(statement.raw)]))
    judge.examine(submission)  # its registration may be under way
    with pytest.raises(Refusal, match="E_KEY_UNKNOWN"):
        judge.prove(submission, is_final=True)
    assert submission.proved_by == ()


@pytest.mark.parametrize(
    ("member", "value", "code"),
    [("type", "NothingKnown", "E_UNKNOWN_TYPE"), ("schema", 99, "E_SCHEMA_VERSION"), ("schema", 3, "")],
)
def test_what_no_edition_of_the_law_has_does_not_come_to_the_writer(
    desk: Desk, member: str, value: object, code: str
) -> None:
    raw = canonical(json.loads(desk.world.allege("c1").statement) | {member: value})
    submission = Submission(signed=SignedStatement.read(raw, [desk.world.keys["nosc"].sign(raw)]))
    judge = Examiner(origin=ORIGIN, vkey="", keys=desk.parts.head.keys, root=lambda _size: None)
    if code:
        with pytest.raises(Refusal, match=code):
            judge.examine(submission)
    else:
        judge.examine(submission)
    assert bool(submission.proved_by) is not bool(code)


def test_what_was_seen_fits_where_it_is_the_root_at_that_size(desk: Desk) -> None:
    signed = desk.world.allege("c1").parsed
    size, root = signed.statement.seen.size, signed.statement.seen.root
    for known, fits in ((root, True), (root[:-1] + bytes([root[-1] ^ 1]), False), (None, False)):
        submission = Submission(signed=signed)
        Examiner(origin=ORIGIN, vkey="", keys=desk.parts.head.keys, root={size: known}.get).examine(submission)
        assert submission.seen_fits is fits


def test_genesis_names_the_keys_of_this_log(new: Desk) -> None:
    signed = new.world.genesis().parsed
    submission = Submission(signed=signed)
    for vkey, cosigner in (
        ("another", new.signer.cosigner_vkey),
        (new.signer.vkey, "another"),
        (new.signer.vkey, None),
    ):
        judge = Examiner(origin=ORIGIN, vkey=vkey, keys=KeyRing(), root=lambda _size: None, cosigner_vkey=cosigner)
        named = json.loads(signed.statement.raw)["body"].get("log_cosigner")
        if vkey == new.signer.vkey and named in (cosigner, None):
            judge.examine(submission)
        else:
            with pytest.raises(Refusal, match="E_LEDGER_MISMATCH"):
                judge.examine(submission)


def test_a_statement_has_as_many_signatures_as_keys_sign_it(desk: Desk) -> None:
    signed = desk.world.allege("c1").parsed
    judge = Examiner(origin=ORIGIN, vkey="", keys=desk.parts.head.keys, root=lambda _size: None)
    with pytest.raises(Malformed, match="1 of them"):
        judge.examine(Submission(signed=replace(signed, signatures=signed.signatures * 2)))


@each_row(
    ("size", "root", "code"),
    [(4, 4, ""), (3, 3, ""), (5, 5, "E_SEEN_AHEAD"), (4, 3, "E_SEEN_CONTRADICTS"), (3, 4, "E_SEEN_CONTRADICTS")],
)
def test_what_was_seen_is_a_state_of_this_log_of_four_entries(size: int, root: int, code: str) -> None:
    answer = seen_problem(Seen(size=size, root=bytes([root]) * 32), 4, lambda at: bytes([at]) * 32)
    assert (answer.code if answer is not None else "") == code


def problem(code: str) -> Problem:
    return Problem(code=code, rule=f"rule of {code}")


# The order of the codes: what the ledger objects to lies before, behind or among what the domain objects to.
@each_row(
    ("domain", "ledger", "expected"),
    [
        ([], [], None),
        (["E_NOT_FOUND"], [], ["E_NOT_FOUND"]),
        ([], ["E_SEEN_AHEAD"], ["E_SEEN_AHEAD"]),
        ([], ["E_SEEN_CONTRADICTS", "E_KEY_UNKNOWN"], None),
        (["E_NOT_FOUND"], ["E_KEY_UNKNOWN"], None),
        (["E_KEY_UNKNOWN"], ["E_SEEN_AHEAD"], None),
        (["E_KEY_UNKNOWN", "E_NOT_FOUND"], ["E_SEEN_CONTRADICTS", "E_DUPLICATE"], None),
        (["E_SEEN_AHEAD"], ["E_KEY_UNKNOWN", "E_DUPLICATE"], None),
    ],
)
def test_objections_of_ledger_and_domain_are_told_in_the_order_of_the_codes(
    domain: list[str], ledger: list[str], expected: list[str] | None
) -> None:
    def rank(code: str) -> int:
        return list(CODES).index(code)

    domain = sorted(domain, key=rank)
    first, *more = domain or [""]
    refusal = Refusal(problem(first), {"size": 7}, tuple((code, f"rule of {code}") for code in more)) if first else None
    merged = merge(refusal, [problem(code) for code in ledger], 7)
    told = [] if merged is None else [(merged.code, merged.rule), *merged.also]
    codes = sorted(domain + ledger, key=rank) if expected is None else expected
    assert told == [(code, f"rule of {code}") for code in codes]
    assert merged is None or merged.judged_against == {"size": 7}


def test_many_signatures_are_checked_by_the_faster_library_with_the_same_answers(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = KeyRing()
    keys.add(tuple(load_public_key("ed25519", key.spki) for key in desk.world.keys.values()))
    judge = Examiner(origin=ORIGIN, vkey="", keys=keys, root=lambda _size: None)
    loaded: list[object] = []

    def quickest() -> Check:
        loaded.append(quickest_check())
        return quickest_check()

    monkeypatch.setattr(examiner, "_MANY", 3)
    monkeypatch.setattr(examiner, "quickest_check", quickest)
    for number in range(1, 6):
        signed = desk.world.allege("c1").parsed
        judge.examine(Submission(signed=signed))
        [signature] = signed.signatures
        forged = replace(signature, sig=signature.sig[:40] + bytes([signature.sig[40] ^ 1]) + signature.sig[41:])
        with pytest.raises(Refusal, match="E_SIGNATURE_INVALID"):
            judge.examine(Submission(signed=replace(signed, signatures=(forged,))))
        assert len(loaded) == (2 * number >= 3)
