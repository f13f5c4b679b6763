"""`constancia trust`: the trust anchors that this user pinned; `verify` uses them by default."""

from pathlib import Path
from typing import Annotated

import typer

from constancia.api.cli.terminal import fail, guarded, message, say

app = typer.Typer(
    name="trust",
    help="Anclas de confianza de este usuario. / This user's trust anchors.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@app.command()
@guarded
def add(
    folder: Annotated[
        Path, typer.Argument(help="Carpeta con policy, genesis y, si hay, checkpoint y tsa/. / Trust folder.")
    ],
    source: Annotated[
        str | None, typer.Option(help="Carpeta o dirección habitual de ese libro. / Usual location of that ledger.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Reemplazar el ancla existente. / Replace the existing anchor.")
    ] = False,
) -> None:
    """Fija el ancla de confianza de un libro. / Pin the trust anchor of a ledger.

    Antes de fijarla, compare la llave y la huella con lo que las partes publican por otra vía: la carpeta que trae el
    propio libro no prueba nada por sí sola. / First compare key and fingerprint with what the
    parties publish elsewhere.

    Ejemplo / example: constancia trust add ./confianza --source https://bitacora.example.org
    """
    from constancia.api.client.pinned_trust import TrustError, pin
    from constancia.verify.core.formats.note import format_vkey

    try:
        done = pin(folder, source=source, replace=replace)
    except TrustError as error:
        raise fail(message("trust.other", origin=str(error))) from error
    for anchor in done:
        trust = anchor.load()
        say(
            message(
                "trust.added",
                origin=anchor.origin,
                key=format_vkey(trust.policy.logs[anchor.origin]),
                genesis=trust.genesis.hex() if trust.genesis else "∅",
                quorum=trust.policy.quorum,
                folder=anchor.folder,
            )
        )
        if trust.genesis is None:
            say(message("trust.no_genesis"), err=True)


@app.command(name="list")
@guarded
def show() -> None:
    """Lista las anclas fijadas. / List the pinned trust anchors."""
    from constancia.api.client.pinned_trust import pinned, trust_root

    anchors = pinned()
    if not anchors:
        say(message("trust.none", folder=trust_root()))
    for anchor in anchors:
        trust = anchor.load()
        say(
            message(
                "trust.listed",
                origin=anchor.origin,
                genesis=trust.genesis.hex() if trust.genesis else "∅",
                source=anchor.source or "—",
                folder=anchor.folder,
            )
        )


@app.command()
@guarded
def remove(origin: Annotated[str, typer.Argument(help="Origen del libro. / The ledger's origin.")]) -> None:
    """Elimina el ancla de un libro. / Remove the trust anchor of a ledger."""
    from constancia.api.client.pinned_trust import unpin

    if not unpin(origin):
        raise fail(message("trust.unknown", origin=origin))
    say(message("trust.removed", origin=origin))
