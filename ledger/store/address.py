"""Where a ledger's store is, if not in its folder: an address of PostgreSQL, and the file that remembers it.

- D1: a folder has its store in `ledger.sqlite` or in the database that its file `database` names, never in both: two
  stores of one ledger, both written, would be two histories.
- D2: the file never holds a password.
"""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from constancia.ledger.disk.durable import write_file
from constancia.ledger.errors import LedgerError
from constancia.ledger.store.postgres_errors import unavailable
from constancia.verify.sources.files import read_file
from constancia.verify.sources.layout import STORE_NAME

DATABASE_NAME: Final = "database"
# Where the environment names a database, for every command.
VARIABLE: Final = "CONSTANCIA_DATABASE"
_SCHEMES: Final = ("postgresql", "postgres")
_SECRETS: Final = frozenset(
    ["password", "sslpassword", "sslkey", "scram_client_key", "scram_server_key", "oauth_client_secret"]
)
# libpq ends a password at the first `@` and `/`, RFC 3986 at `?` and `#` too: where the two differ, what one takes for
# a password the other would show. Only what both read alike is taken: one `@`, and what separates percent-encoded.
_FORM: Final = re.compile(
    r"[a-z]+://(?:[^@/?#]*@)?"  # user and password
    r"(?:(?:\[[^\[\]@/?#]*\]|[^\[\]:@/?#,]*)(?::[0-9]*)?(?:,|(?=[/?]|$)))*"  # hosts and ports
    r"(?:/[^@?#]*)?(?:\?(?:[^&=#]+=[^&=#]*(?:&|$))*)?"  # database and parameters
)
_MAX_BYTES: Final = 4_096


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """The address of a database, with its password if it was given one.

    Attributes:
        conninfo: As libpq reads it: `postgresql://USER@HOST:PORT/DATABASE?…`.
    """

    conninfo: str = field(repr=False)

    @classmethod
    def read(cls, text: str) -> Self:
        """Read an address.

        Raises:
            StoreUnavailable: It has another form (`E_STORE_ADDRESS`).
        """
        text = text.strip()
        try:
            parts = urlsplit(text)
        except ValueError:
            raise unavailable("E_STORE_ADDRESS") from None  # its words may have the password
        if parts.scheme not in _SCHEMES or len(text) > _MAX_BYTES or not text.isprintable():
            raise unavailable("E_STORE_ADDRESS", f"{parts.scheme}:" if parts.scheme else "")
        if not _FORM.fullmatch(text):
            raise unavailable("E_STORE_ADDRESS")  # without the text: a password may be in it
        return cls(text)

    @property
    def shown(self) -> str:
        """The address without what is secret in it: for messages, and for the folder's file."""
        parts = urlsplit(self.conninfo)
        user, at, place = parts.netloc.rpartition("@")
        # To libpq a `+` is a plus, and a space is `%20` alone.
        query = [
            (name, value)
            for name, value in parse_qsl(parts.query.replace("+", "%2B"), keep_blank_values=True)
            if name.casefold() not in _SECRETS
        ]
        shown = urlencode(query, quote_via=quote)
        # Not by `urlunsplit`, which leaves `//` out where there is no host.
        return f"{parts.scheme}://{user.partition(':')[0]}{at}{place}{parts.path}{'?' if shown else ''}{shown}"


def address_in(folder: Path) -> DatabaseAddress | None:
    """Give the address that a ledger's folder names; None where its store is a file of its own.

    The password, if one is needed, comes from where libpq looks for it, or from the same address in
    `CONSTANCIA_DATABASE`.

    Raises:
        StoreUnavailable: The file holds no address.
    """
    # `isdir` is false for whatever can't be a folder's name, where a look at the file would be an error.
    raw = read_file(folder / DATABASE_NAME, _MAX_BYTES) if os.path.isdir(folder) else None  # noqa: PTH112
    if raw is None:
        return None
    address, given = DatabaseAddress.read(raw.decode("utf-8", "replace")), os.environ.get(VARIABLE)
    # The variable may be of another ledger: it counts where it is this address with its password.
    own = DatabaseAddress.read(given) if given else address
    return own if own.shown == address.shown else address


def remember_address(folder: Path, address: DatabaseAddress) -> None:
    """Write the address, without its password, into a ledger's folder.

    Raises:
        LedgerError: The folder has a store of its own.
    """
    if (folder / STORE_NAME).exists():
        raise LedgerError(f"{folder / STORE_NAME} is this ledger's store; move it with `constancia move`")
    text = f"{address.shown}\n".encode()
    if read_file(folder / DATABASE_NAME, _MAX_BYTES) != text:
        write_file(folder / DATABASE_NAME, text)
