"""Who is late, and who owes an answer, a vote or a signature: by party, with days, and with the rule that says so.

Nothing is invented here: every debt is a row of a projection or a derived fact, as of the page's size and day.
"""

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

from constancia.api.pages.decision_waits import awaited_by
from constancia.api.pages.frame.frame import Frame
from constancia.api.pages.frame.rows_cache import rows_cache_of
from constancia.domain.agreements.agreement import Agreement
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.deliverables.fulfilment import EXPECTED, delivery
from constancia.domain.complaints.complaint import Complaint, answer_of
from constancia.domain.facts.bearing import able_members, able_signers, answered_before, responsible_for
from constancia.domain.facts.derive import DerivedFact, missed_deadlines, responses_owed
from constancia.domain.facts.milestones import milestone_standing, outlined_standing
from constancia.domain.governance.decision import Decision
from constancia.domain.identity.succession import heirs_of, holder_of
from constancia.domain.plans.plan import ActionPlan
from constancia.domain.remarks.entry_standing import contested_entries, contests_of
from constancia.domain.remarks.remarked_entry import RemarkedEntry
from constancia.domain.state import State
from constancia.domain.values.calendar import OPEN, last_day_before, parse_edtf
from constancia.ledger.views.projections.base import Row, start_of

_OPEN_DECISION: Final = ("proposed", "voting")
_WAITING_TEXT: Final = ("awaiting_signatures", "partially_signed")
_OVER: Final = ("closed", "withdrawn", "rejected")


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """What a party owes.

    Attributes:
        kind: Message id after `page.owes_`: `milestone`, `deliverable`, `submission`, `answer`, `response`, `vote`,
            `signature`, `text`, `contest`; `finish` for a wait for signatures that a party can end.
        parties: Who owes it, by id; empty where nobody bears it.
        title: What it is about: a text by language.
        about: The commitment, decision, … that it belongs to, a text by language; None where `title` says it.
        stream: Whose page has more.
        days: Days since it was due; 0 where it is not late.
        due: Until when it is owed, EDTF; None where the rules set no term.
        since: Since when it is owed, where no term is set.
        source: The entry that says so.
        ended: The state of a commitment that has ended: its clock has stopped.
        stopped: Days by a clock that a suspension stopped, where they differ.
        formerly: Who answered for it before those who owe it took it over.
    """

    kind: str
    parties: tuple[str, ...]
    title: object
    stream: str
    about: object = None
    days: int = 0
    due: str | None = None
    since: str | None = None
    source: int | None = None
    ended: str | None = None
    stopped: int | None = None
    formerly: tuple[str, ...] = ()

    @property
    def is_late(self) -> bool:
        """Whether its term has passed."""
        return self.days > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtLine:
    """A debt as a list sorts and counts it, and how it is made: most are counted alone.

    Attributes:
        kind: As `Debt` has it.
        stream: As `Debt` has it.
        has_ended: Whether what it belongs to has ended.
        days: Days since it was due; 0 where it is not late.
        due: As `Debt` has it.
        make: Gives it.
    """

    kind: str
    stream: str
    has_ended: bool
    days: int
    due: str | None
    make: Callable[[], Debt]

    @property
    def is_late(self) -> bool:
        """Whether its term has passed."""
        return self.days > 0


def owed(frame: Frame) -> list[DebtLine]:
    """Give everything that is owed, the latest first; what has ended comes last."""
    return rows_cache_of(frame.request).once(frame.as_of, "#owed", lambda: _owed(frame))


def debts(frame: Frame) -> list[Debt]:
    """Give the debts of all that is owed, in that order."""
    return rows_cache_of(frame.request).once(frame.as_of, "#debts", lambda: [each.make() for each in owed(frame)])


def _owed(frame: Frame) -> list[DebtLine]:
    others = [
        *_deliverables(frame), *_plans(frame), *_complaints(frame), *_consultations(frame), *_contests(frame),
        *_responses(frame), *_decisions(frame), *_agreements(frame),
    ]  # fmt: skip
    listed = [*_milestones(frame), *(_made(debt) for debt in others)]
    return sorted(listed, key=lambda each: (each.has_ended, not each.is_late, -each.days, each.due or "9999"))


def _made(debt: Debt) -> DebtLine:
    return DebtLine(
        kind=debt.kind,
        stream=debt.stream,
        has_ended=debt.ended is not None,
        days=debt.days,
        due=debt.due,
        make=lambda: debt,
    )


def by_party(listed: Iterable[Debt]) -> dict[str, list[Debt]]:
    """Give debts by who owes them; under an empty name those that nobody bears."""
    owed: dict[str, list[Debt]] = {}
    for debt in listed:
        for party in debt.parties or ("",):
            owed.setdefault(party, []).append(debt)
    return dict(
        sorted(owed.items(), key=lambda item: (not any(debt.is_late for debt in item[1]), item[0] == "", item[0]))
    )


def missed_facts(frame: Frame, streams: Iterable[str]) -> tuple[DerivedFact, ...]:
    """Give the facts of deadlines of some commitments that were missed, by stream."""
    chosen = tuple(streams)
    return frame.as_of.facts(lambda state, at: missed_deadlines(state, at, chosen))


def _milestones(frame: Frame) -> Iterator[DebtLine]:
    timezone = frame.state.timezone
    at = start_of(frame.as_of.day, timezone)
    for stream, commitment in frame.state.outlines(Commitment).items():
        for milestone in commitment.milestones:
            standing = outlined_standing(timezone, commitment, milestone, at)
            if standing.stands == "overdue":
                yield DebtLine(
                    kind="milestone",
                    stream=stream,
                    has_ended=commitment.status in _OVER,
                    days=standing.days_late,
                    due=milestone.window,
                    make=partial(_milestone, frame, stream, milestone.milestone, standing.days_late),
                )


def _milestone(frame: Frame, stream: str, name: str, days: int) -> Debt:
    commitment = frame.state.aggregates[stream]
    milestone = commitment.scope.milestone(name) if isinstance(commitment, Commitment) and commitment.scope else None
    if not isinstance(commitment, Commitment) or milestone is None:
        raise AssertionError(f"the outline of {stream} is not its own")
    return Debt(
        kind="milestone",
        parties=responsible_for(frame.state, commitment, milestone),
        formerly=answered_before(frame.state, commitment, milestone),
        title=milestone.title.to_json(),
        about=commitment.title.to_json(),
        stream=stream,
        days=days,
        due=milestone.window,
        source=commitment.scopes[-1].mark.index,
        ended=commitment.status if commitment.status in _OVER else None,
    )


def _deliverables(frame: Frame) -> Iterator[Debt]:
    """Yield what was not handed in of milestones that are reported complete: a report does not deliver it."""
    for commitment in _completed(frame.state):
        for item in commitment.scope.deliverables if commitment.scope is not None else ():
            milestone = commitment.scope.milestone(item.milestone) if commitment.scope is not None else None
            if milestone is None or milestone.milestone in commitment.open_milestones:
                continue
            if delivery(frame.state, commitment, item) != EXPECTED:
                continue
            due = milestone_standing(frame.state, commitment, milestone, frame.as_of.at).due
            days = 0 if due is None else _days(due.date().isoformat(), frame.as_of.day) + 1
            yield Debt(
                kind="deliverable",
                parties=responsible_for(frame.state, commitment, milestone),
                formerly=answered_before(frame.state, commitment, milestone),
                title=item.title.to_json(),
                about=commitment.title.to_json(),
                stream=commitment.stream,
                days=max(0, days),
                due=milestone.window,
                source=commitment.scopes[-1].mark.index,
                ended=commitment.status if commitment.status in _OVER else None,
            )


def _completed(state: State) -> Iterator[Commitment]:
    """Give the commitments of which a milestone is reported complete."""
    for stream, outline in state.outlines(Commitment).items():
        commitment = state.aggregates.get(stream) if outline.has_completed else None
        if isinstance(commitment, Commitment):
            yield commitment


def _plans(frame: Frame) -> Iterator[Debt]:
    for plan in frame.state.of(ActionPlan):
        row = frame.as_of.find("overdue", f"overdue/{plan.plan}")
        if row is None:
            continue
        stopped = row["days_late_now"] if row["days_late_now"] != row["days_late"] else None
        yield Debt(
            kind="submission",
            parties=able_members(frame.state, plan.governance_body),
            title=row["title"],
            stream=plan.stream,
            days=row["days_late"],
            due=row["window"],
            source=plan.opened.index,
            stopped=stopped,
        )


def _complaints(frame: Frame) -> Iterator[Debt]:
    for row in frame.rows("complaints"):
        for answer in row["answers"]:
            if answer["answered"] is None:
                differs = answer["days_late_now"] != answer["days_late"]
                holder = _answers_for(frame.state, row["stream"], answer["party"])
                yield Debt(
                    kind="answer",
                    parties=() if holder is None else (holder,),
                    formerly=() if holder == answer["party"] else (answer["party"],),
                    title=row.get("text") or {"es": "Queja protegida", "en": "Protected complaint"},
                    stream=row["stream"],
                    days=answer["days_late"],
                    due=answer["due"],
                    source=None if row["protected"] else row["filed"]["index"],
                    stopped=answer["days_late_now"] if differs else None,
                )


def _answers_for(state: State, stream: str, accused: str) -> str | None:
    """Give who answers a complaint for a party: itself, or who has taken its answer over; None where nobody has."""
    complaint = state.aggregates.get(stream)
    return holder_of(state, accused, answer_of(complaint)) if isinstance(complaint, Complaint) else accused


def _consultations(frame: Frame) -> Iterator[Debt]:
    gatherings = {row["stream"]: row for row in frame.rows("gatherings")}
    for row in frame.rows("participation"):
        if row["is_owed"]:
            gathering = gatherings.get(row["stream"], {})
            due = last_day_before(row["due"], frame.state.timezone) if row["due"] else None
            yield Debt(
                kind="response",
                parties=able_members(frame.state, gathering.get("governance_body")),
                title=row["title"],
                stream=row["stream"],
                days=_days(due, frame.as_of.day) if row["is_overdue"] and due else 0,
                due=due,
            )


def _contests(frame: Frame) -> Iterator[Debt]:
    """Yield the contests that were not answered; the rules set no term, so that it is not lateness."""
    for target in contested_entries(frame.state):
        for contest in contests_of(frame.state, target):
            if contest.is_open:
                party = _party_of(frame, target)
                heirs = heirs_of(frame.state, party)
                yield Debt(
                    kind="contest",
                    parties=tuple(sorted(heirs)),
                    formerly=() if party in heirs else (party,),
                    title=contest.grounds.to_json(),
                    stream=f"entry/{target}",
                    since=contest.mark.occurred_on,
                    source=contest.mark.index,
                )


def _party_of(frame: Frame, target: str) -> str:
    """Give the party that said an entry, by its leaf hash; empty for genesis, which all founders said."""
    remarked = frame.state.aggregates.get(f"entry/{target}")
    if isinstance(remarked, RemarkedEntry) and len(remarked.authors) == 1:
        return remarked.authors[0]
    party: str = frame.statement(frame.ledger.log.index_of(target))["actor"].get("party", "")
    return party


def _responses(frame: Frame) -> Iterator[Debt]:
    for fact in frame.as_of.facts(responses_owed):
        yield from _response(frame, fact)


def _response(frame: Frame, fact: DerivedFact) -> Iterator[Debt]:
    commitment = frame.state.aggregates.get(fact.stream)
    if isinstance(commitment, Commitment) and not fact.params["answered_by"]:
        body = fact.params["body"]
        yield Debt(
            kind="response",
            parties=able_members(frame.state, str(body) if body is not None else None),
            title=commitment.title.to_json(),
            stream=commitment.stream,
            since=fact.since,
            source=fact.known_index,
        )


def decisions_in(frame: Frame, states: Container[str]) -> list[Row]:
    """Give the rows of the decisions that are in one of some states on the day."""
    day = frame.as_of.day
    decisions = frame.state.outlines(Decision).items()
    streams = [stream for stream, outline in decisions if outline.status_on(day) in states]
    return [frame.as_of.row("decisions", stream) for stream in streams]


def _decisions(frame: Frame) -> Iterator[Debt]:
    for row in decisions_in(frame, (*_OPEN_DECISION, "adopted")):
        kind, waiting = awaited_by(frame.state, row)
        if waiting:
            yield Debt(
                kind=kind,
                parties=waiting,
                title=row["question"],
                stream=row["stream"],
                due=row.get("closes") if kind == "vote" else None,
                since=row["outcome_on"] if kind != "vote" else None,
                source=row["proposed"]["index"],
            )


def _agreements(frame: Frame) -> Iterator[Debt]:
    for row in frame.rows("agreements"):
        version = row["versions"][-1]
        agreement = frame.state.aggregates.get(row["stream"])
        if version["status"] not in _WAITING_TEXT or not isinstance(agreement, Agreement):
            continue
        waiting = able_signers(frame.state, agreement)
        if waiting:
            yield Debt(
                kind="text",
                parties=waiting,
                title=row["title"],
                stream=row["stream"],
                due=version.get("window"),
                source=version["frozen"]["index"] if version.get("frozen") else None,
            )


def _days(due: str, day: date) -> int:
    """Count the days of the ledger's zone since the last day of a term."""
    last = parse_edtf(due).end if due != OPEN else None
    return max(0, (day - last).days) if last is not None else 0
