"""Each refusal of an act, provoked over HTTP with real keys: its code, its rule, and nothing written."""

import base64
import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from tests.api.served import (
    DOCSET,
    UNLIMITED,
    Desk,
    appoint,
    desk_in,
    digest,
    document,
    panel_decision,
    report,
    serving,
    signature,
    wide,
    wide_actor,
)
from tests.ledger.world import PARTIES, START, Key, Signed, evidence, scope, text
from tests.rows import each_row

from constancia.domain.kernel.codes import CODES
from constancia.ledger.assembly import Options
from constancia.ledger.clock import StoryClock
from constancia.verify.core.formats.signatures import KeyId, Signature

ZEROS = "0" * 64
C1, AG = "commitment/c1", "agreement/ag"
Case = Callable[[Desk], Signed | bytes]


def signed_by(name: str, capacity: str = "representative") -> Case:
    """A report by one of the people in a special condition."""

    def case(desk: Desk) -> Signed:
        party = "inai"
        actor = wide_actor(party, name, capacity)
        return desk.by(desk.keys[f"{name}-{party}"], actor, "ProgressReported", C1, report())

    return case


def rep(party: str, type_name: str, stream: str, body: dict[str, Any], **members: Any) -> Case:
    return lambda desk: desk.says(party, type_name, stream, body, **members)


def wider(party: str, type_name: str, stream: str, body: dict[str, Any], **members: Any) -> Case:
    return lambda desk: wide(desk, party, type_name, stream, body, **members)


def root(party: str, type_name: str, stream: str, body: dict[str, Any]) -> Case:
    return lambda desk: desk.root_says(party, type_name, stream, body)


def bent_signature(desk: Desk) -> Signed:
    signed = desk.says("inai", "ProgressReported", C1, report())
    sig = bytearray(signed.signatures[0].sig)
    sig[7] ^= 1
    return Signed(statement=signed.statement, signatures=(Signature(key=signed.signatures[0].key, sig=bytes(sig)),))


def signed_with_another_registered_key(desk: Desk) -> Signed:
    raw = desk.world.statement("ProgressReported", report(), stream=C1, actor=desk.world.actor("inai"))
    other = desk.world.keys["nosc"].sign(raw)
    return Signed(statement=raw, signatures=(Signature(key=KeyId(desk.world.keys["inai"].key_id), sig=other.sig),))


def signature_of_another_statement(desk: Desk) -> Signed:
    one = desk.says("inai", "ProgressReported", C1, report())
    other = desk.says("inai", "ProgressReported", C1, report(narrative=text("Otro")))
    return Signed(statement=one.statement, signatures=other.signatures)


def unknown_key(desk: Desk) -> Signed:
    return desk.by(Key(), desk.world.actor("inai"), "ProgressReported", C1, report())


def foreign_key(desk: Desk) -> Signed:
    return desk.by(desk.world.keys["nosc"], desk.world.actor("inai"), "ProgressReported", C1, report())


def used_id(desk: Desk) -> Signed:
    entry = desk.http.get("/api/v1/entries/3").json()
    return desk.says("inai", "ProgressReported", C1, report(), id=entry["statement"]["id"])


def seen_ahead(desk: Desk) -> Signed:
    seen = {"root": ZEROS, "size": desk.ledger.size + 1}
    return desk.says("inai", "ProgressReported", C1, report(), seen=seen)


def correction(index: int, **changed: Any) -> Case:
    def case(desk: Desk) -> Signed:
        body = {
            "correction": "co",
            "field": "body.narrative.es",
            "kind": "clerical",
            "new_value": "Otro",
            "old_digest": digest("Avance inicial"),
            "reason": text("Errata"),
            "target": desk.ledger.log.leaf_hash(index).hex(),
        } | changed
        return desk.says("inai", "CorrectionRecorded", "correction/co", body)

    return case


def corrected_report(desk: Desk) -> int:
    kind = b'"type":"ProgressReported"'
    return next(index for index, raw in enumerate(desk.ledger.log.entries()) if kind in raw)


def of_the_report(**changed: Any) -> Case:
    return lambda desk: correction(corrected_report(desk), **changed)(desk)


def adoption(decision: str, commitment: str = "c2") -> dict[str, Any]:
    return {"commitment": commitment, "decision": decision, "scope": scope()}


def proposal(declared: str, new_scope: dict[str, Any], from_version: int = 1) -> dict[str, Any]:
    return {
        "commitment": "c1",
        "declared_kind": declared,
        "from_version": from_version,
        "proposal": "sp",
        "reasons": text("Razones"),
        "scope": new_scope,
    }


def smaller() -> dict[str, Any]:
    return scope() | {"deliverables": []}


def later_end() -> dict[str, Any]:
    found = scope()
    found["milestones"][0]["window"] = "2019-03-26/2019-12-31"
    return found


DELIVERY = {"commitment": "c1", "deliverable": "e1", "version": 1}
E1 = "deliverable/c1.e1"
APPOINTMENT = {
    "appointment": "x",
    "capacity": "head",
    "name": "X",
    "party": "inai",
    "person": "p-x",
    "post": text("Puesto"),
    "scope": ["VoteCast"],
    "valid_from": "2019-01-01",
}

CASES: dict[str, tuple[str, Case]] = {
    "a body with a member too many": ("E_MALFORMED", rep("inai", "ProgressReported", C1, report(extra=1))),
    "a body without a member": ("E_MALFORMED", rep("inai", "WorkStarted", C1, {"commitment": "c1"})),
    "a level that is none": ("E_MALFORMED", rep("inai", "ProgressReported", C1, report(level="great"))),
    "an unsorted list": (
        "E_MALFORMED",
        rep("inai", "AgreementTextFrozen", AG, signature(required=["sfp", "nosc", "inai"])),
    ),
    "another stream than the body's": ("E_MALFORMED", rep("inai", "ProgressReported", "commitment/c2", report())),
    "a type that is none": ("E_UNKNOWN_TYPE", rep("inai", "AgreementForgotten", AG, {})),
    "a type that is only derived": ("E_UNKNOWN_TYPE", rep("inai", "AgreementEnteredIntoForce", AG, {})),
    "a schema of tomorrow": ("E_SCHEMA_VERSION", rep("inai", "ProgressReported", C1, report(), schema=99)),
    "a statement for another ledger": (
        "E_LEDGER_MISMATCH",
        rep("inai", "ProgressReported", C1, report(), ledger="example.org/other"),
    ),
    "a bent signature": ("E_SIGNATURE_INVALID", bent_signature),
    "another's signature under my key's name": ("E_SIGNATURE_INVALID", signed_with_another_registered_key),
    "the signature of another statement": ("E_SIGNATURE_INVALID", signature_of_another_statement),
    "a key never registered": ("E_KEY_UNKNOWN", unknown_key),
    "a key not yet endorsed": ("E_KEY_NOT_ACTIVE", signed_by("pending")),
    "a key whose endorsement has ended": ("E_KEY_EXPIRED", signed_by("expired")),
    "a revoked key": ("E_KEY_REVOKED", signed_by("revoked")),
    "somebody dismissed": ("E_APPOINTMENT_NOT_IN_FORCE", signed_by("dismissed")),
    "a party that was dissolved": (
        "E_PARTY_SUCCEEDED",
        wider(
            "gone",
            "PartyNameRecorded",
            "party/inai",
            {"lang": "es", "name": "Otro", "official": False, "party": "inai", "used_in": "Acta"},
        ),
    ),
    "a key of another party": ("E_ROLE", foreign_key),
    "a secretariat that votes": (
        "E_ROLE",
        lambda desk: desk.by(
            desk.keys["clerk-inai"],
            wide_actor("inai", "clerk", "secretariat"),
            "AgreementSigned",
            AG,
            signature(),
        ),
    ),
    "a party that withdraws another": (
        "E_ROLE",
        root(
            "inai",
            "PartyWithdrew",
            "governance/committee",
            {"effective": "2019-03", "governance_body": "committee", "grounds": text("Ya"), "party": "nosc"},
        ),
    ),
    "a correction of another's statement": (
        "E_ROLE",
        lambda desk: desk.says(
            "nosc",
            "CorrectionRecorded",
            "correction/co",
            {
                "correction": "co",
                "field": "occurred_on",
                "kind": "clerical",
                "new_value": "2019-02-28",
                "old_digest": digest("2019-03-01"),
                "reason": text("Errata"),
                "target": desk.ledger.log.leaf_hash(corrected_report(desk)).hex(),
            },
        ),
    ),
    "a representative who does what only a root does": (
        "E_OUT_OF_SCOPE",
        rep("inai", "RepresentativeAppointed", "appointment/x", APPOINTMENT),
    ),
    "a root that does what only people do": ("E_OUT_OF_SCOPE", root("inai", "ProgressReported", C1, report())),
    "an act that the appointment does not list": (
        "E_OUT_OF_SCOPE",
        rep("inai", "ScopeChangeProposed", C1, proposal("reduction", smaller())),
    ),
    "a party without a seat": (
        "E_NOT_SEATED",
        rep("nosc", "DecisionProposed", "decision/d-x", panel_decision("d-x")),
    ),
    "a party that has left": (
        "E_PARTY_WITHDRAWN",
        rep(
            "sfp",
            "VoteCast",
            "decision/d-panel",
            {"choice": "for", "decision": "d-panel", "digest": digest(panel_decision("d-panel")["act"])},
        ),
    ),
    "who submitted accepts": ("E_SELF_DEALING", rep("sfp", "DeliverableAccepted", E1, DELIVERY)),
    "who submitted rejects": (
        "E_SELF_DEALING",
        wider("sfp", "DeliverableRejected", E1, DELIVERY | {"reasons": text("No")}),
    ),
    "a commitment that is none": (
        "E_NOT_FOUND",
        rep("inai", "ProgressReported", "commitment/none", report(commitment="none")),
    ),
    "a milestone that is none": (
        "E_NOT_FOUND",
        rep("inai", "WorkStarted", C1, {"commitment": "c1", "milestone": "m9"}),
    ),
    "a correction of an entry that is none": ("E_NOT_FOUND", of_the_report(target=ZEROS)),
    "a text frozen twice": ("E_STATE", rep("inai", "AgreementTextFrozen", AG, signature(required=list(PARTIES)))),
    "a report whose id is used": ("E_STATE", rep("inai", "ProgressReported", C1, report(report="r1"))),
    "a second genesis": ("E_STATE", lambda desk: desk.world.genesis()),
    "a key registered twice": (
        "E_STATE",
        lambda desk: desk.world.key_registered("inai"),
    ),
    "a second signature of one party": ("E_ALREADY_SIGNED", rep("nosc", "AgreementSigned", AG, signature())),
    "a body established twice": (
        "E_ALREADY_SIGNED",
        lambda desk: desk.world.body_established("nosc"),
    ),
    "another statement with a used id": ("E_DUPLICATE", used_id),
    "a version that is not the next": (
        "E_VERSION_CONFLICT",
        rep(
            "inai",
            "AgreementDrafted",
            AG,
            {"agreement": "ag", "docset": DOCSET, "parties": list(PARTIES), "title": text("A"), "version": 5},
        ),
    ),
    "a change that starts from a scope long gone": (
        "E_VERSION_CONFLICT",
        wider("sfp", "ScopeChangeProposed", C1, proposal("reduction", smaller(), from_version=7)),
    ),
    "a history seen that is longer than the log": ("E_SEEN_AHEAD", seen_ahead),
    "a history seen that is not the log's": (
        "E_SEEN_CONTRADICTS",
        rep("inai", "ProgressReported", C1, report(), seen={"root": ZEROS, "size": 5}),
    ),
    "an act of next year": ("E_DATE", rep("inai", "ProgressReported", C1, report(), occurred_on="2020-01-01")),
    "a signature of next year": (
        "E_DATE",
        rep("inai", "ProgressReported", C1, report(), signed_at="2020-01-01T00:00:00Z"),
    ),
    "a day that does not exist": ("E_DATE", rep("inai", "ProgressReported", C1, report(), occurred_on="2019-02-30")),
    "an appointment that ends before it begins": (
        "E_DATE",
        root("inai", "RepresentativeAppointed", "appointment/x", APPOINTMENT | {"valid_until": "2018-01-01"}),
    ),
    "a signature of another text": (
        "E_DIGEST_MISMATCH",
        rep("inai", "AgreementSigned", AG, signature(docset="sha256:" + ZEROS)),
    ),
    "a correction of a value that was not there": ("E_DIGEST_MISMATCH", of_the_report(old_digest="sha256:" + ZEROS)),
    "an adoption other than the one decided": (
        "E_DIGEST_MISMATCH",
        rep("inai", "CommitmentAdopted", "commitment/c2", adoption("d-c1")),
    ),
    "a high level without evidence": (
        "E_EVIDENCE_REQUIRED",
        rep("inai", "ProgressReported", C1, report(level="substantial")),
    ),
    "a milestone completed without evidence": (
        "E_EVIDENCE_REQUIRED",
        rep("inai", "MilestoneCompleted", C1, {"commitment": "c1", "evidence": [], "milestone": "m1"}),
    ),
    "complete with an open milestone": (
        "E_MILESTONES_OPEN",
        rep("inai", "ProgressReported", C1, report(level="complete", evidence=[evidence()])),
    ),
    "a reduction called clarification": (
        "E_SCOPE_LABEL",
        wider("sfp", "ScopeChangeProposed", C1, proposal("clarification", smaller())),
    ),
    "a deferral called extension": (
        "E_SCOPE_LABEL",
        wider("sfp", "ScopeChangeProposed", C1, proposal("extension", later_end())),
    ),
    "a correction of a level": ("E_CORRECTION_FORBIDDEN", of_the_report(field="body.level")),
    "a correction of the type": ("E_CORRECTION_FORBIDDEN", of_the_report(field="type")),
    "a lower level without a reason": (
        "E_POLICY",
        rep("inai", "ProgressReported", C1, report(level="not_started")),
    ),
    "an adoption without a signed decision": (
        "E_POLICY",
        rep("inai", "CommitmentAdopted", "commitment/c2", adoption("d-panel")),
    ),
}
# Provoked elsewhere: by what is no act at all (test_bad_input.py), and by a busy ledger (below).
ELSEWHERE = {"E_BUSY", "E_CONTENT_TYPE", "E_TOO_LARGE"}


@each_row("name", CASES)
def test_refusal_has_its_code_and_rule_and_writes_nothing(scene: Desk, name: str) -> None:
    code, case = CASES[name]
    size, head = scene.ledger.size, scene.ledger.log.root()
    answer = scene.post(case(scene))
    problem = answer.json()
    assert (problem["code"], answer.status_code, problem["status"]) == (code, CODES[code], CODES[code]), problem
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["rule"]
    assert problem["judged_against"]
    assert all(one.keys() == {"code", "rule"} for one in problem["also"])
    assert (scene.ledger.size, scene.ledger.log.root()) == (size, head)


def test_every_code_is_provoked() -> None:
    assert {code for code, _case in CASES.values()} | ELSEWHERE == set(CODES)


def test_refusal_lists_every_other_rule_broken(scene: Desk) -> None:
    body = report(level="complete", evidence=[], report="r1")
    problem = scene.post(scene.says("inai", "ProgressReported", C1, body)).json()
    assert [problem["code"], *(one["code"] for one in problem["also"])] == [
        "E_STATE",
        "E_EVIDENCE_REQUIRED",
        "E_MILESTONES_OPEN",
    ]


def test_refusal_names_the_state_it_was_judged_against(scene: Desk) -> None:
    problem = scene.post(scene.says("nosc", "AgreementSigned", AG, signature())).json()
    judged = problem["judged_against"]
    assert (judged["stream"], judged["state"], judged["size"]) == (AG, "partially_signed", scene.ledger.size)


def test_stale_basis_tells_what_has_moved(scene: Desk) -> None:
    signed = wide(scene, "sfp", "ScopeChangeProposed", C1, proposal("reduction", smaller(), from_version=7))
    assert scene.post(signed).json()["judged_against"]["expected"] == 1


def test_key_rotated_away_no_longer_signs(founded: Desk) -> None:
    appoint(founded, "inai", "old")
    old = founded.keys["old-inai"]
    actor = wide_actor("inai", "old")
    rotated = {"key": old.key_id, "new_key": Key().key_id}
    founded.take(founded.by(old, actor, "KeyRotated", f"key/{old.key_id}", rotated))
    named = {"lang": "es", "name": "N", "official": False, "party": "inai", "used_in": "D"}
    answer = founded.post(founded.by(old, actor, "PartyNameRecorded", "party/inai", named))
    assert answer.json()["code"] == "E_KEY_NOT_ACTIVE"


def test_key_of_small_order_is_refused_at_registration(founded: Desk) -> None:
    weak = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00" + b"\x01" + bytes(31)
    key_id = hashlib.sha256(weak).hexdigest()
    body = {
        "appointment": "ap-inai",
        "key": key_id,
        "party": "inai",
        "public_key": base64.b64encode(weak).decode(),
        "scheme": "ed25519",
    }
    raw = founded.world.statement("KeyRegistered", body, stream=f"key/{key_id}", actor=founded.world.actor("inai"))
    signed = Signed(statement=raw, signatures=(Signature(key=KeyId(key_id), sig=bytes(64)),))
    answer = founded.post(signed)
    assert (answer.status_code, answer.json()["code"]) == (400, "E_MALFORMED")


class StuckClock(StoryClock):
    """A clock that keeps the writer waiting while it is held."""

    def __init__(self, clock: StoryClock) -> None:
        super().__init__(clock.now())
        self.free = threading.Event()
        self.free.set()

    def now(self) -> Any:
        self.free.wait(20)
        return super().now()


def test_busy_ledger_answers_503_with_a_time_to_come_back_and_takes_the_same_bytes_later(tmp_path: Path) -> None:
    clock = StuckClock(StoryClock(START))
    with desk_in(tmp_path / "ledger", clock=clock, options=Options(capacity=1, follow=False)) as desk:
        desk.play(desk.world.founding())
        first = desk.says("inai", "PartyNameRecorded", "party/inai", name_recorded("Uno"))
        second = desk.says("inai", "PartyNameRecorded", "party/inai", name_recorded("Dos"))
        clock.free.clear()
        try:
            under_way = desk.ledger.submit(first.parsed)
            refused = desk.post(second)
        finally:
            clock.free.set()
        under_way.result()
        assert (refused.status_code, refused.json()["code"]) == (503, "E_BUSY")
        assert int(refused.headers["retry-after"]) >= 1
        assert desk.post(second).status_code == 201


def test_entry_that_takes_too_long_is_answered_503_and_is_there_for_the_same_bytes(tmp_path: Path) -> None:
    clock, options = StuckClock(StoryClock(START)), Options(follow=False)
    hasty = UNLIMITED.model_copy(update={"append_timeout_s": 0.01})
    with desk_in(tmp_path / "ledger", clock=clock, options=options) as desk, serving(desk.ledger, hasty) as url:
        desk.play(desk.world.founding())
        signed = desk.says("inai", "PartyNameRecorded", "party/inai", name_recorded("Uno"))
        headers = {"Content-Type": "application/json"}
        clock.free.clear()
        try:
            late = httpx.post(f"{url}/api/v1/entries", content=document(signed), headers=headers)
            assert desk.ledger.under_way == 1
        finally:
            clock.free.set()
        assert (late.status_code, late.json()["code"], late.headers["retry-after"]) == (503, "E_BUSY", "5")
        assert desk.ledger.submit(signed.parsed).result(20).replayed
        assert desk.ledger.under_way == 0


def name_recorded(name: str) -> dict[str, Any]:
    return {"lang": "es", "name": name, "official": False, "party": "inai", "used_in": "Acta"}


def test_lost_answer_is_repaired_by_sending_the_same_bytes(founded: Desk) -> None:
    signed = founded.says("inai", "PartyNameRecorded", "party/inai", name_recorded("Uno"))
    first = founded.take(signed)
    again = founded.post(signed)
    assert again.status_code == 200
    assert (again.json()["index"], again.json()["leaf_hash"]) == (first["index"], first["leaf_hash"])
    assert founded.ledger.size == first["index"] + 1


def test_document_is_what_the_ledger_takes(founded: Desk) -> None:
    signed = founded.says("inai", "PartyNameRecorded", "party/inai", name_recorded("Uno"))
    answer = founded.post(document(signed))
    index = answer.json()["index"]
    assert founded.ledger.log.entry(index).endswith(signed.statement + b',"v":1}')
