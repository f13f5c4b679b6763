"""What an operator has accepted, with the reasons: rollbacks, and a clock behind the last entry. A public file.

It is the operator's own word, unsigned. Its use is that a reader who finds two histories also finds who went on from
a copy, when, from which size, and why.
"""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from constancia.ledger.disk.file_store import FileStore
from constancia.ledger.errors import LedgerError
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.checkpoint import Checkpoint, open_checkpoint, read_checkpoint
from constancia.verify.core.formats.note import VerifierKey

NAME: Final = "rollbacks.json"
FORMAT: Final = "constancia/rollbacks@v1"
MAX_BYTES: Final = 1_048_576
_MEMBERS: Final = {"at": str, "reason": str, "root": str, "seen": list, "size": int}
_SEEN: Final = {"by": str, "code": str, "root": str, "size": int}
MAX_REASON: Final = 2_000
# Code of an accepted clock: it contradicts no tree, and covers none.
CLOCK: Final = "clock"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreContradiction:
    """What contradicts this store: a witness or a published checkpoint that has seen more, or another root.

    Attributes:
        by: Who or what shows it: `witness <name>`, `cosignatures.sqlite`, `log/checkpoint`, or an address; for a clock
            `last entry` and its `recorded_at`.
        code: `ahead`, `conflict` or `no_proof`; `clock` where the clock was behind the last entry.
        size: The size that it has seen; 0 where it names none.
        root: The root that it has seen in hex; empty where it names none.
    """

    by: str
    code: str
    size: int
    root: str = ""

    @property
    def members(self) -> dict[str, Any]:
        """The members of the record's JSON."""
        return {"by": self.by, "code": self.code, "root": self.root, "size": self.size}


def contradiction_of(
    by: str, checkpoint: Checkpoint, size: int, root_at: Callable[[int], bytes]
) -> StoreContradiction | None:
    """Compare a checkpoint with a copy's number of entries and its roots at the sizes up to that."""
    if checkpoint.size <= size and root_at(checkpoint.size) == checkpoint.root:
        return None
    code = "ahead" if checkpoint.size > size else "conflict"
    return StoreContradiction(by=by, code=code, size=checkpoint.size, root=checkpoint.root.hex())


def contradiction_in(
    by: str, raw: bytes, keys: Sequence[VerifierKey], size: int, root_at: Callable[[int], bytes]
) -> StoreContradiction | None:
    """Compare a checkpoint that is shown as this log's with what this copy has.

    It counts also where keys of the log's name signed it that are not among `keys`: a copy from before a change of key
    does not have the new one, and would sign a second history. Nobody but the operator is asked to look, so that a
    stranger who may write there does no more than stop the writer.

    Args:
        by: Who or what shows it.
        raw: The signed note.
        keys: The log's keys as far as they are known; one at least.
        size: Number of entries of this copy.
        root_at: Gives its root at a size up to that.

    Raises:
        Malformed: It is not this log's: bad form, another origin, no signature, or one that fails.
    """
    try:
        checkpoint = open_checkpoint(raw, *keys)[0]
    except Malformed as error:
        if error.code != "other-log-key":
            raise
        checkpoint = read_checkpoint(raw)
        _log.warning("%s: signed by a key of the log that this copy does not have", by)
    return contradiction_of(by, checkpoint, size, root_at)


def parse_rollbacks(raw: bytes) -> Sequence[dict[str, Any]]:
    """Read the list.

    Raises:
        ValueError: It has another form.

    Source: ours: SPEC §8.
    """
    try:
        document = json.loads(raw)
        items: list[dict[str, Any]] = document["items"]
        known = document["format"] == FORMAT and isinstance(items, list)
        known = known and all(
            _has(item, _MEMBERS) and all(_has(seen, _SEEN) for seen in item["seen"]) for item in items
        )
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"no list of rollbacks: {error!r}") from error
    if not known:
        raise ValueError(f"no list of rollbacks of the form {FORMAT}")
    return items


def _has(item: Any, members: dict[str, type]) -> bool:
    return isinstance(item, dict) and all(type(item.get(name)) is kind for name, kind in members.items())


def is_of_clock(item: dict[str, Any]) -> bool:
    """Tell whether an item of the list is an accepted clock, and no rollback."""
    return any(tree["code"] == CLOCK for tree in item["seen"])


class RollbackRecords:
    """The file. Belongs to the process that writes the ledger; others read it."""

    def __init__(self, files: FileStore) -> None:
        """Read the file, if there is one.

        Args:
            files: Where it lies, under `NAME`.

        Raises:
            LedgerError: It can't be read.
        """
        self._files = files
        try:
            raw = files.read(NAME, MAX_BYTES)
            self.items: Sequence[dict[str, Any]] = () if raw is None else parse_rollbacks(raw)
        except (ValueError, OSError, Unreadable) as error:
            place = f"{files.location}/{NAME}"
            raise LedgerError(f"{place} can't be read: {error}; put back the copy that was published") from error

    def covers(self, claim: StoreContradiction) -> bool:
        """Tell whether an accepted record names this very tree: its size, and its root where both name one.

        A later accident shows another tree, and is not covered by what was accepted before.
        """
        trees = [tree for item in self.items for tree in item["seen"] if tree["code"] != CLOCK]
        same = [tree for tree in trees if tree["size"] == claim.size]
        return any(not tree["root"] or not claim.root or tree["root"] == claim.root for tree in same)

    @property
    def clocks(self) -> list[tuple[int, str]]:
        """Size and root (hex) of each tree whose last entry was ahead of a clock that the operator accepted."""
        return [(item["size"], item["root"]) for item in self.items if is_of_clock(item)]

    def add(self, *, at: str, size: int, root: str, reason: str, seen: Sequence[StoreContradiction]) -> None:
        """Record an accepted rollback or clock, durably.

        Args:
            at: When, in the form of `recorded_at`.
            size: The size from which the ledger goes on.
            root: The root of that size in hex.
            reason: The operator's words; they become public.
            seen: What contradicts the store.

        Raises:
            LedgerError: There is no reason, or it is too long.
        """
        reason = " ".join(reason.split())
        if not 0 < len(reason) <= MAX_REASON:
            raise LedgerError(f"what is accepted needs a reason of 1 to {MAX_REASON} characters, which is published")
        item = {"at": at, "reason": reason, "root": root, "seen": [claim.members for claim in seen], "size": size}
        items = [*self.items, item]
        document = {"format": FORMAT, "items": items}
        text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        self._files.write(NAME, text.encode())
        self.items = items
