"""Draws of requests to cancel personal data, and of what is decided on them (see `draws`)."""

from typing import TYPE_CHECKING, Any

from tests.domain.dirty.draws import draws, of
from tests.domain.stage import sha256, text

if TYPE_CHECKING:
    from tests.domain.dirty.players import Players, Said


@draws("CancellationRequested")
def _asked(players: "Players") -> "Said | None":
    if not players.stage.entries:
        return None
    entry = players.pick(players.stage.entries)
    item: dict[str, Any] = {"entry": entry.leaf_hash}
    item |= {"field": "body.name"} if players.chance(0.6) else {"document": sha256("minuta")}
    found = of(players, "cancellation") if players.chance(0.1) else None
    return players.voice(players.anybody()), "CancellationRequested", {
        "cancellation": found.cancellation if found else players.new("x"), "items": [item],
        "received_on": players.day(), "request": f"sha256:{sha256('request')}",
    }  # fmt: skip


@draws("CancellationDecided")
def _decided(players: "Players") -> "Said | None":
    found = of(players, "cancellation")
    to = players.pick(("blocked", "denied", "destroyed"))
    more = {"blocked": {"until": players.day(back=-40)}, "denied": {"ground": "public_function"}, "destroyed": {}}[to]
    return found and (players.voice(players.anybody()), "CancellationDecided", {
        "cancellation": found.cancellation, "documents": players.pick(([], [sha256("minuta")])),
        "legal_basis": text("Art. 1"), "reasons": text("Datos"), "remedy": text("Recurso"), "to": to, **more,
    })  # fmt: skip
