"""A host that does what it must not: alters, rewrites, forks, withholds, truncates, replays, mixes, splits views.

Each function takes the true log and gives what the host shows instead. Where the host has the log's key it puts
everything right that it can: indices, links, leaf hashes, checkpoints. What it can't make again are the signatures of
others, and what others have kept.
"""

import contextlib
import hashlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.verify.small_ledger import Key, Log, relinked

from constancia.ledger.wire.composition import build_entry, encode_bundle
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import canonical, parse_canonical
from constancia.verify.core.formats.entry import Entry, parse_entry
from constancia.verify.wire.merkle import Tree, hash_leaf
from constancia.verify.wire.tiles import parse_tile_path

Change = Callable[[dict[str, Any]], dict[str, Any]]


def altered(log: Log, index: int, raw: bytes) -> Log:
    """Other bytes at an index, and nothing put right: a hand in the database, without any key."""
    return replace(log, entries=(*log.entries[:index], raw, *log.entries[index + 1 :]))


def rewritten(log: Log, index: int, raw: bytes) -> Log:
    """Other bytes at an index, all after it hashed and signed again: the operator with the log's key."""
    chained = [*log.entries[:index], raw]
    for number, one in enumerate(log.entries[index + 1 :], start=index + 1):
        chained.append(relinked(one, number, hash_leaf(chained[-1])))
    return replace(log, entries=tuple(chained))


def removed(log: Log, index: int) -> Log:
    """An entry taken out, as if it had never been submitted, and all after it rebuilt."""
    return log.rehashed([*log.entries[:index], *log.entries[index + 1 :]])


def inserted(log: Log, index: int, raw: bytes) -> Log:
    """An entry put in before an index, and all after it rebuilt."""
    return log.rehashed([*log.entries[:index], raw, *log.entries[index:]])


def swapped(log: Log, index: int) -> Log:
    """Two neighbours in the other order, and all after them rebuilt."""
    one, two = log.entries[index : index + 2]
    return log.rehashed([*log.entries[:index], two, one, *log.entries[index + 2 :]])


def truncated(log: Log, size: int) -> Log:
    """An old backup in the log's place; every part of it is true."""
    return log.cut_at(size)


def replayed(log: Log, index: int) -> Log:
    """A statement recorded a second time, at the end."""
    return log.rehashed([*log.entries, log.entries[index]])


def mixed(log: Log, other: Log, index: int) -> Log:
    """The entries of one ledger up to an index, those of another from there on, made to fit."""
    return log.rehashed([*log.entries[:index], *other.entries[index:]])


def backdated(log: Log, index: int, recorded_at: str) -> Log:
    """Another recording time, which no signatory signs, and all after it rebuilt."""
    return rewritten(log, index, with_recorded_at(log.entries[index], recorded_at))


def with_recorded_at(raw: bytes, recorded_at: str) -> bytes:
    """An entry with another recording time."""
    entry = parse_entry(raw)
    return build_entry(
        index=entry.index, previous=entry.previous, recorded_at=recorded_at, signatures=entry.signatures,
        statement=entry.statement.raw,
    )  # fmt: skip


def with_statement(raw: bytes, change: Change, key: Key | None = None) -> bytes:
    """An entry with a changed statement; signed by a key, or with the old signatures left on it."""
    entry = parse_entry(raw)
    statement = canonical(change(parse_canonical(entry.statement.raw)))
    signatures = entry.signatures if key is None else (key.sign(statement),)
    return build_entry(
        index=entry.index, previous=entry.previous, recorded_at=entry.recorded_at, signatures=signatures,
        statement=statement,
    )  # fmt: skip


def with_signatures_of(raw: bytes, other: bytes) -> bytes:
    """An entry that carries another entry's signatures."""
    entry = parse_entry(raw)
    return build_entry(
        index=entry.index, previous=entry.previous, recorded_at=entry.recorded_at,
        signatures=parse_entry(other).signatures, statement=entry.statement.raw,
    )  # fmt: skip


def setting(path: str, value: object) -> Change:
    """A change that sets one member of a statement, such as `body.period`."""

    def change(statement: dict[str, Any]) -> dict[str, Any]:
        at: dict[str, Any] = statement
        *way, last = path.split(".")
        for name in way:
            at = at[name]
        at[last] = value
        return statement

    return change


def key_of(entry: Entry, keys: Mapping[str, Key]) -> Key:
    """The private key that an entry was signed with."""
    return keys[entry.signatures[0].key]


# Over HTTP: a host that decides again, for each request, what it shows to whom.


class Face:
    """One history as the files of a published log, partial tiles of every size included."""

    def __init__(self, log: Log, *, checkpoint: bytes | None = None, without: tuple[str, ...] = ()) -> None:
        self.log = log
        self._checkpoint = checkpoint
        self._without = without
        self.altered: dict[str, bytes] = {}

    @cached_property
    def tree(self) -> Tree:
        return self.log.tree

    def file(self, path: str) -> bytes | None:
        """Gives a file's bytes; None: it is not shown."""
        if path in self.altered:
            return self.altered[path]
        if path == "checkpoint":
            return self.log.checkpoint() if self._checkpoint is None else self._checkpoint
        if path.startswith("documents/"):
            return {hashlib.sha256(one).hexdigest(): one for one in self.log.documents}.get(path[10:])
        return None if path.startswith(self._without) else self._tile(path)

    def _tile(self, path: str) -> bytes | None:
        try:
            level, number, width = parse_tile_path(path)
            if level is not None:
                return self.tree.tile(level, number, width)
        except Malformed:
            return None
        found = self.log.entries[number * 256 : number * 256 + width]
        return encode_bundle(found) if len(found) == width else None


class Host:
    """A server of one log. Whom it shows what, it decides by the address at which it is asked.

    Args:
        log: What it shows to all, for now.
    """

    def __init__(self, log: Log) -> None:
        self.faces: dict[str, Face] = {}
        self.default = Face(log)
        self.requests: Counter[str] = Counter()
        self.asked: list[str] = []
        self.status: int | None = None
        self.before: Callable[[str], None] = lambda _: None
        self.drip_s = 0.0  # between two bytes of a body
        self._lock = threading.Lock()

    def show(self, log: Log, to: str | None = None, **how: Any) -> Face:
        """Shows a history from now on: to all, or to those who ask at an address."""
        face = Face(log, **how)
        if to is None:
            self.default = face
        else:
            self.faces[to] = face
        return face

    def answer(self, address: str, path: str) -> tuple[int, bytes]:
        """Gives status and body; counts the request."""
        with self._lock:
            self.requests[address] += 1
            self.asked.append(path)
        self.before(path)
        if self.status is not None:
            return self.status, b"<html>maintenance</html>"
        data = self.faces.get(address, self.default).file(path)
        return (404, b"") if data is None else (200, data)

    def count(self) -> int:
        """Gives the number of requests since it was last asked."""
        total = sum(self.requests.values())
        self.requests.clear()
        self.asked.clear()
        return total


@contextlib.contextmanager
def hosting(host: Host) -> Iterator[str]:
    """Serves a host's log on a real socket for as long as the block lasts; gives the address at 127.0.0.1.

    It listens at all addresses of the machine, so that 127.0.0.2 is another way to the same host.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            address = self.connection.getsockname()[0]
            status, body = host.answer(address, self.path.lstrip("/"))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            pieces = [body[i : i + 1] for i in range(len(body))] if host.drip_s else [body]
            with contextlib.suppress(OSError):
                for piece in pieces:
                    self.wfile.write(piece)
                    time.sleep(host.drip_s)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            pass

    server = ThreadingHTTPServer(("0.0.0.0", 0), Handler)  # noqa: S104 - loopback alone is reached in a test
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
