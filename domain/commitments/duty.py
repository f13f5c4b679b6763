"""Assigned duties: what parties have undertaken towards others, such as to be the contact with a branch of government.

An assigned duty has a bearer, or it has ended; that all its bearers are gone follows from the state (`holders`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

from constancia.domain.agreements.agreement import Agreement
from constancia.domain.governance.body import acting_name, awaited, body_of, has_seat, is_alone
from constancia.domain.identity.party import unregistered
from constancia.domain.identity.succession import succession_of
from constancia.domain.identity.voice import can_say
from constancia.domain.kernel.acts import Act, act, act_base
from constancia.domain.kernel.aggregate import Aggregate, Mark, SaidIn
from constancia.domain.kernel.context import Context, begins_in_future
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.values.editions import THIRD
from constancia.domain.values.values import Doc, EdtfText, Identifier, Text

ASSIGNED: Final = "assigned"
ENDED: Final = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Who bears the duty since when, and what it is; a later one replaces it."""

    SINCE: ClassVar = THIRD

    bearers: tuple[str, ...]
    text: Text
    since: str
    mark: Mark
    limits: Text | None = None
    toward: Text | None = None
    agreement: str | None = None
    source: Doc | None = None
    reasons: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty(Aggregate):
    """A duty with all its assignments; without any it is proposed: not all who are concerned have said it."""

    SINCE: ClassVar = THIRD

    duty: str
    governance_body: str
    assignments: tuple[Assignment, ...] = ()

    @property
    def current(self) -> Assignment | None:
        """The last assignment."""
        return self.assignments[-1] if self.assignments else None

    @property
    def concerns(self) -> tuple[str, ...]:
        """The parties that bear it, and the agreement that it comes from."""
        return _matters(self.current)

    @classmethod
    def concerned(cls, before: tuple[str, ...] | None, statement: Mapping[str, Any]) -> tuple[str, ...] | None:  # noqa: ARG003
        """Leave it to the fold: whose word is the last one that is awaited depends on who can speak."""
        return None

    def concerned_at(self, index: int, said_in: SaidIn) -> tuple[str, ...]:
        """Give the same of the assignment that held after an entry."""
        return _matters(next((each for each in reversed(self.assignments) if each.mark.index <= index), None))

    def settled_at(self, type_name: str, body: Mapping[str, Any]) -> int:
        """Give the entry of the last assignment: what was said of the one before it is over."""
        return self.assignments[-1].mark.index if self.assignments else -1

    def duties_of(self, party: str) -> tuple[str, ...]:
        """Give the duty itself where the party bears it."""
        current = self.current
        return (self.stream,) if current is not None and party in current.bearers else ()


def _matters(assignment: Assignment | None) -> tuple[str, ...]:
    if assignment is None:
        return ()
    bearers = tuple(f"party/{bearer}" for bearer in assignment.bearers)
    return (*bearers, *((f"agreement/{assignment.agreement}",) if assignment.agreement else ()))


@act_base
class DutyAct(Act[Duty]):
    """What is said of an assigned duty."""

    stream_kind: ClassVar = "duty"
    stream_id: ClassVar = ("duty",)
    SINCE: ClassVar = THIRD

    duty: Identifier


@act
class DutyAssigned(DutyAct):
    """Parties bear a duty, or (without bearers) it ends: said by all members of the body and by each who bears it."""

    REPORTS: ClassVar = True
    concurring: ClassVar = True
    SORTED: ClassVar = {"bearers": ""}

    agreement: Identifier | None = None
    bearers: tuple[Identifier, ...]
    governance_body: Identifier
    limits: Text | None = None
    reasons: Text | None = None
    since: EdtfText
    source: Doc | None = None
    text: Text
    toward: Text | None = None

    @rule(
        "E_NOT_SEATED",
        "a duty is assigned by the members of the body and by those who bear it",
        "un deber lo asignan quienes integran el órgano y quienes lo asumen",
    )
    def _by_member_or_bearer(self, on: object, at: Context) -> Breach:
        return not has_seat(at, at.party, self.governance_body) and at.party not in self.bearers

    @rule("E_NOT_FOUND", "there is no such governance body", "no existe ese órgano de gobernanza")
    def _body_exists(self, on: object, at: Context) -> Breach:
        return body_of(at, self.governance_body) is None and {"governance body": self.governance_body}

    @rule("E_POLICY", "no party decides alone in a body", "ninguna parte decide sola en un órgano")
    def _not_alone(self, on: object, at: Context) -> Breach:
        return is_alone(at, body_of(at, self.governance_body), type(self).__name__)

    @rule("E_POLICY", "a duty is assigned again by the body that assigned it", "un deber lo reasigna su propio órgano")
    def _of_its_body(self, on: Duty, at: Context) -> Breach:
        own = acting_name(at.state, on.governance_body)
        return bool(on.assignments) and own != self.governance_body and {"body": own}

    @rule("E_NOT_FOUND", "there is no such party", "no existe esa parte")
    def _bearers_registered(self, on: object, at: Context) -> Breach:
        return unregistered(at, self.bearers)

    @rule(
        "E_PARTY_SUCCEEDED",
        "a duty goes to a party that has no successor",
        "un deber se asigna a una parte que no tiene sucesora",
    )
    def _bearers_there(self, on: object, at: Context) -> Breach:
        return [{"party": bearer} for bearer in self.bearers if succession_of(at.state, bearer) is not None]

    @rule("E_NOT_FOUND", "there is no such agreement", "no existe ese acuerdo")
    def _agreement_exists(self, on: object, at: Context) -> Breach:
        named = self.agreement
        return named is not None and at.find(Agreement, f"agreement/{named}") is None and {"agreement": named}

    @rule("E_POLICY", "a duty begins with a bearer", "un deber empieza con quien lo asume")
    def _begins_with_a_bearer(self, on: Duty | None, at: Context) -> Breach:
        return not self.bearers and (on is None or not on.assignments)

    @rule(
        "E_POLICY",
        "a duty is assigned again or ended with reasons",
        "un deber se reasigna o termina con motivos",
    )
    def _with_reasons(self, on: Duty, at: Context) -> Breach:
        return bool(on.assignments) and self.reasons is None

    @rule("E_DATE", "a duty does not begin or end in the future", "un deber no empieza ni termina en el futuro")
    def _has_begun(self, on: object, at: Context) -> Breach:
        return begins_in_future(at, self.since)

    RULES: ClassVar = (
        _by_member_or_bearer,
        _body_exists,
        _not_alone,
        _of_its_body,
        _bearers_registered,
        _bearers_there,
        _agreement_exists,
        _begins_with_a_bearer,
        _with_reasons,
        _has_begun,
    )

    def suffices(self, on: Duty, at: Context) -> bool:
        """Tell whether, with this word, the members have said it who are awaited, and each who takes it on."""
        before = on.current.bearers if on.current else ()
        # Nobody gets a duty without its own word; who has it already and can't speak any more keeps it.
        new = {bearer for bearer in self.bearers if bearer not in before}
        able = {bearer for bearer in self.bearers if bearer in before and can_say(at, bearer, type(self).__name__)}
        members = awaited(at, body_of(at, self.governance_body), type(self).__name__)
        return at.joined().parties >= {*members, *new, *able}

    def begin(self, at: Context) -> Duty:
        """Take the first word in."""
        return self.then(Duty(stream=self.stream(), duty=self.duty, governance_body=self.governance_body), at)

    def then(self, on: Duty, at: Context) -> Duty:
        """Add this word; with the last one the assignment holds."""
        concurrence = at.joined()
        if not self.suffices(on, at):
            return replace(on, concurring=on.with_concurrence(concurrence))
        rest = on.without_concurrence(concurrence)
        assignment = Assignment(
            bearers=self.bearers,
            text=self.text,
            since=self.since,
            mark=at.mark,
            limits=self.limits,
            toward=self.toward,
            agreement=self.agreement,
            source=self.source,
            reasons=self.reasons,
        )
        return replace(
            on,
            status=ASSIGNED if self.bearers else ENDED,
            concurring=rest,
            governance_body=self.governance_body,
            assignments=(*on.assignments, assignment),
        )


DUTY: Final = AggregateKind(DutyAct, {DutyAssigned: {NONE: "proposed", "proposed": "proposed", ASSIGNED: ASSIGNED}})
