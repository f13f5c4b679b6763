"""What an act is about, from what a person writes: an id, a stream, an entry's number, fingerprint or address."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final, Protocol

from constancia.api.forms.fields import MessageId, Option
from constancia.api.forms.ledger_answers import decisions_to_carry, is_carried
from constancia.api.forms.subjects import needs_subject, subjects, title_of
from constancia.domain.catalogue import KINDS, REGISTRY
from constancia.domain.state import State
from constancia.ledger.errors import NotFound

_LEAF: Final = re.compile(r"[0-9a-f]{64}\Z")
_NUMBER: Final = re.compile(r"[0-9]{1,15}\Z")
_PAGE: Final = re.compile(r"(?:.*/)?(?:registros|entries|entry|e)/([0-9a-f]+)/?(?:[?#].*)?\Z")


# Nothing that is there already: the act begins something.
NEW: Final = Option(value="", title=MessageId("form.something_new"))


class NotThere(Exception):
    """What a person named is not there, or is nothing that the act can be about: what it can be is in `options`."""

    def __init__(self, asked: str, options: Sequence[Option]) -> None:
        self.asked = asked
        self.options = options
        super().__init__(asked)


class Entries(Protocol):
    """What is asked of a log."""

    def index_of(self, name: str) -> int:
        """Give an entry's index by its leaf hash."""

    def leaf_hash(self, index: int) -> bytes:
        """Give an entry's leaf hash."""


def entry_named(text: str, log: Entries) -> str | None:
    """Give the leaf hash of an entry that a person named.

    Args:
        text: Its number, its leaf hash, or the address of its page.
        log: The entries.

    Returns:
        Hex leaf hash; None where there is no such entry.
    """
    trimmed = text.strip().casefold().removeprefix("#")
    page = _PAGE.match(trimmed)
    name = page[1] if page else trimmed
    try:
        if _NUMBER.match(name):
            return log.leaf_hash(int(name)).hex()
        return log.leaf_hash(log.index_of(name)).hex() if _LEAF.match(name) else None
    except (NotFound, LookupError):
        return None


def about_options(type_name: str, state: State, day: date, *, carries: bool) -> tuple[list[Option], bool]:
    """Give what an act can be about, and whether it is about something.

    Args:
        type_name: The act's type.
        state: What there is.
        day: The day, in the ledger's zone.
        carries: Whether an act that a decision carries is about that decision; not so where it is only proposed.
    """
    if carries and is_carried(type_name):
        decisions = decisions_to_carry(type_name, state)
        return [Option(value=item.stream, title=item.question.to_json()) for item in decisions], True
    cls = REGISTRY[type_name]
    if cls.stream_kind == "entry":
        return [], False
    return subjects(type_name, state, day), needs_subject(type_name)


def about_of(
    type_name: str, asked: str, state: State, find_entry: Callable[[str], str | None], *, carries: bool
) -> str:
    """Give the stream that a person means.

    Args:
        type_name: The act's type.
        asked: What was written: `d-4`, `decision/d-4`, `rm.d3.1`, `113`.
        state: What there is.
        find_entry: Gives the leaf hash of an entry.
        carries: As of `about_options`.

    Raises:
        NotThere: There is nothing of that name that the act could be about.
    """
    cls = REGISTRY[type_name]
    if cls.stream_kind == "entry":
        leaf = find_entry(asked)
        if leaf is None:
            raise NotThere(asked, [])
        return f"entry/{leaf}"
    kind = "decision" if carries and is_carried(type_name) else cls.stream_kind
    name = asked.removeprefix(f"{kind}/")
    stream = f"{kind}/{name.replace('/', '.') if kind == 'deliverable' else name}"
    all_there = _all_of(kind, type_name, state)
    if stream in {option.value for option in all_there} or (stream in state.aggregates and not carries):
        return stream
    raise NotThere(asked, all_there)


def _all_of(kind: str, type_name: str, state: State) -> list[Option]:
    """Give everything of a kind, whatever its state: what an act is refused for is the ledger's to say."""
    listed = [
        Option(value=aggregate.stream, title=title_of(aggregate, state))
        for aggregate in state.of(KINDS[kind].aggregate)
    ]
    known = {option.value for option in listed}
    more = subjects(type_name, state, date.max) if kind == "deliverable" else []
    return listed + [option for option in more if option.value not in known]
