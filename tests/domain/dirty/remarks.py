"""Draws of what is said about entries: alleged, contested, acknowledged, answered, corrected (see `draws`)."""

from typing import TYPE_CHECKING, Any

from tests.domain.dirty.deeds import LEVELS
from tests.domain.dirty.draws import draws
from tests.domain.stage import Body, text

from constancia.domain.values.values import digest

if TYPE_CHECKING:
    from tests.domain.dirty.players import Players, Said

SPOKEN_OF = frozenset({"AllegationMade", "MilestoneCompleted", "ProgressReported", "WorkStarted"})


def _entry(players: "Players") -> Any:
    """An entry that is often spoken of already, so that contests meet and are answered."""
    known = [stream for stream in players.stage.state.aggregates if stream.startswith("entry/")]
    if known and players.chance(0.6):
        return players.stage.lookup(players.pick(known).removeprefix("entry/"))
    return (players.chance(0.7) and players.said_before(SPOKEN_OF)) or players.pick(players.stage.entries)


def _contests(players: "Players", entry: Any) -> list[Any]:
    remarked = players.stage.state.aggregates.get(f"entry/{entry.leaf_hash}")
    return list(getattr(remarked, "contests", ()))


@draws("AllegationMade")
def _alleged(players: "Players") -> "Said | None":
    kind = players.pick(("scope_reduction", "surveillance"))
    body: Body = {
        "allegation": players.new("al"), "alleged_actor": text("Alguien"), "description": text("Se redujo"),
        "evidence": [], "kind": kind, "since": players.pick(("../2017-05", players.day())),
    }  # fmt: skip
    body |= {"plan": "plan-3", "unilateral": True} if kind == "scope_reduction" else {}
    body |= {"accused": sorted({players.anybody(), players.anybody()})} if players.chance(0.6) else {}
    return players.voice(players.anybody()), "AllegationMade", body


@draws("EntryContested")
def _contested(players: "Players") -> "Said | None":
    entry = _entry(players)
    body: Body = {"contest": players.new("i"), "evidence": [], "grounds": text("No"), "target": entry.leaf_hash}
    body |= {"own_level": players.pick(LEVELS)} if entry.statement["type"] == "ProgressReported" else {}
    return players.voice(players.anybody()), "EntryContested", body


@draws("EntryAcknowledged")
def _acknowledged(players: "Players") -> "Said | None":
    entry = _entry(players)
    contest = players.pick(_contests(players, entry)) if players.chance(0.5) else None
    body: Body = {"target": entry.leaf_hash} | ({"withdraws": [contest.contest]} if contest else {})
    own = contest.mark.party if contest and players.chance(0.7) else players.anybody()
    return players.voice(own), "EntryAcknowledged", body


@draws("ResponseGiven")
def _answered(players: "Players") -> "Said | None":
    entry = _entry(players)
    contest = players.pick(_contests(players, entry))
    body: Body = {"response": text("Consta"), "target": entry.leaf_hash}
    body |= {"answers": [contest.contest]} if contest and players.chance(0.8) else {}
    author = entry.statement["actor"].get("party", "sfp")
    return players.voice(author if players.chance(0.7) else players.anybody()), "ResponseGiven", body


@draws("CorrectionRecorded")
def _corrected(players: "Players") -> "Said | None":
    entry = players.pick(players.stage.entries)
    body = entry.statement["body"]
    texts = [f"body.{name}.es" for name, value in body.items() if isinstance(value, dict) and "es" in value]
    texts += [f"body.{name}" for name, value in body.items() if isinstance(value, str)]
    path = players.pick(("occurred_on", *texts))
    old: Any = entry.statement
    for name in path.split("."):
        old = old[name]
    new = players.pick((players.day(), players.day(back=2), "2999-01-01", "2017", "Otra cosa"))
    said = {
        "correction": players.new("co"), "field": path, "kind": "factual", "new_value": new,
        "old_digest": digest(old), "reason": text("Error"), "target": entry.leaf_hash,
    }  # fmt: skip
    party = entry.statement["actor"].get("party", "sfp")
    return players.voice(party if players.chance(0.8) else players.anybody()), "CorrectionRecorded", said
