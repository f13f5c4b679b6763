"""The words of entries, indexed: a database of its own in a temporary file, made again at each start, never trusted.

Only the log is indexed: what personal data stand for, and withdrawn documents, are not in it.
"""

import json
import re
import sqlite3
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from constancia.ledger.reader.log import Log

_TABLE: Final = "CREATE VIRTUAL TABLE words USING fts5(text, content='', tokenize='unicode61 remove_diacritics 2')"
_HASH: Final = re.compile(r"(?:sha256:)?[0-9a-f]{64}\Z")
MAX_TOKENS: Final = 8
_MAX_TOKEN: Final = 40
MIN_BEGINNING: Final = 3  # letters


def tokens_of(text: str) -> list[str]:
    """Give the words of a query: letters and digits alone, the first few, so that no query has a meaning of its own.

    A mark belongs to its letter, as the index has it: `ña̱hñu` is one word, though no single character is `a̱`.
    """
    parted = "".join(letter if letter.isalnum() or _is_mark(letter) else " " for letter in _alike(text)).split()
    return [token[:_MAX_TOKEN] for token in parted if any(map(str.isalnum, token))][:MAX_TOKENS]


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter).startswith("M")


def _alike(text: str) -> str:
    """Give ligatures, wide and other forms of letters as the letters that they are forms of (UAX #15, NFKC)."""
    return unicodedata.normalize("NFKC", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """Entries that match: a page of them, newest first, how many there are, and whether they have the whole words."""

    indices: tuple[int, ...]
    count: int
    is_whole: bool


class SearchIndex:
    """Indexes a log's entries as they come. Safe to use from several threads."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._database = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._database.execute(_TABLE)
        self._size = 0

    def find(self, tokens: list[str], size: int, limit: int, start: int = 0) -> Matches:
        """Give the entries below a size that have all the words; where there are none, those with words that begin so.

        Args:
            tokens: From `tokens_of`.
            size: How many entries are known.
            limit: Most of them.
            start: How many to leave out.
        """
        if not tokens:
            return Matches(indices=(), count=0, is_whole=True)
        with self._lock:
            self._advance()
            whole = self._matches(" AND ".join(f'"{token}"' for token in tokens), size, limit, start, is_whole=True)
            # The beginning of a word, where it is not so short that it begins most words.
            if whole.count or all(len(token) < MIN_BEGINNING for token in tokens):
                return whole
            begun = " AND ".join(f'"{token}"*' if len(token) >= MIN_BEGINNING else f'"{token}"' for token in tokens)
            return self._matches(begun, size, limit, start, is_whole=False)

    def _matches(self, query: str, size: int, limit: int, start: int, *, is_whole: bool) -> Matches:
        asked = "FROM words WHERE words MATCH ? AND rowid <= ?"
        (count,) = self._database.execute(f"SELECT count(*) {asked}", (query, size)).fetchone()
        rows = self._database.execute(
            f"SELECT rowid {asked} ORDER BY rowid DESC LIMIT ? OFFSET ?",
            (query, size, limit, start),
        )
        return Matches(indices=tuple(row[0] - 1 for row in rows.fetchall()), count=count, is_whole=is_whole)

    def _advance(self) -> None:
        size = self._log.size
        if size == self._size:
            return
        self._database.execute("BEGIN")
        try:
            for index, raw in enumerate(self._log.entries(self._size, size), start=self._size):
                statement = json.loads(raw)["statement"]
                # What a protected complaint is about, and when it came, is not to be found by its words.
                is_open = statement["type"] != "ComplaintFiled" or not statement["body"].get("protected")
                text = _alike("\n".join(_texts(statement["body"]))) if is_open else ""
                self._database.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (index + 1, text))
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")
        self._size = size

    def close(self) -> None:
        """Let go of the temporary file."""
        with self._lock:
            self._database.close()


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts of a body, without hashes."""
    if isinstance(value, str):
        if not _HASH.match(value):
            yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
