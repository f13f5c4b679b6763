"""A mirror's answers carry its headers, whatever they say; HEAD tells of the whole file."""

import asyncio
from pathlib import Path

import httpx
import pytest

from constancia.api.mirror_app import create_mirror_app

ORIGIN = "a" * 64
RANGE = {"Range": "bytes=0-1"}


def answer(public: Path, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(create_mirror_app(public, "mirror", []))
        async with httpx.AsyncClient(transport=transport, base_url="http://mirror") as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(ask())


@pytest.fixture
def public(tmp_path: Path) -> Path:
    (tmp_path / ORIGIN).mkdir()
    (tmp_path / ORIGIN / "checkpoint").write_bytes(b"four")
    return tmp_path


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/", {}, 200),
        ("GET", f"/{ORIGIN}/checkpoint", {}, 200),
        ("GET", f"/{ORIGIN}/checkpoint", RANGE, 206),
        ("GET", f"/{ORIGIN}/checkpoint", {"Range": "bytes=9-"}, 416),
        ("GET", f"/{ORIGIN}/store.db", {}, 404),
        ("GET", "/nothing", {}, 404),
        ("POST", f"/{ORIGIN}/checkpoint", {}, 405),
        ("DELETE", "/", {}, 405),
        ("HEAD", f"/{ORIGIN}/checkpoint", {}, 200),
        ("HEAD", f"/{ORIGIN}/checkpoint", RANGE, 200),
        ("HEAD", f"/{ORIGIN}/checkpoint", {"Range": "bytes=9-"}, 200),
    ],
)
def test_every_answer_has_the_headers(
    public: Path, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    given = answer(public, method, path, headers)
    assert given.status_code == status
    assert given.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert given.headers["x-content-type-options"] == "nosniff"
    assert given.headers["referrer-policy"] == "no-referrer"
    assert given.headers["access-control-allow-origin"] == "*"
    if method == "HEAD":
        assert given.headers["content-length"] == "4"
