"""`constancia restore`: a backup in a ledger's place, verified first; the folder that was there is renamed."""

from pathlib import Path
from typing import Annotated

import typer

from constancia.api.cli.terminal import Lines, fail, guarded, language, message, now, say


@guarded
def command(
    source: Annotated[Path, typer.Argument(metavar="DIR|FILE.tar", help="Respaldo. / Backup.")],
    folder: Annotated[Path, typer.Option("--dir", help="Carpeta del libro. / The ledger's folder.")],
    accept_rollback: Annotated[
        str | None,
        typer.Option(
            metavar="REASON",
            help="Seguir desde una copia más corta; se publica. / Go on from a shorter copy; it is published.",
        ),
    ] = None,
) -> None:
    """Restaura un respaldo. / Restore a backup.

    Se verifica antes de tocar nada; la carpeta anterior se conserva con otro nombre. Si la copia es más corta que lo ya
    firmado, no se restaura sin --accept-rollback. / It is verified before anything is touched; the former folder stays
    under another name. A copy shorter than what was signed is not restored without --accept-rollback.

    Ejemplo / example: constancia restore /srv/respaldos/libro-2026-11-28.tar --dir libro
    """
    from constancia.ledger.backup.backup import Older, Unsound, restore
    from constancia.verify.report.rendering import report_text

    try:
        done = restore(source, folder, now=now(), accept_rollback=accept_rollback)
    except Unsound as error:
        raise fail(message("restore.bad", report=Lines(report_text(error.report, language())))) from error
    except Older as error:
        seen = ", ".join(f"{claim.by}: {claim.size}" for claim in error.seen)
        raise fail(message("restore.older", size=error.size, seen=seen)) from error
    say(message("restore.done", folder=folder, size=done.size, root=done.root))
    if done.unreadable:
        say(message("backup.unreadable", names=", ".join(done.unreadable)), err=True)
    if done.before is not None:
        say(message("restore.before", path=done.before))
