"""Every answer of the applications without pages has their headers, also what the library says by itself."""

import asyncio
from pathlib import Path

import httpx
import pytest
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from tests.ledger.witnessed import TreeLog
from tests.witness_process import Home

from constancia.api.http.server.metrics import metrics_app
from constancia.api.http.text_headers import TEXT_HEADERS
from constancia.api.mirror_app import create_mirror_app
from constancia.api.monitor.app import create_monitor_app
from constancia.api.witness_app import create_witness_app
from constancia.ledger.clock import SystemClock
from constancia.ledger.witnesses.witness import Witness
from constancia.ledger.witnesses.witness_memory import WitnessStore


def made(kind: str, folder: Path) -> Starlette:
    if kind == "mirror":
        return create_mirror_app(folder, "mirror", [])
    if kind == "monitor":
        return create_monitor_app(folder)
    if kind == "metrics":
        return metrics_app(CollectorRegistry())
    log = TreeLog()
    home = Home.make(folder / "w", "witness.example/headed", log.signer)
    store = WitnessStore.create(folder / "store.sqlite", home.cosigner.keys)
    return create_witness_app(Witness(store, home.cosigner, {}, SystemClock()))


@pytest.mark.parametrize("kind", ["mirror", "monitor", "metrics", "witness"])
def test_every_answer_has_the_headers(kind: str, tmp_path: Path) -> None:
    app = made(kind, tmp_path)

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            asked = [
                ("GET", "/"), ("GET", "/nothing/at/all"), ("DELETE", "/"), ("GET", "/add-checkpoint"),
                ("POST", "/add-checkpoint"), ("OPTIONS", "/metrics"), ("GET", "/metrics"), ("HEAD", "/heads"),
            ]  # fmt: skip
            return [await client.request(method, path) for method, path in asked]

    answers = asyncio.run(ask())
    assert {answer.status_code for answer in answers} >= {200, 404, 405}
    for answer in answers:
        assert {name: answer.headers.get(name) for name in TEXT_HEADERS} == TEXT_HEADERS, answer.request
