"""Deliverables: submitted by hash, contested, revised, accepted by every member or rejected. Versions stay."""

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from constancia.domain.commitments.commitment import (
    OF_ITS_BODY,
    RESPONSIBLE,
    decided_elsewhere,
    find_commitment,
    goes_on,
    not_responsible,
)
from constancia.domain.commitments.deliverables.no_document import met_by_a_document
from constancia.domain.governance.basis import RECORDED_BY_A_MEMBER, decided_rules
from constancia.domain.governance.body import ANY_BODY, acting_name, awaited, body_of, seat_rules
from constancia.domain.governance.decision import TWO
from constancia.domain.identity.succession import heirs_of
from constancia.domain.identity.voice import speaks_for
from constancia.domain.kernel.acts import Act, act, act_base
from constancia.domain.kernel.aggregate import Aggregate, Mark
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.values.editions import FIRST, SECOND
from constancia.domain.values.values import Count, Doc, Evidence, Identifier, Text


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
    overruled_by: str | None = None  # the decision


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverableState(Aggregate):
    """A deliverable with all its versions, contests and acceptances."""

    ABOUT: ClassVar = ("commitment",)

    commitment: str
    deliverable: str
    versions: tuple[SubmittedVersion, ...]
    contests: tuple[DeliverableContest, ...] = ()
    accepted_version: int | None = None
    accepted_index: int | None = None
    accepted_on: str | None = None  # absent in the first edition

    @property
    def current(self) -> SubmittedVersion:
        """The last version."""
        return self.versions[-1]

    @property
    def authors(self) -> frozenset[str]:
        """The persons who have submitted or revised for the party whose work the last version is."""
        own = (version.mark for version in self.versions if version.mark.party == self.current.mark.party)
        return frozenset(mark.person for mark in own if mark.person is not None)

    @property
    def open_contests(self) -> tuple[str, ...]:
        """Contests that no version has answered and no decision has overruled."""
        return tuple(
            contest.contest for contest in self.contests if contest.answered_in is None and contest.overruled_by is None
        )

    def contest(self, name: str) -> DeliverableContest | None:
        """Give a contest by its id."""
        return next((contest for contest in self.contests if contest.contest == name), None)


@act_base
class DeliverableAct(Act[DeliverableState]):
    """What is said of one version of a deliverable of a commitment's scope."""

    stream_kind: ClassVar = "deliverable"
    stream_id: ClassVar = ("commitment", "deliverable")

    commitment: Identifier
    deliverable: Identifier
    version: Count


def _adopting_body(act: DeliverableAct, on: object, at: Context) -> str:
    commitment = find_commitment(at, act.commitment)
    return acting_name(at.state, commitment.governance_body if commitment else None) or ANY_BODY


@rule("E_NOT_FOUND", "there is no such adopted commitment", "no existe ese compromiso, o no está adoptado")
def _commitment_adopted(act: DeliverableAct, on: object, at: Context) -> Breach:
    commitment = find_commitment(at, act.commitment)
    return (commitment is None or commitment.scope is None) and {"adopted commitment": act.commitment}


# Once submitted, a deliverable stays one, also where the scope no longer names it.
@rule("E_NOT_FOUND", "there is no such deliverable", "no existe ese entregable")
def _named_by_the_scope(act: DeliverableAct, on: DeliverableState | None, at: Context) -> Breach:
    commitment = find_commitment(at, act.commitment)
    scope = commitment.scope if commitment else None
    is_named = on is not None or scope is None or scope.deliverable(act.deliverable) is not None
    return not is_named and {"deliverable": act.deliverable}


@rule("E_VERSION_CONFLICT", "the act concerns the current version", "el acto se refiere a la versión actual")
def _current_version(act: DeliverableAct, on: DeliverableState, at: Context) -> Breach:
    return act.version != on.current.version and {"expected": on.current.version}


@rule("E_VERSION_CONFLICT", "the version is the next one", "la versión es la siguiente")
def _next_version(act: DeliverableAct, on: DeliverableState | None, at: Context) -> Breach:
    expected = on.current.version + 1 if on else 1
    return act.version != expected and {"expected": expected}


@rule("E_SELF_DEALING", "who submitted does not judge it", "quien entregó no juzga lo entregado")
def _not_by_the_submitter(act: DeliverableAct, on: DeliverableState, at: Context) -> Breach:
    return on.current.mark.party == at.party


@rule(
    "E_SELF_DEALING",
    "who submitted does not judge it for another party either",
    "quien entregó tampoco lo juzga por otra parte",
    since=SECOND,
)
def _not_by_the_submitters_person(act: DeliverableAct, on: DeliverableState, at: Context) -> Breach:
    by = on.current.mark
    return by.party != at.party and (at.actor.get("person") in on.authors or speaks_for(at, by.party))


@rule("E_POLICY", "no party decides alone in a body", "ninguna parte decide sola en un órgano", since=SECOND)
def _not_alone(act: DeliverableAct, on: object, at: Context) -> Breach:
    body = body_of(at, _adopting_body(act, on, at))
    return body is not None and len(body.seated) < TWO


_WORKED_ON: Final = (_commitment_adopted, _named_by_the_scope, goes_on)
_JUDGED_BY_A_MEMBER: Final = (
    *seat_rules(_adopting_body),
    _not_by_the_submitter,
    _not_by_the_submitters_person,
    *_WORKED_ON,
    _current_version,
)


@act
class DeliverableSubmitted(DeliverableAct):
    """A first version, or a new one after a rejection, by the hash of its document."""

    REPORTS: ClassVar = True
    by_secretariat: ClassVar = True
    FIRST_CORRECTABLE: ClassVar = ("document",)

    document: Doc

    # By who is responsible, or fills a role that is: else anybody could take its place.
    @rule(*RESPONSIBLE)
    def _by_a_responsible(self, on: object, at: Context) -> Breach:
        commitment = find_commitment(at, self.commitment)
        scopes = [version.scope for version in commitment.scopes] if commitment else []
        if at.edition == FIRST:
            scopes = scopes[-1:]
        # Also where the scope in force names it no more, those are responsible who last were.
        named = next((scope for scope in reversed(scopes) if scope.deliverable(self.deliverable)), None)
        item = named.deliverable(self.deliverable) if named else None
        return not_responsible(at, commitment, item.milestone, hired=True, scope=named) if commitment and item else None

    RULES: ClassVar = (_by_a_responsible, *_WORKED_ON, met_by_a_document, _next_version)

    def begin(self, at: Context) -> DeliverableState:
        """Take the first version in."""
        version = SubmittedVersion(version=self.version, document=self.document, mark=at.mark)
        return DeliverableState(
            stream=self.stream(),
            commitment=self.commitment,
            deliverable=self.deliverable,
            versions=(version,),
        )

    def then(self, on: DeliverableState, at: Context) -> DeliverableState:
        """Add the version."""
        version = SubmittedVersion(version=self.version, document=self.document, mark=at.mark)
        return _settled(replace(on, versions=(*on.versions, version)))


@act
class DeliverableContested(DeliverableAct):
    """Anybody registered contests a version. It blocks acceptance until a version answers it."""

    by_secretariat: ClassVar = True
    CORRECTABLE: ClassVar = ("evidence", "grounds")

    contest: Identifier
    evidence: tuple[Evidence, ...]
    grounds: Text

    @rule("E_STATE", "a contest's id is used once", "el identificador de una impugnación se usa una vez")
    def _id_is_new(self, on: DeliverableState, at: Context) -> Breach:
        return any(contest.contest == self.contest for contest in on.contests)

    @rule(
        "E_SELF_DEALING",
        "who submitted does not contest it for another party",
        "quien entregó no lo impugna por otra parte",
        since=SECOND,
    )
    def _not_ones_own(self, on: DeliverableState, at: Context) -> Breach:
        by = on.current.mark
        return by.party != at.party and by.person is not None and by.person == at.actor.get("person")

    RULES: ClassVar = (_commitment_adopted, _named_by_the_scope, _current_version, _id_is_new, _not_ones_own)

    def then(self, on: DeliverableState, at: Context) -> DeliverableState:
        """Add the contest."""
        contest = DeliverableContest(
            contest=self.contest,
            version=self.version,
            grounds=self.grounds,
            evidence=self.evidence,
            mark=at.mark,
        )
        return replace(on, contests=(*on.contests, contest))


@act
class DeliverableRevised(DeliverableAct):
    """A new version by the party that submitted, saying what changed and which contests it answers."""

    REPORTS: ClassVar = True
    by_secretariat: ClassVar = True
    CORRECTABLE: ClassVar = ("changes",)
    FIRST_CORRECTABLE: ClassVar = ("changes", "document")
    SORTED: ClassVar = {"answers": ""}

    answers: tuple[Identifier, ...]
    changes: Text
    document: Doc

    @rule("E_ROLE", "who submitted revises", "revisa quien entregó")
    def _by_the_submitter(self, on: DeliverableState, at: Context) -> Breach:
        return at.party not in heirs_of(at.state, on.current.mark.party) and {"by": on.current.mark.party}

    @rule("E_NOT_FOUND", "there is no such open contest", "no existe esa impugnación, o ya no está abierta")
    def _answers_open_contests(self, on: DeliverableState, at: Context) -> Breach:
        return [{"open contest": contest} for contest in self.answers if contest not in on.open_contests]

    RULES: ClassVar = (_by_the_submitter, *_WORKED_ON, met_by_a_document, _next_version, _answers_open_contests)

    def then(self, on: DeliverableState, at: Context) -> DeliverableState:
        """Add the version; contests that it does not answer stay open."""
        version = SubmittedVersion(
            version=self.version,
            document=self.document,
            mark=at.mark,
            changes=self.changes,
            answers=self.answers,
        )
        contests = tuple(
            replace(contest, answered_in=self.version) if contest.contest in self.answers else contest
            for contest in on.contests
        )
        return _settled(replace(on, versions=(*on.versions, version), contests=contests))


@act
class DeliverableAccepted(DeliverableAct):
    """A member accepts the current version; accepted when every member has."""

    concurring: ClassVar = True
    RULES: ClassVar = (*_JUDGED_BY_A_MEMBER, _not_alone, met_by_a_document)

    def suffices(self, on: DeliverableState, at: Context) -> bool:
        """Tell whether, with this word, all have accepted who are awaited: who has left is not."""
        return at.edition > FIRST and on.accepted_index is None and self._by_all(on, at)

    def _by_all(self, on: DeliverableState, at: Context) -> bool:
        body = body_of(at, _adopting_body(self, on, at))
        needed = awaited(at, body, type(self).__name__) - heirs_of(at.state, on.current.mark.party)
        return bool(needed) and at.joined().parties >= needed

    def then(self, on: DeliverableState, at: Context) -> DeliverableState:
        """Add this member's word; with the last one it is accepted."""
        deliverable = replace(on, concurring=on.with_concurrence(at.joined()))
        if not self._by_all(on, at):
            return deliverable
        return replace(
            deliverable,
            status="accepted",
            accepted_version=self.version,
            accepted_index=at.recorded.index,
            accepted_on=at.dated,
        )


@act
class DeliverableRejected(DeliverableAct):
    """A member sends the current version back, with reasons."""

    CORRECTABLE: ClassVar = ("reasons",)
    RULES: ClassVar = _JUDGED_BY_A_MEMBER

    reasons: Text


@act
class ContestOverruled(DeliverableAct):
    """A contest is overruled by a signed decision of the members: it stays on record, and blocks acceptance no more."""

    SINCE: ClassVar = SECOND
    by_secretariat: ClassVar = True

    contest: Identifier
    decision: Identifier
    reasons: Text

    @rule("E_NOT_FOUND", "there is no such open contest", "no existe esa impugnación, o ya no está abierta")
    def _is_open(self, on: DeliverableState | None, at: Context) -> Breach:
        return (on is None or self.contest not in on.open_contests) and {"open contest": self.contest}

    def adopting_body(self, on: object, at: Context) -> str:
        """Give the body that adopted the commitment."""
        return _adopting_body(self, on, at)

    @rule(*OF_ITS_BODY)
    def _of_its_body(self, on: object, at: Context) -> Breach:
        return decided_elsewhere(at, find_commitment(at, self.commitment))

    CONTENT: ClassVar = (_is_open, _current_version, _of_its_body)
    RULES: ClassVar = (_is_open, _current_version, *decided_rules(adopting_body), *RECORDED_BY_A_MEMBER)

    def parties_concerned(self, at: Context) -> frozenset[str]:
        """Give who submitted and who contests: neither judges it."""
        on = at.find(DeliverableState, self.stream())
        contest = on.contest(self.contest) if on else None
        return frozenset({on.current.mark.party, contest.mark.party} if on and contest else ())

    def persons_concerned(self, at: Context) -> frozenset[str]:
        """Give the persons who worked on it, and the one who contests it, for whom they may speak by now."""
        on = at.find(DeliverableState, self.stream())
        contest = on.contest(self.contest) if on else None
        return frozenset((*on.authors, contest.mark.person or "") if on and contest else ())

    def then(self, on: DeliverableState, at: Context) -> DeliverableState:
        """Close the contest."""
        contests = tuple(
            replace(contest, overruled_by=self.decision) if contest.contest == self.contest else contest
            for contest in on.contests
        )
        changed = replace(on, contests=contests)
        return changed if on.accepted_index is not None else _settled(changed)


def _settled(deliverable: DeliverableState) -> DeliverableState:
    """Return the status of a new version: contested while a contest of an earlier one has no answer."""
    return replace(deliverable, status="contested" if deliverable.open_contests else "submitted")


DELIVERABLE: Final = AggregateKind(
    DeliverableAct,
    {
        DeliverableSubmitted: {NONE: "submitted", "rejected": "submitted"},
        DeliverableContested: {
            "submitted": "contested",
            "contested": "contested",
            "accepted": "accepted",
        },
        DeliverableRevised: {
            "submitted": "submitted",
            "contested": "submitted",
            "rejected": "submitted",
        },
        DeliverableAccepted: {"submitted": "submitted"},
        DeliverableRejected: {"submitted": "rejected", "contested": "rejected"},
        ContestOverruled: {"contested": "submitted", "accepted": "accepted"},
    },
)
