"""Succession: a party is no more. Said by all who are concerned, with every open duty taken over or orphaned.

- P1: no party is declared to have ended against its will: it says so itself while it can say anything.
- P2: none ends alone or with its successors alone: the others say it too, those that sit with it in a body or in a body
  that its duties belong to; where there are none, the founders.
- P3: every open duty, as the state shows it, is taken over by a successor that says so, or listed as orphaned.
- P4: nothing else ends with it: past words stay valid, seats, keys and appointments end by their own acts.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar, Final

from constancia.domain.governance.body import GovernanceBody, acting_name, awaited
from constancia.domain.governance.decision import TWO
from constancia.domain.identity.genesis import LedgerState
from constancia.domain.identity.party import PARTY_EXISTS, party_registered, unregistered
from constancia.domain.identity.succession import SETTLED, Mode, Succession, Transfer, open_duties, succession_of
from constancia.domain.identity.voice import can_say, speaks_for
from constancia.domain.kernel.acts import Act, act, act_base
from constancia.domain.kernel.context import Context, begins_in_future
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.values.editions import THIRD
from constancia.domain.values.values import Doc, EdtfText, FormError, Identifier, Label

_ONE: Final = 1
# How many successors each mode has: at least, at most.
_SUCCESSORS: Final[dict[str, tuple[int, int | None]]] = {
    "renamed": (_ONE, _ONE),
    "merged": (_ONE, _ONE),
    "functions_transferred": (_ONE, None),
    "dissolved": (0, 0),
}


@act_base
class SuccessionAct(Act[Succession]):
    """What is said of the end of a party."""

    stream_kind: ClassVar = "succession"
    stream_id: ClassVar = ("party",)
    SINCE: ClassVar = THIRD

    party: Identifier


@act
class PartySucceeded(SuccessionAct):
    """A party has ended: renamed, merged, its functions transferred, or dissolved; each says it over an equal text."""

    REPORTS: ClassVar = True
    concurring: ClassVar = True
    SORTED: ClassVar = {"orphaned": "", "successors": "", "transfers": "duty"}

    documents: tuple[Doc, ...]
    effective: EdtfText
    independence_changed: bool
    mode: Mode
    orphaned: tuple[Label, ...]
    successors: tuple[Identifier, ...]
    transfers: tuple[Transfer, ...]

    def check_form(self, where: str) -> None:
        """Check that a duty is taken over or orphaned, not both."""
        for transfer in self.transfers:
            if transfer.duty in self.orphaned:
                raise FormError(f"{where}.orphaned", "duties that nobody takes over", transfer.duty)

    @rule(
        "E_ROLE",
        "the party, its successors, and those that sit with it or with its duties say that it has ended",
        "que una parte terminó lo dicen ella, sus sucesoras y quienes integran sus órganos o los de sus deberes",
    )
    def _by_who_is_concerned(self, on: object, at: Context) -> Breach:
        asked = {self.party, *self.successors, *self._others(at)}
        return at.party not in asked and {"asked": sorted(asked)}

    @rule(
        "E_SELF_DEALING",
        "who is appointed by the party or a successor does not say it for another",
        "quien tiene nombramiento de la parte o de una sucesora no lo dice por otra",
    )
    def _for_one_side(self, on: object, at: Context) -> Breach:
        sides = (self.party, *self.successors)
        return at.party not in sides and [{"party": side} for side in sides if speaks_for(at, side)]

    @rule("E_POLICY", "no party ends by one party's word", "ninguna parte termina por la palabra de una sola")
    def _not_alone(self, on: object, at: Context) -> Breach:
        return len(self._awaited(at)) < TWO

    @rule(*PARTY_EXISTS)
    def _successors_registered(self, on: object, at: Context) -> Breach:
        return unregistered(at, self.successors)

    @rule(
        "E_PARTY_SUCCEEDED",
        "a successor is a party that has no successor itself",
        "una sucesora es una parte que no tiene sucesora",
    )
    def _successors_there(self, on: object, at: Context) -> Breach:
        return [{"party": name} for name in self.successors if succession_of(at.state, name) is not None]

    @rule("E_POLICY", "no party succeeds itself", "ninguna parte se sucede a sí misma")
    def _not_itself(self, on: object, at: Context) -> Breach:
        return self.party in self.successors

    @rule(
        "E_POLICY",
        "a party that was renamed or merged has one successor, one whose functions were transferred at least one, "
        "one that was dissolved none",
        "una parte renombrada o fusionada tiene una sucesora, una cuyas funciones se transfirieron al menos una, "
        "una disuelta ninguna",
    )
    def _as_many_as_its_mode(self, on: object, at: Context) -> Breach:
        least, most = _SUCCESSORS[self.mode]
        count = len(self.successors)
        return (count < least or (most is not None and count > most)) and {"mode": self.mode, "successors": count}

    @rule(
        "E_EVIDENCE_REQUIRED",
        "the end of a party has a document: its legal basis",
        "el fin de una parte tiene un documento: su base legal",
    )
    def _has_a_basis(self, on: object, at: Context) -> Breach:
        return not self.documents

    @rule(
        "E_POLICY",
        "every open duty is taken over by a successor or listed as orphaned",
        "cada deber abierto pasa a una sucesora o se enumera como huérfano",
    )
    def _none_silently_gone(self, on: object, at: Context) -> Breach:
        named = {*self.orphaned, *(transfer.duty for transfer in self.transfers)}
        missing = sorted(open_duties(at.state, self.party) - named)
        return bool(missing) and {"unmapped": missing}

    @rule("E_NOT_FOUND", "the party has no such open duty", "la parte no tiene ese deber abierto")
    def _its_own_duties(self, on: object, at: Context) -> Breach:
        borne = open_duties(at.state, self.party)
        named = (*self.orphaned, *(transfer.duty for transfer in self.transfers))
        return [{"duty": duty} for duty in named if duty not in borne]

    @rule("E_POLICY", "a duty goes to a successor", "un deber pasa a una sucesora")
    def _to_a_successor(self, on: object, at: Context) -> Breach:
        return [{"party": moved.successor} for moved in self.transfers if moved.successor not in self.successors]

    @rule(
        "E_POLICY",
        "a party that was renamed or merged leaves no duty orphaned",
        "una parte renombrada o fusionada no deja huérfano ningún deber",
    )
    def _goes_on_whole(self, on: object, at: Context) -> Breach:
        return self.mode in ("renamed", "merged") and bool(self.orphaned) and {"orphaned": list(self.orphaned)}

    @rule("E_DATE", "the end of a party does not lie in the future", "el fin de una parte no está en el futuro")
    def _has_ended(self, on: object, at: Context) -> Breach:
        return begins_in_future(at, self.effective)

    RULES: ClassVar = (
        _by_who_is_concerned,
        _for_one_side,
        _not_alone,
        party_registered,
        _successors_registered,
        _successors_there,
        _not_itself,
        _as_many_as_its_mode,
        _has_a_basis,
        _none_silently_gone,
        _its_own_duties,
        _to_a_successor,
        _goes_on_whole,
        _has_ended,
    )

    def _others(self, at: Context) -> frozenset[str]:
        """Give those that say it besides the party and its successors: who sits with it, else the founders."""
        sides = {self.party, *self.successors}
        name = type(self).__name__
        seated = {member for body in self._bodies(at) for member in awaited(at, body, name)} - sides
        if seated:
            return frozenset(seated)
        genesis = at.find(LedgerState, "ledger")
        founders = {founder.party for founder in genesis.opened.founders} if genesis else set()
        return frozenset(party for party in founders - sides if can_say(at, party, name))

    def _bodies(self, at: Context) -> Iterable[GovernanceBody]:
        """Give the bodies in which the party sits, and those that its open duties belong to."""
        streams = {duty.partition("#")[0] for duty in open_duties(at.state, self.party)}
        named = {
            acting_name(at.state, getattr(at.state.standing(stream), "governance_body", None)) for stream in streams
        }
        return (
            body for body in at.state.of(GovernanceBody) if body.is_seated(self.party) or body.governance_body in named
        )

    def _awaited(self, at: Context) -> frozenset[str]:
        speaks = at.party == self.party or can_say(at, self.party, type(self).__name__)
        own = {self.party} if speaks else set()
        return frozenset({*own, *self.successors, *self._others(at)})

    def suffices(self, on: Succession, at: Context) -> bool:
        """Tell whether, with this word, all have said it who are awaited: who can't speak any more is not."""
        return at.joined().parties >= self._awaited(at)

    def begin(self, at: Context) -> Succession:
        """Take the first word in."""
        return self.then(Succession(stream=self.stream(), party=self.party), at)

    def then(self, on: Succession, at: Context) -> Succession:
        """Add this word; with the last one the party has ended."""
        if not self.suffices(on, at):
            return replace(on, concurring=on.with_concurrence(at.joined()))
        return replace(
            on,
            status=SETTLED,
            concurring=(),
            mode=self.mode,
            successors=self.successors,
            transfers=self.transfers,
            orphaned=self.orphaned,
            independence_changed=self.independence_changed,
            documents=self.documents,
            effective=self.effective,
            settled=at.mark,
        )


SUCCESSION: Final = AggregateKind(SuccessionAct, {PartySucceeded: {NONE: "proposed", "proposed": "proposed"}})
