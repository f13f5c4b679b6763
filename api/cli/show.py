"""`constancia show`: one entry, whole."""

from pathlib import Path
from typing import Annotated

import typer

from constancia.api.cli.terminal import guarded, language, message, open_for_reading


@guarded
def command(
    name: Annotated[
        str, typer.Argument(help="Índice, huella o id de la declaración. / Index, leaf hash or statement id.")
    ],
    folder: Annotated[Path, typer.Option("--dir", help="Carpeta del libro. / The ledger's folder.")] = Path("demo"),
    receipt: Annotated[Path | None, typer.Option(help="Guarda aquí su constancia. / Save its receipt here.")] = None,
    raw: Annotated[bool, typer.Option("--raw", help="Sólo los bytes. / The bytes alone.")] = False,
) -> None:
    """Muestra un registro. / Show one entry.

    Ejemplo / example: constancia show 58 --receipt firma.tlog-proof
    """
    import json

    from constancia.api.i18n import say
    from constancia.domain.sentences import sentence_of
    from constancia.ledger.durable import write_file
    from constancia.verify.entry import parse_entry

    with open_for_reading(folder) as ledger:
        index = int(name) if name.isdigit() and len(name) < 16 else ledger.index_of(name)
        data = ledger.entry(index)
        if receipt is not None:
            write_file(receipt, ledger.receipt(index))
        if raw:
            typer.echo(data.decode(), nl=False)
            return
        entry = parse_entry(data)
        parsed = json.loads(data)
        typer.echo(say(sentence_of(parsed["statement"], ledger.state()), language()))
        typer.echo(message("show.leaf", index=index, leaf=entry.leaf_hash.hex()))
        typer.echo(json.dumps(parsed, ensure_ascii=False, indent=2))
        if receipt is not None:
            typer.echo(message("show.receipt", path=receipt))
