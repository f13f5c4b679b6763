"""Replacing the log's key: another one signs together with it, and then alone; or at once, where the key was lost.

- R1: until the change is finished both keys sign every checkpoint, so that who pins either of them can verify it.
- R2: a step that was cut short is repeated and goes on: a key signs only once the ledger's own policy lists it.
- R3: no key file is lost: the former one stays under another name, and its verifier key in a list.

Verifiers don't follow it: their trust anchor is what the parties publish, and the policy here is a draft of that.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from constancia.ledger.clock import SystemClock
from constancia.ledger.disk.durable import sync_folder, write_file
from constancia.ledger.disk.lock import WriterLock
from constancia.ledger.errors import LedgerError
from constancia.ledger.folder import LedgerFolder, peek
from constancia.ledger.keys.log_signer import KEY_FILE_MODE, LogSigner
from constancia.ledger.keys.note_keys import read_key_file
from constancia.ledger.keys.token_key import TokenAccess
from constancia.ledger.keys.token_uri import TokenUri
from constancia.ledger.ledger import Ledger
from constancia.verify.core.formats.note import format_vkey, parse_note, parse_vkey
from constancia.verify.sources.files import read_named
from constancia.verify.sources.transit import plain
from constancia.verify.trust.policy_file import MAX_POLICY_BYTES, parse_policy
from constancia.verify.trust.trust_folder import load_trust

_SET_ASIDE: Final = "log-former-{}.pem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """Where a change of key is: the new verifier key, the trust anchor's fingerprint now, where the old file is."""

    vkey: str
    fingerprint: str
    set_aside: Path | None = None


def begin(
    folder: Path, passphrase: bytes, tokens: TokenAccess | None = None, successor: TokenUri | None = None
) -> Rotation:
    """Make the key that is to follow, and list it in the ledger's policy; from its next start on the server uses both.

    Args:
        folder: The ledger's folder.
        passphrase: That of the log's key. The new key gets the same one, for the server asks for one.
        tokens: How keys in tokens are reached.
        successor: The key that is to follow, where it is in a token; else one is made, in a file.

    Returns:
        The new key. If there was one already, that one.

    Raises:
        KeyFileError: The log's key can't be opened.
        LedgerError: There is no ledger, or no policy; another change was begun, or that key is or was the log's.
        TokenUnavailable: A key is in a token that can't be had.
    """
    places = LedgerFolder(folder)
    origin = peek(folder).origin
    LogSigner.load(origin, places.log_key, passphrase, tokens)
    return _rotation(places, _list(places, _successor(places, origin, passphrase, tokens, successor)))


def finish(folder: Path, passphrase: bytes, tokens: TokenAccess | None = None) -> Rotation:
    """Retire the former key; the server must be stopped.

    Args:
        folder: The ledger's folder.
        passphrase: That of the log's keys.
        tokens: How a key in a token is reached.

    Returns:
        The key that signs from now on, and where the former key's file is.

    Raises:
        KeyFileError: A key can't be opened.
        LedgerError: No change was begun, or the new key has not signed yet.
        Locked: The server is running.
        TokenUnavailable: The new key is in a token that can't be had.
    """
    places = LedgerFolder(folder)
    with WriterLock(folder):
        origin = peek(folder).origin
        if not places.next_log_key.exists():
            raise LedgerError("no other key of the log was begun: begin with `constancia rotate` without --finish")
        successor = _list(places, _successor(places, origin, passphrase, tokens))
        with Ledger.open(folder, clock=SystemClock(), signer=None) as ledger:
            lines = parse_note(ledger.log.signed()).signatures
        if not any(map(successor.verifier.matches, lines)):
            raise LedgerError(
                "the new key has not signed yet: start the server, record an entry, which both keys sign, and "
                "repeat the command"
            )
        _remember(places, successor)
        return _rotation(places, successor, _retire(places))


def replace_at_once(
    folder: Path,
    passphrase: bytes,
    tokens: TokenAccess | None = None,
    successor: TokenUri | None = None,
    *,
    is_stolen: bool,
) -> Rotation:
    """Replace a key that was lost or stolen, without its signature; the server must be stopped.

    Args:
        folder: The ledger's folder.
        passphrase: For the new key, at least 12 bytes; where a change was begun, that of the key that was to follow.
        tokens: How a key in a token is reached.
        successor: The new key, where it is in a token.
        is_stolen: Whether the policy is to drop the former key. What that key signed then counts no more. A lost key
            stays listed, since nobody else can sign with it.

    Returns:
        The key that signs from now on, and where the former key's file is, if it is there.

    Raises:
        KeyFileError: The passphrase is too short, or does not open the key that was to follow.
        LedgerError: There is no ledger, or no policy; another change was begun, or that key is or was the log's.
        Locked: The server is running.
        TokenUnavailable: The new key is in a token that can't be had.
    """
    places = LedgerFolder(folder)
    with WriterLock(folder):
        origin = peek(folder).origin
        new = _list(places, _successor(places, origin, passphrase, tokens, successor))
        _remember(places, new)
        if is_stolen:
            own = [new.vkey, *new.cosigner_vkeys]
            _write_policy(places, [line for line in _lines(places) if not _is_of_log(line, origin) or line[1] in own])
        return _rotation(places, new, _retire(places))


def _successor(
    places: LedgerFolder,
    origin: str,
    passphrase: bytes,
    tokens: TokenAccess | None = None,
    wanted: TokenUri | None = None,
) -> LogSigner:
    """Give the key that is to follow, made or taken where there is none yet.

    A key that is or was the log's can't follow: a former one would count again.
    """
    if not places.next_log_key.exists():
        token = tokens.take(wanted) if tokens is not None and wanted is not None else None
        made = LogSigner.generate(origin, token)
        if made.verifier in (*parse_policy(_text(places)).signers_of(origin), *places.former_log_keys()):
            raise LedgerError("that key is or was this log's own: another one has to follow it")
        places.next_log_key.parent.mkdir(mode=0o700, exist_ok=True)
        made.save(places.next_log_key, passphrase)
        return made
    begun = LogSigner.load(origin, places.next_log_key, passphrase, tokens)
    if wanted is not None and (begun.token is None or begun.token.uri.name != wanted.name):
        raise LedgerError("a change to another key was begun already: finish it first, or repeat it without --to")
    return begun


def _list(places: LedgerFolder, successor: LogSigner) -> LogSigner:
    """List a key's verifier keys after the last `log` line of the policy, where they are missing (rule R2)."""
    lines = _lines(places)
    listed = _listed(lines)
    more = [["log", vkey] for vkey in (successor.vkey, *successor.cosigner_vkeys) if vkey not in listed]
    if more:
        own = (number for number, line in enumerate(lines) if _is_of_log(line, successor.origin))
        at = max(own, default=-1) + 1
        _write_policy(places, [*lines[:at], *more, *lines[at:]])
    return successor


def _remember(places: LedgerFolder, successor: LogSigner) -> None:
    """Add the policy's other keys of the log to the list of its former ones: the store's checkpoints are by them."""
    former = [key for key in parse_policy(_text(places)).signers_of(successor.origin) if key != successor.verifier]
    vkeys = dict.fromkeys(map(format_vkey, (*places.former_log_keys(), *former)))
    write_file(places.former, "".join(f"{vkey}\n" for vkey in vkeys).encode())


def _retire(places: LedgerFolder) -> Path | None:
    """Give the successor's file the name of the log's key, and the former one another name (rule R3)."""
    set_aside = None
    if places.log_key.exists():
        names = map(_SET_ASIDE.format, count(1))
        set_aside = next(path for path in map(places.log_key.with_name, names) if not path.exists())
        write_file(set_aside, read_key_file(places.log_key), mode=KEY_FILE_MODE)
    places.next_log_key.replace(places.log_key)
    sync_folder(places.log_key.parent)
    return set_aside


def _rotation(places: LedgerFolder, successor: LogSigner, set_aside: Path | None = None) -> Rotation:
    word = load_trust(places.trust).word or {}
    return Rotation(vkey=successor.vkey, fingerprint=word.get("fingerprint", ""), set_aside=set_aside)


def _text(places: LedgerFolder) -> str:
    try:
        return plain(read_named(places.policy, MAX_POLICY_BYTES)).decode()
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise LedgerError(f"{places.policy} can't be read: {error}") from error


def _lines(places: LedgerFolder) -> list[list[str]]:
    """Give the policy's lines: a `log` line in its words, as `parse_policy` parts them, any other one as one word."""
    text = _text(places)
    parse_policy(text)
    parted = ((line, re.split("[ \t]+", line.strip(" \t"))) for line in text.removesuffix("\n").split("\n"))
    return [words if words[0] == "log" else [line] for line, words in parted]


def _write_policy(places: LedgerFolder, lines: Collection[list[str]]) -> None:
    text = "".join(" ".join(line) + "\n" for line in lines)
    parse_policy(text)
    write_file(places.policy, text.encode())


def _is_of_log(line: list[str], origin: str) -> bool:
    return line[0] == "log" and parse_vkey(line[1]).name == origin


def _listed(lines: Collection[list[str]]) -> set[str]:
    return {line[1] for line in lines if line[0] == "log"}
