"""`constancia receipt`: save the receipt of an entry, from a folder, a URL or the link of a QR code."""

from pathlib import Path
from typing import Annotated

import typer

from constancia.api.cli.source_options import SourceOption, is_address
from constancia.api.cli.terminal import Force, fail, guarded, language, message, open_for_reading, say, to_make

NAME_HELP = (
    "Índice, huella o id de la declaración; o el enlace de un código QR, con --entry. / "
    "Index, leaf hash or statement id; or the link of a QR code, with --entry."
)


@guarded
def command(
    name: Annotated[str, typer.Argument(help=NAME_HELP)],
    source: SourceOption = "demo",
    out: Annotated[Path | None, typer.Option(help="Archivo que se crea. / File to create.")] = None,
    entry: Annotated[
        Path | None, typer.Option(help="Con un enlace: los bytes del registro. / With a link: the entry's bytes.")
    ] = None,
    qr: Annotated[Path | None, typer.Option(metavar="FILE.svg", help="Guardar su QR. / Save its QR code too.")] = None,
    url: Annotated[
        str | None, typer.Option(help="Dirección pública a la que lleva el QR. / Public address for the QR.")
    ] = None,
    force: Force = False,
) -> None:
    """Guarda la constancia de un registro. / Save an entry's receipt.

    Se verifica sin conexión ni servidor. / It can be verified without network or server:
    constancia verify FILE.tlog-proof --trust DIR

    Ejemplo / example: constancia receipt 58 --from demo --out firma.tlog-proof --qr firma.svg --url https://libro.example
    """
    from constancia.ledger.disk.durable import write_file
    from constancia.verify.wire.tlog_proof import parse_tlog_proof

    for path in (out, qr):
        if path is not None:
            to_make(path, force=force)
    data = _from_link(name, entry) if "/" in name else _from_source(name, source)
    index = parse_tlog_proof(data).index
    target = out or to_make(Path(f"constancia-{index}.tlog-proof"), force=force)
    write_file(target, data)
    say(message("receipt.done", index=index, path=target))
    for line in _words(data, None if "/" in name or is_address(source) else source):
        say(line)
    if qr is not None:
        from constancia.api.text.paper.links import MAX_ADDRESS
        from constancia.verify.report.printable import printable

        address = url or (source if is_address(source) else None)
        is_fit = address is not None and address.isascii() and len(address) <= MAX_ADDRESS
        if address is None or not is_fit or not is_address(address) or printable(address) != address:
            raise fail(message("receipt.url"))
        say(_save_qr(data, address, qr))


def _from_source(name: str, source: str) -> bytes:
    if is_address(source):
        from constancia.api.client.remote_log import RemoteLog, RemoteProblem

        try:
            with RemoteLog(source) as log:
                return log.receipt(name)
        except RemoteProblem as problem:
            raise fail(problem.text(language())) from problem
    with open_for_reading(source) as ledger:
        return ledger.receipt(int(name) if name.isdigit() and len(name) < 16 else ledger.log.index_of(name))


def _words(receipt: bytes, source: str | None) -> list[str]:
    """Say what a receipt's entry says, with names where the ledger is at hand."""
    from constancia.ledger.store.postgres.source import opened_source
    from constancia.verify.core.formats.canonical import parse_canonical
    from constancia.verify.report.acts import NAMING, Names
    from constancia.verify.report.findings import EntryInWords
    from constancia.verify.report.lay_report import act_lines
    from constancia.verify.report.printable import printable
    from constancia.verify.wire.tlog_proof import parse_tlog_proof

    proof, names = parse_tlog_proof(receipt), Names()
    if proof.extra is None:
        return []
    if source is not None:
        with opened_source(source) as opened:
            for raw in opened.entries():
                statement = parse_canonical(raw)["statement"]
                if statement["type"] in NAMING:
                    names.take(statement["type"], statement["body"])
    shown = EntryInWords(index=proof.index, entry=parse_canonical(proof.extra))
    return [printable(line) for line in act_lines(shown, language(), names, is_certain=False)]


def _from_link(link: str, entry: Path | None) -> bytes:
    from constancia.api.text.paper.links import parse_link, receipt_of
    from constancia.verify.core.formats.canonical import MAX_ENTRY_BYTES
    from constancia.verify.sources.files import read_named

    if entry is None:
        raise fail(message("receipt.entry"))
    return receipt_of(parse_link(link), read_named(entry, MAX_ENTRY_BYTES))


def _save_qr(receipt: bytes, address: str, path: Path) -> str:
    from constancia.api.text.paper.links import PROOF_MARK
    from constancia.ledger.disk.durable import write_file
    from constancia.verify.wire.merkle import hash_leaf
    from constancia.verify.wire.tlog_proof import parse_tlog_proof

    try:
        from constancia.api.text.paper.qr import qr_code
    except ImportError as error:
        raise fail(message("serve.extra", name=error.name)) from error
    entry = parse_tlog_proof(receipt).extra or b""
    made = qr_code(address, hash_leaf(entry), receipt)
    write_file(path, made.svg)
    kind = "receipt.qr" if PROOF_MARK in made.text else "receipt.qr_link"
    return message(kind, path=path, designator=made.designator)
