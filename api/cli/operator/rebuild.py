"""`constancia rebuild`: rebuild the projections from the entries, or compare them with the entries."""

from pathlib import Path
from typing import Annotated

import typer

from constancia.api.cli.terminal import FAILED, guarded, message, open_for_reading, say


@guarded
def command(
    folder: Annotated[Path, typer.Argument(help="Carpeta del libro. / The ledger's folder.")] = Path("demo"),
    check: Annotated[
        bool, typer.Option("--check", help="Sólo compara byte por byte. / Compare byte for byte, change nothing.")
    ] = False,
) -> None:
    """Reconstruye las vistas desde los registros. / Rebuild the views from the entries.

    Con --check sale con 76 si algo difiere, y dice qué. / With --check, exits with 76 if something differs.

    Ejemplo / example: constancia rebuild demo --check
    """
    from constancia.ledger.views.rebuild import rebuild

    with open_for_reading(folder) as ledger:
        result = rebuild(ledger, check=check)
    for line in result.differences:
        say(f"  {line}", err=True)
    if result.differences and check:
        say(message("rebuild.differs", count=len(result.differences)), err=True)
        raise typer.Exit(FAILED)
    say(message("rebuild.same" if check else "rebuild.done", size=result.size, rows=result.rows))
