"""Allegations: what somebody says happened outside the ledger. It keeps its standing; it changes nothing else."""

from dataclasses import dataclass, field
from typing import ClassVar, Final

from constancia.domain.kernel.acts import Act, act, act_base
from constancia.domain.kernel.aggregate import IN_PLACE, Aggregate, Mark
from constancia.domain.kernel.context import Context, begins_in_future
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.kernel.values import EdtfText, Evidence, Identifier, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Allegation(Aggregate):
    """A reported reduction of scope, as it was asserted, and by whom."""

    report: "ScopeReductionReported" = field(metadata=IN_PLACE)
    said: Mark


@act_base
class AllegationAct(Act[Allegation]):
    """What is said of an allegation. All of it may be recorded by a secretariat."""

    stream_kind: ClassVar = "allegation"
    stream_id: ClassVar = ("allegation",)
    by_secretariat: ClassVar = True

    allegation: Identifier


@act
class ScopeReductionReported(AllegationAct):
    """Somebody reports that scope was reduced. It never changes a scope; it is shown with it permanently."""

    REPORTS: ClassVar = True
    CORRECTABLE: ClassVar = ("description", "evidence", "since")
    FIRST_CORRECTABLE: ClassVar = ("alleged_actor", "description", "evidence", "since")

    alleged_actor: Text
    description: Text
    evidence: tuple[Evidence, ...]
    plan: Identifier
    since: EdtfText
    unilateral: bool

    @rule("E_DATE", "what is reported does not begin in the future", "lo que se señala no empieza en el futuro")
    def _has_begun(self, on: object, at: Context) -> Breach:
        return begins_in_future(at, self.since)

    RULES: ClassVar = (_has_begun,)

    def begin(self, at: Context) -> Allegation:
        """Record it as asserted."""
        return Allegation(stream=self.stream(), report=self, said=at.mark)


ALLEGATION: Final = AggregateKind(AllegationAct, {ScopeReductionReported: {NONE: "asserted"}})
