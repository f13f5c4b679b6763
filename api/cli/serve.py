"""`constancia serve`: HTTP API, pages, and the log's files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from constancia.api.cli.terminal import fail, guarded, message, open_for_reading, open_for_writing

if TYPE_CHECKING:
    import socket


@guarded
def command(
    folder: Annotated[Path, typer.Option("--dir", help="Carpeta del libro. / The ledger's folder.")] = Path("demo"),
    demo: Annotated[
        bool, typer.Option("--demo", help="Crear antes la demostración si no está. / Make the demonstration first.")
    ] = False,
    host: Annotated[str, typer.Option(help="Dirección donde escucha. / Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Puerto. / Port.")] = 8000,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Servir sin la llave del libro. / Serve without the log's key.")
    ] = False,
    log_passphrase_file: Annotated[
        Path | None,
        typer.Option(help="Archivo con la frase de la llave del libro. / File with the log key's passphrase."),
    ] = None,
) -> None:
    """Sirve el libro: páginas, API y archivos de la bitácora. / Serve the ledger: pages, API and the log's files.

    Ejemplo / example: constancia serve --demo
    """
    import sys

    try:
        import uvicorn

        from constancia.api.app import create_app
        from constancia.api.settings import Settings
    except ImportError as error:
        raise fail(message("serve.extra", name=error.name)) from error

    # A verifier thread back from OpenSSL would otherwise wait up to 5 ms for the interpreter's lock.
    sys.setswitchinterval(2e-4)
    if demo and not (folder / "ledger.sqlite").exists():
        from constancia.api.demo.run import run_demo

        run_demo(folder)
    ledger = open_for_reading(folder) if read_only else open_for_writing(folder, log_passphrase_file)
    with ledger, _listening(host, port) as listener:
        url = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}/es/"
        typer.echo(message("serve.at", url=url, size=ledger.size), err=True)
        config = uvicorn.Config(
            create_app(ledger, Settings()),
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=10,
        )
        uvicorn.Server(config).run(sockets=[listener])


def _listening(host: str, port: int) -> "socket.socket":
    """Listen before anything is said, so that the address told is the one that answers."""
    import socket

    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise fail(message("serve.busy", host=host, port=port, reason=error.strerror or error)) from error
