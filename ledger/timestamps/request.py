"""Requests to a time-stamp authority for a token over a checkpoint's text, and acceptance of its answer.

- R1: an answer is stored only if a verifier that pins the same authority would count it, and only if its time does
  not contradict the entries that it covers. If it does, one of the two clocks is wrong, and the error says so.
- R2: only a digest of public data leaves the machine, with a nonce.
"""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import httpx
from rfc3161_client import HashAlgorithm, TimeStampRequest, TimestampRequestBuilder
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from constancia.ledger.clock import format_recorded_at
from constancia.ledger.errors import LedgerError, NotFound
from constancia.ledger.reader.log import Log
from constancia.ledger.timestamps.anchor_store import Anchors
from constancia.ledger.timestamps.authorities import Authority
from constancia.ledger.timestamps.token import MAX_TOKEN_BYTES, Stamp, imprint_of, parse_token, verify_token
from constancia.verify.core.formats.checkpoint import format_checkpoint
from constancia.verify.core.formats.note import parse_note
from constancia.verify.core.log import CLOCK_SKEW_S
from constancia.verify.report.words import TLS
from constancia.verify.sources.tls import tls_code
from constancia.verify.speed.entry_patterns import read_entry

TIMEOUT_S: Final = 20.0
ATTEMPTS: Final = 3
MAX_PAUSE_S: Final = 5.0
_QUERY: Final = "application/timestamp-query"


class NoAnswer(LedgerError):
    """The authority cannot be reached or gave a malformed answer; a retry may help."""


class Stamper:
    """Anchors one log.

    Args:
        log: The log, not empty.
        origin: Its name.
        anchors: Where answers are stored.
        pause_s: Most that is waited after the first failed attempt, in seconds; it doubles with each.
    """

    def __init__(self, log: Log, origin: str, anchors: Anchors, *, pause_s: float = 0.5) -> None:
        self._log = log
        self._origin = origin
        self._anchors = anchors
        self._attempts = Retrying(
            retry=retry_if_exception_type(NoAnswer),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_random_exponential(multiplier=pause_s, max=MAX_PAUSE_S),
            reraise=True,
        )

    def request(self) -> tuple[int, TimeStampRequest]:
        """Make the request for the latest checkpoint.

        Returns:
            The checkpoint's size, and the request: SHA-256 of the note's text, a nonce, the certificate wanted.

        Raises:
            NotFound: The log is empty.

        Source: RFC 3161 §2.4.1.
        """
        size = self._log.size
        text = parse_note(self._log.checkpoint(size)).text.encode()
        builder = TimestampRequestBuilder().data(text).hash_algorithm(HashAlgorithm.SHA256).nonce(nonce=True)
        return size, builder.cert_request(cert_request=True).build()

    def anchor(self, authority: Authority, url: str) -> tuple[int, Stamp] | None:
        """Have the latest checkpoint stamped, unless this authority has already done so.

        Args:
            authority: The pinned authority.
            url: Its address, http or https.

        Returns:
            The checkpoint's size and the time-stamp; None if there is nothing new to anchor.

        Raises:
            NotFound: The log is empty.
            NoAnswer: No answer.
            Malformed, Unpinned, LedgerError: An answer that does not count; nothing is stored.
        """
        size, request = self.request()
        if self._anchors.has(size, authority.name):
            return None
        answer = self._attempts(_ask, url, request.as_bytes())
        if parse_token(answer).tst_info.nonce != request.nonce:
            raise LedgerError(f"{url} answered another request: its nonce is not ours")
        return self.accept(answer, [authority])

    def accept(self, answer: bytes, authorities: Sequence[Authority]) -> tuple[int, Stamp]:
        """Accept an answer received by any channel; find its checkpoint by the digest that it covers.

        Args:
            answer: TimeStampResp, or the bare token.
            authorities: The pinned authorities.

        Returns:
            The checkpoint's size and the time-stamp.

        Raises:
            NotFound: It covers no checkpoint of this log.
            Malformed, Unpinned: It does not count.
            LedgerError: Its time is earlier than a recording time that it covers, or an answer is already stored.
        """
        size, text = self._covered(imprint_of(parse_token(answer)))
        stamp = verify_token(answer, text, authorities)
        recorded_at = read_entry(self._log.entry(size - 1)).recorded_at
        latest = stamp.time + stamp.accuracy + timedelta(seconds=CLOCK_SKEW_S)
        if recorded_at > format_recorded_at(latest):
            raise LedgerError(
                f"entry {size - 1} says that it was recorded at {recorded_at}, the time-stamp by {stamp.authority.name}"
                f" that it existed at {format_recorded_at(stamp.time)}:"
                " one of the two clocks is wrong; nothing is stored"
            )
        self._anchors.add(size, self._log.checkpoint(size), stamp.authority.name, answer)
        return size, stamp

    def _covered(self, imprint: bytes) -> tuple[int, bytes]:
        for size in reversed(list(self._log.checkpoint_sizes())):
            text = format_checkpoint(self._origin, size, self._log.root(size)).encode()
            if hashlib.sha256(text).digest() == imprint:
                return size, text
        raise NotFound(f"the answer covers {imprint.hex()}, which is no checkpoint of this log")


def _ask(url: str, request: bytes) -> bytes:
    headers = {"Content-Type": _QUERY, "User-Agent": "constancia"}
    answer = b""
    try:
        with (
            httpx.Client(timeout=TIMEOUT_S, follow_redirects=False) as client,
            client.stream("POST", url, content=request, headers=headers) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise NoAnswer(f"{url}: status {response.status_code}")
            for part in response.iter_bytes():
                answer += part
                if len(answer) > MAX_TOKEN_BYTES:
                    raise LedgerError(f"{url}: more than {MAX_TOKEN_BYTES} bytes, no time-stamp")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        code = tls_code(error)
        raise NoAnswer(f"{url}: {TLS[code]['en'] if code else str(error) or type(error).__name__}") from error
    return answer
