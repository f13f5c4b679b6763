"""Asks the witnesses to cosign the log's checkpoints.

- C1: appending never waits for a witness: `wake` only signals new entries, and this thread does the rest.
- C2: rounds. A round is about one tree, the latest when it began; the next one begins when the quorum has cosigned, or
  when no request is pending. Without rounds each witness would cosign a different size, and no tree would ever have
  all cosignatures.
- C3: a cosignature is verified before it is stored. A witness that is unreachable, slow or returns an invalid answer
  is retried with exponential back-off. It never delays the others.
- C4: a witness that missed rounds catches up: it is always asked about the latest tree, from the size that it knows.
"""

import asyncio
import logging
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import httpx
from eventsourcing.persistence import PersistenceError
from tenacity import AsyncRetrying, retry_if_exception_type
from tenacity.wait import wait_exponential_jitter

from constancia.ledger.errors import LedgerError, StoreUnavailable
from constancia.ledger.reader.log import Log
from constancia.ledger.witnesses.pace import Pace
from constancia.ledger.witnesses.protocol import (
    CALL,
    MAX_ANSWER_BYTES,
    SIZE_MEDIA_TYPE,
    format_request,
    parse_answer,
    parse_size,
    refusal_code,
)
from constancia.ledger.witnesses.quorum_status import MAX_TIME, QuorumStatus
from constancia.verify.core.errors import Malformed, Unsupported
from constancia.verify.core.formats.checkpoint import parse_checkpoint
from constancia.verify.core.formats.cosignature import verify_cosignature
from constancia.verify.core.formats.note import NoteSignature, VerifierKey, parse_note
from constancia.verify.report.words import TLS
from constancia.verify.sources.tls import tls_code
from constancia.verify.wire.merkle import verify_consistency

_ASKS: Final = 4  # another request may pass the size that a 409 gave, once; a witness that lies repeats it
_CLOSE_S: Final = 5.0
_log = logging.getLogger(__name__)


class Failed(Exception):
    """A witness did not cosign. `code` names why: unreachable, refused, garbage, false, ahead, conflict, no_proof."""

    def __init__(self, code: str, why: str, size: int = 0) -> None:
        super().__init__(f"{code}: {why}")
        self.code = code
        self.size = size


ALARMS: Final = ("ahead", "conflict", "no_proof")  # a witness has seen more than this store has, or another tree


@dataclass(slots=True, kw_only=True)
class Endpoint:
    """A witness's address, its keys in the policy, and its current status.

    Attributes:
        url: Submission prefix.
        keys: Its keys by policy name.
        known: The size that it cosigned last, as far as known.
        cosigned: The size of the last stored cosignature.
        is_asked: Whether a request is under way.
        problem: Why the last request failed; empty if it did not.
        is_compared: Whether it has answered about a tree of this store since the start.
        objection: The code and size with which it last contradicted this store, until it cosigns again.
    """

    url: str
    keys: dict[str, VerifierKey]
    known: int = 0
    cosigned: int = 0
    is_asked: bool = False
    problem: str = ""
    is_compared: bool = False
    objection: tuple[str, int] | None = None
    due: asyncio.Event = field(default_factory=asyncio.Event)


class CosignatureCollector:
    """The thread that asks the witnesses. `start` it, `wake` it after each batch, `close` it."""

    def __init__(
        self,
        log: Log,
        witnessing: QuorumStatus,
        urls: Mapping[str, str] | None = None,
        pace: Pace | None = None,
    ) -> None:
        """Prepare to ask the policy's witnesses.

        Args:
            log: The log.
            witnessing: Policy and stored cosignatures.
            urls: Addresses by policy name, where they differ from the policy's.
            pace: How long it waits for what.
        """
        self._pace = pace or Pace()
        self._log = log
        self._witnessing = witnessing
        self._endpoints = _endpoints(witnessing, urls or {})
        self.on_cosigned: Callable[[str, int], None] = _ignore
        self._target = 0
        self._next_round = 0.0
        self._behind_since = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._main: asyncio.Task[None] | None = None
        self._ready = threading.Event()
        self._progress = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="cosigning", daemon=True)

    def start(self) -> None:
        """Start asking about the latest tree."""
        self._thread.start()
        self._ready.wait()

    def wake(self) -> None:
        """Signal that the log has grown. Returns at once."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            try:
                loop.call_soon_threadsafe(self._plan)
            except RuntimeError:  # it was closed meanwhile
                return

    def close(self) -> None:
        """End all requests; may be repeated."""
        loop, main = self._loop, self._main
        if loop is not None and main is not None and not loop.is_closed():
            try:
                loop.call_soon_threadsafe(main.cancel)
            except RuntimeError:
                return
            self._thread.join(_CLOSE_S)

    def wait(self, size: int, timeout: float) -> bool:
        """Wait until every witness has cosigned a tree of at least a size.

        Args:
            size: The size.
            timeout: Seconds.

        Returns:
            Whether they have.
        """
        with self._progress:
            return self._progress.wait_for(
                lambda: all(endpoint.cosigned >= size for endpoint in self._endpoints), timeout
            )

    def wait_compared(self) -> bool:
        """Wait until every witness has answered about a tree of this store since the start, for `compare_s` at most.

        Returns:
            Whether they have.
        """
        with self._progress:
            return self._progress.wait_for(
                lambda: all(endpoint.is_compared for endpoint in self._endpoints), self._pace.compare_s
            )

    @property
    def objections(self) -> dict[str, tuple[str, int]]:
        """Code and size of each witness's contradiction (`ALARMS`), by the first of its policy names."""
        return {
            name: endpoint.objection
            for endpoint in self._endpoints
            if endpoint.objection is not None
            for name in _names(endpoint)
        }

    @property
    def not_compared(self) -> tuple[str, ...]:
        """The witnesses that have not answered since the start, by the first of their policy names."""
        return tuple(name for endpoint in self._endpoints if not endpoint.is_compared for name in _names(endpoint))

    @property
    def waiting_s(self) -> float:
        """For how many seconds a witness has owed its cosignature of a tree; 0 if none does."""
        owes = any(endpoint.cosigned < self._target for endpoint in self._endpoints)
        return time.monotonic() - self._behind_since if owes else 0.0

    @property
    def problems(self) -> dict[str, str]:
        """Why requests to witnesses failed, by policy name; witnesses that cosign are not listed."""
        return {name: endpoint.problem for endpoint in self._endpoints for name in endpoint.keys if endpoint.problem}

    @property
    def urls(self) -> dict[str, str]:
        """The addresses of the witnesses, by policy name."""
        return {name: endpoint.url for endpoint in self._endpoints for name in endpoint.keys}

    def _run(self) -> None:
        try:
            asyncio.run(self._work())
        except asyncio.CancelledError:
            return
        except Exception:  # noqa: BLE001 (the ledger goes on without cosignatures, and says so)
            _log.exception("asking witnesses has stopped")
        finally:
            self._ready.set()

    async def _work(self) -> None:
        self._main, self._loop = asyncio.current_task(), asyncio.get_running_loop()
        limits = httpx.Timeout(self._pace.answer_s, connect=self._pace.connect_s)
        # A proxy is for what is outside; a witness on this very machine is not reached through it.
        direct = {f"all://{host}": None for host in ("127.0.0.1", "localhost", "[::1]")}
        async with httpx.AsyncClient(timeout=limits, follow_redirects=False, mounts=direct) as client:
            self._ready.set()
            self._plan()
            async with asyncio.TaskGroup() as group:
                for endpoint in self._endpoints:
                    group.create_task(self._follow(client, endpoint))

    def _plan(self) -> None:
        """Begin the next round; retry if the stored rows cannot be read, as a locked file must not end the thread."""
        try:
            self._begin_round()
        except (sqlite3.Error, PersistenceError, LedgerError) as error:
            _log.warning("the next round of cosigning is put off", exc_info=not isinstance(error, StoreUnavailable))
            asyncio.get_running_loop().call_later(self._pace.put_off_s, self._plan)

    def _begin_round(self) -> None:
        """Begin the next round if it is due, and ask the witnesses that have not cosigned its tree."""
        loop = asyncio.get_running_loop()
        size = self._log.size
        if size > self._target and self._is_round_over():
            if loop.time() >= self._next_round:
                if all(endpoint.cosigned >= self._target for endpoint in self._endpoints):
                    self._behind_since = loop.time()
                self._target = size
                self._next_round = loop.time() + self._pace.round_every_s
            elif self._timer is None or self._timer.when() != self._next_round:
                self._timer = loop.call_at(self._next_round, self._plan)
        for endpoint in self._endpoints:
            if self._is_wanted(endpoint):
                endpoint.due.set()

    def _is_wanted(self, endpoint: Endpoint) -> bool:
        return endpoint.cosigned < self._target or (self._target > 0 and not endpoint.is_compared)

    def _is_round_over(self) -> bool:
        if not any(endpoint.is_asked for endpoint in self._endpoints):
            return True
        latest = self._witnessing.latest()
        return latest is not None and latest.size >= self._target

    async def _follow(self, client: httpx.AsyncClient, endpoint: Endpoint) -> None:
        pace = self._pace
        while True:
            await endpoint.due.wait()
            endpoint.due.clear()
            again = AsyncRetrying(
                retry=retry_if_exception_type(Failed),
                wait=wait_exponential_jitter(
                    multiplier=pace.first_pause_s, max=pace.longest_pause_s, jitter=2 * pace.first_pause_s
                ),
            )
            async for attempt in again:
                with attempt:
                    if self._is_wanted(endpoint):
                        await self._try(client, endpoint)

    async def _try(self, client: httpx.AsyncClient, endpoint: Endpoint) -> None:
        endpoint.is_asked = True
        try:
            async with asyncio.timeout(self._pace.connect_s + self._pace.answer_s):
                await self._ask(client, endpoint, self._target)
            endpoint.problem, endpoint.is_compared, endpoint.objection = "", True, None
        except (Failed, Malformed, httpx.HTTPError, TimeoutError) as error:
            failed = _as_failed(error)
            if failed.code in ALARMS:
                endpoint.is_compared, endpoint.objection = True, (failed.code, failed.size)
            if failed.code != endpoint.problem:
                level = logging.ERROR if failed.code in (*ALARMS, "false") else logging.WARNING
                _log.log(level, "witness %s: %s", endpoint.url, failed)
            endpoint.problem = failed.code
            raise failed from error
        except Exception as error:
            _log.error("asking %s met a fault", endpoint.url, exc_info=not isinstance(error, StoreUnavailable))
            endpoint.problem = "fault"
            raise Failed("fault", str(error)) from error
        finally:
            endpoint.is_asked = False
            with self._progress:
                self._progress.notify_all()
            self._plan()

    async def _ask(self, client: httpx.AsyncClient, endpoint: Endpoint, size: int) -> None:
        beyond = 0  # a size beyond the log that the witness has named once; only what it says twice is believed
        for _ in range(_ASKS):
            if endpoint.known > size:
                size = self._log.size
            if endpoint.known > size:
                known, endpoint.known = endpoint.known, 0  # ask without it next time: it may have been a lie
                if known == beyond:
                    raise Failed("ahead", f"it says that it cosigned {known} entries, and the log has {size}", known)
                beyond = known
            signed = self._log.signed(size)
            old = endpoint.known
            proof = self._log.consistency_proof(old, size) if old else ()
            status, media_type, answer = await _post(client, endpoint.url, format_request(old, proof, signed))
            if status == 200:
                self._keep(endpoint, signed, answer)
                return
            if status != 409 or media_type != SIZE_MEDIA_TYPE:
                roots = {"old_root": self._log.root(old), "new_root": self._log.root(size)}
                is_sound = verify_consistency(old_size=old, new_size=size, proof=proof, **roots)
                raise Failed(refusal_code(status, is_proof_sound=is_sound), f"status {status}: {answer[:200]!r}", old)
            endpoint.known = parse_size(answer)
        raise Failed("garbage", "it names another size each time")

    def _keep(self, endpoint: Endpoint, signed: bytes, answer: bytes) -> None:
        text = parse_note(signed).text
        checkpoint = parse_checkpoint(text)
        sound = [line for line in parse_answer(text, answer) if _is_sound(endpoint, line, text)]
        if not sound:
            raise Failed("garbage", "no cosignature by a key that the policy gives it")
        if checkpoint.size > endpoint.cosigned:  # else it was asked for the comparison, and the earlier one says more
            self._witnessing.store.keep(checkpoint.size, checkpoint.root, sound)
        for line in sound:
            self.on_cosigned(line.name, verify_cosignature(_key_of(endpoint, line), line, text))
        endpoint.known = checkpoint.size
        endpoint.cosigned = max(endpoint.cosigned, checkpoint.size)


def _names(endpoint: Endpoint) -> list[str]:
    """Give the first policy name of each witness at an address; one has a name for each of its keys."""
    return list({key.name: name for name, key in reversed(endpoint.keys.items())}.values())[::-1]


def _ignore(_name: str, _time: int) -> None:
    """Where nobody reads the times of new cosignatures."""


def _key_of(endpoint: Endpoint, signature: NoteSignature) -> VerifierKey:
    return next(key for key in endpoint.keys.values() if key.matches(signature))


def _is_sound(endpoint: Endpoint, signature: NoteSignature, text: str) -> bool:
    """Return whether a line is a valid cosignature by one of the witness's keys; False for unknown keys.

    Raises:
        Failed: It names one of these keys but does not verify.
    """
    for key in endpoint.keys.values():
        if key.matches(signature):
            try:
                return verify_cosignature(key, signature, text) <= MAX_TIME
            except Unsupported:
                return False  # a cosignature that cannot be verified here is not stored
            except Malformed as error:
                raise Failed("false", str(error)) from error
    return False


async def _post(client: httpx.AsyncClient, url: str, body: bytes) -> tuple[int, str, bytes]:
    headers = {"Content-Type": "text/plain; charset=utf-8", "Accept-Encoding": "identity"}
    async with client.stream("POST", url.rstrip("/") + CALL, content=body, headers=headers) as answer:
        data = bytearray()
        async for chunk in answer.aiter_raw():
            data += chunk
            if len(data) > MAX_ANSWER_BYTES:
                raise Failed("garbage", f"an answer of more than {MAX_ANSWER_BYTES} bytes")
        media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        return answer.status_code, media_type, bytes(data)


def _as_failed(error: Exception) -> Failed:
    if isinstance(error, Failed):
        return error
    if isinstance(error, Malformed):
        return Failed("garbage", str(error))
    code = tls_code(error)
    return Failed(code or "unreachable", TLS[code]["en"] if code else str(error) or type(error).__name__)


def _endpoints(witnessing: QuorumStatus, urls: Mapping[str, str]) -> list[Endpoint]:
    """Group the keys that share an address: one request gets all their cosignatures."""
    keys: defaultdict[str, dict[str, VerifierKey]] = defaultdict(dict)
    for name, url in witnessing.addresses(urls).items():
        keys[url][name] = witnessing.witnesses[name]
    return [_endpoint(witnessing, url, vkeys) for url, vkeys in keys.items()]


def _endpoint(witnessing: QuorumStatus, url: str, keys: dict[str, VerifierKey]) -> Endpoint:
    last = [record[0] for name in keys if (record := witnessing.last_by(name)) is not None]
    return Endpoint(url=url, keys=keys, known=max(last, default=0), cosigned=min(last, default=0))
