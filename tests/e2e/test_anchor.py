"""The command `constancia anchor`, as a periodic job runs it, and what `constancia verify` makes of its anchors."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from tests.api.command_line import run_here
from tests.api.served import serving
from tests.ledger.authority import TestAuthority, needs_openssl

from constancia.ledger.clock import SystemClock
from constancia.ledger.ledger import Ledger

pytestmark = needs_openssl


def run(*arguments: str | Path, lang: str = "es") -> subprocess.CompletedProcess[str]:
    return run_here(arguments, env={"CONSTANCIA_LANG": lang}, cwd=Path.cwd())


@pytest.fixture
def place(demo: Path, tmp_path: Path) -> Path:
    """A copy of the demonstration."""
    shutil.copytree(demo, tmp_path / "demo")
    return tmp_path / "demo"


@pytest.fixture
def tsa(place: Path, tmp_path: Path) -> TestAuthority:
    made = TestAuthority(tmp_path / "tsa")
    made.pin(place / "trust", "psc", accredited="Secretaría de Economía, lista vista el 2026-01-15")
    return made


def level5(source: Path | str, trust: Path) -> tuple[int, dict[str, object]]:
    done = run("verify", source, "--trust", trust, "--json")
    report = json.loads(done.stdout)
    return done.returncode, report["checked"].get("L5", {})


def test_periodic_job_and_every_way_to_verify(place: Path, tsa: TestAuthority, tmp_path: Path) -> None:
    with Ledger.open(place, clock=SystemClock(), signer=None) as ledger:
        size = ledger.size
    with tsa.serving() as url:
        first = run("anchor", place, "--tsa", f"psc={url}")
        again = run("anchor", place, "--tsa", f"psc={url}")
    assert (first.returncode, again.returncode, tsa.asked) == (0, 0, 1), first.stderr
    assert f"0–{size - 1}" in first.stdout
    assert "(constancia de conservación NOM-151)" in first.stdout
    assert "ya tiene su sello" in again.stdout
    expected = (0, {"anchors": 1, "anchored_entries": size})
    assert run("export", tmp_path / "b.zip", "--dir", place).returncode == 0
    for source in (place, place / "log", tmp_path / "b.zip"):
        assert level5(source, place / "trust") == expected
    with Ledger.open(place, clock=SystemClock(), signer=None) as ledger, serving(ledger) as url:
        assert level5(url, place / "trust") == expected
    said = run("verify", place, "--trust", place / "trust", "--detalle").stdout
    assert f"L5 tiempo: anclas de tiempo 1, registros anclados {size}" in said
    assert "Secretaría de Economía, lista vista el 2026-01-15" in said


def test_verifier_without_the_libraries_says_that_it_did_not_look(place: Path, tsa: TestAuthority) -> None:
    with tsa.serving() as url:
        run("anchor", place, "--tsa", f"psc={url}")
    done = subprocess.run(
        [sys.executable, "-m", "constancia.verify", place, "--trust", place / "trust", "--json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    report = json.loads(done.stdout)
    assert (done.returncode, "L5" in report["checked"]) == (0, False)
    assert "time" in [one["code"] for one in report["not_checked"]]


def test_way_over_an_air_gap(place: Path, tsa: TestAuthority, tmp_path: Path) -> None:
    asked, answered = tmp_path / "a.tsq", tmp_path / "a.tsr"
    assert run("anchor", place, "--request", asked).returncode == 0
    answered.write_bytes(tsa.answer(asked.read_bytes()))
    done = run("anchor", place, "--response", answered, lang="en")
    assert (done.returncode, tsa.asked) == (0, 0), done.stderr
    assert "existed by" in done.stdout
    assert level5(place, place / "trust")[1]["anchors"] == 1


def test_one_authority_that_fails_does_not_hinder_the_other(place: Path, tsa: TestAuthority, tmp_path: Path) -> None:
    other = TestAuthority(tmp_path / "other")
    other.pin(place / "trust", "slow")
    other.behave = lambda _: (500, b"")
    with tsa.serving() as good, other.serving() as bad:
        done = run("anchor", place, "--tsa", f"slow={bad}", "--tsa", f"psc={good}", "--tsa", f"nobody={good}")
    assert done.returncode == 76
    assert "slow: no se ancló nada" in done.stderr
    assert "nobody" in done.stderr
    assert (place / "log" / "anchors" / "SHA256SUMS").read_text().count(".tsr") == 1


@pytest.mark.parametrize("options", [(), ("--request", "x", "--response", "y"), ("--tsa", "a=b", "--request", "x")])
def test_exactly_one_way_is_asked_for(place: Path, options: tuple[str, ...]) -> None:
    assert run("anchor", place, *options).returncode == 76
    assert not Path("x").exists()


def test_altered_anchor_is_altered(place: Path, tsa: TestAuthority) -> None:
    with tsa.serving() as url:
        run("anchor", place, "--tsa", f"psc={url}")
    [token] = (place / "anchors").glob("*/psc.tsr")
    token.write_bytes(token.read_bytes()[:-1])
    done = run("verify", place, "--trust", place / "trust", "--detalle", lang="en")
    assert done.returncode == 1
    assert "[L5 time-" in done.stdout


def test_served_files_have_their_types_and_nothing_else_is_served(place: Path, tsa: TestAuthority) -> None:
    with tsa.serving() as url:
        run("anchor", place, "--tsa", f"psc={url}")
    with (
        Ledger.open(place, clock=SystemClock(), signer=None) as ledger,
        serving(ledger) as url,
        httpx.Client(base_url=url) as http,
    ):
        index = http.get("/anchors/SHA256SUMS")
        assert index.text.encode() == (place / "anchors" / "SHA256SUMS").read_bytes()
        assert "immutable" not in index.headers["cache-control"]
        token = http.get(f"/anchors/{ledger.size}/psc.tsr")
        assert token.headers["content-type"] == "application/timestamp-reply"
        assert "immutable" in token.headers["cache-control"]
        assert http.head(f"/anchors/{ledger.size}/checkpoint").status_code == 200
        for path in ("/anchors/", "/anchors/0/x.tsr", "/anchors/..%2Fledger.sqlite", f"/anchors/{ledger.size}"):
            assert http.get(path).status_code == 404, path


def test_monitor_checks_anchors_and_alarms_where_one_no_longer_holds(
    place: Path, tsa: TestAuthority, tmp_path: Path
) -> None:
    def watch(url: str, *more: str) -> tuple[int, dict[str, object]]:
        done = run(
            "monitor", url, "--dir", tmp_path / "monitor", "--once", "--recheck", "0", "--whole-every", "0", "--json",
            "--trust", tmp_path / "trust", *more,
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        return done.returncode, json.loads(done.stdout)

    def faults(told: dict[str, object]) -> list[tuple[str, str, str]]:
        events = told["events"]
        assert isinstance(events, list)
        return [
            (one["event"], one["params"]["level"], one["params"]["fault"]) for one in events if one["code"] == "faulty"
        ]

    with tsa.serving() as url:
        run("anchor", place, "--tsa", f"psc={url}")
    shutil.copytree(place / "trust", tmp_path / "trust")
    [token] = (place / "anchors").glob("*/psc.tsr")
    sound = token.read_bytes()
    with Ledger.open(place, clock=SystemClock(), signer=None) as ledger, serving(ledger) as url:
        assert watch(url)[0] == 0
        # Another answer of the same authority, well made, over other bytes; and the list says so.
        other = tsa.stamp(b"another log's checkpoint")
        token.write_bytes(other)
        index, listed = place / "anchors" / "SHA256SUMS", (place / "anchors" / "SHA256SUMS").read_text()
        index.write_text(listed.replace(hashlib.sha256(sound).hexdigest(), hashlib.sha256(other).hexdigest()))
        code, told = watch(url)
        assert (code, faults(told)) == (1, [("found", "L5", "time-imprint")])
        assert watch(url)[0] == 1
        token.write_bytes(sound)
        index.write_text(listed)
        code, told = watch(url)
        assert (code, faults(told)) == (0, [("cleared", "L5", "time-imprint")])
