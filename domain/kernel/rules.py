"""Rules as data: a stable code, the rule in words in two languages, and the predicate that finds what breaks it.

A predicate takes the act, the aggregate that it concerns, and the context. The annotation of the aggregate says when
the rule is asked: `on: Agreement` only where there is one, `on: Agreement | None` and `on: object` always.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar, get_args, get_type_hints

from constancia.domain.kernel.context import Context
from constancia.domain.kernel.problems import Problem
from constancia.domain.values.editions import FIRST

A = TypeVar("A")
G = TypeVar("G")

# What a predicate met: nothing (False, None), a breach without or with details, or one breach for each item.
Met = Mapping[str, object]
Breach = bool | Met | Iterable[Met] | None
Predicate = Callable[[A, G, Context], Breach]


@dataclass(frozen=True, slots=True, eq=False)
class ActRule(Generic[A, G]):
    """One rule that acts are judged by.

    Attributes:
        code: Stable refusal code; its place in `codes.CODES` is the rule's rank.
        en: The rule in English, as refusals give it.
        es: The rule in Spanish.
        broken: Finds what breaks it.
        annotated: The function whose annotations tell which act and aggregate the rule is about.
        since: First edition of the law with this rule.
        until: Last edition with it; None if it still holds.
    """

    code: str
    en: str
    es: str
    broken: Predicate[A, G]
    annotated: Callable[..., object]
    since: int = FIRST
    until: int | None = None

    @property
    def asked_of(self) -> tuple[object, object]:
        """The annotations of act and aggregate; that of a method's own act is Any."""
        return _asked_of(self.annotated)

    def problems(self, act: A, on: G, at: Context) -> Iterator[Problem]:
        """Yield one problem for each breach.

        Args:
            act: The act.
            on: The aggregate of its stream; a rule whose annotation takes no None is not asked where it is None.
            at: The state before, and the entry.
        """
        return self.breaches(self.broken(act, on, at)) if self.is_asked(at.edition, on is not None) else iter(())

    def is_asked(self, edition: int, is_there: bool) -> bool:
        """Tell whether it is asked under an edition of the law, where there is an aggregate or none yet."""
        return self.since <= edition <= (self.until or edition) and (is_there or is_asked_without(self))

    def breaches(self, met: Breach) -> Iterator[Problem]:
        """Yield one problem for each breach that the predicate met."""
        if met is None or met is False:
            return
        if met is True:
            met = {}
        for details in (met,) if isinstance(met, Mapping) else met:
            yield Problem(code=self.code, rule=self.en, found=details)


@cache
def asked_of_all(rules: tuple[ActRule[Any, Any], ...], edition: int, is_there: bool) -> tuple[ActRule[Any, Any], ...]:
    """Give those of some rules that are asked under an edition, where there is an aggregate or none yet.

    An act is judged by dozens of rules, and half of them are of another edition or of what is there already.
    """
    return tuple(rule for rule in rules if rule.is_asked(edition, is_there))


def rule(
    code: str, en: str, es: str, *, since: int = FIRST, until: int | None = None
) -> Callable[[Predicate[A, G]], ActRule[A, G]]:
    """Make a predicate a rule.

    Args:
        code: Stable refusal code.
        en: The rule in English.
        es: The rule in Spanish.
        since: First edition of the law with this rule.
        until: Last edition with it; None if it still holds.
    """

    def made(broken: Predicate[A, G]) -> ActRule[A, G]:
        return ActRule(code, en, es, broken, broken, since, until)

    return made


def is_asked_without(asked: ActRule[Any, Any]) -> bool:
    """Tell whether a rule is asked where there is no aggregate yet."""
    return _asked_without(asked.annotated)


@cache
def _asked_without(function: Callable[..., object]) -> bool:
    on = _asked_of(function)[1]
    return on in (object, Any) or type(None) in get_args(on)


@cache
def _asked_of(function: Callable[..., object]) -> tuple[object, object]:
    act, on = function.__code__.co_varnames[:2]
    hints = get_type_hints(function)
    return hints.get(act, Any), hints.get(on, Any)
