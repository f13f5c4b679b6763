"""Complaints: filed, admitted, answered or late, resolved; never decided by who is accused, nor by who complains."""

from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from tests.domain.agreements.test_agreement import signed_by
from tests.domain.stage import MEMBERS, Body, Stage, founded, rep, root, seated, sha256, small_scope, text
from tests.domain.tables import Walk, codes

from constancia.domain.complaints.complaint import Complaint
from constancia.domain.derive import Derived, derive
from constancia.domain.kernel.acts import REGISTRY, Recorded
from constancia.domain.kernel.aggregate import Aggregate, Mark
from constancia.domain.kernel.values import digest

Q = "complaint/q1"
DIGEST = f"sha256:{sha256('texto y sal')}"


def filing(name: str = "q1", **changed: Any) -> Body:
    return {
        "against": ["sfp"],
        "complaint": name,
        "kind": "complaint",
        "protected": False,
        "text": text("No publicaron la minuta"),
    } | changed


def protected(name: str = "q1", **changed: Any) -> Body:
    body = filing(name, digest=DIGEST, protected=True, **changed)
    return {member: value for member, value in body.items() if member != "text"}


def admission(name: str = "q1", **changed: Any) -> Body:
    return {"complaint": name, "reasons": text("Trata de un compromiso del comité")} | changed


def resolution(outcome: str = "partly", name: str = "q1", **changed: Any) -> Body:
    return {"complaint": name, "outcome": outcome, "reasons": text("Por la evidencia")} | changed


def filed(who: str = "nosc", **changed: Any) -> Stage:
    stage = seated()
    stage.says(who, "ComplaintFiled", filing(**changed))
    return stage


def admitted(**changed: Any) -> Stage:
    stage = filed(**changed)
    stage.says("inai", "ComplaintAdmitted", admission())
    return stage


def complaint(stage: Stage, name: str = "q1") -> Complaint:
    return stage.find(Complaint, f"complaint/{name}")


def filing_entry(stage: Stage, stream: str = Q) -> Recorded:
    return next(entry for entry in stage.entries if entry.originator_id == stream)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A response as the state holds one."""

    mark: Mark
    answers: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutEntry(Aggregate):
    """What was said about an entry, where the catalogue has no act to say it with."""

    SINCE: ClassVar = 3

    responses: tuple[Given, ...] = ()


def answered(stage: Stage, who: str, **members: Any) -> Stage:
    """A party answers the complaint."""
    leaf = filing_entry(stage).leaf_hash
    if "ResponseGiven" in REGISTRY:
        stage.says(who, "ResponseGiven", {"response": text("Ya se publicó"), "target": leaf}, **members)
        return stage
    voice, when = rep(who), members.get("occurred_on", stage.today)
    mark = Mark(
        index=len(stage.entries), leaf_hash=sha256(f"{who} {stage.now}"), party=who, occurred_on=when,
        recorded_at=f"{stage.now:%Y-%m-%dT%H:%M:%S}.000Z", person=voice.actor["person"],
    )  # fmt: skip
    stream = f"entry/{leaf}"
    before = stage.state.standing(stream)
    responses = before.responses if isinstance(before, AboutEntry) else ()
    about = AboutEntry(stream=stream, version=1, status="noted", responses=(*responses, Given(mark=mark)))
    stage.state._aggregates[stream] = about
    return stage


def facts(stage: Stage, kind: str) -> list[Derived]:
    return [fact for fact in derive(stage.state, stage.now) if fact.kind == kind and fact.stream == Q]


def resolved(outcome: str = "partly") -> Stage:
    stage = admitted().on("2019-06-01")
    stage.says("inai", "ComplaintResolved", resolution(outcome))
    return stage


def dismissed() -> Stage:
    stage = filed()
    stage.says("inai", "ComplaintResolved", resolution("dismissed"))
    return stage


def withdrawn() -> Stage:
    stage = filed()
    stage.says("nosc", "ComplaintResolved", resolution("withdrawn"))
    return stage


def ending(stage: Stage) -> tuple[str, str, Body]:
    """A decision that fits the state: dismissed before it is admitted, found upon afterwards."""
    known = stage.state.standing(Q)
    admitted_before = isinstance(known, Complaint) and known.admission is not None
    return "inai", "ComplaintResolved", resolution("settled" if admitted_before else "dismissed")


WALK = Walk(
    kind="complaint",
    stream=Q,
    table={
        "ComplaintFiled": {"none": "filed"},
        "ComplaintAdmitted": {"filed": "admitted"},
        "ComplaintResolved": {"filed": "dismissed", "admitted": "resolved"},
    },
    reach={
        "none": seated,
        "filed": filed,
        "admitted": admitted,
        "dismissed": dismissed,
        "resolved": resolved,
        "withdrawn": withdrawn,
    },
    acts={
        "ComplaintFiled": lambda _stage: ("nosc", "ComplaintFiled", filing()),
        "ComplaintAdmitted": lambda _stage: ("inai", "ComplaintAdmitted", admission()),
        "ComplaintResolved": ending,
    },
)


@pytest.mark.parametrize(("state", "act"), WALK.pairs())
def test_every_pair_moves_as_the_table_says_or_is_refused(state: str, act: str) -> None:
    WALK.check(state, act)


def test_table_is_the_one_walked() -> None:
    WALK.check_is_the_code()


# Whose cause it is.


def test_26_neither_the_accused_nor_the_filer_decides() -> None:
    for stage, type_name, body in (
        (filed(), "ComplaintAdmitted", admission()),
        (filed(), "ComplaintResolved", resolution("dismissed")),
        (admitted().on("2019-06-01"), "ComplaintResolved", resolution()),
    ):
        assert stage.code("sfp", type_name, body) == "E_SELF_DEALING"
        assert stage.code("nosc", type_name, body) == "E_SELF_DEALING"
        assert stage.code("red", type_name, body) == "E_NOT_SEATED"
        stage.says("inai", type_name, body)


@pytest.mark.parametrize("of", ["sfp", "nosc"])
def test_26_no_person_of_the_accused_or_the_filer_decides_for_another_party(of: str) -> None:
    stage = filed()
    both = stage.join("inai", name="both", person=f"p-{of}")
    refusal = stage.refused(both, "ComplaintAdmitted", admission())
    assert refusal.code == "E_SELF_DEALING"


def test_26_who_filed_in_person_does_not_decide_when_its_appointment_has_ended() -> None:
    stage = filed()
    stage.says(root("nosc"), "RepresentativeRevoked", {"appointment": "ap-nosc", "reason": text("Ya")})
    moved = stage.join("inai", name="moved", person="p-nosc")
    assert stage.code(moved, "ComplaintAdmitted", admission()) == "E_SELF_DEALING"


def test_26_a_member_of_the_accused_and_its_group_do_not_decide() -> None:
    stage = seated()
    member = {"organization": "red", "party": "nosc", "since": "2019-03-01"}
    stage.says(root("nosc"), "MemberOrganizationJoined", member)
    stage.says("inai", "ComplaintFiled", filing(against=["red"]))
    stage.says("red", "ComplaintFiled", filing("q2"))
    for name in ("q1", "q2"):
        assert stage.code("nosc", "ComplaintAdmitted", admission(name)) == "E_SELF_DEALING"
    stage.says("sfp", "ComplaintAdmitted", admission())
    stage.says("inai", "ComplaintAdmitted", admission("q2"))


def test_a_secretariat_neither_files_nor_decides() -> None:
    stage = filed()
    clerk = stage.join("inai", name="clerk", capacity="secretariat")
    assert stage.code(clerk, "ComplaintFiled", filing("q2")) == "E_ROLE"
    assert stage.code(clerk, "ComplaintAdmitted", admission()) == "E_ROLE"


def test_who_has_left_the_body_does_not_decide() -> None:
    assert filed().withdraw("inai").code("inai", "ComplaintAdmitted", admission()) == "E_NOT_SEATED"


def test_friends_found_no_body_to_decide_in() -> None:
    """Neither who complains nor who is accused brings judges of its own."""
    stage = seated()
    stage.outsider("otra")
    stage.body("friends", ("nosc", "red"))
    named = stage.refused("nosc", "ComplaintFiled", filing(governance_body="friends"))
    assert (named.code, named.judged_against["bodies"]) == ("E_POLICY", ["cc"])
    stage.body("shield", ("otra", "sfp"))
    assert stage.code("nosc", "ComplaintFiled", filing()) == "E_POLICY", "of two bodies one is named"
    stage.says("nosc", "ComplaintFiled", filing(governance_body="cc"))
    assert stage.code("otra", "ComplaintResolved", resolution("dismissed")) == "E_NOT_SEATED"
    assert stage.code("red", "ComplaintResolved", resolution("dismissed")) == "E_NOT_SEATED"


@pytest.mark.parametrize("subject", ["commitment/c1", "agreement/ag", "governance/cc", "decision/d-c1"])
def test_a_complaint_belongs_to_the_body_of_its_subject(subject: str) -> None:
    stage = signed_by(*MEMBERS).adopted(scope=small_scope())
    stage.outsider("otra")
    stage.body("shield", ("otra", "sfp"))
    stage.says("nosc", "ComplaintFiled", filing(subject=subject))
    assert complaint(stage).governance_body == "cc"
    assert complaint(stage).concerns == (subject,)
    assert stage.code("nosc", "ComplaintFiled", filing("q2", subject=subject, governance_body="shield")) == "E_POLICY"


# Where no seat may decide.


def all_seats_involved(**changed: Any) -> Stage:
    stage = seated()
    stage.outsider("ogp")
    stage.says("nosc", "ComplaintFiled", filing(against=["inai", "sfp"], **changed))
    return stage


def test_with_all_seats_involved_it_is_decided_by_whom_it_is_addressed_to() -> None:
    stage = all_seats_involved(addressed_to="ogp")
    assert stage.code("red", "ComplaintAdmitted", admission()) == "E_NOT_SEATED"
    stage.says("ogp", "ComplaintAdmitted", admission())
    stage.on("2019-12-12").says("ogp", "ComplaintResolved", resolution("settled"))
    assert complaint(stage).status == "resolved"


def test_with_nobody_to_decide_the_filer_continues_it_elsewhere() -> None:
    stage = all_seats_involved()
    refusal = stage.refused("ogp", "ComplaintAdmitted", admission())
    assert (refusal.code, refusal.judged_against["may"]) == ("E_NOT_SEATED", [])
    stage.says("nosc", "ComplaintFiled", filing("q2", against=["inai", "sfp"], continues="q1", addressed_to="ogp"))
    stage.says("ogp", "ComplaintAdmitted", admission("q2"))
    assert complaint(stage, "q2").concerns == (Q,)
    assert complaint(stage).status == "filed", "the first one stays as it is"


def test_whom_it_is_addressed_to_decides_only_where_no_seat_may() -> None:
    stage = seated()
    stage.outsider("ogp")
    stage.says("nosc", "ComplaintFiled", filing(addressed_to="ogp"))
    refusal = stage.refused("ogp", "ComplaintAdmitted", admission())
    assert (refusal.code, refusal.judged_against["may"]) == ("E_NOT_SEATED", ["inai"])


def test_who_is_silent_beyond_the_term_loses_the_decision_to_whom_it_is_addressed_to() -> None:
    stage = seated()
    stage.outsider("ogp")
    stage.says("nosc", "ComplaintFiled", filing())
    onward = filing("q2", continues="q1", addressed_to="ogp")
    stage.on("2019-03-31").says("nosc", "ComplaintFiled", onward)
    assert stage.code("ogp", "ComplaintAdmitted", admission("q2")) == "E_NOT_SEATED"
    stage.on("2019-04-01").says("ogp", "ComplaintAdmitted", admission("q2"))


def test_a_seat_that_can_not_speak_is_not_waited_for() -> None:
    stage = seated()
    stage.outsider("ogp")
    stage.says("nosc", "ComplaintFiled", filing(addressed_to="ogp"))
    stage.says(root("inai"), "RepresentativeRevoked", {"appointment": "ap-inai", "reason": text("Ya")})
    stage.says(root("inai"), "KeyRevoked", {"key": _key("root-inai"), "reason": "lost"})
    stage.says("ogp", "ComplaintAdmitted", admission())


def _key(name: str) -> str:
    return sha256(f"key of {name}")


@pytest.mark.parametrize("to", ["nosc", "sfp"])
def test_nobody_addresses_a_complaint_to_itself_or_to_the_accused(to: str) -> None:
    assert seated().code("nosc", "ComplaintFiled", filing(addressed_to=to)) == "E_SELF_DEALING"


def test_in_a_ledger_without_bodies_only_whom_it_is_addressed_to_decides() -> None:
    stage = founded()
    stage.outsider("ogp")
    stage.says("nosc", "ComplaintFiled", filing(addressed_to="ogp"))
    assert complaint(stage).governance_body is None
    assert stage.code("inai", "ComplaintAdmitted", admission()) == "E_NOT_SEATED"
    stage.says("ogp", "ComplaintAdmitted", admission())


# Protected.


def test_a_protected_complaint_is_a_digest_a_month_and_a_receipt() -> None:
    stage = seated().on("2019-04-20")
    stage.says("nosc", "ComplaintFiled", protected(), occurred_on="2019-04")
    taken = complaint(stage)
    assert (taken.digest, taken.text, taken.filer, taken.was_taken_in) == (DIGEST, None, "nosc", True)
    stage.says("inai", "ComplaintAdmitted", admission())


@pytest.mark.parametrize("when", ["2019-04-20", "2019-04-01/2019-04-20", "2019-04-01/..", "2019-03/2019-04-01"])
def test_a_protected_complaint_says_no_day(when: str) -> None:
    stage = seated().on("2019-04-20")
    assert "E_DATE" in codes(stage.refused("nosc", "ComplaintFiled", protected(), occurred_on=when))


def test_on_every_day_there_is_a_month_to_say() -> None:
    for day in ("2019-04-01", "2019-04-07", "2019-04-30"):
        stage = seated().on(day)
        stage.says("nosc", "ComplaintFiled", protected(), occurred_on="2019-03/2019-04")


@pytest.mark.parametrize("changed", [{"text": text("Nombre")}, {"pseudonym": "Ana"}, {"digest": None}])
def test_a_protected_complaint_shows_nothing_of_who_complains(changed: dict[str, Any]) -> None:
    body = {name: value for name, value in (protected() | changed).items() if value is not None}
    assert seated().code("nosc", "ComplaintFiled", body, stream=Q, occurred_on="2019-02") == "E_MALFORMED"


def test_the_accused_take_in_no_complaint_neither_do_their_people() -> None:
    stage = seated().on("2019-04-20")
    assert stage.code("sfp", "ComplaintFiled", protected(), occurred_on="2019-04") == "E_SELF_DEALING"
    both = stage.join("nosc", name="both", person="p-sfp")
    assert stage.code(both, "ComplaintFiled", protected(), occurred_on="2019-04") == "E_SELF_DEALING"
    assert stage.code(both, "ComplaintFiled", filing(pseudonym="Ana")) == "E_SELF_DEALING"
    stage.says(both, "ComplaintFiled", filing()), "in its own name a party may still complain"


def test_what_was_only_taken_in_is_not_withdrawn_by_who_took_it_in() -> None:
    stage = seated().on("2019-04-20")
    stage.says("nosc", "ComplaintFiled", protected(), occurred_on="2019-04")
    assert stage.code("nosc", "ComplaintResolved", resolution("withdrawn")) == "E_ROLE"


def test_another_party_may_take_in_the_continuation_of_a_protected_complaint_and_it_stays_protected() -> None:
    stage = seated().on("2019-04-20")
    stage.says("nosc", "ComplaintFiled", protected(), occurred_on="2019-04")
    onward = {"continues": "q1"}
    assert stage.code("red", "ComplaintFiled", filing("q2", **onward)) == "E_POLICY"
    stage.says("red", "ComplaintFiled", protected("q2", **onward), occurred_on="2019-04")


@pytest.mark.parametrize(("value", "allowed"), [("2019-03", True), ("2019-03-11", False)])
def test_no_correction_makes_the_month_a_day(value: str, *, allowed: bool) -> None:
    stage = seated().on("2019-04-20")
    entry = stage.says("nosc", "ComplaintFiled", protected(), occurred_on="2019-04")
    body = {
        "correction": "k1", "field": "occurred_on", "kind": "factual", "new_value": value,
        "old_digest": digest("2019-04"), "reason": text("Era antes"), "target": entry.leaf_hash,
    }  # fmt: skip
    if allowed:
        stage.says("nosc", "CorrectionRecorded", body)
        again = body | {
            "correction": "k2", "field": "body.new_value", "new_value": "2019-03-11",
            "old_digest": digest("2019-03"), "target": stage.entries[-1].leaf_hash,
        }  # fmt: skip
        assert stage.code("nosc", "CorrectionRecorded", again) == "E_CORRECTION_FORBIDDEN"
    else:
        assert stage.code("nosc", "CorrectionRecorded", body) == "E_CORRECTION_FORBIDDEN"


# What is said.


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"against": ["nosc"]}, "E_SELF_DEALING"),
        ({"against": ["nobody"]}, "E_NOT_FOUND"),
        ({"addressed_to": "nobody"}, "E_NOT_FOUND"),
        ({"subject": "commitment/none"}, "E_NOT_FOUND"),
        ({"continues": "none"}, "E_NOT_FOUND"),
        ({"governance_body": "none"}, "E_NOT_FOUND"),
        ({"against": []}, "E_MALFORMED"),
        ({"against": ["sfp", "inai"]}, "E_MALFORMED"),
        ({"kind": "appeal"}, "E_MALFORMED"),
        ({"text": None}, "E_MALFORMED"),
    ],
)
def test_what_can_not_be_filed(changed: dict[str, Any], code: str) -> None:
    body = {name: value for name, value in (filing() | changed).items() if value is not None}
    assert seated().code("nosc", "ComplaintFiled", body, stream=Q) == code


def test_a_concern_may_accuse_nobody_and_then_nobody_owes_an_answer() -> None:
    stage = filed(kind="concern", against=[])
    stage.says("inai", "ComplaintAdmitted", admission())
    assert not facts(stage, "ResponseRequired")
    stage.says("inai", "ComplaintResolved", resolution())


def test_a_complaint_of_before_the_ledger_is_history_and_its_term_runs_from_the_admission() -> None:
    stage = seated()
    stage.says("nosc", "ComplaintFiled", filing(), occurred_on="../2017-05")
    stage.says("inai", "ComplaintAdmitted", admission())
    (fact,) = facts(stage, "ResponseRequired")
    assert fact.params["due"] == "2019-03-31"


def test_deciding_is_not_history() -> None:
    refused = filed().code("inai", "ComplaintAdmitted", admission(), occurred_on="2018-01-01")
    assert refused == "E_DATE"


# Answers, and who is late.


def test_an_answer_is_owed_by_each_accused_from_the_admission_on() -> None:
    stage = seated()
    stage.says("red", "ComplaintFiled", filing(against=["nosc", "sfp"]))
    assert not facts(stage, "ResponseRequired")
    stage.says("inai", "ComplaintAdmitted", admission())
    owed = facts(stage, "ResponseRequired")
    assert [(fact.params["party"], fact.params["due"], fact.params["days"]) for fact in owed] == [
        ("nosc", "2019-03-31", 30),
        ("sfp", "2019-03-31", 30),
    ]
    assert {fact.known_index for fact in owed} == {stage.entries[-1].index}


def missed(stage: Stage) -> list[object]:
    return [fact.params["target"] for fact in facts(stage, "DeadlineMissed")]


def test_18_a_term_ends_with_its_last_day_in_the_ledgers_zone() -> None:
    """Admitted on 7 September, due on 7 October, which ends at 05:00Z in Mexico; 13 days late on the 20th."""
    stage = filed().on("2019-09-07")
    stage.says("inai", "ComplaintAdmitted", admission())
    assert missed(stage.on("2019-10-08T04:59:59Z")) == []
    assert missed(stage.on("2019-10-08T05:00:00Z")) == ["response sfp"]
    (fact,) = facts(stage, "DeadlineMissed")
    assert (fact.since, fact.params["window"]) == ("2019-10-08T05:00:00Z", "2019-10-07")
    answered(stage.on("2019-10-20"), "sfp")
    (fact,) = facts(stage, "DeadlineMissed")
    assert (fact.params["claimed_on"], fact.params["recorded_at"]) == ("2019-10-20", "2019-10-20T18:00:00.000Z")


def test_an_answer_in_time_is_no_missed_deadline_at_any_later_time() -> None:
    stage = answered(admitted().on("2019-03-31"), "sfp")
    assert missed(stage.on("2020-01-01")) == []


def test_a_word_of_others_is_no_answer_of_the_accused() -> None:
    if "ResponseGiven" in REGISTRY:
        leaf = filing_entry(admitted()).leaf_hash
        stage = admitted()
        leaf = filing_entry(stage).leaf_hash
        assert stage.code("inai", "ResponseGiven", {"response": text("X"), "target": leaf}) == "E_ROLE"
    else:
        stage = answered(admitted(), "inai")
    assert missed(stage.on("2020-01-01")) == ["response sfp"]


def test_15_silence_and_a_resolution_do_not_unmake_a_missed_deadline() -> None:
    stage = resolved()
    assert missed(stage) == ["response sfp"]


def test_who_admits_sets_no_term_of_its_own() -> None:
    for due in ("2019-03-05", "2029-01-01"):
        refusal = filed().refused("inai", "ComplaintAdmitted", admission(due=due))
        assert (refusal.code, refusal.judged_against["expected"]) == ("E_DATE", "2019-03-31")
    filed().says("inai", "ComplaintAdmitted", admission(due="2019-03-31"))


def test_28_the_term_is_that_of_the_rules_when_it_was_filed() -> None:
    stage = seated()
    rules = {"response_term_days": {"rule_source": "adopted", "value": 10}}
    stage.each("GovernanceRulesAdopted", {"governance_body": "cc", "rules": rules, "version": 1})
    stage.says("nosc", "ComplaintFiled", filing())
    longer = {"response_term_days": {"rule_source": "adopted", "value": 3000}}
    stage.each("GovernanceRulesAdopted", {"governance_body": "cc", "rules": longer, "version": 2})
    stage.says("inai", "ComplaintAdmitted", admission())
    (fact,) = facts(stage, "ResponseRequired")
    assert fact.params["due"] == "2019-03-11"


@pytest.mark.parametrize("value", [0, -1, True, "30", 100_000])
def test_a_term_is_a_number_of_days(value: object) -> None:
    rules = {"response_term_days": {"rule_source": "adopted", "value": value}}
    said = {"governance_body": "cc", "rules": rules, "version": 1}
    assert seated().code("inai", "GovernanceRulesAdopted", said) == "E_POLICY"


# How it ends.


@pytest.mark.parametrize("outcome", ["upheld", "partly", "not_upheld"])
def test_nothing_is_found_before_the_accused_were_heard(outcome: str) -> None:
    stage = admitted().on("2019-03-31")
    refusal = stage.refused("inai", "ComplaintResolved", resolution(outcome))
    assert (refusal.code, refusal.judged_against["awaited"]) == ("E_STATE", ["sfp"])
    answered(stage, "sfp").says("inai", "ComplaintResolved", resolution(outcome))
    admitted().on("2019-04-01").says("inai", "ComplaintResolved", resolution(outcome))


def test_what_is_not_admitted_is_dismissed_and_what_is_admitted_is_not() -> None:
    for outcome in ("upheld", "partly", "not_upheld", "settled"):
        assert filed().code("inai", "ComplaintResolved", resolution(outcome)) == "E_STATE"
    assert admitted().code("inai", "ComplaintResolved", resolution("dismissed")) == "E_STATE"


@pytest.mark.parametrize("who", ["inai", "sfp", "red"])
def test_only_its_filer_withdraws_a_complaint(who: str) -> None:
    assert filed().code(who, "ComplaintResolved", resolution("withdrawn")) == "E_ROLE"


def test_remedies_exist_and_fit_the_outcome() -> None:
    stage = admitted().on("2019-06-01")
    assert stage.code("inai", "ComplaintResolved", resolution(remedies=["commitment/none"])) == "E_NOT_FOUND"
    remedies = ["governance/cc"]
    assert stage.code("inai", "ComplaintResolved", resolution("not_upheld", remedies=remedies)) == "E_POLICY"
    stage.says("inai", "ComplaintResolved", resolution("upheld", remedies=remedies))


def appeal(**changed: Any) -> Body:
    return filing("q2", kind="appeal", continues="q1", **changed)


def test_a_dismissal_is_open_to_appeal_and_who_dismissed_does_not_judge_it() -> None:
    stage = dismissed()
    stage.outsider("ogp")
    stage.says("nosc", "ComplaintFiled", appeal(addressed_to="ogp"))
    assert stage.code("inai", "ComplaintAdmitted", admission("q2")) == "E_SELF_DEALING"
    stage.says("ogp", "ComplaintAdmitted", admission("q2"))


def test_no_other_accused_make_judges_of_the_former_ones() -> None:
    stage = dismissed()
    stage.says("nosc", "ComplaintFiled", appeal(against=["inai"]))
    assert stage.code("sfp", "ComplaintResolved", resolution("dismissed", "q2")) == "E_SELF_DEALING"


def test_who_is_accused_appeals_what_was_found_against_it_and_nothing_else() -> None:
    stage = resolved("upheld")
    stage.says("sfp", "ComplaintFiled", appeal(against=["inai"]))
    for other in (dismissed(), resolved("not_upheld"), resolved("settled")):
        assert other.code("sfp", "ComplaintFiled", appeal(against=["inai"])) == "E_ROLE"
    assert resolved("upheld").code("red", "ComplaintFiled", appeal()) == "E_ROLE"


def test_what_is_open_is_continued_and_what_is_decided_appealed() -> None:
    assert filed().code("nosc", "ComplaintFiled", appeal()) == "E_STATE"
    assert dismissed().code("nosc", "ComplaintFiled", filing("q2", continues="q1")) == "E_STATE"
    assert filed().code("red", "ComplaintFiled", filing("q2", continues="q1")) == "E_ROLE"


def test_a_party_continues_a_complaint_once() -> None:
    stage = filed()
    stage.says("nosc", "ComplaintFiled", filing("q2", continues="q1"))
    assert stage.code("nosc", "ComplaintFiled", filing("q3", continues="q1")) == "E_ALREADY_SIGNED"
    stage.says("nosc", "ComplaintFiled", filing("q3", continues="q2"))
