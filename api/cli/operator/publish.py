"""`constancia publish`: write the log as static files for any web server, into a folder or a bucket (S3)."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from constancia.api.cli.terminal import fail, guarded, message, say

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from constancia.ledger.disk.opened_file import OpenedFile
    from constancia.ledger.ledger import Ledger
    from constancia.ledger.publication.target import Target

_SCHEME = "s3://"


@guarded
def command(
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="DIR|s3://BUCKET/PREFIX",
            help="Carpeta pública o sitio en un almacén S3; por omisión, log del libro. / Public folder or S3 place.",
        ),
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
        bool | None,
        typer.Option(
            "--check/--no-check",
            help="Comparar al empezar lo ya publicado, byte por byte, y reponer lo dañado; por omisión, sólo en una "
            "carpeta. / Compare what is published, byte by byte, at the start, and mend what is damaged; by default in "
            "a folder only.",
        ),
    ] = None,
) -> None:
    """Publica el libro como archivos estáticos. / Publish the log as static files.

    Sólo escribe lo nuevo y puede interrumpirse en cualquier momento: el punto de control va al final. No necesita la
    llave del libro. Se puede repetir o llamar desde cron.
    / Writes only what is new and may be interrupted at any moment: the checkpoint comes last. It does not need the
    log key. It can be repeated or run from cron.

    Ejemplo / example: constancia publish /srv/www/libro --dir demo --watch

    Un almacén S3 (extra «s3») toma credenciales y dirección del entorno: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
    AWS_REGION, AWS_ENDPOINT_URL. Un punto de control más viejo nunca reemplaza a uno más nuevo.
    / An S3 store (extra "s3") takes credentials and address from the environment. An older checkpoint never replaces a
    newer one.

    Ejemplo / example: constancia publish s3://libros/inai --dir demo
    """
    from threading import Event

    from constancia.ledger.assembly import Options
    from constancia.ledger.clock import SystemClock
    from constancia.ledger.disk.opened_file import OpenedFile
    from constancia.ledger.ledger import Ledger
    from constancia.verify.sources.layout import STORE_NAME

    stop = Event()
    if watch:
        _stop_on_signal(stop)
    with contextlib.ExitStack() as resources:
        options = Options(follow=False)
        opened = OpenedFile(folder / STORE_NAME)
        ledger = resources.enter_context(Ledger.open(folder, clock=SystemClock(), signer=None, options=options))
        is_bucket = target is not None and target.startswith(_SCHEME)
        place = _bucket(target or "", resources) if is_bucket else Path(target or ledger.folder.log)
        _publish(
            ledger, place, tidy=not keep_partials, tell_always=True, check=not is_bucket if check is None else check
        )
        if watch:
            _follow(opened, stop, every, lambda: _publish_again(ledger, place, tidy=not keep_partials))


def _bucket(url: str, resources: contextlib.ExitStack) -> "Target":
    try:
        from constancia.ledger.publication.bucket import BucketTarget
    except ImportError as error:
        raise fail(message("publish.extra", name=error.name)) from error
    return resources.enter_context(BucketTarget(url))


def _publish(ledger: "Ledger", place: "Path | Target", *, tidy: bool, tell_always: bool, check: bool = False) -> None:
    done = ledger.publish(place, tidy=tidy, check=check)
    if done.files or tell_always:
        root = ledger.log.root(done.new_size).hex()
        shown = place if isinstance(place, Path) else place.place
        text = message("publish.done", path=shown, old=done.old_size, size=done.new_size, files=done.files, root=root)
        say(text)


def _follow(opened: "OpenedFile", stop: "Event", every: float, publish: "Callable[[], None]") -> None:
    """Publish again and again until a signal, or until another ledger has the place of the one that is read.

    While it is put there, parts of the former one are missing: what fails then has that reason.
    """
    from constancia.ledger.errors import LedgerError

    while not stop.wait(every):
        opened.check()
        try:
            publish()
        except LedgerError:
            opened.check()
            stop.wait(every)  # a folder that is being replaced has no name for a moment
            opened.check()
            raise


def _publish_again(ledger: "Ledger", place: "Path | Target", *, tidy: bool) -> None:
    """Publish new entries. Stop at a contradicting history.

    A full disk, a lost mount or network, and a database that is away or does not confirm are reported, and tried again.
    """
    from eventsourcing.persistence import PersistenceError

    from constancia.ledger.errors import StoreUnavailable, Unread
    from constancia.ledger.publication.target import Unpublished

    try:
        ledger.refresh()
        _publish(ledger, place, tidy=tidy, tell_always=False)
    except (OSError, Unpublished, PersistenceError, StoreUnavailable, Unread) as error:
        from constancia.api.cli.terminal import language
        from constancia.api.text.error_words import error_words

        say(message("publish.later", reason=error_words(str(error), language())), err=True)


def _stop_on_signal(stop: "Event") -> None:
    import signal

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
