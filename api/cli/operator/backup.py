"""`constancia backup`: a whole copy of a ledger's folder, verified, while the server is at work."""

from pathlib import Path
from typing import Annotated

import typer

from constancia.api.cli.terminal import Lines, fail, guarded, language, message, say


@guarded
def command(
    target: Annotated[
        Path, typer.Argument(metavar="DIR|FILE.tar", help="Carpeta o archivo .tar nuevo. / New folder or .tar file.")
    ],
    folder: Annotated[Path, typer.Option("--dir", help="Carpeta del libro. / The ledger's folder.")] = Path("demo"),
) -> None:
    """Respalda el libro completo, y verifica la copia. / Back up the whole ledger, and verify the copy.

    El servidor puede seguir trabajando. La copia lleva la llave del libro, cifrada como está.
    / The server may be at work. The copy holds the log's key, encrypted as it is.

    Ejemplo / example: constancia backup --dir libro /srv/respaldos/libro-2026-11-28.tar
    """
    import os

    from constancia.ledger.backup.backup import Unsound, backup
    from constancia.verify.report.rendering import report_text

    if os.path.lexists(target):
        raise fail(message("backup.exists", path=target))
    try:
        done = backup(folder, target)
    except Unsound as error:
        raise fail(message("restore.bad", report=Lines(report_text(error.report, language())))) from error
    say(message("backup.done", path=target, size=done.size, root=done.root))
    if done.unreadable:
        say(message("backup.unreadable", names=", ".join(done.unreadable)), err=True)
