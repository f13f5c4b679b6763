"""Each rule that an edition of the law changed, under every edition: an edition never changes afterwards (E3)."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.domain.agreements.test_agreement import draft, frozen
from tests.domain.commitments.test_commitment import started
from tests.domain.governance.test_body import comeback, rules
from tests.domain.governance.test_membership import establishing
from tests.domain.identity.test_key import compromise, endorse, reaffirm
from tests.domain.stage import (
    MEMBERS,
    Body,
    Stage,
    act_of,
    appointment,
    commitment,
    doc,
    key_id,
    milestone,
    proposed,
    registration,
    rep,
    root,
    seated,
    small_scope,
    text,
)
from tests.domain.tables import codes
from tests.rows import each_row

from constancia.domain.agreements.agreement import Agreement
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.facts.derive import derive
from constancia.domain.governance.body import GovernanceBody
from constancia.domain.governance.decision import Decision
from constancia.domain.identity.genesis import LedgerState
from constancia.domain.values.editions import NEWEST
from constancia.domain.values.values import digest

LATE = datetime(2021, 1, 1, tzinfo=UTC)


def kinds(stage: Stage, at: datetime = LATE) -> list[str]:
    return [fact.kind for fact in derive(stage.state, at)]


def body(stage: Stage, name: str = "cc") -> GovernanceBody:
    return stage.find(GovernanceBody, f"governance/{name}")


# What is said, and what comes of it: a code, or what is there afterwards.


def kind_of_party(stage: Stage) -> object:
    return stage.code_of(
        "inai", "PartyRegistered", {"kind": "coop", "legal_name": text("C"), "party": "coop"}, stream="party/coop"
    )


def capacity(stage: Stage) -> object:
    body = appointment("inai", "vocal", capacity="vocal")
    return stage.code_of(root("inai"), "RepresentativeAppointed", body, stream="appointment/ap-vocal")


def day_of_genesis(stage: Stage) -> object:
    return stage.find(LedgerState, "ledger").opened_at is not None


def body_of_a_proposal(stage: Stage) -> object:
    stage.says("nosc", "CommitmentProposed", commitment())
    return stage.find(Commitment, "commitment/c1").governance_body


def proposal_of_who_sits_nowhere(stage: Stage) -> object:
    return stage.code_of("red", "CommitmentProposed", commitment())


def founders_root_restored(stage: Stage) -> object:
    stage.lose("root-nosc").says(root("nosc", key="new"), "KeyRegistered", registration("nosc", "new"))
    return stage.code_of(root("inai"), "KeyEndorsed", endorse("new"))


def expired_root(stage: Stage) -> object:
    """Whether a founder gives a party another root while its own expires, and on the day after."""
    stage.says("inai", "PartyRegistered", {"kind": "academia", "legal_name": text("U"), "party": "u"})
    for key in ("first", "second", "third"):
        stage.says(root("u", key=key), "KeyRegistered", registration("u", key))
    stage.says(root("inai"), "KeyEndorsed", endorse("first", valid_until="2019-03-31"))
    on_its_last_day = stage.on("2019-03-31").code_of(root("inai"), "KeyEndorsed", endorse("second"))
    return on_its_last_day, stage.on("2019-04-01").code_of(root("inai"), "KeyEndorsed", endorse("third"))


def rules_without_who_can_not_speak(stage: Stage) -> object:
    stage.lose("rep-sfp", "root-sfp").each("GovernanceRulesAdopted", rules(), ("inai", "nosc"))
    return len(body(stage).rules)


def rules_said_again_when_it_suffices(stage: Stage) -> object:
    stage.each("GovernanceRulesAdopted", rules(), ("inai", "nosc"))
    return stage.withdraw("sfp").code_of("inai", "GovernanceRulesAdopted", rules())


def return_said_again_when_it_suffices(stage: Stage) -> object:
    stage.withdraw("nosc").says(root("nosc"), "PartyReturned", comeback())
    stage.says("inai", "PartyReturned", comeback())
    return stage.withdraw("sfp").code_of("inai", "PartyReturned", comeback())


def seats_of_a_predecessor(stage: Stage) -> object:
    stage.each("GovernanceBodyEstablished", establishing(predecessor="cc"))
    return body(stage).status


def withdrawal_dated_before_the_last_word(stage: Stage) -> object:
    put_to_the_vote(stage.on("2019-03-05"))
    left = []
    for day in ("2019-03-04", "2019-03-05"):
        there = stage.copy().on("2019-03-08")
        leaving = {"effective": day, "governance_body": "cc", "grounds": text("Ya"), "party": "nosc"}
        there.says(root("nosc"), "PartyWithdrew", leaving)
        seat = body(there).seat("nosc")
        left.append(seat and seat.changes[-1][1])
    return left


ADOPTION: Body = {"commitment": "c1", "decision": "d1", "scope": small_scope()}
ACT = act_of("CommitmentAdopted", ADOPTION)
CHANGE: Body = {
    "commitment": "c1", "decision": "d2", "declared_kind": "clarification", "from_version": 1,
    "scope": small_scope(milestones=[milestone(window="2019-03-01/2019-03-05")]),
}  # fmt: skip
WORD = {"decision": "d1", "digest": digest(ACT)}


def put_to_the_vote(stage: Stage, **changed: Any) -> Decision:
    stage.says("nosc", "CommitmentProposed", commitment())
    stage.says("nosc", "DecisionProposed", proposed("d1", ACT, **changed))
    return stage.find(Decision, "decision/d1")


def last_day_and_rules_of_a_vote(stage: Stage) -> object:
    decision = put_to_the_vote(stage)
    return decision.closes, decision.rule_version


def rule_that_decides_on_a_scope(stage: Stage) -> object:
    return put_to_the_vote(stage.rules(decision_rule="majority")).decision_rule


def vote_on_what_can_not_be_recorded(stage: Stage) -> object:
    change = act_of("ScopeChanged", CHANGE | {"from_version": 7})
    return stage.adopted().code_of("nosc", "DecisionProposed", proposed("d2", change))


def signature_of_who_has_left(stage: Stage) -> object:
    """A decision for which a party voted that left before it signed."""
    put_to_the_vote(stage)
    stage.each("VoteCast", WORD | {"choice": "for"})
    stage.withdraw("sfp").each("DecisionSigned", WORD, ("inai", "nosc"))
    return stage.status("decision/d1")


def signature_said_again_when_it_suffices(stage: Stage) -> object:
    put_to_the_vote(stage)
    stage.each("VoteCast", WORD | {"choice": "for"})
    stage.each("DecisionSigned", WORD, ("inai", "nosc"))
    return stage.withdraw("sfp").code_of("nosc", "DecisionSigned", WORD), stage.status("decision/d1")


def vote_against_of_who_has_left(stage: Stage) -> object:
    put_to_the_vote(stage)
    stage.says("sfp", "VoteCast", WORD | {"choice": "against"})
    stage.withdraw("sfp").each("VoteCast", WORD | {"choice": "for"}, ("inai", "nosc"))
    return stage.status("decision/d1")


def work_for_a_role_that_nobody_fills(stage: Stage) -> object:
    stage.adopted("c1", small_scope(milestones=[milestone(lead=["consultant"])]))
    delivered = {"commitment": "c1", "deliverable": "e1", "document": doc(), "version": 1}
    return stage.code_of("red", "DeliverableSubmitted", delivered), stage.code_of("red", "WorkStarted", started())


def work_of_a_member_that_nobody_named(stage: Stage) -> object:
    """Of a party with a seat, where others are named, and where the working groups are: those were the members once."""
    delivered = {"commitment": "c1", "deliverable": "e1", "document": doc(), "version": 1}
    stages = (stage.copy().adopted(), stage.adopted("c1", small_scope(milestones=[milestone(lead=["working-groups"])])))
    return [each.code_of("nosc", "DeliverableSubmitted", delivered) for each in stages]


def work_on_what_left_the_scope(stage: Stage) -> object:
    """A former responsible delivers it, since the second edition; another party never."""
    stage.adopted()
    change = CHANGE | {"declared_kind": "reduction", "scope": small_scope(deliverables=[])}
    stage.decided("d2", act_of("ScopeChanged", change)).says("inai", "ScopeChanged", change)
    delivered = {"commitment": "c1", "deliverable": "e1", "document": doc(), "version": 1}
    return [codes(stage.refused(party, "DeliverableSubmitted", delivered)) for party in ("inai", "nosc")]


def absent_from_a_baseline(stage: Stage) -> object:
    """Who sits and has not signed: in the first edition a majority bound all, later only who can't speak is missing."""
    put_to_the_vote(stage.rules(decision_rule="majority"))
    by_majority = stage.state.edition == 1
    stage.each("VoteCast", WORD | {"choice": "for"}, ("inai", "nosc"))
    stage.says("sfp", "VoteCast", WORD | {"choice": "against" if by_majority else "for"})
    if not by_majority:
        stage.lose("rep-sfp", "root-sfp")
    stage.each("DecisionSigned", WORD, ("inai", "nosc"))
    stage.says("inai", "CommitmentAdopted", ADOPTION)
    change = act_of("ScopeChanged", CHANGE)
    word = {"decision": "d2", "digest": digest(change)}
    stage.says("nosc", "DecisionProposed", proposed("d2", change))
    stage.each("VoteCast", word | {"choice": "for"}, ("inai", "nosc"))
    if by_majority:
        stage.says("sfp", "VoteCast", word | {"choice": "against"})
    stage.each("DecisionSigned", word, ("inai", "nosc"))
    stage.says("inai", "ScopeChanged", CHANGE)
    scopes = stage.find(Commitment, "commitment/c1").scopes
    return [(version.version, version.without) for version in scopes]


def facts_of_an_absence(stage: Stage) -> object:
    absent_from_a_baseline(stage)
    return [kind for kind in kinds(stage) if kind.startswith("Scope")]


def body_of_an_agreement(stage: Stage) -> object:
    stage.says("nosc", "AgreementDrafted", draft())
    stage.says("nosc", "AgreementTextFrozen", frozen())
    version = stage.find(Agreement, "agreement/ag").current
    return version.governance_body, version.frozen is not None


def beginning_of_work(stage: Stage) -> object:
    stage.adopted().says("inai", "WorkStarted", started())
    begun = stage.find(Commitment, "commitment/c1").begun
    return begun and begun[0].milestone


def lapsed_vote(stage: Stage) -> object:
    put_to_the_vote(stage, closes="2019-03-31")
    (fact,) = derive(stage.state, LATE)
    return fact.kind, fact.since


def fact_before_its_day(stage: Stage) -> object:
    put_to_the_vote(stage)
    stage.on("2019-03-05").each("VoteCast", WORD | {"choice": "for"})
    return kinds(stage, datetime(2019, 3, 4, tzinfo=UTC))


def key_that_expired(stage: Stage) -> object:
    stage.join("nosc", name="short", valid_until="2019-03-31")
    return kinds(stage)


def key_that_expired_and_was_revoked(stage: Stage) -> object:
    stage.join("inai", name="short", valid_until="2019-03-31")
    stage.on("2019-04-01").says(root("inai"), "KeyRevoked", {"key": key_id("rep-short"), "reason": "lost"})
    return kinds(stage)


def late_word_has_both_dates(stage: Stage) -> object:
    stage.adopted().on("2019-06-05").deliver("inai", "e1")
    late = [fact for fact in derive(stage.state, LATE) if fact.kind == "DeadlineMissed"]
    return [sorted(fact.params.keys() - {"target", "window"}) for fact in late]


def deadline_moved_into_the_past(stage: Stage) -> object:
    stage.adopted().on("2019-03-10").decided("d2", act_of("ScopeChanged", CHANGE)).says("inai", "ScopeChanged", CHANGE)
    return kinds(stage).count("DeadlineMissed")


def fallback_that_has_begun(stage: Stage) -> object:
    fallback = {"condition": text("Sin recursos"), "parties": ["sfp"]}
    stage.adopted("c1", small_scope(milestones=[milestone(fallback=fallback)]))
    failed = {"commitment": "c1", "milestone": "m1", "outcome": "failed", "reasons": text("No hay")}
    codes = {stage.code_of(party, "ConditionSettled", failed, stream="commitment/c1") for party in MEMBERS}
    return codes, "FallbackBegan" in kinds(stage)


def accepted_and_dated(stage: Stage) -> object:
    stage.adopted().deliver("inai", "e1").on("2019-03-05")
    stage.each("DeliverableAccepted", {"commitment": "c1", "deliverable": "e1", "version": 1}, ("nosc", "sfp"))
    return next(fact.since for fact in derive(stage.state, LATE) if fact.kind == "DeliverableAcceptedByAll")


def acceptance_said_again_when_it_suffices(stage: Stage) -> object:
    accepted = {"commitment": "c1", "deliverable": "e1", "version": 1}
    stage.adopted().deliver("inai", "e1").says("nosc", "DeliverableAccepted", accepted)
    return stage.withdraw("sfp").code_of("nosc", "DeliverableAccepted", accepted)


def disowned_signature(stage: Stage) -> object:
    entry = stage.says("nosc", "CommitmentProposed", commitment())
    stage.join("nosc", name="other")
    stage.says(root("nosc"), "KeyCompromised", compromise("rep-nosc"))
    stage.says(rep("nosc", "other"), "SignatureReaffirmed", reaffirm(entry.leaf_hash, "rep-nosc", "disowned"))
    return kinds(stage)


def proposal_of_an_earlier_edition(stage: Stage) -> object:
    """What names no body is adopted in any that its party signs in; who proposed for a body may have left it."""
    stage.says("nosc", "CommitmentProposed", commitment())
    if stage.state.edition < NEWEST:
        stage.amend()
    codes_of = []
    for signers in (MEMBERS, ("inai", "sfp")):
        there = stage.copy()
        if signers != MEMBERS:
            there.withdraw("nosc")
        there.says("inai", "DecisionProposed", proposed("d1", ACT))
        for type_name, word in (("VoteCast", WORD | {"choice": "for"}), ("DecisionSigned", WORD)):
            there.each(type_name, word, signers)
        codes_of.append(there.code_of("inai", "CommitmentAdopted", ADOPTION))
    return codes_of


def parties_of_organizations(stage: Stage) -> object:
    """Which kinds of party an organization joins: a ministry's, a group's of civil society, a working group's."""
    said = []
    for party, kind in (("sfp", None), ("nosc", None), ("gt", "working_group")):
        if kind is not None:
            stage.says("inai", "PartyRegistered", {"kind": kind, "legal_name": text(party), "party": party})
            stage.says(root(party), "KeyRegistered", registration(party, f"root-{party}"))
            stage.says(root("inai"), "KeyEndorsed", endorse(f"root-{party}"))
        joined = {"organization": "red", "party": party, "since": "2018"}
        said.append(stage.code_of(root(party), "MemberOrganizationJoined", joined))
    return said


def corrected_day(stage: Stage) -> object:
    """Whether a day that nobody could have said takes the place of one, and that of a correction of it."""
    said = stage.says("nosc", "CommitmentProposed", commitment())
    of = {
        "correction": "k1", "field": "occurred_on", "kind": "factual", "new_value": "2999-01-01",
        "old_digest": digest("2019-03-01"), "reason": text("Era otro"), "target": said.leaf_hash,
    }  # fmt: skip
    at_once = stage.copy().code_of("nosc", "CorrectionRecorded", of)
    first = stage.says("nosc", "CorrectionRecorded", of | {"new_value": "2019-02-28"})
    again = {"correction": "k2", "field": "body.new_value", "old_digest": digest("2019-02-28")}
    return at_once, stage.code_of("nosc", "CorrectionRecorded", of | again | {"target": first.leaf_hash})


# Under the first edition, the second and the third.
RULES: dict[Callable[[Stage], object], tuple[object, ...]] = {
    kind_of_party: ("E_MALFORMED", "E_MALFORMED", "E_POLICY"),
    capacity: ("E_MALFORMED", "E_MALFORMED", "E_POLICY"),
    day_of_genesis: (False, True, True),
    body_of_a_proposal: (None, "cc", "cc"),
    proposal_of_who_sits_nowhere: ("", "E_POLICY", "E_POLICY"),
    proposal_of_an_earlier_edition: (["", "E_POLICY"], ["", ""], ["", ""]),
    founders_root_restored: ("E_ROLE", "", ""),
    expired_root: (("E_ROLE", "E_ROLE"), ("E_ROLE", ""), ("E_ROLE", "")),
    rules_without_who_can_not_speak: (0, 1, 1),
    rules_said_again_when_it_suffices: ("E_ALREADY_SIGNED", "", ""),
    return_said_again_when_it_suffices: ("E_ALREADY_SIGNED", "", ""),
    acceptance_said_again_when_it_suffices: ("E_ALREADY_SIGNED", "", ""),
    signature_said_again_when_it_suffices: (("E_ALREADY_SIGNED", "adopted"), ("", "signed"), ("", "signed")),
    vote_against_of_who_has_left: ("rejected", "adopted", "adopted"),
    work_for_a_role_that_nobody_fills: (("", "E_ROLE"), ("E_ROLE", "E_ROLE"), ("E_ROLE", "E_ROLE")),
    work_of_a_member_that_nobody_named: (["E_ROLE", ""], ["E_ROLE", "E_ROLE"], ["E_ROLE", "E_ROLE"]),
    work_on_what_left_the_scope: (
        [{"E_NOT_FOUND"}, {"E_NOT_FOUND"}], *[[{"E_NOT_FOUND"}, {"E_NOT_FOUND", "E_ROLE"}]] * 2,
    ),
    signature_of_who_has_left: ("adopted", "signed", "signed"),
    seats_of_a_predecessor: ("established", "succeeded", "succeeded"),
    withdrawal_dated_before_the_last_word: (["2019-03-04", "2019-03-05"], *[["2019-03-08", "2019-03-05"]] * 2),
    last_day_and_rules_of_a_vote: ((None, 0), ("2019-05-30", 0), ("2019-05-30", 0)),
    vote_on_what_can_not_be_recorded: ("", "E_VERSION_CONFLICT", "E_VERSION_CONFLICT"),
    rule_that_decides_on_a_scope: ("majority", "unanimity", "unanimity"),
    facts_of_an_absence: ([], *[["ScopeAdoptedWithout", "ScopeChangedWithout"]] * 2),
    absent_from_a_baseline: ([(1, None), (2, None)], *[[(1, ("sfp",)), (2, ("sfp",))]] * 2),
    body_of_an_agreement: ((None, False), ("cc", True), ("cc", True)),
    beginning_of_work: (None, None, "m1"),
    lapsed_vote: (("DecisionLapsed", None), ("DecisionLapsed", "2019-04-01"), ("DecisionLapsed", "2019-04-01")),
    fact_before_its_day: (["DecisionAdopted"], [], []),
    key_that_expired: (["AppointmentExpired", "KeyExpired"],) * 3,
    key_that_expired_and_was_revoked: (
        ["AppointmentExpired"], ["AppointmentExpired", "KeyExpired"], ["AppointmentExpired", "KeyExpired"],
    ),
    late_word_has_both_dates: ([[], []], [["claimed_on", "recorded_at"], []], [["claimed_on", "recorded_at"], []]),
    deadline_moved_into_the_past: (0, 0, 2),
    fallback_that_has_begun: (({"E_UNKNOWN_TYPE"}, False), ({""}, False), ({""}, True)),
    accepted_and_dated: (None, "2019-03-05", "2019-03-05"),
    parties_of_organizations: (["E_POLICY", "", "E_POLICY"], ["E_POLICY", "", "E_POLICY"], ["E_POLICY", "", ""]),
    corrected_day: (("", ""), ("E_DATE", ""), ("E_DATE", "E_DATE")),
    disowned_signature: ([], ["SignatureDisowned"], ["SignatureDisowned"]),
}  # fmt: skip


@each_row("edition", range(1, NEWEST + 1))
@each_row("comes_of", RULES, ids=lambda comes_of: comes_of.__name__)
def test_e3_what_an_edition_changed_is_as_it_was_under_each(comes_of: Callable[[Stage], object], edition: int) -> None:
    assert comes_of(seated(edition=edition)) == RULES[comes_of][edition - 1]
