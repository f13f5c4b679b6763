"""The journal as Atom feeds, one per language; deterministic."""

import uuid
from collections.abc import Sequence
from typing import Final

from feedgen.feed import FeedGenerator  # type: ignore[import-untyped]  # no type stubs

from constancia.api.monitor.words import advise, tell_event
from constancia.api.text.i18n import tr
from constancia.ledger.monitor.findings import Event
from constancia.ledger.monitor.watch_folder import NEVER
from constancia.verify.report.printable import printable

MAX_ENTRIES: Final = 200


def atom(events: Sequence[Event], name: str, lang: str) -> bytes:
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
    feed = FeedGenerator()
    feed.id(uuid.uuid5(uuid.NAMESPACE_URL, f"constancia/monitor-feed@v1 {name}").urn)
    feed.title(tr(lang, "monitor.feed.title"))
    feed.author({"name": name})
    feed.language(lang)
    feed.updated(latest[-1].at if latest else NEVER)
    for event in latest:
        entry = feed.add_entry()  # the newest comes first
        entry.id(event.urn)
        entry.title(printable(f"{event.origin or event.url}: {tell_event(event, lang)}", 300))
        entry.updated(event.at)
        entry.published(event.at)
        entry.category(term=event.finding.code)
        lines = [tell_event(event, lang), event.url]
        lines += [advise(event.finding.code, lang)] if event.is_found else []
        lines += [tr(lang, "monitor.evidence", name=event.finding.evidence)] if event.finding.evidence else []
        entry.content("\n\n".join(printable(line) for line in lines), type="text")
    return bytes(feed.atom_str(pretty=True))
