"""Which readable sentence an act gets: a message id and its parameters; the words live with the pages.

Every move of a table has the message id `act.<move>`: the type, with its choice where that decides what the act does
(`act.CommitmentStatusDecided.closed`). What somebody did not sign who is bound has `.without` after it, a text that
ends agreements `.ends`, a protected complaint `.protected`, one that accuses nobody `.open`; an act that is about
something else where a member is given, or is empty, has the wording of `VARIANTS`. Parameters are plain texts: who
speaks (`who`), for whom (`party`), and the scalar members of the body. A text in several languages is one parameter,
whose language is chosen when it is shown; a list of names is one parameter, joined then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from constancia.domain.catalogue import REGISTRY
from constancia.domain.commitments.commitment import Commitment, DecidedStatus, ScopeVersion
from constancia.domain.identity.appointment import Appointment
from constancia.domain.identity.genesis import LedgerState
from constancia.domain.identity.party import Party
from constancia.domain.naming import NamedThing, name_of
from constancia.domain.plans.plan import ActionPlan, Carried
from constancia.domain.remarks.correction import Correction
from constancia.domain.remarks.remarked_entry import RemarkedEntry
from constancia.domain.state import State
from constancia.domain.values.languages import DEFAULT_LANGUAGES, is_text

# What is recorded by decision and binds: who was bound before and did not sign it is named with it.
_BY_DECISION: Final = ("CommitmentAdopted", "CommitmentCarriedIntoPlan", "CommitmentStatusDecided", "ScopeChanged")
_HASH_SHOWN: Final = 8  # hex digits of an entry's leaf hash, where its index is not known
# Type → the member by which it says something else, and the name of that wording.
VARIANTS: Final[Mapping[str, tuple[str, str]]] = {
    "ActionPlanOpened": ("due", "due"),
    "DutyAssigned": ("bearers", "ended"),  # where the member is empty
    "EntryAcknowledged": ("withdraws", "withdraws"),
    "EntryContested": ("own_level", "level"),
    "ParticipantAdmitted": ("until", "until"),
    "PartyNameRecorded": ("body", "body"),
    "ResponseGiven": ("answers", "contests"),
}
# Members whose items are parties, shown by their names.
_LISTS_OF_PARTIES: Final = frozenset({"bearers", "members", "parties", "required", "successors"})

ByLanguage = Mapping[str, str]
Name = str | ByLanguage
Parameter = str | int | ByLanguage | NamedThing | tuple[Name | NamedThing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A message id, with parameters: strings, integers, texts by language, or lists of names.

    `languages` are the ledger's authentic ones: a text that the reader's language lacks is shown in the first of them.
    """

    msgid: str
    params: Mapping[str, Parameter] = field(default_factory=dict)
    languages: tuple[str, ...] = DEFAULT_LANGUAGES


def sentence_of(statement: Mapping[str, Any], state: State | None = None) -> Sentence:
    """Give the sentence of a statement.

    Args:
        statement: The parsed statement.
        state: Resolves names of parties and persons where it is at hand.

    Returns:
        Message id and parameters. A member `x.y` of the body is the parameter `x_y`; lists are joined by commas.
    """
    params: dict[str, Parameter] = dict(_flat(statement["body"], "")) | _quoted(statement["body"])
    actor = statement["actor"]
    name = actor.get("party", "")
    params["party"] = party_name(name, state)
    params["who"] = _person_name(actor, state)
    params["capacity"] = _named(actor["capacity"], state)
    if state is not None:
        params |= _titles(statement["body"], state)
    if "party" in statement["body"]:
        params["subject"] = party_name(statement["body"]["party"], state)
    if "organization" in statement["body"]:
        params["organization"] = party_name(statement["body"]["organization"], state)
    if "submitted_to" in statement["body"]:
        params["receiver"] = party_name(statement["body"]["submitted_to"], state)
    if "target" in statement["body"]:
        params["entry"] = _entry_name(statement, state)
    if "own_level" in statement["body"]:
        params["level"] = statement["body"]["own_level"]
    without = _without(statement, state)
    if without:
        params["without"] = _names(without, state)
    if "against" in statement["body"]:
        params["against"] = _names(statement["body"]["against"], state)
    for member in _LISTS_OF_PARTIES & statement["body"].keys() if state else ():
        params[member] = _names(statement["body"][member], state) or "—"
    variant = "without" if without else _variant(statement["type"], statement["body"])
    return Sentence(
        msgid=f"act.{_move(statement)}{variant and f'.{variant}'}",
        params=params,
        languages=state.languages if state else DEFAULT_LANGUAGES,
    )


def _titles(body: Mapping[str, Any], state: State) -> dict[str, Parameter]:
    """Give the titles of what a body's members identify, for those that the state knows."""
    titles: dict[str, Parameter] = {}
    for member, value in body.items():
        if isinstance(value, list):
            named = [name_of(member, item, body, state) or item for item in value if isinstance(item, str)]
            if any(isinstance(item, NamedThing) for item in named):
                titles[member] = tuple(named)
        elif (name := name_of(member, value, body, state)) is not None:
            titles[member] = name
    return titles


def _move(statement: Mapping[str, Any]) -> str:
    """Give the type, with the choice that the table goes by."""
    name = str(statement["type"])
    cls = REGISTRY.get(name)
    return name if cls is None or cls.MOVES_BY is None else f"{name}.{statement['body'].get(cls.MOVES_BY)}"


def _variant(type_name: str, body: Mapping[str, Any]) -> str:
    """Give the name of the wording for a body that says something else than others of its type; empty for the usual."""
    member, wording = VARIANTS.get(type_name, ("", ""))
    if member in body:
        return wording if wording != "ended" or not body[member] else ""
    if body.get("protected") is True:
        return "protected"
    return "open" if body.get("against") == [] else "ends" if "terminates" in body else ""


def _entry_name(statement: Mapping[str, Any], state: State | None) -> str | int:
    """Give the index of the entry that an act is about; the beginning of its leaf hash where it is not known."""
    target: str = statement["body"]["target"]
    about = state.aggregates.get(statement["stream"]) if state else None
    if isinstance(about, RemarkedEntry | Correction):
        return about.target_index
    return f"{target[:_HASH_SHOWN]}…"


def _without(statement: Mapping[str, Any], state: State | None) -> tuple[str, ...]:
    """Give who did not sign what a statement records: no word of its author, but part of what it did."""
    if state is None or statement["type"] not in _BY_DECISION:
        return ()
    decision, aggregate = statement["body"]["decision"], state.aggregates.get(statement["stream"])
    recorded: tuple[ScopeVersion | DecidedStatus | Carried, ...] = ()
    if isinstance(aggregate, Commitment):
        recorded = (*aggregate.scopes, *(aggregate.decided or ()))
    elif isinstance(aggregate, ActionPlan):
        recorded = aggregate.commitments
    return next((item.without or () for item in recorded if item.decision == decision), ())


def _flat(item: Mapping[str, Any], prefix: str) -> list[tuple[str, Parameter]]:
    pairs: list[tuple[str, Parameter]] = []
    for name, value in item.items():
        path = f"{prefix}{name}"
        if isinstance(value, dict):
            if is_text(value):
                pairs.append((path, value))
            else:
                pairs.extend(_flat(value, f"{path}_"))
        elif isinstance(value, list):
            pairs.append((path, ", ".join(str(text) for text in value if isinstance(text, str))))
            pairs.append((f"{path}_count", len(value)))
        elif isinstance(value, str | int):
            pairs.append((path, value))
    return pairs


def _quoted(body: Mapping[str, Any]) -> dict[str, Parameter]:
    """Give a name as others write it, and where they do, as texts of their language."""
    return {name: {body["lang"]: body[name]} for name in ("name", "used_in")} if "used_in" in body else {}


def _names(parties: Iterable[str], state: State | None) -> tuple[Name, ...]:
    return tuple(party_name(party, state) for party in parties)


def party_name(party: str, state: State | None) -> Name:
    """Give a party's short name: acronym, else legal name in its languages; its id in capitals where it is unknown."""
    record = state.aggregates.get(f"party/{party}") if state else None
    if isinstance(record, Party):
        return record.acronym or record.legal_name.to_json()
    return party.upper()


def _named(word: str, state: State | None) -> Name:
    """Give the name that genesis gives to a capacity; the word itself where it gives none: the pages know its name."""
    genesis = state.aggregates.get("ledger") if state else None
    name = genesis.name_of(word) if isinstance(genesis, LedgerState) else None
    return name.to_json() if name else word


def _person_name(actor: Mapping[str, str], state: State | None) -> Name:
    appointment = state.aggregates.get(f"appointment/{actor.get('appointment')}") if state else None
    if isinstance(appointment, Appointment):
        return appointment.name
    return actor["person"] if "person" in actor else party_name(actor.get("party", ""), state)
