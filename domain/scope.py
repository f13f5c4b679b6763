"""The scope of a commitment, and what kind of change leads from one scope to another.

The kind is computed, never taken from what is declared: something removed (an item, a part of a deliverable's
contents, a responsible party, a fallback, the beneficiaries) is a *reduction*; an end moved later or opened is a
*deferral*, a reduction in time; something added is an *extension*; changed wording alone is a *clarification*.
What a changed wording takes away can't be computed: it is shown, item by item, for people to judge.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, Literal

from constancia.domain.calendar import parse_edtf
from constancia.domain.values import EdtfText, FormError, Identifier, Text, Value

ScopeKind = Literal["extension", "clarification", "reduction", "deferral"]
SEVERITY: Final = {"clarification": 0, "extension": 1, "deferral": 2, "reduction": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(Value):
    """Something to be done; within a milestone where it belongs to one."""

    action: Identifier
    milestone: Identifier | None = None
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliverable(Value):
    """Something to be delivered; `contents` lists what it must contain, by identifiers."""

    SORTED: ClassVar = {"contents": ""}

    contents: tuple[Identifier, ...] | None = None
    deliverable: Identifier
    form: Literal["document", "event", "decision", "process"]
    milestone: Identifier
    title: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback(Value):
    """Who does it where the condition for the first responsible fails."""

    condition: Text
    parties: tuple[Identifier, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone(Value):
    """A milestone with its window and who answers for it."""

    fallback: Fallback | None = None
    lead: tuple[Identifier, ...]
    milestone: Identifier
    support: tuple[Identifier, ...] | None = None
    title: Text
    window: EdtfText


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope(Value):
    """What was agreed: actions, deliverables, milestones, and for whom."""

    SORTED: ClassVar = {"actions": "action", "deliverables": "deliverable", "milestones": "milestone"}

    actions: tuple[Action, ...]
    beneficiaries: Text | None = None
    deliverables: tuple[Deliverable, ...]
    milestones: tuple[Milestone, ...]

    def check_form(self, where: str) -> None:
        """Every milestone named exists."""
        known = {one.milestone for one in self.milestones}
        for name in [one.milestone for one in self.deliverables] + [
            one.milestone for one in self.actions if one.milestone is not None
        ]:
            if name not in known:
                raise FormError(where, "only milestones of this scope", name)

    def milestone(self, name: str) -> Milestone | None:
        """Give a milestone by its id."""
        return next((one for one in self.milestones if one.milestone == name), None)

    def deliverable(self, name: str) -> Deliverable | None:
        """Give a deliverable by its id."""
        return next((one for one in self.deliverables if one.deliverable == name), None)


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

    Source: DOMAIN rule 9 (a reduction can't be labelled otherwise).
    """
    before, after = dict(_parts(old)), dict(_parts(new))
    deferred = tuple(
        f"milestones/{one.milestone}/window"
        for one in new.milestones
        if (former := old.milestone(one.milestone)) and _ends_later(former.window, one.window)
    )
    return ScopeDiff(
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        deferred=deferred,
        altered=tuple(
            sorted(
                path for path in before.keys() & after.keys() if before[path] != after[path] and path not in deferred
            )
        ),
    )


def _parts(scope: Scope) -> Iterable[tuple[str, object]]:
    """Take a scope apart into paths that can be added, removed or altered."""
    if scope.beneficiaries is not None:
        yield "beneficiaries", scope.beneficiaries
    for action in scope.actions:
        yield f"actions/{action.action}", action.text
    for item in scope.deliverables:
        path = f"deliverables/{item.deliverable}"
        yield path, (item.form, item.milestone, item.title)
        yield from ((f"{path}/contents/{name}", name) for name in item.contents or ())
    for milestone in scope.milestones:
        path = f"milestones/{milestone.milestone}"
        yield path, milestone.title
        yield f"{path}/window", milestone.window
        yield from ((f"{path}/lead/{name}", name) for name in milestone.lead)
        yield from ((f"{path}/support/{name}", name) for name in milestone.support or ())
        if milestone.fallback is not None:
            yield f"{path}/fallback", milestone.fallback


def _ends_later(old: str, new: str) -> bool:
    before, after = parse_edtf(old).end, parse_edtf(new).end
    if before is None:
        return False
    return (after or date.max) > before
