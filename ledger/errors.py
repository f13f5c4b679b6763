"""What can go wrong while keeping the ledger, apart from what a statement itself does wrong.

A statement that breaks the format raises `verify.errors.Malformed`, one that is illegal raises
`domain.errors.Refusal`. The errors here say something about the ledger:

- `Busy`: nothing was stored and nothing is wrong; the same bytes may be sent again later.
- `NotStored`: the store refused a batch and holds nothing of it; otherwise like `Busy`.
- `Fatal`: what is stored and what is in memory may differ, or what is stored contradicts itself.
  The writer stops; only reopening the ledger, which reads everything again, restarts it.
- `Unread`: the store could not be read; a `Fatal` for who opens it, and a matter of time for who follows it.
- `LostRace`: somebody else has written to the store; a `Fatal`, since our head is stale.
- `Locked`, `NotFound`, `ReadOnly`, `Damaged`, `Withdrawn`: the caller asked for something that can't be had.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from constancia.verify.report.printable import printable


class LedgerError(Exception):
    """Base of all errors of this floor."""


class Busy(LedgerError):
    """The statement was not taken in; try again after `retry_after_s` seconds."""

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(f"{message}; try again in {retry_after_s:g} s")
        self.retry_after_s = retry_after_s


class NotStored(Busy):
    """The store failed and was seen, on reading it again, to hold nothing of the batch."""


class Fatal(LedgerError):
    """The ledger can't go on: says what differs, where, and what to do.

    Attributes:
        what: What was found to be wrong, in a sentence.
        where: The place: a table and index, a file, a position.
    """

    def __init__(self, what: str, *, where: str) -> None:
        super().__init__(f"{what} (at {where})")
        self.what = what
        self.where = where


class Unread(Fatal):
    """The store can't be read to its end now; what was read of a batch is forgotten, and reading may be tried again.

    A process that only reads tries again; one that opens a ledger does not open it.
    """


class LostRace(Fatal):
    """A row that we were about to write is there already: another writer is at work."""


class Closed(LedgerError):
    """The ledger was closed before this statement was stored."""


class ReadOnly(LedgerError):
    """The ledger was opened without its signer, so that it can only be read."""


class Locked(LedgerError):
    """Another process has this ledger open for writing.

    Attributes:
        folder: The ledger's folder.
        holder: What the other process wrote about itself into the lock file.
    """

    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(
            f"{folder} is open for writing by another process ({holder}); "
            "one ledger has one writer: stop that process, or open this one read-only"
        )
        self.folder = folder
        self.holder = holder


class NotFound(LedgerError):
    """The ledger holds no such entry, checkpoint, tile or document."""


class Damaged(LedgerError):
    """A document's or entry's bytes on the disk are no longer those that their hash promises."""


class Withdrawn(LedgerError):
    """A document whose bytes are not given out any more: a cancellation of personal data was decided.

    Attributes:
        about: What the cancellation says: its id, status, deciding entry, legal basis, reasons, remedy.
    """

    def __init__(self, sha256: str, about: Mapping[str, object]) -> None:
        super().__init__(
            f"document {sha256} was withdrawn: a cancellation of personal data was decided, for the reasons given here"
        )
        self.about = {"sha256": sha256, **about}


class TooLarge(LedgerError):
    """A document exceeds the limit, `limit` in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"a document may have at most {limit} bytes")
        self.limit = limit


class WritesRefused(LedgerError):
    """Nothing is taken in until an operator has looked: the reason, in both languages.

    Attributes:
        code: Stable code of the problem document.
        words: What was observed and what to do, by language (`es`, `en`).
    """

    code = "E_STOPPED"

    def __init__(self, es: str, en: str) -> None:
        super().__init__(f"{es} / {en}")
        self.words = {"es": es, "en": en}


class RolledBack(WritesRefused):
    """A witness or a published checkpoint shows more entries than this store has, or another root."""

    code = "E_ROLLED_BACK"


class ClockRefused(WritesRefused):
    """The machine's clock disagrees with the last entry, the monotonic clock or the witnesses."""

    code = "E_CLOCK"


class Unavailable(WritesRefused):
    """Something outside the program that writing needs can't be used, now or as it is set up.

    Attributes:
        code: Stable code.
    """

    def __init__(self, code: str, es: str, en: str) -> None:
        super().__init__(es, en)
        self.code = code

    @classmethod
    def of(cls, code: str, words: tuple[str, str], detail: object) -> Self:
        """Give the error of a code.

        Args:
            code: Its stable code.
            words: What was observed and what to do, in Spanish and in English.
            detail: What was observed, for the brackets after the words; blank for none.
        """
        seen = printable(" ".join(str(detail).split()))
        tail = f" ({seen})" if seen else ""
        return cls(code, *(f"{each}{tail}" for each in words))


class StoreUnavailable(Unavailable):
    """The database can't be used; nothing is acknowledged meanwhile. Codes: `store.postgres_errors`."""

    code = "E_STORE_GONE"


class TokenUnavailable(Unavailable):
    """The token that has the log's key can't be used; nothing is signed meanwhile. Codes: `keys.token_errors`."""

    code = "E_TOKEN_GONE"
