"""Draws of what is said about agreements, commitments and deliverables (see `draws`)."""

from typing import TYPE_CHECKING, Any

from tests.domain.dirty.draws import draws, of, open_contest, scope_change
from tests.domain.stage import (
    Body,
    commitment,
    doc,
    evidence,
    text,
)

if TYPE_CHECKING:
    from tests.domain.dirty.players import Players, Said

LEVELS = ("no_evidence_available", "not_started", "limited", "substantial", "complete")


@draws("AgreementDrafted")
def _draft(players: "Players") -> "Said | None":
    found = of(players, "agreement") if players.chance(0.3) else None
    name, version = (found.agreement, found.current.version + 1) if found else (players.new("ag"), 1)
    parties = list(found.current.parties) if found else sorted({players.anybody() for _ in range(3)})
    docset = {"authentic": "es", "documents": [doc(players.new("t"), "es")]}
    body = {"agreement": name, "docset": docset, "parties": parties, "title": text("Hoja"), "version": version}
    return players.voice(players.pick(parties)), "AgreementDrafted", body


@draws("AgreementTextFrozen")
def _freeze(players: "Players") -> "Said | None":
    found = of(players, "agreement")
    return found and (players.voice(players.pick(found.current.parties)), "AgreementTextFrozen", {
        "agreement": found.agreement, "docset": found.current.docset_digest, "version": found.current.version,
        "required": sorted({*found.current.parties, players.anybody()}),
    })  # fmt: skip


@draws("AgreementSigned")
def _sign(players: "Players") -> "Said | None":
    found = of(players, "agreement")
    return found and (players.voice(players.anybody()), "AgreementSigned", {
        "agreement": found.agreement, "docset": found.versions[0].docset_digest, "version": players.pick((1, 2)),
    })  # fmt: skip


@draws("CommitmentProposed")
def _commitment(players: "Players") -> "Said | None":
    named = {"governance_body": players.known("governance")} if players.chance(0.7) else {}
    return players.voice(players.anybody()), "CommitmentProposed", commitment(players.new("c")) | named


@draws("CommitmentAdopted")
def _adopts(players: "Players") -> "Said | None":
    named = {"commitment": players.known("commitment"), "decision": players.known("decision")}
    return players.voice(players.anybody()), "CommitmentAdopted", named | {"scope": players.scope()}


@draws("ScopeChangeProposed")
def _change_proposed(players: "Players") -> "Said | None":
    change = scope_change(players)
    more = {"proposal": players.new("s"), "reasons": text("Porque")}
    return change and (players.voice(players.anybody()), "ScopeChangeProposed", change[1] | more)


@draws("ScopeChanged")
def _changed(players: "Players") -> "Said | None":
    change = scope_change(players)
    more = {"decision": players.known("decision")}
    return change and (players.voice(players.anybody()), "ScopeChanged", change[1] | more)


def _milestone(players: "Players") -> Body:
    return {"commitment": players.known("commitment"), "milestone": players.pick(("m1", "m1", "m2"))}


@draws("WorkStarted")
def _started(players: "Players") -> "Said | None":
    return players.voice(players.anybody()), "WorkStarted", _milestone(players)


@draws("MilestoneCompleted")
def _completed(players: "Players") -> "Said | None":
    return players.voice(players.anybody()), "MilestoneCompleted", _milestone(players) | {"evidence": [evidence()]}


@draws("ProgressReported")
def _reported(players: "Players") -> "Said | None":
    reason = {"reason": text("Baja")} if players.chance(0.4) else {}
    body = {
        "commitment": players.known("commitment"), "evidence": [evidence()], "level": players.pick(LEVELS),
        "narrative": text("Va"), "period": players.pick(("2019", players.day())), "report": players.new("r"),
    }  # fmt: skip
    return players.voice(players.anybody()), "ProgressReported", body | reason


@draws("RoleFilled")
def _role(players: "Players") -> "Said | None":
    role = players.pick(("consultant", "rapporteur"))
    body = {"commitment": players.known("commitment"), "party": players.anybody(), "role": role, "since": players.day()}
    return players.voice(players.member()), "RoleFilled", body


@draws("ConditionSettled")
def _settled(players: "Players") -> "Said | None":
    body = {"commitment": players.known("commitment"), "milestone": "m2", "outcome": players.pick(("failed", "met"))}
    return players.voice(players.member()), "ConditionSettled", body | {"reasons": text("Así")}


def _delivery(players: "Players") -> tuple[Any, Body]:
    found = of(players, "deliverable") if players.chance(0.7) else None
    if found is None:
        return None, {"commitment": players.known("commitment"), "deliverable": "e1", "version": 1}
    named = {"commitment": found.commitment, "deliverable": found.deliverable}
    return found, named | {"version": found.current.version}


@draws("DeliverableSubmitted")
def _submitted(players: "Players") -> "Said | None":
    found, named = _delivery(players)
    version = named["version"] + 1 if found else 1
    return (
        players.voice(players.anybody()),
        "DeliverableSubmitted",
        named | {"document": doc(players.new("f")), "version": version},
    )


@draws("DeliverableContested")
def _contest(players: "Players") -> "Said | None":
    _found, named = _delivery(players)
    body = named | {"contest": players.new("x"), "evidence": [], "grounds": text("No")}
    return players.voice(players.anybody()), "DeliverableContested", body


@draws("DeliverableRevised")
def _revised(players: "Players") -> "Said | None":
    found, named = _delivery(players)
    answers = sorted(found.open_contests) if found and players.chance(0.8) else []
    more = {
        "answers": answers,
        "changes": text("Más"),
        "document": doc(players.new("f")),
        "version": named["version"] + 1,
    }
    who = players.voice(found.current.mark.party) if found else players.voice()
    return who, "DeliverableRevised", named | more


@draws("DeliverableAccepted")
def _accepted(players: "Players") -> "Said | None":
    return players.voice(players.anybody()), "DeliverableAccepted", _delivery(players)[1]


@draws("DeliverableRejected")
def _rejected(players: "Players") -> "Said | None":
    return players.voice(players.anybody()), "DeliverableRejected", _delivery(players)[1] | {"reasons": text("No")}


@draws("ContestOverruled")
def _overruled(players: "Players") -> "Said | None":
    contest = open_contest(players)
    more = {"decision": players.known("decision"), "reasons": text("No")}
    return (players.voice(players.anybody()), "ContestOverruled", contest | more) if contest else None
