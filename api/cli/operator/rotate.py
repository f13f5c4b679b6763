"""`constancia rotate`: replace the log's key, with both keys signing for a while, or at once where it was lost."""

from pathlib import Path
from typing import Annotated

import typer

from constancia.api.cli.log_key import LogKeyOptions, LogKeys, PinFile
from constancia.api.cli.terminal import USAGE, fail, guarded, message, passphrase, say


@guarded
def command(
    folder: Annotated[Path, typer.Option("--dir", help="Carpeta del libro. / The ledger's folder.")],
    finish: Annotated[
        bool, typer.Option("--finish", help="Retirar la llave anterior. / Retire the former key.")
    ] = False,
    lost: Annotated[
        bool, typer.Option("--lost", help="La llave se perdió: cambiarla ya. / The key was lost: replace it now.")
    ] = False,
    stolen: Annotated[
        bool,
        typer.Option(
            "--stolen", help="La robaron: cambiarla ya, sin que cuente. / Stolen: replace it; it counts no more."
        ),
    ] = False,
    log_passphrase_file: Annotated[
        Path | None,
        typer.Option(help="Archivo con la frase de la llave del libro. / File with the log key's passphrase."),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="pkcs11:…", help="La llave nueva, si está en un token. / The new key, where it is in a token."
        ),
    ] = None,
    log_key: LogKeys = None,
    log_pin_file: PinFile = None,
) -> None:
    """Cambia la llave del libro. / Replace the log's key.

    Primero hace la llave nueva y la anota en trust/policy; al volver a arrancar, el servidor firma con las dos. Cuando
    las partes hayan publicado el ancla nueva y los testigos la tengan, --finish retira la anterior. / First it makes
    the new key and lists it in trust/policy; once restarted, the server signs with both. When the parties have
    published the new anchor and the witnesses have it, --finish retires the former one.

    Ejemplo / example: constancia rotate --dir libro
    """
    from constancia.ledger.folder import peek
    from constancia.ledger.rotation import begin, replace_at_once
    from constancia.ledger.rotation import finish as finish_rotation

    if sum((finish, lost, stolen)) > 1:
        raise fail(message("rotate.one"), USAGE)
    if finish and to is not None:
        raise fail(message("rotate.to"), USAGE)
    named = [*(log_key or ()), *([] if to is None else [to])]
    given = LogKeyOptions(passphrase_file=log_passphrase_file, pin_file=log_pin_file, keys=named)
    access = given.within(folder, is_demonstration=peek(folder).is_demonstration)
    tokens, successor = access.tokens, None if to is None else access.uris[-1]
    if lost or stolen:
        secret = passphrase(access.passphrase_file, "passphrase.log_new", confirm=True)
        done = replace_at_once(folder, secret, tokens, successor, is_stolen=stolen)
        say(message("rotate.replaced", vkey=done.vkey, fingerprint=done.fingerprint))
    elif finish:
        done = access.unlock(lambda secret: finish_rotation(folder, secret, tokens))
        say(message("rotate.finished", vkey=done.vkey, fingerprint=done.fingerprint))
    else:
        done = access.unlock(lambda secret: begin(folder, secret, tokens, successor))
        say(message("rotate.begun", vkey=done.vkey, fingerprint=done.fingerprint))
    if done.set_aside is not None:
        say(message("rotate.set_aside", path=done.set_aside))
