"""What is answered while the server starts: a page that says how far it is, on the address that the ledger will have.

Nothing of the ledger is shown before it was read whole and found to agree with itself (L2): the page names a number of
entries and no more. It is made with the standard library alone, so that it is there a moment after the process is,
while the framework is still being loaded; the socket then goes to the server, and no connection is lost.
"""

import base64
import hashlib
import html
import json
import logging
import re
import socket
import sys
import threading
from functools import cache
from gettext import GNUTranslations
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from types import TracebackType
from typing import Any, Final, Self

from typing_extensions import override

RETRY_AFTER_S: Final = 1
_POLL_S: Final = 0.02  # until the thread sees that it is to stop
_TIMEOUT_S: Final = 5.0  # for a request's head
_BUSY: Final = "E_BUSY"
_RULE: Final = "the server is starting, and reads the ledger: try again in a second"
_MESSAGE: Final = re.compile(r'^msgid "((?:starting|problem)\.[^"]+)"\nmsgstr "([^"]*)"$', re.MULTILINE)
_NAMES: Final = ("starting.", "problem.")
_log = logging.getLogger(__name__)
_STYLE: Final = (
    "body{font:18px/1.5 system-ui,sans-serif;max-width:36rem;margin:12vh auto;padding:0 1rem;color:#1b1b1b;"
    "background:#fff}@media(prefers-color-scheme:dark){body{color:#eee;background:#16181c}a{color:#9cc2ff}}"
)
# The page is loaded again once, when the ledger is there. Without scripts there is the link.
_SCRIPT: Final = (
    "setInterval(async()=>{try{const a=await fetch(location.href,{method:'HEAD',cache:'no-store'});"
    "if(a.status!==503)location.reload()}catch{}},500)"
)


def _hash_of(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


PLAIN_CSP: Final = (
    f"default-src 'none'; script-src {_hash_of(_SCRIPT)}; style-src {_hash_of(_STYLE)}; connect-src 'self'; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'"
)


@cache
def words(lang: str) -> dict[str, str]:
    """Give the catalogue's messages on the start, and the titles of problems, without the library that reads it all.

    A release has the compiled catalogue alone, a checkout its sources alone.
    """
    locale = files("constancia.api").joinpath("locale")
    compiled = locale.joinpath(f"{lang}.mo")
    if compiled.is_file():
        with compiled.open("rb") as opened:
            messages = vars(GNUTranslations(opened))["_catalog"]  # the standard library shows the ids nowhere
        return {name: text for name, text in messages.items() if name.startswith(_NAMES)}
    folder = locale.joinpath(lang, "LC_MESSAGES")
    texts = [path.read_text(encoding="utf-8") for path in folder.iterdir() if path.name.endswith(".po")]
    return dict(pair for text in texts for pair in _MESSAGE.findall(text))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    progress: tuple[int, int] = (0, 0)

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that are gone; log what else went wrong, since the client got no answer."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            _log.error("no answer to a request while the server starts", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _TIMEOUT_S

    def do_GET(self) -> None:
        """Say how far the start is: to a person as a page, to a program as a problem document."""
        path = self.path.partition("?")[0]
        section = re.search(r"/(es|en)(?:/|\Z)", path)
        if section is None and path != "/" and "text/html" not in self.headers.get("Accept", ""):
            self._answer(_problem(path), "application/problem+json")
        else:
            self._answer(page(section.group(1) if section else "es", *self.server.progress), "text/html; charset=utf-8")

    do_HEAD = do_OPTIONS = do_PATCH = do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 (names of the library)

    @override
    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what is no request as everything else, with its own status."""
        self._answer(_problem(None), "application/problem+json", code)

    def _answer(self, body: bytes, media_type: str, status: int = 503) -> None:
        self.close_connection = True
        self.send_response_only(status)
        headers = {
            "Cache-Control": "no-store", "Connection": "close", "Content-Length": str(len(body)),
            "Content-Security-Policy": PLAIN_CSP, "Content-Type": media_type, "Referrer-Policy": "no-referrer",
            "Retry-After": str(RETRY_AFTER_S), "X-Content-Type-Options": "nosniff",
        }  # fmt: skip
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Write no line for a request."""


def page(lang: str, done: int, total: int) -> bytes:
    """Give the page.

    Args:
        lang: `es` or `en`.
        done: Entries read so far.
        total: Entries in the ledger; 0 where that is not known yet.
    """
    text = words(lang)
    shown = {"done": f"{done:,}", "total": f"{total:,}"}
    far = text["starting.progress"] % shown if total else text["starting.begins"]
    return plain_page(lang, text["starting.title"], far, text["starting.wait"])


def plain_page(lang: str, title: str, what: str, then: str) -> bytes:
    """Give a page that needs nothing of the ledger, and is loaded again once its address answers.

    Args:
        lang: `es` or `en`.
        title: Its heading.
        what: What there is to say.
        then: What happens next.
    """
    title, what, then, again = map(html.escape, (title, what, then, words(lang)["starting.again"]))
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<style>{_STYLE}</style></head><body><main><h1>{title}</h1>"
        f'<p role="status">{what}</p>'
        f'<p>{then} <a href="">{again}</a></p></main>'
        f"<script>{_SCRIPT}</script></body></html>"
    ).encode()


def _problem(path: str | None) -> bytes:
    members = {
        "also": [],
        "code": _BUSY,
        "detail": _RULE,
        "judged_against": {},
        "rule": _RULE,
        "status": 503,
        "title": words("en")[f"problem.{_BUSY}"],
        "title_es": words("es")[f"problem.{_BUSY}"],
        "type": f"/en/codes#{_BUSY}",
        **({} if path is None else {"instance": path}),
    }
    return json.dumps(dict(sorted(members.items())), ensure_ascii=False).encode()


class StartServer:
    """Answers on a listening socket until the server takes it over. A context manager; `stop` may be called before.

    Args:
        listener: The socket; it stays open.
    """

    def __init__(self, listener: socket.socket) -> None:
        self._server = _Server(listener.getsockname()[:2], _Handler, bind_and_activate=False)
        self._server.socket.close()  # the one that the library made
        self._server.socket = listener
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL_S,), name="starting", daemon=True
        )

    def progress(self, done: int, total: int) -> None:
        """Note how many of the ledger's entries have been read."""
        self._server.progress = (done, total)

    def stop(self) -> None:
        """Leave the socket to the server; connections that come meanwhile wait in its queue."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()

    def __enter__(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop answering."""
        self.stop()
