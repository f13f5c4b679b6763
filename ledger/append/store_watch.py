"""Looks after a store that is a server, and a token that has the log's key.

Notices that one went away, and has the writer go on once it is back.
"""

import logging
import threading
from typing import Final

from constancia.ledger.append.sequencer import Sequencer
from constancia.ledger.append.write_guard import WriteGuard
from constancia.ledger.append.writer import Writer
from constancia.ledger.errors import Fatal, StoreUnavailable, TokenUnavailable
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.store.entry_store import EntryStore

_EVERY_S: Final = 1.0
_log = logging.getLogger(__name__)


class StoreGuard(WriteGuard):
    """Refuses to write while the store is away or what became of a batch is in doubt, in the store's own words."""

    def __init__(self, store: EntryStore, writer: Writer) -> None:
        """Ask a store, and the writer whether it has seen the end of one that came back."""
        self._store = store
        self._writer = writer

    def refusal(self, *, wait: bool = False) -> StoreUnavailable | None:
        """Give why nothing can be stored now; None while it can."""
        del wait
        return self._store.away or self._writer.unsettled


class TokenGuard(WriteGuard):
    """Refuses to write while a token that has a key of the log is away, in the token's own words."""

    def __init__(self, signer: LogSigner) -> None:
        """Ask a signer's tokens."""
        self._signer = signer

    def refusal(self, *, wait: bool = False) -> TokenUnavailable | None:
        """Give why nothing can be signed now, as it was when somebody last looked; None while it can."""
        del wait
        return next((token.unavailable for token in self._signer.tokens if token.unavailable is not None), None)


class StoreWatch:
    """A thread that looks after one ledger's store, and its log's key, until it is closed."""

    def __init__(self, writer: Writer, sequencer: Sequencer) -> None:
        """Start it.

        Args:
            writer: Who goes on, or says that the store is another one.
            sequencer: Who is stopped then.
        """
        self._writer = writer
        self._sequencer = sequencer
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="store-watch", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it; may be repeated."""
        self._closing.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._closing.wait(_EVERY_S):
            try:
                self._writer.look_after()
            except Fatal as error:
                self._sequencer.stop(error)
                return
            except Exception:  # noqa: BLE001 (whatever it was, the next turn may find it gone)
                # Without this thread what comes back would be noticed by nobody.
                _log.exception("looking after the store and the log's key failed; it goes on")
