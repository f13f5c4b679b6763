"""A file in another's place: a body or a signed act where a draft is wanted, a draft where a signed act is."""

import json
from pathlib import Path

from constancia.api.cli.terminal import USAGE, fail, message


def check_draft(path: Path, raw: bytes) -> None:
    """Refuse to sign what is no draft, with the step that makes one.

    Raises:
        Exit: It is a body, or a signed act.
    """
    members = _members(raw)
    if "signatures" in members:
        raise fail(message("wrong.signed_already", path=path), USAGE)
    if members and not {"actor", "body", "type"} <= members:
        raise fail(message("wrong.body", path=path), USAGE)


def check_signed(path: Path, raw: bytes) -> None:
    """Refuse to hand in what nobody signed, with the step that signs it.

    Raises:
        Exit: It is a draft, or a body.
    """
    members = _members(raw)
    if {"actor", "body", "type"} <= members:
        raise fail(message("wrong.unsigned", path=path), USAGE)
    if members and not {"signatures", "statement"} <= members and "payload" not in members:
        raise fail(message("wrong.body", path=path), USAGE)


def _members(raw: bytes) -> frozenset[str]:
    """Give the names of an object's members; none of what is no JSON object."""
    try:
        item = json.loads(raw)
    except (ValueError, RecursionError):
        return frozenset()
    return frozenset(item) if isinstance(item, dict) else frozenset()
