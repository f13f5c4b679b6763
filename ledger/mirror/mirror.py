"""One mirror of one log: a watch with a memory, a copy, and a key.

    D/mirror.json                 the log's address and the mirror's keys; never replaced by itself
    D/watch/<log>/                what the watch remembers, journal and proofs (`ledger.monitor.watch_folder`)
    D/public/<origin hash>/       the log as its readers find it here

A round: watch the log, as a monitor does; if it is intact, copy what is new; cosign; replace the checkpoint.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

from constancia.ledger.audit.resume_file import ResumeFile
from constancia.ledger.clock import Clock, posix_seconds
from constancia.ledger.disk.durable import PART_SUFFIX, remove_half_written, write_file
from constancia.ledger.errors import LedgerError
from constancia.ledger.keys.note_keys import Cosigner
from constancia.ledger.mirror.copying import CopyResult, LogCopy, NotCopied
from constancia.ledger.monitor.findings import INTACT
from constancia.ledger.monitor.settings import Peer, WatchSettings
from constancia.ledger.monitor.watch import RoundOutcome, WatchedLog
from constancia.ledger.monitor.watch_folder import LogFolder
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.checkpoint import Checkpoint, read_checkpoint
from constancia.verify.core.formats.cosignature import verify_cosignature
from constancia.verify.core.formats.note import MAX_NOTE_BYTES, format_note, format_vkey, parse_note
from constancia.verify.sources.files import read_file
from constancia.verify.sources.layout import CHECKPOINT_NAME
from constancia.verify.sources.published_log import PublishedLog
from constancia.verify.sources.web import Web
from constancia.verify.trust.trust_folder import TrustFolder

ABOUT_NAME: Final = "mirror.json"
WATCH_NAME: Final = "watch"
PUBLIC_NAME: Final = "public"
FORMAT: Final = 1
_MAX_ABOUT_BYTES: Final = 65_536


class MirrorError(LedgerError):
    """The mirror's folder is missing, is there already, or belongs to another log or key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorOutcome:
    """Result of a round.

    Attributes:
        watch: What the watch found.
        size: Entries that the mirror shows with its cosignature; 0 if none.
        copied: What was written; None if nothing was copied, since the log is not intact.
        problem: Why the copy waits, if it does.
    """

    watch: RoundOutcome
    size: int
    copied: CopyResult | None = None
    problem: str = ""


def origin_hash(origin: str) -> str:
    """Give the hex SHA-256 of an origin, under which a mirror serves that log. Source: C2SP tlog-mirror."""
    return hashlib.sha256(origin.encode()).hexdigest()


class Mirror:
    """A mirror of one log. Used by one process."""

    def __init__(self, root: Path, url: str, cosigner: Cosigner, settings: WatchSettings, clock: Clock) -> None:
        """Put together an opened mirror; use `open`."""
        self._cosigner = cosigner
        self._clock = clock
        self._public = root / PUBLIC_NAME
        self._settings = settings
        self._copy: LogCopy | None = None
        self.folder = LogFolder(root / WATCH_NAME, url)
        self._watch = WatchedLog(self.folder, replace(settings, trust_of=self._trust_of), clock)

    @classmethod
    def open(  # noqa: PLR0913 - what a mirror is made of
        cls, root: Path, url: str, cosigner: Cosigner, settings: WatchSettings, clock: Clock, *, create: bool
    ) -> Self:
        """Open a mirror's folder.

        Args:
            root: The folder.
            url: The log's address, without a slash at its end.
            cosigner: The mirror's keys.
            settings: How the log is watched; `trust_of` gives the trust anchor.
            clock: The time.
            create: Make the folder, only the first time: a lost one must not be replaced by an empty one, because its
                mirror could then cosign a second history.

        Raises:
            MirrorError: The folder is missing or, with `create`, there already; or it is of other keys.
            Unreadable: What the watch remembers can't be read.
        """
        path, keys = root / ABOUT_NAME, [format_vkey(key) for key in cosigner.keys]
        raw = read_file(path, _MAX_ABOUT_BYTES)
        if raw is None and not create:
            raise MirrorError(
                f"{root}: there is no mirror. If this key has cosigned before, its memory is lost: make new keys for "
                "it. A new mirror is made with --create"
            )
        if raw is not None and create:
            raise MirrorError(f"{root}: there is a mirror already; start it without --create")
        if raw is None:
            root.mkdir(parents=True, exist_ok=True)
            about = {"format": FORMAT, "keys": keys, "url": url}
            write_file(path, (json.dumps(about, ensure_ascii=False, indent=1) + "\n").encode())
        elif _keys_in(raw, path) != keys:
            raise MirrorError(f"{root}: this is the mirror of other keys than {cosigner.name}")
        remove_half_written(root.rglob(f"*{PART_SUFFIX}"))  # a half-made document would be public once it is withdrawn
        return cls(root, url, cosigner, settings, clock)

    @property
    def public(self) -> Path:
        """The folder to serve."""
        return self._public

    def place(self, origin: str) -> Path:
        """Give the public folder of a log."""
        return self._public / origin_hash(origin)

    def round(self, peers: Sequence[Peer] = ()) -> MirrorOutcome:
        """Run one round.

        Args:
            peers: What other monitors have seen, to be compared with.

        Returns:
            The result. What it says is on the disk.

        Raises:
            KeyboardInterrupt: Interrupted; the next round goes on.
            Unreadable: The folder, or the trust anchor, can't be read.
        """
        watched = self._watch.round(peers)
        state = watched.state
        own = None if not state.origin else self._own(state.origin)
        size = 0 if own is None else read_checkpoint(own).size
        if watched.code != INTACT or state.verified is None:
            return MirrorOutcome(watch=watched, size=size)
        try:
            copied = self._take(state.verified.encode(), own)
        except (NotCopied, Unreadable) as error:
            return MirrorOutcome(watch=watched, size=size, problem=str(error))
        return MirrorOutcome(watch=watched, size=read_checkpoint(state.verified.encode()).size, copied=copied)

    def _take(self, note: bytes, own: bytes | None) -> CopyResult:
        """Copy what a verified checkpoint covers, and cosign it (rules R1 to R3)."""
        checkpoint = read_checkpoint(note)
        if self._copy is None:
            self._copy = LogCopy(self.place(checkpoint.origin))
        with ResumeFile(self.folder.resume) as verified:
            if verified.size < checkpoint.size:  # a cache, for the verdict; nothing is copied without it
                raise NotCopied("what was verified could not be stored here: make room on the disk")
            if own is not None:
                _check_extends(read_checkpoint(own), checkpoint, verified)
            remote = PublishedLog(Web(self.folder.state.url))
            copied = self._copy.extend(checkpoint.size, verified, remote, self._settings.is_stopped)
        if self._copy.root(checkpoint.size) != checkpoint.root:
            raise NotCopied("the entries that were copied do not have the root of the checkpoint")
        cosigned = self._cosigned(note, own)
        if cosigned != own:
            # A crash before this leaves the former checkpoint, and files that no checkpoint covers yet.
            write_file(self.place(checkpoint.origin) / CHECKPOINT_NAME, cosigned)
            copied.files += 1
        return copied

    def _cosigned(self, note: bytes, own: bytes | None) -> bytes:
        """Give a checkpoint with this mirror's lines; those that it has given before, where it is the same."""
        parsed = parse_note(note)
        others = [line for line in parsed.signatures if line.name != self._cosigner.name]
        lines, last = [], 0
        for line in parse_note(own).signatures if own is not None else ():
            if line.name == self._cosigner.name:
                lines.append(line)
                last = max(last, int.from_bytes(line.blob[:8], "big"))
        if own is None or parse_note(own).text != parsed.text or not lines:
            # A clock that was set back must not make this tree older than the last one.
            lines = list(self._cosigner.cosign(parsed.text, max(posix_seconds(self._clock.now()), last)))
        return format_note(parsed.text, (*others, *lines))

    def _own(self, origin: str) -> bytes | None:
        """Read the checkpoint that this mirror shows; None if there is none yet.

        Raises:
            Unreadable: It is not what this mirror wrote.
        """
        path = self.place(origin) / CHECKPOINT_NAME
        raw = read_file(path, MAX_NOTE_BYTES)
        if raw is None:
            return None
        try:
            note = parse_note(raw)
            for key in self._cosigner.keys:
                verify_cosignature(key, next(line for line in note.signatures if key.matches(line)), note.text)
            read_checkpoint(raw)
        except (Malformed, StopIteration) as error:
            raise Unreadable("mirror", str(path), f"this mirror has not cosigned it: {error}") from error
        return raw

    def _trust_of(self, origin: str) -> TrustFolder | None:
        """Give the trust anchor, with what this mirror has cosigned as the checkpoint that binds the log."""
        trust = self._settings.trust_of(origin)
        own = self._own(origin)
        if trust is None or own is None:
            return trust
        pinned = trust.checkpoint
        is_later = pinned is None or read_checkpoint(pinned).size < read_checkpoint(own).size
        return replace(trust, checkpoint=own) if is_later else trust


def _check_extends(own: Checkpoint, new: Checkpoint, verified: ResumeFile) -> None:
    """Refuse a tree that is not the cosigned one or a longer one; the watch has refused it already, with proof."""
    if new.size < own.size or verified.root(own.size) != own.root:
        raise NotCopied(f"the log of {new.size} entries does not extend the {own.size} that this mirror has cosigned")


def _keys_in(raw: bytes, path: Path) -> list[str]:
    try:
        about = json.loads(raw)
        keys = about["keys"]
        if about["format"] != FORMAT or not isinstance(keys, list):
            raise ValueError("another format")  # noqa: TRY301 - as whatever is wrong with it
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unreadable("mirror", str(path), str(error)) from error
    return [str(key) for key in keys]
