"""The server's state and its requests as Prometheus metrics, at an address that is the operator's own.

- K1: nothing here says who asked: requests are counted by kind and by the code of what was refused, and by nothing that
  a client chooses.
- K2: metrics have a socket of their own, and only if the operator names one. The server is of the same kind as that
  of the pages, with the same limits. It takes few connections, because they use the ledger's file handles.
"""

import contextlib
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from importlib.metadata import version
from typing import Final

from eventsourcing.persistence import PersistenceError
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from constancia.api.http.problems import ALL_CODES, NOTED
from constancia.api.http.proxies import path_within
from constancia.api.http.server.serving import reader_of_heads, server_of
from constancia.api.http.text_headers import TextHeaders
from constancia.ledger.clock import parse_recorded_at
from constancia.ledger.errors import StoreUnavailable
from constancia.ledger.health import CODES, STORE_CODES, health_of
from constancia.ledger.ledger import Ledger
from constancia.verify.core.formats.entry import WIRE_FORMAT
from constancia.verify.speed.entry_patterns import read_entry

_READS: Final = ("GET", "HEAD", "OPTIONS")
_LOG: Final = ("/checkpoint", "/tile/", "/anchors/", "/documents/")
_PAGES: Final = ("/es/", "/en/")
# From a page that is stored to a full audit of a copy.
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_OTHER: Final = "other"
MAX_OPEN: Final = 32  # a few scrapers


class Meters:
    """What is counted while the server runs."""

    def __init__(self, ledger: Ledger) -> None:
        """Begin to count.

        Args:
            ledger: The served ledger; it is asked whenever the metrics are.
        """
        self.registry = CollectorRegistry()
        self.registry.register(_State(ledger))
        ProcessCollector(registry=self.registry)
        self.seconds = Histogram(
            "constancia_http_request_seconds",
            "Time from a request to the beginning of its answer.",
            ["kind"],
            registry=self.registry,
            buckets=_SECONDS,
        )
        self.answers = Counter(
            "constancia_http_answers",
            "Answers, by kind of request and status.",
            ["kind", "status"],
            registry=self.registry,
        )
        self.refused = Counter(
            "constancia_refused", "Refused requests, by the code of the problem.", ["code"], registry=self.registry
        )

    @contextlib.contextmanager
    def served(self, host: str, port: int) -> Iterator[int]:
        """Serve the metrics until the end of the block; give the port.

        Raises:
            OSError: Nothing can listen there.
        """
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.create_server((host, port), family=family) as bound:
            few = type("FewHeads", (reader_of_heads(),), {"max_open": MAX_OPEN})
            server = server_of(metrics_app(self.registry), http=few)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, name="metrics", daemon=True)
            thread.start()
            try:
                yield bound.getsockname()[1]
            finally:
                server.should_exit = True
                thread.join()


def metrics_app(registry: CollectorRegistry) -> Starlette:
    """Build the application that shows a registry at `/metrics`, in the format that is asked for.

    Source: Prometheus, "Exposition formats"; OpenMetrics 1.0.
    """

    def shown(request: Request) -> Response:
        encoder, media_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encoder(registry), headers={"Content-Type": media_type})

    routes = [Route(path, shown) for path in ("/", "/metrics")]
    return Starlette(routes=routes, middleware=[Middleware(TextHeaders, headers={"Cache-Control": "no-store"})])


class RequestMeter:
    """Counts each request and its answer.

    Args:
        app: The application inside.
        meters: The counters.
    """

    def __init__(self, app: ASGIApp, meters: Meters) -> None:
        self._app = app
        self._meters = meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, meters = time.perf_counter(), self._meters
        codes: list[str] = []
        scope[NOTED] = codes

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                kind = _kind_of(scope)  # only now: `PathPrefix` is inside, and completes the scope
                meters.seconds.labels(kind).observe(time.perf_counter() - begun)
                meters.answers.labels(kind, str(message["status"])).inc()
                for code in codes[-1:]:
                    meters.refused.labels(code if code in ALL_CODES else _OTHER).inc()
            await send(message)

        await self._app(scope, receive, counted)


def _kind_of(scope: Scope) -> str:
    """Name the kind of a request: one of a handful, whatever is asked for."""
    if scope["method"] not in _READS:
        return "write"
    path = path_within(scope)
    for kind, begun in (("log", _LOG), ("page", _PAGES), ("api", "/api/")):
        if path.startswith(begun):
            return kind
    return _OTHER


class _State(Collector):
    """The ledger, looked at when the metrics are asked for."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._first = ledger.size

    def describe(self) -> Iterator[Metric]:
        """Describe nothing, so that the ledger is not asked before the server runs."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """Give all that the ledger says of itself."""
        yield InfoMetricFamily(
            "constancia_build", "Version and wire format.",
            {"version": version("constancia"), "wire_format": str(WIRE_FORMAT)},
        )  # fmt: skip
        # What can't be read, because the ledger's database is away, is left out; health is there all the same.
        for part in (self._log, self._witnesses):
            with contextlib.suppress(PersistenceError, StoreUnavailable):
                yield from part()
        yield from self._health()

    def _log(self) -> Iterator[Metric]:
        ledger, size = self._ledger, self._ledger.size
        yield _gauge("entries", "Entries in the log.", size)
        yield CounterMetricFamily("constancia_accepted", "Entries taken in since the start.", size - self._first)
        yield _gauge("queue", "Statements that have no outcome yet.", ledger.under_way)
        yield _gauge("views_entries", "Entries that the views have taken in.", ledger.views.position)
        if size:
            at = parse_recorded_at(read_entry(ledger.log.entry(size - 1)).recorded_at).timestamp()
            yield _gauge(
                "checkpoint_timestamp_seconds", "Time of the last entry, which the last checkpoint covers.", at
            )

    def _witnesses(self) -> Iterator[Metric]:
        ledger, witnessing = self._ledger, self._ledger.witnessing
        latest = witnessing.latest()
        if witnessing.is_asked_for:
            size, at = (0, 0) if latest is None else (latest.size, latest.at)
            yield _gauge("witnessed_entries", "Entries of the last tree that the quorum has cosigned.", size)
            yield _gauge("witnessed_timestamp_seconds", "When the quorum had cosigned it.", at)
            yield _gauge(
                "witnesses_owe_seconds", "For how long a cosignature has been owed.", ledger.witnesses_waiting_s
            )
        lag = _labelled("witness_lag_entries", "Entries that a witness has not cosigned.", "witness")
        when = _labelled("witness_timestamp_seconds", "When a witness last cosigned.", "witness")
        fails = _labelled("witness_failing", "1 if the last request to a witness failed.", "witness")
        problems = ledger.witness_problems
        for name in witnessing.witnesses:
            size, at = witnessing.last_by(name) or (0, 0)
            lag.add_metric([name], ledger.size - size)
            when.add_metric([name], at)
            fails.add_metric([name], name in problems)
        yield from (lag, when, fails)

    def _health(self) -> Iterator[Metric]:
        ledger = self._ledger
        amiss = {problem.code: problem for problem in health_of(ledger)}
        yield _gauge("healthy", "1 while /healthz answers 200.", not any(each.is_failure for each in amiss.values()))
        writable = ledger.is_writable and ledger.refusal is None and ledger.failure is None
        yield _gauge("writable", "1 while statements are taken in.", writable)
        problems = _labelled("problem", "1 while /healthz lists it.", "code")
        possible = (*CODES, *STORE_CODES) if ledger.is_in_database else CODES
        for code in sorted({*possible, *amiss}):
            problems.add_metric([code], code in amiss)
        yield problems
        disk = shutil.disk_usage(ledger.folder.path)
        yield _gauge("disk_free_bytes", "Free bytes on the ledger's disk.", disk.free)
        yield _gauge("disk_bytes", "Bytes of the ledger's disk.", disk.total)


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(f"constancia_{name}", words, value)


def _labelled(name: str, words: str, label: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"constancia_{name}", words, labels=[label])
