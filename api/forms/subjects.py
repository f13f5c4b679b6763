"""What an act can be about, and who can say it: by title, from what the ledger has and the act's own table allows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from constancia.api.forms.fields import Option, Title
from constancia.domain.catalogue import KINDS, REGISTRY
from constancia.domain.commitments.commitment import WORKED_ON, Commitment
from constancia.domain.identity.appointment import Appointment
from constancia.domain.identity.party import Party
from constancia.domain.kernel.acts import Act
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.kernel.machine import NONE
from constancia.domain.naming import name_of
from constancia.domain.sentences import party_name
from constancia.domain.state import State
from constancia.ledger.signatory.draft import representative_actor, root_actor

ROOT: Final = "root."  # before a party's id: its root signs
_TITLES: Final = ("title", "question", "legal_name", "name", "text", "description")
# What is begun by an act and named by something else than a name of its own.
_NAMED_ELSEWHERE: Final = frozenset({"deliverable", "entry", "key", "ledger"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who may say an act: an appointment, or a party's root."""

    value: str
    title: Title
    actor: Mapping[str, str]


def speakers(type_name: str, state: State, day: date) -> list[Speaker]:
    """Give who may say an act on a day: appointments in force whose scope has it, or parties' roots.

    Args:
        type_name: The act's type.
        state: Who there is.
        day: The day, in the ledger's zone.
    """
    cls = REGISTRY[type_name]
    listed: list[Speaker] = []
    if cls.signer in ("rep", "root_or_rep", "self"):
        listed += [
            speaker_of(appointment, state)
            for appointment in state.of(Appointment)
            if appointment.is_in_force(day)
            and (type_name in appointment.scope or cls.by_own_key or cls.signer == "self")
        ]
    if cls.signer in ("root", "root_or_rep", "self"):
        listed += [root_of(party.party, state) for party in state.of(Party)]
    return listed


def speaker_of(appointment: Appointment, state: State) -> Speaker:
    """Give an appointment as a speaker, with the person's name and its party's."""
    party = party_name(appointment.party, state)
    return Speaker(
        value=appointment.appointment,
        title=_joined(appointment.name, party),
        actor=representative_actor(
            appointment.party, appointment.person, appointment.appointment, appointment.capacity
        ),
    )


def root_of(party: str, state: State) -> Speaker:
    """Give a party's root as a speaker."""
    return Speaker(value=f"{ROOT}{party}", title=party_name(party, state), actor=root_actor(party))


def find_speaker(value: str, state: State) -> Speaker | None:
    """Give a speaker by its value, also where it may not say the act; None where there is no such one."""
    if value.startswith(ROOT):
        party = value.removeprefix(ROOT)
        is_known = f"party/{party}" in state.aggregates or party in _founders(state)
        return root_of(party, state) if is_known else None
    appointment = state.aggregates.get(f"appointment/{value}")
    return speaker_of(appointment, state) if isinstance(appointment, Appointment) else None


def _founders(state: State) -> tuple[str, ...]:
    genesis = state.aggregates.get("ledger")
    opened = getattr(genesis, "opened", None)
    return tuple(founder.party for founder in opened.founders) if opened else ()


def _joined(name: str, party: Title) -> Title:
    """Put a party's name after a person's."""
    if isinstance(party, str):
        return f"{name}, {party}"
    return {lang: f"{name}, {words}" for lang, words in party.items()}


def subjects(type_name: str, state: State, day: date) -> list[Option]:
    """Give what an act can be about now: streams whose state has the act in its table, by title.

    Args:
        type_name: The act's type.
        state: What there is.
        day: The day, in the ledger's zone.

    Returns:
        Options whose values are streams; none where the act begins something new.
    """
    cls = REGISTRY[type_name]
    if cls.stream_kind == "entry":
        return []
    before = states_before(cls)
    existing = [
        Option(value=aggregate.stream, title=title_of(aggregate, state))
        for aggregate in state.of(KINDS[cls.stream_kind].aggregate)
        if aggregate.status_on(day) in before
    ]
    return existing + (list(_undelivered(state)) if cls.stream_kind == "deliverable" and NONE in before else [])


def states_before(cls: type[Act[Any]]) -> frozenset[str]:
    """Give the states in which the table has an act, whatever it chooses."""
    rows = KINDS[cls.stream_kind].machine.rows
    moves = (row for move, row in rows.items() if move.partition(".")[0] == cls.__name__)
    return frozenset(state for row in moves for state in row)


def begins_something(type_name: str) -> bool:
    """Tell whether an act may begin something that gets a name of its own."""
    cls = REGISTRY[type_name]
    return NONE in states_before(cls) and cls.stream_kind not in _NAMED_ELSEWHERE


def needs_subject(type_name: str) -> bool:
    """Tell whether an act is always about something that is there already."""
    cls = REGISTRY[type_name]
    return bool(cls.stream_id) and not begins_something(type_name) and cls.stream_kind != "key"


def given_by(stream: str, state: State) -> dict[str, Any]:
    """Give the members of an act's body that name the stream that it is about: `commitment/rm` gives `commitment`.

    Args:
        stream: The stream.
        state: What there is.
    """
    kind, _, name = stream.partition("/")
    if kind not in KINDS or not name:
        return {}
    members = KINDS[kind].base.stream_id
    aggregate = state.aggregates.get(stream)
    if aggregate is not None and all(hasattr(aggregate, member) for member in members):
        return {member: getattr(aggregate, member) for member in members}
    if kind == "deliverable":
        commitment, _, deliverable = name.partition(".")
        return {"commitment": commitment, "deliverable": deliverable}
    return dict(zip(members, (name,), strict=False))


def title_of(aggregate: Aggregate, state: State) -> Title:
    """Give what an aggregate is called: its title, question or name; its stream's id where it has none."""
    kind, _, name = aggregate.stream.partition("/")
    if kind == "deliverable":
        within = {"commitment": getattr(aggregate, "commitment", None)}
        named = name_of("deliverable", getattr(aggregate, "deliverable", ""), within, state)
        return named.title if named else name
    if kind in ("party", "succession"):
        return party_name(name, state)
    if kind == "key":
        return name[:16]
    named = name_of("governance_body" if kind == "governance" else kind, name, {}, state)
    if named is not None:
        return named.title
    value = next((getattr(aggregate, member) for member in _TITLES if getattr(aggregate, member, None)), name)
    return value if isinstance(value, str) else value.to_json()


def _undelivered(state: State) -> Iterator[Option]:
    """Yield the deliverables of scopes in force of which nothing was handed in yet."""
    for commitment in state.of(Commitment):
        if commitment.scope is None or commitment.status not in WORKED_ON:
            continue
        for item in commitment.scope.deliverables:
            stream = f"deliverable/{commitment.commitment}.{item.deliverable}"
            if stream not in state.aggregates:
                yield Option(value=stream, title=item.title.to_json(), group=commitment.title.to_json())
