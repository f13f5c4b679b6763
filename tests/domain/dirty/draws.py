"""One draw for every type of the catalogue: a body from what exists, and who says it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.domain.stage import (
    FOUNDERS,
    MEMBERS,
    WIDE,
    Body,
    Voice,
    act_of,
    appointment,
    genesis,
    key_id,
    proposed,
    registration,
    root,
    text,
)

if TYPE_CHECKING:
    from tests.domain.dirty.players import Players, Said

KIND_NAMES = ("clarification", "extension", "deferral", "reduction")
Draw = Callable[["Players"], "Said | None"]
DRAWS: dict[str, Draw] = {}


def draws(type_name: str) -> Callable[[Draw], Draw]:
    """List a draw under its type."""

    def listed(draw: Draw) -> Draw:
        DRAWS[type_name] = draw
        return draw

    return listed


def scope_change(players: "Players") -> tuple[Any, Body] | None:
    found = players.shown(f"commitment/{players.known('commitment')}")
    if found is None or not found.scopes:
        return None
    version = len(found.scopes)
    changed = players.scope(found.scopes[-1].scope.to_json())
    kind = players.pick((*KIND_NAMES, "reduction", "reduction", "extension"))
    return found, {"commitment": found.commitment, "declared_kind": kind, "from_version": version, "scope": changed}


@draws("DecisionProposed")
def _decision(players: "Players") -> "Said | None":
    name = players.new("d")
    drawn = players.rng.randrange(5)
    act: Body | None = None
    if drawn == 0 and (change := scope_change(players)):
        act = act_of("ScopeChanged", change[1] | {"decision": name})
    elif drawn == 1 and (contest := open_contest(players)):
        act = act_of("ContestOverruled", contest | {"decision": name, "reasons": text("No")})
    elif drawn > 2:
        from tests.domain.dirty.plans import decided_act  # noqa: PLC0415 - it lists its own draws here

        act = decided_act(players, name)
    if act is None:
        waiting = [one for one in players.stage.state.aggregates.values() if getattr(one, "status", "") == "proposed"]
        named = [one.commitment for one in waiting if hasattr(one, "commitment")]
        adopted = {"commitment": players.pick(named, "none"), "decision": name, "scope": players.scope()}
        act = act_of("CommitmentAdopted", adopted)
    closes = {"closes": players.day(back=-players.rng.randrange(-1, 20))} if players.chance(0.4) else {}
    about = players.shown(
        act["stream"] if act["type"] != "ContestOverruled" else f"commitment/{act['body']['commitment']}"
    )
    own = getattr(about, "governance_body", None)
    body = proposed(
        name, act, governance_body=own if own and players.chance(0.85) else players.known("governance"), **closes
    )
    return players.voice(players.member()), "DecisionProposed", body


def open_contest(players: "Players") -> Body | None:
    found = players.shown(f"deliverable/{players.known('deliverable')}")
    contest = players.pick(found.open_contests) if found else None
    if contest is None:
        return None
    named = {"commitment": found.commitment, "deliverable": found.deliverable}
    return named | {"contest": contest, "version": found.current.version}


def of(players: "Players", kind: str) -> Any:
    return players.shown(f"{kind}/{players.known(kind)}")


@draws("LedgerOpened")
def _genesis(players: "Players") -> "Said | None":
    return FOUNDERS, "LedgerOpened", genesis()


@draws("LawEditionAdopted")
def _edition(players: "Players") -> "Said | None":
    return root(players.anybody()), "LawEditionAdopted", {"edition": players.pick((1, 2, 3, 4))}


@draws("PartyRegistered")
def _party(players: "Players") -> "Said | None":
    name = players.pick((players.new("p"), "members", "consultant", players.anybody()))
    kind = players.pick(("civil_society_org", "civil_society_group", "federal_ministry"))
    body = {"kind": kind, "legal_name": text(name), "party": name}
    return players.voice(players.anybody()), "PartyRegistered", body


@draws("PartyNameRecorded")
def _name(players: "Players") -> "Said | None":
    official = players.chance(0.5)
    body = {"lang": "es", "name": "Otra", "official": official, "party": players.known("party"), "used_in": "2019"}
    return players.voice(players.anybody()), "PartyNameRecorded", body


@draws("MemberOrganizationJoined")
def _joined(players: "Players") -> "Said | None":
    body = {
        "organization": players.known("party"),
        "party": "nosc",
        "since": players.pick(("2011", players.day(back=9))),
    }
    return root("nosc"), "MemberOrganizationJoined", body


@draws("MemberOrganizationLeft")
def _organization_left(players: "Players") -> "Said | None":
    body = {"organization": players.known("party"), "party": "nosc", "reason": text("Ya"), "until": players.day()}
    return root("nosc"), "MemberOrganizationLeft", body


@draws("RepresentativeAppointed")
def _appointed(players: "Players") -> "Said | None":
    party, name = players.anybody(), players.new("n")
    person = players.pick((f"p-{name}", *(f"p-{one}" for one in MEMBERS)))
    until = {"valid_until": players.day(back=-players.rng.randrange(1, 60))} if players.chance(0.3) else {}
    capacity = players.pick(("representative", "representative", "secretariat"))
    scope = WIDE if players.chance(0.8) else sorted({players.pick(WIDE), players.pick(WIDE)})
    body = appointment(party, name, person=person, capacity=capacity, scope=scope, **until)
    actor = {"appointment": f"ap-{name}", "capacity": capacity, "party": party, "person": person}
    players.voices.append(Voice(actor, f"rep-{name}"))
    return root(party), "RepresentativeAppointed", body


@draws("RepresentativeRevoked")
def _unappointed(players: "Players") -> "Said | None":
    found = of(players, "appointment")
    return found and (
        root(found.party),
        "RepresentativeRevoked",
        {"appointment": found.appointment, "reason": text("Cesó")},
    )


@draws("KeyRegistered")
def _key(players: "Players") -> "Said | None":
    waiting = [one for one in players.voices if f"key/{key_id(one.key)}" not in players.stage.state.aggregates]
    who = players.pick(waiting)
    if who is None or players.chance(0.2):
        party, name = players.anybody(), players.new("root-")
        who = root(party, name)
        players.voices.append(who)
    body = registration(who.actor["party"], who.key, who.actor.get("appointment"))
    return who, "KeyRegistered", body


@draws("KeyEndorsed")
def _endorsed(players: "Players") -> "Said | None":
    found = of(players, "key")
    until = {"valid_until": players.day(back=-players.rng.randrange(1, 60))} if players.chance(0.5) else {}
    return root(players.pick((found.party, players.member()))), "KeyEndorsed", {
        "key": found.key, "valid_from": players.day(back=players.rng.randrange(-3, 30)), **until,
    }  # fmt: skip


@draws("KeyRotated")
def _rotated(players: "Players") -> "Said | None":
    who, new = players.voice(players.anybody(), as_root=players.chance(0.1)), players.new("next-")
    players.voices.append(Voice(who.actor, new))
    return who, "KeyRotated", {"key": key_id(who.key), "new_key": key_id(new)}


@draws("KeyRevoked")
def _revoked(players: "Players") -> "Said | None":
    who = players.voice(players.anybody(), as_root=players.chance(0.15))
    by = players.pick((who, root(who.actor["party"])))
    return by, "KeyRevoked", {"key": key_id(who.key), "reason": players.pick(("lost", "ceased_post"))}


@draws("KeyCompromised")
def _compromised(players: "Players") -> "Said | None":
    found = of(players, "key")
    since = players.pick((players.day(back=9), "2019-03", players.day()))
    return root(found.party), "KeyCompromised", {"compromised_since": since, "key": found.key}


@draws("SignatureReaffirmed")
def _reaffirmed(players: "Players") -> "Said | None":
    entry = players.pick(players.stage.entries)
    ended = [one for one in players.stage.state.aggregates.values() if getattr(one, "status", "") == "compromised"]
    if ended and (key := players.pick(ended)):
        entry = players.pick([one for one in players.stage.entries if one.keys[0] == key.key], entry)
    verdict = players.pick(("affirmed", "disowned"))
    party = entry.statement["actor"].get("party", "sfp")
    body = {"key": entry.keys[0], "target": entry.leaf_hash, "verdict": verdict}
    return players.voice(party), "SignatureReaffirmed", body


@draws("GovernanceBodyEstablished")
def _body(players: "Players") -> "Said | None":
    members = sorted({players.anybody() for _ in range(players.rng.randrange(1, 4))} | {players.member()})
    before = {"predecessor": players.known("governance")} if players.chance(0.4) else {}
    body = {"governance_body": players.new("g"), "mandate": text("M"), "members": members, "name": text("N")} | before
    return players.voice(players.pick(members)), "GovernanceBodyEstablished", body


@draws("GovernanceRulesAdopted")
def _rules(players: "Players") -> "Said | None":
    body = of(players, "governance")
    values = {
        "decision_rule": players.pick(("majority", "unanimity")),
        "abstention": players.pick(("neutral", "blocks")),
    }
    rules = {name: {"rule_source": "adopted", "value": value} for name, value in values.items()}
    version = len(body.rules) + 1
    return players.voice(players.member()), "GovernanceRulesAdopted", {
        "governance_body": body.governance_body, "rules": rules, "version": version,
    }  # fmt: skip


@draws("PartyWithdrew")
def _left(players: "Players") -> "Said | None":
    party = players.member()
    effective = players.pick((players.day(), players.day(), "2019-03-01", players.day(back=3)))
    body = {
        "effective": effective,
        "governance_body": players.known("governance"),
        "grounds": text("Ya"),
        "party": party,
    }
    return root(party), "PartyWithdrew", body


@draws("PartyReturned")
def _returned(players: "Players") -> "Said | None":
    body = of(players, "governance")
    gone = [one.party for one in body.seats if not one.seated]
    party = players.pick(gone, "nosc")
    said = {"conditions": text(players.pick(("A", "B"))), "effective": players.day(), "party": party}
    who = root(party) if players.chance(0.7) else players.voice(players.anybody())
    return who, "PartyReturned", said | {"governance_body": body.governance_body}


@draws("VoteCast")
def _vote(players: "Players") -> "Said | None":
    found = of(players, "decision")
    return found and (players.voice(players.anybody()), "VoteCast", {
        "choice": players.pick(("for", "against", "abstain")), "decision": found.decision, "digest": found.act_digest,
    })  # fmt: skip


@draws("DissentRecorded")
def _dissent(players: "Players") -> "Said | None":
    body = {"decision": players.known("decision"), "text": text("No")}
    return players.voice(players.anybody()), "DissentRecorded", body


@draws("DecisionSigned")
def _signs_decision(players: "Players") -> "Said | None":
    found = of(players, "decision")
    if found is None:
        return None
    body = {"decision": found.decision, "digest": found.act_digest}
    return (players.voice(players.anybody()), "DecisionSigned", body)
