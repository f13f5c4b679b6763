"""Draws of who takes part, who bears what, who publishes what and which party ends; and what the oracle asks of an end.

An end is drawn with what the party bears, with a part of it, or with nothing of it.
"""

from typing import TYPE_CHECKING, Any

from tests.domain.dirty.books import Books, Word
from tests.domain.dirty.draws import draws
from tests.domain.dirty.reading import Json, require
from tests.domain.stage import Body, doc, text

from constancia.domain.identity.succession import open_duties

if TYPE_CHECKING:
    from tests.domain.dirty.players import Players, Said

# What a party that has ended may still say: it ends its keys, offices and seats.
CLOSING = frozenset(
    {"KeyCompromised", "KeyRegistered", "KeyRevoked", "KeyRotated", "PartyWithdrew", "RepresentativeRevoked",
     "SignatureReaffirmed"}
)  # fmt: skip


@draws("ParticipantAdmitted")
def _participant(players: "Players") -> "Said | None":
    ends = {"until": players.day()} if players.chance(0.2) else {}
    body = {"governance_body": players.known("governance"), "participation": players.pick(("observer",
            "permanent_participant")), "party": players.anybody(), "since": "2019-03-01", "voting": players.pick(
            ("none", "unstated"))}  # fmt: skip
    return players.voice(players.member()), "ParticipantAdmitted", body | ends


@draws("DutyAssigned")
def _duty(players: "Players") -> "Said | None":
    again: Body = {"duty": players.known("duty"), "reasons": text("Otra vez")}
    named = again if players.chance(0.3) else {"duty": players.new("o")}
    bearers = sorted({players.anybody() for _ in range(players.rng.randrange(0, 3))})
    body = {"bearers": bearers, "governance_body": players.known("governance"), "since": players.day(),
            "text": text("Ser el enlace")}  # fmt: skip
    return players.voice(players.anybody()), "DutyAssigned", body | named


@draws("ConditionDeclared")
def _condition(players: "Players") -> "Said | None":
    commitment = players.known("commitment")
    body: Body = {"commitment": commitment, "condition": players.new("k"), "kind": players.pick(("resource", "return"))}
    if players.chance(0.5):
        body |= {"fallback": text("Lo hacen"), "milestone": "m2", "text": text("Sin recursos")}
    else:
        body |= {"concerns": f"commitment/{commitment}", "text": text("Si hay acuerdo")}
    return players.voice(players.member()), "ConditionDeclared", body


@draws("StatementPublished")
def _statement(players: "Players") -> "Said | None":
    parties = sorted({players.anybody() for _ in range(players.rng.randrange(1, 4))})
    docset = {"authentic": "es", "documents": [doc("comunicado", "es")]}
    body = {"docset": docset, "kind": "release", "parties": parties, "statement": players.new("s"), "title": text("T")}
    return players.voice(players.pick((*parties, players.anybody()))), "StatementPublished", body


@draws("PartySucceeded")
def _ended(players: "Players") -> "Said | None":
    party = players.pick(("red", "con")) if players.chance(0.8) else players.anybody()
    mode = players.pick(("dissolved", "dissolved", "renamed", "functions_transferred"))
    successors = [] if mode == "dissolved" else [players.anybody()]
    borne = sorted(open_duties(players.stage.state, party))
    named = borne if players.chance(0.7) else borne[1:]
    moved = [{"duty": duty, "successor": successors[0]} for duty in named] if successors else []
    body = {
        "documents": [doc("decreto")], "effective": players.day(), "independence_changed": False, "mode": mode,
        "orphaned": [] if successors else named, "party": party, "successors": successors, "transfers": moved,
    }  # fmt: skip
    return players.voice(players.anybody()), "PartySucceeded", body


def check_end(books: Books, document: Json) -> None:
    """Check that a party has ended by its own word while it could speak, by others' too, and with all it was to do."""
    party = document["party"]
    if document["status"] != "succeeded" or party in books.gone:
        return
    word = next(one for one in reversed(books.words) if one.stream == document["stream"])
    said = books.equal_words(word).keys()
    own = {party} if books.able(party, word.type, word.day) else set()
    beside = {party, *document.get("successors", ())}
    bodies = [body for body in books.seats if party in books.sitting(body)]
    others = {one for body in bodies for one in books.awaited(body, word.type, word.day)} - beside
    needed = own | others | set(document.get("successors", ()))
    require(needed <= said, "party", f"{party} has ended without {sorted(needed - said)}")
    require(len(said) > 1, "party", f"{party} has ended by one word")
    named = {*document.get("orphaned", ()), *(one["duty"] for one in document.get("transfers", ()))}
    missing = set(_borne(books, party)) - named
    require(not missing, "13", f"{sorted(missing)} of {party} is nobody's, silently")
    books.gone.add(party)


def _borne(books: Books, party: str) -> list[str]:
    """What the scopes in force name a party for, and has not been reported complete."""
    found: list[str] = []
    for commitment, versions in books.scopes.items():
        done = {one.body["milestone"] for one in books.words if one.type == "MilestoneCompleted"
                and one.body["commitment"] == commitment}  # fmt: skip
        for one in versions[-1].body["scope"]["milestones"] if versions else ():
            named: list[Any] = [*one["lead"], *one.get("support", ()), *one.get("fallback", {}).get("parties", ())]
            if party in named and one["milestone"] not in done:
                found.append(f"commitment/{commitment}#milestones/{one['milestone']}")
    return found


def check_not_ended(books: Books, word: Word) -> None:
    """Check that a party that has ended only closes its affairs."""
    require(
        word.party not in books.gone or word.type in CLOSING, "party", f"{word.type} by {word.party}, which has ended"
    )
