"""A calendar of deadlines, the same bytes for the same content.

Source: RFC 5545; a whole-day event ends on the day after its last one (§3.6.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from constancia.verify.report.printable import printable

Status = Literal["TENTATIVE", "CONFIRMED", "CANCELLED"]
MEDIA_TYPE: Final = "text/calendar"
_PRODUCT: Final = "-//constancia//deadlines//"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A day by which something is due.

    Attributes:
        uid: Names it for good.
        title: What is due, and whose it is.
        text: More of it, with the window in words.
        day: The last day.
        stamp: When the entry that set it was recorded, UTC.
        link: Address of its page.
        categories: Terms to filter by.
        status: `TENTATIVE` while its clock is stopped, `CANCELLED` where it ended unmet. Source: RFC 5545 §3.8.1.11.
    """

    uid: str
    title: str
    text: str
    day: date
    stamp: datetime
    link: str
    categories: tuple[str, ...] = ()
    status: Status = "CONFIRMED"


def calendar(name: str, lang: str, deadlines: Sequence[Deadline]) -> bytes:
    """Return a calendar, UTF-8.

    Args:
        name: Its name, as calendars show it.
        lang: Language of its texts.
        deadlines: Its events.
    """
    from icalendar import Calendar, Event, vDatetime, vText  # noqa: PLC0415 (the server starts without it)

    made = Calendar()
    made.add("prodid", f"{_PRODUCT}{lang.upper()}")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", vText(_clean(name)))
    for deadline in sorted(deadlines, key=lambda item: (item.day, item.uid)):
        event = Event()
        event.add("uid", deadline.uid)
        event.add("dtstamp", vDatetime(deadline.stamp))
        event.add("dtstart", deadline.day)
        event.add("dtend", deadline.day + timedelta(days=1))
        event.add("summary", vText(_clean(deadline.title)))
        event.add("description", vText(_clean(deadline.text)))
        event.add("url", deadline.link)
        event.add("status", deadline.status)
        event.add("transp", "TRANSPARENT")
        if deadline.categories:
            event.add("categories", [_clean(term) for term in deadline.categories])
        made.add_component(event)
    return bytes(made.to_ical(sorted=True))


def _clean(text: str) -> str:
    return printable(text, len(text), keep="\n")
