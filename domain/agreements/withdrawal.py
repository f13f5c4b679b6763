"""Leaving an agreement in force: a party's own act, needing nobody's consent."""

from dataclasses import replace
from datetime import date
from typing import ClassVar

from constancia.domain.agreements.agreement import (
    TWO,
    Agreement,
    AgreementMatter,
    Departure,
    Termination,
    in_force_on,
)
from constancia.domain.kernel.acts import act
from constancia.domain.kernel.context import Context, lies_in_future
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.values.calendar import parse_edtf
from constancia.domain.values.editions import THIRD
from constancia.domain.values.occurrence import occurrence
from constancia.domain.values.values import EdtfText, Text


@act
class AgreementPartyWithdrew(AgreementMatter):
    """A party leaves an agreement in force. What it signed and owed until then stays; a pending amendment is void.

    With fewer than two parties left the agreement has ended.
    """

    SINCE: ClassVar = THIRD
    CORRECTABLE: ClassVar = ("reasons",)

    effective: EdtfText
    reasons: Text

    @rule("E_STATE", "only an agreement in force is left", "sólo se deja un acuerdo vigente")
    def _is_in_force(self, on: Agreement, at: Context) -> Breach:
        return on.in_force is None

    @rule("E_ROLE", "a party to the agreement leaves it", "un acuerdo lo deja una de sus partes")
    def _by_a_party(self, on: Agreement, at: Context) -> Breach:
        version = on.in_force
        return version is not None and at.party not in version.parties and {"parties": list(version.parties)}

    @rule(
        "E_PARTY_WITHDRAWN",
        "a party leaves an agreement once",
        "una parte deja un acuerdo una sola vez",
    )
    def _has_not_left(self, on: Agreement, at: Context) -> Breach:
        version = on.in_force
        return version is not None and at.party in version.parties and at.party not in on.parties_left

    @rule("E_DATE", "a withdrawal does not begin in the future", "un retiro no empieza en el futuro")
    def _has_begun(self, on: object, at: Context) -> Breach:
        return lies_in_future(at, self.effective)

    RULES: ClassVar = (_is_in_force, _by_a_party, _has_not_left, _has_begun)

    def counted(self, on: Agreement, at: Context) -> str:
        """Give the date that counts: not one before it is said, nor before the agreement was in force.

        An earlier date is a claim: it is given as it was said in the entry, and the day of recording counts.
        """
        stated = occurrence(at.state, at.mark, self.effective).on
        earliest = parse_edtf(at.mark.occurred_on).start or at.day
        if on.in_force is not None:
            earliest = max(earliest, _last_day(in_force_on(at.state, on.in_force)))
        start = parse_edtf(stated).start
        return stated if start is not None and start >= earliest else at.day.isoformat()

    def then(self, on: Agreement, at: Context) -> Agreement:
        """Note the departure; with fewer than two parties left nothing binds any more."""
        departure = Departure(
            party=at.party,
            effective=self.counted(on, at),
            reasons=self.reasons,
            version=on.current.version,
            mark=at.mark,
        )
        left = replace(on, departures=(*(on.departures or ()), departure), status="in_force")
        if len(left.parties_left) >= TWO:
            return left
        return replace(left, status="terminated", terminated=Termination(mark=at.mark, since=departure.effective))


def _last_day(when: str) -> date:
    return parse_edtf(when).end or date.max
