"""A monitor over HTTP: its heads for other monitors, its findings for people, its metrics. GET only."""

from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from constancia.api.http.text_headers import TextHeaders
from constancia.api.monitor.outputs import FEED_NAMES, HEADS_NAME, METRICS_NAME
from constancia.ledger.monitor.watch_folder import PROOFS
from constancia.verify.core.errors import Unreadable
from constancia.verify.sources.files import MAX_DOCUMENT_BYTES, read_file

_HEADERS: Final = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=10"}
_ATOM: Final = "application/atom+xml"
_FILES: Final = {
    "/heads": (HEADS_NAME, "application/json"),
    "/metrics": (METRICS_NAME, "text/plain; version=0.0.4; charset=utf-8"),
    **{f"/feeds/{name}": (name, _ATOM) for name in FEED_NAMES.values()},
}


def create_monitor_app(root: Path) -> Starlette:
    """Build the application.

    Args:
        root: The monitor's folder, whose files are replaced atomically after each pass.

    Returns:
        The ASGI application.
    """

    def shown(request: Request) -> Response:
        name, media_type = _FILES[request.url.path]
        return _file(root / name, media_type)

    def evidence(request: Request) -> Response:
        name = request.path_params["name"]
        # Only existing names are opened: no part of the path comes from the request.
        listed = {path.name: path for path in root.glob(f"*/evidence/{PROOFS}")}
        return _file(listed.get(name), "text/plain; charset=utf-8")

    def about(_: Request) -> Response:
        proofs = sorted({f"/evidence/{path.name}" for path in root.glob(f"*/evidence/{PROOFS}")})
        return PlainTextResponse("\n".join(["constancia monitor", "", *_FILES, *proofs, ""]))

    routes = [Route(path, shown) for path in _FILES]
    routes += [Route("/evidence/{name}", evidence), Route("/", about)]
    return Starlette(routes=routes, middleware=[Middleware(TextHeaders, headers=_HEADERS)])


def _file(path: Path | None, media_type: str) -> Response:
    try:
        data = None if path is None else read_file(path, MAX_DOCUMENT_BYTES)
    except Unreadable:
        data = None
    if data is None:
        return PlainTextResponse("404\n", 404)
    return Response(data, headers={"Content-Type": media_type})
