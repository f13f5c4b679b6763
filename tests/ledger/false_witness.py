"""Servers on loopback sockets that a ledger may meet where a witness should be, and a real witness in a thread."""

import contextlib
import http.server
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn
from tests.frugal import PromptEnd
from tests.ledger.witnessed import cosigner, witness_in

from constancia.api.witness_app import create_witness_app
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.keys.note_keys import Cosigner

# Gives status, media type and body for a request's body.
Behaviour = Callable[[bytes], tuple[int, str, bytes]]


class RealWitness:
    """A witness behind a real server, in a thread; it can be stopped and started again at the same address."""

    def __init__(self, folder: Path, name: str, signer: LogSigner) -> None:
        self.cosigner = cosigner(f"witness.example/{name}")
        self.witness = witness_in(folder / f"{name}.sqlite", signer, keys=self.cosigner)
        self.requests = 0
        self.asked_at: list[float] = []  # by the monotonic clock
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._end: PromptEnd | None = None
        self._thread: threading.Thread | None = None
        add = self.witness.add_checkpoint

        def counted(body: bytes) -> bytes:
            self.requests += 1
            self.asked_at.append(time.monotonic())
            return add(body)

        self.witness.add_checkpoint = counted  # type: ignore[method-assign]

    def start(self) -> None:
        if self._listener.fileno() < 0:
            self._listener = socket.create_server(("127.0.0.1", self.port))
        config = uvicorn.Config(create_witness_app(self.witness), log_level="error", lifespan="off", ws="none")
        server = uvicorn.Server(config)
        self._end = PromptEnd(server)
        self._thread = threading.Thread(target=server.run, args=([self._listener],), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._end is not None and self._thread is not None:
            self._end.now()
            self._thread.join(10)
            self._end = None
        self._listener.close()

    def close(self) -> None:
        self.stop()
        self.witness.store.close()


@contextlib.contextmanager
def behaving(behaviour: Behaviour) -> Iterator[str]:
    """Serves whatever a behaviour answers."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, media_type, body = behaviour(self.rfile.read(int(self.headers["content-length"])))
            with contextlib.suppress(OSError):
                self.send_response(status)
                self.send_header("Content-Type", media_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def talking(answer: bytes, *, forever: bytes = b"") -> Iterator[str]:
    """Takes connections and says bytes that need not be HTTP; nothing at all, or something without an end."""
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()
    held: list[socket.socket] = []

    def talk(one: socket.socket) -> None:
        with contextlib.suppress(OSError):
            one.sendall(answer)
            while forever and not ended.is_set():
                one.sendall(forever)
                time.sleep(0.001)

    def serve() -> None:
        while not ended.is_set():
            try:
                one, _ = listener.accept()
            except OSError:
                return
            held.append(one)
            threading.Thread(target=talk, args=(one,), daemon=True).start()

    taking = threading.Thread(target=serve, daemon=True)
    taking.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        ended.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        taking.join(10)  # it may have taken one more just now
        for one in held:
            one.close()


def closed_port() -> str:
    """An address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def keys_of(name: str) -> Cosigner:
    return cosigner(f"witness.example/{name}")
