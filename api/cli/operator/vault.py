"""`constancia vault`: what commitments in entries stand for. For the operator's privacy officer; nothing is served."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from constancia.api.cli.terminal import fail, guarded, message, open_for_reading, say, write_data

app = typer.Typer(
    name="vault",
    help="Datos sellados, fuera de la cadena. / Sealed data, outside the chain.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
_Folder = Annotated[Path, typer.Option("--dir", help="Carpeta del libro. / The ledger's folder.")]
_MAX_BYTES = 8_192


@app.command()
@guarded
def put(
    folder: _Folder,
    field: Annotated[str, typer.Option(help="Qué es: name, email… / What it is: name, email…")],
    party: Annotated[str, typer.Option(help="Parte que lo guarda. / Party that holds it.")],
    file: Annotated[
        Path | None, typer.Option(help="Archivo de texto; si no, se pregunta. / Text file; asked for otherwise.")
    ] = None,
) -> None:
    """Sella un texto y muestra el compromiso que va en el acto. / Seal a text and print what goes into the act.

    Ejemplo / example: constancia vault put --dir LIBRO --field name --party nosc --file nombre.txt
    """
    import json

    text = _text(file)
    with open_for_reading(folder) as ledger:
        sealed = ledger.places.vault.put(text, field=field, party=party)
    write_data(json.dumps(sealed.to_json(), ensure_ascii=False) + "\n")


def _text(file: Path | None) -> str:
    from constancia.verify.sources.files import read_named

    if file is not None:
        return read_named(file, _MAX_BYTES).decode().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise fail(message("vault.needed"))
    text: str = typer.prompt(message("vault.prompt"), hide_input=True)
    return text


@app.command()
@guarded
def show(
    commitment: Annotated[str, typer.Argument(help="Compromiso, 64 dígitos hex. / Commitment, 64 hex digits.")],
    folder: _Folder,
    blocked: Annotated[
        bool, typer.Option("--blocked", help="Abrir lo bloqueado. / Open what is blocked, to determine liabilities.")
    ] = False,
) -> None:
    """Muestra un dato sellado y su sal. / Show a sealed value and its salt.

    Ejemplo / example: constancia vault show COMPROMISO --dir LIBRO
    """
    import json

    from constancia.ledger.belongings.withdrawals import blocked_commitments

    with open_for_reading(folder) as ledger:
        if commitment in blocked_commitments(ledger.state()) and not blocked:
            raise fail(message("vault.blocked"))
        item = ledger.places.vault.get(commitment)
    document = {**item.sealed.to_json(), "salt": item.salt.hex(), "value": item.value}
    say(json.dumps(document, ensure_ascii=False, indent=2))


@app.command()
@guarded
def destroy(
    folder: _Folder,
    unused: Annotated[
        str | None,
        typer.Option(metavar="COMMITMENT", help="Uno que ningún registro cita. / One that no entry names."),
    ] = None,
) -> None:
    """Ejecuta las cancelaciones decididas. / Carry out the decided cancellations: documents and sealed data.

    Ejemplo / example: constancia vault destroy --dir LIBRO
    """
    from constancia.ledger.belongings.withdrawals import carry_out

    with open_for_reading(folder) as ledger:
        if unused is not None:
            wanted = unused.encode()
            if any(wanted in ledger.log.entry(index) for index in range(ledger.size)):
                raise fail(message("vault.in_use"))
            done = ledger.places.vault.destroy([unused])
            say(message("vault.destroyed", commitments=len(done), documents=0, blocked=0))
            return
        result = carry_out(ledger.folder, ledger.state(), ledger.places)
    say(
        message(
            "vault.destroyed",
            commitments=len(result.commitments),
            documents=len(result.destroyed),
            blocked=len(result.blocked),
        )
    )
