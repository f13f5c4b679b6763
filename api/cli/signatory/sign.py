"""`constancia sign`: show a statement, then sign it with a key that never leaves this machine."""

from pathlib import Path
from typing import Annotated

import typer

from constancia.api.cli.prompts import agree
from constancia.api.cli.terminal import Force, guarded, language, message, say, to_make, unlock
from constancia.api.cli.wrong_file import check_draft


@guarded
def command(
    statement: Annotated[Path, typer.Argument(help="Declaración por firmar. / Statement to sign.")],
    key: Annotated[Path, typer.Option(help="Su archivo de llave (.pem o .key de e.firma). / Your key file.")],
    out: Annotated[Path | None, typer.Option(help="Archivo firmado que se crea. / Signed file to create.")] = None,
    passphrase_file: Annotated[
        Path | None, typer.Option(help="Archivo con la frase de paso. / File with the passphrase.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="No pedir confirmación. / Do not ask for confirmation.")] = False,
    force: Force = False,
) -> None:
    """Muestra una declaración y la firma. / Show a statement and sign it.

    Cada firma es un acto y no se puede deshacer. / Each signature is one act and cannot be undone.

    Ejemplo / example: constancia sign voto.statement.json --key nosc.pem
    """
    from constancia.ledger.disk.durable import write_file
    from constancia.ledger.keys.key_file import load
    from constancia.ledger.signatory.draft import sign_statement
    from constancia.ledger.submission import MAX_SIGNED_BYTES, signed_document
    from constancia.verify.core.formats.statement import parse_statement
    from constancia.verify.sources.files import read_named

    default = statement.with_name(statement.name.removesuffix(".statement.json") + ".signed.json")
    target = to_make(out or default, force=force)
    raw = read_named(statement, MAX_SIGNED_BYTES)
    check_draft(statement, raw)
    parsed = parse_statement(raw)
    show_statement(raw)
    if not yes:
        agree(message("sign.ask"))
    private = unlock(passphrase_file, "passphrase.key", lambda secret: load(key, secret))
    signed = signed_document(raw, [sign_statement(raw, private)])
    write_file(target, signed)
    done = message("sign.done", key=private.key_id, type=parsed.type)
    # A genesis is no entry of any ledger yet: it goes to who opens the ledger, with the other founders' signatures.
    is_genesis = parsed.type == "LedgerOpened"
    say(done + "\n" + (message("sign.next_genesis", path=target) if is_genesis else message("sign.next", path=target)))


def show_statement(raw: bytes) -> None:
    """Print what a person needs to read before signing: sentence, capacity, dates, basis, fingerprint, full text."""
    import hashlib
    import json

    from constancia.api.text.i18n import say as sentence_words
    from constancia.api.text.i18n import tr
    from constancia.domain.sentences import sentence_of
    from constancia.verify.core.formats.dsse import signed_bytes

    item = json.loads(raw)
    actor, seen = item["actor"], item["seen"]
    digest = hashlib.sha256(signed_bytes(raw)).hexdigest()
    groups = " ".join(digest[i : i + 4] for i in range(0, 32, 4))
    say(sentence_words(sentence_of(item), language()))
    say(
        message(
            "sign.review",
            who=actor.get("person", actor.get("party", "")),
            capacity=tr(language(), f"word.{actor['capacity']}"),
            party=actor.get("party", "—"),
            occurred=item["occurred_on"],
            size=seen["size"],
            ledger=item["ledger"],
            fingerprint=groups,
        )
    )
    say(json.dumps(item["body"], ensure_ascii=False, indent=2))
