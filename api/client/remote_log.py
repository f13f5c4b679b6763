"""A signatory's software over HTTP: checkpoint, consistency proofs, submission with safe retries."""

import json
import urllib.error
import urllib.request
import zlib
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from typing import Any, Final, NamedTuple, Self
from urllib.parse import quote, urlsplit

from tenacity import retry, retry_if_exception_type, stop_after_attempt, stop_before_delay, wait_exponential_jitter

from constancia.api.text.refusal_words import refusal_lines
from constancia.ledger.errors import LedgerError
from constancia.verify.core.errors import Unreadable
from constancia.verify.core.formats.signatures import decode_base64
from constancia.verify.report.printable import printable
from constancia.verify.report.words import TLS
from constancia.verify.sources.tls import tls_code
from constancia.verify.sources.transit import is_html
from constancia.verify.sources.web import WAIT_S, Handler, Web, whole_body

ANSWER_S: Final = 60.0  # for one answer as a whole
MAX_ANSWER_BYTES: Final = 4_000_000  # a receipt has at most half of it
_LONGEST_S: Final = 60.0  # for all tries: after it none is begun, whatever a server would like us to wait
_RATE: Final = "E_RATE"
_PASSING: Final = ("E_BUSY", _RATE, "E_STOPPED", "E_STORE", "E_TOKEN")  # what may be over in some seconds
_MOST_RULES: Final = 20  # of those that a server says were broken too


class Unreachable(LedgerError):
    """The server cannot be reached, or is busy; a signed statement remains valid and can be submitted again."""


class NoLedger(LedgerError):
    """The address is invalid, or its server is not a ledger."""


class RemoteProblem(Exception):
    """The server refused: its problem document."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        self.problem = dict(problem)
        super().__init__(f"{problem.get('code')}: {problem.get('rule') or problem.get('detail')}")

    def text(self, lang: str) -> str:
        """Give it in words: what happened, the rule, what was met, what to do, the code; nothing of it is believed."""
        judged, also = self.problem.get("judged_against"), self.problem.get("also")
        more = [item for item in also if isinstance(item, dict)] if isinstance(also, list) else []
        lines = refusal_lines(
            printable(self.problem.get("code", "?"), 80),
            str(self.problem.get("rule") or self.problem.get("detail", "")),
            judged if isinstance(judged, dict) else {},
            [(printable(item.get("code"), 80), str(item.get("rule"))) for item in more[:_MOST_RULES]],
            lang,
        )
        return "\n".join(map(printable, lines))


class TooOften(RemoteProblem):
    """The server refused because of how often it was asked: worth another try, and its words if none was better."""


class HttpAnswer(NamedTuple):
    """A whole answer: its status, its media type without parameters, and its body."""

    status: int
    media_type: str
    data: bytes


class _Exchange(Web):
    """Requests of any method below an address, by the verifier's reader of the network; no redirect is followed."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.answer_s = ANSWER_S
        self._opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler(), Handler(), urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPErrorProcessor(),
        ):  # fmt: skip
            self._opener.add_handler(handler)

    def ask(self, method: str, path: str, body: bytes | None) -> HttpAnswer:
        """Send a request once, and give the answer of whatever status.

        Raises:
            Unreadable, OSError, HTTPException, ValueError: None came whole and in time.
        """
        where = f"{self.location}{path}"
        headers = {"Accept-Encoding": "identity", "User-Agent": "constancia"}
        headers |= {} if body is None else {"Content-Type": "application/json"}
        request = urllib.request.Request(where, body, headers, method=method)  # noqa: S310 - http and https alone

        def send() -> HttpAnswer:
            try:
                with self._opener.open(request, timeout=WAIT_S) as answer:
                    return taken(answer, answer.status)
            except urllib.error.HTTPError as error:
                with error:
                    return taken(error.fp, error.code)

        def taken(answer: Any, status: int) -> HttpAnswer:
            media_type = answer.headers.get_content_type()
            return HttpAnswer(status, media_type, whole_body(answer, MAX_ANSWER_BYTES, where))

        return self._in_time(send, where)


def fetch(address: str) -> bytes:
    """Give what an address answers, of whatever media type; no redirect is followed.

    Raises:
        Unreadable: It can't be reached, or answers something else than 200.
    """
    base, _, name = address.rpartition("/")
    try:
        answer = _Exchange(base).ask("GET", f"/{name}", None)
    except (OSError, HTTPException, ValueError) as error:
        _check_tls(error, address)
        raise Unreadable("unreachable", address, printable(error)) from error
    if answer.status != 200:
        raise Unreadable("refused", address, f"{answer.status}")
    return answer.data


def _check_tls(error: Exception, address: str) -> None:
    """Raise `Unreadable` where somebody answers with whom no secure connection comes about: to ask again is in vain."""
    if (code := tls_code(error)) is not None:
        raise Unreadable(code, address, TLS[code]["en"]) from error


def _object(answer: HttpAnswer, where: str, members: Sequence[str] = ()) -> dict[str, Any]:
    """Read an answer's JSON object; one that has another form, whatever it says that it is, is none of a ledger's."""
    try:
        document = json.loads(answer.data)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or any(name not in document for name in members):
        raise NoLedger(f"{where}: no ledger answers there (status {answer.status})")
    return document


class RemoteLog:
    """A ledger served over HTTP.

    Args:
        url: The server's root.

    Raises:
        NoLedger: It is not an address; later: its server is not a ledger.
    """

    def __init__(self, url: str) -> None:
        try:
            is_address = url.isascii() and urlsplit(url).scheme in ("http", "https") and bool(urlsplit(url).hostname)
        except ValueError:
            is_address = False
        if not is_address:
            raise NoLedger(f"{url}: this is no http or https address")
        self._web = _Exchange(url)
        self._url = self._web.location

    def __enter__(self) -> Self:
        """Close the connection at the end of a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Nothing stays open between two requests; may be repeated."""

    def describe(self) -> dict[str, Any]:
        """Return the server's own description: origin, log key, genesis. It proves nothing by itself."""
        return self._json("GET", "/api/v1/ledger", ("origin", "log_key", "timezone"))

    def checkpoint(self) -> bytes:
        """Return the latest signed checkpoint."""
        return self._request("GET", "/checkpoint").data

    def consistency(self, old: int, new: int) -> Sequence[bytes]:
        """Return the consistency proof between two sizes."""
        answer = self._json("GET", f"/api/v1/proofs/consistency?old={old}&new={new}", ("proof",))
        return [decode_base64(sibling, "proof") for sibling in answer["proof"]]

    def receipt(self, name: str) -> bytes:
        """Return the receipt of an entry by index, leaf hash or statement id, as the server made it.

        Raises:
            RemoteProblem: There is no such entry.
            Unreachable: It could not be reached after several tries.
        """
        return self._request("GET", f"/api/v1/receipts/{quote(name, safe='', errors='replace')}").data

    def parties(self) -> list[Mapping[str, Any]]:
        """Return the parties with their people and keys, as the server says them; it proves nothing by itself."""
        items = self._json("GET", "/api/v1/parties", ("items",))["items"]
        return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []

    def refusals(self, start: int, limit: int) -> list[Mapping[str, Any]]:
        """Return a page of the refused attempts that the server lists; nothing proves that the list is whole."""
        items = self._json("GET", f"/api/v1/refusals?start={start}&limit={limit}", ("items",))["items"]
        return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []

    def refusal(self, sha256: str) -> bytes:
        """Return the signed document of a refused attempt.

        Raises:
            RemoteProblem: There is no such attempt.
            Unreachable: It could not be reached after several tries.
        """
        return self._request("GET", f"/api/v1/refusals/{quote(sha256, safe='', errors='replace')}").data

    def submit(self, document: bytes) -> dict[str, Any]:
        """Submit a signed statement, with retries: the same bytes give the same receipt.

        Raises:
            RemoteProblem: The server refused.
            Unreachable: It could not be reached after several tries.
        """
        return self._json("POST", "/api/v1/entries", ("index", "leaf_hash", "receipt"), document)

    def keep_document(self, data: bytes) -> str:
        """Hand in a document that an entry cites; one that is there already stays as it is.

        Returns:
            Its SHA-256 in hex.

        Raises:
            RemoteProblem: No entry cites it, or it is too large.
            Unreachable: It could not be reached after several tries.
        """
        return str(self._json("POST", "/api/v1/documents", ("sha256",), data)["sha256"])

    def verdict(self, statement: Mapping[str, Any], key: str | None) -> dict[str, Any]:
        """Return the result of a dry run, `accepted` and `refusal`; nothing is recorded.

        Args:
            statement: Its members.
            key: Id of the key that will sign; without one, checks of the key are skipped.
        """
        asked = {
            name: statement[name] for name in ("actor", "body", "mode", "occurred_on", "seen", "signed_at", "type")
        }
        body = json.dumps(asked | ({} if key is None else {"key": key})).encode()
        verdict: dict[str, Any] = self._json("POST", "/api/v1/drafts", ("verdict",), body)["verdict"]
        return verdict

    def _json(self, method: str, path: str, members: Sequence[str], body: bytes | None = None) -> dict[str, Any]:
        return _object(self._request(method, path, body), f"{self._url}{path}", members)

    @retry(
        retry=retry_if_exception_type((Unreachable, TooOften)),
        stop=stop_after_attempt(5) | stop_before_delay(_LONGEST_S),
        wait=wait_exponential_jitter(multiplier=0.2, max=5),
        reraise=True,
    )
    def _request(self, method: str, path: str, body: bytes | None = None) -> HttpAnswer:
        try:
            answer = self._web.ask(method, path, body)
        except Unreadable as error:
            kind = Unreachable if error.code == "unreachable" else NoLedger
            raise kind(str(error)) from error
        except (OSError, HTTPException, EOFError, zlib.error) as error:
            _check_tls(error, self._url)
            raise Unreachable(f"{self._url}: {printable(error) or type(error).__name__}") from error
        except ValueError as error:  # an address with what no request may hold
            raise NoLedger(f"{self._url}: {printable(error)}") from error
        is_busy = answer.status in (429, 502, 503, 504)
        if answer.media_type == "application/problem+json":
            problem = _object(answer, f"{self._url}{path}")
            if not is_busy or problem.get("code") not in _PASSING:
                raise RemoteProblem(problem)
            if problem["code"] == _RATE:
                raise TooOften(problem)
        if is_busy:
            raise Unreachable(f"{self._url}: {answer.status}")
        # A page for what is not there, or a portal's in everything's place, comes with 200 too.
        if answer.status >= 300 or answer.media_type == "text/html" or is_html(answer.data):
            raise NoLedger(f"{self._url}{path}: no ledger answers there (status {answer.status})")
        return answer
