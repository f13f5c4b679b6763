"""Scales on which independent assessors give values: data, not code.

The table below holds those of the Independent Reporting Mechanism of the Open Government Partnership, as its reports
of the plans up to 2020 use them. A ledger adds scales, or replaces one of these, in genesis: a rule `scale_<id>` whose
value lists the scale's values, separated by commas, from the lowest to the highest.
"""

from collections.abc import Mapping
from typing import Final

from constancia.domain.identity.genesis import SCALE_RULE, LedgerState, scale_values
from constancia.domain.kernel.context import StateView

# The scale by which a commitment's completion is assessed; the responsible report on the same levels.
COMPLETION: Final = "irm-completion"
DEFAULTS: Final[Mapping[str, tuple[str, ...]]] = {
    COMPLETION: ("no_evidence_available", "not_started", "limited", "substantial", "complete"),
    "irm-early-results": ("worsened", "did_not_change", "marginal", "major", "outstanding"),
    "irm-process": ("contrary", "not_contrary"),
}


def scale(state: StateView, name: str) -> tuple[str, ...] | None:
    """Give the values of a scale in their order; None where there is no such scale."""
    genesis = state.standing("ledger")
    rules = genesis.opened.rules if isinstance(genesis, LedgerState) else {}
    own = rules.get(f"{SCALE_RULE}{name.replace('-', '_')}")
    return scale_values(own.value) if own is not None else DEFAULTS.get(name)
