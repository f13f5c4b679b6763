"""Allegations: what somebody says happened outside the ledger. It keeps its standing; it changes nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from constancia.domain.kernel.acts import Act, act
from constancia.domain.kernel.aggregate import Aggregate, Mark
from constancia.domain.kernel.context import Context, check_begun
from constancia.domain.kernel.machine import NONE, Machine
from constancia.domain.kernel.problems import Problem
from constancia.domain.kernel.values import EdtfText, Evidence, Identifier, Text

MACHINE = Machine("allegation", {"ScopeReductionReported": {NONE: "asserted"}})


@dataclass(frozen=True, slots=True, kw_only=True)
class Allegation(Aggregate):
    """A reported reduction of scope: asserted, by whom, against whom, since when."""

    allegation: str
    alleged_actor: Text
    description: Text
    evidence: tuple[Evidence, ...]
    plan: str
    since: str
    unilateral: bool
    said: Mark


@act
class ScopeReductionReported(Act):
    """Somebody reports that scope was reduced. It never changes a scope; it stands beside it for ever."""

    stream_kind: ClassVar = "allegation"
    stream_id: ClassVar = ("allegation",)

    alleged_actor: Text
    allegation: Identifier
    description: Text
    evidence: tuple[Evidence, ...]
    plan: Identifier
    since: EdtfText
    unilateral: bool

    def check_content(self, context: Context) -> Iterator[Problem]:
        """It is about what has begun."""
        yield from check_begun(context, self.since, "what is reported")

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Allegation:
        """Record it as asserted."""
        return Allegation(
            stream=self.stream(),
            allegation=self.allegation,
            alleged_actor=self.alleged_actor,
            description=self.description,
            evidence=self.evidence,
            plan=self.plan,
            since=self.since,
            unilateral=self.unilateral,
            said=context.mark,
        )
