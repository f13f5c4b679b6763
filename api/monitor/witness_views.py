"""What each witness has cosigned last, read from the witness itself and not from the log (C2SP tlog-witness).

A view that the log's key signed is compared with the log like another monitor's: a log that shows its witnesses another
history than its readers is found by it. A witness that is down, or has no such address, says nothing about the log.
"""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from constancia.ledger.disk.durable import write_file
from constancia.ledger.monitor.round_web import RoundWeb
from constancia.ledger.monitor.settings import Peer
from constancia.ledger.monitor.signed_heads import HeadsDocument
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.note import MAX_NOTE_BYTES
from constancia.verify.core.formats.policy import Policy, open_with_policy
from constancia.verify.sources.files import read_file
from constancia.verify.sources.layout import CHECKPOINT_NAME

VIEWS_NAME: Final = "witnesses.json"
_MAX_BYTES: Final = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessView:
    """One witness's answer: whether it came and carries its cosignature, in how many seconds, of which size, when.

    Attributes:
        name: The witness's first name in the policy.
        url: Its address there.
        is_up: Whether it answered with a checkpoint that it cosigned.
        seconds: How long that took.
        size: The checkpoint's size; 0 if there is none.
        cosigned_at: POSIX seconds of the cosignature; 0 if there is none.
        note: The checkpoint; empty if there is none.
    """

    name: str
    url: str
    is_up: bool = False
    seconds: float = 0.0
    size: int = 0
    cosigned_at: int = 0
    note: str = ""


def read_views(policy: Policy, origin: str, is_stopped: Callable[[], bool] = lambda: False) -> list[WitnessView]:
    """Ask each witness that a policy names with an address for what it cosigned last of a log.

    Args:
        policy: The pinned policy.
        origin: The log's origin.
        is_stopped: Returns whether to stop, with `KeyboardInterrupt`.
    """
    names: dict[str, list[str]] = {}
    for name, url in policy.urls.items():
        names.setdefault(url, []).append(name)
    return [_view(policy, origin, url, listed, is_stopped) for url, listed in names.items()]


def _view(policy: Policy, origin: str, url: str, names: Sequence[str], is_stopped: Callable[[], bool]) -> WitnessView:
    begun = time.monotonic()
    try:
        below = f"{url.rstrip('/')}/{hashlib.sha256(origin.encode()).hexdigest()}"
        raw = RoundWeb(below, is_stopped).read(CHECKPOINT_NAME, MAX_NOTE_BYTES)
        opened = open_with_policy(raw or b"", policy)
    except (Unreadable, Malformed):
        return WitnessView(name=names[0], url=url, seconds=time.monotonic() - begun)
    times = [opened.cosigned[name] for name in names if name in opened.cosigned]
    is_own = opened.checkpoint.origin == origin and bool(times)
    return WitnessView(
        name=names[0],
        url=url,
        is_up=is_own,
        seconds=time.monotonic() - begun,
        size=opened.checkpoint.size if is_own else 0,
        cosigned_at=max(times, default=0),
        note=(raw or b"").decode() if is_own else "",
    )


def peers_of(views: Sequence[WitnessView]) -> list[Peer]:
    """Give the views as heads to compare the log with."""
    return [
        Peer(name=f"{view.name} {view.url}", heads=HeadsDocument(notes=(view.note.encode(),)))
        for view in views
        if view.note
    ]


def keep_views(folder: Path, views: Sequence[WitnessView]) -> None:
    """Store a log's views in its folder, for the metrics."""
    write_file(folder / VIEWS_NAME, json.dumps([asdict(view) for view in views]).encode())


def stored_views(folder: Path) -> list[WitnessView]:
    """Give the views of a log's last round; none where they can't be read."""
    try:
        return [WitnessView(**members) for members in json.loads(read_file(folder / VIEWS_NAME, _MAX_BYTES) or b"[]")]
    except (ValueError, TypeError, Unreadable):
        return []
