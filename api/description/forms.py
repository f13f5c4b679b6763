"""JSON Schema of Python types: bodies of acts, documents of aggregates, and answers declared as typed dictionaries.

- Y1: an act's schema is made from the class that its bodies are parsed with; nothing of its form is written twice.
- Y2: a member that may be left out is not required; one that may be null says so. No member is both.
"""

import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, Final, Literal, NewType, NotRequired, Required, Union, get_args, get_origin, is_typeddict

from typing_extensions import get_type_hints

from constancia.domain.values.values import (
    LABEL_CHARACTERS,
    LIST_ITEMS,
    TEXT_CHARACTERS,
    Count,
    Day,
    Digest,
    EdtfText,
    Hex64,
    Identifier,
    Json,
    Label,
    LanguageTag,
    Quantity,
    Rule,
    StreamName,
    Text,
    TypeName,
    Value,
)

Schema = dict[str, Any]
REFERENCE: Final = "#/components/schemas/"
_IDENTIFIER: Final = "^[a-z0-9][a-z0-9._-]{0,63}$"
_NAMED: Final[Mapping[Any, Schema]] = {
    Identifier: {"type": "string", "pattern": _IDENTIFIER},
    LanguageTag: {"type": "string", "pattern": _IDENTIFIER, "description": "BCP 47, in small letters."},
    Hex64: {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    Digest: {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
    TypeName: {"type": "string", "pattern": "^[A-Z][A-Za-z]{2,63}$"},
    StreamName: {"type": "string", "pattern": "^(?:[a-z]{3,32}/[a-z0-9][a-z0-9._-]{0,129}|ledger)$"},
    Day: {"type": "string", "format": "date"},
    EdtfText: {"type": "string", "description": "A date or an interval in EDTF, such as 2019-06/2019-08."},
    Label: {"type": "string", "minLength": 1, "maxLength": LABEL_CHARACTERS},
    Quantity: {"type": "string", "pattern": r"^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,6})?$"},
    Count: {"type": "integer", "minimum": 0, "maximum": 2**53 - 1},
    Json: {"type": "object"},
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    Any: {},
    object: {},
}
# What a class that reads itself takes.
_TEXT: Final[Schema] = {
    "type": "object",
    "description": "The same text by language: members are tags (BCP 47 in small letters, with _ for each -).",
    "propertyNames": {"pattern": "^[a-z0-9][a-z0-9_]*$"},
    "additionalProperties": {"type": "string", "minLength": 1, "maxLength": TEXT_CHARACTERS},
    "minProperties": 1,
    "maxProperties": LIST_ITEMS,
}


# Typed dictionaries that add members to the document of a class: that class, and its members that they may lack.
_EXTENDED: Final[dict[type, tuple[type, frozenset[str]]]] = {}


def extends(base: type, *, may_lack: Iterable[str] = ()) -> Callable[[type], type]:
    """Mark a typed dictionary whose other members are those of the document of a class.

    Args:
        base: A class of the domain.
        may_lack: Names of members of the document that are not always shown.
    """

    def mark(cls: type) -> type:
        _EXTENDED[cls] = (base, frozenset(may_lack))
        return cls

    return mark


class Forms:
    """Makes schemas, and collects those of classes by name.

    Args:
        reference: What their names have in front where one is referred to: in OpenAPI they are components.
    """

    def __init__(self, reference: str = REFERENCE) -> None:
        self._reference = reference
        self.components: dict[str, Schema] = {}
        self._classes: dict[str, object] = {}

    def of(self, hint: Any, *, is_body: bool = False) -> Schema:
        """Give the schema of a type.

        Args:
            hint: A named value of the domain, a `Value` class, an aggregate's class or part, a `TypedDict`, `Literal`,
                `tuple[X, ...]`, `list[X]`, `frozenset[X]`, `dict[str, X]`, a union.
            is_body: Whether it is of what is handed in: its texts then have the limits that the parser has.

        Raises:
            TypeError: No schema is known for it.
        """
        named = _simple(hint, is_body=is_body)
        if named is not None:
            return named
        origin, arguments = get_origin(hint), get_args(hint)
        if origin in (tuple, list, frozenset):
            limit = {"maxItems": LIST_ITEMS} if is_body else {}
            return {"type": "array", "items": self._items(origin, arguments, is_body=is_body), **limit}
        if origin is not None and origin not in (Union, types.UnionType, Required, NotRequired):  # a mapping
            return {"type": "object", "additionalProperties": self.of(arguments[1], is_body=is_body)}
        if origin is not None:
            return self._any_of(arguments, is_body=is_body)
        if isinstance(hint, type) and (is_typeddict(hint) or is_dataclass(hint)):
            return self._named(hint)
        raise TypeError(f"no schema for {hint}")

    def _items(self, origin: object, arguments: tuple[Any, ...], *, is_body: bool) -> Schema:
        """Give the schema of a list's items; a tuple of pairs has items of each kind."""
        if origin is tuple and arguments[-1] is not Ellipsis:
            return self._any_of(tuple(dict.fromkeys(arguments)), is_body=is_body)
        return self.of(arguments[0], is_body=is_body)

    def _any_of(self, arguments: tuple[Any, ...], *, is_body: bool) -> Schema:
        choices = [self.of(each, is_body=is_body) for each in arguments if each is not type(None)]
        if type(None) in arguments:
            choices.append({"type": "null"})
        return choices[0] if len(choices) == 1 else {"anyOf": choices}

    def _named(self, cls: type) -> Schema:
        name = cls.__name__
        if self._classes.setdefault(name, cls) is not cls:
            raise TypeError(f"two classes are named {name}: {cls.__module__}, {self._classes[name]}")
        if name not in self.components:
            self.components[name] = {}  # it may name itself
            self.components[name] = self._object(cls)
        return {"$ref": self._reference + name}

    def _object(self, cls: type) -> Schema:
        about = {"description": (cls.__doc__ or "").split("\n\n", maxsplit=1)[0].strip()}
        if cls is Text:
            return {**about, **_TEXT}
        if is_typeddict(cls):
            return self._answer(cls, about)
        hints = get_type_hints(cls)
        return (self._value if issubclass(cls, Value) else self._document)(cls, about, hints)

    def _answer(self, cls: Any, about: Schema) -> Schema:
        """Give the schema of a typed dictionary, with the members of the class that it extends."""
        base, may_lack = _EXTENDED.get(cls, (None, frozenset()))
        properties, required = ({}, []) if base is None else self.members_of(base)
        own = get_type_hints(cls, include_extras=True)
        properties |= {name: self.of(hint) for name, hint in own.items()}
        always = ({*required} - may_lack - {*own}) | cls.__required_keys__
        return _closed(about, dict(sorted(properties.items())), sorted(always))

    def _value(self, cls: type, about: Schema, hints: Mapping[str, Any]) -> Schema:
        """Give the schema of a part of a body: a member with a default may be left out, and is never null."""
        members = {member.name: member for member in fields(cls)}
        properties = {name: self._present(hints[name], is_body=cls is not Rule) for name in sorted(members)}
        required = [name for name in sorted(members) if members[name].default is MISSING]
        return {**_closed(about, properties, required), "additionalProperties": False}

    def _document(self, cls: type, about: Schema, hints: Mapping[str, Any]) -> Schema:
        """Give the schema of an aggregate or a part of one, as `document_of` writes it: what is null is left out."""
        properties, required = self.members_of(cls, hints)
        return _closed(about, properties, required)

    def members_of(self, cls: Any, hints: Mapping[str, Any] | None = None) -> tuple[dict[str, Schema], list[str]]:
        """Give the members of an aggregate's document, and which of them are always there.

        Args:
            cls: The aggregate's class, or that of a part of one.
            hints: Its types, where they are at hand.

        Source: ours: `domain.kernel.aggregate.document_of`.
        """
        hints = get_type_hints(cls) if hints is None else hints
        if issubclass(cls, Value):
            value = self._value(cls, {}, hints)
            return value["properties"], value["required"]
        properties: dict[str, Schema] = {}
        required: list[str] = []
        for member in fields(cls):
            if "in_place" in member.metadata:
                inner, always = self._members_in_place(hints[member.name])
                properties |= inner
                required += always
            else:
                properties[member.name] = self._present(hints[member.name])
                required += [member.name] if _is_always_there(member, hints[member.name]) else []
        return dict(sorted(properties.items())), sorted(set(required))

    def _members_in_place(self, hint: Any) -> tuple[dict[str, Schema], list[str]]:
        """Give the members of the act that an aggregate began with; of several, those of any, and what all have."""
        acts = [self.members_of(act) for act in get_args(hint) or (hint,)]
        names = {name for properties, _ in acts for name in properties} - {"provenance"}
        members: dict[str, Schema] = {}
        for name in names:
            schemas = [properties[name] for properties, _ in acts if name in properties]
            distinct = [schema for place, schema in enumerate(schemas) if schema not in schemas[:place]]
            members[name] = distinct[0] if len(distinct) == 1 else {"anyOf": distinct}
        return members, [name for name in names if all(name in required for _, required in acts)]

    def _present(self, hint: Any, *, is_body: bool = False) -> Schema:
        """Give the schema of a member where it is there: without null, since what is null is left out."""
        if get_origin(hint) in (Union, types.UnionType):
            return self._any_of(tuple(each for each in get_args(hint) if each is not type(None)), is_body=is_body)
        return self.of(hint, is_body=is_body)


def _simple(hint: Any, *, is_body: bool) -> Schema | None:
    """Give the schema of a type that holds no other; None for any other type."""
    if is_body and hint is str:
        return {"type": "string", "minLength": 1, "maxLength": TEXT_CHARACTERS}
    if isinstance(hint, NewType):  # another name is one for identifiers, such as kinds of party
        return dict(_NAMED.get(hint, _NAMED[Identifier]))
    if get_origin(hint) is Literal:
        choices = get_args(hint)
        return {"type": "string", "enum": sorted(choices)} if len(choices) > 1 else {"const": choices[0]}
    return dict(_NAMED[hint]) if hint in _NAMED else None


def _is_always_there(member: "Field[Any]", hint: Any) -> bool:
    return type(None) not in get_args(hint) or member.name == "stream"


def _closed(about: Schema, properties: Schema, required: list[str]) -> Schema:
    return {**about, "type": "object", "properties": properties, "required": required}
