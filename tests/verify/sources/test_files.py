"""Folders and addresses: bounded, no links followed, nothing waited for without end."""

import gzip
import os
import ssl
import threading
import urllib.error
from collections.abc import Iterator
from http.client import BadStatusLine
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from tests.rows import each_row
from tests.verify.small_ledger import Log, verify, write

from constancia.verify.core.errors import Unreadable
from constancia.verify.core.report import Verdict
from constancia.verify.sources.files import Folder
from constancia.verify.sources.web import ATTEMPTS, Web


def test_f1_longer_file_than_the_limit_is_unreadable(tmp_path: Path) -> None:
    write(tmp_path / "a", b"x" * 11)
    assert Folder(tmp_path).read("a", 11) == b"x" * 11
    with pytest.raises(Unreadable) as caught:
        Folder(tmp_path).read("a", 10)
    assert caught.value.code == "too-large"


def test_f2_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/hostname")
    with pytest.raises(Unreadable, match="link"):
        Folder(tmp_path).read("link", 1000)


def test_f2_named_pipe_does_not_make_the_reader_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Unreadable, match="no regular file"):
        Folder(tmp_path).read("pipe", 1000)


def test_missing_file_is_none(tmp_path: Path) -> None:
    write(tmp_path / "file", b"")
    assert Folder(tmp_path).read("nothing", 10) is None
    assert (
        Folder(tmp_path).digest(
            "file/below",
        )
        is None
    )


class Answer(BaseHTTPRequestHandler):
    """Answers by path; counts what it was asked."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        match self.path:
            case "/base/packed":
                self._say(200, gzip.compress(b"x" * 1000), encoding="gzip")
            case "/base/bomb":
                self._say(200, gzip.compress(bytes(10_000_000)), encoding="gzip")
            case "/base/broken":
                self._say(500, b"")
            case "/base/corrupt":
                packed = bytearray(gzip.compress(bytes(range(256)) * 40))
                packed[20:60] = b"\xff" * 40
                self._say(200, bytes(packed), encoding="gzip")
            case "/base/other-scheme":
                self.send_response(302)
                self.send_header("Location", "ftp://127.0.0.1/x")
                self.end_headers()
            case "/base/elsewhere":
                self.send_response(302)
                self.send_header("Location", "file:///etc/hostname")
                self.end_headers()
            case _:
                self._say(404, b"")

    def _say(self, status: int, body: bytes, encoding: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if encoding:
            self.send_header("Content-Encoding", encoding)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def web() -> Iterator[Web]:
    Answer.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Web(f"http://127.0.0.1:{server.server_address[1]}/base/")
    server.shutdown()
    thread.join()
    server.server_close()


def test_packed_answer_is_unpacked(web: Web) -> None:
    assert web.read("packed", 1000) == b"x" * 1000


def test_packed_answer_is_bounded_unpacked(web: Web) -> None:
    with pytest.raises(Unreadable) as caught:
        web.read("bomb", 20_000)
    assert caught.value.code == "too-large"


def test_server_error_is_tried_again_and_then_unreadable(web: Web) -> None:
    web.back_off_s = 0.01
    with pytest.raises(Unreadable, match="500"):
        web.read("broken", 10)
    assert Answer.asked == ["/base/broken"] * 3


def test_missing_path_is_none_at_the_first_answer(web: Web) -> None:
    assert web.read("nothing", 10) is None
    assert Answer.asked == ["/base/nothing"]


def test_redirection_to_a_file_of_this_machine_is_refused(web: Web) -> None:
    with pytest.raises(Unreadable):
        web.read("elsewhere", 1000)


@pytest.mark.parametrize("path", ["corrupt", "other-scheme"])
def test_answer_that_can_not_be_used_is_unreadable(path: str, web: Web) -> None:
    with pytest.raises(Unreadable, match=path):
        web.read(path, 100_000)


@each_row("address", ["http://[", "http://a b/", "http://127.0.0.1:x/", "http://", "https://ñ\u2028/"])
def test_address_that_is_none_is_unreadable(address: str) -> None:
    with pytest.raises(Unreadable):
        verify(address)


@each_row("address", ["http://[", "http://a b", "http://127.0.0.1:x", "http://", "ftp://127.0.0.1"])
def test_address_that_is_none_is_not_asked_again(address: str) -> None:
    """Another attempt could come to nothing else: it would only make somebody wait who has mistyped."""
    web = Web(address)
    web.back_off_s = 3_600
    with pytest.raises(Unreadable, match="unreachable"):
        web.read("checkpoint", 1_000)


def broken_tls() -> ssl.SSLError:
    """An error as OpenSSL's wrapper raises it: with its reason in words."""
    error = ssl.SSLError(1, "[SSL] EOF occurred in violation of protocol")
    error.reason = "UNEXPECTED_EOF_WHILE_READING"
    return error


@pytest.mark.parametrize(
    "error",
    [
        broken_tls(),
        ConnectionResetError(104, "Connection reset by peer"),
        urllib.error.URLError(TimeoutError("timed out")),
        BadStatusLine("x"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_connection_that_breaks_is_tried_again(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reason in words is urllib's of an address that is none, and OpenSSL's of a connection."""
    web, asked = Web("http://127.0.0.1"), list[int]()

    def broken(*_arguments: object, **_options: object) -> None:
        asked.append(1)
        raise error

    monkeypatch.setattr(web, "_get", broken)
    code = "refused" if isinstance(error, BadStatusLine) else "unreachable"
    with pytest.raises(Unreadable, match=code):
        web.read("checkpoint", 1_000)
    assert len(asked) == ATTEMPTS


def test_name_with_a_nul_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        verify("a\x00b")


def test_folder_with_a_link_in_a_tiles_place_is_unreadable(log: Log, trust: Path, tmp_path: Path) -> None:
    published = log.write_folder(tmp_path / "published")
    tile = published / "tile" / "0" / f"000.p/{log.size}"
    tile.rename(tmp_path / "tile")
    tile.symlink_to(tmp_path / "tile")
    report = verify(published, trust)
    assert (report.verdict, [one.code for one in report.open]) == (Verdict.INCONCLUSIVE, ["link"])


def test_f2_folder_in_a_files_place_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "checkpoint").mkdir()
    with pytest.raises(Unreadable, match="no regular file"):
        Folder(tmp_path).read("checkpoint", 10)


def test_links_lead_on_only_where_the_folder_is_the_readers_own(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert Folder(tmp_path, follow_links=True).read("link", 1) == b"x"
    with pytest.raises(Unreadable):
        Folder(tmp_path).read("link", 1)
