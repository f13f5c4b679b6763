"""The log's key as a command gets at it: its secrets, and the token that has it.

The passphrase does not lie next to the key that it opens, in a folder that is copied as a whole; nor does a PIN.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from constancia.api.cli.terminal import USAGE, fail, message, passphrase, unlock, warn_if_readable
from constancia.ledger.errors import LedgerError

if TYPE_CHECKING:
    from constancia.ledger.assembly import Options
    from constancia.ledger.folder import LedgerFolder
    from constancia.ledger.keys.log_signer import LogSigner
    from constancia.ledger.keys.token_key import TokenAccess
    from constancia.ledger.keys.token_uri import TokenUri
    from constancia.ledger.ledger import Ledger
    from constancia.ledger.store.address import DatabaseAddress

R = TypeVar("R")

_KEY_HELP = "Llave del libro en un token (repetible). / Log key in a token (repeatable)."
_PIN_HELP = "Archivo con el PIN del token. / File with the token's PIN."
LogKeys = Annotated[list[str] | None, typer.Option("--log-key", metavar="pkcs11:…", help=_KEY_HELP)]
PinFile = Annotated[Path | None, typer.Option("--log-pin-file", help=_PIN_HELP)]
ServedKeys = Annotated[
    list[str] | None,
    typer.Option("--log-key", metavar="pkcs11:…", envvar="CONSTANCIA_LOG_KEY", help=_KEY_HELP),
]
ServedPinFile = Annotated[Path | None, typer.Option("--log-pin-file", envvar="CONSTANCIA_LOG_PIN_FILE", help=_PIN_HELP)]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKeyOptions:
    """What the user said of the log's key: where its passphrase and PIN are, and the addresses of keys in tokens."""

    passphrase_file: Path | None = None
    pin_file: Path | None = None
    keys: Sequence[str] = ()

    def within(self, folder: Path, *, is_demonstration: bool) -> "LogKeyAccess":
        """Give how the log's key of a ledger's folder is reached.

        Raises:
            LedgerError: A secret lies in the folder of a ledger that is no demonstration.
            TokenUnavailable: An address of a key can't be read.
        """
        from constancia.ledger.keys.token_uri import parse_token_uri

        files = (self.passphrase_file, self.pin_file)
        place, pin_file = (secret_file(folder, file, is_demonstration=is_demonstration) for file in files)
        # Read at once, also where no key is in a token: a file that is no PIN is said before it is needed.
        pin = None if pin_file is None else passphrase(pin_file, "passphrase.pin")
        own = folder / "keys" / "passphrase"
        if place is None and is_demonstration and own.exists():
            place = own
        uris = tuple(map(parse_token_uri, self.keys))
        for uri in uris:
            secret_file(folder, uri.pin_source, is_demonstration=is_demonstration)
        return LogKeyAccess(passphrase_file=place, uris=uris, pin=pin)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKeyAccess:
    """How the log's key of one folder is reached; each secret is asked for where no file has it."""

    passphrase_file: Path | None
    uris: "tuple[TokenUri, ...]"
    pin: bytes | None = field(default=None, repr=False)

    @property
    def tokens(self) -> "TokenAccess":
        """How keys in tokens are reached."""
        from constancia.ledger.keys.token_key import TokenAccess

        return TokenAccess(uris=self.uris, pin=self._pin)

    def _pin(self, uri: "TokenUri") -> bytes:
        if uri.pin_source is None and self.pin is not None:
            return self.pin
        return passphrase(uri.pin_source, "passphrase.pin", about=uri.name)

    def make(self, places: "LedgerFolder", origin: str, *, forget: bool) -> "LogSigner":
        """Make the key of a new log, or take the one in the token that the user named.

        Args:
            places: The ledger's folder.
            origin: The ledger's name.
            forget: Whether a key file that is there is of a draft that was cut short: nothing names that key yet.

        Raises:
            Exit: More than one key was named.
            KeyFileError: There is a key already, or the passphrase is too short.
            TokenUnavailable: The key in the token can't be had.
        """
        if len(self.uris) > 1:
            raise fail(message("init.one_key"), USAGE)
        token = self.tokens.take(self.uris[0]) if self.uris else None
        secret = passphrase(self.passphrase_file, "passphrase.log_new", confirm=True)
        if forget:
            places.log_key.unlink(missing_ok=True)
        return places.make_log_key(origin, secret, token)

    def load(self, places: "LedgerFolder", origin: str) -> "LogSigner":
        """Open the log's key, and the one that is to replace it.

        Raises:
            KeyFileError: As `LedgerFolder.load_log_key`.
            TokenUnavailable: A key is in a token that can't be had.
        """
        return self.unlock(lambda secret: places.load_log_key(origin, secret, self.tokens))

    def unlock(self, act: Callable[[bytes], R]) -> R:
        """Do something with the passphrase of the log's key; raises as `terminal.unlock`."""
        return unlock(self.passphrase_file, "passphrase.log", act)


def secret_file(folder: Path, given: Path | None, *, is_demonstration: bool) -> Path | None:
    """Return the file with a secret of the log's key as it was given, after checking where it lies.

    Args:
        folder: The ledger's folder.
        given: The file that the user names.
        is_demonstration: Whether the genesis says so: a demonstration, and nothing else, has its secret in its folder.

    Raises:
        LedgerError: It lies in the folder of a ledger that is no demonstration.
    """
    # `realpath` takes a loop of links for what it is, where `Path.resolve` raises an error of its own.
    is_inside = given is not None and Path(os.path.realpath(given)).is_relative_to(os.path.realpath(folder))
    if is_inside and not is_demonstration:
        raise LedgerError(
            f"{given} lies in the ledger's folder, next to the key that it opens: anybody who has a copy or a backup "
            "of the folder would have the log's key; move it out of the folder"
        )
    return given


def open_for_writing(
    folder: Path, given: LogKeyOptions, options: "Options | None" = None, database: "DatabaseAddress | None" = None
) -> "Ledger":
    """Open a ledger's folder with its log key."""
    from constancia.ledger.assembly import Options
    from constancia.ledger.clock import SystemClock
    from constancia.ledger.folder import LedgerFolder, peek
    from constancia.ledger.ledger import Ledger

    about = peek(folder, database)
    if not about.size:
        raise fail(message("serve.not_opened", folder=folder))
    places = LedgerFolder(folder)
    access = given.within(folder, is_demonstration=about.is_demonstration)
    warn_if_readable(places.log_key)
    signer = access.load(places, about.origin)
    guarded_options = options or Options(cosign=True, guard_clock=True)
    return Ledger.open(folder, clock=SystemClock(), signer=signer, options=guarded_options, database=database)
