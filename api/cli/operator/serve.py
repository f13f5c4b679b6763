"""`constancia serve`: HTTP API, pages, and the log's files."""

import contextlib
import gc
import socket
import sqlite3
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from constancia.api.cli.log_key import LogKeyOptions, ServedKeys, ServedPinFile, open_for_writing
from constancia.api.cli.terminal import (
    fail,
    guarded,
    language,
    listening,
    message,
    open_for_reading,
    place_of,
    say,
    unusable_address,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from starlette.datastructures import State
    from starlette.types import ASGIApp
    from uvicorn import Server

    from constancia.api.first_page import FirstPage
    from constancia.api.http.server.reader_pool import Reader
    from constancia.api.http.settings import Settings
    from constancia.ledger.ledger import Ledger
    from constancia.ledger.store.address import DatabaseAddress

_LOAD_AFTER_S = 1.0  # where nobody has asked for anything yet
_PREPARE_AFTER_S = 3.0  # the first pages come first


@guarded
def command(
    folder: Annotated[
        Path, typer.Option("--dir", envvar="CONSTANCIA_DIR", help="Carpeta del libro. / The ledger's folder.")
    ] = Path("demo"),
    demo: Annotated[
        bool,
        typer.Option(
            "--demo",
            envvar="CONSTANCIA_DEMO",
            help="Con la demostración y sus testigos. / With the demonstration and its witnesses.",
        ),
    ] = False,
    host: Annotated[
        str, typer.Option(envvar="CONSTANCIA_HOST", help="Dirección donde escucha. / Address to listen on.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, envvar="CONSTANCIA_PORT", help="Puerto. / Port.")] = 8000,
    read_only: Annotated[
        bool,
        typer.Option(
            "--read-only",
            envvar="CONSTANCIA_READ_ONLY",
            help="Servir sin la llave del libro. / Serve without the log's key.",
        ),
    ] = False,
    log_passphrase_file: Annotated[
        Path | None,
        typer.Option(
            envvar="CONSTANCIA_LOG_PASSPHRASE_FILE",
            help="Archivo con la frase de la llave del libro. / File with the log key's passphrase.",
        ),
    ] = None,
    log_key: ServedKeys = None,
    log_pin_file: ServedPinFile = None,
    root_path: Annotated[
        str | None,
        typer.Option(metavar="/PREFIX", help="Ruta bajo la que un proxy lo publica. / Path prefix behind a proxy."),
    ] = None,
    forwarded_allow_ips: Annotated[
        str | None,
        typer.Option(metavar="IP,…", help="Proxies a cuyos X-Forwarded-… se da fe. / Proxies that are believed."),
    ] = None,
    published: Annotated[
        list[str] | None,
        typer.Option(
            envvar="CONSTANCIA_PUBLISHED",
            help="Dónde se publica: carpeta o URL (repetible). / Where it is published: folder or URL.",
        ),
    ] = None,
    published_trust: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=URL",
            help="Quién publica el ancla de confianza, y dónde (repetible). / Who publishes the anchor, where.",
        ),
    ] = None,
    metrics: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT",
            envvar="CONSTANCIA_METRICS",
            help="Dar métricas (Prometheus) en esa dirección, que no es pública. / Serve metrics (Prometheus) at that "
            "address, which is not public.",
        ),
    ] = None,
    readers: Annotated[
        int,
        typer.Option(
            min=0,
            max=64,
            envvar="CONSTANCIA_READERS",
            help="Procesos aparte que responden las lecturas. / Processes of their own that answer what only reads.",
        ),
    ] = 0,
    accept_rollback: Annotated[
        str | None,
        typer.Option(
            metavar="REASON",
            help="Seguir desde una copia más corta; se publica. / Go on from a shorter copy; it is published.",
        ),
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            metavar="postgresql://…",
            envvar="CONSTANCIA_DATABASE",
            help="Base PostgreSQL que tiene el libro. / PostgreSQL database that has the ledger.",
        ),
    ] = None,
    accept_clock: Annotated[
        str | None,
        typer.Option(
            metavar="REASON",
            help="Seguir aunque el último registro tenga hora futura; se publica. / Go on although the last entry's "
            "time is in the future; it is published.",
        ),
    ] = None,
) -> None:
    """Sirve el libro: páginas, API y archivos públicos. / Serve the ledger: pages, API and the log's files.

    Ejemplo / example: constancia serve --demo
    """
    from constancia.api.http.server.startup import StartServer

    with contextlib.ExitStack() as resources:
        # The address answers before the framework is loaded and the ledger read: it says how far that is.
        listener = resources.enter_context(listening(host, port))
        starting = resources.enter_context(StartServer(listener))
        gc.disable()  # what is loaded from here on has few cycles, and looking for them takes a tenth of the start
        from constancia.ledger.append.sequencer import leave_memory_alone, tune_interpreter

        tune_interpreter()
        try:
            from constancia.api.first_page import FirstPage, begin
            from constancia.api.http.server.serving import run_until_stopped, server_of
            from constancia.api.http.settings import Settings
        except ImportError as error:
            raise fail(message("serve.extra", name=error.name)) from error

        from constancia.api.cli.operator.follower import Follower
        from constancia.ledger.folder import LedgerFolder
        from constancia.ledger.store.address import DatabaseAddress

        given: dict[str, Any] = {"root_path": root_path, "forwarded_allow_ips": forwarded_allow_ips}
        given["published_trust"] = dict(text.partition("=")[::2] for text in published_trust or []) or None
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
        if demo and not LedgerFolder(folder).has_store:
            from constancia.api.demo.run import run_demo

            run_demo(folder)
        urls = _start_witnesses(folder, resources) if demo and not read_only else {}
        how: dict[str, Any] = {
            "witness_urls": urls,
            "published": _places(published or []),
            "accept_rollback": accept_rollback,
        }
        how |= {"accept_clock": accept_clock, "on_progress": starting.progress}
        place = None if database is None else DatabaseAddress.read(database)
        own = LogKeyOptions(passphrase_file=log_passphrase_file, pin_file=log_pin_file, keys=log_key or ())
        ledger = resources.enter_context(_open(folder, own, how, place, read_only=read_only))
        url = _url(host, listener.getsockname()[1], settings.root_path)
        readers_ = resources.enter_context(_readers(readers, ledger, settings, place))
        state = begin(ledger, settings)
        first = FirstPage(state, partial(_application, ledger, settings, readers_, state))
        app = first if metrics is None else resources.enter_context(_metered(first, ledger, metrics))
        _finish_publication(ledger)
        leave_memory_alone()
        starting.stop()
        say(message("serve.at", url=url, size=ledger.size), err=True)
        if settings.public_url is not None:
            say(message("serve.public", url=f"{settings.public_url}/es/"), err=True)
        _tell_state(ledger)
        server = server_of(app, settings)
        if read_only:
            resources.enter_context(Follower(ledger).running(lambda: setattr(server, "should_exit", True)))
        resources.enter_context(_prepared(first, ledger, server))
        run_until_stopped(server, [listener])
        try:
            first.check()
        except ImportError as error:
            raise fail(message("serve.extra", name=error.name)) from error


@contextlib.contextmanager
def _readers(
    count: int, ledger: "Ledger", settings: "Settings", database: "DatabaseAddress | None"
) -> "Iterator[Sequence[Reader]]":
    """Run the reader processes within the block.

    Raises:
        Exit: This system has no Unix sockets.
    """
    if not count:
        yield ()
        return
    if not hasattr(socket, "AF_UNIX"):
        raise fail(message("serve.no_readers"))
    from constancia.api.cli.operator.reader_processes import running_readers

    with running_readers(count, ledger, settings, database) as running:
        yield running


def _application(ledger: "Ledger", settings: "Settings", readers: "Sequence[Reader]", state: "State") -> "ASGIApp":
    """Load the framework and all routes, while the start page is shown already."""
    from constancia.api.http.server.framework import load_framework
    from constancia.ledger.append.sequencer import leave_memory_alone

    gc.disable()
    try:
        load_framework()
        from constancia.api.app import create_app

        return create_app(ledger, settings, readers, state)
    finally:
        leave_memory_alone()


@contextlib.contextmanager
def _metered(app: "ASGIApp", ledger: "Ledger", where: str) -> "Iterator[ASGIApp]":
    """Give the application with its requests counted, and serve the metrics, within the block."""
    from constancia.api.http.server.metrics import Meters, RequestMeter

    host, port = place_of(where, "--metrics")
    meters = Meters(ledger)
    with contextlib.ExitStack() as resources:
        try:
            port = resources.enter_context(meters.served(host, port))
        except (OSError, OverflowError, UnicodeError) as error:
            raise unusable_address(host, port, error) from error
        say(message("serve.metrics", url=f"http://{f'[{host}]' if ':' in host else host}:{port}/metrics"), err=True)
        yield RequestMeter(app, meters)


@contextlib.contextmanager
def _prepared(first: "FirstPage", ledger: "Ledger", server: "Server") -> "Iterator[None]":
    """Make ready, soon after the start and within the block, what takes long when it is first asked for."""
    import threading

    from eventsourcing.persistence import PersistenceError

    from constancia.ledger.errors import LedgerError

    def prepare() -> None:
        with contextlib.suppress(LedgerError, PersistenceError, sqlite3.Error):  # who asks is given the reason
            first.state.state_documents.prepare(ledger.state())

    def load() -> None:
        if first.begin_loading().exception() is not None:
            server.should_exit = True

    timers = [threading.Timer(_LOAD_AFTER_S, load), threading.Timer(_PREPARE_AFTER_S, prepare)]
    for timer in timers:
        timer.daemon = True
        timer.start()
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()
            timer.join()


def _url(host: str, port: int, prefix: str) -> str:
    """Return the address to open on this machine: a wildcard is where to listen, and no place to go."""
    reached = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://{f'[{reached}]' if ':' in reached else reached}:{port}{prefix}/es/"


def _open(
    folder: Path, given: LogKeyOptions, how: dict[str, Any], database: "DatabaseAddress | None", *, read_only: bool
) -> "Ledger":
    from constancia.ledger.assembly import Options

    if read_only:
        return open_for_reading(folder, database=database)
    return open_for_writing(folder, given, Options(cosign=True, guard_clock=True, **how), database)


def _places(locations: list[str]) -> "list[tuple[str, Callable[[], bytes | None]]]":
    """Give what reads the checkpoint of each place where the log is published."""
    from functools import partial

    return [(location, partial(_published_checkpoint, location)) for location in locations]


def _published_checkpoint(location: str) -> bytes | None:
    from constancia.verify.core.errors import Unreadable
    from constancia.verify.sources.files import Folder
    from constancia.verify.sources.published_log import PublishedLog
    from constancia.verify.sources.web import Web

    try:
        is_web = location.startswith(("http://", "https://"))
        return PublishedLog(Web(location) if is_web else Folder(Path(location))).checkpoint()
    except Unreadable as error:
        raise OSError(str(error)) from error


def _finish_publication(ledger: "Ledger") -> None:
    """Finish a first publication into the ledger's own folder that was cut short: a log there without a checkpoint."""
    log = ledger.folder.log
    if ledger.is_writable and ledger.refusal is None and log.is_dir() and not (log / "checkpoint").exists():
        ledger.publish()


def _tell_state(ledger: "Ledger") -> None:
    """Say on the console why nothing is written, if so, and who could not be compared with."""
    if ledger.is_writable and ledger.size:
        ledger.wait_compared()
    refusal = ledger.refusal
    if refusal is not None:
        say(message("serve.refused", code=refusal.code, reason=refusal.words[language()]), err=True)
    if ledger.not_compared:
        say(message("serve.not_compared", names=", ".join(ledger.not_compared)), err=True)


def _start_witnesses(folder: Path, resources: "contextlib.ExitStack") -> dict[str, str]:
    """Start the demonstration's witnesses as processes; their ports differ each time."""
    from constancia.api.demo.witnesses import by_policy_name, has_witnesses, running_witnesses

    if not has_witnesses(folder):
        return {}
    urls = resources.enter_context(running_witnesses(folder))
    say(message("serve.witnesses", names=", ".join(urls)), err=True)
    return by_policy_name(urls)
