"""Who is late, and who owes an answer, a vote or a signature: by party, with days, and with the rule that says so.

Nothing is invented here: every debt is a row of a projection or a derived fact, as of the page's size and day.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from constancia.api.pages.frame import Frame
from constancia.domain.bearing import responsible_for
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.derive import Derived, milestone_standing
from constancia.domain.identity.succession import heirs_of
from constancia.domain.kernel.calendar import OPEN, parse_edtf
from constancia.domain.plans.plan import ActionPlan
from constancia.ledger.views.projections.base import Row

_OPEN_DECISION: Final = ("proposed", "voting")
_WAITING_TEXT: Final = ("awaiting_signatures", "partially_signed")
_OVER: Final = ("closed", "withdrawn", "rejected")


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """What a party owes.

    Attributes:
        kind: Message id after `page.owes_`: `milestone`, `deliverable`, `submission`, `answer`, `response`, `vote`,
            `signature`, `text`, `contest`.
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

    @property
    def is_late(self) -> bool:
        """Whether its term has passed."""
        return self.days > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MetLate:
    """A deadline that passed and was met afterwards: what it was, its window, and the day on which it was met."""

    title: object
    about: object
    stream: str
    window: str
    met_on: str


def debts(frame: Frame) -> list[Debt]:
    """Give everything that is owed, the latest first; what has ended comes last."""
    listed = [
        *_milestones(frame), *_deliverables(frame), *_plans(frame), *_complaints(frame), *_consultations(frame),
        *_contests(frame), *_responses(frame), *_decisions(frame), *_agreements(frame),
    ]  # fmt: skip
    return sorted(listed, key=lambda debt: (debt.ended is not None, not debt.is_late, -debt.days, debt.due or "9999"))


def by_party(listed: Iterable[Debt]) -> dict[str, list[Debt]]:
    """Give debts by who owes them; under an empty name those that nobody bears."""
    owed: dict[str, list[Debt]] = {}
    for debt in listed:
        for party in debt.parties or ("",):
            owed.setdefault(party, []).append(debt)
    return dict(
        sorted(owed.items(), key=lambda item: (not any(debt.is_late for debt in item[1]), item[0] == "", item[0]))
    )


def met_late(frame: Frame) -> list[MetLate]:
    """Give the deadlines of commitments that passed and were met afterwards, the last one first."""
    met = []
    for fact in frame.facts():
        commitment = frame.state.aggregates.get(fact.stream)
        if fact.kind != "DeadlineMissed" or not isinstance(commitment, Commitment) or "claimed_on" not in fact.params:
            continue
        kind, _, name = str(fact.params["target"]).partition(" ")
        title = _title(commitment, kind, name)
        met.append(
            MetLate(
                title=title if title is not None else name,
                about=commitment.title.to_json(),
                stream=commitment.stream,
                window=str(fact.params["window"]),
                met_on=str(fact.params["claimed_on"]),
            )
        )
    return sorted(met, key=lambda item: item.met_on, reverse=True)


def _title(commitment: Commitment, kind: str, name: str) -> object:
    for version in reversed(commitment.scopes):
        item = version.scope.milestone(name) if kind == "milestone" else version.scope.deliverable(name)
        if item is not None:
            return item.title.to_json()
    return None


def _milestones(frame: Frame) -> Iterator[Debt]:
    for row in frame.rows("overdue"):
        commitment = frame.state.aggregates.get(row["of"])
        if row["kind"] != "milestone" or not isinstance(commitment, Commitment) or commitment.scope is None:
            continue
        milestone = commitment.scope.milestone(row["milestone"])
        yield Debt(
            kind="milestone",
            parties=responsible_for(frame.state, commitment, milestone) if milestone else (),
            title=row["title"],
            about=commitment.title.to_json(),
            stream=commitment.stream,
            days=row["days_late"],
            due=row["window"],
            source=commitment.scopes[-1].mark.index,
            ended=row["lifecycle"] if row["lifecycle"] in _OVER else None,
        )


def _deliverables(frame: Frame) -> Iterator[Debt]:
    """Yield what was not handed in of milestones that are reported complete: a report does not deliver it."""
    for row in frame.rows("commitments"):
        commitment = frame.state.aggregates.get(row["stream"])
        if not isinstance(commitment, Commitment) or commitment.scope is None:
            continue
        stands = {item["milestone"]: item for item in row["milestones"]}
        for item in row["deliverables"]:
            milestone = commitment.scope.milestone(item["milestone"])
            if milestone is None or item["status"] != "expected" or stands[item["milestone"]]["stands"] != "done":
                continue
            due = milestone_standing(frame.state, commitment, milestone, frame.as_of.at).due
            days = 0 if due is None else _days(due.date().isoformat(), frame.as_of.day) + 1
            yield Debt(
                kind="deliverable",
                parties=responsible_for(frame.state, commitment, milestone),
                title=item["title"],
                about=row["title"],
                stream=row["stream"],
                days=max(0, days),
                due=milestone.window,
                source=commitment.scopes[-1].mark.index,
                ended=row["lifecycle"] if row["lifecycle"] in _OVER else None,
            )


def _plans(frame: Frame) -> Iterator[Debt]:
    for row in frame.rows("overdue"):
        plan = frame.state.aggregates.get(row["of"])
        if row["kind"] != "plan" or not isinstance(plan, ActionPlan):
            continue
        stopped = row["days_late_now"] if row["days_late_now"] != row["days_late"] else None
        yield Debt(
            kind="submission",
            parties=_seated(frame, plan.governance_body),
            title=row["title"],
            stream=plan.stream,
            days=row["days_late"],
            due=row["window"],
            source=plan.opened.index,
            stopped=stopped,
        )


def _seated(frame: Frame, body: str | None) -> tuple[str, ...]:
    rows = [row for row in frame.rows("bodies") if row["governance_body"] == body]
    return tuple(rows[0]["seated"]) if rows else ()


def _complaints(frame: Frame) -> Iterator[Debt]:
    for row in frame.rows("complaints"):
        for answer in row["answers"]:
            if answer["answered"] is None:
                differs = answer["days_late_now"] != answer["days_late"]
                yield Debt(
                    kind="answer",
                    parties=(answer["party"],),
                    title=row.get("text") or {"es": "Queja protegida", "en": "Protected complaint"},
                    stream=row["stream"],
                    days=answer["days_late"],
                    due=answer["due"],
                    source=None if row["protected"] else row["filed"]["index"],
                    stopped=answer["days_late_now"] if differs else None,
                )


def _consultations(frame: Frame) -> Iterator[Debt]:
    gatherings = {row["stream"]: row for row in frame.rows("gatherings")}
    for row in frame.rows("participation"):
        if row["is_owed"]:
            gathering = gatherings.get(row["stream"], {})
            yield Debt(
                kind="response",
                parties=_seated(frame, gathering.get("governance_body")),
                title=row["title"],
                stream=row["stream"],
                days=_days(row["due"], frame.as_of.day) if row["is_overdue"] and row["due"] else 0,
                due=row["due"],
            )


def _contests(frame: Frame) -> Iterator[Debt]:
    """Yield the contests that were not answered; the rules set no term, so that it is not lateness."""
    for row in frame.rows("remarks"):
        index = frame.ledger.log.index_of(row["target"])
        statement = frame.statement(index)
        for contest in row["contests"]:
            if contest["is_open"] and not contest["answered"]:
                yield Debt(
                    kind="contest",
                    parties=tuple(sorted(heirs_of(frame.state, statement["actor"].get("party", "")))),
                    title=contest["grounds"],
                    stream=f"entry/{row['target']}",
                    since=contest["mark"]["occurred_on"],
                    source=contest["mark"]["index"],
                )


def _responses(frame: Frame) -> Iterator[Debt]:
    for fact in frame.facts():
        if fact.kind == "ReasonedResponseOwed" and fact.stream.startswith("commitment/"):
            yield from _response(frame, fact)


def _response(frame: Frame, fact: Derived) -> Iterator[Debt]:
    commitment = frame.state.aggregates.get(fact.stream)
    if isinstance(commitment, Commitment) and not fact.params["answered_by"]:
        body = fact.params["body"]
        yield Debt(
            kind="response",
            parties=_seated(frame, str(body) if body is not None else None),
            title=commitment.title.to_json(),
            stream=commitment.stream,
            since=fact.since,
            source=fact.known_index,
        )


def _decisions(frame: Frame) -> Iterator[Debt]:
    for row in frame.rows("decisions"):
        if row["status"] in _OPEN_DECISION:
            cast = {vote["party"] for vote in row["standing_votes"]}
            kind, waiting = "vote", [party for party in row["voters"] if party not in cast]
        elif row["status"] == "adopted":
            kind, waiting = "signature", [party for party in row["must_sign"] if party not in row["signed_by"]]
        else:
            continue
        if waiting:
            yield Debt(
                kind=kind,
                parties=tuple(waiting),
                title=row["question"],
                stream=row["stream"],
                due=row.get("closes") if kind == "vote" else None,
                since=row["outcome_on"] if kind == "signature" else None,
                source=row["proposed"]["index"],
            )


def _agreements(frame: Frame) -> Iterator[Debt]:
    for row in frame.rows("agreements"):
        version = row["versions"][-1]
        if version["status"] in _WAITING_TEXT and version["missing"]:
            yield Debt(
                kind="text",
                parties=tuple(version["missing"]),
                title=row["title"],
                stream=row["stream"],
                due=version.get("window"),
                source=version["frozen"]["index"] if version.get("frozen") else None,
            )


def _days(due: str, day: date) -> int:
    """Count the days of the ledger's zone since the last day of a term."""
    last = parse_edtf(due).end if due != OPEN else None
    return max(0, (day - last).days) if last is not None else 0


def counted(rows: Iterable[Row], member: str) -> dict[Any, int]:
    """Count rows by what a member holds."""
    counts: dict[Any, int] = {}
    for row in rows:
        counts[row[member]] = counts.get(row[member], 0) + 1
    return counts
