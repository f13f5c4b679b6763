"""Typed values read from JSON: frozen classes whose fields' types say how they are read.

A `Value` subclass is its own schema: `parse` takes exactly its fields, each by its type, and `to_json` gives the
object back. What can't be said by a type (order of a list, a relation between fields) is said by `SORTED` or a
`check_form` method.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from itertools import pairwise
from types import UnionType
from typing import Any, ClassVar, Final, Literal, NewType, Self, get_args, get_origin

from constancia.domain.values.calendar import parse_day, parse_edtf
from constancia.domain.values.editions import LAST_OF_ES_AND_EN
from constancia.domain.values.languages import FORMER_LANGUAGES, is_language_tag, member_of, tag_of
from constancia.domain.values.members import types_of

Identifier = NewType("Identifier", str)
Hex64 = NewType("Hex64", str)
Digest = NewType("Digest", str)
Day = NewType("Day", str)
EdtfText = NewType("EdtfText", str)
Label = NewType("Label", str)
TypeName = NewType("TypeName", str)
StreamName = NewType("StreamName", str)
LanguageTag = NewType("LanguageTag", str)
Count = NewType("Count", int)
Quantity = NewType("Quantity", str)  # a decimal number in digits: the statement profile has integers alone
Json = NewType("Json", dict)  # type: ignore[type-arg]  # an act's body, read again by its type

LABEL_CHARACTERS: Final = 500
TEXT_CHARACTERS: Final = 8_000
LIST_ITEMS: Final = 100

_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")
_HEX64 = re.compile(r"[0-9a-f]{64}\Z")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")
_TYPE = re.compile(r"[A-Z][A-Za-z]{2,63}\Z")
_QUANTITY = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,6})?\Z")
_STREAM = re.compile(r"(?:[a-z]{3,32}/[a-z0-9][a-z0-9._-]{0,129}|ledger)\Z")
_encode: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode

TAG_WORDS: Final = "a language tag (BCP 47) in small letters, such as es or pt-br"

Parser = Callable[[object, str], Any]


class FormError(ValueError):
    """A value has not the form that its type asks for: `where`, `expected`, `found`."""

    def __init__(self, where: str, expected: str, found: object) -> None:
        self.where = where
        self.expected = expected
        self.found = repr(found)[:120]
        super().__init__(f"{where}: expected {expected}, found {self.found}")


def canonical(value: object) -> bytes:
    """Serialize a value of the statement profile; within it this is RFC 8785 (a test compares with verify's)."""
    return _encode(value).encode()


def digest(value: object) -> Digest:
    """Give `sha256:` and the hex SHA-256 of a value's canonical bytes. Source: ours: SPEC §5."""
    return Digest("sha256:" + hashlib.sha256(canonical(value)).hexdigest())


def _matching(pattern: re.Pattern[str], expected: str) -> Parser:
    def parse(value: object, where: str) -> str:
        if type(value) is not str or not pattern.match(value):
            raise FormError(where, expected, value)
        return value

    return parse


def _text(limit: int) -> Parser:
    def parse(value: object, where: str) -> str:
        if type(value) is not str or not 1 <= len(value) <= limit:
            raise FormError(where, f"1 to {limit} characters", value)
        return value

    return parse


def _of_type(kind: type, expected: str) -> Parser:
    def parse(value: object, where: str) -> Any:
        if type(value) is not kind:
            raise FormError(where, expected, value)
        return value

    return parse


def _dated(read: Callable[[str], object], expected: str) -> Parser:
    def parse(value: object, where: str) -> str:
        if type(value) is not str:
            raise FormError(where, expected, value)
        try:
            read(value)
        except ValueError as error:
            raise FormError(where, expected, value) from error
        return value

    return parse


def _count(value: object, where: str) -> int:
    if type(value) is not int or not 0 <= value < 2**53:
        raise FormError(where, "an integer from 0", value)
    return value


def _json(value: object, where: str) -> dict[str, Any]:
    """Read an object as it is, into one of its own: who holds the original can't change it afterwards."""
    if type(value) is not dict:
        raise FormError(where, "an object", value)
    copied: dict[str, Any] = json.loads(canonical(value))
    return copied


_PARSERS: Final[dict[Any, Parser]] = {
    Identifier: _matching(_IDENTIFIER, "an identifier [a-z0-9][a-z0-9._-]*"),
    Hex64: _matching(_HEX64, "64 lower-case hex digits"),
    Digest: _matching(_DIGEST, "sha256: and 64 hex digits"),
    TypeName: _matching(_TYPE, "an event type's name"),
    StreamName: _matching(_STREAM, "a stream's name"),
    Day: _dated(parse_day, "a day YYYY-MM-DD"),
    EdtfText: _dated(parse_edtf, "a date or interval in EDTF"),
    LanguageTag: _matching(_IDENTIFIER, TAG_WORDS),  # from edition 3 on `check_tag` asks for more
    Label: _text(LABEL_CHARACTERS),
    str: _text(TEXT_CHARACTERS),
    bool: _of_type(bool, "true or false"),
    Json: _json,
    Count: _count,
    Quantity: _matching(_QUANTITY, "a number in decimal digits, such as 12 or -0.5"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """Base of everything that is read from a body. Subclasses are frozen, slotted, keyword-only dataclasses."""

    # Field name → member by which its items are sorted ("" for plain strings); sorted lists hold no duplicates.
    SORTED: ClassVar[Mapping[str, str]] = {}
    # Members that a later edition of the law added, with that edition.
    MEMBER_SINCE: ClassVar[Mapping[str, int]] = {}

    @classmethod
    def parse(cls, item: object, where: str = "body") -> Self:
        """Read an object of this class.

        Args:
            item: The parsed JSON object.
            where: Path named in errors.

        Returns:
            The value.

        Raises:
            FormError: A member is missing, unknown or of another form.
        """
        if type(item) is not dict:
            raise FormError(where, "an object", item)
        required, readers = _schema(cls)  # type: ignore[arg-type]  # a class is hashable
        if not required <= item.keys():
            missing = min(required - item.keys())
            raise FormError(f"{where}.{missing}", "this member", "nothing")
        arguments = {}
        for name, member in item.items():
            reader = readers.get(name)
            if reader is None:
                raise FormError(f"{where}.{name}", f"only the members {', '.join(sorted(readers))}", name)
            arguments[name] = reader(member, f"{where}.{name}")
        value = cls(**arguments)
        for name, key in cls.SORTED.items():
            _check_sorted(item.get(name, ()), key, f"{where}.{name}")
        value.check_form(where)
        return value

    def check_form(self, where: str) -> None:
        """Check what the fields' types can't say.

        Raises:
            FormError: It does not hold.
        """

    def check_edition(self, edition: int, where: str) -> None:
        """Check what an edition of the law asks of the form besides.

        Raises:
            FormError: The edition does not take it.
        """

    @classmethod
    def member_hint(cls, name: str) -> Any:
        """Give the type of a member by its name; None where there is none."""
        return types_of(cls).get(name)

    def to_json(self) -> dict[str, Any]:
        """Give the object that `parse` reads back; absent members are left out."""
        names = _schema(type(self))[1]  # type: ignore[arg-type]  # a class is hashable
        return {name: to_json(member) for name in names if (member := getattr(self, name)) is not None}


def to_json(value: object) -> Any:
    """Give the JSON form of a value, a tuple of values, or a mapping of them."""
    if isinstance(value, Value):
        return value.to_json()
    if isinstance(value, tuple):
        return [to_json(item) for item in value]
    if not isinstance(value, str | int) and isinstance(value, Mapping):
        return {str(name): to_json(member) for name, member in value.items()}
    return value


def _check_sorted(items: Any, key: str, where: str) -> None:
    names = [item[key] if key else item for item in items]
    if any(first >= second for first, second in pairwise(names)):
        raise FormError(where, "a list sorted by its identifiers, each once", names)


@cache
def _schema(cls: type[Value]) -> tuple[frozenset[str], dict[str, Parser]]:
    required = frozenset(member.name for member in fields(cls) if member.default is MISSING)
    return required, {name: parser_for(hint) for name, hint in types_of(cls).items()}


def parser_for(hint: Any) -> Parser:
    """Give the reader of a type annotation: a named value, `Literal`, `tuple[X, ...]`, `X | None`, a `Value`."""
    if hint in _PARSERS or isinstance(hint, NewType):  # another name is one for identifiers, such as kinds of party
        return _PARSERS.get(hint, _PARSERS[Identifier])
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return _one_of(arguments)
    if origin is tuple:
        return _list_of(parser_for(arguments[0]))
    if origin is UnionType or type(None) in arguments:
        return parser_for(next(argument for argument in arguments if argument is not type(None)))
    if origin is dict:
        return _map_of(parser_for(arguments[1]))
    if isinstance(hint, type) and issubclass(hint, Value):
        return hint.parse
    raise TypeError(f"no reader for {hint}")


def _one_of(choices: tuple[Any, ...]) -> Parser:
    def parse(value: object, where: str) -> Any:
        if type(value) is not str or value not in choices:
            raise FormError(where, f"one of {', '.join(choices)}", value)
        return value

    return parse


def _list_of(parse_item: Parser) -> Parser:
    def parse(value: object, where: str) -> tuple[Any, ...]:
        if type(value) is not list or len(value) > LIST_ITEMS:
            raise FormError(where, f"a list of at most {LIST_ITEMS}", type(value).__name__)
        return tuple(parse_item(item, f"{where}[{position}]") for position, item in enumerate(value))

    return parse


def _map_of(parse_item: Parser) -> Parser:
    def parse(value: object, where: str) -> dict[str, Any]:
        if type(value) is not dict or len(value) > LIST_ITEMS:
            raise FormError(where, "an object", type(value).__name__)
        return {name: parse_item(item, f"{where}.{name}") for name, item in value.items()}

    return parse


def check_tag(tag: str | None, edition: int, where: str) -> None:
    """Check that a language is one that an edition of the law takes: any identifier, from edition 3 on a tag."""
    if tag is not None and edition > LAST_OF_ES_AND_EN and not is_language_tag(tag):
        raise FormError(where, TAG_WORDS, tag)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Value):
    """A text in one language or several: pairs of language tag and text, sorted by tag.

    Its JSON form is an object whose members are the tags, with `_` for each `-`. In editions 1 and 2 it is in Spanish,
    and in English where there is one. From edition 3 on it has each authentic language of the ledger
    (`judgement.texts`), and may have more.
    """

    FORMER_MEMBERS: ClassVar[Mapping[int, tuple[str, ...]]] = {LAST_OF_ES_AND_EN: ("es",)}

    by_language: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, item: object, where: str = "body") -> Self:
        """Read an object of texts by language."""
        if type(item) is not dict:
            raise FormError(where, "an object", item)
        if not item or len(item) > LIST_ITEMS:
            raise FormError(where, f"texts in 1 to {LIST_ITEMS} languages", len(item))
        read = _PARSERS[str]
        texts = {}
        for name, text in item.items():
            tag = tag_of(name) if type(name) is str else None
            if tag is None:
                raise FormError(f"{where}.{name}", f"{TAG_WORDS}, with _ for each -", name)
            texts[tag] = read(text, f"{where}.{name}")
        return cls(by_language=tuple(sorted(texts.items())))

    def check_edition(self, edition: int, where: str) -> None:
        """In editions 1 and 2 it has Spanish, and no other language but English."""
        if edition > LAST_OF_ES_AND_EN:
            return
        if FORMER_LANGUAGES[0] not in self.languages:
            raise FormError(f"{where}.{FORMER_LANGUAGES[0]}", "this member", "nothing")
        for tag in self.languages:
            if tag not in FORMER_LANGUAGES:
                raise FormError(f"{where}.{tag}", f"only the members {', '.join(sorted(FORMER_LANGUAGES))}", tag)

    @classmethod
    def member_hint(cls, name: str) -> Any:
        """Give the type of a member: a text where its name is a language, nothing elsewhere."""
        return str if tag_of(name) is not None else None

    @property
    def languages(self) -> tuple[str, ...]:
        """Its languages, sorted."""
        return tuple(tag for tag, _text in self.by_language)

    def to_json(self) -> dict[str, Any]:
        """Give the object of texts by language."""
        return {member_of(tag): text for tag, text in self.by_language}


@dataclass(frozen=True, slots=True, kw_only=True)
class Doc(Value):
    """A document cited by its hash: media type, size in bytes, title; its language where it has one."""

    media_type: Label
    sha256: Hex64
    size: Count
    title: Text
    lang: LanguageTag | None = None

    def check_edition(self, edition: int, where: str) -> None:
        """Its language has the form that the edition asks for."""
        check_tag(self.lang, edition, f"{where}.lang")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocSet(Value):
    """All language versions of one text, bound by one digest; `authentic` names the language that prevails."""

    authentic: LanguageTag
    documents: tuple[Doc, ...]

    def check_form(self, where: str) -> None:
        """Each document has its own language, and the authentic one is among them."""
        languages = [document.lang for document in self.documents]
        if None in languages or len(set(languages)) != len(languages) or self.authentic not in languages:
            raise FormError(where, "one document a language, with the authentic one", languages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(Value):
    """What a claim rests on: a description with a hash, an address, or both."""

    description: Text
    sha256: Hex64 | None = None
    uri: Label | None = None

    def check_form(self, where: str) -> None:
        """Check that a hash or an address is given."""
        if self.sha256 is None and self.uri is None:
            raise FormError(where, "sha256 or uri", "neither")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Value):
    """One rule as data, with where it comes from."""

    rule_source: Literal["seed", "adopted", "law", "product_default"]
    value: str | bool | int

    @classmethod
    def parse(cls, item: object, where: str = "body") -> Self:
        """Read a rule; its value may be a string, an integer or a boolean."""
        if type(item) is not dict or item.keys() != {"rule_source", "value"}:
            raise FormError(where, "rule_source and value", item)
        source = parser_for(Literal["seed", "adopted", "law", "product_default"])(
            item["rule_source"], f"{where}.rule_source"
        )
        if type(item["value"]) not in (str, int, bool) or len(str(item["value"])) > LABEL_CHARACTERS:
            raise FormError(f"{where}.value", "a short string, an integer or a boolean", item["value"])
        return cls(rule_source=source, value=item["value"])
