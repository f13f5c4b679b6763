"""`constancia keygen`: create a signatory's key, or the two keys of a witness; or enrol an e.firma that is there."""

from pathlib import Path
from typing import Annotated

import typer

from constancia.api.cli.terminal import fail, guarded, message, passphrase, say, to_make, unlock


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
    certificate: Annotated[
        Path | None, typer.Option("--cer", help="Certificado de su e.firma (.cer). / Your e.firma's certificate.")
    ] = None,
    key_file: Annotated[
        Path | None, typer.Option("--key", help="Llave de su e.firma (.key). / Your e.firma's key.")
    ] = None,
) -> None:
    """Crea una llave Ed25519 cifrada y su parte pública. / Create an encrypted Ed25519 key and its public part.

    La llave privada no sale de este equipo. / The private key never leaves this machine.

    Con --witness crea dos llaves (Ed25519 y ML-DSA-44) e imprime sus líneas para una política. / With --witness it
    creates two keys and prints their lines for a policy.

    Con --cer y --key revisa su e.firma y crea sólo la parte pública; el certificado no se publica. / With --cer and
    --key it checks your e.firma and creates the public part alone; the certificate is not published.

    Ejemplo / example: constancia keygen nosc.pem

    constancia keygen ana.pub.json --cer ana.cer --key ana.key
    """
    if certificate is not None or key_file is not None:
        if certificate is None or key_file is None or witness is not None:
            raise fail(message("efirma.needs"))
        _enrol(to_make(out, force=False), key_file, certificate, passphrase_file)
        return
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
    try:
        write_file(public, json.dumps({"key": key.key_id, **key.material}, indent=2).encode() + b"\n")
    except BaseException:  # nobody knows this key; left here it would be in the way of the same command
        out.unlink()
        raise
    say(message("keygen.done", path=out, public=public, key=key.key_id))


def _make_witness_keys(out: Path, name: str, secret: bytes) -> None:
    from constancia.ledger.keys.note_keys import Cosigner, NoteKeys
    from constancia.ledger.witnesses.quorum_status import policy_lines

    keys = NoteKeys.generate()
    cosigner = Cosigner(name, keys.ed25519, keys.mldsa44)
    keys.save(out, secret, name)
    say(message("keygen.witness", path=out, name=name), err=True)
    say("\n".join(policy_lines(name.partition("/")[0], cosigner.keys)))


def _enrol(out: Path, key_file: Path, certificate: Path, passphrase_file: Path | None) -> None:
    from constancia.api.cli.signatory.efirma import enrol
    from constancia.ledger.keys.key_file import load

    key = unlock(passphrase_file, "passphrase.key", lambda secret: load(key_file, secret))
    enrol(out, key, certificate)
