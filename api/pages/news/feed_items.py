"""What feeds and calendars are made from: entries as news, deadlines that passed, deadlines that are to come."""

import base64
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC
from typing import Any, Final

from constancia.api.feeds.atom import FeedItem
from constancia.api.feeds.deadlines import Deadline, Status
from constancia.api.pages import lateness
from constancia.api.pages.frame.frame import Frame
from constancia.api.pages.news.chronicle import HOUSEKEEPING, KINDS_OF_NEWS
from constancia.api.text.dates import date_words
from constancia.api.text.i18n import in_language, say, tr
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.facts.bearing import responsible_for
from constancia.domain.facts.derive import DerivedFact
from constancia.domain.sentences import party_name, sentence_of
from constancia.domain.values.calendar import OPEN, parse_edtf, parse_instant

COUNT: Final = 50  # entries of a page of a feed
ENDED: Final = ("closed", "withdrawn", "rejected")
MOST_MISSED: Final = 200  # deadlines, on its first page
_LOOKED_AT: Final = 4_000  # entries in which news of one kind is looked for
MISSED: Final = "missed"
KINDS: Final = (*sorted(set(KINDS_OF_NEWS.values())), MISSED)


def name_iri(text: bytes) -> str:
    """Name something by the SHA-256 of what it is.

    Source: RFC 6920 §3.
    """
    digest = base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b"=").decode()
    return f"ni:///sha-256;{digest}"


def indices_of(frame: Frame, stream: str | None, kind: str | None, before: int) -> list[int]:
    """Give the entries of a feed, newest first, and one more where there are older ones.

    Args:
        frame: What it is as of.
        stream: Those that concern a stream; None for all.
        kind: Those that are news of a kind; None for all.
        before: Those below this index.
    """
    if stream is not None:
        views = frame.ledger.views
        rows = views.rows("timeline", prefix=f"{stream}#", before=f"{stream}#{before:010d}", limit=4 * COUNT)
        candidates: Iterator[int] = (row["index"] for _key, row in rows)
    else:
        candidates = iter(range(min(before, frame.as_of.size) - 1, max(-1, before - _LOOKED_AT), -1))
    chosen: list[int] = []
    for index in candidates:
        name = frame.statement(index)["type"]
        if name not in HOUSEKEEPING and kind in (None, KINDS_OF_NEWS.get(name)):
            chosen.append(index)
        if len(chosen) > COUNT:
            break
    return chosen


def items(frame: Frame, indices: list[int], address: str) -> list[FeedItem]:
    """Give entries as items of a feed.

    Args:
        frame: What it is as of, and in which language.
        indices: The entries.
        address: The server's address, without a slash at its end.
    """
    return [_item(frame, index, address) for index in indices]


def _item(frame: Frame, index: int, address: str) -> FeedItem:
    raw = frame.ledger.log.entry(index)
    entry: dict[str, Any] = json.loads(raw)
    statement = entry["statement"]
    sentence = say(sentence_of(statement, frame.state), frame.lang)
    party = statement["actor"].get("party")
    name = None if party is None else party_name(party, frame.state)
    happened = tr(frame.lang, "page.feed_happened", day=date_words(statement["occurred_on"], frame.lang))
    mark = statement["body"].get("provenance")
    is_protected = statement["type"] == "ComplaintFiled" and statement["body"].get("protected")
    days = [] if is_protected else [happened]  # when it was taken in is not put next to it
    invented = [tr(frame.lang, f"word.{mark}")] if mark and tr(frame.lang, f"word.{mark}") != f"word.{mark}" else []
    return FeedItem(
        id=name_iri(b"\x00" + raw),
        title=sentence,
        text=[sentence, *days, *invented],
        updated=entry["recorded_at"],
        link=f"{address}/e/{frame.ledger.log.leaf_hash(index).hex()}",
        author=None if name is None else in_language(name, frame.lang, frame.state.languages),
        category=KINDS_OF_NEWS.get(statement["type"]),
    )


def missed_titles(frame: Frame, stream: str | None = None) -> dict[str, str]:
    """Give the deadlines of milestones that passed unmet, in words, each by a name that stays the same."""
    return {_missed_name(fact): _missed_words(frame, fact) for fact in _missed(frame, stream)}


def missed_since(former: Frame, frame: Frame, stream: str | None = None) -> list[dict[str, Any]]:
    """Give the deadlines of milestones that passed unmet between two states, as data.

    Args:
        former: What was known before.
        frame: What is known now.
        stream: Those of a commitment; None for all.
    """
    known = {_missed_name(fact) for fact in _missed(former, stream)}
    return [
        {
            "milestone": str(fact.params["target"]).partition(" ")[2],
            "since": fact.since,
            "stream": fact.stream,
            "window": str(fact.params["window"]),
        }
        for fact in _missed(frame, stream)
        if _missed_name(fact) not in known
    ]


def missed_items(frame: Frame, address: str, stream: str | None = None) -> list[FeedItem]:
    """Give the deadlines of milestones that passed unmet as items of a feed, newest first, each by its day."""
    listed = []
    for fact in _missed(frame, stream):
        words = _missed_words(frame, fact)
        listed.append(
            FeedItem(
                id=name_iri(f"{frame.ledger.origin}\n{_missed_name(fact)}".encode()),
                title=words,
                text=[words],
                updated=str(fact.since),
                link=f"{address}{_path(frame, fact.stream)}",
                category=MISSED,
            )
        )
    return sorted(listed, key=lambda item: item.updated, reverse=True)


def _missed(frame: Frame, stream: str | None) -> Iterator[DerivedFact]:
    for fact in frame.facts():
        is_milestone = str(fact.params.get("target", "")).startswith("milestone ")
        if fact.kind == "DeadlineMissed" and is_milestone and fact.since is not None and stream in (None, fact.stream):
            yield fact


def _missed_name(fact: DerivedFact) -> str:
    return f"{fact.stream}\n{str(fact.params['target']).partition(' ')[2]}\n{fact.params['window']}"


def _missed_words(frame: Frame, fact: DerivedFact) -> str:
    commitment, name = frame.state.aggregates.get(fact.stream), str(fact.params["target"]).partition(" ")[2]
    scopes = commitment.scopes if isinstance(commitment, Commitment) else ()
    titles = [step.title for version in reversed(scopes) if (step := version.scope.milestone(name)) is not None]
    about = commitment.title.to_json() if isinstance(commitment, Commitment) else fact.stream
    return tr(
        frame.lang,
        "page.news_missed",
        title=frame.plain_text(titles[0].to_json()) if titles else name,
        about=frame.plain_text(about),
        window=date_words(str(fact.params["window"]), frame.lang),
    )


def deadlines(frame: Frame, address: str, stream: str | None = None, party: str | None = None) -> list[Deadline]:
    """Give the days by which milestones are due, answers are owed and votes close.

    Args:
        frame: What it is as of.
        address: The server's address.
        stream: Those of a commitment; None for all.
        party: Those that a party answers for; None for all.
    """
    listed = [
        deadline
        for commitment in frame.state.of(Commitment)
        if stream in (None, commitment.stream)
        for deadline in _milestones(frame, commitment.stream, address, party)
    ]
    if stream is None:
        listed += _owed(frame, address, party)
    return listed


def _milestones(frame: Frame, stream: str, address: str, party: str | None) -> Iterator[Deadline]:
    commitment = frame.state.aggregates.get(stream)
    if not isinstance(commitment, Commitment) or commitment.scope is None:
        return
    version = commitment.scopes[-1]
    for milestone in commitment.scope.milestones:
        responsible = responsible_for(frame.state, commitment, milestone)
        end = parse_edtf(milestone.window).end if not milestone.window.endswith(OPEN) else None
        if end is None or (party is not None and party not in responsible):
            continue
        names = [_name(frame, name) for name in responsible]
        title = f"{frame.plain_text(milestone.title.to_json())} ({frame.plain_text(commitment.title.to_json())})"
        window = date_words(milestone.window, frame.lang)
        is_done = milestone.milestone not in commitment.open_milestones
        done = [tr(frame.lang, "page.cal_done")] if is_done else []
        yield Deadline(
            uid=f"{commitment.commitment}.{milestone.milestone}@{frame.ledger.origin}",
            title=title,
            text="\n".join(
                [
                    tr(frame.lang, "page.cal_window", window=window),
                    tr(frame.lang, "page.cal_who", who=", ".join(names)),
                    *done,
                ]
            ),
            day=end,
            stamp=parse_instant(version.mark.recorded_at).astimezone(UTC),
            link=f"{address}{_path(frame, stream)}",
            categories=tuple(names),
            status=calendar_status(commitment.status, is_done=is_done),
        )


def calendar_status(status: str, *, is_done: bool) -> Status:
    """Give how a calendar marks a deadline: one that was met is never cancelled.

    Args:
        status: The commitment's state.
        is_done: Whether the milestone was reported as done.
    """
    if status == "suspended" and not is_done:
        return "TENTATIVE"
    return "CANCELLED" if status in ENDED and not is_done else "CONFIRMED"


def _owed(frame: Frame, address: str, party: str | None) -> Iterator[Deadline]:
    for debt in lateness.debts(frame):
        if debt.kind not in ("answer", "response", "vote", "text", "submission") or debt.due is None:
            continue
        if party is not None and party not in debt.parties:
            continue
        end = parse_edtf(debt.due).end
        if end is None:
            continue
        names = [_name(frame, name) for name in debt.parties]
        title = f"{', '.join(names)}: {tr(frame.lang, f'page.owes_{debt.kind}')} {frame.plain_text(debt.title)}"
        recorded = json.loads(frame.ledger.log.entry(debt.source or 0))["recorded_at"]
        yield Deadline(
            uid=f"{debt.kind}.{debt.stream.replace('/', '.')}@{frame.ledger.origin}",
            title=title,
            text=title,
            day=end,
            stamp=parse_instant(recorded).astimezone(UTC),
            link=f"{address}{_path(frame, debt.stream)}",
            categories=tuple(names),
        )


def _name(frame: Frame, party: str) -> str:
    return in_language(party_name(party, frame.state), frame.lang, frame.state.languages)


def _path(frame: Frame, stream: str) -> str:
    """Give a page's path below the server's own address, which has the prefix already."""
    page = frame.page_of(stream) or frame.to("vencidos")
    return "/" + page.partition(f"/{frame.lang}/")[2].join((f"{frame.lang}/", ""))
