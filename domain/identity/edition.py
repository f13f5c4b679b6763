"""Editions of the law: the founders adopt a later one (SPEC §6.1)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final

from constancia.domain.identity.genesis import LedgerAct, LedgerOpened, LedgerState
from constancia.domain.identity.key import active_roots
from constancia.domain.kernel.acts import act, names_later_edition
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.values.editions import NEWEST, is_known
from constancia.domain.values.values import Count


@rule(
    "E_STATE",
    "an edition of the law follows the one in force",
    "una edición de la ley sigue a la que está vigente",
)
def _edition_follows(act: "LawEditionAdopted", on: LedgerState, at: Context) -> Breach:
    return act.edition <= on.edition and {"edition": act.edition, "in_force": on.edition}


@rule("E_SCHEMA_VERSION", "this program knows the edition of the law", "este programa conoce la edición de la ley")
def _edition_known(act: "LawEditionAdopted", on: object, at: Context) -> Breach:
    return not is_known(act.edition) and {"edition": act.edition, "known": NEWEST}


@rule("E_ROLE", "the founders adopt an edition of the law", "los fundadores adoptan una edición de la ley")
def _by_a_founder(act: "LawEditionAdopted", on: LedgerState, at: Context) -> Breach:
    return on.founder(at.party) is None and {"party": at.party}


@act
class LawEditionAdopted(LedgerAct):
    """The founders' roots, each for its party, adopt a later edition of the law: in force after the last one's word."""

    signer: ClassVar = "root"
    concurring: ClassVar = True
    RULES: ClassVar = (_by_a_founder, _edition_known, _edition_follows)

    edition: Count

    @classmethod
    def names_newer(cls, body: Mapping[str, Any]) -> bool:
        """Tell whether the edition adopted is not known here."""
        return names_later_edition(body)

    def then(self, on: LedgerState, at: Context) -> LedgerState:
        """Count the founder's word; with the last one that can still be given, the edition is in force."""
        if self.suffices(on, at):
            return replace(on, adopted=self.edition, concurring=())
        return replace(on, concurring=on.with_concurrence(at.joined()))

    def suffices(self, on: LedgerState, at: Context) -> bool:
        """Tell whether, with this word, every founder has said it who has an active root to say it with."""
        awaited = {founder.party for founder in on.opened.founders if active_roots(at.state, founder.party, at.day)}
        return awaited <= at.joined().parties


LEDGER: Final = AggregateKind(LedgerAct, {LedgerOpened: {NONE: "open"}, LawEditionAdopted: {"open": "open"}})
