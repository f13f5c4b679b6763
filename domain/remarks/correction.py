"""Corrections: one more entry beside what it answers. The target is never altered; both are shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any, ClassVar, Final, Literal, get_args, get_origin, get_type_hints

from constancia.domain.kernel.acts import REGISTRY, Act, act
from constancia.domain.kernel.aggregate import Aggregate, Mark
from constancia.domain.kernel.calendar import parse_edtf
from constancia.domain.kernel.context import Context, missing
from constancia.domain.kernel.machine import NONE, Machine
from constancia.domain.kernel.problems import Problem
from constancia.domain.kernel.values import Digest, EdtfText, Hex64, Identifier, Label, Text, Value, digest

MACHINE = Machine("correction", {"CorrectionRecorded": {NONE: "recorded"}})

# What can be corrected at all: when it happened, and members of the body that are free text or a date. Identifiers,
# digests, numbers, choices and days of validity say who, what, on which basis and in which order: those never are.
_CORRECTABLE: Final = (str, Label, EdtfText)
# Texts and dates that others agreed to or voted on, by which the state is computed, or that are keys and addresses.
_PROTECTED: Final = frozenset(
    {
        "act", "compromised_since", "conditions", "docset", "effective", "field", "founders", "log_key", "mandate",
        "origins", "public_key", "question", "rp_id", "rules", "scope", "timezone", "window",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction(Aggregate):
    """A correction: what it answers, which field, and what stands instead in its author's word."""

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


@act
class CorrectionRecorded(Act):
    """The author's party corrects a field of an earlier entry, without touching the entry."""

    stream_kind: ClassVar = "correction"
    stream_id: ClassVar = ("correction",)
    signer: ClassVar = "root_or_rep"

    correction: Identifier
    field: Label
    kind: Literal["clerical", "factual", "attribution"]
    new_value: Label
    old_digest: Digest
    reason: Text
    target: Hex64

    def check_role(self, context: Context) -> Iterator[Problem]:
        """The party whose statement it is."""
        target = context.lookup(self.target)
        if target and target.statement["actor"].get("party") != context.party:
            yield Problem(code="E_ROLE", rule="a party corrects its own statements")

    def check_state(self, context: Context) -> Iterator[Problem]:
        """The target is in the log."""
        if context.lookup(self.target) is None:
            yield missing("entry", self.target)

    def check_content(self, context: Context) -> Iterator[Problem]:
        """The field may be corrected, is there, and has the value that the correction speaks of."""
        target = context.lookup(self.target)
        path = self.field.split(".")
        if target is None:
            return
        kind = kind_of(target.statement["type"], path)
        if kind is None:
            yield Problem(
                code="E_CORRECTION_FORBIDDEN",
                rule="who, what, order, basis, levels and votes are not corrected",
                found={"field": self.field},
            )
            return
        old = value_at(target.statement, path)
        if not isinstance(old, str):
            yield Problem(code="E_CORRECTION_FORBIDDEN", rule="the field is a text of the target")
        elif digest(old) != self.old_digest:
            yield Problem(code="E_DIGEST_MISMATCH", rule="old_digest is that of the target's value")
        elif kind is EdtfText:
            yield from _check_date(self.new_value)

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Correction:
        """Record it beside its target."""
        target = context.lookup(self.target)
        return Correction(
            stream=self.stream(),
            correction=self.correction,
            target=self.target,
            target_index=target.index if target else -1,
            target_stream=target.originator_id if target else "",
            field=self.field,
            kind=self.kind,
            old_digest=self.old_digest,
            new_value=self.new_value,
            reason=self.reason,
            said=context.mark,
        )


def kind_of(type_name: str, path: list[str]) -> object | None:
    """Give the kind of value at a path of a statement, where it may be corrected.

    Args:
        type_name: The statement's type.
        path: Names and list positions.

    Returns:
        `str`, `Label` or `EdtfText`; None for everything that is not corrected.
    """
    if path == ["occurred_on"]:
        return EdtfText
    if path[0] != "body" or _PROTECTED.intersection(path) or type_name not in REGISTRY:
        return None
    found: Any = REGISTRY[type_name]
    for name in path[1:]:
        if get_origin(found) is tuple:
            found = get_args(found)[0] if name.isdigit() else None
        elif isinstance(found, type) and issubclass(found, Value):
            found = get_type_hints(found).get(name)
        else:
            return None
        if get_origin(found) is UnionType or type(None) in get_args(found):
            found = next(one for one in get_args(found) if one is not type(None))
    return found if found in _CORRECTABLE else None


def value_at(item: Mapping[str, Any], path: list[str]) -> object:
    """Give the member at a path of names and list positions, or None."""
    found: Any = item
    for name in path:
        if isinstance(found, Mapping):
            found = found.get(name)
        elif isinstance(found, list) and name.isdigit() and int(name) < len(found):
            found = found[int(name)]
        else:
            return None
    return found


def _check_date(text: str) -> Iterator[Problem]:
    try:
        parse_edtf(text)
    except ValueError as error:
        yield Problem(code="E_DATE", rule="a date in EDTF", found={"found": str(error)})
