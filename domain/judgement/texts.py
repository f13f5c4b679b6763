"""What every text of every act is asked: that it has the ledger's languages."""

from collections.abc import Iterator
from typing import Any

from constancia.domain.governance.decision import DecidedAct, parse_decided
from constancia.domain.identity.genesis import LedgerOpened
from constancia.domain.kernel.acts import Act
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.values.editions import THIRD
from constancia.domain.values.languages import DEFAULT_LANGUAGES
from constancia.domain.values.values import Text
from constancia.domain.values.walk import values_in


@rule(
    "E_MALFORMED",
    "every text is in each authentic language of the ledger",
    "todo texto está en cada idioma auténtico del libro",
    since=THIRD,
)
def in_each_language(act: Act[Any], on: object, at: Context) -> Breach:
    """Check it of an act, and of an act that it puts to the vote, which could not be recorded otherwise."""
    # Genesis is judged by the languages that it names itself.
    languages = act.languages or DEFAULT_LANGUAGES if isinstance(act, LedgerOpened) else at.state.languages
    return [
        {"where": where, "missing": tag, "languages": list(languages)}
        for where, text in _texts(act, at.edition)
        for tag in languages
        if tag not in text.languages
    ]


def _texts(act: Act[Any], edition: int, path: str = "body") -> Iterator[tuple[str, Text]]:
    for where, value in values_in(act, path):
        if isinstance(value, Text):
            yield where, value
        elif isinstance(value, DecidedAct):
            proposed = parse_decided(value, edition)
            if isinstance(proposed, Act):
                yield from _texts(proposed, edition, f"{where}.body")
