"""The journal as Atom feeds, one per language; deterministic."""

import uuid
from collections.abc import Sequence
from typing import Final

from constancia.api.feeds.atom import Feed, FeedItem, document
from constancia.api.monitor.words import advise, tell_event
from constancia.api.text.i18n import tr
from constancia.ledger.monitor.findings import JournalLine
from constancia.ledger.monitor.watch_folder import NEVER
from constancia.verify.report.printable import printable

MAX_ENTRIES: Final = 200


def atom(events: Sequence[JournalLine], name: str, lang: str) -> bytes:
    """Return a feed of the latest findings.

    Args:
        events: Lines of the journals.
        name: The name of this monitor; part of the feed's identifier.
        lang: `es` or `en`.

    Returns:
        Atom, UTF-8. Identifiers and times are the findings' own (RFC 4287 §4.2.6, §4.2.15).
    """
    latest = sorted(events, key=lambda event: (event.at, event.urn))[-MAX_ENTRIES:]
    name = printable(name)
    feed = Feed(
        id=uuid.uuid5(uuid.NAMESPACE_URL, f"constancia/monitor-feed@v1 {name}").urn,
        title=tr(lang, "monitor.feed.title"),
        author=name,
        lang=lang,
        updated=NEVER,
    )
    return document(feed, [_item(event, lang) for event in reversed(latest)])


def _item(event: JournalLine, lang: str) -> FeedItem:
    lines = [tell_event(event, lang), event.url]
    lines += [advise(event.finding.code, lang)] if event.is_found else []
    lines += [tr(lang, "monitor.evidence", name=event.finding.evidence)] if event.finding.evidence else []
    return FeedItem(
        id=event.urn,
        title=f"{event.origin or event.url}: {tell_event(event, lang)}",
        text=lines,
        updated=event.at,
        category=event.finding.code,
    )
