"""Refusals: legal bytes, illegal act."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One rule that an act breaks: stable code, the rule in words, and what it met in the state."""

    code: str
    rule: str
    found: Mapping[str, object] = field(default_factory=dict)


class Refusal(Exception):
    """An act is refused; nothing was written.

    Args:
        problem: The first rule broken, in the order of checks.
        judged_against: The state that it was judged against: tree size, stream, its state and version.
        also: Every further rule broken, as (code, rule).
    """

    def __init__(
        self,
        problem: Problem,
        judged_against: Mapping[str, object],
        also: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.code = problem.code
        self.rule = problem.rule
        self.judged_against: dict[str, object] = {**judged_against, **problem.found}
        self.also = also
        super().__init__(f"{self.code}: {self.rule}")
