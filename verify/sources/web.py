"""Files below a web address: the one reader of the network, for the verifier, the monitor and the levels above.

- W1: a file is what the server announced, whole: fewer bytes than `Content-Length`, a broken chunk or packing are a cut
  transfer, tried again, and never handed on.
- W2: an answer has a time limit as a whole, headers and body together, however steadily it drips; its size is bounded.
- W3: a refusal, a page in a file's place, a certificate that is not believed and silence differ from a file that is not
  there, and from one another.
- W4: once nobody waits for an answer no more of it is read, whatever the host still sends.
"""

import gzip
import hashlib
import io
import threading
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse, IncompleteRead, InvalidURL
from queue import Empty, SimpleQueue
from typing import Any, Final, TypeVar

from constancia.verify.core.errors import Unreadable
from constancia.verify.report.words import TLS
from constancia.verify.sources.files import MAX_DOCUMENT_BYTES, read_bounded
from constancia.verify.sources.tls import tls_code

WAIT_S: Final = 20.0  # for the next bytes
ANSWER_S: Final = 120.0  # for one answer as a whole
ATTEMPTS: Final = 3  # a dropped connection is no verdict
BACK_OFF_S: Final = 0.5  # before the second attempt; then twice that
MAX_BACK_OFF_S: Final = 10.0  # whatever Retry-After asks for
CONTACT: Final = frozenset({"unreachable", "refused", "cut", "replaced", *TLS})
_ABSENT: Final = (404, 410)
_TICK_S: Final = 0.2
_CHUNK: Final = 65_536
T = TypeVar("T")
_asking = threading.local()


class _Response(HTTPResponse):
    """An answer of which no more is read once nobody waits for it (rule W4).

    The library itself reads interim answers, trailers, and a line that drips, on and on.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        connection, left = self.fp.raw, _asking.left
        read = connection.readinto

        def readinto(into: Any) -> int | None:
            if left.is_set():
                raise TimeoutError("nobody waits for it any more")
            return read(into)

        connection.readinto = readinto  # type: ignore[method-assign]


class Handler(urllib.request.HTTPSHandler, urllib.request.HTTPHandler):
    """http and https, for what a `Web` asks."""

    def do_open(self, http_class: Any, *args: Any, **options: Any) -> Any:
        """Open a connection whose answers are read under rule W4."""
        noted: Any = type("Connection", (http_class,), {"response_class": _Response})
        return super().do_open(noted, *args, **options)


class Web:
    """Files below an http or https address.

    Args:
        address: The address.
        is_stopped: Asked while an answer is waited for; then the reading is broken off with `KeyboardInterrupt`.
    """

    def __init__(self, address: str, is_stopped: Callable[[], bool] = lambda: False) -> None:
        self.location = address.rstrip("/")
        self.answer_s = ANSWER_S
        self.back_off_s = BACK_OFF_S
        self._is_stopped = is_stopped
        self._opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler(), Handler(), urllib.request.HTTPRedirectHandler(),
            urllib.request.HTTPDefaultErrorHandler(), urllib.request.HTTPErrorProcessor(),
            urllib.request.UnknownHandler(),
        ):  # fmt: skip
            self._opener.add_handler(handler)

    def read(self, path: str, limit: int) -> bytes | None:
        """Give a file's bytes; None where the server answers 404 or 410.

        Raises:
            Unreadable: `unreachable`, `refused`, `cut`, `replaced`, `too-large` or a code of `words.TLS` (W1 to W3).
        """
        where, attempt, pause = f"{self.location}/{path}", 0, self.back_off_s
        while True:
            attempt += 1
            try:
                return self._in_time(lambda: self._get(path, limit, where), where)
            except urllib.error.HTTPError as error:
                error.close()
                if error.code in _ABSENT:
                    return None
                failure, code = f"{error.code} {error.reason}", "refused"
                again = error.code in (408, 429) or error.code >= 500
                pause = max(pause, _retry_after(str(error.headers.get("Retry-After", ""))))
            except (IncompleteRead, EOFError, zlib.error, gzip.BadGzipFile) as error:
                failure, code, again = str(error) or type(error).__name__, "cut", True
            except (OSError, HTTPException, ValueError) as error:
                if (wrong := tls_code(error)) is not None:
                    raise Unreadable(wrong, where, TLS[wrong]["en"]) from error
                # What is no web server's answer is one all the same; a connection that ends is an error of HTTP too.
                is_answer = isinstance(error, HTTPException) and not isinstance(error, OSError | InvalidURL)
                failure, code = str(error) or type(error).__name__, "refused" if is_answer else "unreachable"
                again = not _is_no_address(error)
            if attempt == ATTEMPTS or not again:
                raise Unreadable(code, where, failure)
            self._wait(pause)
            pause *= 2

    def digest(self, path: str) -> tuple[bytes, int] | None:
        """Give a file's SHA-256 and size; None where there is none."""
        data = self.read(path, MAX_DOCUMENT_BYTES)
        return None if data is None else (hashlib.sha256(data).digest(), len(data))

    def names(self) -> None:
        """Give nothing: a web address can't be listed."""
        return

    def look_again(self, path: str, limit: int) -> bytes | None:
        """Read a file once more, a moment after it was not there: it may have been published meanwhile."""
        self._wait(self.back_off_s * 4)
        return self.read(path, limit)

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._is_stopped():
                raise KeyboardInterrupt
            time.sleep(min(_TICK_S, left))

    def _in_time(self, get: Callable[[], T], where: str) -> T:
        """Ask in a thread of its own, which is left where no answer comes: neither a host nor a stop is waited for."""
        answers: SimpleQueue[T | Exception] = SimpleQueue()
        left = threading.Event()

        def ask() -> None:
            _asking.left = left
            try:
                answers.put(get())
            except Exception as error:  # noqa: BLE001 - handed over, and raised where it was asked
                answers.put(error)

        threading.Thread(target=ask, daemon=True, name="fetch").start()
        end = time.monotonic() + self.answer_s
        try:
            while True:
                try:
                    answer = answers.get(timeout=_TICK_S)
                except Empty:
                    if self._is_stopped():
                        raise KeyboardInterrupt from None
                    if time.monotonic() > end:
                        raise Unreadable("unreachable", where, f"it did not come within {self.answer_s:g} s") from None
                    continue
                if isinstance(answer, Exception):
                    raise answer
                return answer
        finally:
            left.set()

    def _get(self, path: str, limit: int, where: str) -> bytes:
        request = urllib.request.Request(  # noqa: S310 - the opener has handlers for http and https alone
            f"{self.location}/{path}", headers={"Accept-Encoding": "identity", "User-Agent": "constancia-verify"}
        )
        with self._opener.open(request, timeout=WAIT_S) as answer:
            if answer.headers.get_content_type() == "text/html" and not path.startswith("documents/"):
                raise Unreadable("replaced", where, "a page came in the file's place")
            packing = answer.headers.get("Content-Encoding", "").lower()
            if packing not in ("", "identity", "gzip", "x-gzip"):
                raise Unreadable("refused", where, f"it came packed as {packing}, which was not asked for")
            data = whole_body(answer, limit, where)
            if packing.endswith("gzip"):
                return read_bounded(gzip.GzipFile(fileobj=io.BytesIO(data)), limit, where)  # type: ignore[arg-type]  # it reads like one
            return data


def whole_body(answer: Any, limit: int, where: str) -> bytes:
    """Read a body whole, of at most `limit` bytes, or raise (rules W1, W2)."""
    data = bytearray()
    while chunk := answer.read1(_CHUNK):
        data += chunk
        if len(data) > limit:
            raise Unreadable("too-large", where, f"more than {limit} bytes")
    if answer.length:
        raise IncompleteRead(bytes(data[:0]), answer.length)
    return bytes(data)


def _is_no_address(error: Exception) -> bool:
    """Tell whether the address itself is wrong, so that another attempt is in vain: urllib says so in three ways."""
    # A reason that is no text is that of a connection; OpenSSL's errors have one that is, of a connection too.
    is_refused = isinstance(error, urllib.error.URLError) and isinstance(error.reason, str)
    return is_refused or (isinstance(error, ValueError | InvalidURL) and not isinstance(error, OSError))


def _retry_after(asked: str) -> float:
    return min(float(asked), MAX_BACK_OFF_S) if asked.isascii() and asked.isdigit() else 0.0
