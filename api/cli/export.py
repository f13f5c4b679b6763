"""`constancia export`: a self-contained bundle that can be verified without a server or a database."""

from pathlib import Path
from typing import Annotated

import typer

from constancia.api.cli.source import SourceOption
from constancia.api.cli.terminal import Force, guarded, message, open_for_reading, say, to_make


@guarded
def command(
    out: Annotated[Path, typer.Argument(help="Archivo zip que se crea. / Zip file to create.")],
    source: SourceOption = "demo",
    force: Force = False,
) -> None:
    """Exporta el libro entero en un zip verificable. / Export the whole ledger as a verifiable zip.

    Ejemplo / example: constancia export libro.zip --from demo
    Ejemplo / example: constancia export copia.zip --from https://libro.example
    """
    to_make(out, force=force)
    with open_for_reading(source, with_documents=True) as ledger:
        checkpoint = ledger.export(out)
    say(message("export.done", path=out, size=checkpoint.size, root=checkpoint.root.hex()))
