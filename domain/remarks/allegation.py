"""Allegations: what somebody says happened outside the ledger. It changes no scope; its standing is derived."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final, Literal

from constancia.domain.commitments.commitment import find_commitment
from constancia.domain.identity.party import PARTY_EXISTS, unregistered
from constancia.domain.identity.voice import speaks_for
from constancia.domain.kernel.acts import Act, act, act_base
from constancia.domain.kernel.aggregate import IN_PLACE, Aggregate, Mark
from constancia.domain.kernel.context import Context, StateView, begins_in_future
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.values.editions import SECOND, THIRD
from constancia.domain.values.values import EdtfText, Evidence, FormError, Identifier, Text

AllegationKind = Literal["other", "scope_reduction", "surveillance"]
# What an allegation of a kind says besides what all do: each member, and of those in a group at least one.
ASKED: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "other": (),
    "scope_reduction": (("unilateral",), ("commitment", "plan")),
    "surveillance": (),
}
# Members that only these kinds have.
ONLY: Final[Mapping[str, tuple[str, ...]]] = {"unilateral": ("scope_reduction",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Allegation(Aggregate):
    """What is alleged, as it was asserted, and by whom."""

    ABOUT: ClassVar = ("commitment", "plan")

    report: "ScopeReductionReported | AllegationMade" = field(metadata=IN_PLACE)
    said: Mark

    @property
    def concerns(self) -> tuple[str, ...]:
        """The commitment and the plan that it names."""
        named = ((name, getattr(self.report, name, None)) for name in self.ABOUT)
        return tuple(f"{name}/{value}" for name, value in named if value is not None)


@act_base
class AllegationAct(Act[Allegation]):
    """What is said of an allegation."""

    stream_kind: ClassVar = "allegation"
    stream_id: ClassVar = ("allegation",)

    allegation: Identifier


@act
class ScopeReductionReported(AllegationAct):
    """Somebody reports that scope was reduced. It never changes a scope; it is shown with it permanently."""

    UNTIL: ClassVar = SECOND
    REPORTS: ClassVar = True
    by_secretariat: ClassVar = True
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


@act
class AllegationMade(AllegationAct):
    """A party alleges something, by whom, since when. The accused may acknowledge, contest and answer it."""

    SINCE: ClassVar = THIRD
    REPORTS: ClassVar = True
    CORRECTABLE: ClassVar = ("description", "evidence", "since")
    SORTED: ClassVar = {"accused": ""}

    accused: tuple[Identifier, ...] | None = None
    alleged_actor: Text
    commitment: Identifier | None = None
    description: Text
    evidence: tuple[Evidence, ...]
    kind: AllegationKind
    plan: Identifier | None = None
    since: EdtfText
    unilateral: bool | None = None

    def check_form(self, where: str) -> None:
        """Check that it has what its kind asks for, and nothing that belongs to another kind."""
        for group in ASKED[self.kind]:
            if all(getattr(self, name) is None for name in group):
                raise FormError(where, f"with kind {self.kind} the member {' or '.join(group)}", "nothing")
        for name, kinds in ONLY.items():
            if getattr(self, name) is not None and self.kind not in kinds:
                raise FormError(f"{where}.{name}", f"this member only with kind {', '.join(kinds)}", self.kind)
        if self.accused == ():
            raise FormError(f"{where}.accused", "at least one party, or no such member", [])

    @rule("E_DATE", "what is alleged does not begin in the future", "lo señalado no empieza en el futuro")
    def _has_begun(self, on: object, at: Context) -> Breach:
        return begins_in_future(at, self.since)

    @rule("E_NOT_FOUND", "there is no such commitment", "no existe ese compromiso")
    def _commitment_exists(self, on: object, at: Context) -> Breach:
        named = self.commitment
        return named is not None and find_commitment(at, named) is None and {"commitment": named}

    @rule(*PARTY_EXISTS)
    def _accused_registered(self, on: object, at: Context) -> Breach:
        return unregistered(at, self.accused or ())

    # Else a party could acknowledge or answer its own words in another one's name.
    @rule("E_SELF_DEALING", "nobody accuses a party that it speaks for", "nadie acusa a una parte por la que habla")
    def _of_others(self, on: object, at: Context) -> Breach:
        return [{"accused": party} for party in self.accused or () if speaks_for(at, party)]

    RULES: ClassVar = (_has_begun, _commitment_exists, _accused_registered, _of_others)

    def begin(self, at: Context) -> Allegation:
        """Record it as asserted."""
        return Allegation(stream=self.stream(), report=self, said=at.mark)


def allegations_about(state: StateView, stream: str) -> tuple[Allegation, ...]:
    """Give the allegations that name a commitment or a plan, in the order of recording."""
    return state.on_topic(Allegation, stream)


ALLEGATION: Final = AggregateKind(
    AllegationAct, {AllegationMade: {NONE: "asserted"}, ScopeReductionReported: {NONE: "asserted"}}
)
