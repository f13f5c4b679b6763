"""`constancia keygen`: create a signatory's key, or the two keys of a witness, in an encrypted file."""

from pathlib import Path
from typing import Annotated

import typer

from constancia.api.cli.terminal import guarded, message, passphrase, say


@guarded
def command(
    out: Annotated[Path, typer.Argument(help="Archivo de llave que se crea. / Key file to create.")],
    passphrase_file: Annotated[
        Path | None, typer.Option(help="Archivo con la frase de paso. / File with the passphrase.")
    ] = None,
    witness: Annotated[
        str | None,
        typer.Option(help="Llaves de un testigo con este nombre, p. ej. inai.example/testigo. / Keys of a witness."),
    ] = None,
) -> None:
    """Crea una llave Ed25519 cifrada y su parte pública. / Create an encrypted Ed25519 key and its public part.

    La llave privada no sale de este equipo. / The private key never leaves this machine.

    Con --witness crea dos llaves (Ed25519 y ML-DSA-44) e imprime sus líneas para una política. / With --witness it
    creates two keys and prints their lines for a policy.

    Ejemplo / example: constancia keygen nosc.pem
    """
    if witness is not None:
        _make_witness_keys(out, witness, passphrase(passphrase_file, "passphrase.new", confirm=True))
        return
    import json

    from constancia.ledger.disk.durable import write_file
    from constancia.ledger.keys.key_file import generate, save
    from constancia.ledger.keys.note_keys import KeyFileError

    public = out.with_suffix(".pub.json")
    if public.exists() and not out.exists():
        raise KeyFileError(f"{public} exists; it may be another key's public part")
    key = generate()
    save(key, out, passphrase(passphrase_file, "passphrase.new", confirm=True))
    write_file(public, json.dumps({"key": key.key_id, **key.material}, indent=2).encode() + b"\n")
    say(message("keygen.done", path=out, public=public, key=key.key_id))


def _make_witness_keys(out: Path, name: str, secret: bytes) -> None:
    from constancia.ledger.keys.note_keys import Cosigner, NoteKeys
    from constancia.ledger.witnesses.quorum_status import policy_lines

    keys = NoteKeys.generate()
    cosigner = Cosigner(name, keys.ed25519, keys.mldsa44)
    keys.save(out, secret, name)
    say(message("keygen.witness", path=out, name=name), err=True)
    say("\n".join(policy_lines(name.partition("/")[0], cosigner.keys)))
