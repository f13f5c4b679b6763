"""`constancia show`: show one entry: what it says, who signed it, when it was recorded; or its bytes, for programs."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from constancia.api.cli.source_options import SourceOption
from constancia.api.cli.terminal import (
    Force,
    fail,
    guarded,
    language,
    message,
    open_for_reading,
    say,
    say_unverified,
    to_make,
    write_data,
)  # fmt: skip

if TYPE_CHECKING:
    from constancia.domain.state import State
    from constancia.ledger.ledger import Ledger
    from constancia.verify.core.formats.entry import Entry


@guarded
def command(
    name: Annotated[
        str, typer.Argument(help="Índice, huella o id de la declaración. / Index, leaf hash or statement id.")
    ],
    source: SourceOption = "demo",
    receipt: Annotated[Path | None, typer.Option(help="Guardar aquí su constancia. / Save its receipt here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="El registro, en JSON. / The entry, as JSON.")] = False,
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
    Ejemplo / example: constancia show 58 --from libro.zip --json
    Ejemplo / example: constancia show 58 --openssl | sh -e
    """
    from constancia.ledger.disk.durable import write_file
    from constancia.verify.speed.entry_patterns import read_entry

    if as_json + raw + dsse + openssl > 1:
        raise fail(message("show.one_form"))
    if receipt is not None:
        to_make(receipt, force=force)
    with open_for_reading(source) as ledger:
        index = int(name) if name.isascii() and name.isdigit() and len(name) < 16 else ledger.log.index_of(name)
        data = ledger.log.entry(index)
        if receipt is not None:
            write_file(receipt, ledger.receipt(index))
        if as_json or raw or dsse or openssl:
            write_data(_other_form(ledger, data, as_json=as_json, dsse=dsse, openssl=openssl))
            return
        for line in _told(read_entry(data), ledger.state(), source):
            say(line)
        if receipt is not None:
            say(message("show.receipt", path=receipt))
        say_unverified(source)


def _told(entry: "Entry", state: "State", source: str) -> list[str]:
    """Give an entry in words: the sentence, who signed it as what, when it happened and was recorded, what was seen."""
    from constancia.api.text.dates import date_words, instant_words
    from constancia.api.text.i18n import say as sentence_words
    from constancia.api.text.people import signer_words
    from constancia.domain.sentences import sentence_of
    from constancia.ledger.store.mapper import statement_object

    statement, lang = entry.statement, language()
    return [
        sentence_words(sentence_of(statement_object(statement), state), lang),
        message("show.signed", who=signer_words(statement.actor, state, lang)),
        message("show.occurred", day=date_words(statement.occurred_on, lang)),
        message("show.recorded", when=instant_words(entry.recorded_at, lang, state.timezone), index=entry.index),
        message("show.seen", size=statement.seen.size),
        message("show.leaf", leaf=entry.leaf_hash.hex()),
        message("show.more", index=entry.index, source=shlex.quote(source)),
    ]


def _other_form(ledger: "Ledger", data: bytes, *, as_json: bool, dsse: bool, openssl: bool) -> str:
    if as_json:
        import json

        return json.dumps(json.loads(data), ensure_ascii=False, indent=2) + "\n"
    if dsse:
        from constancia.ledger.reader.dsse import dsse_envelope

        return dsse_envelope(data).decode()
    if openssl:
        from constancia.api.text.paper.handcheck import hand_check, materials
        from constancia.verify.speed.entry_patterns import read_entry

        return hand_check(data, materials(ledger.state(), read_entry(data)), language())
    return data.decode()
