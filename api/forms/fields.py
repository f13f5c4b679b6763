"""A form as data: the questions that an act's own schema asks, independent of how they are shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Title = Mapping[str, str] | str  # a text by language, or one that is the same in each


class MessageId(str):
    """A title that the catalogues have."""

    __slots__ = ()


class FieldKind(StrEnum):
    """How a question is asked and its answer read."""

    TEXT = "text"  # in languages
    LINE = "line"
    NAME = "name"  # a short identifier: what is new is named by the form itself
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    DAY = "day"
    DATE = "date"  # with the precision that it has (EDTF)
    NUMBER = "number"
    QUANTITY = "quantity"
    HASH = "hash"  # of a file: 64 hex digits
    DIGEST = "digest"  # the same with `sha256:` before it
    DOCUMENT = "document"  # a group whose hash, size and media type are those of a file
    GROUP = "group"
    LIST = "list"
    RULES = "rules"  # names with values
    ENTRY = "entry"  # by its number, its fingerprint or its address
    ACT = "act"  # another act, in full


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A choice: its value in the body, what it is called, and the title of the group that it is listed under."""

    value: str
    title: Title
    group: Title = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A question.

    Attributes:
        name: The member of the body.
        kind: How it is asked.
        required: Whether the schema asks for it.
        options: Choices, where they are known.
        closed: Whether nothing but the options is taken.
        fields: Those of a group, or of each row of a list; one without a name is the row itself.
        languages: Of a text: the languages that it must have.
        known: What the ledger itself answers; shown folded, and may be changed.
        key: Of a list: the member that names a row.
        is_sorted: Of a list: whether the schema sorts it.
        limit: Characters of a line or a text.
        owner: The class that has the member, for words of its own.
    """

    name: str
    kind: FieldKind
    required: bool
    options: tuple[Option, ...] = ()
    closed: bool = False
    fields: tuple["Field", ...] = ()
    languages: tuple[str, ...] = ()
    known: str | None = None
    key: str = ""
    is_sorted: bool = False
    limit: int = 0
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """All questions of an act, with what is given before it is asked.

    Attributes:
        type: The act's type.
        fields: What is asked.
        given: Members that follow from who asks, and about what.
        decides: The type of the act that a decision is about.
        given_decided: Members of that act's body that follow from what it is about.
        reports: Whether it tells of something that may have happened earlier.
    """

    type: str
    fields: tuple[Field, ...]
    given: Mapping[str, Any] = field(default_factory=dict)
    decides: str | None = None
    given_decided: Mapping[str, Any] = field(default_factory=dict)
    reports: bool = False
