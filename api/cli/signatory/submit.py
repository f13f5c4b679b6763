"""`constancia submit`: submit a signed statement and save the receipt."""

from pathlib import Path
from typing import Annotated

import typer

from constancia.api.cli.log_key import LogKeyOptions, LogKeys, PinFile, open_for_writing
from constancia.api.cli.source_options import plain_address
from constancia.api.cli.terminal import REFUSED, Force, fail, guarded, language, message, say, to_make
from constancia.api.cli.wrong_file import check_signed


@guarded
def command(
    signed: Annotated[Path, typer.Argument(help="Archivo .signed.json. / The .signed.json file.")],
    to: Annotated[str, typer.Option(help="Dirección http(s) o carpeta del libro. / Address or the ledger's folder.")],
    out: Annotated[Path | None, typer.Option(help="Dónde guardar la constancia. / Where to save the receipt.")] = None,
    log_passphrase_file: Annotated[
        Path | None,
        typer.Option(help="Frase de la llave del libro, si es carpeta. / Log key's passphrase, for a folder."),
    ] = None,
    log_key: LogKeys = None,
    log_pin_file: PinFile = None,
    force: Force = False,
) -> None:
    """Entrega una declaración firmada y guarda la constancia. / Submit a signed statement, save the receipt.

    Se puede repetir: un reenvío devuelve la misma constancia. / Idempotent: a retry returns the same receipt.

    Ejemplo / example: constancia submit voto.signed.json --to http://localhost:8000
    """
    from constancia.ledger.disk.durable import write_file
    from constancia.ledger.submission import MAX_SIGNED_BYTES
    from constancia.verify.sources.files import read_named

    raw = read_named(signed, MAX_SIGNED_BYTES)
    check_signed(signed, raw)
    to = plain_address(to)
    given = LogKeyOptions(passphrase_file=log_passphrase_file, pin_file=log_pin_file, keys=log_key or ())
    target = out or signed.with_name(signed.name.removesuffix(".signed.json") + ".tlog-proof")
    to_make(target, force=force or _is_receipt_of(target, raw))
    if to.startswith(("http://", "https://")):
        index, leaf, receipt, was_there = _submit_by_http(raw, to)
    else:
        index, leaf, receipt, was_there = _submit_to_folder(raw, Path(to), given)
    write_file(target, receipt)
    say(message("submit.again" if was_there else "submit.done", index=index, leaf=leaf, path=target))


def _is_receipt_of(path: Path, raw: bytes) -> bool:
    """Return whether a file is a receipt of this statement, so that it may be overwritten."""
    from constancia.ledger.submission import parse_signed
    from constancia.verify.core.errors import Malformed, Unreadable
    from constancia.verify.sources.files import read_named
    from constancia.verify.speed.entry_patterns import read_entry
    from constancia.verify.wire.tlog_proof import MAX_PROOF_BYTES, parse_tlog_proof

    if not path.is_file():
        return False
    try:
        entry = parse_tlog_proof(read_named(path, MAX_PROOF_BYTES)).extra
        return entry is not None and read_entry(entry).statement.raw == parse_signed(raw).statement.raw
    except (Malformed, Unreadable):
        return False


def _submit_to_folder(raw: bytes, folder: Path, given: LogKeyOptions) -> tuple[int, str, bytes, bool]:
    from constancia.ledger.submission import parse_signed

    signed = parse_signed(raw)
    with open_for_writing(folder, given) as ledger:
        done = ledger.append(signed)
        entry = done.entry
        return entry.index, entry.leaf_hash.hex(), ledger.receipt(entry.index), done.replayed


def _submit_by_http(raw: bytes, url: str) -> tuple[int, str, bytes, bool]:
    from constancia.api.client.remote_log import RemoteLog, RemoteProblem

    try:
        with RemoteLog(url) as log:
            done = log.submit(raw)
    except RemoteProblem as problem:
        raise fail(problem.text(language()), REFUSED) from problem
    return done["index"], done["leaf_hash"], done["receipt"].encode(), done.get("replayed") is True
