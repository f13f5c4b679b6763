"""Decisions: the votes settle them by the rules in force at the proposal, and only signed ones are a basis."""

from dataclasses import replace
from itertools import product
from typing import Any

from tests.domain.stage import MEMBERS, Body, Stage, act_of, commitment, proposed, root, seated, small_scope, text
from tests.domain.tables import Walk, codes
from tests.rows import each_row

from constancia.domain.governance.body import GovernanceBody
from constancia.domain.governance.decision import Decision, DecisionProposed, Vote
from constancia.domain.values.values import digest

D1 = "decision/d1"
ADOPTION: Body = {"commitment": "c1", "decision": "d1", "scope": small_scope()}
ACT = act_of("CommitmentAdopted", ADOPTION)
FOR = dict.fromkeys(MEMBERS, "for")


def vote(choice: str = "for", **changed: Any) -> Body:
    return {"choice": choice, "decision": "d1", "digest": digest(ACT)} | changed


def signature(**changed: Any) -> Body:
    return {"decision": "d1", "digest": digest(ACT)} | changed


DISSENT: Body = {"decision": "d1", "text": text("No estamos de acuerdo")}


def ground(**rules: str) -> Stage:
    stage = seated()
    stage.says("nosc", "CommitmentProposed", commitment())
    return stage.rules(**rules) if rules else stage


def opened(closes: str | None = None, **rules: str) -> Stage:
    stage = ground(**rules)
    stage.says("inai", "DecisionProposed", proposed("d1", ACT, **({"closes": closes} if closes else {})))
    return stage


def voted(votes: dict[str, str], closes: str | None = None, **rules: str) -> Stage:
    stage = opened(closes, **rules)
    for party, choice in votes.items():
        stage.says(party, "VoteCast", vote(choice))
    return stage


def signed() -> Stage:
    stage = voted(FOR)
    stage.each("DecisionSigned", signature())
    return stage


def found(stage: Stage) -> Decision:
    return stage.find(Decision, D1)


WALK = Walk(
    kind="decision",
    stream=D1,
    table={
        "DecisionProposed": {"none": "proposed"},
        "VoteCast": {"proposed": "voting", "voting": "voting"},
        "DissentRecorded": {
            "proposed": "proposed",
            "voting": "voting",
            "adopted": "adopted",
            "signed": "signed",
            "rejected": "rejected",
            "lapsed": "lapsed",
        },
        "DecisionSigned": {"adopted": "adopted"},
    },
    reach={
        "none": ground,
        "proposed": opened,
        "voting": lambda: voted({"inai": "for"}),
        "adopted": lambda: voted(FOR),
        "signed": signed,
        "rejected": lambda: voted(FOR | {"sfp": "against"}),
        "lapsed": lambda: opened("2019-03-05").on("2019-03-06"),
    },
    acts={
        "DecisionProposed": lambda stage: ("inai", "DecisionProposed", proposed("d1", ACT)),
        "VoteCast": lambda stage: ("nosc", "VoteCast", vote()),
        "DissentRecorded": lambda stage: ("nosc", "DissentRecorded", DISSENT),
        "DecisionSigned": lambda stage: ("nosc", "DecisionSigned", signature()),
    },
    words={("signed", "DecisionSigned"): "E_ALREADY_SIGNED"},
)


@each_row(("state", "act"), WALK.pairs())
def test_every_pair_moves_as_the_table_says_or_is_refused(state: str, act: str) -> None:
    WALK.check(state, act)


def test_table_is_the_one_walked() -> None:
    WALK.check_is_the_code()


UNVOTED = found(opened())
ABSTAIN = FOR | {"inai": "abstain"}
ALONE = {"inai": "for", "nosc": "abstain", "sfp": "abstain"}
BALLOTS_CAST = (FOR, ABSTAIN, ALONE, dict.fromkeys(MEMBERS, "abstain"), FOR | {"sfp": "against"})
OUTCOMES = [
    ({"decision_rule": rule, "abstention": abstention}, votes, "adopted" if votes is FOR else "rejected")
    for rule, abstention in product(("majority", "unanimity"), ("blocks", "neutral"))
    for votes in BALLOTS_CAST
]


@each_row(("rules", "votes", "outcome"), OUTCOMES)
def test_case_04_06_no_rule_of_the_body_reaches_a_scope(
    rules: dict[str, str], votes: dict[str, str], outcome: str
) -> None:
    assert found(voted(votes, **rules)).status == outcome


def test_without_rules_of_the_body_an_abstention_adopts_nothing() -> None:
    assert found(voted(ABSTAIN)).status == "rejected"
    assert found(voted(FOR | {"nosc": "against"})).status == "rejected"


def settled(rule: str, abstention: str, choices: tuple[str | None, ...], **changes: Any) -> str | None:
    decision = replace(UNVOTED, decision_rule=rule, abstention=abstention, **changes)
    votes = tuple(
        Vote(choice=choice, mark=replace(decision.proposed, party=party))
        for party, choice in zip(MEMBERS, choices, strict=True)
        if choice
    )
    return replace(decision, votes=votes).outcome(closed=True)


BALLOTS = list(product(("for", "against", "abstain", None), repeat=3))


@each_row("abstention", ["neutral", "blocks"])
@each_row("rule", ["unanimity", "majority"])
def test_28_no_vote_against_ever_helps_it_through(rule: str, abstention: str) -> None:
    for choices in BALLOTS:
        outcome = settled(rule, abstention, choices)
        for position in range(3):
            worse = (*choices[:position], "against", *choices[position + 1 :])
            assert (settled(rule, abstention, worse), outcome) != ("adopted", "rejected"), choices


@each_row("abstention", ["neutral", "blocks"])
@each_row("rule", ["unanimity", "majority"])
def test_28_silence_weighs_as_a_vote_against(rule: str, abstention: str) -> None:
    for choices in BALLOTS:
        spoken = tuple(one or "against" for one in choices)
        assert settled(rule, abstention, choices) == settled(rule, abstention, spoken), choices


@each_row("rule", ["unanimity", "majority"])
def test_28_nothing_is_adopted_that_nobody_voted_for(rule: str) -> None:
    adopted = [one for one in BALLOTS if settled(rule, "neutral", one) == "adopted"]
    assert adopted
    assert all("for" in one for one in adopted)


def test_28_unanimity_bears_no_vote_against_and_no_silence() -> None:
    adopted = {one for one in BALLOTS if settled("unanimity", "neutral", one) == "adopted"}
    assert adopted == {("for", "for", "for")}


@each_row("abstention", ["neutral", "blocks"])
def test_case_04_a_majority_is_one_of_votes_for_it(abstention: str) -> None:
    adopted = {one for one in BALLOTS if settled("majority", abstention, one) == "adopted"}
    assert adopted == {one for one in BALLOTS if one.count("for") > 1}


@each_row(("electors", "needed"), [(2, 2), (3, 2), (4, 3), (5, 3), (6, 4), (7, 4)])
def test_28_a_majority_is_more_than_half_of_those_who_count_and_never_one(electors: int, needed: int) -> None:
    parties = tuple(f"p{number}" for number in range(electors))
    for many in range(electors + 1):
        votes = tuple(
            Vote(choice="for" if number < many else "abstain", mark=replace(UNVOTED.proposed, party=party))
            for number, party in enumerate(parties)
        )
        put = replace(UNVOTED, decision_rule="majority", voters=parties, electors=parties, votes=votes)
        assert put.outcome(closed=False) == ("adopted" if many >= needed else "rejected")


@each_row(("act", "is_newer"), [({"type": "Nothing"}, True), ({"type": "VoteCast"}, False), ({}, False)])
def test_a_proposal_of_an_unknown_act_is_newer_than_this_program(act: Body, is_newer: bool) -> None:
    assert DecisionProposed.names_newer({"act": act}) is is_newer
    assert DecisionProposed.names_newer({}) is False


@each_row("choices", BALLOTS)
def test_28_where_no_electors_are_listed_the_rule_counts_the_votes_alone(choices: tuple[str | None, ...]) -> None:
    """Until the second edition of the law: a neutral abstention leaves the count, silence is a vote against."""
    votes, away = choices.count("for"), choices.count("abstain")
    majority = {"blocks": 2 * votes > 3, "neutral": 2 * votes > 3 - away}
    against = choices.count("against") + choices.count(None)
    unanimity = {"blocks": votes == 3, "neutral": against == 0 and votes > 0}
    for abstention in ("blocks", "neutral"):
        for rule, is_adopted in (("majority", majority[abstention]), ("unanimity", unanimity[abstention])):
            outcome = "adopted" if is_adopted else "rejected"
            assert settled(rule, abstention, choices, electors=None) == outcome, (rule, abstention)


def test_28_an_act_is_judged_by_the_rules_in_force_at_its_proposal() -> None:
    stage = opened()
    stage.rules(decision_rule="majority", abstention="neutral")
    for party, choice in (FOR | {"sfp": "against"}).items():
        stage.says(party, "VoteCast", vote(choice))
    assert (found(stage).rule_version, found(stage).status) == (0, "rejected")


def test_open_as_long_as_somebody_can_still_vote() -> None:
    assert found(voted({"inai": "against"})).status == "voting"


def test_a_later_vote_supersedes_and_both_are_kept() -> None:
    stage = voted({"inai": "against"})
    stage.says("inai", "VoteCast", vote("for"))
    assert [(one.choice, one.superseded) for one in found(stage).votes] == [("against", True), ("for", False)]
    stage.each("VoteCast", vote(), ("nosc", "sfp"))
    assert found(stage).status == "adopted"


def test_after_the_outcome_nobody_votes() -> None:
    assert voted(FOR).code("inai", "VoteCast", vote("against")) == "E_STATE"


def test_voting_closes_at_the_end_of_its_last_day_in_the_ledgers_zone() -> None:
    stage = voted({"inai": "for", "nosc": "for"}, "2019-03-05").on("2019-03-06T05:59:59Z")
    stage.says("sfp", "VoteCast", vote())
    late = voted({"inai": "for", "nosc": "for"}, "2019-03-05").on("2019-03-06T06:00:00Z")
    assert late.code("sfp", "VoteCast", vote()) == "E_STATE"


def test_silence_is_no_consent() -> None:
    assert voted({"inai": "for", "nosc": "for"}, "2019-03-05").on("2019-03-06").status(D1) == "rejected"


def test_votes_name_exactly_the_act_proposed() -> None:
    other = digest(act_of("CommitmentAdopted", ADOPTION | {"provenance": "seed"}))
    assert opened().code("nosc", "VoteCast", vote(digest=other)) == "E_DIGEST_MISMATCH"
    assert voted(FOR).code("nosc", "DecisionSigned", signature(digest=other)) == "E_DIGEST_MISMATCH"


def test_29_who_has_no_seat_has_no_vote() -> None:
    stage = opened()
    assert stage.code("red", "VoteCast", vote()) == "E_NOT_SEATED"
    assert stage.code("red", "DecisionProposed", proposed("d2", ACT)) == "E_NOT_SEATED"
    assert found(stage).tally() == {"abstain": 0, "against": 0, "for": 0, "not_cast": 3}


def test_a_seat_in_another_body_is_no_vote_in_this_one() -> None:
    stage = opened().body("otro", ("nosc", "red"))
    for type_name, body in (
        ("VoteCast", vote()),
        ("DissentRecorded", DISSENT),
        ("DecisionSigned", signature()),
        ("DecisionProposed", proposed("d2", ACT)),
    ):
        assert stage.code("red", type_name, body) == "E_NOT_SEATED"


def test_14_who_has_withdrawn_does_not_vote() -> None:
    stage = opened()
    withdrawn = {"effective": "2019-03", "governance_body": "cc", "grounds": text("Ya"), "party": "nosc"}
    stage.says(root("nosc"), "PartyWithdrew", withdrawn)
    assert stage.code("nosc", "VoteCast", vote()) == "E_PARTY_WITHDRAWN"
    assert stage.code("nosc", "DissentRecorded", DISSENT) == "E_PARTY_WITHDRAWN"


def test_9_who_is_left_alone_in_a_body_decides_nothing_there() -> None:
    stage = ground()
    for party in ("nosc", "inai"):
        withdrawn = {"effective": "2019-03", "governance_body": "cc", "grounds": text("Ya"), "party": party}
        stage.says(root(party), "PartyWithdrew", withdrawn)
    assert stage.code("sfp", "DecisionProposed", proposed("d1", ACT)) == "E_POLICY"


def test_each_that_voted_for_it_signs_it_once() -> None:
    stage = voted(FOR)
    stage.says("inai", "DecisionSigned", signature())
    assert found(stage).status == "adopted"
    assert stage.code("inai", "DecisionSigned", signature()) == "E_ALREADY_SIGNED"
    stage.each("DecisionSigned", signature(), ("nosc", "sfp"))
    assert found(stage).status == "signed"


def test_a_secretariat_neither_votes_nor_signs_nor_dissents() -> None:
    stage = voted(FOR)
    clerk = stage.join("inai", name="clerk", capacity="secretariat")
    for type_name, body in (("VoteCast", vote()), ("DecisionSigned", signature()), ("DissentRecorded", DISSENT)):
        assert "E_ROLE" in codes(stage.refused(clerk, type_name, body))


def test_27_dissent_stays_attached() -> None:
    stage = voted(FOR)
    stage.says("nosc", "DissentRecorded", DISSENT)
    stage.each("DecisionSigned", signature())
    assert [one.mark.party for one in found(stage).dissents] == ["nosc"]


@each_row(
    ("act", "code"),
    [
        (act_of("CommitmentAdopted", ADOPTION | {"decision": "d2"}), "E_POLICY"),
        (act_of("CommitmentAdopted", ADOPTION) | {"stream": "commitment/c2"}, "E_POLICY"),
        (act_of("CommitmentProposed", commitment("c2")), "E_POLICY"),
        ({"body": {}, "stream": "commitment/c1", "type": "CommitmentAdopted"}, "E_MALFORMED"),
        ({"body": {}, "stream": "commitment/c1", "type": "CommitmentEaten"}, "E_UNKNOWN_TYPE"),
    ],
)
def test_what_is_put_to_the_vote_can_be_recorded_by_it(act: Body, code: str) -> None:
    assert ground().code("inai", "DecisionProposed", proposed("d1", act)) == code


def test_voting_does_not_close_before_it_opens() -> None:
    assert ground().code("inai", "DecisionProposed", proposed("d1", ACT, closes="2019-02-28")) == "E_DATE"
    ground().says("inai", "DecisionProposed", proposed("d1", ACT, closes="2019-03-01"))


def test_who_changes_the_proposal_in_its_own_memory_changes_nothing_here() -> None:
    body = proposed("d1", act_of("CommitmentAdopted", dict(ADOPTION)))
    stage = ground()
    stage.says("inai", "DecisionProposed", body)
    before = digest(stage.state.document())
    body["act"]["body"]["commitment"] = "c9"
    assert digest(stage.state.document()) == before


@each_row(("party", "counts"), [("inai", "2019-03-22"), ("sfp", "2019-03-18")])
def test_33_who_voted_later_did_not_leave_before_whatever_others_said(party: str, counts: str) -> None:
    stage = opened().on("2019-03-20")
    stage.says("nosc", "VoteCast", vote())
    stage.says("inai", "VoteCast", vote("against"))
    left = {"effective": "2019-03-18", "governance_body": "cc", "grounds": text("Ya"), "party": party}
    stage.on("2019-03-22").says(root(party), "PartyWithdrew", left)
    seat = stage.find(GovernanceBody, "governance/cc").seat(party)
    assert seat is not None
    assert [(change, effective) for change, effective, _index in seat.changes] == [("withdrawn", counts)]


@each_row(
    ("act", "code"),
    [
        ({"body": {}, "stream": "commitment/c1", "type": "Nothing"}, "E_UNKNOWN_TYPE"),
        ({"body": {}, "stream": "commitment/c1", "type": "CommitmentAdopted"}, "E_MALFORMED"),
    ],
)
def test_an_act_that_can_not_be_read_is_refused_as_such_and_for_nothing_else(act: Body, code: str) -> None:
    assert codes(seated().refused("inai", "DecisionProposed", proposed("d1", act))) == {code}
