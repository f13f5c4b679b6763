"""Deciding on a complaint: admitted, dismissed, resolved; by nobody whose cause it is."""

from dataclasses import replace
from typing import ClassVar, Final, Literal

from constancia.domain.complaints.answers import first_answers
from constancia.domain.complaints.complaint import (
    Admission,
    Complaint,
    ComplaintAct,
    Resolution,
    involved,
    persons_involved,
)
from constancia.domain.complaints.judges import may_decide
from constancia.domain.identity.kinship import with_kin
from constancia.domain.identity.voice import speaks_for
from constancia.domain.kernel.acts import act
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.values.calendar import days_after, parse_day
from constancia.domain.values.values import Day, StreamName, Text

Outcome = Literal["dismissed", "not_upheld", "partly", "settled", "upheld", "withdrawn"]
# Outcomes for which both sides are heard; what is said to be settled binds the accused as a finding does.
_HEARD: Final = ("not_upheld", "partly", "settled", "upheld")
_REMEDIED: Final = ("partly", "settled", "upheld")


def _is_withdrawn(act: ComplaintAct) -> bool:
    return isinstance(act, ComplaintResolved) and act.outcome == "withdrawn"


@rule(
    "E_SELF_DEALING",
    "neither who is accused nor who complains decides, nor a relation or a person of theirs, nor who decided before",
    "no decide quien es acusado ni quien se queja, ni parte o persona ligada a ellos, ni quien ya decidió antes",
)
def _nobodys_own_cause(act: ComplaintAct, on: Complaint, at: Context) -> Breach:
    if _is_withdrawn(act):
        return None
    parties = involved(at, on)
    person = at.actor.get("person")
    own = person is not None and person in persons_involved(at, on)
    return (own or any(speaks_for(at, party) for party in with_kin(at, parties))) and {"involved": sorted(parties)}


@rule(
    "E_NOT_SEATED",
    "a complaint is decided by who has a place in its body; where none of them may, by whom it is addressed to",
    "una queja la decide quien tiene lugar en su órgano; si nadie de ahí puede, a quien va dirigida",
)
def _by_who_may_decide(act: ComplaintAct, on: Complaint, at: Context) -> Breach:
    # With nobody named, the way on is to continue the complaint, addressed to a third party.
    may = may_decide(at, on)
    return not _is_withdrawn(act) and at.party not in may and {"may": sorted(may)}


@act
class ComplaintAdmitted(ComplaintAct):
    """A complaint is to be answered. It is no finding: whether it is right is decided when it is resolved."""

    CORRECTABLE: ClassVar = ("reasons",)

    reasons: Text
    due: Day | None = None

    @rule(
        "E_DATE",
        "the last day for answers is the one that the rules give, from the day of recording on",
        "el último día para contestar es el que dan las reglas, a partir del día de registro",
    )
    def _due_by_the_rules(self, on: Complaint, at: Context) -> Breach:
        due = last_day_for_answers(on, at)
        return self.due is not None and self.due != due and {"expected": due}

    RULES: ClassVar = (_nobodys_own_cause, _by_who_may_decide, _due_by_the_rules)

    def then(self, on: Complaint, at: Context) -> Complaint:
        """Fix the last day for the answers."""
        admission = Admission(mark=at.mark, reasons=self.reasons, due=last_day_for_answers(on, at))
        return replace(on, admission=admission)


def last_day_for_answers(on: Complaint, at: Context) -> str:
    """Give the last day for answers to a complaint that is admitted now, in the ledger's zone."""
    return days_after(at.day, on.response_days).isoformat()


@act
class ComplaintResolved(ComplaintAct):
    """A complaint ends: dismissed where it is not admitted, else with what was found. It can be appealed."""

    CORRECTABLE: ClassVar = ("reasons",)
    SORTED: ClassVar = {"remedies": ""}

    outcome: Outcome
    reasons: Text
    remedies: tuple[StreamName, ...] | None = None

    @rule(
        "E_ROLE",
        "a complaint is withdrawn by who filed it; one that was only taken in is not withdrawn",
        "una queja la retira quien la presentó; la que sólo se recibió no se retira",
    )
    def _withdrawn_by_its_filer(self, on: Complaint, at: Context) -> Breach:
        return self.outcome == "withdrawn" and (on.was_taken_in or at.party != on.filer)

    @rule(
        "E_STATE",
        "what is not admitted is dismissed; what is admitted is not",
        "lo que no se admite se desecha; lo admitido no se desecha",
    )
    def _dismissed_or_admitted(self, on: Complaint, at: Context) -> Breach:
        decided = on.is_open and self.outcome != "withdrawn"
        return decided and (self.outcome == "dismissed") is (on.admission is not None) and {"is": on.status}

    @rule(
        "E_STATE",
        "nothing is found or settled before the accused have answered, or could have",
        "nada se determina ni se arregla antes de que las partes acusadas contesten, o hayan podido hacerlo",
    )
    def _both_sides_heard(self, on: Complaint, at: Context) -> Breach:
        if on.admission is None or self.outcome not in _HEARD or at.day > parse_day(on.admission.due):
            return None
        waited_for = sorted(set(on.against) - set(first_answers(at.state, on)))
        return bool(waited_for) and {"awaited": waited_for, "until": on.admission.due}

    @rule("E_NOT_FOUND", "what is done about it exists", "lo que se hace al respecto existe")
    def _remedies_exist(self, on: object, at: Context) -> Breach:
        return [{"remedy": stream} for stream in self.remedies or () if at.state.standing(stream) is None]

    @rule(
        "E_POLICY",
        "there are remedies only where a complaint is upheld or settled",
        "sólo hay reparación si la queja procede o se arregla",
    )
    def _remedies_fit(self, on: object, at: Context) -> Breach:
        return bool(self.remedies) and self.outcome not in _REMEDIED

    RULES: ClassVar = (
        _nobodys_own_cause,
        _by_who_may_decide,
        _withdrawn_by_its_filer,
        _dismissed_or_admitted,
        _both_sides_heard,
        _remedies_exist,
        _remedies_fit,
    )

    def then(self, on: Complaint, at: Context) -> Complaint:
        """End it; answers may still come, and are shown late."""
        resolution = Resolution(mark=at.mark, outcome=self.outcome, reasons=self.reasons, remedies=self.remedies or ())
        status = self.outcome if self.outcome in ("dismissed", "withdrawn") else "resolved"
        return replace(on, resolution=resolution, status=status)
