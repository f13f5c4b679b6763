"""A signatory's software over HTTP: checkpoint, consistency proofs, submission with safe retries."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Self
from urllib.parse import quote

import httpx
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from constancia.api.text.i18n import tr
from constancia.ledger.errors import LedgerError
from constancia.verify.core.formats.signatures import decode_base64
from constancia.verify.report.printable import printable

TIMEOUT_S = 20.0


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
        """Give it in words."""
        code = printable(self.problem.get("code", "?"), 80)
        judged = printable(json.dumps(self.problem.get("judged_against", {}), ensure_ascii=False))
        rule = printable(self.problem.get("rule") or self.problem.get("detail", ""))
        lines = [
            tr(lang, "cli.refused", title=tr(lang, f"problem.{code}"), code=code),
            tr(lang, "cli.refused.rule", rule=rule),
            tr(lang, "cli.refused.judged", judged=judged),
        ]
        also = self.problem.get("also", [])
        more = [problem for problem in also if isinstance(problem, dict)] if isinstance(also, list) else []
        return "\n".join([*lines, *(printable(f"  + {item.get('code')}: {item.get('rule')}") for item in more[:20])])


def _problem(answer: httpx.Response) -> dict[str, Any]:
    """Read a problem document; an answer that only says that it is one is none of a ledger's."""
    try:
        problem = answer.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        raise NoLedger(f"{answer.url}: no ledger answers there (status {answer.status_code})")
    return problem


class RemoteLog:
    """A ledger served over HTTP.

    Args:
        url: The server's root.

    Raises:
        NoLedger: It is not an address; later: its server is not a ledger.
    """

    def __init__(self, url: str) -> None:
        try:
            self._client = httpx.Client(base_url=url.rstrip("/"), timeout=TIMEOUT_S, follow_redirects=False)
        except (httpx.InvalidURL, ValueError) as error:
            raise NoLedger(f"{url}: {error}") from error

    def __enter__(self) -> Self:
        """Close the connection at the end of a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection; may be repeated."""
        self._client.close()

    def describe(self) -> dict[str, Any]:
        """Return the server's own description: origin, log key, genesis. It proves nothing by itself."""
        return self._json("GET", "/api/v1/ledger", ("origin", "log_key", "timezone"))

    def checkpoint(self) -> bytes:
        """Return the latest signed checkpoint."""
        return self._request("GET", "/checkpoint").content

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
        return self._request("GET", f"/api/v1/receipts/{quote(name, safe='')}").content

    def submit(self, document: bytes) -> dict[str, Any]:
        """Submit a signed statement, with retries: the same bytes give the same receipt.

        Raises:
            RemoteProblem: The server refused.
            Unreachable: It could not be reached after several tries.
        """
        return self._json("POST", "/api/v1/entries", ("index", "leaf_hash", "receipt"), document)

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
        answer = self._request(method, path, body)
        try:
            document = answer.json()
        except ValueError:
            document = None
        if not isinstance(document, dict) or any(name not in document for name in members):
            raise NoLedger(f"{answer.url}: no ledger answers there (status {answer.status_code})")
        return document

    @retry(
        retry=retry_if_exception_type(Unreachable),
        stop=stop_after_attempt(5),
        wait=wait_exponential_jitter(multiplier=0.2, max=5),
        reraise=True,
    )
    def _request(self, method: str, path: str, body: bytes | None = None) -> httpx.Response:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        try:
            answer = self._client.request(method, path, content=body, headers=headers)
        except httpx.UnsupportedProtocol as error:
            raise NoLedger(f"{self._client.base_url}: {error}") from error
        except httpx.HTTPError as error:
            raise Unreachable(f"{self._client.base_url}: {str(error) or type(error).__name__}") from error
        if answer.status_code in (429, 502, 503, 504):
            raise Unreachable(f"{self._client.base_url}: {answer.status_code}")
        if answer.headers.get("content-type", "").startswith("application/problem+json"):
            raise RemoteProblem(_problem(answer))
        if not answer.is_success:
            raise NoLedger(f"{answer.url}: no ledger answers there (status {answer.status_code})")
        return answer
