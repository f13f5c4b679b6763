"""The whole log in one zip: the published tree, the documents, the policy, a page in two languages.

Two exports at the same size and with the same anchors are identical: same files, same bytes, same order, no times of
their own. So copies made by different people can be compared.
"""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Final

from constancia.ledger.disk.documents import Documents
from constancia.ledger.disk.durable import durable_part, remove_half_made, replace_durably
from constancia.ledger.publication.provenance import installed_wheel
from constancia.ledger.publication.verifier_page import PAGE_NAME, verifier_page
from constancia.ledger.reader.log import Log
from constancia.ledger.timestamps.anchor_store import INDEX_NAME, Anchors
from constancia.ledger.witnesses.rollback_records import NAME as ROLLBACKS_NAME
from constancia.verify.core.formats.checkpoint import Checkpoint, read_checkpoint
from constancia.verify.sources.layout import ANCHORS_NAME, CHECKPOINT_NAME, DOCUMENTS_NAME, POLICY_NAME
from constancia.verify.wire.tiles import entries_path, tile_path, tiles_between

# The earliest time that a zip can hold: a bundle's files have no time of their own.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
_FILE_MODE: Final = 0o644 << 16

_README_ES: Final = """\
{origin}

Este archivo contiene un libro completo: {size} registros firmados y encadenados, \
que cubre el punto de control firmado del archivo «checkpoint».

Raíz: {root}

Para leerlo: si está aquí index.html, ábralo en un navegador; no hace falta conexión. En datos/ están las tablas \
para una hoja de cálculo; en documentos/, los documentos por su título. Nada de eso está firmado: son copias para \
leer, hechas de los registros. Lo que prueba algo son los archivos del libro: checkpoint, tile/, documents/ y anchors/.

Para comprobarlo sin confiar en quien se lo dio, sin instalar nada: abra verificador.html en un navegador y suelte \
allí este archivo zip. No usa la red. Use de preferencia la copia de esa página que publica una de las partes, \
que trae dentro sus llaves y llega a un veredicto, o una que usted guardó antes. La que viene \
aquí es la del programa constancia {version}; su SHA-256 es

    {verifier}

Con el programa constancia, obtenido de una fuente en la que usted confía:

    constancia verify ESTE_ARCHIVO.zip --trust ANCLA

{program_es}

ANCLA es esa página de una de las partes, o una carpeta con lo que usted obtuvo por otra vía: «policy» (la llave \
del libro y de sus testigos) y «genesis» (la huella del primer registro). El archivo «policy» incluido aquí sirve para \
compararlo con el suyo; por sí mismo no prueba nada. Sin ANCLA el veredicto es NO CONCLUYENTE.

Archivos del libro: checkpoint, tile/ (huellas y registros), documents/ (documentos citados, cada uno con \
su SHA-256 por nombre), anchors/ (sellos de tiempo, si los hay), policy.
"""

_README_EN: Final = """\
{origin}

This file contains a complete ledger: {size} signed and chained entries, \
covered by the signed checkpoint in the file "checkpoint".

Root: {root}

To read it: if index.html is here, open it in a browser; no connection is needed. data/ has the tables for a \
spreadsheet, documentos/ the documents by their titles. None of that is signed: they are copies to read, made from \
the entries. What proves anything are the log's files: checkpoint, tile/, documents/ and anchors/.

To check it without trusting the person who gave it to you, without installing anything: open verificador.html in a \
browser and drop this zip file there. It uses no network. Preferably use the copy of that page that one of the parties \
publishes, which has their keys in it and reaches a verdict, or one that you saved before. The \
one in here is that of the program constancia {version}; its SHA-256 is

    {verifier}

With the program constancia, obtained from a source that you trust:

    constancia verify THIS_FILE.zip --trust ANCHOR

{program_en}

ANCHOR is that page of one of the parties, or a folder with what you obtained from another source: \
"policy" (the key of the log and of its witnesses) \
and "genesis" (the fingerprint of the first entry). The "policy" in here is for comparing with \
yours; by itself it proves nothing. Without ANCHOR the verdict is INCONCLUSIVE.

The log's files: checkpoint, tile/ (hashes and entries), documents/ (cited documents, each named by \
its SHA-256), anchors/ (time-stamps, if any), policy.
"""


_PROGRAM: Final = {
    "es": (
        "Quien hizo este archivo tenía ese programa instalado de {file}, cuya SHA-256 es\n\n    {sha256}\n\n"
        "«constancia verify-release» compara un archivo así con el libro de entregas del programa.",
        "Ningún índice de paquetes tiene todavía el programa: lo que haya allí con ese nombre es de otros. Un archivo "
        "del programa se compara con el registro de sus entregas: «constancia verify-release».",
    ),
    "en": (
        "Who made this file had that program installed from {file}, whose SHA-256 is\n\n    {sha256}\n\n"
        '"constancia verify-release" compares such a file with the log of the program\'s releases.',
        "No package index has the program yet: what is there under that name is somebody else's. A file of the program "
        'is compared with the log of its releases: "constancia verify-release".',
    ),
}


def export_bundle(  # noqa: PLR0913, PLR0917 (what goes in, and where to)
    log: Log,
    documents: Documents,
    policy: bytes,
    path: Path,
    anchors: Anchors | None = None,
    rollbacks: bytes | None = None,
    *,
    extras: Iterable[tuple[str, bytes]] = (),
) -> Checkpoint:
    """Write the bundle of the log's last checkpoint.

    Args:
        log: The log, not empty.
        documents: Its documents.
        policy: A tlog-policy that names the log's key.
        path: The zip; replaced atomically if it exists.
        anchors: Its time anchors.
        rollbacks: The list of rollbacks that the operator has accepted, if there is one.
        extras: Further files to read, by name, each made when it is asked for; none has a name of the log's files.

    Returns:
        The checkpoint of the bundle.

    Raises:
        NotFound: The log is empty.
        Damaged: A document does not match its digest.
    """
    note = log.checkpoint()
    checkpoint = read_checkpoint(note)
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_half_made(path)
    part = durable_part(path)
    try:
        with zipfile.ZipFile(part, "x", zipfile.ZIP_DEFLATED) as archive:  # nothing is written to what has that name
            for name, data in _files(log, documents, policy, note, checkpoint):
                _add(archive, name, data)
            if rollbacks is not None:
                _add(archive, ROLLBACKS_NAME, rollbacks)
            for name, data in () if anchors is None else _anchor_files(anchors, checkpoint.size):
                _add(archive, name, data)
            for name, data in extras:
                _add(archive, name, data)
        replace_durably(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return checkpoint


def _files(
    log: Log, documents: Documents, policy: bytes, note: bytes, checkpoint: Checkpoint
) -> Iterator[tuple[str, bytes]]:
    texts = {
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": checkpoint.root.hex(),
        "verifier": hashlib.sha256(verifier_page()).hexdigest(),
        "version": version("constancia"),
    }
    wheel = installed_wheel()
    for lang, (known, unknown) in _PROGRAM.items():
        texts[f"program_{lang}"] = unknown if wheel is None else known.format(file=wheel[0], sha256=wheel[1])
    yield "README.es.txt", _README_ES.format(**texts).encode()
    yield "README.en.txt", _README_EN.format(**texts).encode()
    yield PAGE_NAME, verifier_page()
    yield POLICY_NAME, policy
    yield CHECKPOINT_NAME, note
    for level, number, width in tiles_between(0, checkpoint.size):
        yield tile_path(level, number, width), log.tile(level, number, width)
        if level == 0:
            yield entries_path(number, width), log.entry_bundle(number, width)
    for name in documents.names():
        yield f"{DOCUMENTS_NAME}/{name}", documents.get(name)


def _anchor_files(anchors: Anchors, size: int) -> Iterator[tuple[str, bytes]]:
    for path in anchors.paths(size):
        yield f"{ANCHORS_NAME}/{path}", anchors.get(path)
    index = anchors.index(size)
    if index:
        yield f"{ANCHORS_NAME}/{INDEX_NAME}", index


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, _NO_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = _FILE_MODE
    archive.writestr(info, data)
