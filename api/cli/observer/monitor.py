"""`constancia monitor`: watch logs from outside, without trusting their hosts."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from constancia.api.cli.observer.round_options import Every, Levels, Once, Peers, Recheck, WholeEvery
from constancia.api.cli.terminal import IO_FAILED, fail, guarded, language, listening, message, say
from constancia.verify.report.output import INTERRUPTED, UNREADABLE

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from constancia.ledger.monitor.settings import WatchSettings
    from constancia.ledger.monitor.watch import RoundOutcome
    from constancia.verify.trust.trust_folder import TrustFolder

ALTERED = 1


@guarded
def command(
    urls: Annotated[list[str], typer.Argument(metavar="URL", help="Dirección de un libro. / Address of a log.")],
    trust: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="Carpeta de confianza; puede repetirse. / Trust folder; may be repeated."),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--dir", metavar="D", help="Carpeta del monitor. / The monitor's folder."),
    ] = None,
    once: Once = False,
    every: Every = 300,
    peer: Peers = None,
    receipt: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", help="Constancia de un registro que el libro debe contener. / Receipt to enforce."
        ),
    ] = None,
    max_age: Annotated[
        float | None,
        typer.Option(min=0, metavar="HOURS", help="Edad máxima del punto de control. / Maximum age of the checkpoint."),
    ] = None,
    whole_every: WholeEvery = 24,
    levels: Levels = "L5",
    heads: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Copia de los puntos de control vistos. / Copy of the checkpoints seen."),
    ] = None,
    listen: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT", help="Servir puntos de control, avisos y métricas. / Serve heads, feeds, metrics."
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Nombre de este monitor en sus avisos. / This monitor's name in its feeds.")
    ] = None,
    recheck: Recheck = 5,
    on_finding: Annotated[
        str | None,
        typer.Option(
            metavar="COMMAND", help="Programa que recibe cada hallazgo en JSON por stdin. / Gets findings as JSON."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Cada ronda en JSON. / Each round as JSON.")] = False,
) -> None:
    """Vigila libros: detecta si se reescriben, bifurcan, ocultan o retroceden. / Watch logs for tampering.

    Códigos de salida con --once / exit codes: 0 ÍNTEGRO intact, 1 ALTERADO altered or evidence, 2 NO CONCLUYENTE
    inconclusive, 3 sin acceso unreachable or unreadable.

    Ejemplo / example: constancia monitor https://bitacora.example --trust confianza --peer https://ong.example:8300
    """
    import socket

    from platformdirs import user_data_path

    from constancia.api.monitor.peers import read_receipt
    from constancia.api.monitor.service import Service
    from constancia.api.text.error_words import error_words
    from constancia.ledger.clock import SystemClock
    from constancia.ledger.disk.lock import WriterLock
    from constancia.verify.core.errors import Malformed, Unreadable
    from constancia.verify.report.printable import printable

    root = folder or user_data_path("constancia") / "monitor"
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    if levels not in ("L2", "L5"):
        raise fail(message("monitor.levels", found=levels))
    if any(not url.startswith(("http://", "https://")) or printable(url) != url for url in urls):
        raise fail(message("monitor.url"))
    with contextlib.ExitStack() as stack:
        stack.enter_context(WriterLock(root))
        stop = stack.enter_context(stop_event())
        try:
            service = Service(
                root=root,
                urls=[url.rstrip("/") for url in urls],
                settings=watch_settings(
                    trust or [],
                    stop,
                    max_age=max_age,
                    whole_every=whole_every,
                    recheck=recheck,
                    every_level=levels == "L5",
                ),
                clock=SystemClock(),
                name=name or socket.gethostname(),
                peers=peer or [],
                receipts=[read_receipt(file) for file in receipt or []],
                heads=heads,
                stop=stop,
                report=_printer(root, as_json=as_json, on_finding=on_finding),
                says=lambda text: say(message("monitor.unreadable", reason=error_words(text, language())), err=True),
            )
            if listen is not None:
                _serve(root, listen, stack)
            code = _run(service.once if once else lambda: service.run(every), INTERRUPTED if once else 0)
        except (Unreadable, Malformed) as error:
            raise fail(message("monitor.unreadable", reason=error_words(str(error), language())), UNREADABLE) from error
        for stranger in service.strangers:
            say(message("monitor.stranger", name=stranger), err=True)
        if not service.has_feeds:
            say(message("monitor.extra"), err=True)
    # Evidence against a log outweighs that its feed could not be written; otherwise it must not be overlooked.
    raise typer.Exit(code if service.is_written or code in (ALTERED, INTERRUPTED) else IO_FAILED)


def _run(rounds: "Callable[[], int | None]", stopped: int) -> int:
    """Run rounds until a signal stops the monitor; an interrupted round gives no verdict and loses no state.

    Args:
        rounds: Runs them.
        stopped: The exit code for an interrupted one: 0 is a verdict where there is but one round.
    """
    try:
        return rounds() or 0
    except KeyboardInterrupt:
        say(message("monitor.stopped"), err=True)
        return stopped


def watch_settings(
    trust: list[Path],
    stop: "threading.Event",
    *,
    max_age: float | None,
    whole_every: float,
    recheck: float,
    every_level: bool,
) -> "WatchSettings":
    """Give the settings of a watch from the command line's options."""
    from datetime import timedelta

    from constancia.api.client.trust_anchor import read_anchor
    from constancia.ledger.audit.level3_law import Replay
    from constancia.ledger.monitor.settings import WatchSettings
    from constancia.ledger.timestamps.level5 import check_time

    given = [read_anchor(folder).trust for folder in trust]

    def trust_of(origin: str) -> "TrustFolder | None":
        return next((pinned for pinned in given if origin in pinned.policy.logs), None) or _pinned(origin)

    def wait(seconds: float) -> None:
        stop.wait(seconds)

    return WatchSettings(
        trust_of=trust_of,
        further=lambda at: [Replay(at)] if every_level else [],
        levels={"time": check_time} if every_level else {},
        whole_every=timedelta(hours=whole_every),
        max_age=None if max_age is None else timedelta(hours=max_age),
        recheck_s=recheck,
        is_stopped=stop.is_set,
        wait=wait,
    )


def _pinned(origin: str) -> "TrustFolder | None":
    """Return the trust folder that this user pinned for an origin."""
    from constancia.api.client.pinned_trust import find

    pinned = find(origin)
    return None if pinned is None else pinned.load()


@contextlib.contextmanager
def stop_event() -> "Iterator[threading.Event]":
    """Return an event that the first SIGINT or SIGTERM sets; a second signal interrupts the current wait."""
    import signal
    import threading
    from types import FrameType

    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    former = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _printer(root: Path, *, as_json: bool, on_finding: str | None) -> "Callable[[RoundOutcome], None]":
    from constancia.api.monitor.words import advise, tell, tell_event, verdict_word
    from constancia.ledger.monitor.watch_folder import EVIDENCE, folder_name
    from constancia.verify.report.rendering import json_text

    def show_json(outcome: "RoundOutcome") -> None:
        state = outcome.state
        document = {
            "at": state.last_round,
            "entries": state.entries,
            "events": [event.to_json() for event in outcome.events],
            "exit_code": outcome.code,
            "open": [
                {"code": item.code, "es": tell(item, "es"), "en": tell(item, "en"), "evidence": item.evidence}
                for item in outcome.open
            ],
            "origin": state.origin,
            "requests": state.requests,
            "seconds": state.seconds,
            "size": state.size,
            "url": state.url,
        }
        say(json_text(document, indent=None))

    def show(outcome: "RoundOutcome") -> None:
        lang, state = language(), outcome.state
        say(
            message(
                "monitor.round",
                at=state.last_round or "—",
                verdict=verdict_word(outcome.code, lang),
                log=state.origin or state.url,
                size=state.size,
                requests=state.requests,
                seconds=f"{state.seconds:.1f}",
            )
        )
        for event in outcome.events:
            say(f"  {'+' if event.is_found else '-'} {tell_event(event, lang)}")
            if event.is_found:
                say(f"    {advise(event.finding.code, lang)}")
            if event.is_found and event.finding.evidence is not None:
                say(f"    {root / folder_name(state.url) / EVIDENCE / event.finding.evidence}")
        for finding in outcome.open:
            if not any(event.finding.identity == finding.identity for event in outcome.events):
                say(f"  = {tell(finding, lang)}")

    def report(outcome: "RoundOutcome") -> None:
        (show_json if as_json else show)(outcome)
        if on_finding is not None:
            _call(on_finding, root, outcome)

    return report


def _call(command: str, root: Path, outcome: "RoundOutcome") -> None:
    """Run the operator's command for what a round found."""
    from constancia.api.monitor.hook import ROUND_S, run_for_findings

    left = run_for_findings(command, root, outcome, lambda text: say(message("monitor.hook", reason=text), err=True))
    if left:
        say(message("monitor.hook_left", count=left, seconds=f"{ROUND_S:g}"), err=True)


def _serve(root: Path, listen: str, stack: contextlib.ExitStack) -> None:
    """Serve the monitor's pages in a thread for as long as the command runs."""
    import threading

    try:
        from constancia.api.http.server.serving import server_of
        from constancia.api.monitor.app import create_monitor_app
    except ImportError as error:
        raise fail(message("monitor.extra")) from error
    host, _, port = listen.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()):
        raise fail(message("monitor.listen", found=listen))
    host = host.strip("[]")
    bound = stack.enter_context(listening(host, int(port[:6])))
    server = server_of(create_monitor_app(root), lifespan="off")
    thread = threading.Thread(target=server.run, args=([bound],), daemon=True)
    thread.start()

    def end() -> None:
        server.should_exit = True
        thread.join(5)

    stack.callback(end)
    shown = f"[{host}]" if ":" in host else host
    say(message("monitor.at", url=f"http://{shown}:{bound.getsockname()[1]}/"), err=True)
