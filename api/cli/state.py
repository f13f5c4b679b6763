"""`constancia state`: the state of the ledger now, at a size or at an instant."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from constancia.api.cli.terminal import fail, guarded, language, message, now, open_for_reading, say, write_data

if TYPE_CHECKING:
    from datetime import datetime

    from constancia.ledger.ledger import Ledger


@guarded
def command(
    folder: Annotated[Path, typer.Argument(help="Carpeta del libro. / The ledger's folder.")] = Path("demo"),
    at: Annotated[
        str | None,
        typer.Option(help="Tamaño, día AAAA-MM-DD o instante RFC 3339. / Size, day or RFC 3339 instant."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Documento de estado canónico. / The canonical state document.")
    ] = False,
) -> None:
    """Muestra la situación de cada compromiso. / Show the status of every commitment.

    Ejemplo / example: constancia state demo --at 2019-05-24
    """
    from constancia.api.cli.standing import print_standing
    from constancia.verify.core.formats.canonical import canonical

    with open_for_reading(folder) as ledger:
        size, instant = _moment(ledger, at)
        state = ledger.state(size)
        if as_json:
            write_data(canonical(state.document()).decode())
            return
        print_standing(state, instant, language())
        say(message("stands", size=state.size, root=ledger.log.root(state.size).hex()))


def _moment(ledger: "Ledger", at: str | None) -> "tuple[int, datetime]":
    """Parse `--at`. A size gives the state at that size, judged today; a time gives both as of then."""
    from constancia.api.text.dates import instant_of
    from constancia.verify.core.errors import Malformed

    if at is None:
        return ledger.size, now()
    if at.isascii() and at.isdigit():
        return int(at[:16]), now()
    try:
        instant = instant_of(at, ledger.state().timezone)
    except Malformed as error:
        raise fail(message("state.at", found=at)) from error
    return ledger.size_at(instant), instant
