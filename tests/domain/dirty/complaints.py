"""Draws of what is said of an agreement's later life and of complaints (see `draws`)."""

from typing import TYPE_CHECKING, Any

from tests.domain.dirty.draws import draws, of
from tests.domain.stage import doc, text

if TYPE_CHECKING:
    from tests.domain.dirty.players import Players, Said

OUTCOMES = ("dismissed", "not_upheld", "partly", "settled", "upheld", "withdrawn")


@draws("AgreementPartyWithdrew")
def _leaves(players: "Players") -> "Said | None":
    body = {"agreement": players.known("agreement"), "effective": players.day(back=players.pick((0, 0, 3, 400)))}
    return players.voice(players.anybody()), "AgreementPartyWithdrew", body | {"reasons": text("Ya no")}


@draws("PaperSignatureAttested")
def _attests(players: "Players") -> "Said | None":
    found = of(players, "agreement")
    return found and (players.voice(players.anybody()), "PaperSignatureAttested", {
        "agreement": found.agreement, "docset": found.current.docset_digest, "name": "Titular", "on": players.day(),
        "party": players.pick(found.current.parties), "person": "p-titular", "post": text("Titular"),
        "scan": doc("escaneo"), "version": found.current.version,
    })  # fmt: skip


@draws("TranslationDiscrepancyRecorded")
def _differs(players: "Players") -> "Said | None":
    found = of(players, "agreement")
    return found and (players.voice(players.anybody()), "TranslationDiscrepancyRecorded", {
        "agreement": found.agreement, "discrepancy": players.new("x"), "place": text("Acción"), "version": 1,
        "readings": [{"lang": "en"}, {"lang": "es", "says": "Sesiones"}], "weight": "reading",
    })  # fmt: skip


@draws("ComplaintFiled")
def _files(players: "Players") -> "Said | None":
    accused = sorted({players.anybody() for _ in range(players.pick((1, 1, 2)))})
    body: dict[str, Any] = {
        "against": accused, "complaint": players.new("q"), "kind": "complaint", "protected": False,
        "text": text("Queja"),
    }  # fmt: skip
    former = of(players, "complaint") if players.chance(0.3) else None
    if former:
        body |= {"continues": former.complaint, "kind": "complaint" if former.is_open else "appeal"}
    if players.chance(0.4):
        body["addressed_to"] = players.anybody()
    if players.chance(0.7):
        body["governance_body"] = players.known("governance")
    return players.voice(players.anybody()), "ComplaintFiled", body


@draws("ComplaintAdmitted")
def _admits(players: "Players") -> "Said | None":
    body = {"complaint": players.known("complaint"), "reasons": text("Sí")}
    return players.voice(players.anybody()), "ComplaintAdmitted", body


@draws("ComplaintResolved")
def _resolves(players: "Players") -> "Said | None":
    body = {"complaint": players.known("complaint"), "outcome": players.pick(OUTCOMES), "reasons": text("Visto")}
    return players.voice(players.anybody()), "ComplaintResolved", body
