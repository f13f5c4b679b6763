"""`constancia state`: the state of the ledger now, or as of a size and a day."""

from typing import TYPE_CHECKING, Annotated

import typer

from constancia.api.cli.source_options import SourceArgument
from constancia.api.cli.terminal import (
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
    from constancia.ledger.ledger import Ledger
    from constancia.ledger.views.reading import Reading

Known = Annotated[
    str | None,
    typer.Option(
        "--known",
        help="Lo que se sabía entonces: #TAMAÑO, AAAA, AAAA-MM, AAAA-MM-DD (su fin) o instante RFC 3339. / "
        "What was known by then: #SIZE, YYYY, YYYY-MM, YYYY-MM-DD (its end) or RFC 3339 instant.",
    ),
]


def read_as_of(ledger: "Ledger", known: str | None, at: str | None = None) -> "Reading":
    """Return the state as of what the options ask for.

    Raises:
        Exit: An option has another form, or two of them say how much was known: a wrong command line.
    """
    from constancia.verify.core.errors import Malformed
    from constancia.verify.report.output import USAGE

    try:
        return ledger.as_of(known=known, at=at)
    except Malformed as error:
        option = f"--{error.where}" if error.code != "conflict" else "--known, --at"
        raise fail(message(f"asof.{error.code}", option=option, found=error.found or "∅"), USAGE) from error


@guarded
def command(
    source: SourceArgument = "demo",
    at: Annotated[
        str | None,
        typer.Option(
            help="El día por el que se pregunta, con lo que hoy se sabe: AAAA, AAAA-MM o AAAA-MM-DD; #TAMAÑO o un "
            "instante RFC 3339 dicen además cuánto se sabía. / The day asked about, with what is known today: YYYY, "
            "YYYY-MM or YYYY-MM-DD; #SIZE or an RFC 3339 instant also say how much was known."
        ),
    ] = None,
    known: Known = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Documento de estado canónico. / The canonical state document.")
    ] = False,
) -> None:
    """Muestra la situación de cada compromiso. / Show the status of every commitment.

    Ejemplo / example: constancia state demo --at 2017-05-10
    Ejemplo / example: constancia state demo --at '#80'
    Ejemplo / example: constancia state demo --known 2019-03-01 --at 2019-02
    """
    from constancia.api.cli.reader.commitment_status import print_standing, print_validities
    from constancia.api.text.dates import date_words
    from constancia.api.text.i18n import tr
    from constancia.api.text.numbers import plain_number
    from constancia.verify.core.formats.canonical import canonical
    from constancia.verify.report.output import USAGE

    with open_for_reading(source) as ledger:
        reading = read_as_of(ledger, known, at)
        asked = reading.as_of.day
        if as_json:
            if asked is not None:
                raise fail(message("state.json", found=asked), USAGE)
            write_data(canonical(reading.known.document()).decode())
            return
        for note in reading.notes:
            say(tr(language(), f"note.{note.code}", since=date_words(note.since, language())))
        number = plain_number(asked or "")
        if number is not None and number <= ledger.size:
            say(message("state.bare", found=asked))
        print_standing(reading, language())
        if asked is not None:
            print_validities(reading, language())
        say(message("state.asof", size=reading.size, day=date_words(reading.day.isoformat(), language())))
        say(message("stands", size=reading.size, root=ledger.log.root(reading.size).hex()))
        say_unverified(source)
