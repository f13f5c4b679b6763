"""No dead ends: from each state that waits for somebody, with any one party gone, a way on is found by search (D11).

A state is reached by real acts. One party goes: it leaves the body, or loses every key. Then the others, and nobody
else, say whatever of the menu is legal, in any order, up to a depth; some order must end the wait.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from tests.domain.agreements.test_agreement import became, precedent
from tests.domain.commitments.test_adoption import ACT
from tests.domain.commitments.test_commitment import adopted as adopted_commitment
from tests.domain.commitments.test_commitment import filled, settled
from tests.domain.plans.test_plan import closing, opening
from tests.domain.plans.test_plan import opened as opened_plan
from tests.domain.stage import (
    MEMBERS,
    Body,
    Stage,
    Voice,
    doc,
    founded,
    key_id,
    proposed,
    registration,
    rep,
    root,
    seated,
    text,
)
from tests.rows import each_row

from constancia.domain.agreements.agreement import Agreement
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.deliverables.deliverable import DeliverableState
from constancia.domain.governance.body import GovernanceBody
from constancia.domain.governance.decision import Decision
from constancia.domain.identity.key import Key
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.kernel.problems import Refusal
from constancia.domain.plans.plan import ActionPlan
from constancia.domain.values.values import digest

Said = tuple[Voice | str, str, Body]
_A = TypeVar("_A", bound=Aggregate)
DEPTH = 5
DOCSET: Body = {"authentic": "es", "documents": [doc("texto", "es")]}
RULES: Body = {"governance_body": "cc", "rules": {"x": {"rule_source": "adopted", "value": 1}}, "version": 1}
BACK: Body = {"conditions": text("Acuerdo"), "effective": "2019-03-01", "governance_body": "cc", "party": "nosc"}
ACCEPTED: Body = {"commitment": "c1", "deliverable": "e1", "version": 1}
VOTE: Body = {"choice": "for", "decision": "d-9", "digest": digest(ACT)}
SIGNED: Body = {"decision": "d-9", "digest": digest(ACT)}


def establishing(members: Iterable[str], name: str) -> Body:
    return {"governance_body": name, "mandate": text("Coordinar"), "members": sorted(members), "name": text("Comité")}


def agreeing(parties: Iterable[str], name: str) -> list[tuple[str, Body]]:
    signed = {"agreement": name, "docset": digest(DOCSET), "version": 1}
    draft = {"agreement": name, "docset": DOCSET, "parties": sorted(parties), "title": text("Acuerdo"), "version": 1}
    return [
        ("AgreementDrafted", draft),
        ("AgreementTextFrozen", signed | {"required": sorted(parties)}),
        ("AgreementSigned", signed),
    ]


def by_two(stage: Stage, type_name: str, body: Body, parties: tuple[str, ...] = ("inai", "sfp")) -> Stage:
    stage.each(type_name, body, parties)
    return stage


def founding() -> Stage:
    return by_two(founded(), "GovernanceBodyEstablished", establishing(MEMBERS, "cc"))


def returning() -> Stage:
    stage = seated().withdraw("nosc")
    stage.says(root("nosc"), "PartyReturned", BACK)
    return by_two(stage, "PartyReturned", BACK, ("inai",))


def voting(votes: int, signatures: int = 0) -> Stage:
    stage = adopted_commitment()
    stage.says("inai", "DecisionProposed", proposed("d-9", ACT))
    stage.each("VoteCast", VOTE, ("inai", "sfp", "nosc")[:votes])
    if signatures:
        stage.each("DecisionSigned", SIGNED, ("inai", "sfp")[:signatures])
    return stage


def delivered(by: str = "inai") -> Stage:
    return adopted_commitment().deliver(by, "e1")


def frozen(signatures: int) -> Stage:
    stage = seated()
    (_, draft), (_, text_frozen), (_, signed) = agreeing(MEMBERS, "ag")
    stage.says("inai", "AgreementDrafted", draft)
    stage.says("inai", "AgreementTextFrozen", text_frozen)
    stage.each("AgreementSigned", signed, ("inai", "sfp")[:signatures])
    return stage


def conditioned() -> Stage:
    stage = adopted_commitment()
    (_, draft), (_, text_frozen), (_, signed) = agreeing(MEMBERS, "ag")
    stage.says("inai", "AgreementDrafted", draft)
    stage.each("ConditionDeclared", precedent())
    stage.says("inai", "AgreementTextFrozen", text_frozen)
    stage.each("AgreementSigned", signed)
    return stage


def pending_key() -> Stage:
    stage = founded()
    for party in MEMBERS:
        stage.says(rep(party), "KeyRotated", {"key": key_id(f"rep-{party}"), "new_key": key_id(f"next-{party}")})
        stage.says(
            rep(party, key=f"next-{party}"), "KeyRegistered", registration(party, f"next-{party}", f"ap-{party}")
        )
    return stage


def has(stage: Stage, kind: type[_A], holds: Callable[[_A], object]) -> bool:
    return any(holds(one) for one in stage.state.of(kind))


@dataclass(frozen=True)
class Wait:
    """A state that waits: how it is reached, what the others may say, and what ends it."""

    reached: Callable[[], Stage]
    menu: Callable[[tuple[str, ...], str], list[tuple[str, Body]]]
    ended: Callable[[Stage, str], bool]


def concurring(type_name: str, body: Body) -> Callable[[tuple[str, ...], str], list[tuple[str, Body]]]:
    return lambda _rest, _gone: [(type_name, body)]


DECIDING = [("VoteCast", VOTE), ("DecisionSigned", SIGNED)]
WAITS: dict[str, Wait] = {
    "a body of which one member has not said its word": Wait(
        founding,
        lambda rest, _: [("GovernanceBodyEstablished", establishing(rest, "cd"))],
        lambda stage, _: has(stage, GovernanceBody, lambda one: one.status == "established"),
    ),
    "rules that two of three have adopted": Wait(
        lambda: by_two(seated(), "GovernanceRulesAdopted", RULES),
        concurring("GovernanceRulesAdopted", RULES),
        lambda stage, _: has(stage, GovernanceBody, lambda one: len(one.rules) == 1),
    ),
    "a return that one member has confirmed": Wait(
        returning,
        concurring("PartyReturned", BACK),
        lambda stage, gone: has(stage, GovernanceBody, lambda one: gone == "nosc" or one.is_seated("nosc")),
    ),
    "a plan that two of three have opened": Wait(
        lambda: by_two(adopted_commitment(), "ActionPlanOpened", opening()),
        concurring("ActionPlanOpened", opening()),
        lambda stage, _: has(stage, ActionPlan, lambda one: one.status == "opened"),
    ),
    "a plan that two of three have closed": Wait(
        lambda: by_two(opened_plan(), "ActionPlanClosed", closing()),
        concurring("ActionPlanClosed", closing()),
        lambda stage, _: has(stage, ActionPlan, lambda one: one.status == "closed"),
    ),
    "a role that two of three have filled": Wait(
        lambda: by_two(adopted_commitment(), "RoleFilled", filled()),
        concurring("RoleFilled", filled()),
        lambda stage, _: has(stage, Commitment, lambda one: one.roles),
    ),
    "a condition that two of three have settled": Wait(
        lambda: by_two(adopted_commitment(), "ConditionSettled", settled()),
        concurring("ConditionSettled", settled()),
        lambda stage, _: has(stage, Commitment, lambda one: one.conditions),
    ),
    **{
        f"a decision with {votes} votes and {signatures} signatures": Wait(
            partial(voting, votes, signatures),
            lambda _rest, _gone: DECIDING,
            lambda stage, _: has(stage, Decision, lambda one: one.decision == "d-9" and one.status == "signed"),
        )
        for votes, signatures in ((0, 0), (1, 0), (2, 0), (3, 0), (3, 1), (3, 2))
    },
    "a deliverable that nobody has accepted": Wait(
        delivered,
        concurring("DeliverableAccepted", ACCEPTED),
        lambda stage, _: has(stage, DeliverableState, lambda one: one.status == "accepted"),
    ),
    "a deliverable that one of two has accepted": Wait(
        lambda: by_two(delivered(), "DeliverableAccepted", ACCEPTED, ("sfp",)),
        concurring("DeliverableAccepted", ACCEPTED),
        lambda stage, _: has(stage, DeliverableState, lambda one: one.status == "accepted"),
    ),
    "an agreement that all have signed, whose condition nobody has settled": Wait(
        conditioned,
        lambda rest, _: [("ConditionSettled", became("met")), *agreeing(rest, "ag2")],
        lambda stage, _: has(stage, Agreement, lambda one: one.status == "in_force"),
    ),
    **{
        f"a frozen agreement with {signatures} signatures": Wait(
            partial(frozen, signatures),
            lambda rest, _: agreeing(rest, "ag2"),
            lambda stage, _: has(stage, Agreement, lambda one: one.status == "in_force"),
        )
        for signatures in (0, 1, 2)
    },
}


def leave(stage: Stage, gone: str) -> None:
    body = stage.state.standing("governance/cc")
    if isinstance(body, GovernanceBody) and body.is_seated(gone):
        stage.withdraw(gone)


def lose_all_keys(stage: Stage, gone: str) -> None:
    for key in [one.key for one in stage.state.of(Key) if one.party == gone and one.appointment]:
        stage.says(root(gone), "KeyRevoked", {"key": key, "reason": "lost"})
    stage.says(root(gone), "KeyRevoked", {"key": key_id(f"root-{gone}"), "reason": "lost"})


def find_way(stage: Stage, moves: list[Said], ended: Callable[[Stage], bool], depth: int = DEPTH) -> list[str] | None:
    """Search depth first for legal moves that end the wait; the stage is left at the end of the way."""
    if ended(stage):
        return []
    if depth == 0:
        return None
    for who, type_name, body in moves:
        before = (stage.now, len(stage.entries))
        try:
            stage.says(who, type_name, body)
        except Refusal:
            continue
        rest = find_way(stage, moves, ended, depth - 1)
        if rest is not None:
            return [type_name, *rest]
        stage.state.undo(stage.undos.pop())
        stage.entries.pop()
        stage.now = before[0]
    return None


@each_row("gone", MEMBERS)
@each_row("going", [leave, lose_all_keys])
@each_row("name", WAITS)
def test_case_24_there_is_a_way_on_whoever_is_gone(name: str, going: Callable[[Stage, str], None], gone: str) -> None:
    wait = WAITS[name]
    stage = wait.reached()
    going(stage, gone)
    rest = tuple(one for one in MEMBERS if one != gone)
    moves: list[Said] = [(party, *said) for said in wait.menu(rest, gone) for party in rest]
    assert find_way(stage, moves, lambda found: wait.ended(found, gone)) is not None, "a dead end"


@each_row("gone", MEMBERS)
def test_case_29_a_founder_without_keys_is_restored_and_speaks_again(gone: str) -> None:
    stage = pending_key()
    lose_all_keys(stage, gone)
    rest = tuple(one for one in MEMBERS if one != gone)
    new = f"second-{gone}"
    endorsed = {"key": key_id(new), "valid_from": "2019-01-01"}
    moves: list[Said] = [
        (root(gone, new), "KeyRegistered", registration(gone, new)),
        *((root(party), "KeyEndorsed", endorsed) for party in rest),
    ]
    assert find_way(stage, moves, lambda found: found.status(f"key/{key_id(new)}") == "active") is not None
    stage.says(root(gone, new), "RepresentativeRevoked", {"appointment": f"ap-{gone}", "reason": text("Otra")})


def test_case_03_a_decision_that_is_never_answered_ends_and_another_begins() -> None:
    stage = voting(2)
    decision = stage.find(Decision, "decision/d-9")
    assert decision.closes == "2019-05-30"
    stage.on("2019-05-31")
    assert stage.status("decision/d-9") == "rejected"
    act = {**ACT, "body": {**ACT["body"], "decision": "d-10"}}
    stage.says("sfp", "DecisionProposed", proposed("d-10", act))
