"""`constancia witness`: run a party's witness; it needs only its key file and a small store."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from constancia.api.cli.terminal import bind, fail, guarded, message, say, unlock

if TYPE_CHECKING:
    from constancia.ledger.witnesses.witness import Witness


@guarded
def command(
    listen: Annotated[
        str | None,
        typer.Option(
            help="HOST:PUERTO donde escucha; puerto 0: uno libre; por omisión 127.0.0.1:8100. / HOST:PORT to listen on."
        ),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(help="tlog-policy; sus líneas «log» nombran libros. / tlog-policy; its log lines name logs."),
    ] = None,
    store: Annotated[
        Path, typer.Option(help="Archivo SQLite con la memoria del testigo. / The witness's store.")
    ] = Path("witness.sqlite"),
    key: Annotated[
        Path | None, typer.Option(help="Archivo de llaves (keygen --witness). / Key file (keygen --witness).")
    ] = None,
    passphrase_file: Annotated[
        Path | None, typer.Option(help="Archivo con la frase de paso. / File with the passphrase.")
    ] = None,
    prefix: Annotated[
        str, typer.Option(help="Ruta antes de /add-checkpoint, p. ej. /inai. / Path before /add-checkpoint.")
    ] = "",
    create: Annotated[
        bool,
        typer.Option("--create", help="Crear el archivo; sólo la primera vez. / Create the store; only once."),
    ] = False,
    show: Annotated[
        bool,
        typer.Option("--show", help="Mostrar lo recordado y lo rechazado, y salir. / Show memory and refusals, exit."),
    ] = False,
    folder: Annotated[
        Path | None,
        typer.Option("--dir", help="Carpeta de su parte, hecha con init: dice todo lo demás. / Your party's folder."),
    ] = None,
    stop_with_stdin: Annotated[bool, typer.Option("--stop-with-stdin", hidden=True)] = False,
) -> None:
    """Testigo: cofirma puntos de control consistentes. / Witness: cosigns consistent checkpoints.

    Si un libro no extiende lo que el testigo ya vio, no lo cofirma y guarda la prueba (--show). / If a log does not
    extend what the witness saw before, it refuses to cosign and stores the evidence (--show).

    Ejemplo / example:

    constancia keygen testigo.pem --witness inai.example/testigo

    constancia witness --listen 0.0.0.0:8100 --policy policy --store testigo.sqlite --key testigo.pem --create

    De una parte que abrió un libro con init / of a party that opened a ledger with init: constancia witness --dir nosc
    """
    import contextlib

    if folder is not None:
        policy, key, store, passphrase_file, place, prefix = _of_party(folder)
        listen = listen or place
    if policy is None or key is None:
        raise fail(message("witness.needs"))
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*/?", prefix):
        raise fail(message("witness.prefix", found=prefix))
    witness = _open(policy, key, store, passphrase_file, create=create)
    with contextlib.closing(witness.store):
        if show:
            _show(witness)
        else:
            _serve(witness, listen or "127.0.0.1:8100", prefix.rstrip("/"), stop_with_stdin=stop_with_stdin)


def _of_party(folder: Path) -> tuple[Path, Path, Path, Path, str, str]:
    """Give policy, keys, store, passphrase file, HOST:PORT and prefix of the witness of a party's folder."""
    from urllib.parse import urlsplit

    from constancia.api.cli.opening.party import TRUST, WITNESS, WITNESS_SECRET, WITNESS_STORE, read_own_file

    policy = folder / TRUST / "policy"
    witness = read_own_file(folder)[1].witness if policy.is_file() else None
    if witness is None:
        raise fail(message("witness.dir", folder=folder))
    url = urlsplit(witness.url)
    port = url.port or (443 if url.scheme == "https" else 80)
    # A public name may lead to a proxy in front of this machine: all its addresses are listened on.
    host = "127.0.0.1" if url.hostname in ("127.0.0.1", "localhost") else "0.0.0.0"  # noqa: S104
    store, secret = folder / WITNESS_STORE, folder / WITNESS_SECRET
    return policy, folder / WITNESS, store, secret, f"{host}:{port}", url.path


def _open(policy: Path, key: Path, store: Path, passphrase_file: Path | None, *, create: bool) -> "Witness":
    from constancia.ledger.clock import SystemClock
    from constancia.ledger.keys.note_keys import Cosigner
    from constancia.ledger.witnesses.witness import Witness
    from constancia.ledger.witnesses.witness_memory import WitnessStore
    from constancia.verify.trust.trust_folder import read_policy

    read = read_policy(policy)
    logs = {origin: read.keys_of(origin) for origin in read.logs}
    cosigner = unlock(passphrase_file, "passphrase", lambda secret: Cosigner.load(key, secret))
    opened = WitnessStore.create(store, cosigner.keys) if create else WitnessStore.open(store, cosigner.keys)
    return Witness(opened, cosigner, logs, SystemClock())


def _show(witness: "Witness") -> None:
    from datetime import UTC, datetime

    from constancia.api.witness_app import describe
    from constancia.verify.report.printable import printable

    say(describe(witness), nl=False)
    for number, pair in enumerate(witness.store.evidence()):
        when = datetime.fromtimestamp(pair.at, UTC).isoformat()
        say(f"\n--- {number} {when} {printable(pair.origin)} {printable(pair.reason)}\n")
        say(pair.known.decode("utf-8", "replace") + "\n---\n" + pair.request.decode("utf-8", "replace"), nl=False)


def _serve(witness: "Witness", listen: str, prefix: str, *, stop_with_stdin: bool) -> None:
    try:
        from constancia.api.http.server.serving import run_until_stopped, server_of
        from constancia.api.http.settings import Settings
        from constancia.api.witness_app import create_witness_app
    except ImportError as error:
        raise fail(message("witness.extra", name=error.name)) from error

    from constancia.ledger.witnesses.witness import READY

    settings = Settings()
    bound = bind(listen, "--listen")
    with bound:
        server = server_of(
            create_witness_app(witness, prefix, settings), limit_concurrency=256, timeout_graceful_shutdown=5
        )
        host, port = bound.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        say(f"{READY}http://{shown}:{port}{prefix}")
        if stop_with_stdin:
            _stop_with_stdin(server)
        run_until_stopped(server, [bound])


def _stop_with_stdin(server: object) -> None:
    """Stop the server at the end of standard input, which means that the parent process has ended."""
    import sys
    import threading

    def wait() -> None:
        sys.stdin.read()
        server.should_exit = True  # type: ignore[attr-defined]  # uvicorn is imported by its user alone

    threading.Thread(target=wait, daemon=True).start()
