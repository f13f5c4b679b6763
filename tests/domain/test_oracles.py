"""The history of the agreement, from the withdrawal of 2017 to 2020: what must be true at which size and on which day.

Dates, parties and the four activities are the agreement's; votes, contests and delays are invented. The expected
answers are written down from the history, not computed.
"""

import json
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from tests.domain.stage import (
    MEMBERS,
    ORIGIN,
    Body,
    Stage,
    act_of,
    commitment,
    doc,
    evidence,
    founded,
    key_id,
    proposed,
    registration,
    rep,
    root,
    text,
)
from tests.rows import each_row

from constancia.domain.agreements.agreement import Agreement
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.deliverables.deliverable import DeliverableState
from constancia.domain.facts.derive import DerivedFact, derive, flags, was_member
from constancia.domain.governance.body import GovernanceBody
from constancia.domain.governance.decision import Decision
from constancia.domain.identity.key import Key
from constancia.domain.remarks.correction import Correction
from constancia.domain.remarks.entry_standing import contested_level
from constancia.domain.state import State, replay
from constancia.domain.values.calendar import Certainty
from constancia.domain.values.values import digest

SCOPE: Body = json.loads(
    (Path(__file__).resolve().parents[2] / "examples" / "roadmap-2019" / "scope.json").read_text(encoding="utf-8")
)
DOCSET: Body = {"authentic": "es", "documents": [doc("hoja de ruta", "es"), doc("road map", "en")]}
SIGNED: Body = {"agreement": "ag-1", "docset": digest(DOCSET), "version": 1}
DECEMBER = datetime(2020, 12, 31, tzinfo=UTC)


def scope(**items: Any) -> Body:
    """The agreed scope with items replaced by identifier."""
    found: Body = json.loads(json.dumps(SCOPE))
    for name, changed in items.items():
        for member in ("actions", "deliverables", "milestones"):
            for item in found[member]:
                if item[member[:-1]].replace(".", "_") == name:
                    item.update(changed)
    return found


def change(scope: Body, declared: str, version: int, decision: str) -> Body:
    return {"commitment": "rm", "decision": decision, "declared_kind": declared, "from_version": version,
            "scope": scope}  # fmt: skip


def proposal(scope: Body, declared: str, version: int = 1) -> Body:
    body = change(scope, declared, version, "x")
    del body["decision"]
    return body | {"proposal": "sp-1", "reasons": text("Razones")}


WITHOUT_TIMES = scope(d3_2={"contents": ["actions", "actors", "products"]})
WITH_SESSIONS = scope()
WITH_SESSIONS["actions"].insert(2, {"action": "a3.2", "milestone": "m3", "text": text("Validar en ambas lenguas")})
RESCHEDULED: Body = json.loads(json.dumps(WITH_SESSIONS))
RESCHEDULED["milestones"][2]["window"] = "2019-06/2019-11"


def beginnings() -> Stage:
    """Until the agreement is drafted and frozen."""
    stage = founded()
    stage.outsider("red")
    stage.outsider("consultora")
    past = {"mode": "historical"}
    body = {
        "governance_body": "stt", "mandate": text("Coordinar"), "members": list(MEMBERS), "name": text("STT"),
    }  # fmt: skip
    for party in MEMBERS:
        stage.says(party, "GovernanceBodyEstablished", body, occurred_on="2011-12", **past)
    reduction = {
        "alleged_actor": text("Dependencias"), "allegation": "plan-3", "description": text("Se redujo"),
        "evidence": [], "kind": "scope_reduction", "plan": "plan-3", "since": "../2017-05", "unilateral": True,
    }  # fmt: skip
    stage.says("nosc", "AllegationMade", reduction, occurred_on="../2017-05", **past)
    withdrawal = {"effective": "2017-05", "governance_body": "stt", "grounds": text("Denuncias"), "party": "nosc"}
    stage.says(root("nosc"), "PartyWithdrew", withdrawal, occurred_on="2017-05", **past)
    back = {"conditions": text("Acuerdo"), "effective": "2019-03-01", "governance_body": "stt", "party": "nosc"}
    stage.says(root("nosc"), "PartyReturned", back)
    stage.each("PartyReturned", back, ("inai", "sfp"))
    stage.body("cc", predecessor="stt").rules(decision_rule="unanimity", abstention="neutral")
    draft = {
        "agreement": "ag-1", "docset": DOCSET, "parties": list(MEMBERS), "title": text("Hoja de ruta"), "version": 1,
    }  # fmt: skip
    stage.says("inai", "AgreementDrafted", draft)
    stage.says("inai", "AgreementTextFrozen", SIGNED | {"required": list(MEMBERS)})
    return stage


def agreed() -> Stage:
    """Signed by two on 1 March, by the third on the 2nd for the 1st."""
    stage = beginnings()
    stage.each("AgreementSigned", SIGNED, ("nosc", "inai"))
    stage.on("2019-03-02").says("sfp", "AgreementSigned", SIGNED, occurred_on="2019-03-01")
    return stage


def adopted() -> Stage:
    stage = agreed()
    return stage.adopted("rm", SCOPE)


def delivered(name: str, version: int = 1, **more: Any) -> Body:
    return {"commitment": "rm", "deliverable": name, "document": doc(f"{name} v{version}"), "version": version} | more


def done(name: str) -> Body:
    return {"commitment": "rm", "evidence": [evidence()], "milestone": name}


def activities() -> Stage:
    """Activities 1 and 2: a delivery in the last half hour, a contest, a revision, a rotated key."""
    stage = adopted().fill("consultant", "consultora", "rm")
    forum = {"about": {"commitment": "rm", "deliverable": "d1.1"}, "gathering": "forum", "window": "2019-03-26"}
    more = {"agenda": [], "kind": "forum", "open_to": text("Público"), "title": text("Foro")}
    stage.says("sfp", "GatheringConvened", forum | more)
    stage.on("2019-03-26").says("inai", "GatheringHeld", forum | {"attendance": 180})
    for name in ("d1.2", "d1.4"):
        stage.says("consultora", "DeliverableSubmitted", delivered(name))
    stage.on("2019-04-22").says("sfp", "MilestoneCompleted", done("m1"), occurred_on="2019-03-26")
    stage.on("2019-05-25T04:30:00Z").says("consultora", "DeliverableSubmitted", delivered("d2.1"))
    contest = {
        "commitment": "rm", "contest": "x-1", "deliverable": "d2.1", "evidence": [],
        "grounds": text("Omite el control judicial"), "version": 1,
    }  # fmt: skip
    stage.on("2019-05-29").says("red", "DeliverableContested", contest)
    stage.on("2019-06-03").says("inai", "KeyRotated", {"key": key_id("rep-inai"), "new_key": key_id("second-inai")})
    second = rep("inai", key="second-inai")
    stage.says(second, "KeyRegistered", registration("inai", "second-inai", "ap-inai"))
    stage.says(root("inai"), "KeyEndorsed", {"key": key_id("second-inai"), "valid_from": "2019-06-03"})
    revised = delivered("d2.1", 2, answers=["x-1"], changes=text("Añade el control judicial"))
    stage.on("2019-06-05").says("consultora", "DeliverableRevised", revised)
    accepted = {"commitment": "rm", "deliverable": "d2.1", "version": 2}
    stage.on("2019-06-07")
    for who in (second, "nosc", "sfp"):
        stage.says(who, "DeliverableAccepted", accepted)
    stage.says("consultora", "MilestoneCompleted", done("m2"), occurred_on="2019-05-24")
    return stage


def vote(stage: Stage, name: str, act: Body, votes: dict[str, str]) -> None:
    """Puts an act to the vote on its first day; INAI speaks with its second key."""
    second = rep("inai", key="second-inai")
    stage.says(second, "DecisionProposed", proposed(name, act))
    for party, choice in votes.items():
        who = second if party == "inai" else party
        stage.says(who, "VoteCast", {"choice": choice, "decision": name, "digest": digest(act)})
    if set(votes.values()) == {"for"}:
        for party in votes:
            who = second if party == "inai" else party
            stage.says(who, "DecisionSigned", {"decision": name, "digest": digest(act)})


def build_history() -> Stage:
    """Scope changes, missed deadlines, a late deferral, a compromised key, a contest and a correction."""
    stage = activities()
    stage.on("2019-07-02").says("sfp", "ScopeChangeProposed", proposal(WITHOUT_TIMES, "reduction"))
    reduction = act_of("ScopeChanged", change(WITHOUT_TIMES, "reduction", 1, "d-2"))
    vote(stage, "d-2", reduction, {"sfp": "for", "inai": "abstain", "nosc": "against"})
    stage.on("2019-07-05").says("nosc", "DissentRecorded", {"decision": "d-2", "text": text("El alcance es la vara")})
    for day, name, new, kind, version in (
        ("2019-07-10", "d-3", WITH_SESSIONS, "extension", 1),
        ("2019-09-10", "d-4", RESCHEDULED, "deferral", 2),
    ):
        body = change(new, kind, version, name)
        vote(stage.on(day), name, act_of("ScopeChanged", body), dict.fromkeys(MEMBERS, "for"))
        stage.says("sfp", "ScopeChanged", body)
    stage.on("2019-10-15").says("consultora", "DeliverableSubmitted", delivered("d3.1"))
    voice = stage.on("2020-01-15").join("sfp", name="j", valid_from="2020-02-01")
    report = {
        "commitment": "rm", "evidence": [evidence()], "level": "substantial", "narrative": text("Avance"),
        "period": "2020", "report": "r-1",
    }  # fmt: skip
    reported = stage.on("2020-07-25").says(voice, "ProgressReported", report)
    compromise = {"compromised_since": "2020-07-20", "key": key_id("rep-j")}
    stage.on("2020-08-03").says(root("sfp"), "KeyCompromised", compromise)
    affirmed = {"key": key_id("rep-j"), "target": reported.leaf_hash, "verdict": "affirmed"}
    stage.on("2020-08-05").says("sfp", "SignatureReaffirmed", affirmed)
    stage.on("2020-08-10").contest("nosc", reported, own_level="limited")
    correction = {
        "correction": "co-1", "field": "occurred_on", "kind": "factual", "new_value": "2019-05-23",
        "old_digest": digest("2019-05-24"), "reason": text("Dos fuentes"),
        "target": next(one.leaf_hash for one in stage.entries if one.statement["body"].get("milestone") == "m2"),
    }  # fmt: skip
    stage.on("2020-12-16").says("consultora", "CorrectionRecorded", correction)
    return stage


@cache
def _entries() -> Stage:
    return build_history()


def history() -> Stage:
    """The whole history on a stage of its own."""
    told = _entries()
    stage = Stage(state=State(ORIGIN), now=told.now)
    for entry in told.entries:
        stage.undos.append(stage.state.apply(entry, lookup=told.lookup))
        stage.entries.append(entry)
    return stage


def facts(stage: Stage, kind: str, at: datetime = DECEMBER) -> list[DerivedFact]:
    return [one for one in derive(stage.state, at) if one.kind == kind]


def at_size(stage: Stage, size: int) -> State:
    return replay(stage.entries[:size], ORIGIN, stage.lookup)


def road_map(stage: Stage) -> Commitment:
    return stage.find(Commitment, "commitment/rm")


def test_6_two_of_three_have_signed_and_the_agreement_is_not_in_force() -> None:
    stage = beginnings()
    stage.each("AgreementSigned", SIGNED, ("nosc", "inai"))
    found = stage.find(Agreement, "agreement/ag-1")
    assert (found.status, found.current.missing) == ("partially_signed", ("sfp",))
    assert facts(stage, "AgreementEnteredIntoForce") == []


def test_6_in_force_exactly_at_the_third_signature_from_the_first_of_march_known_since_the_second() -> None:
    stage = agreed()
    (fact,) = facts(stage, "AgreementEnteredIntoForce")
    third = stage.entries[-1]
    assert (fact.since, fact.known_index) == ("2019-03-01", third.index)
    assert third.recorded_at.startswith("2019-03-02")
    # The bitemporal case: what the log knew one entry earlier of the same day.
    before = derive(at_size(stage, len(stage.entries) - 1), DECEMBER)
    assert [one for one in before if one.kind == "AgreementEnteredIntoForce"] == []


@each_row(
    ("day", "answer"),
    [
        (date(2011, 11, 30), Certainty.NO),
        (date(2011, 12, 15), Certainty.POSSIBLY),
        (date(2016, 1, 1), Certainty.YES),
        (date(2017, 5, 10), Certainty.POSSIBLY),
        (date(2018, 1, 1), Certainty.NO),
        (date(2019, 2, 28), Certainty.NO),
        (date(2019, 3, 1), Certainty.NO),  # it returned, and the committee took the secretariat's place that day
    ],
)
def test_18_was_nosc_a_member_on_that_day(day: date, answer: Certainty) -> None:
    assert was_member(history().find(GovernanceBody, "governance/stt"), "nosc", day) is answer


def test_d6_the_predecessors_seats_end_when_the_committee_is_founded() -> None:
    stage = history()
    before = stage.find(GovernanceBody, "governance/stt")
    assert (before.status, before.seated) == ("succeeded", ())
    assert stage.find(GovernanceBody, "governance/cc").seated == MEMBERS


def test_an_outsider_was_never_a_member() -> None:
    assert was_member(history().find(GovernanceBody, "governance/stt"), "red", date(2016, 1, 1)) is Certainty.NO


def test_8_the_scope_is_version_1_until_the_third_decision_and_the_baseline_stays_readable() -> None:
    stage = history()
    found = road_map(stage)
    assert [(one.version, one.computed_kind) for one in found.scopes] == [
        (1, "baseline"), (2, "extension"), (3, "deferral"),
    ]  # fmt: skip
    assert found.scopes[0].scope.to_json() == SCOPE
    rejected = next(entry.index for entry in stage.entries if entry.originator_id == "decision/d-3")
    before = at_size(stage, rejected).aggregates["commitment/rm"]
    assert isinstance(before, Commitment)
    assert len(before.scopes) == 1


def test_9_one_rejected_reduction_is_listed_with_its_dissent() -> None:
    stage = history()
    assert [one.computed_kind for one in road_map(stage).proposals] == ["reduction"]
    decision = stage.find(Decision, "decision/d-2")
    assert (decision.status, [one.mark.party for one in decision.dissents]) == ("rejected", ["nosc"])
    (fact,) = facts(stage, "DecisionRejected")
    assert fact.params == {"rule_version": 1, "abstain": 1, "against": 1, "for": 1, "not_cast": 0}


def test_9_dropping_the_times_is_not_a_clarification() -> None:
    stage = activities().on("2019-07-01")
    refusal = stage.refused("sfp", "ScopeChangeProposed", proposal(WITHOUT_TIMES, "clarification"))
    assert refusal.code == "E_SCOPE_LABEL"
    assert refusal.judged_against["removed"] == ["deliverables/d3.2/contents/times"]


def test_18_delivered_at_half_past_eleven_at_night_is_on_time() -> None:
    missed = {one.params["target"] for one in facts(history(), "DeadlineMissed")}
    assert "deliverable d2.1" not in missed
    entry = next(one for one in history().entries if one.statement["body"].get("deliverable") == "d2.1")
    assert (entry.recorded_at, entry.statement["occurred_on"]) == ("2019-05-25T04:30:00.000Z", "2019-05-24")


def test_27_the_accepted_file_is_version_2_and_version_1_stays_contested() -> None:
    found = history().find(DeliverableState, "deliverable/rm.d2.1")
    assert (found.status, found.accepted_version) == ("accepted", 2)
    assert found.current.document.sha256 == doc("d2.1 v2")["sha256"]
    assert [(one.version, one.answered_in) for one in found.contests] == [(1, 2)]


@each_row(
    ("instant", "missed"),
    [(datetime(2019, 9, 1, 4, 59, 59, tzinfo=UTC), False), (datetime(2019, 9, 1, 5, tzinfo=UTC), True)],
)
def test_15_silence_is_overdue_from_the_first_instant_after_the_window(instant: datetime, *, missed: bool) -> None:
    found = {one.params["target"] for one in facts(history(), "DeadlineMissed", instant)}
    assert ({"milestone m3", "deliverable d3.1", "deliverable d3.2", "deliverable d3.3"} <= found) is missed


def test_15_a_deferral_recorded_after_the_deadline_hides_nothing_and_delivers_a_second_one() -> None:
    missed = [one for one in facts(history(), "DeadlineMissed") if one.params["target"] == "milestone m3"]
    assert [one.since for one in missed] == ["2019-09-01T05:00:00Z", "2019-12-01T06:00:00Z"]


def test_15_delivered_within_the_new_window_is_missed_for_the_old_one_alone() -> None:
    missed = [one for one in facts(history(), "DeadlineMissed") if one.params["target"] == "deliverable d3.1"]
    assert [one.since for one in missed] == ["2019-09-01T05:00:00Z"]


@each_row("year", [2020, 2025, 2999])
def test_18_an_open_end_is_never_overdue(year: int) -> None:
    found = facts(history(), "DeadlineMissed", datetime(year, 1, 1, tzinfo=UTC))
    assert not [one for one in found if "m4" in str(one.params["target"]) or "d4" in str(one.params["target"])]


def test_15_a_milestone_recorded_long_after_its_day_is_a_claim_next_to_the_missed_deadline() -> None:
    missed = {one.params["target"]: one.params for one in facts(history(), "DeadlineMissed")}
    late = {name: params for name, params in missed.items() if name in ("milestone m1", "milestone m2")}
    assert all("claimed_on" in params and "recorded_at" in params for params in late.values())


def test_10_the_level_is_substantial_by_itself_and_limited_by_who_contests() -> None:
    found = road_map(history())
    assert (found.self_level, contested_level(history().state, found)) == ("substantial", "limited")
    assert flags(history().state, found, DECEMBER) == ("contested", "overdue", "scope_reduced")


def test_3_what_the_first_key_signed_is_valid_for_ever_and_it_signs_no_more() -> None:
    stage = activities()
    assert stage.status("agreement/ag-1") == "in_force"
    accepted = {"commitment": "rm", "deliverable": "d2.1", "version": 2}
    assert stage.on("2019-06-04").code("inai", "DeliverableAccepted", accepted) == "E_KEY_NOT_ACTIVE"


def test_26_who_submitted_does_not_accept() -> None:
    stage = activities()
    accepted = {"commitment": "rm", "deliverable": "d2.1", "version": 2}
    assert stage.code("consultora", "DeliverableAccepted", accepted) == "E_SELF_DEALING"


def test_3_nobody_speaks_before_the_appointment_begins() -> None:
    stage = activities().on("2020-01-15")
    voice = stage.join("sfp", name="j", valid_from="2020-02-01")
    report = {
        "commitment": "rm", "evidence": [], "level": "limited", "narrative": text("A"), "period": "2020", "report": "r",
    }  # fmt: skip
    assert stage.on("2020-01-20").code(voice, "ProgressReported", report) == "E_APPOINTMENT_NOT_IN_FORCE"
    stage.on("2020-02-03").says(voice, "ProgressReported", report)


def test_3_the_suspect_report_was_reaffirmed() -> None:
    key = history().find(Key, f"key/{key_id('rep-j')}")
    (verdict,) = key.reaffirmed
    assert (key.status, verdict[1]) == ("compromised", "affirmed")


def test_21_the_corrected_date_stands_beside_the_old_one() -> None:
    stage = history()
    found = stage.find(Correction, "correction/co-1")
    assert (found.new_value, found.old_digest) == ("2019-05-23", digest("2019-05-24"))
    assert stage.entries[found.target_index].statement["occurred_on"] == "2019-05-24"


def test_7_a_second_signature_of_the_same_party_is_refused() -> None:
    stage = beginnings()
    stage.says("inai", "AgreementSigned", SIGNED)
    other = stage.join("inai", name="g")
    assert stage.code(other, "AgreementSigned", SIGNED) == "E_ALREADY_SIGNED"


def test_9_one_party_alone_can_not_reduce_a_scope() -> None:
    stage = history()
    assert stage.code("sfp", "ScopeChanged", change(WITHOUT_TIMES, "reduction", 3, "d-9")) == "E_NOT_FOUND"
    assert stage.code("sfp", "ScopeChanged", change(WITHOUT_TIMES, "reduction", 3, "d-2")) == "E_POLICY"


def test_25_the_commitment_is_not_proposed_twice() -> None:
    assert history().code("nosc", "CommitmentProposed", commitment("rm")) == "E_STATE"
