"""What a member of a body may name, by title: commitments, decisions, parties, milestones, contests, and so on."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from constancia.api.forms.fields import MessageId, Option, Title
from constancia.api.forms.subjects import title_of
from constancia.domain.agreements.agreement import Agreement
from constancia.domain.catalogue import REGISTRY
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.deliverables.deliverable import DeliverableState
from constancia.domain.commitments.gathering import Gathering
from constancia.domain.complaints.complaint import Complaint
from constancia.domain.governance.body import GovernanceBody
from constancia.domain.governance.decision import Decision
from constancia.domain.identity.appointment import Appointment
from constancia.domain.identity.genesis import LedgerState
from constancia.domain.identity.key import Key
from constancia.domain.identity.party import Party
from constancia.domain.identity.role import MEMBERS, ROLES
from constancia.domain.identity.vocabulary import DEFAULT_CAPACITIES, DEFAULT_KINDS, Capacity, PartyKind
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.participation.response import ReasonedResponse
from constancia.domain.plans.plan import ActionPlan
from constancia.domain.remarks.remarked_entry import RemarkedEntry
from constancia.domain.state import State
from constancia.domain.values.values import Identifier, LanguageTag, StreamName, TypeName


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionQuery:
    """Of which member options are asked: its class, its name, and what is known of the body already."""

    owner: str
    member: str
    given: Mapping[str, Any]
    stream: str
    state: State


Finder = Callable[[OptionQuery], list[Option]]


def _all_of(kind: type[Aggregate], status: tuple[str, ...] = ()) -> Finder:
    def options(asked: OptionQuery) -> list[Option]:
        return [
            Option(value=aggregate.stream.partition("/")[2], title=title_of(aggregate, asked.state))
            for aggregate in asked.state.of(kind)
            if not status or aggregate.status in status
        ]

    return options


_parties: Final = _all_of(Party)


def _bearers(asked: OptionQuery) -> list[Option]:
    """Give parties, and the roles and words that stand for some."""
    return _parties(asked) + [Option(value=name, title=MessageId(f"word.{name}")) for name in sorted(ROLES | MEMBERS)]


def _within(asked: OptionQuery) -> list[Option]:
    """Give the milestones or deliverables of the commitment that is asked about; of all where none is named."""
    named = asked.given.get("commitment")
    options: dict[str, Option] = {}
    for commitment in asked.state.of(Commitment):
        if commitment.scope is None or named not in (None, commitment.commitment):
            continue
        items = commitment.scope.milestones if asked.member == "milestone" else commitment.scope.deliverables
        group: Title = "" if named else commitment.title.to_json()
        for item in items:
            value = getattr(item, asked.member)
            options.setdefault(value, Option(value=value, title=item.title.to_json(), group=group))
    return list(options.values())


def _open_contests(asked: OptionQuery) -> list[Option]:
    """Give the contests of a deliverable, or of an entry, that have no answer yet."""
    about = asked.state.aggregates.get(asked.stream)
    if isinstance(about, DeliverableState):
        contests = (contest for contest in about.contests if contest.contest in about.open_contests)
        return [Option(value=contest.contest, title=contest.grounds.to_json()) for contest in contests]
    if isinstance(about, RemarkedEntry):
        return [
            Option(value=contest.contest, title=contest.grounds.to_json())
            for contest in about.contests
            if contest.withdrawn is None
        ]
    return []


def _conditions(asked: OptionQuery) -> list[Option]:
    about = asked.state.aggregates.get(asked.stream)
    declared = about.declared or () if isinstance(about, Commitment) else ()
    return [Option(value=item.condition, title=item.text.to_json()) for item in declared if item.outcome is None]


def _keys(asked: OptionQuery) -> list[Option]:
    """Give keys by whose they are."""
    options = []
    for key in asked.state.of(Key):
        holder = asked.state.aggregates.get(f"appointment/{key.appointment}")
        name = holder.name if isinstance(holder, Appointment) else title_of_party(key.party, asked.state)
        options.append(Option(value=key.key, title=_with(name, f" · {key.key[:16]}…")))
    return options


def title_of_party(party: str, state: State) -> Title:
    """Give a party's short name."""
    aggregate = state.aggregates.get(f"party/{party}")
    return title_of(aggregate, state) if aggregate is not None else party.upper()


def _with(title: Title, more: str) -> Title:
    return f"{title}{more}" if isinstance(title, str) else {lang: f"{words}{more}" for lang, words in title.items()}


def _capacities(asked: OptionQuery) -> list[Option]:
    genesis = asked.state.aggregates.get("ledger")
    listed = genesis.capacities if isinstance(genesis, LedgerState) else DEFAULT_CAPACITIES
    return [_word(asked.state, name) for name in listed]


def _kinds(asked: OptionQuery) -> list[Option]:
    genesis = asked.state.aggregates.get("ledger")
    listed = genesis.kinds if isinstance(genesis, LedgerState) else DEFAULT_KINDS
    return [_word(asked.state, name) for name in listed]


def _word(state: State, name: str) -> Option:
    genesis = state.aggregates.get("ledger")
    own = genesis.name_of(name) if isinstance(genesis, LedgerState) else None
    return Option(value=name, title=own.to_json() if own is not None else MessageId(f"word.{name}"))


def _types(asked: OptionQuery) -> list[Option]:
    """Give the acts that a representative may do, by what they do."""
    del asked
    return [
        Option(value=name, title=MessageId(f"form.act_{name}"))
        for name, cls in sorted(REGISTRY.items())
        if cls.signer in ("rep", "root_or_rep") and cls.UNTIL is None
    ]


def _streams(asked: OptionQuery) -> list[Option]:
    """Give what has a title, by its stream."""
    kinds: Iterable[type[Aggregate]] = (
        Commitment,
        Decision,
        Agreement,
        ActionPlan,
        Gathering,
        Complaint,
        GovernanceBody,
    )
    return [
        Option(
            value=aggregate.stream,
            title=title_of(aggregate, asked.state),
            group=MessageId(f"form.kind_{kind.__name__}"),
        )
        for kind in kinds
        for aggregate in asked.state.of(kind)
    ]


_PARTY_MEMBERS: Final = (
    "accused", "addressed_to", "against", "bearers", "members", "on_behalf_of", "organization", "parties",
    "party", "replaces", "required", "submitted_to", "successor", "successors",
)  # fmt: skip
_FINDERS: Final[Mapping[str, Finder]] = {
    **dict.fromkeys(_PARTY_MEMBERS, _parties),
    "agreement": _all_of(Agreement),
    "appointment": _all_of(Appointment, ("appointed",)),
    "body": _all_of(GovernanceBody),
    "commitment": _all_of(Commitment),
    "complaint": _all_of(Complaint),
    "continued_by": _all_of(Commitment),
    "continues": _all_of(Complaint),
    "decision": _all_of(Decision, ("signed",)),
    "deliverable": _within,
    "gathering": _all_of(Gathering),
    "governance_body": _all_of(GovernanceBody, ("established",)),
    "lead": _bearers,
    "milestone": _within,
    "plan": _all_of(ActionPlan),
    "predecessor": _all_of(GovernanceBody),
    "response": _all_of(ReasonedResponse),
    "support": _bearers,
    "terminates": _all_of(Agreement),
}
# Members that mean another thing in one class: a member's own name, or what only that act names.
_OF_CLASS: Final[Mapping[tuple[str, str], Finder | None]] = {
    ("Action", "milestone"): None,
    ("AgreementDrafted", "agreement"): None,
    ("ConditionSettled", "condition"): _conditions,
    ("ContestOverruled", "contest"): _open_contests,
    ("Deliverable", "deliverable"): None,
    ("Deliverable", "milestone"): None,
    ("DeliverableRevised", "answers"): _open_contests,
    ("EntryAcknowledged", "withdraws"): _open_contests,
    ("Fallback", "parties"): _bearers,
    ("KeyEndorsed", "key"): _keys,
    ("KeyCompromised", "key"): _keys,
    ("KeyRevoked", "key"): _keys,
    ("KeyRotated", "key"): _keys,
    ("Milestone", "milestone"): None,
    ("PartyRegistered", "party"): None,
    ("ResponseGiven", "answers"): _open_contests,
    ("SignatureReaffirmed", "key"): _keys,
    ("Theme", "contributions"): None,
}
_OF_TYPE: Final[Mapping[Any, Finder]] = {
    Capacity: _capacities,
    PartyKind: _kinds,
    StreamName: _streams,
    TypeName: _types,
}


# Members that may also name what is not in the ledger, or what has no title.
OPEN: Final = frozenset({"about", "concerns", "plan", "remedies", "subject"})


def options_of(asked: OptionQuery, hint: Any) -> list[Option] | None:
    """Give what a member may name; None where that is not known: a name of its own, or free text.

    Args:
        asked: The member.
        hint: Its type, without `None`.
    """
    if hint in _OF_TYPE:
        return _OF_TYPE[hint](asked)
    if hint is LanguageTag:
        return None
    key = (asked.owner, asked.member)
    finder = _OF_CLASS[key] if key in _OF_CLASS else _FINDERS.get(asked.member)
    if finder is None or (hint is not Identifier and finder is not _keys):
        return None
    return finder(asked)
