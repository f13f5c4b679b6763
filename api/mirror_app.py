"""A mirror over HTTP: the logs that it stores, as C2SP tlog-mirror has them, and a page that says whose it is.

    <prefix>/<hex SHA-256 of the origin>/{checkpoint,tile/,documents/,anchors/,rollbacks.json}

GET only. Any web server may serve the same folder instead; nothing here is computed.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from constancia.api.http.representation import represent
from constancia.api.http.text_headers import TextHeaders
from constancia.ledger.publication.target import headers_of
from constancia.ledger.timestamps.anchor_store import INDEX_NAME, size_in
from constancia.ledger.witnesses.rollback_records import NAME as ROLLBACKS_NAME
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.checkpoint import read_checkpoint
from constancia.verify.core.formats.note import MAX_NOTE_BYTES, VerifierKey, format_vkey
from constancia.verify.core.formats.signatures import is_hex64
from constancia.verify.report.printable import printable
from constancia.verify.sources.files import MAX_DOCUMENT_BYTES, Folder, read_file
from constancia.verify.sources.layout import ANCHORS_NAME, CHECKPOINT_NAME, DOCUMENTS_NAME, TILES_NAME
from constancia.verify.wire.tiles import parse_tile_path

_HEADERS: Final = {"Access-Control-Allow-Origin": "*"}


def create_mirror_app(public: Path, name: str, keys: Sequence[VerifierKey]) -> Starlette:
    """Build the application.

    Args:
        public: The mirror's public folder: a folder for each log, under the hash of its origin.
        name: The mirror's name.
        keys: Its keys.

    Returns:
        The ASGI application.
    """

    def file(request: Request) -> Response:
        origin, path = request.path_params["origin"], request.path_params["path"]
        if not is_hex64(origin) or not _is_file_of_a_log(path):
            return _missing()
        try:
            data = Folder(public / origin).read(path, MAX_DOCUMENT_BYTES)
        except Unreadable:
            data = None
        if data is None:
            return _missing()
        headers = headers_of(path)
        further = {"Content-Disposition": "attachment"} if headers.is_attachment else {}
        is_bundle = path.startswith(f"{TILES_NAME}/entries/")
        return represent(
            request, data, media_type=headers.media_type, cache=headers.cache, headers=further,
            may_compress=is_bundle,
        )  # fmt: skip

    def about(_: Request) -> Response:
        lines = [f"mirror {name}", "", *map(format_vkey, keys), "", *_logs(public), ""]
        return PlainTextResponse("\n".join(lines), headers={"Cache-Control": "no-store"})

    app = Starlette(
        routes=[Route("/", about), Route("/{origin}/{path:path}", file)],
        middleware=[Middleware(TextHeaders, headers=_HEADERS)],
    )
    app.router.redirect_slashes = False
    return app


def _is_file_of_a_log(path: str) -> bool:
    """Tell whether a path is one of a published log's: no other file is ever opened."""
    folder, _, rest = path.partition("/")
    if folder == TILES_NAME:
        try:
            parse_tile_path(path)
        except Malformed:
            return False
        return True
    if folder == DOCUMENTS_NAME:
        return is_hex64(rest)
    if folder == ANCHORS_NAME:
        return rest == INDEX_NAME or size_in(rest) is not None
    return path in (CHECKPOINT_NAME, ROLLBACKS_NAME)


def _logs(public: Path) -> list[str]:
    lines = []
    for folder in sorted(public.glob("*")):
        try:
            raw = read_file(folder / CHECKPOINT_NAME, MAX_NOTE_BYTES)
            checkpoint = None if raw is None else read_checkpoint(raw)
        except (Unreadable, Malformed):
            continue
        if checkpoint is not None:
            shown = printable(checkpoint.origin)
            lines.append(f"log {shown} size {checkpoint.size} root {checkpoint.root.hex()} at /{folder.name}/")
    return lines


def _missing() -> Response:
    return PlainTextResponse("404\n", 404)
