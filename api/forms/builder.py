"""From an act's own schema to its form: one rule for each kind of value, none for any single act.

- G1: every member of every act is asked, given by what the act is about, or answered by the ledger: none is lost.
"""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from types import UnionType
from typing import Any, Final, Literal, NewType, Union, get_args, get_origin, get_type_hints

from constancia.api.forms.fields import Field, FieldKind, Form, MessageId, Option
from constancia.api.forms.ledger_answers import carried_body, is_carried, known_value, new_name
from constancia.api.forms.options import OPEN, OptionQuery, options_of
from constancia.api.forms.subjects import begins_something, given_by
from constancia.api.text.i18n import LANGUAGES, language_name
from constancia.domain.catalogue import REGISTRY
from constancia.domain.kernel.acts import Act
from constancia.domain.state import State
from constancia.domain.values.values import (
    LABEL_CHARACTERS,
    TEXT_CHARACTERS,
    Count,
    Day,
    Digest,
    Doc,
    EdtfText,
    Hex64,
    Label,
    LanguageTag,
    Quantity,
    Text,
    Value,
)

_KINDS: Final[Mapping[Any, FieldKind]] = {
    Count: FieldKind.NUMBER,
    Day: FieldKind.DAY,
    Digest: FieldKind.DIGEST,
    EdtfText: FieldKind.DATE,
    Hex64: FieldKind.HASH,
    Quantity: FieldKind.QUANTITY,
    bool: FieldKind.YES_NO,
    str: FieldKind.LINE,
}
# Where an act's fact comes from: asked in demonstrations alone.
PROVENANCE: Final = "provenance"
# What is computed from the other answers where nothing else is declared.
_COMPUTED: Final = frozenset({"declared_kind"})
# Members that name an entry, by its leaf hash.
_ENTRIES: Final = frozenset({"entry", "target"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRequest:
    """Which form is wanted: the act's type, what it is about, and, of a decision, which act is decided on what.

    Attributes:
        type: The act's type.
        about: The stream that it is about; empty where it begins something.
        decides: Of `DecisionProposed`: the type of the act that is put to the vote.
        party: The party that speaks; empty where it is not known yet.
    """

    type: str
    about: str = ""
    decides: str = ""
    party: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Act:
    """The act whose members are read: its type, its stream, what is known of its body."""

    type: str
    about: str
    given: Mapping[str, Any] = field(default_factory=dict)
    party: str = ""
    is_decided: bool = False


class Builder:
    """Makes forms from what a ledger has.

    Args:
        state: What there is.
        is_demonstration: Whether the form asks where the act's fact comes from.
    """

    def __init__(self, state: State, *, is_demonstration: bool = False) -> None:
        self._state = state
        self._is_demonstration = is_demonstration

    def form(self, wanted: FormRequest) -> Form:
        """Give the form of an act.

        Args:
            wanted: Which.

        Raises:
            KeyError: There is no such type.
        """
        cls = REGISTRY[wanted.type]
        if is_carried(wanted.type) and wanted.about:
            body = carried_body(wanted.about, wanted.type, self._state)
            if body is not None:
                return Form(type=wanted.type, fields=(), given=body, reports=cls.REPORTS)
        is_decision = wanted.type == "DecisionProposed"
        given = {} if is_decision else given_by(wanted.about, self._state)
        asked = _Act(type=wanted.type, about="" if is_decision else wanted.about, given=given, party=wanted.party)
        listed = tuple(
            self._decided(wanted) if is_decision and item.name == "act" else item for item in self._members(cls, asked)
        )
        return Form(
            type=wanted.type,
            fields=listed,
            given=given,
            decides=wanted.decides or None,
            given_decided=given_by(wanted.about, self._state) if wanted.decides else {},
            reports=cls.REPORTS,
        )

    def _decided(self, wanted: FormRequest) -> Field:
        """Give the question for the act that is put to the vote, with the form of its type within."""
        types = [Option(value=wanted.decides, title=MessageId(f"form.act_{wanted.decides}"))] if wanted.decides else []
        inner: tuple[Field, ...] = ()
        if wanted.decides in REGISTRY:
            given = given_by(wanted.about, self._state)
            asked = _Act(type=wanted.decides, about=wanted.about, given=given, is_decided=True)
            inner = tuple(self._members(REGISTRY[wanted.decides], asked))
        return Field(
            name="act", kind=FieldKind.ACT, required=True, options=tuple(types), fields=inner, owner=wanted.type
        )

    def _members(self, cls: type[Value], asked: _Act) -> Iterator[Field]:
        """Yield the questions of a class, those that must be answered first."""
        hints = get_type_hints(cls)
        is_act = issubclass(cls, Act)
        for member in sorted(fields(cls), key=lambda item: item.default is not MISSING):
            name = member.name
            if is_act and (name in asked.given or (asked.is_decided and name == "decision")):
                continue
            if name == PROVENANCE and not self._is_demonstration:
                continue
            required = member.default is MISSING and name not in _COMPUTED
            yield self._field(cls, name, without_none(hints[name]), asked, required=required)

    def _field(self, cls: type[Value], name: str, hint: Any, asked: _Act, *, required: bool) -> Field:
        made = self._kind(cls, name, hint, asked)
        known = self._known(name, made, asked) if issubclass(cls, Act) and required else None
        return Field(**{"required": required, "owner": cls.__name__, **made, "name": name, "known": known})

    def _known(self, name: str, made: Mapping[str, Any], asked: _Act) -> str | None:
        """Give the ledger's answer, or a usual one: a free name for what is new, the own party of who speaks."""
        known = known_value(asked.type, name, asked.about, asked.given, self._state)
        if known is not None:
            return known
        is_own = name == "party" and bool(asked.party) and REGISTRY[asked.type].signer != "rep"
        if is_own and (made["kind"] is not FieldKind.NAME or f"party/{asked.party}" not in self._state.aggregates):
            return asked.party
        return new_name(asked.type, name, self._state) if made["kind"] is FieldKind.NAME else None

    def _kind(self, cls: type[Value], name: str, hint: Any, asked: _Act) -> dict[str, Any]:
        """Give how a value of a type is asked."""
        if get_origin(hint) is Literal:
            words = tuple(Option(value=value, title=MessageId(f"word.{value}")) for value in get_args(hint))
            return {"kind": FieldKind.CHOICE, "options": words, "closed": True}
        if get_origin(hint) is tuple:
            return self._several(cls, name, get_args(hint)[0], asked)
        if get_origin(hint) is dict:
            return {"kind": FieldKind.RULES}
        if hint is Hex64 and name in _ENTRIES:
            return {"kind": FieldKind.ENTRY}
        return self._chosen(cls, name, hint, asked) or self._written(hint, asked)

    def _chosen(self, cls: type[Value], name: str, hint: Any, asked: _Act) -> dict[str, Any] | None:
        """Give how a value is asked that names what the ledger has; None where it is written."""
        is_begun = name in getattr(cls, "stream_id", ()) and not asked.about and begins_something(asked.type)
        options = None if is_begun else self._options(cls, name, hint, asked)
        return None if options is None else {"kind": FieldKind.CHOICE, "options": options, "closed": name not in OPEN}

    def _written(self, hint: Any, asked: _Act) -> dict[str, Any]:
        """Give how a value is asked that is written, not chosen."""
        if hint is LanguageTag:
            return {"kind": FieldKind.CHOICE, "options": tuple(self._languages())}
        if hint is Text:
            return {"kind": FieldKind.TEXT, "languages": self._state.languages, "limit": TEXT_CHARACTERS}
        if hint in _KINDS:
            return {"kind": _KINDS[hint], "limit": TEXT_CHARACTERS if hint is str else LABEL_CHARACTERS}
        if isinstance(hint, NewType):
            return {"kind": FieldKind.LINE if hint is Label else FieldKind.NAME, "limit": LABEL_CHARACTERS}
        return {"kind": _group_kind(hint), "fields": tuple(self._members(hint, asked))}

    def _several(self, cls: type[Value], name: str, item: Any, asked: _Act) -> dict[str, Any]:
        """Give how a list is asked: boxes to tick where the choices are known, rows otherwise."""
        is_sorted = name in cls.SORTED
        options = self._options(cls, name, item, asked)
        if options is not None:
            return {"kind": FieldKind.CHOICES, "options": options, "closed": name not in OPEN, "is_sorted": is_sorted}
        if isinstance(item, type) and issubclass(item, Value) and item not in (Text, Doc):
            rows = tuple(self._members(item, asked))
        else:
            rows = (Field(**{"name": "", "required": True, **self._kind(cls, "", item, asked)}),)
        return {"kind": FieldKind.LIST, "fields": rows, "key": cls.SORTED.get(name, ""), "is_sorted": is_sorted}

    def _options(self, cls: type[Value], name: str, hint: Any, asked: _Act) -> tuple[Option, ...] | None:
        about = OptionQuery(owner=cls.__name__, member=name, given=asked.given, stream=asked.about, state=self._state)
        options = options_of(about, hint)
        return None if options is None else tuple(options)

    def _languages(self) -> Iterator[Option]:
        for tag in sorted({*self._state.languages, "es", "en"}):
            yield Option(value=tag, title={lang: language_name(tag, lang) for lang in LANGUAGES})


def _group_kind(hint: Any) -> FieldKind:
    if not (isinstance(hint, type) and issubclass(hint, Value)):
        raise TypeError(f"no question for {hint}")
    return FieldKind.DOCUMENT if hint is Doc else FieldKind.GROUP


def without_none(hint: Any) -> Any:
    """Give a type without `None`."""
    if get_origin(hint) in (UnionType, Union):
        return next(argument for argument in get_args(hint) if argument is not type(None))
    return hint
