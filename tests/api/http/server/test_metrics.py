"""Metrics of the server: asked by real HTTP, parsed by the library's own parser."""

import contextlib
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from starlette.testclient import TestClient
from tests.api.command_line import run_here
from tests.api.served import UNLIMITED, Desk, serving
from tests.e2e.test_publish import command, started
from tests.ledger.witness_scene import Scene

from constancia.api.app import create_app
from constancia.api.http.server.metrics import MAX_OPEN, Meters, RequestMeter

PATIENT = httpx.Client(timeout=60, limits=httpx.Limits(max_keepalive_connections=0))  # the machine may be busy
ROOT = Path(__file__).resolve().parents[4]
RULES = ROOT / "examples" / "alerts.yml"
OPEN_METRICS = {"Accept": "application/openmetrics-text; version=1.0.0"}
Values = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def asked(port: int) -> Values:
    answer = PATIENT.get(f"http://127.0.0.1:{port}/metrics", headers=OPEN_METRICS)
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    families = text_string_to_metric_families(answer.text)  # type: ignore[no-untyped-call]
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def value(values: Values, name: str, **labels: str) -> float:
    return values[f"constancia_{name}", tuple(sorted(labels.items()))]


@pytest.fixture
def metered(adopted: Desk) -> Iterator[tuple[Desk, str, int]]:
    """A ledger whose requests are counted: the desk, the address, the port of the metrics."""
    meters = Meters(adopted.ledger)
    with (
        meters.served("127.0.0.1", 0) as port,
        serving(adopted.ledger, wrap=lambda app: RequestMeter(app, meters)) as url,
    ):
        yield adopted, url, port


def test_state_of_the_ledger(metered: tuple[Desk, str, int]) -> None:
    desk, _, port = metered
    desk.ledger.views.wait()
    values = asked(port)
    size = desk.ledger.size
    assert value(values, "entries") == value(values, "views_entries") == size
    assert (value(values, "accepted_total"), value(values, "queue")) == (0, 0)
    assert value(values, "healthy") == value(values, "writable") == 1
    assert value(values, "problem", code="E_CLOCK") == 0
    assert 0 < value(values, "disk_free_bytes") < value(values, "disk_bytes")
    assert value(values, "checkpoint_timestamp_seconds") <= desk.clock.now().timestamp()
    desk.take(desk.world.allege("c1"))
    values = asked(port)
    assert (value(values, "entries"), value(values, "accepted_total")) == (size + 1, 1)


def test_requests_are_counted_by_kind_and_refusals_by_code(metered: tuple[Desk, str, int]) -> None:
    _, url, port = metered
    for path in ("/checkpoint", "/checkpoint", "/es/acerca", "/api/v1/ledger", "/healthz", "/api/v1/nothing"):
        PATIENT.get(url + path)
    refused = PATIENT.post(f"{url}/api/v1/entries", content=b"{}", headers={"Content-Type": "application/json"})
    code = refused.json()["code"]
    values = asked(port)
    assert value(values, "http_answers_total", kind="log", status="200") == 2
    assert value(values, "http_answers_total", kind="page", status="200") == 1
    assert value(values, "http_answers_total", kind="api", status="404") == 1
    assert value(values, "http_answers_total", kind="write", status=str(refused.status_code)) == 1
    assert value(values, "refused_total", code=code) == 1
    assert value(values, "refused_total", code="E_NOT_FOUND") == 1
    assert value(values, "http_request_seconds_count", kind="log") == 2
    assert value(values, "http_request_seconds_bucket", kind="log", le="30.0") == 2


def test_refusals_shown_as_pages_are_counted_by_code(metered: tuple[Desk, str, int]) -> None:
    _, url, port = metered
    page = {"Accept": "text/html"}
    assert PATIENT.get(f"{url}/es/acerca?nada=1", headers=page).status_code == 400
    assert PATIENT.head(f"{url}/es/acerca?nada=1", headers=page).status_code == 400
    assert PATIENT.head(f"{url}/api/v1/nothing").status_code == 404
    assert PATIENT.get(f"{url}/es/nada", headers=page).status_code == 404
    values = asked(port)
    assert value(values, "refused_total", code="E_PARAMETER") == 2
    assert value(values, "refused_total", code="E_NOT_FOUND") == 2


@pytest.mark.parametrize("strips", [True, False])
def test_requests_below_a_prefix_are_of_the_same_kinds(adopted: Desk, strips: bool) -> None:
    """As `serve` puts it together: the counting is outside of what knows the prefix."""
    meters, settings = Meters(adopted.ledger), UNLIMITED.model_copy(update={"root_path": "/libro"})
    app = create_app(adopted.ledger, settings)
    app.add_middleware(RequestMeter, meters=meters)
    http = TestClient(app)
    for path in ("/checkpoint", "/es/acerca", "/api/v1/ledger", "/healthz"):
        assert http.get(path if strips else f"/libro{path}").status_code == 200
    for kind in ("log", "page", "api", "other"):
        assert meters.registry.get_sample_value("constancia_http_answers_total", {"kind": kind, "status": "200"}) == 1


def test_k1_labels_are_never_what_a_client_chose(metered: tuple[Desk, str, int]) -> None:
    _, url, port = metered
    for number in range(5):
        PATIENT.get(f"{url}/made-up-{number}")
        PATIENT.request(f"M{number}", f"{url}/", headers={"User-Agent": "nosy"})
    text = PATIENT.get(f"http://127.0.0.1:{port}/metrics").text
    assert "made-up" not in text
    assert "nosy" not in text
    assert {labels[0][1] for name, labels in asked(port) if name == "constancia_http_answers_total"} <= {
        "other",
        "write",
    }


def test_witnesses_and_their_lag_and_alerts_ask_for_metrics_that_there_are(witnessed: Scene) -> None:
    desk = witnessed.desk
    assert desk is not None
    until = time.monotonic() + 60
    while getattr(desk.ledger.witnessing.latest(), "size", 0) < desk.ledger.size:
        assert time.monotonic() < until
        threading.Event().wait(0.02)
    with Meters(desk.ledger).served("127.0.0.1", 0) as port:
        values = asked(port)
        text = PATIENT.get(f"http://127.0.0.1:{port}/metrics").text
    assert value(values, "witnessed_entries") == desk.ledger.size
    assert value(values, "witness_lag_entries", witness="w1") == 0
    assert value(values, "witness_lag_entries", witness="w3") == desk.ledger.size
    assert value(values, "witness_failing", witness="w3") == 1
    when = {name: value(values, "witness_timestamp_seconds", witness=name) for name in ("w1", "w3")}
    assert when["w1"] > when["w3"] == 0
    expressions = re.findall(r"^        expr: (.*)$", RULES.read_text("utf-8"), re.MULTILINE)
    assert len(expressions) >= 8
    named = {name for each in expressions for name in re.findall(r"constancia_\w+", each)}
    given = set(re.findall(r"^# TYPE (\w+)", text, re.MULTILINE))
    assert {name for name in named if not any(name.startswith(each) for each in given)} == set()


def test_k2_pages_do_not_show_metrics(adopted: Desk) -> None:
    assert adopted.http.get("/metrics").status_code == 404


def test_server_counts_where_it_is_asked_to(adopted: Desk) -> None:
    folder = adopted.ledger.folder.path
    arguments = ("serve", "--dir", folder, "--read-only", "--port", "0", "--metrics", "127.0.0.1:0")
    with started(command(*arguments)) as child:
        assert child.stdout is not None
        text = ""
        while not (served := re.search(r"(http://127\.0\.0\.1:\d+)/es/", text)):
            line = child.stdout.readline()
            assert line, text
            text += line
        metered_at = re.search(r"http://127\.0\.0\.1:(\d+)/metrics", text)
        assert metered_at is not None, text
        until = time.monotonic() + 30
        while PATIENT.get(f"{served[1]}/checkpoint").status_code != 200:
            assert time.monotonic() < until
            threading.Event().wait(0.05)
        values = asked(int(metered_at[1]))
        assert value(values, "entries") == adopted.ledger.size
        assert value(values, "http_answers_total", kind="log", status="200") >= 1
        assert value(values, "writable") == 0


def test_address_that_is_taken_is_said(adopted: Desk, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        folder = adopted.ledger.folder.path
        given = ["serve", "--dir", str(folder), "--read-only", "--port", "0", "--metrics", place]
        done = run_here(given, env={}, cwd=tmp_path)
    assert (done.returncode, place.rpartition(":")[2] in done.stderr) == (76, True), done.stderr


@pytest.mark.parametrize("given", ["9464", ":1"])
def test_address_of_another_form_names_the_option(adopted: Desk, given: str, tmp_path: Path) -> None:
    folder = adopted.ledger.folder.path
    done = run_here(["serve", "--dir", folder, "--read-only", "--port", "0", "--metrics", given], env={}, cwd=tmp_path)
    assert done.returncode == 76
    assert "--metrics" in done.stderr


def test_flood_of_idle_connections_takes_few_of_the_server_s_files(metered: tuple[Desk, str, int]) -> None:
    """Each file handle that is a connection's is none of the ledger's; the metrics are asked for by a few."""
    _, _, port = metered
    with contextlib.ExitStack() as resources:
        idle = [resources.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(3 * MAX_OPEN)]
        assert value(asked(port), "healthy") == 1
        open_now = 0
        for client in idle:
            client.setblocking(False)
            try:
                client.recv(1)
            except BlockingIOError:
                open_now += 1
            except ConnectionError:
                pass
        assert open_now <= MAX_OPEN


@pytest.mark.parametrize("accept", [b"\xff", b"a/b," * 3_000, b"application/openmetrics-text;version=9"])
def test_whatever_is_accepted_it_is_answered(metered: tuple[Desk, str, int], accept: bytes) -> None:
    _, _, port = metered
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept: " + accept + b"\r\n\r\n")
        assert client.recv(15) == b"HTTP/1.1 200 OK"
