"""Columns and tables of the open data: names in two languages, types, keys. The single source of every form of them.

- O1: a column has one type; its kind says into which fields it opens: a text into one field a language, a window into
  the EDTF, its first and its last day, and words.
- O2: what is read is the rows that pages and interface show, as of the same size and day; nothing is added to them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal

from constancia.api.text.dates import date_words
from constancia.api.text.i18n import LANGUAGES, tr
from constancia.domain.identity.appointment import Appointment
from constancia.domain.identity.genesis import LedgerState
from constancia.domain.identity.party import Party
from constancia.domain.state import State
from constancia.domain.values.calendar import parse_edtf
from constancia.domain.values.languages import language_shown, tag_of
from constancia.domain.values.values import Text
from constancia.ledger.reader.log import Log
from constancia.ledger.views.projections.base import Row
from constancia.ledger.views.reading import Reading

# `code` and `own` are words of a list, `own` of one that a ledger may extend; the plural ones are lists of them.
Kind = Literal[
    "string", "integer", "boolean", "date", "datetime", "text", "window", "code", "codes", "own", "party", "parties"
]
Type = Literal["string", "integer", "boolean", "date", "datetime"]
Cell = str | int | bool | None
BETWEEN: Final = "; "
_PLAIN: Final = ("string", "integer", "boolean", "date", "datetime")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSource:
    """What tables are made from: any ledger that can be read.

    Attributes:
        reading: The state as of a size and a day.
        log: The entries.
        withdrawn: SHA-256 of the documents that are not given out any more, as of the present.
        made: Rows that were made already, by projection, where several tables are made of the same ones; None makes
            each row when it is asked for.
    """

    reading: Reading
    log: Log
    withdrawn: frozenset[str] = frozenset()
    made: dict[str, list[Row]] | None = None

    def each(self, name: str) -> Iterator[Row]:
        """Yield the rows of a projection."""
        if self.made is None:
            return self.reading.each(name)
        if name not in self.made:
            self.made[name] = self.reading.rows(name)
        return iter(self.made[name])

    @property
    def state(self) -> State:
        """The state shown."""
        return self.reading.state

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of text columns: ours first, then the ledger's others, by their primary tag."""
        own = (tag.split("-")[0] for tag in self.state.languages)
        return tuple(dict.fromkeys((*LANGUAGES, *own)))

    def appointment(self, name: object) -> Appointment | None:
        """Give an appointment, or None."""
        appointment = self.state.aggregates.get(f"appointment/{name}")
        return appointment if isinstance(appointment, Appointment) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: what a row of the table says under one name.

    Attributes:
        name: Its name in English.
        es: Its name in Spanish.
        kind: What its values are.
        refers: The table whose key it holds.
    """

    name: str
    es: str
    kind: Kind = "string"
    refers: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataField:
    """A field of a file: a column, or a part of it.

    Attributes:
        names: Its name by language.
        type: Its type, one of Frictionless Table Schema's.
        column: The column that it belongs to.
        part: What of it: "" for the value, `from`, `to`, or a language.
    """

    names: Mapping[str, str]
    type: Type
    column: Column
    part: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table.

    Attributes:
        name: Its name in English: `commitments`.
        es: Its name in Spanish: `compromisos`.
        key: The columns that name a row.
        columns: Its columns.
        rows: Gives the rows, each with a member for every column; None where there is no value.
    """

    name: str
    es: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: Callable[[TableSource], Iterator[Row]] = field(repr=False)

    def named(self, lang: str) -> str:
        """Give the table's name in a language."""
        return self.es if lang == "es" else self.name

    def fields(self, languages: Sequence[str]) -> tuple[DataField, ...]:
        """Give the fields of its files, in order; text columns have one for each of the languages."""
        return tuple(part for column in self.columns for part in _fields_of(column, languages))


def _fields_of(column: Column, languages: Sequence[str]) -> Iterator[DataField]:
    if column.kind == "text":
        for lang in languages:
            yield _part(column, "string", lang, lang, lang)
        return
    if column.kind in _PLAIN:
        yield _part(column, column.kind)
        return
    yield _part(column, "string")
    if column.kind == "window":
        yield _part(column, "date", "from", "from", "desde")
        yield _part(column, "date", "to", "to", "hasta")
    for lang in LANGUAGES:
        yield _part(column, "string", lang, lang, lang)


def _part(column: Column, kind: Type, part: str = "", en: str = "", es: str = "") -> DataField:
    names = {"en": "_".join(filter(None, (column.name, en))), "es": "_".join(filter(None, (column.es, es)))}
    return DataField(names=names, type=kind, column=column, part=part)


class Cells:
    """Reads the cells of rows: values of columns, opened into fields.

    Args:
        source: What the rows were made from; names of parties and of a ledger's own words are its.
    """

    def __init__(self, source: TableSource) -> None:
        self._state = source.state
        self._authentic = source.state.languages

    @cached_property
    def _genesis(self) -> LedgerState | None:
        genesis = self._state.aggregates.get("ledger")
        return genesis if isinstance(genesis, LedgerState) else None

    def of(self, row: Row, fields: Sequence[DataField]) -> list[Cell]:
        """Give a row's cells in the order of the fields."""
        return [self._cell(row[item.column.name], item) for item in fields]

    def _cell(self, value: Any, item: DataField) -> Cell:
        kind = item.column.kind
        if value is None or value in ("", [], ()):
            return None
        if kind == "text":
            return words_in(value, item.part)
        if kind == "window":
            return _of_window(str(value), item.part)
        if kind in ("codes", "parties"):
            return BETWEEN.join(self._word(str(code), item) for code in value)
        if kind in ("code", "own", "party"):
            return self._word(str(value), item)
        return value if isinstance(value, bool | int) else whole(str(value))

    def _word(self, code: str, item: DataField) -> str:
        if not item.part:
            return code
        party = self._state.aggregates.get(f"party/{code}") if item.column.kind in ("party", "parties") else None
        if isinstance(party, Party):
            return whole(party.acronym or shown(party.legal_name, item.part, self._authentic))
        own = self._genesis.name_of(code) if self._genesis and item.column.kind == "own" else None
        if own is not None:
            return whole(shown(own, item.part, self._authentic))
        return word_of(code, item.part)


def _of_window(text: str, part: str) -> Cell:
    if part in LANGUAGES:
        return str(date_words(text, part))
    if not part:
        return text
    bounds = parse_edtf(text)
    day = bounds.start if part == "from" else bounds.end
    return day.isoformat() if day is not None else None


def _members(text: object) -> Mapping[str, str]:
    members = text.to_json() if isinstance(text, Text) else text
    by_member = members if isinstance(members, Mapping) else {}
    return {str(tag_of(name) or name): str(words) for name, words in by_member.items()}


def words_in(text: object, lang: str) -> str | None:
    """Give a text's words in a language or a variety of it; None where it has none: another does not take its place."""
    by_language = _members(text)
    tag = language_shown(tuple(by_language), lang, ()) if by_language else ""
    return whole(by_language[tag]) if tag == lang or tag.startswith(f"{lang}-") else None


def shown(text: object, lang: str, authentic: Sequence[str]) -> str:
    """Give a text's words in a language, else in the ledger's own, else in any that it has."""
    by_language = _members(text)
    return by_language[language_shown(tuple(by_language), lang, authentic)] if by_language else str(text)


def word_of(code: str, lang: str) -> str:
    """Give a code's word in a language: that of the tables, else that of the pages; the code where there is none."""
    names = (f"data.word.{code}", f"word.{code}")
    return next((words for name in names if (words := tr(lang, name)) != name), code)


def whole(text: str) -> str:
    """Give a text without half characters, which no file in UTF-8 can hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
