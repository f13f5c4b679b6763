"""Checkpoints that the auditor verified before and that the log must extend: from the trust folder, or `since`."""

from typing import NamedTuple

from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.checkpoint import is_signed_by, parse_checkpoint
from constancia.verify.core.formats.note import VerifierKey, parse_note
from constancia.verify.core.formats.policy import open_with_policy
from constancia.verify.trust.trust_folder import TrustFolder

SINCE = "--since"
RESUME = "resume file"
TRUST = "trust/checkpoint"


class PinnedCheckpoint(NamedTuple):
    """A size and root that the auditor verified; their place, and the signed note if there is one."""

    where: str
    origin: str | None
    size: int
    root: bytes
    raw: bytes | None = None


def open_pinned(raw: bytes, trust: TrustFolder | None, where: str) -> PinnedCheckpoint:
    """Open a saved checkpoint.

    Args:
        raw: The signed note.
        trust: What is pinned; without it the note's signature is left to `check_signed`.
        where: Its place, for a fault.

    Returns:
        What it binds the log to.

    Raises:
        Unreadable: `kept`: it is no checkpoint of a log of the policy: what the auditor saved is damaged. `kept-key`:
            another key signed it under the log's name, as after a change of key.
    """
    try:
        note = parse_note(raw)
        checkpoint = parse_checkpoint(note.text) if trust is None else open_with_policy(raw, trust.policy).checkpoint
    except Malformed as error:
        raise Unreadable("kept-key" if error.code == "other-log-key" else "kept", where, str(error)) from error
    return PinnedCheckpoint(where, checkpoint.origin, checkpoint.size, checkpoint.root, raw)


def check_signed(pinned: PinnedCheckpoint, key: VerifierKey) -> None:
    """Check a saved checkpoint against the key that the log itself names, where no other is known.

    Raises:
        Unreadable: `kept-key`: the key did not sign it.
    """
    try:
        signed = pinned.raw is None or pinned.origin != key.name or is_signed_by(parse_note(pinned.raw), key)
    except Malformed as error:
        raise Unreadable("kept", pinned.where, str(error)) from error
    if not signed:
        raise Unreadable("kept-key", pinned.where, f"no signature by {key.name}")
