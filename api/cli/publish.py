"""`constancia publish`: write the log as static files for any web server."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from constancia.api.cli.terminal import guarded, message, say

if TYPE_CHECKING:
    from threading import Event

    from constancia.ledger.ledger import Ledger


@guarded
def command(
    target: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="Carpeta pública; por omisión, log del libro. / Public folder."),
    ] = None,
    folder: Annotated[Path, typer.Option("--dir", help="Carpeta del libro. / The ledger's folder.")] = Path("demo"),
    watch: Annotated[
        bool,
        typer.Option("--watch", help="Seguir publicando hasta Ctrl-C o SIGTERM. / Continue until Ctrl-C or SIGTERM."),
    ] = False,
    every: Annotated[
        float, typer.Option(min=0.1, metavar="SECONDS", help="Con --watch, cada cuánto. / With --watch, how often.")
    ] = 5.0,
    keep_partials: Annotated[
        bool,
        typer.Option(
            "--keep-partials", help="Conservar teselas parciales ya sustituidas. / Keep replaced partial tiles."
        ),
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            help="Comparar al empezar lo ya publicado, byte por byte, y reponer lo dañado. / Compare and mend."
        ),
    ] = True,
) -> None:
    """Publica el libro como archivos estáticos. / Publish the log as static files.

    Sólo escribe lo nuevo y puede interrumpirse en cualquier momento: el punto de control va al final. No necesita la
    llave del libro. Se puede repetir o llamar desde cron.
    / Writes only what is new and may be interrupted at any moment: the checkpoint comes last. It does not need the
    log key. It can be repeated or run from cron.

    Ejemplo / example: constancia publish /srv/www/libro --dir demo --watch
    """
    from threading import Event

    from constancia.ledger.assembly import Options
    from constancia.ledger.clock import SystemClock
    from constancia.ledger.ledger import Ledger

    stop = Event()
    if watch:
        _stop_on_signal(stop)
    with Ledger.open(folder, clock=SystemClock(), signer=None, options=Options(follow=False)) as ledger:
        place = target or ledger.folder.log
        _publish(ledger, place, tidy=not keep_partials, tell_always=True, check=check)
        while watch and not stop.wait(every):
            _publish_again(ledger, place, tidy=not keep_partials)


def _publish(ledger: "Ledger", place: Path, *, tidy: bool, tell_always: bool, check: bool = False) -> None:
    done = ledger.publish(place, tidy=tidy, check=check)
    if done.files or tell_always:
        root = ledger.log.root(done.new_size).hex()
        text = message("publish.done", path=place, old=done.old_size, size=done.new_size, files=done.files, root=root)
        say(text)


def _publish_again(ledger: "Ledger", place: Path, *, tidy: bool) -> None:
    """Publish new entries. Report and retry a full disk or a lost mount; stop at a contradicting history."""
    from constancia.ledger.publication.static_files import UnderWay

    try:
        ledger.refresh()
        _publish(ledger, place, tidy=tidy, tell_always=False)
    except (OSError, UnderWay) as error:
        say(message("publish.later", reason=str(error)), err=True)


def _stop_on_signal(stop: "Event") -> None:
    import signal

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
