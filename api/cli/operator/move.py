"""`constancia move`: a ledger's store from its folder into a database of PostgreSQL, or back."""

from pathlib import Path
from typing import Annotated

import typer

from constancia.api.cli.terminal import Lines, fail, guarded, language, message, say

TO_FILE = "sqlite"


@guarded
def command(
    target: Annotated[
        str,
        typer.Argument(
            metavar="postgresql://…|sqlite",
            help="A dónde: una base PostgreSQL vacía, o `sqlite`. / Where to: an empty PostgreSQL, or `sqlite`.",
        ),
    ],
    folder: Annotated[Path, typer.Option("--dir", help="Carpeta del libro. / The ledger's folder.")] = Path("demo"),
) -> None:
    """Muda el libro entre SQLite y PostgreSQL: los mismos bytes. / Move the ledger between stores: the same bytes.

    Detenga antes el servidor. Se audita, se copia, se compara byte por byte, y el almacén anterior ya no se escribe. Si
    se interrumpe, repita el comando: termina lo que faltaba.
    / Stop the server first. The ledger is audited, copied and compared byte by byte, and the former store is not
    written any more. If it is interrupted, repeat the command: it finishes what was missing.

    Ejemplo / example: constancia move --dir libro postgresql://constancia@db.example/libro
    """
    from constancia.ledger.backup.backup import Unsound
    from constancia.ledger.store.address import DatabaseAddress
    from constancia.ledger.store.postgres.driver import postgres
    from constancia.verify.report.rendering import report_text

    address = None if target == TO_FILE else DatabaseAddress.read(target)
    postgres()
    from constancia.ledger.backup.relocation import move_to_database, move_to_file

    try:
        done = move_to_file(folder) if address is None else move_to_database(folder, address)
    except Unsound as error:
        raise fail(message("move.bad", report=Lines(report_text(error.report, language())))) from error
    say(message("move.done", before=done.before, now=done.now, size=done.size, root=done.root))
