"""`constancia log`: list the entries, one sentence per line."""

from pathlib import Path
from typing import Annotated

import typer

from constancia.api.cli.state import Known, read_as_of
from constancia.api.cli.terminal import console, guarded, language, message, open_for_reading, say, write_data


@guarded
def command(
    folder: Annotated[Path, typer.Argument(help="Carpeta del libro. / The ledger's folder.")] = Path("demo"),
    start: Annotated[
        int, typer.Option("--from", min=0, help="Índice del primer registro. / Index of the first entry.")
    ] = 0,
    count: Annotated[int, typer.Option(min=1, help="Cuántos registros. / How many entries.")] = 1_000_000,
    known: Known = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Un registro JSON por línea. / One JSON entry per line.")
    ] = False,
) -> None:
    """Lista los registros en orden, con su frase. / List the entries in order, each with its sentence.

    Ejemplo / example: constancia log demo --from 40 --count 10
    Ejemplo / example: constancia log demo --known '#80'
    """
    from rich.table import Table
    from rich.text import Text

    from constancia.api.text.i18n import say as sentence_words
    from constancia.domain.sentences import sentence_of
    from constancia.verify.report.printable import printable
    from constancia.verify.speed.entry_patterns import read_entry

    with open_for_reading(folder) as ledger:
        reading = read_as_of(ledger, known)
        stop = min(reading.size, start + count)
        if as_json:
            for raw in ledger.log.entries(start, stop):
                write_data(raw.decode() + "\n")
            return
        state = reading.known
        table = Table(box=None, pad_edge=False, header_style="bold")
        for heading in ("log.index", "log.recorded", "log.party", "log.sentence"):
            table.add_column(message(heading))
        for raw in ledger.log.entries(start, stop):
            entry = read_entry(raw)
            statement = entry.statement
            item = {
                "actor": statement.actor,
                "body": statement.body,
                "stream": statement.stream,
                "type": statement.type,
            }
            sentence = printable(sentence_words(sentence_of(item, state), language()))
            party = printable(statement.actor.get("party", "—"))
            # As it was said: square brackets in it are no markup.
            table.add_row(str(entry.index), entry.recorded_at[:16].replace("T", " "), party, Text(sentence))
        console().print(table)
        say(message("stands", size=reading.size, root=ledger.log.root(reading.size).hex()))
