"""Corrections: one more entry, about an earlier one. The target is never altered; both are shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal, get_args, get_origin

from constancia.domain.kernel.acts import REGISTRY, Act, act, act_base
from constancia.domain.kernel.aggregate import Aggregate, Mark
from constancia.domain.kernel.context import Context, EntryView
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.values.calendar import Edtf, local_day, parse_edtf
from constancia.domain.values.editions import FIRST, NEWEST, SECOND, THIRD
from constancia.domain.values.occurrence import CLAIM_SPAN, is_one_day
from constancia.domain.values.values import Digest, EdtfText, Hex64, Identifier, Label, Text, Value, digest

# What can be corrected at all: when it happened, and free texts and dates of the members that the type lists as
# `CORRECTABLE`. Identifiers, digests, numbers, choices and days of validity say who, what, on which basis and in which
# order: those never are.
_CORRECTABLE: Final = (str, Label, EdtfText)
_POSITION: Final = re.compile(r"\d{1,9}\Z")  # not `isdigit`, which takes `²` too


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction(Aggregate):
    """A correction: its target, the field, and its author's new value."""

    correction: str
    target: str
    target_index: int
    target_stream: str
    field: str
    kind: str
    old_digest: str
    new_value: str
    reason: Text
    said: Mark
    origin: str | None = None  # leaf hash of the first target, where the target is a correction itself
    origin_stream: str | None = None

    @property
    def concerns(self) -> tuple[str, ...]:
        """What the corrected entry was said of; for a correction of a correction also what the first one corrected."""
        return (self.target_stream,) if self.origin_stream is None else (self.target_stream, self.origin_stream)

    @classmethod
    def concerned(cls, before: tuple[str, ...] | None, statement: Mapping[str, Any]) -> tuple[str, ...] | None:  # noqa: ARG003
        """Leave it to the fold: the one word names an entry, and not what that was said of."""
        return None

    @property
    def topics(self) -> tuple[str, ...]:
        """What it concerns, and the entries that it corrects: its target, and the first one of several corrections."""
        return (*self.concerns, *(f"entry/{name}" for name in (self.target, self.origin) if name is not None))


@act_base
class CorrectionAct(Act[Correction]):
    """What is said of a correction."""

    stream_kind: ClassVar = "correction"
    stream_id: ClassVar = ("correction",)

    correction: Identifier


@act
class CorrectionRecorded(CorrectionAct):
    """The author's party corrects a field of an earlier entry, without touching the entry."""

    signer: ClassVar = "root_or_rep"
    by_secretariat: ClassVar = True
    CORRECTABLE: ClassVar = ("new_value", "reason")

    field: Label
    kind: Literal["clerical", "factual", "attribution"]
    new_value: Label
    old_digest: Digest
    reason: Text
    target: Hex64

    @rule("E_ROLE", "a party corrects its own statements", "una parte corrige sus propias declaraciones")
    def _own_statement(self, on: object, at: Context) -> Breach:
        target = at.lookup(self.target)
        return target is not None and target.statement["actor"].get("party") != at.party

    @rule("E_NOT_FOUND", "there is no such entry", "no existe ese registro")
    def _target_exists(self, on: object, at: Context) -> Breach:
        return at.lookup(self.target) is None and {"entry": self.target}

    @rule(
        "E_CORRECTION_FORBIDDEN",
        "who, what, order, basis, levels and votes are not corrected",
        "no se corrige quién, qué, el orden, la base, los niveles ni los votos",
    )
    def _correctable(self, on: object, at: Context) -> Breach:
        target = at.lookup(self.target)
        return target is not None and self._kind(at) is None and {"field": self.field}

    @rule("E_CORRECTION_FORBIDDEN", "the field is a text of the target", "el campo es un texto de lo señalado")
    def _is_a_text(self, on: object, at: Context) -> Breach:
        return self._kind(at) is not None and not isinstance(self._old(at), str)

    @rule(
        "E_DIGEST_MISMATCH",
        "old_digest is that of the target's value",
        "old_digest es la huella del valor de lo señalado",
    )
    def _of_the_old_value(self, on: object, at: Context) -> Breach:
        old = self._old(at)
        return self._kind(at) is not None and isinstance(old, str) and digest(old) != self.old_digest

    @rule("E_DATE", "dates are possible ones", "las fechas son posibles")
    def _a_possible_date(self, on: object, at: Context) -> Breach:
        old = self._old(at)
        if self._dated(at) is None or not isinstance(old, str) or digest(old) != self.old_digest:
            return None
        try:
            parse_edtf(self.new_value)
        except ValueError as error:
            return {"found": str(error)}
        return None

    @rule(
        "E_DATE",
        "a corrected date is one that the corrected entry could have said",
        "una fecha corregida es una que el registro corregido pudo haber dicho",
        since=SECOND,
    )
    def _a_date_of_then(self, on: object, at: Context) -> Breach:
        dated, when = self._dated(at), _date(self.new_value)
        if dated is None or when is None:
            return None
        target, field = dated
        recorded = local_day(target.timestamp, at.state.timezone)
        first = max((day for day in (when.start, when.earliest_end) if day is not None), default=None)
        late = first is not None and first > recorded
        live = field == "occurred_on" and target.statement["mode"] == "live"
        recent = when.start is not None and when.start >= recorded - CLAIM_SPAN and is_one_day(when)
        return (late or (live and not recent)) and {"found": self.new_value, "recorded": recorded.isoformat()}

    @classmethod
    def is_confidential(cls, body: Mapping[str, Any]) -> bool:
        """Tell whether it may say the day of a protected complaint: it corrects a date, or an earlier correction."""
        return body.get("field") in ("occurred_on", "body.new_value")

    @rule(
        "E_CORRECTION_FORBIDDEN",
        "the month of a protected complaint is not made a day",
        "el mes de una queja protegida no se precisa en un día",
        since=THIRD,
    )
    def _not_more_than_the_month(self, on: object, at: Context) -> Breach:
        target, field = self._dated(at) or (None, "")
        protected = target is not None and target.statement["body"].get("protected") is True
        return protected and field == "occurred_on" and any(part.count("-") > 1 for part in self.new_value.split("/"))

    RULES: ClassVar = (
        _own_statement,
        _target_exists,
        _correctable,
        _is_a_text,
        _of_the_old_value,
        _a_possible_date,
        _a_date_of_then,
        _not_more_than_the_month,
    )

    def _kind(self, at: Context) -> object | None:
        """Give the kind of value that is corrected; None where it is none that can be, or there is no target."""
        target = at.lookup(self.target)
        return kind_of(target.statement["type"], self.field.split("."), at.edition) if target else None

    def _dated(self, at: Context) -> tuple[EntryView, str] | None:
        """Give the entry and the field whose date is corrected; None where it is no date.

        A correction's new value is what it corrects: since the third edition a date of that, again and again.
        """
        target, field = at.lookup(self.target), str(self.field)
        while at.edition >= THIRD and field == "body.new_value" and target is not None and _is_correction(target):
            body = target.statement["body"]
            target, field = at.lookup(body["target"]), body["field"]
        if target is None or kind_of(target.statement["type"], field.split("."), at.edition) is not EdtfText:
            return None
        return target, field

    def _old(self, at: Context) -> object:
        target = at.lookup(self.target)
        return value_at(target.statement, self.field.split(".")) if target else None

    def begin(self, at: Context) -> Correction:
        """Record it; its target stays as it is."""
        target = at.lookup(self.target)
        if target is None:
            raise LookupError(f"there is no entry {self.target}")
        origin = _origin(at, target)
        return Correction(
            stream=self.stream(),
            correction=self.correction,
            target=self.target,
            target_index=target.index,
            target_stream=target.originator_id,
            field=self.field,
            kind=self.kind,
            old_digest=self.old_digest,
            new_value=self.new_value,
            reason=self.reason,
            said=at.mark,
            origin=origin.leaf_hash if origin else None,
            origin_stream=origin.originator_id if origin else None,
        )


def kind_of(type_name: str, path: list[str], edition: int = NEWEST) -> object | None:
    """Give the kind of value at a path of a statement, where it may be corrected.

    Args:
        type_name: The statement's type.
        path: Names and list positions.
        edition: The edition of the law that judges the correction.

    Returns:
        `str`, `Label` or `EdtfText`; None for everything that is not corrected.
    """
    if path == ["occurred_on"]:
        return EdtfText
    cls = REGISTRY.get(type_name)
    if cls is None or path[0] != "body" or len(path) < 2 or path[1] not in correctable(cls, edition):
        return None
    hint: Any = cls
    for name in path[1:]:
        if get_origin(hint) is tuple:
            hint = get_args(hint)[0] if _POSITION.match(name) else None
        elif isinstance(hint, type) and issubclass(hint, Value):
            hint = hint.member_hint(name)
        else:
            return None
        if type(None) in get_args(hint):
            hint = next(option for option in get_args(hint) if option is not type(None))
    return hint if hint in _CORRECTABLE else None


def correctable(cls: type[Act[Any]], edition: int) -> tuple[str, ...]:
    """Give the members of a type whose texts and dates may be corrected, by the edition of the law."""
    return cls.FIRST_CORRECTABLE if edition == FIRST and cls.FIRST_CORRECTABLE is not None else cls.CORRECTABLE


def _origin(at: Context, target: EntryView) -> EntryView | None:
    """Follow a chain of corrections to the entry that the first one corrects; None if the target is no correction."""
    if at.edition == FIRST or not _is_correction(target):
        return None
    origin: EntryView | None = target
    while origin is not None and _is_correction(origin):
        origin = at.lookup(origin.statement["body"]["target"])  # an earlier entry each time, so the chain ends
    return origin


def _is_correction(entry: EntryView) -> bool:
    return bool(entry.statement["type"] == CorrectionRecorded.__name__)


def _date(text: str) -> Edtf | None:
    """Read a date; None for an impossible one, which is refused as such."""
    try:
        return parse_edtf(text)
    except ValueError:
        return None


def value_at(item: Mapping[str, Any], path: list[str]) -> object:
    """Give the member at a path of names and list positions, or None."""
    part: Any = item
    for name in path:
        if isinstance(part, Mapping):
            part = part.get(name)
        elif isinstance(part, list) and _POSITION.match(name) and int(name) < len(part):
            part = part[int(name)]
        else:
            return None
    return part


CORRECTION: Final = AggregateKind(CorrectionAct, {CorrectionRecorded: {NONE: "recorded"}})
