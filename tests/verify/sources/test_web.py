"""The one reader of the network: whole lengths, attempts, a limit for the whole, and what is no file."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from constancia.verify.core.errors import Unreadable
from constancia.verify.sources.web import ATTEMPTS, Web

Serving = Callable[..., tuple[Web, list[float]]]


@pytest.fixture
def serving() -> Iterator[Callable[..., tuple[Web, list[float]]]]:
    """Serves raw answers, one after another and the last again, a byte at a time where a pause is given."""
    listener = socket.create_server(("127.0.0.1", 0))
    asked: list[float] = []

    def start(*answers: bytes, pause: float = 0.0) -> tuple[Web, list[float]]:
        def answer(connection: socket.socket, raw: bytes) -> None:
            with connection:
                connection.recv(65_536)
                try:
                    for at in range(0, len(raw), 1 if pause else len(raw) or 1):
                        connection.sendall(raw[at : at + 1] if pause else raw)
                        time.sleep(pause)
                except OSError:
                    pass

        def run() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                asked.append(time.monotonic())
                raw = answers[min(len(asked), len(answers)) - 1]
                threading.Thread(target=answer, args=(connection, raw), daemon=True).start()

        threading.Thread(target=run, daemon=True).start()
        web = Web(f"http://127.0.0.1:{listener.getsockname()[1]}")
        web.back_off_s = 0.01
        return web, asked

    yield start
    listener.close()


def head(status: str, *lines: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", "Connection: close", *lines, "", ""]).encode()


CUT = (
    head("200 OK", "Content-Length: 1000") + b"x" * 400,
    head("200 OK", "Transfer-Encoding: chunked") + b"10\r\n" + b"x" * 7,
    head("200 OK", "Content-Length: 5"),
)


@pytest.mark.parametrize("raw", CUT)
def test_w1_transfer_cut_short_is_unreadable_after_more_attempts(raw: bytes, serving: Serving) -> None:
    web, asked = serving(raw)
    with pytest.raises(Unreadable) as caught:
        web.read("tile/0/000", 10_000)
    assert (caught.value.code, len(asked)) == ("cut", ATTEMPTS)


@pytest.mark.parametrize("raw", [*CUT, head("503 Busy", "Retry-After: 0", "Content-Length: 0"), b""])
def test_what_comes_at_the_second_attempt_is_taken(raw: bytes, serving: Serving) -> None:
    web, asked = serving(raw, head("200 OK", "Content-Length: 3") + b"abc")
    assert (web.read("a", 1_000), len(asked)) == (b"abc", 2)


def test_w2_dripping_answer_ends_at_the_limit_for_the_whole(serving: Serving) -> None:
    for raw in (head("200 OK", "Content-Length: 1000") + b"x" * 1000, head("200 OK", *["X-Slow: y"] * 90)):
        web, _ = serving(raw, pause=0.05)
        web.answer_s = 0.5
        begun = time.monotonic()
        with pytest.raises(Unreadable) as caught:
            web.read("a", 10_000)
        assert caught.value.code == "unreachable"
        assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    ("raw", "more"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (head("200 OK", "Transfer-Encoding: chunked") + b"0\r\n", b"a: b\r\n"),
    ],
    ids=["interim answers", "trailers"],
)
def test_w4_host_that_never_ends_is_left_once_nobody_waits(raw: bytes, more: bytes) -> None:
    """The library would read on for good, in a thread that stays."""
    is_left = threading.Event()

    def host(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65_536)
            try:
                connection.sendall(raw)
                while True:
                    connection.sendall(more * 100)
            except OSError:
                pass
            is_left.set()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=host, args=(listener,), daemon=True).start()
        web = Web(f"http://127.0.0.1:{listener.getsockname()[1]}")
        web.answer_s = 0.5
        with pytest.raises(Unreadable) as caught:
            web.read("a", 10_000)
        assert caught.value.code == "unreachable"
        assert is_left.wait(60), "the host is read on"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (head("403 No", "Content-Length: 0"), "refused"),
        (head("429 Later", "Retry-After: 0", "Content-Length: 0"), "refused"),
        (head("200 OK", "Content-Type: text/html", "Content-Length: 2") + b"ab", "replaced"),
        (head("200 OK", "Content-Encoding: br", "Content-Length: 2") + b"ab", "refused"),
        (head("200 OK", "Content-Encoding: deflate", "Content-Length: 2") + b"ab", "refused"),
        (b"SSH-2.0-OpenSSH_9\r\n", "refused"),
        (head("200 OK", *["X: y"] * 101), "refused"),
        (b"", "unreachable"),
    ],
)
def test_w3_what_is_no_file_is_told_apart(raw: bytes, code: str, serving: Serving) -> None:
    web, _ = serving(raw)
    with pytest.raises(Unreadable) as caught:
        web.read("tile/0/000", 100)
    assert caught.value.code == code


def test_reason_phrase_can_not_write_on_the_terminal(serving: Serving) -> None:
    web, _ = serving(head("403 \x1b[2JINTACT", "Content-Length: 0"))
    with pytest.raises(Unreadable) as caught:
        web.read("a", 100)
    assert str(caught.value).isprintable()
