"""`constancia log`: list the entries, one sentence per line; between days, of one party, as a table or for programs."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from constancia.api.cli.reader.state import Known, read_as_of
from constancia.api.cli.source_options import SourceArgument
from constancia.api.cli.terminal import (
    console,
    fail,
    guarded,
    language,
    message,
    open_for_reading,
    say,
    say_unverified,
    write_data,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from constancia.domain.state import State
    from constancia.ledger.ledger import Ledger
    from constancia.verify.core.formats.entry import Entry

FROM_HELP = (
    "Desde cuándo: día (AAAA-MM-DD), mes o año en que se registró, o índice del primer registro. / "
    "From when: day (YYYY-MM-DD), month or year of recording, or the first entry's index."
)
TO_HELP = (
    "Hasta cuándo, con ese día o registro: las mismas formas. / Until when, with that day or entry: the same forms."
)
_CSV_COLUMNS = ("index", "recorded_at", "occurred_on", "party", "person", "type", "about", "sentence", "leaf_hash")


@guarded
def command(
    source: SourceArgument = "demo",
    start: Annotated[str, typer.Option("--from", metavar="DAY|INDEX", help=FROM_HELP)] = "0",
    stop: Annotated[str | None, typer.Option("--to", metavar="DAY|INDEX", help=TO_HELP)] = None,
    count: Annotated[int, typer.Option(min=1, help="Cuántos registros. / How many entries.")] = 1_000_000,
    party: Annotated[
        str | None, typer.Option(help="Sólo los de una parte (su id o sus siglas). / Of one party (id or acronym).")
    ] = None,
    known: Known = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Tabla CSV, para una hoja de cálculo. / CSV table, for a spreadsheet.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Un registro JSON por línea. / One JSON entry per line.")
    ] = False,
) -> None:
    """Lista los registros en orden, con su frase. / List the entries in order, each with its sentence.

    Ejemplo / example: constancia log demo --from 2019-06-01 --to 2019-06-30
    Ejemplo / example: constancia log https://libro.example --party nosc --csv
    Ejemplo / example: constancia log demo --from 40 --count 10
    Ejemplo / example: constancia log demo --known '#80'
    """
    from constancia.verify.report.output import USAGE

    if as_csv and as_json:
        raise fail(message("log.one_form"), USAGE)
    with open_for_reading(source) as ledger:
        reading = read_as_of(ledger, known)
        state = reading.known
        first, last = _bound(ledger, "--from", start, is_end=False), reading.size
        if stop is not None:
            last = min(last, _bound(ledger, "--to", stop, is_end=True))
        listed = _chosen(ledger, first, last, None if party is None else _party(state, party), count)
        if as_json:
            for entry in listed:
                write_data(entry.raw.decode() + "\n")
        elif as_csv:
            _write_csv(listed, state)
        else:
            _print(listed, state)
            say(message("stands", size=reading.size, root=ledger.log.root(reading.size).hex()))
            say_unverified(source)


def _bound(ledger: "Ledger", option: str, text: str, *, is_end: bool) -> int:
    """Give the index where a list begins, or before which it ends.

    Raises:
        Exit: The text is neither an index nor a date: a wrong command line.
    """
    from datetime import timedelta

    from constancia.ledger.clock import format_recorded_at
    from constancia.ledger.views.as_of import read_span
    from constancia.verify.core.errors import Malformed
    from constancia.verify.report.output import USAGE

    index = text.removeprefix("#")
    is_year = index == text and len(text) == 4  # as everywhere; `#2019` is the entry
    if index.isascii() and index.isdigit() and len(index) < 16 and not is_year:
        return int(index) + is_end
    try:
        first, last = read_span(option, text, ledger.state().timezone)
    except Malformed as error:
        raise fail(message("log.bound", option=option, found=text), USAGE) from error
    try:
        edge = last + timedelta(milliseconds=999) if is_end else first - timedelta(milliseconds=1)
    except OverflowError:  # before the calendar's first instant, or after its last
        return ledger.size if is_end else 0
    return ledger.log.size_at(format_recorded_at(edge))


def _party(state: "State", name: str) -> str:
    """Give the id of a party that is named by its id, or by its acronym in any case.

    Raises:
        Exit: There is none, or several.
    """
    from constancia.domain.identity.party import Party
    from constancia.verify.report.output import USAGE

    parties = [*state.of(Party)]
    named = [party.party for party in parties if name.casefold() in (party.party, (party.acronym or "").casefold())]
    if len(named) != 1:
        known = ", ".join(sorted(party.acronym or party.party for party in parties))
        raise fail(message("log.party_unknown", found=name, known=known), USAGE)
    return named[0]


def _chosen(ledger: "Ledger", first: int, last: int, party: str | None, count: int) -> "Iterator[Entry]":
    from constancia.verify.speed.entry_patterns import read_entry

    for raw in ledger.log.entries(min(first, last), last):
        entry = read_entry(raw)
        if party is None or entry.statement.actor.get("party") == party:
            yield entry
            count -= 1
        if not count:
            return


def _sentence(entry: "Entry", state: "State") -> str:
    from constancia.api.text.i18n import say as sentence_words
    from constancia.domain.sentences import sentence_of
    from constancia.ledger.store.mapper import statement_object
    from constancia.verify.report.printable import printable

    return printable(sentence_words(sentence_of(statement_object(entry.statement), state), language()))


def _print(entries: "Iterable[Entry]", state: "State") -> None:
    from rich.table import Table
    from rich.text import Text

    from constancia.api.text.dates import instant_words
    from constancia.api.text.i18n import in_language
    from constancia.domain.sentences import party_name
    from constancia.verify.report.printable import printable

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("log.index", "log.recorded", "log.party", "log.sentence"):
        table.add_column(message(heading, zone=state.timezone))
    for entry in entries:
        party = entry.statement.actor.get("party")
        name = "—" if party is None else in_language(party_name(party, state), language(), state.languages)
        when = instant_words(entry.recorded_at, language(), state.timezone)
        # As it was said: square brackets in it are no markup.
        table.add_row(str(entry.index), when, Text(printable(name)), Text(_sentence(entry, state)))
    console().print(table)


def _write_csv(entries: "Iterable[Entry]", state: "State") -> None:
    from constancia.api.text.csv_text import MARK, csv_line

    write_data(MARK + csv_line(_CSV_COLUMNS))
    for entry in entries:
        actor: dict[str, Any] = dict(entry.statement.actor)
        row = (
            entry.index, entry.recorded_at, entry.statement.occurred_on, actor.get("party", ""),
            actor.get("person", ""), entry.statement.type, entry.statement.stream, _sentence(entry, state),
            entry.leaf_hash.hex(),
        )  # fmt: skip
        write_data(csv_line(row))
