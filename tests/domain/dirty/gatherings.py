"""Draws of what is said of gatherings, and of answers to them (see `draws`), and what the oracle asks of them."""

from typing import TYPE_CHECKING, Any

from tests.domain.dirty.draws import draws, of
from tests.domain.stage import sha256, text

if TYPE_CHECKING:
    from tests.domain.dirty.players import Players, Said

KINDS = ("consultation", "forum", "interviews", "meeting", "validation_session", "workshop")


def _matter(players: "Players") -> dict[str, Any]:
    matter: dict[str, Any] = {"governance_body": players.known("governance")} if players.chance(0.8) else {}
    commitment = {"commitment": players.known("commitment")}
    return matter | ({"about": commitment} if players.chance(0.4) or not matter else {})


@draws("GatheringConvened")
def _convened(players: "Players") -> "Said | None":
    found = of(players, "gathering") if players.chance(0.3) else None
    body = {
        "agenda": [text("Bienvenida")], "gathering": found.gathering if found else players.new("g"),
        "kind": found.kind if found and players.chance(0.8) else players.pick(KINDS), "open_to": text("Público"),
        "title": text("Reunión"), "window": players.day(back=-players.rng.randrange(-2, 20)),
    }  # fmt: skip
    return players.voice(players.anybody()), "GatheringConvened", body | _matter(players)


@draws("GatheringHeld")
def _held(players: "Players") -> "Said | None":
    found = of(players, "gathering") if players.chance(0.8) else None
    body: dict[str, Any] = {"gathering": found.gathering if found else players.new("g"), "window": players.day()}
    if found is None:
        body |= {"kind": "meeting", "title": text("Sesión")} | _matter(players)
    return players.voice(players.anybody()), "GatheringHeld", body


@draws("ContributionReceived")
def _contributed(players: "Players") -> "Said | None":
    found = of(players, "gathering")
    known = [one.contribution for one in found.contributions] if found else []
    name = players.pick(known) if known and players.chance(0.2) else players.new("k")
    count = {"count": players.pick((1, 5, 900))} if players.chance(0.5) else {}
    return found and (players.voice(players.anybody()), "ContributionReceived", {
        "consent": "count_only", "contribution": name, "contributor": "citizen", "gathering": found.gathering,
        "sha256": sha256(name), **count,
    })  # fmt: skip


@draws("ReasonedResponsePublished")
def _answered(players: "Players") -> "Said | None":
    theme: dict[str, Any] = {"outcome": "partly", "reasons": text("No todo"), "theme": "t1", "title": text("Plazos")}
    found = of(players, "gathering") if players.chance(0.6) else None
    if found and found.contributions:
        named = players.pick((found.contributions[-1].contribution, "k0"))
        theme |= {"contributions": [named]} if players.chance(0.6) else {}
    subject = {"gathering": found.gathering} if found else {"commitment": players.known("commitment")}
    body = {"response": players.new("r"), "themes": [theme]} | subject
    return players.voice(players.anybody()), "ReasonedResponsePublished", body
