"""Plays an operator's accidents with the real command, and prints what the operator sees. Run it, or see its test.

    PYTHONPATH=.import:. python tests/e2e/operator_accidents.py FOLDER

A restored backup, a clock that jumps forward and back, two servers at once, `demo --force` beside a server.
"""

import base64
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from tests.api.command_line import run_here
from tests.warm import WARM

WAIT_S = 300.0  # on a machine with much else to do
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "CONSTANCIA_LANG": "en"}
# The clock of the machine can't be set here; this one is a file away from it. It is the process's one clock.
WITH_CLOCK = (
    WARM
    + """
import os, sys
from datetime import timedelta
from constancia.ledger import clock
real = clock.SystemClock.now
def now(self):
    try:
        return real(self) + timedelta(days=float(open(os.environ["CLOCK_DAYS"]).read()))
    except (OSError, ValueError):
        return real(self)
clock.SystemClock.now = now
from constancia.api.cli import main
main()
"""
)


@dataclass
class Bench:
    """The folder that the accidents are played in, and where what is seen goes."""

    folder: Path

    def __post_init__(self) -> None:
        self.clock = self.folder / "clock-days"
        self.environment = {**ENVIRONMENT, "CLOCK_DAYS": str(self.clock)}

    def say(self, text: str) -> None:
        sys.stdout.write(text.rstrip() + "\n")
        sys.stdout.flush()

    def command(self, *arguments: str | Path) -> list[str]:
        return [sys.executable, "-c", WITH_CLOCK, *map(str, arguments)]

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command as a process: its clock may be wrong, and its locks are not ours."""
        done = subprocess.run(
            self.command(*arguments), env=self.environment, capture_output=True, text=True, check=False, timeout=WAIT_S
        )
        return self._shown(done, arguments)

    def run_here(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command that reads or packs files, at the machine's time, without an interpreter's start."""
        return self._shown(run_here(arguments, env=self.environment, cwd=self.folder), arguments)

    def _shown(
        self, done: subprocess.CompletedProcess[str], arguments: Sequence[str | Path]
    ) -> subprocess.CompletedProcess[str]:
        self.say(f"$ constancia {' '.join(map(str, arguments))}\n  exit {done.returncode}")
        for line in (done.stdout + done.stderr).splitlines()[-4:]:
            self.say(f"  {line[:400]}")
        return done

    @contextlib.contextmanager
    def served(self, folder: Path, *more: str) -> Iterator[str]:
        """Serve a ledger with the demonstration's witnesses; gives the address."""
        arguments: list[str | Path] = ["serve", "--demo", "--dir", folder, "--port", "0", *more]
        self.say(f"$ constancia {' '.join(map(str, arguments))}")
        log = (self.folder / "serve.log").open("w+")
        child = subprocess.Popen(self.command(*arguments), env=self.environment, stderr=log, stdout=log, text=True)
        try:
            yield self._address(child)
        finally:
            child.terminate()
            child.wait(WAIT_S)
            log.seek(0)
            for line in log.read().splitlines():
                if "ServedAt" not in line:
                    self.say(f"  | {line[:300]}")
            log.close()

    def _address(self, child: subprocess.Popen[str]) -> str:
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end and child.poll() is None:
            found = re.search(r"(http://127\.0\.0\.1:\d+)/es/", (self.folder / "serve.log").read_text())
            if found:
                with contextlib.suppress(httpx.HTTPError):
                    httpx.get(f"{found[1]}/healthz", timeout=5)
                    return found[1]
            time.sleep(0.1)
        raise RuntimeError(f"the server did not start: {(self.folder / 'serve.log').read_text()}")

    def health(self, url: str) -> dict[str, Any]:
        answer = httpx.get(f"{url}/healthz", timeout=10)
        found: dict[str, Any] = answer.json()
        codes = [one["code"] for one in found["problems"]]
        self.say(f"  GET /healthz: {answer.status_code} {found['status']}, writable {found['writable']}, {codes}")
        return found | {"http": answer.status_code, "codes": codes}

    def speak(self, url: str, folder: Path) -> tuple[int, dict[str, Any]]:
        """Have a root say something over HTTP: draft, sign, submit, as its software does."""
        from constancia.ledger.keys.key_file import load  # noqa: PLC0415
        from constancia.ledger.signatory.draft import sign_statement  # noqa: PLC0415
        from constancia.ledger.submission import signed_document  # noqa: PLC0415

        key = load(folder / "keys" / "root-nosc.pem", (folder / "keys" / "passphrase").read_bytes().rstrip(b"\n"))
        name = f"acc-{time.time_ns()}"
        body = {
            "appointment": name, "capacity": "representative", "name": "Persona", "party": "nosc", "person": name,
            "post": {"es": "Puesto"}, "scope": ["DissentRecorded"], "valid_from": "2021-01-01",
        }  # fmt: skip
        _origin, size, top = httpx.get(f"{url}/checkpoint", timeout=20).text.split("\n")[:3]
        wanted = {
            "actor": {"capacity": "root", "party": "nosc"},
            "body": body,
            "seen": {"root": base64.b64decode(top).hex(), "size": int(size)},
            "type": "RepresentativeAppointed",
        }
        raw = httpx.post(f"{url}/api/v1/drafts", json=wanted, timeout=20).json()["statement"].encode()
        answer = httpx.post(
            f"{url}/api/v1/entries",
            content=signed_document(raw, [sign_statement(raw, key)]),
            headers={"Content-Type": "application/json"},
            timeout=30,
        )
        found: dict[str, Any] = answer.json()
        self.say(f"  POST /api/v1/entries: {answer.status_code} {found.get('code', '')} {found.get('title', '')}")
        return answer.status_code, found


def restored_backup(bench: Bench, ledger: Path) -> dict[str, Any]:
    bench.say("\n== A backup of yesterday is put in the ledger's place")
    bench.run_here("backup", "--dir", ledger, bench.folder / "yesterday.tar")
    with bench.served(ledger) as url:
        bench.speak(url, ledger)
        _until(lambda: _is_witnessed(url))
    refused = bench.run_here("restore", bench.folder / "yesterday.tar", "--dir", ledger)
    # A person who knows better copies the folder by hand; the witnesses' memories are elsewhere.
    memories = bench.folder / "memories"
    shutil.copytree(ledger / "witnesses", memories)
    shutil.rmtree(ledger)
    bench.run_here("restore", bench.folder / "yesterday.tar", "--dir", ledger)
    shutil.rmtree(ledger / "witnesses")
    shutil.copytree(memories, ledger / "witnesses")
    with bench.served(ledger) as url:
        health = bench.health(url)
        status, problem = bench.speak(url, ledger)
        page = httpx.get(f"{url}/es/", timeout=10).text
    with bench.served(ledger, "--accept-rollback", "The disk of the server was lost") as url:
        after = bench.health(url)
        accepted, _ = bench.speak(url, ledger)
        integrity = httpx.get(f"{url}/api/v1/integrity", timeout=10).json()
        bench.say(f"  GET /api/v1/integrity: {json.dumps(integrity)[:300]}")
    return {
        "restore": refused.returncode, "health": health, "status": status, "code": problem.get("code"), "page": page,
        "after": after, "accepted": accepted, "reason": integrity["rollbacks"][-1]["reason"],
    }  # fmt: skip


def jumping_clock(bench: Bench, url: str, ledger: Path) -> dict[str, Any]:
    bench.say("\n== The clock jumps ten years ahead, and back")
    found: dict[str, Any] = {"before": bench.speak(url, ledger)[0]}
    for name, days in (("ahead", "3653"), ("right again", "0"), ("behind", "-3653")):
        bench.clock.write_text(days)
        bench.say(f"  the clock is {name}")
        found[name] = bench.speak(url, ledger)[1].get("code", "recorded")
        found[f"{name} health"] = bench.health(url)["codes"]
    bench.clock.unlink()
    found["after"] = bench.speak(url, ledger)[0]
    return found


def clock_was_wrong(bench: Bench, ledger: Path) -> dict[str, Any]:
    bench.say("\n== A server starts with a clock that is five days ahead, records, and gets the right clock again")
    found: dict[str, Any] = {}
    bench.clock.write_text("5")  # nothing at hand can tell: no witness has said what time it is
    with bench.served(ledger) as url:
        found["while wrong"] = bench.speak(url, ledger)[0]
        _until(lambda: _is_witnessed(url))
    bench.clock.unlink()
    with bench.served(ledger) as url:
        found["refused"] = bench.speak(url, ledger)[1].get("code")
        found["page"] = httpx.get(f"{url}/en/", timeout=10).text
    found["no reason"] = bench.run("serve", "--dir", ledger, "--port", "0", "--accept-clock", " ").returncode
    for name, more in (("accepted", ("--accept-clock", "The battery of the clock was empty")), ("next start", ())):
        with bench.served(ledger, *more) as url:
            found[name] = bench.speak(url, ledger)[0]
            found[f"{name} health"] = bench.health(url)["codes"]
            found["integrity"] = httpx.get(f"{url}/api/v1/integrity", timeout=10).json()
            found["page after"] = httpx.get(f"{url}/en/", timeout=10).text
    found["times"] = recorded_times(ledger)
    found["verdict"] = bench.run_here("verify", ledger, "--trust", ledger / "trust")
    bench.run_here("publish", bench.folder / "published", "--dir", ledger)
    found["published"] = bench.run_here("verify", bench.folder / "published", "--trust", ledger / "trust")
    return found


def recorded_times(ledger: Path) -> list[str]:
    """The `recorded_at` of each entry in a folder."""
    from constancia.ledger.clock import SystemClock  # noqa: PLC0415
    from constancia.ledger.ledger import Ledger  # noqa: PLC0415
    from constancia.verify.speed.entry_patterns import read_entry  # noqa: PLC0415

    with Ledger.open(ledger, clock=SystemClock(), signer=None) as opened:
        return [read_entry(opened.log.entry(index)).recorded_at for index in range(opened.size)]


def two_at_once(bench: Bench, url: str, ledger: Path) -> dict[str, Any]:
    bench.say("\n== A second server, and `demo --force`, beside a server at work")
    size = bench.health(url)["size"]
    second = bench.run("serve", "--dir", ledger, "--port", "0")
    forced = bench.run("demo", "--short", "--force", "--dir", ledger)
    spoke = bench.speak(url, ledger)[0]
    after = bench.health(url)["size"]
    return {"second": second, "forced": forced, "spoke": spoke, "grown": after - size}


def _is_witnessed(url: str) -> bool:
    answer = httpx.get(f"{url}/healthz", timeout=10).json()
    return bool(answer["witnessed"] == answer["size"])


def _until(met: Any) -> None:
    end = time.monotonic() + WAIT_S
    while not met():
        if time.monotonic() > end:
            raise RuntimeError("it did not come about")
        time.sleep(0.05)


def main() -> None:
    bench = Bench(Path(sys.argv[1]))
    bench.folder.mkdir(parents=True, exist_ok=True)
    ledger = bench.folder / "ledger"
    bench.run("demo", "--short", "--dir", ledger)
    other = bench.folder / "other"  # after an accepted rollback witnesses cosign no more
    shutil.copytree(ledger, other)
    with bench.served(ledger) as url:
        jumping_clock(bench, url, ledger)
        two_at_once(bench, url, ledger)
    restored_backup(bench, ledger)
    clock_was_wrong(bench, other)


if __name__ == "__main__":
    main()
