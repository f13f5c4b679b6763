"""`constancia show`: show one entry in full."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from constancia.api.cli.terminal import (
    Force,
    fail,
    guarded,
    language,
    message,
    open_for_reading,
    say,
    to_make,
    write_data,
)

if TYPE_CHECKING:
    from constancia.ledger.ledger import Ledger


@guarded
def command(
    name: Annotated[
        str, typer.Argument(help="Índice, huella o id de la declaración. / Index, leaf hash or statement id.")
    ],
    folder: Annotated[Path, typer.Option("--dir", help="Carpeta del libro. / The ledger's folder.")] = Path("demo"),
    receipt: Annotated[Path | None, typer.Option(help="Guardar aquí su constancia. / Save its receipt here.")] = None,
    raw: Annotated[bool, typer.Option("--raw", help="Sólo los bytes. / Only the bytes.")] = False,
    dsse: Annotated[bool, typer.Option("--dsse", help="Como sobre DSSE. / As a DSSE envelope.")] = False,
    openssl: Annotated[
        bool,
        typer.Option("--openssl", help="Comandos OpenSSL para verificarlo. / OpenSSL commands that check it."),
    ] = False,
    force: Force = False,
) -> None:
    """Muestra un registro. / Show one entry.

    Ejemplo / example: constancia show 58 --receipt firma.tlog-proof
    Ejemplo / example: constancia show 58 --openssl | sh -e
    """
    import json

    from constancia.api.text.i18n import say as sentence_words
    from constancia.domain.sentences import sentence_of
    from constancia.ledger.disk.durable import write_file
    from constancia.verify.speed.entry_patterns import read_entry

    if raw + dsse + openssl > 1:
        raise fail(message("show.one_form"))
    if receipt is not None:
        to_make(receipt, force=force)
    with open_for_reading(folder) as ledger:
        index = int(name) if name.isdigit() and len(name) < 16 else ledger.log.index_of(name)
        data = ledger.log.entry(index)
        if receipt is not None:
            write_file(receipt, ledger.receipt(index))
        if raw or dsse or openssl:
            write_data(_other_form(ledger, data, dsse=dsse, openssl=openssl))
            return
        entry = read_entry(data)
        parsed = json.loads(data)
        say(sentence_words(sentence_of(parsed["statement"], ledger.state()), language()))
        say(message("show.leaf", index=index, leaf=entry.leaf_hash.hex()))
        say(json.dumps(parsed, ensure_ascii=False, indent=2))
        if receipt is not None:
            say(message("show.receipt", path=receipt))


def _other_form(ledger: "Ledger", data: bytes, *, dsse: bool, openssl: bool) -> str:
    if dsse:
        from constancia.ledger.reader.dsse import dsse_envelope

        return dsse_envelope(data).decode()
    if openssl:
        from constancia.api.text.handcheck import hand_check, materials
        from constancia.verify.speed.entry_patterns import read_entry

        return hand_check(data, materials(ledger.state(), read_entry(data)), language())
    return data.decode()
