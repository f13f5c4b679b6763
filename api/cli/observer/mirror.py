"""`constancia mirror`: take over a log, check it, store it, cosign it with a key of one's own, serve it."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from constancia.api.cli.observer.round_options import Every, Levels, Once, Peers, Recheck, WholeEvery
from constancia.api.cli.terminal import bind, fail, guarded, language, message, say, unlock
from constancia.verify.report.output import INTERRUPTED, UNREADABLE

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from constancia.ledger.keys.note_keys import Cosigner
    from constancia.ledger.mirror.mirror import Mirror, MirrorOutcome
    from constancia.ledger.monitor.settings import Peer

INCONCLUSIVE = 2


@guarded
def command(
    url: Annotated[str, typer.Argument(metavar="URL", help="Dirección del libro. / The log's address.")],
    trust: Annotated[
        Path,
        typer.Option(metavar="DIR|PAGE", help="Ancla de confianza: carpeta o página. / Trust anchor: folder or page."),
    ],
    folder: Annotated[Path, typer.Option("--dir", metavar="D", help="Carpeta del espejo. / The mirror's folder.")],
    key: Annotated[Path, typer.Option(help="Llaves del espejo (keygen --witness). / Key file (keygen --witness).")],
    passphrase_file: Annotated[
        Path | None, typer.Option(help="Archivo con la frase de paso. / File with the passphrase.")
    ] = None,
    create: Annotated[
        bool, typer.Option("--create", help="Crear la carpeta; sólo la primera vez. / Create the folder; only once.")
    ] = False,
    once: Once = False,
    every: Every = 300,
    peer: Peers = None,
    whole_every: WholeEvery = 168,
    levels: Levels = "L5",
    recheck: Recheck = 5,
    serve: Annotated[str | None, typer.Option(metavar="HOST:PORT", help="Servir la copia. / Serve the copy.")] = None,
) -> None:
    """Espejo: toma un libro, lo verifica, lo guarda, lo cofirma y lo sirve. / Mirror: verifies, copies, cosigns a log.

    Para una universidad o un archivo: quien lea el espejo puede verificar el libro aunque su servidor ya no exista. Si
    el libro retrocede, se bifurca o muestra dos historias, el espejo no avanza y guarda la prueba. La carpeta
    D/public puede servirla cualquier servidor web.
    / For a university or archive: readers of the mirror can verify the log even if its server is gone. If the log
    rolls back, forks or shows two histories, the mirror does not advance and stores the proof. Any web server may
    serve D/public.

    Códigos de salida con --once / exit codes: 0 ÍNTEGRO y copiado / intact and copied, 1 ALTERADO / altered,
    2 NO CONCLUYENTE / inconclusive, 3 sin acceso / unreachable or unreadable.

    Ejemplo / example: constancia mirror https://libro.example --trust confianza --dir archivo --key espejo.pem --create
    """
    from constancia.api.cli.observer.monitor import stop_event
    from constancia.api.text.error_words import error_words
    from constancia.verify.core.errors import Malformed, Unreadable
    from constancia.verify.report.printable import printable

    if not url.startswith(("http://", "https://")) or printable(url) != url:
        raise fail(message("mirror.url", found=printable(url)))
    if levels not in ("L2", "L5"):
        raise fail(message("mirror.levels", found=levels))
    with contextlib.ExitStack() as stack:
        stop = stack.enter_context(stop_event())
        try:
            opened = _open(url.rstrip("/"), trust, folder, key, passphrase_file, stop, stack, create=create,
                           whole_every=whole_every, levels=levels, recheck=recheck)  # fmt: skip
            if serve is not None:
                _serve(*opened, serve, stack)
            code = _run(opened[0], peer or [], stop, once=once, every=every)
        except (Unreadable, Malformed) as error:
            raise fail(message("monitor.unreadable", reason=error_words(str(error), language())), UNREADABLE) from error
        except KeyboardInterrupt:
            say(message("mirror.stopped"), err=True)
            code = INTERRUPTED if once else 0  # of one round 0 is a verdict
    raise typer.Exit(code)


def _open(
    url: str,
    trust: Path,
    folder: Path,
    key: Path,
    passphrase_file: Path | None,
    stop: "threading.Event",
    stack: contextlib.ExitStack,
    *,
    create: bool,
    whole_every: float,
    levels: str,
    recheck: float,
) -> "tuple[Mirror, Cosigner]":
    from constancia.api.cli.observer.monitor import watch_settings
    from constancia.ledger.clock import SystemClock
    from constancia.ledger.disk.lock import WriterLock
    from constancia.ledger.keys.note_keys import Cosigner
    from constancia.ledger.mirror.mirror import Mirror

    settings = watch_settings(
        [trust], stop, max_age=None, whole_every=whole_every, recheck=recheck, every_level=levels == "L5"
    )
    cosigner = unlock(passphrase_file, "passphrase", lambda secret: Cosigner.load(key, secret))
    if create:
        folder.mkdir(parents=True, exist_ok=True)
    if folder.is_dir():
        stack.enter_context(WriterLock(folder))
    return Mirror.open(folder, url, cosigner, settings, SystemClock(), create=create), cosigner


def _run(mirror: "Mirror", peers: list[str], stop: "threading.Event", *, once: bool, every: float) -> int:
    from constancia.api.monitor.peers import read_peer

    def ask() -> "list[Peer]":
        return [read_peer(peer, stop.is_set) for peer in peers]

    if once:
        return _tell(mirror, mirror.round(ask()))
    _follow(mirror, ask, stop, every)
    return 0


def _follow(mirror: "Mirror", ask: "Callable[[], list[Peer]]", stop: "threading.Event", every: float) -> None:
    """Run rounds until a signal; a log that can't be had is asked more and more rarely."""
    from constancia.api.monitor.service import delay

    while not stop.is_set():
        outcome = mirror.round(ask())
        _tell(mirror, outcome)
        stop.wait(delay(every, outcome.watch.state.failures))


def _tell(mirror: "Mirror", outcome: "MirrorOutcome") -> int:
    """Say what a round found and copied; give the exit code."""
    from constancia.api.monitor.words import advise, tell, tell_event, verdict_word

    watch, lang = outcome.watch, language()
    state = watch.state
    say(
        message(
            "mirror.round",
            at=state.last_round,
            verdict=verdict_word(watch.code, lang),
            log=state.origin or state.url,
            size=outcome.size,
            files=0 if outcome.copied is None else outcome.copied.files,
        )
    )
    for event in watch.events:
        say(f"  {'+' if event.is_found else '-'} {tell_event(event, lang)}")
        if event.is_found:
            say(f"    {advise(event.finding.code, lang)}")
        if event.is_found and event.finding.evidence is not None:
            say(f"    {mirror.folder.evidence / event.finding.evidence}")
    for finding in watch.open:
        if not any(event.finding.identity == finding.identity for event in watch.events):
            say(f"  = {tell(finding, lang)}")
    if outcome.copied is not None and outcome.copied.missing:
        say(message("mirror.missing", count=outcome.copied.missing))
    if outcome.problem:
        from constancia.api.text.error_words import error_words

        say(message("mirror.waits", reason=error_words(outcome.problem, lang)), err=True)
        return watch.code or INCONCLUSIVE
    if outcome.size:
        say(message("mirror.place", folder=mirror.place(state.origin)))
    return watch.code


def _serve(mirror: "Mirror", cosigner: "Cosigner", where: str, stack: contextlib.ExitStack) -> None:
    """Serve the copy in a thread for as long as the command runs."""
    import threading

    try:
        from constancia.api.http.server.serving import server_of
        from constancia.api.mirror_app import create_mirror_app
    except ImportError as error:
        raise fail(message("serve.extra", name=error.name)) from error
    bound = stack.enter_context(bind(where, "--serve"))
    server = server_of(create_mirror_app(mirror.public, cosigner.name, cosigner.keys), lifespan="off")
    thread = threading.Thread(target=server.run, args=([bound],), daemon=True)
    thread.start()

    def end() -> None:
        server.should_exit = True
        thread.join(5)

    stack.callback(end)
    host, port = bound.getsockname()[:2]
    say(message("mirror.at", url=f"http://{f'[{host}]' if ':' in host else host}:{port}/"), err=True)
