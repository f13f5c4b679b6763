"""Who takes part in a body without a seat, admitted by the word of all members; and the table of all acts on a body.

A participant has no vote, also where its vote is unstated: a vote is got by the foundation of another body alone.
"""

from dataclasses import replace
from typing import ClassVar, Final, Literal

from constancia.domain.governance.body import GovernanceBody, Participant, awaited, is_alone, seat_rules
from constancia.domain.governance.membership import (
    GovernanceAct,
    GovernanceBodyEstablished,
    GovernanceRulesAdopted,
    PartyReturned,
    PartyWithdrew,
)
from constancia.domain.identity.party import party_registered
from constancia.domain.identity.succession import succession_of
from constancia.domain.identity.voice import speaks_for
from constancia.domain.kernel.acts import act
from constancia.domain.kernel.context import Context, begins_in_future, lies_in_future
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.values.calendar import parse_edtf
from constancia.domain.values.editions import THIRD
from constancia.domain.values.occurrence import occurrence
from constancia.domain.values.values import EdtfText, FormError, Identifier


def _named_body(act: GovernanceAct, on: object, at: Context) -> str:
    return act.governance_body


@act
class ParticipantAdmitted(GovernanceAct):
    """A party takes part in the body without a seat, or (with `until`) does no more; each member says it equally."""

    SINCE: ClassVar = THIRD
    REPORTS: ClassVar = True
    concurring: ClassVar = True

    participation: Literal["permanent_participant", "observer"]
    party: Identifier
    since: EdtfText
    until: EdtfText | None = None
    voting: Literal["none", "unstated"]

    def check_form(self, where: str) -> None:
        """Check that it does not end before it begins."""
        start = parse_edtf(self.since).start
        end = parse_edtf(self.until).end if self.until else None
        if start is not None and end is not None and end < start:
            raise FormError(f"{where}.until", "a date after since", self.until)

    @rule("E_POLICY", "no party decides alone in a body", "ninguna parte decide sola en un órgano")
    def _not_alone(self, on: GovernanceBody, at: Context) -> Breach:
        return is_alone(at, on, type(self).__name__)

    @rule("E_STATE", "a member of the body is no participant", "quien integra el órgano no es participante")
    def _has_no_seat(self, on: GovernanceBody, at: Context) -> Breach:
        return on.is_seated(self.party)

    @rule("E_STATE", "it changes how the party takes part", "cambia la forma en que la parte participa")
    def _says_something_new(self, on: GovernanceBody, at: Context) -> Breach:
        return not self._is_open(on)

    @rule(
        "E_PARTY_SUCCEEDED",
        "who is admitted is a party that has no successor",
        "se admite a una parte que no tiene sucesora",
    )
    def _still_there(self, on: object, at: Context) -> Breach:
        return self.until is None and succession_of(at.state, self.party) is not None

    @rule("E_SELF_DEALING", "who is admitted does not admit itself", "quien es admitida no se admite a sí misma")
    def _not_admitting_itself(self, on: object, at: Context) -> Breach:
        return speaks_for(at, self.party)

    @rule("E_DATE", "a participation does not begin in the future", "una participación no empieza en el futuro")
    def _has_begun(self, on: object, at: Context) -> Breach:
        return begins_in_future(at, self.since)

    @rule(
        "E_DATE",
        "the end of a participation does not lie in the future",
        "el fin de una participación no está en el futuro",
    )
    def _has_ended(self, on: object, at: Context) -> Breach:
        return self.until is not None and lies_in_future(at, self.until)

    RULES: ClassVar = (
        *seat_rules(_named_body),
        party_registered,
        _still_there,
        _not_alone,
        _has_no_seat,
        _says_something_new,
        _not_admitting_itself,
        _has_begun,
        _has_ended,
    )

    def _is_open(self, on: GovernanceBody) -> bool:
        """Tell whether it says something that does not hold yet; an end needs a participation that has not ended."""
        current = on.participant(self.party)
        if current is None:
            return self.until is None
        same = (current.participation, current.voting, current.since) == (self.participation, self.voting, self.since)
        return same == (self.until is not None)

    def suffices(self, on: GovernanceBody, at: Context) -> bool:
        """Tell whether, with this word, all members have said it who are awaited."""
        return at.joined().parties >= awaited(at, on, type(self).__name__) and self._is_open(on)

    def then(self, on: GovernanceBody, at: Context) -> GovernanceBody:
        """Add this member's word; with the last one the participation begins, changes or ends."""
        concurrence = at.joined()
        if not self.suffices(on, at):
            return replace(on, concurring=on.with_concurrence(concurrence))
        current = on.participant(self.party)
        when = occurrence(at.state, at.mark, self.until or self.since).on
        before = (
            replace(other, until=when, until_index=at.mark.index) if other is current else other
            for other in on.participants or ()
        )
        added = Participant(
            party=self.party, participation=self.participation, voting=self.voting, since=self.since, mark=at.mark
        )
        rest = on.without_concurrence(concurrence)
        participants = (*before, *(() if self.until else (added,)))
        return replace(on, concurring=rest, participants=participants)


GOVERNANCE: Final = AggregateKind(
    GovernanceAct,
    {
        GovernanceBodyEstablished: {NONE: "founding", "founding": "founding"},
        GovernanceRulesAdopted: {"established": "established"},
        ParticipantAdmitted: {"established": "established"},
        PartyWithdrew: {"established": "established"},
        PartyReturned: {"established": "established"},
    },
)
