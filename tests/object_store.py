"""A real S3 server for the tests: SeaweedFS in one process, with one key that may write and readers without one."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

KEY, SECRET, BUCKET = "publisher", "not-a-secret", "libros"
START_S = 60


@dataclass(frozen=True)
class ObjectStore:
    """A running server: its address, and the environment of a program that may write."""

    url: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_REGION": "us-east-1",
            "AWS_ALLOW_HTTP": "true",
        }

    def address(self, prefix: str) -> str:
        """Where readers find what was published at `s3://BUCKET/prefix`."""
        return f"{self.url}/{BUCKET}/{prefix}"


def program() -> str | None:
    """Find the server's program: of the environment that runs the tests, else of the system."""
    return shutil.which("weed", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")


@contextlib.contextmanager
def running(folder: Path) -> Iterator[ObjectStore]:
    """Run a server with its files in a folder, until the end of the block."""
    weed = program()
    assert weed is not None
    rules = {
        "identities": [
            {"name": KEY, "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": ["Admin"]},
            {"name": "anonymous", "actions": ["Read"]},
        ]
    }
    (folder / "s3.json").write_text(json.dumps(rules))
    (folder / "data").mkdir()
    names = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc")
    ports = dict(zip((*names, "s3.port", "s3.port.grpc"), _free_ports(len(names) + 2), strict=True))
    options = {
        "dir": folder / "data", "ip": "127.0.0.1", "ip.bind": "127.0.0.1", "s3": "true",
        "s3.config": folder / "s3.json", "volume.max": 3, "master.volumeSizeLimitMB": 64,
        "master.electionTimeout": "1s", "s3.port.iceberg": 0, "s3.port.lance": 0, **ports,
    }  # fmt: skip
    command = [weed, "server", *(f"-{name}={value}" for name, value in options.items())]
    with (folder / "log").open("wb") as log:
        # Not in the tests' group: Ctrl-C ends the tests first, and they end it.
        child = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, start_new_session=True)
    store = ObjectStore(f"http://127.0.0.1:{ports['s3.port']}")
    try:
        _wait(child, store, folder / "log")
        yield store
    finally:
        child.kill()
        child.wait()


def _wait(child: "subprocess.Popen[bytes]", store: ObjectStore, log: Path) -> None:
    """Wait until an object can be put."""
    import obstore  # noqa: PLC0415
    from obstore.exceptions import BaseError  # noqa: PLC0415
    from obstore.store import S3Store  # noqa: PLC0415

    end = time.monotonic() + START_S
    while True:
        assert child.poll() is None, log.read_text("utf-8", "replace")[-2000:]
        assert time.monotonic() < end, log.read_text("utf-8", "replace")[-2000:]
        with contextlib.suppress(httpx.HTTPError, BaseError):
            httpx.get(store.url)
            bucket = S3Store(
                BUCKET, access_key_id=KEY, secret_access_key=SECRET, endpoint=store.url, region="us-east-1",
                client_options={"allow_http": True}, retry_config={"max_retries": 0},
            )  # fmt: skip
            obstore.put(bucket, "begun", b"1")
            return
        time.sleep(0.05)


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as open_sockets:
        sockets = [open_sockets.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
