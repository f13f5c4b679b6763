"""`constancia serve` below a path prefix, as a process, behind a real reverse proxy: readers, signatories, monitors."""

import contextlib
import os
import re
import subprocess
from pathlib import Path

import httpx
import pytest
from tests.api.http.test_proxies import PREFIX, reverse_proxy
from tests.e2e.test_witnesses import copy, served, signed_report, until, unwitnessed
from tests.warm import COMMAND
from tests.witness_process import ROOT

__all__ = ("copy", "unwitnessed")

ENVIRONMENT = {**os.environ, "CONSTANCIA_LANG": "en"}


def runs(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=ROOT / ".import", capture_output=True, text=True, check=False, env=ENVIRONMENT | environment,
    )  # fmt: skip


def test_verifier_signatory_and_monitor_work_at_an_address_with_a_prefix(unwitnessed: Path, tmp_path: Path) -> None:
    signed = tmp_path / "x.signed.json"
    signed.write_bytes(signed_report(unwitnessed))
    with (
        served(unwitnessed, "--root-path", PREFIX) as upstream,
        reverse_proxy(upstream, strips=True) as proxied,
    ):
        url = proxied + PREFIX
        size = httpx.get(f"{url}/api/v1/ledger").json()["size"]
        done = runs("submit", signed, "--to", url)
        assert done.returncode == 0, done.stderr
        taken = runs("receipt", size, "--from", url, "--out", tmp_path / "again.tlog-proof")
        assert taken.returncode == 0, taken.stderr
        checked = runs("verify", tmp_path / "again.tlog-proof", "--trust", unwitnessed / "trust")
        assert checked.returncode in (0, 2), checked.stdout
        checked = runs("verify", url, "--trust", unwitnessed / "trust")
        assert checked.returncode == 2, checked.stdout  # nobody has cosigned the new end
        assert str(size + 1) in checked.stdout
        watched = runs(
            "monitor", url, "--trust", unwitnessed / "trust", "--dir", tmp_path / "watch", "--once", "--recheck", 0
        )
        assert watched.returncode in (0, 2), watched.stdout + watched.stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::1"])  # noqa: S104 - all of them
def test_the_address_that_is_printed_answers(unwitnessed: Path, host: str) -> None:
    command = [
        *COMMAND,
        "serve",
        "--dir",
        str(unwitnessed),
        "--read-only",
        "--host",
        host,
        "--port",
        "0",
        "--root-path",
        PREFIX,
    ]
    environment = ENVIRONMENT | {"CONSTANCIA_PUBLIC_URL": "https://datos.example"}
    with subprocess.Popen(command, cwd=ROOT / ".import", stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        lines = [process.stderr.readline(), process.stderr.readline()]
        try:
            [shown] = re.findall(r"http://\S+", lines[0])
            until(lambda: answers(shown))
            assert f'href="{PREFIX}/en/"' in httpx.get(shown).text
            assert f"https://datos.example{PREFIX}/es/" in lines[1]
        finally:
            process.terminate()


def answers(url: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(url).status_code == 200
    return False


@pytest.mark.parametrize(
    ("options", "environment", "named"),
    [
        (["--root-path", "/es/libro"], {}, "/es/libro"),
        (["--forwarded-allow-ips", "*"], {}, "forwarded_allow_ips"),
        ([], {"CONSTANCIA_PAGE_SIZE": "many"}, "page_size"),
        (["--root-path", "/a"], {"CONSTANCIA_PUBLIC_URL": "https://datos.example/b"}, "/b"),
    ],
)
def test_wrong_settings_end_in_words_and_a_code_that_is_no_verdict(
    tmp_path: Path, options: list[str], environment: dict[str, str], named: str
) -> None:
    done = runs("serve", "--dir", tmp_path, "--port", "0", *options, **environment)
    assert (done.returncode, "Traceback" in done.stderr) == (78, False), done.stderr
    assert named in done.stderr.lower()
