"""Deliverables: submitted by hash, contested, revised, accepted by every member or rejected. Versions stay."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from constancia.domain.commitments.commitment import Commitment, responsible_problem
from constancia.domain.governance.body import GovernanceBody, seat_problem
from constancia.domain.kernel.acts import Act, act
from constancia.domain.kernel.aggregate import Aggregate, Mark
from constancia.domain.kernel.context import Context, missing
from constancia.domain.kernel.machine import NONE, Machine
from constancia.domain.kernel.problems import Problem
from constancia.domain.kernel.values import Count, Doc, Evidence, Identifier, Text

MACHINE = Machine(
    "deliverable",
    {
        "DeliverableSubmitted": {NONE: "submitted", "rejected": "submitted"},
        "DeliverableContested": {
            "submitted": "contested",
            "contested": "contested",
            "accepted": "accepted",
        },
        "DeliverableRevised": {
            "submitted": "submitted",
            "contested": "submitted",
            "rejected": "submitted",
        },
        "DeliverableAccepted": {"submitted": "submitted"},
        "DeliverableRejected": {"submitted": "rejected", "contested": "rejected"},
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedVersion:
    """One version: the document's hash, who submitted it, and what changed."""

    version: int
    document: Doc
    mark: Mark
    changes: Text | None = None
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverableContest:
    """A contest of a version; `answered_in` is the version that answers it."""

    contest: str
    version: int
    grounds: Text
    evidence: tuple[Evidence, ...]
    mark: Mark
    answered_in: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverableState(Aggregate):
    """A deliverable with all its versions, contests and acceptances."""

    commitment: str
    deliverable: str
    versions: tuple[SubmittedVersion, ...]
    contests: tuple[DeliverableContest, ...] = ()
    accepted_version: int | None = None
    accepted_index: int | None = None

    @property
    def current(self) -> SubmittedVersion:
        """The last version."""
        return self.versions[-1]

    @property
    def open_contests(self) -> tuple[str, ...]:
        """Contests that no version has answered."""
        return tuple(one.contest for one in self.contests if one.answered_in is None)


class _OfDeliverable(Act):
    """What all acts on a deliverable share: its stream, its commitment's scope, its current version."""

    __slots__ = ()
    stream_kind: ClassVar = "deliverable"
    stream_id: ClassVar = ("commitment", "deliverable")

    def check_state(self, context: Context) -> Iterator[Problem]:
        """The commitment's scope names the deliverable."""
        commitment = find_commitment(context, str(self.commitment))  # type: ignore[attr-defined]
        name = str(self.deliverable)  # type: ignore[attr-defined]
        if commitment is None or commitment.scope is None:
            yield missing("adopted commitment", str(self.commitment))  # type: ignore[attr-defined]
        elif context.aggregate is None and not commitment.scope.deliverable(name):
            yield missing("deliverable", name)


def find_commitment(context: Context, name: str) -> Commitment | None:
    """Give a commitment by its id."""
    return context.find(Commitment, f"commitment/{name}")


@act
class DeliverableSubmitted(_OfDeliverable):
    """A first version, or a new one after a rejection, by the hash of its document."""

    commitment: Identifier
    deliverable: Identifier
    document: Doc
    version: Count

    def check_role(self, context: Context) -> Iterator[Problem]:
        """By who is responsible for the milestone, or fills a role that is: else anybody could take its place."""
        commitment = find_commitment(context, self.commitment)
        scope = commitment.scope if commitment else None
        item = scope.deliverable(self.deliverable) if scope else None
        problem = responsible_problem(context, commitment, item.milestone, hired=True) if item else None
        if problem:
            yield problem

    def check_version(self, context: Context) -> Iterator[Problem]:
        """The version is the next one."""
        yield from _check_next(self.version, context)

    def mutate(self, aggregate: Aggregate | None, context: Context) -> DeliverableState:
        """Add the version."""
        version = SubmittedVersion(version=self.version, document=self.document, mark=context.mark)
        if isinstance(aggregate, DeliverableState):
            return _settled(replace(aggregate, versions=(*aggregate.versions, version)))
        return DeliverableState(
            stream=self.stream(),
            commitment=self.commitment,
            deliverable=self.deliverable,
            versions=(version,),
        )


@act
class DeliverableContested(_OfDeliverable):
    """Anybody registered contests a version. It blocks acceptance until a version answers it."""

    commitment: Identifier
    contest: Identifier
    deliverable: Identifier
    evidence: tuple[Evidence, ...]
    grounds: Text
    version: Count

    def check_version(self, context: Context) -> Iterator[Problem]:
        """It contests the current version, under a new id."""
        yield from _check_current(self.version, context)
        found = context.own(DeliverableState)
        if found and any(one.contest == self.contest for one in found.contests):
            yield Problem(code="E_STATE", rule="a contest's id is used once")

    def mutate(self, aggregate: Aggregate | None, context: Context) -> DeliverableState:
        """Add the contest."""
        deliverable = _deliverable(aggregate)
        contest = DeliverableContest(
            contest=self.contest,
            version=self.version,
            grounds=self.grounds,
            evidence=self.evidence,
            mark=context.mark,
        )
        return replace(deliverable, contests=(*deliverable.contests, contest))


@act
class DeliverableRevised(_OfDeliverable):
    """A new version by the party that submitted, saying what changed and which contests it answers."""

    SORTED: ClassVar = {"answers": ""}

    answers: tuple[Identifier, ...]
    changes: Text
    commitment: Identifier
    deliverable: Identifier
    document: Doc
    version: Count

    def check_role(self, context: Context) -> Iterator[Problem]:
        """By the party that submitted."""
        found = context.own(DeliverableState)
        if found and found.current.mark.party != context.party:
            yield Problem(code="E_ROLE", rule="who submitted revises", found={"by": found.current.mark.party})

    def check_version(self, context: Context) -> Iterator[Problem]:
        """The version is the next one, and answers contests that are there."""
        yield from _check_next(self.version, context)
        found = context.own(DeliverableState)
        for one in self.answers:
            if found and one not in found.open_contests:
                yield missing("open contest", one)

    def mutate(self, aggregate: Aggregate | None, context: Context) -> DeliverableState:
        """Add the version; contests that it does not answer stay open."""
        deliverable = _deliverable(aggregate)
        version = SubmittedVersion(
            version=self.version,
            document=self.document,
            mark=context.mark,
            changes=self.changes,
            answers=self.answers,
        )
        contests = tuple(
            replace(one, answered_in=self.version) if one.contest in self.answers else one
            for one in deliverable.contests
        )
        return _settled(replace(deliverable, versions=(*deliverable.versions, version), contests=contests))


@act
class DeliverableAccepted(_OfDeliverable):
    """A member accepts the current version; accepted when every member has."""

    voice: ClassVar = "party"
    concurring: ClassVar = True

    commitment: Identifier
    deliverable: Identifier
    version: Count

    def check_role(self, context: Context) -> Iterator[Problem]:
        """Nobody alone accepts its own work: the submitter's party does not."""
        found = context.own(DeliverableState)
        if found and found.current.mark.party == context.party:
            yield Problem(code="E_SELF_DEALING", rule="who submitted does not accept")

    def check_version(self, context: Context) -> Iterator[Problem]:
        """It accepts the current version."""
        yield from _check_current(self.version, context)

    def check_policy(self, context: Context) -> Iterator[Problem]:
        """A member of the body that adopted the commitment."""
        commitment = find_commitment(context, self.commitment)
        problem = seat_problem(context, context.party, commitment.governance_body if commitment else None)
        if problem:
            yield problem

    def mutate(self, aggregate: Aggregate | None, context: Context) -> DeliverableState:
        """Add this member's word; with the last one it is accepted."""
        deliverable = _deliverable(aggregate)
        said = context.joined()
        deliverable = replace(deliverable, concurring=deliverable.with_concurrence(said))
        commitment = find_commitment(context, self.commitment)
        name = commitment.governance_body if commitment else None
        body = context.find(GovernanceBody, f"governance/{name}")
        needed = set(body.seated if body else ()) - {deliverable.current.mark.party}
        if not needed or not said.parties >= needed:
            return replace(deliverable, status="submitted")
        return replace(
            deliverable,
            status="accepted",
            accepted_version=self.version,
            accepted_index=context.recorded.index,
        )


@act
class DeliverableRejected(_OfDeliverable):
    """A member sends the current version back, with reasons."""

    voice: ClassVar = "party"

    commitment: Identifier
    deliverable: Identifier
    reasons: Text
    version: Count

    def check_role(self, context: Context) -> Iterator[Problem]:
        """Not the submitter's party."""
        found = context.own(DeliverableState)
        if found and found.current.mark.party == context.party:
            yield Problem(code="E_SELF_DEALING", rule="who submitted does not reject")

    def check_version(self, context: Context) -> Iterator[Problem]:
        """It rejects the current version."""
        yield from _check_current(self.version, context)

    def check_policy(self, context: Context) -> Iterator[Problem]:
        """A member of the body that adopted the commitment."""
        commitment = find_commitment(context, self.commitment)
        problem = seat_problem(context, context.party, commitment.governance_body if commitment else None)
        if problem:
            yield problem

    def mutate(self, aggregate: Aggregate | None, context: Context) -> DeliverableState:
        """Send it back; the table gives the state."""
        return replace(_deliverable(aggregate))


def _check_current(version: int, context: Context) -> Iterator[Problem]:
    found = context.own(DeliverableState)
    if found and version != found.current.version:
        yield Problem(
            code="E_VERSION_CONFLICT",
            rule="the act concerns the current version",
            found={"expected": found.current.version},
        )


def _check_next(version: int, context: Context) -> Iterator[Problem]:
    found = context.own(DeliverableState)
    expected = found.current.version + 1 if found else 1
    if version != expected:
        yield Problem(code="E_VERSION_CONFLICT", rule="the version is the next one", found={"expected": expected})


def _settled(deliverable: DeliverableState) -> DeliverableState:
    """A new version is contested as long as a contest of an earlier one has no answer: contests are carried on."""
    return replace(deliverable, status="contested" if deliverable.open_contests else "submitted")


def _deliverable(aggregate: Aggregate | None) -> DeliverableState:
    if not isinstance(aggregate, DeliverableState):
        raise TypeError("a deliverable's act on another aggregate")
    return aggregate
