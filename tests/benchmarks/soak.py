"""A ledger at work for a while: `make soak ARGS='--minutes 20'`. Memory, descriptors, threads and WAL must stay flat.

    PYTHONPATH=.import:. python tests/benchmarks/soak.py [--minutes 20] [--rate 1] [--demo FOLDER] [--no-browser]

Real processes: `constancia serve --demo` with its three witnesses, two monitors that compare with each other, a
publisher (`publish --watch`), `rebuild --check`, exports and audits over HTTP, a browser and readers that go from page
to page, and a signatory that appends. What each process of the server, witnesses, monitors and publisher has is read
from /proc every few seconds. Flat: in the last quarter no more descriptors, threads or WAL than in the second, and no
more memory than the entries that came in between account for. Linux.
"""

import argparse
import base64
import contextlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from playwright.sync_api import sync_playwright
from tests.e2e.conftest import CHROMIUM, FLAGS
from tests.e2e.operator_accidents import ENVIRONMENT
from tests.process_tree import children_of
from tests.warm import COMMAND

from constancia.ledger.keys.key_file import PrivateKey, load
from constancia.ledger.signatory.draft import sign_statement
from constancia.ledger.submission import signed_document

PAGES = (
    "/es/",
    "/es/compromisos",
    "/en/",
    "/es/registros",
    "/es/cambios",
    "/es/verificar",
    "/api/v1/state",
    "/checkpoint",
)
EVERY_S = 5.0
BYTES_PER_ENTRY = 40_000  # of the server's memory: what the state and its indexes may take
SLACK_KB = 40_000  # caches of pages and of the allocator
MOST_WAL = 8_000_000


@dataclass
class Process:
    """A process that is watched, and what it held at each look: KiB of memory, descriptors, threads."""

    name: str
    pid: int
    looks: list[tuple[int, int, int]] = field(default_factory=list)

    def look(self) -> None:
        root = Path(f"/proc/{self.pid}")
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            status = (root / "status").read_text()
            memory, threads = (int(re.findall(rf"{name}:\s+(\d+)", status)[0]) for name in ("VmRSS", "Threads"))
            self.looks.append((memory, len(list((root / "fd").iterdir())), threads))

    def quarter(self, number: int, what: int) -> float:
        size = max(1, len(self.looks) // 4)
        return statistics.median(look[what] for look in self.looks[number * size : (number + 1) * size])


@dataclass
class Soak:
    """A run: the folder, the address, the work done, what went wrong."""

    place: Path
    end: float
    url: str = ""
    watched: list[Process] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    wal: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    sizes: list[int] = field(default_factory=list)

    @property
    def ledger(self) -> Path:
        return self.place / "d"

    def is_over(self) -> bool:
        return time.monotonic() > self.end

    def repeat(self, name: str, every: float, work: Callable[[], object]) -> threading.Thread:
        """Do a piece of work again and again until the end; a failure is noted, and the work goes on."""

        def run() -> None:
            while not self.is_over():
                try:
                    work()
                    self.done[name] += 1
                except Exception as error:  # noqa: BLE001 - noted
                    self.wrong.append(f"{name}: {type(error).__name__}: {error}"[:300])
                time.sleep(min(every, max(0.0, self.end - time.monotonic())))

        thread = threading.Thread(target=run, daemon=True, name=name)
        thread.start()
        return thread

    @contextlib.contextmanager
    def process(
        self, name: str, *arguments: str, expected: tuple[int, ...] = (0, 130, -15)
    ) -> Iterator[subprocess.Popen[bytes]]:
        """A command that runs until the end."""
        log = (self.place / f"{name}.log").open("wb")
        child = subprocess.Popen([*COMMAND, *arguments], env=ENVIRONMENT, stdout=log, stderr=log)
        self.watched.append(Process(name, child.pid))
        try:
            yield child
        finally:
            child.terminate()
            code = child.wait(90)
            if code not in expected:
                self.wrong.append(f"{name} ended with {code}")
            log.close()
            if re.search(rb"Traceback", (self.place / f"{name}.log").read_bytes()):
                self.wrong.append(f"{name} printed a traceback")

    def command(self, *arguments: str, expected: tuple[int, ...] = (0,)) -> None:
        """A command that must succeed."""
        done = subprocess.run([*COMMAND, *arguments], env=ENVIRONMENT, capture_output=True, check=False, timeout=300)
        if done.returncode not in expected:
            raise RuntimeError(f"{arguments[0]}: {done.returncode}: {(done.stderr or done.stdout)[-200:]!r}")

    def look(self) -> None:
        for process in self.watched:
            process.look()
        for path in self.place.rglob("*-wal"):
            with contextlib.suppress(FileNotFoundError):
                self.wal[path.relative_to(self.place).as_posix()].append(path.stat().st_size)
        self.sizes.append(int(httpx.get(f"{self.url}/checkpoint", timeout=60).text.split("\n")[1]))

    def append(self, client: httpx.Client, key: PrivateKey) -> None:
        """One signed act, as a party's root says it; its receipt counts."""
        name = f"soak-{time.time_ns()}"
        body = {
            "appointment": name, "capacity": "representative", "name": "Persona", "party": "nosc", "person": name,
            "post": {"es": "Puesto"}, "scope": ["DissentRecorded"], "valid_from": "2021-01-01",
        }  # fmt: skip
        _origin, size, top = client.get("/checkpoint").text.split("\n")[:3]
        seen = {"root": base64.b64decode(top).hex(), "size": int(size)}
        wanted = {
            "actor": {"capacity": "root", "party": "nosc"},
            "body": body,
            "seen": seen,
            "type": "RepresentativeAppointed",
        }
        raw = client.post("/api/v1/drafts", json=wanted).raise_for_status().json()["statement"].encode()
        answer = client.post(
            "/api/v1/entries", content=signed_document(raw, [sign_statement(raw, key)]),
            headers={"Content-Type": "application/json"},
        )  # fmt: skip
        answer.raise_for_status()


def _started(soak: Soak) -> str:
    log = soak.place / "server.log"
    for _ in range(1_800):
        match = re.search(r"(http://127\.0\.0\.1:\d+)/es/", log.read_text())
        with contextlib.suppress(httpx.HTTPError):
            if match and httpx.get(f"{match[1]}/checkpoint", timeout=30).status_code == 200:
                return match[1]
        time.sleep(0.1)
    raise RuntimeError(log.read_text()[-2_000:])


def _browse(soak: Soak) -> None:
    """One tab of a real browser, from page to page."""
    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        number = 0
        while not soak.is_over():
            try:
                page.goto(soak.url + PAGES[number % 6], timeout=60_000)
                soak.done["pages in a browser"] += 1
            except Exception as error:  # noqa: BLE001 - noted
                soak.wrong.append(f"browser: {error}"[:300])
            number += 1
            time.sleep(1)
        browser.close()


def run(soak: Soak, rate: float, *, browser: bool) -> None:
    """Let all work until the end."""
    key = load(soak.ledger / "keys" / "root-nosc.pem", (soak.ledger / "keys" / "passphrase").read_bytes().rstrip(b"\n"))
    limit = {"CONSTANCIA_WRITES_PER_MINUTE": "0", "CONSTANCIA_ENTRIES_PER_KEY_PER_MINUTE": "0",
             "CONSTANCIA_COSTLY_READS_PER_MINUTE": "0"}  # fmt: skip
    ENVIRONMENT.update(limit)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(
            soak.process("server", "serve", "--demo", "--dir", str(soak.ledger), "--port", "0")
        )
        soak.url = _started(soak)
        soak.watched += [Process(f"witness {number}", pid) for number, pid in enumerate(children_of(server.pid), 1)]
        for name, other in (("monitor a", "b"), ("monitor b", "a")):
            stack.enter_context(soak.process(
                name, "monitor", soak.url, "--trust", str(soak.ledger / "trust"), "--dir", str(soak.place / name[-1]),
                "--every", "5", "--levels", "L2", "--heads", str(soak.place / f"heads-{name[-1]}"),
                "--peer", str(soak.place / f"heads-{other}"),
            ))  # fmt: skip
        public = str(soak.place / "public")
        stack.enter_context(soak.process("publisher", "publish", public, "--dir", str(soak.ledger), "--watch"))
        client = stack.enter_context(httpx.Client(base_url=soak.url, timeout=60))
        reader = stack.enter_context(httpx.Client(base_url=soak.url, timeout=60))
        turn = iter(range(10**9))
        threads = [
            soak.repeat("acknowledged", 1 / rate, lambda: soak.append(client, key)),
            soak.repeat("pages read", 0.5, lambda: reader.get(PAGES[next(turn) % len(PAGES)]).raise_for_status()),
            soak.repeat("rebuild --check", 60, lambda: soak.command("rebuild", str(soak.ledger), "--check")),
            soak.repeat("exports", 90, lambda: soak.command(
                "export", str(soak.place / "x.zip"), "--from", soak.url, "--log-only", "--force")),
            soak.repeat("audits over HTTP", 75, lambda: soak.command(
                "verify", soak.url, "--trust", str(soak.ledger / "trust"), expected=(0, 2))),  # not witnessed yet
            soak.repeat("looks", EVERY_S, soak.look),
        ]  # fmt: skip
        if browser:
            threads.append(threading.Thread(target=_browse, args=(soak,), daemon=True))
            threads[-1].start()
        for thread in threads:
            thread.join()
        _wait_for_witnesses(soak.url)
    soak.command("verify", str(soak.ledger), "--trust", str(soak.ledger / "trust"))
    soak.command("verify", public, "--trust", str(soak.ledger / "trust"))


def _wait_for_witnesses(url: str) -> None:
    for _ in range(600):
        health = httpx.get(f"{url}/healthz", timeout=60).json()
        if health["witnessed"] == health["size"]:
            return
        time.sleep(0.1)


def report(soak: Soak) -> None:
    """Print the figures, and note what is not flat."""
    quarter = max(1, len(soak.sizes) // 4)
    grown = soak.sizes[-1] - soak.sizes[quarter]
    print(f"{soak.sizes[0]:,} to {soak.sizes[-1]:,} entries; " + ", ".join(f"{n:,} {w}" for w, n in soak.done.items()))
    print(f"{'process':12} {'memory MB':>20} {'descriptors':>16} {'threads':>12}   (second quarter, last quarter)")
    for process in soak.watched:
        if len(process.looks) < 8:
            soak.wrong.append(f"{process.name} was seen {len(process.looks)} times")
            continue
        pairs = [(process.quarter(1, what), process.quarter(3, what)) for what in range(3)]
        (memory, then), (files, files_then), (threads, threads_then) = pairs
        print(f"{process.name:12} {memory / 1024:9.1f} {then / 1024:9.1f} {files:9.0f} {files_then:5.0f}"
              f" {threads:8.0f} {threads_then:5.0f}")  # fmt: skip
        if then > memory + SLACK_KB + grown * BYTES_PER_ENTRY / 1024:
            soak.wrong.append(f"{process.name}: memory grows, {memory:.0f} to {then:.0f} KiB")
        if files_then > files + 8 or threads_then > threads + 4:
            soak.wrong.append(f"{process.name}: descriptors or threads grow")
    for name, sizes in sorted(soak.wal.items()):
        print(f"{name}: at most {max(sizes):,} bytes, at the end {sizes[-1]:,}")
        if max(sizes) > MOST_WAL:
            soak.wrong.append(f"{name} grows: {max(sizes):,} bytes")


def main() -> int:
    """Soak; 1 where something was not flat or went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--rate", type=float, default=1.0, help="appends a second")
    parser.add_argument("--demo", type=Path, help="a demonstration's folder, which is copied; one is played by default")
    parser.add_argument("--no-browser", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        soak = Soak(Path(place), 0.0)
        if arguments.demo is None:
            soak.command("demo", "--dir", str(soak.ledger))
        else:
            shutil.copytree(arguments.demo, soak.ledger)
        soak.end = time.monotonic() + 60 * arguments.minutes
        run(soak, arguments.rate, browser=not arguments.no_browser)
        report(soak)
    for text in soak.wrong[:20]:
        print(f"WRONG {text}")
    print(f"{arguments.minutes:g} minutes, {len(soak.wrong)} wrong")
    return 1 if soak.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
