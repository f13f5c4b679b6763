"""What moves a deadline: a plan's is extended by decision, terms are suspended and resumed by a legal act.

- Q1: a move counts from its recording. A deadline that had passed before stays missed.
- Q2: a suspension hides nothing: what is late by the calendar stays late, and the days on which the clock was stopped
  give a second figure.
- Q3: a milestone's date is part of the scope, and moved by a change of the scope alone.
- Q4: a clock stops and goes on when that is said, at most `CLAIM_SPAN` earlier: nobody unmakes past days late, or makes
  them. Terms of answers stop where who says it sits, or a body has decided it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Final, Literal

from constancia.domain.governance.basis import decided_rules, signed_by_all
from constancia.domain.governance.body import ANY_BODY, GovernanceBody, acting_name, has_seat, seat_rules
from constancia.domain.governance.decision import Decision
from constancia.domain.kernel.acts import Act, act, act_base
from constancia.domain.kernel.aggregate import Aggregate, Mark
from constancia.domain.kernel.context import Context, StateView
from constancia.domain.kernel.groups import grouped
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.rules import ActRule, Breach, rule
from constancia.domain.plans.plan import ActionPlan, find_plan
from constancia.domain.values.calendar import days_after, local_day, parse_day, parse_edtf, parse_instant
from constancia.domain.values.editions import THIRD
from constancia.domain.values.occurrence import CLAIM_SPAN
from constancia.domain.values.values import Day, Doc, FormError, Identifier

Deadline = Literal["answers", "milestone", "plan_end", "plan_submission"]
# What an answer is owed to.
Answers = Literal["complaints", "contests", "contributions", "rejections"]
_OF_A_PLAN: Final = ("plan_end", "plan_submission")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineMove(Aggregate):
    """An extension or a suspension: of which deadline, from which day to which, on which basis.

    `bodies` are those in which it was said: where its party sat, or the one that decided it.
    """

    SINCE: ClassVar = THIRD
    ABOUT: ClassVar = ("plan",)

    move: str
    deadline: str
    basis: Doc
    from_day: str
    mark: Mark
    to_day: str | None = None
    plan: str | None = None
    answers: str | None = None
    decision: str | None = None
    bodies: tuple[str, ...] = ()
    resumed: Mark | None = None
    resumed_by: Doc | None = None


@act_base
class DeadlineAct(Act[DeadlineMove]):
    """What is said of a deadline's move."""

    SINCE: ClassVar = THIRD
    stream_kind: ClassVar = "deadline"
    stream_id: ClassVar = ("move",)

    move: Identifier


def _body_of_the_plan(act: Any, on: object, at: Context) -> str | None:
    plan = find_plan(at, act.plan)
    return acting_name(at.state, plan.governance_body) if plan else None


def _where_it_sits(act: "DeadlineMoved", on: object, at: Context) -> str:
    return _body_of_the_plan(act, on, at) or ANY_BODY


def _where_decided(asked: ActRule[Any, Any]) -> ActRule["DeadlineMoved", object]:
    """Ask a rule about the decision only where the act names one."""

    def broken(act: "DeadlineMoved", on: object, at: Context) -> Breach:
        return act.decision is not None and asked.broken(act, on, at)

    return ActRule(asked.code, asked.en, asked.es, broken, broken, asked.since)


_RULES_OF_A_DECISION: Final[tuple[ActRule[Any, Any], ...]] = (*decided_rules(_body_of_the_plan), signed_by_all)
_DECIDED: Final = tuple(map(_where_decided, _RULES_OF_A_DECISION))


@act
class DeadlineMoved(DeadlineAct):
    """A plan's deadline is extended by its members, or a term is suspended, or goes on, by a legal act."""

    REPORTS: ClassVar = True
    BY_ALL: ClassVar = True
    MOVES_BY: ClassVar = "kind"
    by_secretariat: ClassVar = True

    answers: Answers | None = None
    basis: Doc
    deadline: Deadline
    decision: Identifier | None = None
    from_day: Day
    kind: Literal["extended", "resumed", "suspended"]
    plan: Identifier | None = None
    to_day: Day | None = None

    def check_form(self, where: str) -> None:
        """Check that it names the plan or the answers, and both days of what is extended or resumed."""
        if (self.plan is not None) != (self.deadline in _OF_A_PLAN):
            raise FormError(f"{where}.plan", "a plan where the deadline is a plan's, and only there", self.plan)
        if (self.answers is not None) != (self.deadline == "answers"):
            raise FormError(f"{where}.answers", "which answers, where the deadline is theirs", self.answers)
        if self.to_day is None and self.kind != "suspended":
            raise FormError(f"{where}.to_day", "a day, but where the end of a suspension is open", None)

    @rule(
        "E_POLICY",
        "a milestone's date is moved by a change of the scope, and here only a plan's or that of answers",
        "la fecha de un hito se mueve cambiando el alcance; aquí sólo la de un plan o la de respuestas",
    )
    def _no_milestone(self, on: object, at: Context) -> Breach:
        return self.deadline == "milestone" or (self.kind == "extended" and self.deadline == "answers")

    @rule("E_NOT_FOUND", "there is no such open plan", "no existe ese plan, o no está abierto")
    def _plan_is_there(self, on: object, at: Context) -> Breach:
        return self.plan is not None and find_plan(at, self.plan) is None and {"plan": self.plan}

    @rule(
        "E_STATE",
        "what is extended is not over: the plan is not submitted yet, or not closed",
        "lo que se amplía no ha terminado: el plan aún no se entrega, o no está cerrado",
    )
    def _not_over(self, on: object, at: Context) -> Breach:
        plan = find_plan(at, self.plan)
        if plan is None or self.kind != "extended":
            return None
        over = bool(plan.submissions) if self.deadline == "plan_submission" else False
        return (over or plan.closed is not None) and {"is": plan.status}

    @rule(
        "E_VERSION_CONFLICT",
        "an extension starts from the deadline in force, what is resumed from the first day of its suspension",
        "una ampliación parte del plazo vigente; una reanudación, del primer día de su suspensión",
    )
    def _from_what_holds(self, on: DeadlineMove | None, at: Context) -> Breach:
        if self.kind == "suspended":
            return None
        if self.kind == "resumed":
            return on is not None and self.from_day != on.from_day and {"expected": on.from_day}
        plan = find_plan(at, self.plan)
        current = last_day(at.state, plan, self.deadline) if plan else self.from_day
        return current != self.from_day and {"expected": current}

    @rule(
        "E_POLICY",
        "what is resumed is what was suspended",
        "se reanuda lo que se suspendió",
    )
    def _same_deadline(self, on: DeadlineMove, at: Context) -> Breach:
        return self.kind == "resumed" and (self.deadline, self.plan, self.answers) != (on.deadline, on.plan, on.answers)

    @rule(
        "E_NOT_SEATED",
        "terms that were suspended in a body go on by the word of who sits in it",
        "los plazos suspendidos en un órgano se reanudan por quien tiene lugar en él",
    )
    def _where_it_was_said(self, on: DeadlineMove, at: Context) -> Breach:
        asked = self.kind == "resumed" and on.plan is None
        acting = [acting_name(at.state, body) or ANY_BODY for body in on.bodies]
        return asked and not any(has_seat(at, at.party, body) for body in acting) and {"bodies": acting}

    @rule(
        "E_DATE",
        "a suspension with a last day ends by itself, or is resumed before that, on an earlier day",
        "una suspensión con último día termina sola, o se reanuda antes, en un día anterior",
    )
    def _not_prolonged(self, on: DeadlineMove, at: Context) -> Breach:
        if self.kind != "resumed" or self.to_day is None or on.to_day is None:
            return None
        return (parse_day(on.to_day) < at.day or self.to_day > on.to_day) and {"ends": on.to_day}

    @rule(
        "E_DATE",
        "a deadline is moved to a later day, and a suspension does not end before it begins",
        "un plazo se mueve a un día posterior, y una suspensión no termina antes de empezar",
    )
    def _later(self, on: object, at: Context) -> Breach:
        if self.to_day is None:
            return None
        is_later = self.to_day > self.from_day if self.kind == "extended" else self.to_day >= self.from_day
        return not is_later and {"found": self.to_day}

    @rule(
        "E_POLICY",
        "an extension rests on a decision of the plan's body",
        "una ampliación se basa en una decisión del órgano del plan",
    )
    def _extension_is_decided(self, on: object, at: Context) -> Breach:
        return self.kind == "extended" and self.decision is None

    @rule("E_POLICY", "the plan's own body decides on it", "sobre un plan decide su propio órgano")
    def _decided_by_its_body(self, on: object, at: Context) -> Breach:
        body = _body_of_the_plan(self, on, at)
        return body is not None and at.proposed_in not in (None, body) and {"body": body}

    CONTENT: ClassVar = (
        _no_milestone,
        _plan_is_there,
        _not_over,
        _from_what_holds,
        _later,
        _decided_by_its_body,
    )
    RULES: ClassVar = (
        *seat_rules(_where_it_sits),
        _no_milestone,
        _plan_is_there,
        _not_over,
        _from_what_holds,
        _same_deadline,
        _where_it_was_said,
        _later,
        _not_prolonged,
        _extension_is_decided,
        *_DECIDED,
    )

    def begin(self, at: Context) -> DeadlineMove:
        """Record it."""
        return DeadlineMove(
            stream=self.stream(),
            move=self.move,
            deadline=self.deadline,
            basis=self.basis,
            from_day=self.from_day,
            mark=at.mark,
            to_day=self.to_day,
            plan=self.plan,
            answers=self.answers,
            decision=self.decision,
            bodies=self._bodies(at),
        )

    def _bodies(self, at: Context) -> tuple[str, ...]:
        decision = at.find(Decision, f"decision/{self.decision}") if self.decision is not None else None
        if decision is not None:
            return (decision.governance_body,)
        return tuple(body.governance_body for body in at.state.of(GovernanceBody) if body.is_seated(at.party))

    def then(self, on: DeadlineMove, at: Context) -> DeadlineMove:
        """End the suspension."""
        return replace(on, to_day=self.to_day, resumed=at.mark, resumed_by=self.basis)


def days_in_force(state: StateView, plan: ActionPlan, deadline: str) -> tuple[tuple[str, datetime | None], ...]:
    """Give a plan's deadline and each day to which it was extended, with the instant of recording (None: the first).

    Args:
        state: The state.
        plan: The plan.
        deadline: `plan_submission` or `plan_end`.

    Returns:
        In the order of recording; empty where the plan has no such deadline.
    """
    end = parse_edtf(plan.period).end
    first = plan.due if deadline == "plan_submission" else end.isoformat() if end else None
    if first is None:
        return ()
    extended = sorted(
        (move for move in moves_of(state, deadline, plan=plan.plan) if move.status == "extended"),
        key=lambda move: move.mark.index,
    )
    moved = ((move.to_day or first, parse_instant(move.mark.recorded_at)) for move in extended)
    return ((first, None), *moved)


def last_day(state: StateView, plan: ActionPlan, deadline: str) -> str | None:
    """Give the last day of a plan's deadline as it is in force; None where it has none."""
    days = days_in_force(state, plan, deadline)
    return days[-1][0] if days else None


def moves_of(
    state: StateView, deadline: str, *, plan: str | None = None, answers: str | None = None
) -> Iterator[DeadlineMove]:
    """Give the moves of one deadline."""
    yield from state.once(_moves).get((deadline, plan, answers), ())


def _moves(state: StateView) -> Mapping[tuple[str, str | None, str | None], tuple[DeadlineMove, ...]]:
    moves: Iterable[DeadlineMove] = state.of(DeadlineMove)
    return grouped(((move.deadline, move.plan, move.answers), move) for move in moves)


def clock_stops(moves: Iterable[DeadlineMove], today: date, timezone: str) -> list[tuple[date, date]]:
    """Give the spans of days, up to today, on which a clock was stopped: first and last day, apart, in order.

    Args:
        moves: What was said of the clock.
        today: The day asked about.
        timezone: The ledger's.
    """
    spans: list[tuple[date, date]] = []
    stopped = [_stopped(move, today, timezone) for move in moves if move.status in ("resumed", "suspended")]
    for first, last in sorted(stopped):
        if last < first:
            continue
        if spans and first <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], last))
        else:
            spans.append((first, last))
    return spans


def _stopped(move: DeadlineMove, today: date, timezone: str) -> tuple[date, date]:
    """Give the first and the last day of a suspension that count: neither lies long before it was said."""
    first, last = max(parse_day(move.from_day), _earliest(move.mark, timezone)), today
    if move.to_day is not None:
        last = parse_day(move.to_day)
    if move.resumed is not None:
        last = max(last, _earliest(move.resumed, timezone) - timedelta(days=1))
    return first, min(last, today)


def _earliest(mark: Mark, timezone: str) -> date:
    return local_day(parse_instant(mark.recorded_at), timezone) - CLAIM_SPAN


def with_stops(due: date, stops: Iterable[tuple[date, date]], begins: date = date.min) -> date:
    """Give the last day of a term when the days on which the clock was stopped do not count.

    Args:
        due: Its last day by the calendar.
        stops: As `clock_stops` gives them.
        begins: Its first day: what was stopped before that does not lengthen it.
    """
    for first, last in stops:
        if first <= due and last >= begins:
            due = days_after(due, (last - max(first, begins)).days + 1)
    return due


DEADLINE: Final = AggregateKind(
    DeadlineAct,
    {},
    {
        DeadlineMoved: {
            "extended": {NONE: "extended"},
            "suspended": {NONE: "suspended"},
            "resumed": {"suspended": "resumed"},
        }
    },
)
