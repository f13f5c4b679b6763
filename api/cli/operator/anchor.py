"""`constancia anchor`: time-stamps over the latest checkpoint, by pinned authorities (RFC 3161)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from constancia.api.cli.terminal import FAILED, Force, fail, guarded, language, message, open_for_reading, say, to_make

if TYPE_CHECKING:
    from constancia.ledger.ledger import Ledger
    from constancia.ledger.timestamps.authorities import Authority
    from constancia.ledger.timestamps.request import Stamper
    from constancia.ledger.timestamps.token import Stamp


@guarded
def command(
    folder: Annotated[Path, typer.Argument(help="Carpeta del libro. / The ledger's folder.")] = Path("demo"),
    tsa: Annotated[
        list[str] | None,
        typer.Option(help="NOMBRE=URL de una autoridad; repetible. / NAME=URL of an authority; may be repeated."),
    ] = None,
    trust: Annotated[
        Path | None,
        typer.Option(help="Carpeta con tsa/NOMBRE.pem; por omisión, la del libro. / Folder with tsa/NAME.pem."),
    ] = None,
    request: Annotated[
        Path | None, typer.Option(help="Sólo escribir la petición (.tsq). / Only write the request (.tsq).")
    ] = None,
    response: Annotated[
        Path | None, typer.Option(help="Importar una respuesta recibida por otra vía. / Import a response (.tsr).")
    ] = None,
    force: Force = False,
) -> None:
    """Ancla el último punto de control en el tiempo (RFC 3161). / Anchor the latest checkpoint in time.

    Omite lo que la autoridad ya selló: sirve para una tarea periódica. Sale con 2 si alguna autoridad falló.
    / Skips what the authority has already stamped, so it can run from cron. Exits with 2 if an authority failed.

    Ejemplo / example: constancia anchor libro --tsa psc=https://tsa.example/tsr
    """
    from constancia.ledger.timestamps.authorities import load_authorities
    from constancia.ledger.timestamps.request import Stamper

    if sum(option is not None for option in (tsa or None, request, response)) != 1:
        raise fail(message("anchor.one_of"))
    with open_for_reading(folder) as ledger:
        stamper = Stamper(ledger.log, ledger.origin, ledger.anchors)
        if request is not None:
            _write_request(stamper, to_make(request, force=force))
            return
        pinned = load_authorities((trust or ledger.folder.trust) / "tsa")
        if response is not None:
            _take_in(stamper, response, pinned)
        failed = [authority for authority in tsa or () if not _anchor(stamper, authority, pinned)]
        _publish(ledger)
    if failed:
        raise typer.Exit(FAILED)


def _write_request(stamper: "Stamper", path: Path) -> None:
    from constancia.ledger.disk.durable import write_file

    size, request = stamper.request()
    write_file(path, request.as_bytes())
    say(message("anchor.request", path=path, size=size))


def _take_in(stamper: "Stamper", path: Path, pinned: "tuple[Authority, ...]") -> None:
    from constancia.ledger.timestamps.token import MAX_TOKEN_BYTES, Unpinned
    from constancia.verify.sources.files import read_named

    answer = read_named(path, MAX_TOKEN_BYTES)
    try:
        size, stamp = stamper.accept(answer, pinned)
    except Unpinned as error:
        raise fail(message("anchor.unpinned", signer=error.signer)) from error
    _tell(size, stamp)


def _anchor(stamper: "Stamper", asked: str, pinned: "tuple[Authority, ...]") -> bool:
    """Ask one authority for a time-stamp; return whether the latest checkpoint is now anchored with it."""
    from constancia.api.text.error_words import error_words
    from constancia.ledger.errors import LedgerError
    from constancia.ledger.timestamps.token import Unpinned
    from constancia.verify.core.errors import Malformed

    name, _, url = asked.partition("=")
    authority = next((known for known in pinned if known.name == name), None)
    if authority is None or not url.startswith(("https://", "http://")):
        say(message("anchor.unknown", name=name, names=", ".join(tsa.name for tsa in pinned) or "∅"), err=True)
        return False
    try:
        done = stamper.anchor(authority, url)
    except Unpinned as error:
        say(message("anchor.unpinned", signer=error.signer), err=True)
        return False
    except (LedgerError, Malformed) as error:
        say(message("anchor.failed", name=name, reason=error_words(str(error), language())), err=True)
        return False
    if done is None:
        say(message("anchor.skipped", name=name))
    else:
        _tell(*done)
    return True


def _tell(size: int, stamp: "Stamp") -> None:
    from constancia.ledger.clock import format_recorded_at

    kind = "anchor.done" if stamp.authority.accredited is None else "anchor.done_nom151"
    say(message(kind, name=stamp.authority.name, last=size - 1, time=format_recorded_at(stamp.time)))


def _publish(ledger: "Ledger") -> None:
    """Copy the anchors into the published folder, up to the size of its checkpoint."""
    from constancia.ledger.publication.target import FolderTarget, publish_anchors
    from constancia.verify.core.formats.checkpoint import read_checkpoint

    target = FolderTarget(ledger.folder.log)
    published = target.checkpoint()
    if published is not None:
        publish_anchors(ledger.anchors, target, read_checkpoint(published).size)
