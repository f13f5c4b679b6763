"""Checkpoints that the auditor verified before, and that bind the log for ever: from the trust folder, or `since`."""

from typing import NamedTuple

from constancia.verify.checkpoint import Checkpoint, is_signed_by, parse_checkpoint
from constancia.verify.errors import Malformed, Unreadable
from constancia.verify.fold import Fold
from constancia.verify.note import VerifierKey, parse_note
from constancia.verify.policy import TrustFolder, open_with_policy
from constancia.verify.report import Findings

SINCE = "--since"
RESUME = "resume file"
TRUST = "trust/checkpoint"


class Kept(NamedTuple):
    """A size and root that the auditor verified; where they stand, and the signed note if there is one."""

    where: str
    origin: str | None
    size: int
    root: bytes
    raw: bytes | None = None


def open_kept(raw: bytes, trust: TrustFolder | None, where: str) -> Kept:
    """Open a kept checkpoint.

    Args:
        raw: The signed note.
        trust: What is pinned; without it the note's signature is left to `check_signed`.
        where: Where it stands, for a fault.

    Returns:
        What it binds the log to.

    Raises:
        Unreadable: It is no checkpoint of a log of the policy: what the auditor kept is damaged.
    """
    try:
        note = parse_note(raw)
        checkpoint = parse_checkpoint(note.text) if trust is None else open_with_policy(raw, trust.policy).checkpoint
    except Malformed as error:
        raise Unreadable("kept", where, str(error)) from error
    return Kept(where, checkpoint.origin, checkpoint.size, checkpoint.root, raw)


def check_signed(kept: Kept, key: VerifierKey) -> None:
    """Hold a kept checkpoint to the key that the log itself names, where no other is known.

    Raises:
        Unreadable: The key did not sign it.
    """
    try:
        signed = kept.raw is None or kept.origin != key.name or is_signed_by(parse_note(kept.raw), key)
    except Malformed as error:
        raise Unreadable("kept", kept.where, str(error)) from error
    if not signed:
        raise Unreadable("kept", kept.where, f"no signature by {key.name}")


def hold_to(kept: Kept, fold: Fold, findings: Findings) -> bool:
    """Hold the log to what was kept: shorter or different is altered (rule A3).

    Returns:
        Whether the log goes on from it.
    """
    if kept.origin not in (None, fold.origin):
        findings.fault("origin", None, kept.where, kept.origin, fold.origin)
    elif kept.size > fold.tree.size:
        size = fold.tree.size
        findings.fault("rollback", size, kept.where, f"{kept.size} entries", size, last_index=kept.size - 1)
    elif fold.tree.root(kept.size) == kept.root:
        if kept.raw is not None:
            fold.seen.confirm(kept.size)
        return True
    else:
        checkpoint = Checkpoint(origin=fold.origin or "", size=kept.size, root=kept.root)
        fold.seen.contradict("fork", kept.where, checkpoint, since=0)
    return False
