"""`constancia keygen`: a signatory's key, encrypted in a file of their own."""

from pathlib import Path
from typing import Annotated

import typer

from constancia.api.cli.terminal import guarded, message, passphrase


@guarded
def command(
    out: Annotated[Path, typer.Argument(help="Archivo de llave que se crea. / Key file to create.")],
    passphrase_file: Annotated[
        Path | None, typer.Option(help="Archivo con la frase de paso. / File with the passphrase.")
    ] = None,
) -> None:
    """Crea una llave Ed25519 cifrada, y su parte pública. / Make an encrypted Ed25519 key, and its public part.

    La llave privada no sale de este equipo. / The private key never leaves this machine.

    Ejemplo / example: constancia keygen nosc.pem
    """
    import json

    from constancia.ledger.durable import write_file
    from constancia.ledger.keyfiles import generate, save

    key = generate()
    save(key, out, passphrase(passphrase_file, "passphrase.new", confirm=True))
    public = out.with_suffix(".pub.json")
    write_file(public, json.dumps({"key": key.key_id, **key.material}, indent=2).encode() + b"\n")
    typer.echo(message("keygen.done", path=out, public=public, key=key.key_id))
