"""This user's trust anchors and resume files: trust folders by origin, and the state of earlier audits.

Trust folders are in the user's configuration (`constancia/trust/<SHA-256 of the origin>/`): policy, genesis, the last
verified checkpoint, time-stamp authorities, and the ledger's usual location. Resume files, which only save time, are
in the user's cache (`constancia/verify/`) and may be deleted.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace as with_members
from pathlib import Path
from shutil import rmtree
from typing import Final

from platformdirs import user_cache_path, user_config_path

from constancia.api.client.trust_anchor import TrustAnchor, files_of
from constancia.ledger.audit.resume_file import ResumeFile
from constancia.ledger.disk.durable import write_file
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.checkpoint import Checkpoint, read_checkpoint
from constancia.verify.core.formats.note import MAX_NOTE_BYTES
from constancia.verify.core.formats.policy import open_with_policy
from constancia.verify.sources.files import read_file
from constancia.verify.trust.trust_folder import TrustFolder, load_trust

NAME: Final = "constancia"
CHECKPOINT: Final = "checkpoint"
ORIGIN: Final = "origin"
SOURCE: Final = "source"
PUBLISHER: Final = "publisher"


class TrustError(Exception):
    """Pinning is refused: another genesis or key is already pinned for that origin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustPin:
    """A trust folder of this user: its origin, its path, the ledger's usual location."""

    origin: str
    folder: Path
    source: str | None

    def load(self) -> TrustFolder:
        """Load the trust folder, with who published it.

        Raises:
            Unreadable, Malformed: It is damaged.
        """
        trust, raw = load_trust(self.folder), read_file(self.folder / PUBLISHER, MAX_NOTE_BYTES)
        try:
            publisher = {} if raw is None else json.loads(raw)
            return with_members(trust, word={**publisher, **trust.word}) if trust.word is not None else trust
        except (ValueError, TypeError) as error:
            raise Unreadable("trust", str(self.folder / PUBLISHER), str(error)) from error


def trust_root() -> Path:
    """Return the folder that holds this user's trust folders."""
    return user_config_path(NAME) / "trust"


def find(origin: str) -> TrustPin | None:
    """Return the trust folder that this user pinned for an origin, or None."""
    folder = trust_root() / _name(origin)
    return _read(folder) if (folder / "policy").exists() else None


def pinned() -> list[TrustPin]:
    """Return all trust folders that this user pinned, by origin."""
    root = trust_root()
    folders = sorted(root.iterdir()) if root.is_dir() else []
    return sorted(
        (_read(folder) for folder in folders if (folder / "policy").exists()), key=lambda anchor: anchor.origin
    )


def _read(folder: Path) -> TrustPin:
    return TrustPin(origin=_line(folder / ORIGIN) or folder.name, folder=folder, source=_line(folder / SOURCE))


def _line(path: Path) -> str | None:
    raw = read_file(path, MAX_NOTE_BYTES)
    return None if raw is None else raw.decode("utf-8", "replace").strip() or None


def pin(given: TrustAnchor, *, source: str | None = None, replace: bool = False) -> list[TrustPin]:
    """Copy a trust anchor into the user's configuration, once for each log in its policy.

    Args:
        given: The anchor; the caller has compared its fingerprint with what the parties publish elsewhere.
        source: The ledger's usual location.
        replace: Whether a different pinned genesis or key may be replaced.

    Returns:
        The pinned trust folders.

    Raises:
        TrustError: A different one is already pinned.
        Unreadable, Malformed: What was pinned before is damaged.
    """
    return [_pin(given, origin, source, replace=replace) for origin in sorted(given.trust.policy.logs)]


def _pin(given: TrustAnchor, origin: str, source: str | None, *, replace: bool) -> TrustPin:
    folder, trust = trust_root() / _name(origin), given.trust
    if folder.exists() and not _is_same(folder, given):
        if not replace:
            raise TrustError(origin)
        rmtree(folder)
    for name, data in given.files.items():
        write_file(folder / name, data)
    if given.page is not None:
        write_file(folder / PUBLISHER, json.dumps(given.page.word, ensure_ascii=False).encode())
    write_file(folder / ORIGIN, f"{origin}\n".encode())
    if source is not None:
        write_file(folder / SOURCE, f"{source}\n".encode())
    added = TrustPin(origin=origin, folder=folder, source=source or _line(folder / SOURCE))
    if trust.checkpoint is not None and open_with_policy(trust.checkpoint, trust.policy).checkpoint.origin == origin:
        remember_checkpoint(added, trust.checkpoint)
    return added


def _is_same(folder: Path, given: TrustAnchor) -> bool:
    """Tell whether an anchor pins what is pinned: a page by its fingerprint, for it has no certificates."""
    if given.page is not None:
        there = load_trust(folder).word
        return there is not None and there["fingerprint"] == given.page.fingerprint
    return files_of(folder) == given.files


def unpin(origin: str) -> bool:
    """Remove the trust folder of an origin; return whether there was one."""
    anchor = find(origin)
    if anchor is not None:
        rmtree(anchor.folder)
    return anchor is not None


def remember_checkpoint(anchor: TrustPin, raw: bytes) -> None:
    """Save a verified checkpoint, if it is larger than the saved one.

    From then on a shorter or different log is altered for this user (verify's rule A3).
    """
    path = anchor.folder / CHECKPOINT
    raw_former = read_file(path, MAX_NOTE_BYTES)
    former = None if raw_former is None else _parsed(raw_former)
    checkpoint = _parsed(raw)
    if checkpoint is not None and (former is None or former.size < checkpoint.size):
        write_file(path, raw)


def _parsed(raw: bytes) -> Checkpoint | None:
    try:
        return read_checkpoint(raw)
    except Malformed:
        return None


def resume_file(origin: str, *, interrupted_at: str | None) -> ResumeFile:
    """Open the resume file of this user's audits of a log.

    Args:
        origin: The log.
        interrupted_at: The location that a full audit is about to read, to resume an interrupted audit there;
            None for the resume file of the last complete audit.

    Returns:
        The file; the caller closes it.

    Raises:
        Unreadable: It is damaged.
    """
    folder = user_cache_path(NAME) / "verify"
    verified = folder / f"{_name(origin)}.sqlite"
    if interrupted_at is None:
        return ResumeFile(verified)
    place = folder / f"{_name(origin)}.{_name(interrupted_at)[:16]}.partial"
    return ResumeFile(place, place=interrupted_at, final=verified)


def forget_progress(origin: str, place: str) -> None:
    """Delete the progress of an interrupted audit of a location."""
    (user_cache_path(NAME) / "verify" / f"{_name(origin)}.{_name(place)[:16]}.partial").unlink(missing_ok=True)


def usual_sources() -> Iterator[str]:
    """Return the usual locations of this user's ledgers."""
    return (anchor.source for anchor in pinned() if anchor.source is not None)


def last_checkpoint(origin: str | None) -> bytes:
    """Return the last checkpoint of an origin that this user verified.

    Raises:
        Unreadable: There is none.
    """
    anchor = None if origin is None else find(origin)
    raw = None if anchor is None else read_file(anchor.folder / CHECKPOINT, MAX_NOTE_BYTES)
    if raw is None:
        raise Unreadable("since", "--since last", f"no checkpoint of {origin} was verified with a pinned trust folder")
    return raw


def _name(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
