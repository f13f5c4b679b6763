"""The scope of a commitment, and what kind of change leads from one scope to another.

The kind is computed, never taken from what is declared:

- S1: something given up is a *reduction*: an item, a part of a deliverable's contents, its form, an item of its agenda,
  a responsible or fallback party, a milestone's objective, the beneficiaries, an indicator or its baseline, or the open
  end of what was to go on. So is a target that asks for less, or that can't be compared any more, because its unit or
  its direction is another.
- S2: a later end is a *deferral*, a reduction in time: an end moved later or opened, a later beginning of what has no
  end, an item moved to a milestone that ends later or to none.
- S3: something added, or a target that asks for more, is an *extension*; changed wording alone is a *clarification*.
- S4: a change as a whole is of the most severe kind among its parts.

What a changed wording takes away can't be computed: it is shown, item by item, for people to judge. An item of an
agenda has no identifier, so its wording is its name: reworded in a language, it is one item given up and another added.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import ClassVar, Final, Literal

from constancia.domain.values.calendar import parse_edtf
from constancia.domain.values.editions import THIRD
from constancia.domain.values.values import EdtfText, FormError, Identifier, Label, Quantity, Text, Value

ScopeKind = Literal["extension", "clarification", "reduction", "deferral"]
SEVERITY: Final[tuple[ScopeKind, ...]] = ("clarification", "extension", "deferral", "reduction")  # the mildest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(Value):
    """Something to be done; within a milestone where it belongs to one."""

    action: Identifier
    milestone: Identifier | None = None
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliverable(Value):
    """Something to be delivered; `contents` lists what it must contain, by identifiers; an event has an `agenda`."""

    SORTED: ClassVar = {"contents": ""}
    MEMBER_SINCE: ClassVar = {"agenda": THIRD}

    agenda: tuple[Text, ...] | None = None
    contents: tuple[Identifier, ...] | None = None
    deliverable: Identifier
    form: Literal["document", "event", "decision", "process"]
    milestone: Identifier
    title: Text

    def check_form(self, where: str) -> None:
        """Only an event has an agenda; each of its items is there once."""
        if self.agenda is None:
            return
        if self.form != "event":
            raise FormError(f"{where}.agenda", "an agenda of an event alone", self.form)
        pairs = combinations(self.agenda, 2)
        if not self.agenda or any(_is_same_item(first, second) for first, second in pairs):
            raise FormError(f"{where}.agenda", "at least one item, each once", len(self.agenda))


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator(Value):
    """What is measured: in which unit, from where, to which target, and whether higher or lower is better."""

    SINCE: ClassVar = THIRD

    baseline: Quantity | None = None
    direction: Literal["higher", "lower"]
    indicator: Identifier
    target: Quantity
    title: Text
    unit: Label

    def is_less_than(self, other: "Indicator") -> bool:
        """Tell whether the target asks for less than another in the same unit and direction."""
        own, others = Decimal(self.target), Decimal(other.target)
        return own < others if self.direction == "higher" else own > others


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback(Value):
    """Who does it where the condition for the first responsible fails."""

    condition: Text
    parties: tuple[Identifier, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone(Value):
    """A milestone with its objective and window, and who answers for it."""

    MEMBER_SINCE: ClassVar = {"objective": THIRD}

    fallback: Fallback | None = None
    lead: tuple[Identifier, ...]
    milestone: Identifier
    objective: Text | None = None
    support: tuple[Identifier, ...] | None = None
    title: Text
    window: EdtfText


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope(Value):
    """What was agreed: actions, deliverables, milestones, how success is measured, and for whom."""

    SORTED: ClassVar = {
        "actions": "action",
        "deliverables": "deliverable",
        "indicators": "indicator",
        "milestones": "milestone",
    }
    MEMBER_SINCE: ClassVar = {"indicators": THIRD}

    actions: tuple[Action, ...]
    beneficiaries: Text | None = None
    deliverables: tuple[Deliverable, ...]
    indicators: tuple[Indicator, ...] | None = None
    milestones: tuple[Milestone, ...]

    def check_form(self, where: str) -> None:
        """Every milestone named exists; indicators are there or absent."""
        if self.indicators == ():
            raise FormError(f"{where}.indicators", "at least one, or no such member", "none")
        known = {milestone.milestone for milestone in self.milestones}
        for name in [deliverable.milestone for deliverable in self.deliverables] + [
            action.milestone for action in self.actions if action.milestone is not None
        ]:
            if name not in known:
                raise FormError(where, "only milestones of this scope", name)

    def milestone(self, name: str) -> Milestone | None:
        """Give a milestone by its id."""
        return next((milestone for milestone in self.milestones if milestone.milestone == name), None)

    def window(self, name: str | None) -> str | None:
        """Give a milestone's window, or None where there is no such milestone."""
        milestone = self.milestone(name) if name is not None else None
        return milestone.window if milestone else None

    def deliverable(self, name: str) -> Deliverable | None:
        """Give a deliverable by its id."""
        return next((deliverable for deliverable in self.deliverables if deliverable.deliverable == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeDiff:
    """What changed, as paths such as `deliverables/d3.2/contents/times`, and the kind that follows."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    deferred: tuple[str, ...]
    altered: tuple[str, ...]

    @property
    def kind(self) -> ScopeKind:
        """The kind of the change as a whole: the most severe of its parts."""
        if self.removed:
            return "reduction"
        if self.deferred:
            return "deferral"
        return "extension" if self.added else "clarification"


def compare(old: Scope, new: Scope) -> ScopeDiff:
    """Compute what leads from one scope to another.

    Args:
        old: The scope before.
        new: The scope after.

    Returns:
        The difference with its kind.

    Source: docs/INVARIANTS 9 (a reduction can't be labelled otherwise).
    """
    before, after = dict(_parts(old)), dict(_parts(new))
    times = list(_times(old, new))
    deferred = {path for path, former, later in times if _is_later(former, later)}
    # An institution that supported and now leads has not left.
    gone = {path for path in before.keys() - after.keys() if path.replace("/support/", "/lead/") not in after}
    gone |= {path for path, former, later in times if _stops(former, later)}
    gone |= {
        f"deliverables/{deliverable.deliverable}/form"
        for deliverable in old.deliverables
        if (same := new.deliverable(deliverable.deliverable)) and same.form != deliverable.form
    }
    lowered, raised = _targets(old, new)
    gone |= lowered | set(_agenda_without(old, new))
    more = raised | set(_agenda_without(new, old))
    altered = {path for path in before.keys() & after.keys() if before[path] != after[path]}
    return ScopeDiff(
        added=tuple(sorted((after.keys() - before.keys()) | more)),
        removed=tuple(sorted(gone)),
        deferred=tuple(sorted(deferred)),
        altered=tuple(sorted(altered - deferred - gone - raised)),
    )


def _agenda_without(scope: Scope, other: Scope) -> Iterable[str]:
    """Give the agenda items, by their place, that another scope's agenda of the same event has not."""
    for item in scope.deliverables:
        same = other.deliverable(item.deliverable)
        for place, text in enumerate(item.agenda or (), 1):
            if same and not any(_is_same_item(text, others) for others in same.agenda or ()):
                yield f"deliverables/{item.deliverable}/agenda/{place}"


def _is_same_item(first: Text, second: Text) -> bool:
    """Tell whether two agenda items say the same in every language that both have."""
    texts, others = dict(first.by_language), dict(second.by_language)
    shared = texts.keys() & others.keys()
    return bool(shared) and all(texts[tag] == others[tag] for tag in shared)


def _targets(old: Scope, new: Scope) -> tuple[set[str], set[str]]:
    """Give the paths of the targets that ask for less, with those that can't be compared, and of those for more."""
    lowered, raised = set(), set()
    others = {indicator.indicator: indicator for indicator in new.indicators or ()}
    for indicator in old.indicators or ():
        other, path = others.get(indicator.indicator), f"indicators/{indicator.indicator}"
        if other is None:
            continue
        lowered |= {
            f"{path}/{name}" for name in ("direction", "unit") if getattr(indicator, name) != getattr(other, name)
        }
        if (indicator.direction, indicator.unit) != (other.direction, other.unit):
            continue
        if other.is_less_than(indicator):
            lowered.add(f"{path}/target")
        elif indicator.is_less_than(other):
            raised.add(f"{path}/target")
    return lowered, raised


def _parts(scope: Scope) -> Iterable[tuple[str, object]]:
    """Take a scope apart into paths that can be added, removed or altered."""
    if scope.beneficiaries is not None:
        yield "beneficiaries", scope.beneficiaries
    for action in scope.actions:
        yield f"actions/{action.action}", (action.milestone, action.text)
    for item in scope.deliverables:
        path = f"deliverables/{item.deliverable}"
        yield path, (item.milestone, item.title)
        yield from ((f"{path}/contents/{name}", name) for name in item.contents or ())
        if item.agenda is not None:
            yield f"{path}/agenda", item.agenda
    for indicator in scope.indicators or ():
        path = f"indicators/{indicator.indicator}"
        yield path, indicator.title
        yield from ((f"{path}/{name}", getattr(indicator, name)) for name in ("direction", "target", "unit"))
        if indicator.baseline is not None:
            yield f"{path}/baseline", indicator.baseline
    for milestone in scope.milestones:
        path = f"milestones/{milestone.milestone}"
        yield path, milestone.title
        yield f"{path}/window", milestone.window
        if milestone.objective is not None:
            yield f"{path}/objective", milestone.objective
        yield from ((f"{path}/lead/{name}", name) for name in milestone.lead)
        yield from ((f"{path}/support/{name}", name) for name in milestone.support or ())
        if milestone.fallback is not None:
            yield f"{path}/fallback", milestone.fallback.condition
            yield from ((f"{path}/fallback/{name}", name) for name in milestone.fallback.parties)


def _times(old: Scope, new: Scope) -> Iterable[tuple[str, str | None, str | None]]:
    """Give each window that may have moved, as (path, before, after); None for no window at all.

    A milestone's own window, and that of an item which now belongs to another milestone.
    """
    for milestone in new.milestones:
        former = old.milestone(milestone.milestone)
        if former:
            yield f"milestones/{milestone.milestone}/window", former.window, milestone.window
    for item in new.deliverables:
        was = old.deliverable(item.deliverable)
        if was and was.milestone != item.milestone:
            yield f"deliverables/{item.deliverable}/milestone", old.window(was.milestone), new.window(item.milestone)
    actions = {action.action: action.milestone for action in old.actions}
    for action in new.actions:
        if action.action in actions and actions[action.action] != action.milestone:
            path = f"actions/{action.action}/milestone"
            yield path, old.window(actions[action.action]), new.window(action.milestone)


def _is_later(old: str | None, new: str | None) -> bool:
    if old is None:
        return False
    if new is None:
        return True
    before, after = parse_edtf(old), parse_edtf(new)
    if before.end is None:
        starts = before.latest_start or date.max, after.latest_start or date.max
        return after.end is None and starts[1] > starts[0]
    return (after.end or date.max) > before.end


def _stops(old: str | None, new: str | None) -> bool:
    return old is not None and new is not None and parse_edtf(old).end is None and parse_edtf(new).end is not None
