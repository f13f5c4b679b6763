"""An e.firma on its holder's machine: the checks before its key is used, and the file that may leave the machine."""

from pathlib import Path
from typing import TYPE_CHECKING

from constancia.api.cli.terminal import message, now, say, to_make

if TYPE_CHECKING:
    from constancia.ledger.keys.key_file import PrivateKey


def check_efirma(key: "PrivateKey", certificate: Path) -> bytes:
    """Check a key's certificate, and say what was checked and what was not.

    Args:
        key: The private key.
        certificate: Its `.cer` file.

    Returns:
        The certificate's DER, which is sent nowhere.

    Raises:
        KeyFileError: It is a seal for invoices, of another key, or out of date.
        FileNotFoundError: There is none.
    """
    from constancia.ledger.keys.certificate import check_certificate

    der = check_certificate(certificate, key, now())
    say(message("efirma.checked", path=certificate))
    return der


def enrol(out: Path, key: "PrivateKey", certificate: Path) -> None:
    """Write the public part of an e.firma, and the salt of its certificate's digest for the holder alone.

    Args:
        out: The public file to create.
        key: The private key.
        certificate: Its `.cer` file.
    """
    import json

    from constancia.ledger.disk.durable import write_file
    from constancia.ledger.keys.certificate import seal_certificate
    from constancia.ledger.keys.note_keys import KEY_FILE_MODE

    # Without the salt of a digest that was handed out before, nobody could open that digest any more.
    salt = to_make(out.with_name(out.name.removesuffix(".json").removesuffix(".pub") + ".salt.json"), force=False)
    sealed = seal_certificate(check_efirma(key, certificate))
    public = {"certificate": sealed.digest, "key": key.key_id, **key.material}
    write_file(
        salt, json.dumps({"certificate": sealed.digest, "salt": sealed.salt}).encode() + b"\n", mode=KEY_FILE_MODE
    )
    write_file(out, json.dumps(public, indent=2).encode() + b"\n")
    say(message("efirma.done", path=out, salt=salt, key=key.key_id))
