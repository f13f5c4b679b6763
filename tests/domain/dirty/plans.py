"""Draws of what is said about plans, deadlines, assessments and a commitment's status (see `draws`)."""

from typing import TYPE_CHECKING, Any

from tests.domain.dirty.draws import draws, of
from tests.domain.stage import Body, act_of, doc, text

from constancia.domain.values.values import digest

if TYPE_CHECKING:
    from tests.domain.dirty.players import Players, Said

STATUSES = ("rejected", "suspended", "resumed", "withdrawn", "closed")


def status_of(players: "Players", decision: str) -> Body:
    to = players.pick(STATUSES)
    body = {"commitment": players.known("commitment"), "decision": decision, "reasons": text("Razones"), "to": to}
    return body | ({"outcome": players.pick(("completed", "partially", "not_completed"))} if to == "closed" else {})


def carry_of(players: "Players", decision: str) -> Body:
    """A carry with the scope in force, or now and then with another."""
    commitment = of(players, "commitment")
    scope = commitment.scopes[-1].scope.to_json() if commitment and commitment.scopes else {}
    return {
        "commitment": commitment.commitment if commitment else "none",
        "decision": decision,
        "origin": players.pick(("roadmap", "proactive")),
        "plan": players.known("plan"),
        "scope_digest": digest(scope if players.chance(0.9) else {}),
        "scope_version": len(commitment.scopes) if commitment and players.chance(0.9) else 1,
    }


def extension_of(players: "Players", decision: str) -> Body:
    plan = of(players, "plan")
    due = (plan.due if plan else None) or players.day(back=0)
    return {
        "basis": doc("resolución"),
        "deadline": "plan_submission",
        "decision": decision,
        "from_day": due,
        "kind": "extended",
        "move": players.new("x"),
        "plan": plan.plan if plan else "none",
        "to_day": players.day(back=-40),
    }


# What is put to the vote: the type, and the body with the decision's name.
PROPOSED = {
    "CommitmentStatusDecided": status_of,
    "CommitmentCarriedIntoPlan": carry_of,
    "DeadlineMoved": extension_of,
}


def decided_act(players: "Players", decision: str) -> Body:
    """One of the acts above, in full."""
    type_name = players.pick(sorted(PROPOSED))
    return act_of(type_name, PROPOSED[type_name](players, decision))


@draws("CommitmentStatusDecided")
def _status(players: "Players") -> "Said | None":
    return players.voice(players.anybody()), "CommitmentStatusDecided", status_of(players, players.known("decision"))


@draws("CommitmentCarriedIntoPlan")
def _carry(players: "Players") -> "Said | None":
    return players.voice(players.anybody()), "CommitmentCarriedIntoPlan", carry_of(players, players.known("decision"))


@draws("ActionPlanOpened")
def _open(players: "Players") -> "Said | None":
    pending = [one for one in players.stage.state.aggregates.values() if getattr(one, "status", "") == "opening"]
    plan: Any = players.pick(pending) if players.chance(0.8) else None
    if plan is not None:
        body = {"due": plan.due, "governance_body": plan.governance_body, "ordinal": plan.ordinal}
        body |= {"period": plan.period, "plan": plan.plan, "title": plan.title.to_json()}
        return players.voice(players.member()), "ActionPlanOpened", body
    body = {"due": players.day(back=-30), "governance_body": players.known("governance"), "ordinal": 4}
    body |= {"period": "2019/2021", "plan": players.new("pl"), "title": text("Plan")}
    return players.voice(players.anybody()), "ActionPlanOpened", body


@draws("ActionPlanSubmitted")
def _submit(players: "Players") -> "Said | None":
    plan = of(players, "plan")
    version = len(plan.submissions) + 1 if plan else 1
    body = {"document": doc("plan"), "on": players.day(back=players.rng.randrange(40)), "version": version}
    body |= {"plan": plan.plan if plan else "none", "submitted_to": players.anybody()}
    return (
        players.voice(players.anybody()),
        "ActionPlanSubmitted",
        body | ({"changes": text("x")} if version > 1 else {}),
    )


@draws("ActionPlanClosed")
def _close(players: "Players") -> "Said | None":
    body = {"outcome": players.pick(("completed", "not_completed")), "plan": players.known("plan")}
    return players.voice(players.anybody()), "ActionPlanClosed", body


@draws("DeadlineMoved")
def _move(players: "Players") -> "Said | None":
    body = {"basis": doc("decreto"), "from_day": players.day(back=3), "kind": "suspended", "move": players.new("s")}
    target = {"answers": "complaints", "deadline": "answers"}
    if players.chance(0.5):
        target = {"deadline": "plan_submission", "plan": players.known("plan")}
    return players.voice(players.anybody()), "DeadlineMoved", body | target


@draws("AssessmentPublished")
def _assess(players: "Players") -> "Said | None":
    subject = {"plan": players.known("plan")} if players.chance(0.4) else {"commitment": players.known("commitment")}
    body = {"assessment": players.new("as"), "period": "2019-01", "report": doc("informe")}
    values = [{"scale": "irm-completion", "value": players.pick(("limited", "complete", "excellent"))}]
    return players.voice(players.anybody()), "AssessmentPublished", body | subject | {"values": values}
