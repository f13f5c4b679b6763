"""What is said of the data as a whole: whose ledger, who publishes it, under which licence, as of what."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from constancia.api.http.settings import Settings
from constancia.api.opendata.tables.columns import TableSource, shown
from constancia.api.text.i18n import LANGUAGES
from constancia.domain.identity.genesis import LedgerState
from constancia.domain.values.calendar import local_day, parse_instant


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is said of the data.

    Attributes:
        origin: The ledger's own name, one line of its checkpoints.
        names: Its name by language.
        size: Number of entries.
        root: Root hash in hex.
        day: The day for which it is judged, `YYYY-MM-DD`.
        first_day: The first day on which an entry was recorded; None in an empty ledger.
        last_day: The last one.
        is_demonstration: Whether the ledger is one.
        publisher: Who publishes it; None where the operator does not say.
        contact: E-mail address or URL of the publisher; None where the operator does not say.
        licence: Identifier or name of the licence; None where the operator does not say.
        licence_url: Where the licence can be read; None where the operator does not say.
        address: Address at which the data is published, without a slash at its end; None in a file.
    """

    origin: str
    names: Mapping[str, str]
    size: int
    root: str
    day: str
    first_day: str | None
    last_day: str | None
    is_demonstration: bool
    publisher: str | None = None
    contact: str | None = None
    licence: str | None = None
    licence_url: str | None = None
    address: str | None = None

    def stands(self) -> dict[str, Any]:
        """Give what the data is as of."""
        return {"origin": self.origin, "size": self.size, "root": self.root, "day": self.day}


def about_of(source: TableSource, origin: str, settings: Settings, address: str | None = None) -> About:
    """Give what is said of the data of a source.

    Args:
        source: What the data is made from.
        origin: The ledger's origin.
        settings: What the operator says.
        address: Where the data is published.
    """
    genesis = source.state.aggregates.get("ledger")
    opened = genesis.opened if isinstance(genesis, LedgerState) else None
    names = {lang: shown(opened.name, lang, source.state.languages) if opened else origin for lang in LANGUAGES}
    indices = source.reading.indices
    ends = [source.log.recorded(indices[place]).recorded_at for place in (0, -1)] if indices else []
    days = [local_day(parse_instant(end), source.state.timezone).isoformat() for end in ends]
    return About(
        origin=origin,
        names=names,
        size=source.reading.size,
        root=source.log.root(source.reading.size).hex(),
        day=source.reading.day.isoformat(),
        first_day=days[0] if days else None,
        last_day=days[1] if days else None,
        is_demonstration=bool(opened and opened.demonstration),
        publisher=settings.operator,
        contact=settings.contact,
        licence=settings.licence,
        licence_url=settings.licence_url,
        address=address,
    )
