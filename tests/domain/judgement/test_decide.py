"""Whether an act is accepted: one order of checks, the first failure gives the code, all others stand beside it."""

from typing import Any

from tests.domain.agreements.test_agreement import AG, COMMA, awaiting, signed
from tests.domain.commitments.test_commitment import report
from tests.domain.governance.test_decision import ACT
from tests.domain.stage import Voice, commitment, proposed, rep, root, seated, text
from tests.domain.tables import codes
from tests.rows import each_row

from constancia.domain.judgement.authority import CLOCK_SKEW
from constancia.domain.judgement.decide import decide
from constancia.domain.kernel.codes import CODES
from constancia.domain.values.values import canonical


def test_everything_wrong_at_once_is_named_in_the_order_of_the_checks() -> None:
    """Schema, key, appointment, seat, scope, role, state, version, content."""
    stage = awaiting()
    stage.join("red", name="clerk", capacity="secretariat", scope=["CommitmentProposed"], valid_until="2019-03-31")
    stage.on("2019-04-01")
    voice = rep("red", "clerk", "secretariat")
    refusal = stage.refused(voice, "AgreementSigned", signed(2, COMMA) | {"agreement": "other"}, stream=AG)
    found = [refusal.code, *(code for code, _rule in refusal.also)]
    assert found == [
        "E_MALFORMED", "E_MALFORMED", "E_KEY_EXPIRED", "E_APPOINTMENT_NOT_IN_FORCE", "E_NOT_SEATED", "E_OUT_OF_SCOPE",
        "E_ROLE", "E_ROLE", "E_VERSION_CONFLICT", "E_DIGEST_MISMATCH",
    ]  # fmt: skip


def test_a_refusal_says_the_state_it_was_judged_against() -> None:
    stage = awaiting()
    refusal = stage.refused("nosc", "AgreementSigned", signed(docset=COMMA))
    assert {"size": len(stage.entries), "state": "awaiting_signatures", "stream": AG, "version": 2}.items() <= (
        refusal.judged_against.items()
    )
    assert "expected" in refusal.judged_against


@each_row("members", [{"schema": 99}, {"type": "VoteCounted"}])
def test_what_can_not_be_read_is_judged_too(members: dict[str, Any]) -> None:
    refusal = seated().refused("nosc", "CommitmentProposed", commitment(), **members)
    assert refusal.judged_against["stream"] == "commitment/c1"


def test_a_stream_is_the_one_that_the_body_names() -> None:
    assert seated().code("nosc", "CommitmentProposed", commitment(), stream="commitment/c2") == "E_MALFORMED"


def test_3_a_key_speaks_for_its_holder_only() -> None:
    stage = seated()
    assert stage.code(rep("inai", key="rep-nosc"), "CommitmentProposed", commitment()) == "E_ROLE"
    assert stage.code(root("inai", key="root-nosc"), "RepresentativeRevoked", {
        "appointment": "ap-inai", "reason": text("x")}) == "E_ROLE"  # fmt: skip
    stolen = Voice({"capacity": "root", "party": "nosc"}, "rep-nosc")
    withdrawal = {"effective": "2019-03", "governance_body": "cc", "grounds": text("x"), "party": "nosc"}
    assert stage.code(stolen, "PartyWithdrew", withdrawal) == "E_ROLE"


def test_3_a_representative_of_a_root_act_is_out_of_scope() -> None:
    stage = seated()
    withdrawal = {"effective": "2019-03", "governance_body": "cc", "grounds": text("x"), "party": "nosc"}
    assert stage.code("nosc", "PartyWithdrew", withdrawal) == "E_OUT_OF_SCOPE"


@each_row(
    ("occurred", "refused"),
    [("2019-03-01", False), ("2019-03-02", True), ("2019-02", False), ("2019-04", True), ("2018/2019-03-02", True),
     ("../2017-05", False), ("2030/..", True), ("yesterday", True), ("2019-02-30", True)],
)  # fmt: skip
def test_20_nothing_is_said_to_have_happened_in_the_future(occurred: str, *, refused: bool) -> None:
    stage = seated()
    name = {"lang": "en", "name": "NOSC", "official": False, "party": "nosc", "used_in": "x"}
    if refused:
        assert stage.code("nosc", "PartyNameRecorded", name, occurred_on=occurred) == "E_DATE"
    else:
        stage.says("nosc", "PartyNameRecorded", name, occurred_on=occurred)


def test_20_the_day_is_the_ledgers_and_not_greenwichs() -> None:
    stage = seated().on("2019-05-25T04:30:00Z")
    assert stage.code("nosc", "CommitmentProposed", commitment(), occurred_on="2019-05-25") == "E_DATE"


def test_a_signature_may_be_a_little_ahead_of_our_clock() -> None:
    stage = seated().on("2019-03-02T12:00:00Z")
    assert CLOCK_SKEW.total_seconds() == 300
    assert stage.code("nosc", "CommitmentProposed", commitment(), signed_at="2019-03-02T12:05:01Z") == "E_DATE"
    stage.says("nosc", "CommitmentProposed", commitment(), signed_at="2019-03-02T12:05:00Z")


@each_row("signed_at", ["2019-03-01", "soon", "2019-02-30T00:00:00Z"])
def test_a_signature_is_dated_with_an_instant(signed_at: str) -> None:
    assert seated().code("nosc", "CommitmentProposed", commitment(), signed_at=signed_at) == "E_DATE"


def test_19_what_is_old_is_signed_by_who_records_it_today() -> None:
    stage = seated()
    name = {"lang": "en", "name": "NOSC", "official": False, "party": "nosc", "used_in": "x"}
    stage.says("nosc", "PartyNameRecorded", name, mode="historical", occurred_on="2011")
    unknown = rep("nosc", key="of 2011")
    refused = stage.code(unknown, "PartyNameRecorded", name | {"name": "N"}, mode="historical", occurred_on="2011")
    assert refused == "E_KEY_UNKNOWN"


def test_what_is_accepted_is_given_as_its_type() -> None:
    stage = seated()
    entry = stage.entry("nosc", "CommitmentProposed", commitment())
    assert decide(stage.state, entry) == entry.act()


def test_d2_judging_changes_nothing_and_gives_the_same_answer_again() -> None:
    stage = awaiting()
    before = canonical(stage.state.document())
    answers = [stage.refused("nosc", "AgreementSigned", signed(docset=COMMA)) for _time in range(2)]
    assert answers[0].judged_against == answers[1].judged_against
    assert answers[0].also == answers[1].also
    assert canonical(stage.state.document()) == before


def test_every_code_of_a_refusal_is_a_known_one() -> None:
    stage = awaiting()
    for who, type_name, body in (
        ("red", "AgreementSigned", signed()),
        ("nosc", "AgreementSigned", signed(2, COMMA)),
        ("red", "DecisionProposed", proposed("d1", ACT)),
        ("red", "ProgressReported", report()),
    ):
        assert codes(stage.refused(who, type_name, body)) <= set(CODES)
