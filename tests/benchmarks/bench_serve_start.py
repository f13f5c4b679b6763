"""From the start of `constancia serve` to its first answers: that the server is starting, and the first page.

    PYTHONPATH=.import:. python tests/benchmarks/bench_serve_start.py [--folder DIR] [repeats]

For a small ledger (216 entries, or the folder's) and a big one, in turn: seconds until `/es/` answers at all, until it
answers with the start page, and until no view lags behind; medians. Under each the processor's time that the process
had used by then, which a busy machine does not lengthen; and the time that a bare interpreter and the imports take.
"""

import argparse
import http.client
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.big_ledger import stored

LINK = Path(__file__).resolve().parents[2] / ".import"
RUN = "from constancia.api.cli import main; main()"
IMPORTS = {
    "bare interpreter": "pass",
    "the command line": "import constancia.api.cli.operator.serve",
    "FastAPI, pydantic and uvicorn alone": "import fastapi, pydantic_settings, uvicorn",
    "what the start page needs": "import constancia.api.first_page, constancia.api.http.server.serving",
    "all of the server": "import constancia.api.app, constancia.api.http.server.serving",
}
_TICKS = os.sysconf("SC_CLK_TCK")


def used(process: "subprocess.Popen[bytes]") -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def get(port: int, path: str) -> tuple[int, bytes] | None:
    """Ask once; None where nothing listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except OSError:
        return None
    finally:
        connection.close()


def port_of(process: "subprocess.Popen[bytes]") -> int:
    """Wait until the process listens, and give the port."""
    while True:
        links = []
        for place in Path(f"/proc/{process.pid}/fd").iterdir():
            try:
                links.append(place.readlink().name)
            except OSError:
                continue
        numbers = {match.group(1) for link in links if (match := re.match(r"socket:\[(\d+)\]", link))}
        for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in numbers:
                return int(fields[1].rpartition(":")[2], 16)
        time.sleep(0.002)


def start(folder: Path, *, with_views: bool) -> dict[str, tuple[float, float]]:
    """Start a server on a copy of a ledger; gives seconds on the wall and of the processor until each answer."""
    reached: dict[str, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "ledger"
        shutil.copytree(folder, copy)
        if not with_views:
            for path in copy.glob("views.sqlite*"):
                path.unlink()
        begun = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", RUN, "serve", "--dir", str(copy), "--port", "0"],
            env={**os.environ, "PYTHONPATH": str(LINK)}, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            port = port_of(process)
            while "views" not in reached:
                answer = get(port, "/es/")
                now = (time.perf_counter() - begun, used(process))
                if answer is None:
                    continue
                reached.setdefault("an answer", now)
                if answer[0] == 200:
                    reached.setdefault("the page", now)
                    health = get(port, "/healthz")
                    if health is not None and b'"views"' in health[1]:
                        views, size = (
                            int(re.search(rb'"%s":\s*(\d+)' % name, health[1])[1])  # type: ignore[index]
                            for name in (b"views", b"size")
                        )
                        if views == size:
                            reached["views"] = (time.perf_counter() - begun, used(process))
                time.sleep(0.005)
        finally:
            process.kill()
            process.wait()
    return reached


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repeats", type=int, nargs="?", default=5)
    parser.add_argument("--folder", type=Path, default=None, help="a small ledger, such as a demonstration")
    chosen = parser.parse_args()
    folders = {"small": chosen.folder or stored(1, 9), "big": stored()}
    cases = {(name, with_views): folder for name, folder in folders.items() for with_views in (True, False)}
    measured: dict[tuple[str, bool], list[dict[str, tuple[float, float]]]] = {case: [] for case in cases}
    for _ in range(chosen.repeats):
        for case, folder in cases.items():
            measured[case].append(start(folder, with_views=case[1]))
    for name, code in IMPORTS.items():
        times = []
        for _ in range(chosen.repeats):
            before = os.times()
            subprocess.run([sys.executable, "-P", "-c", code], env={**os.environ, "PYTHONPATH": str(LINK)}, check=True)
            after = os.times()
            times.append(after.children_user + after.children_system - before.children_user - before.children_system)
        print(f"{name:40} {statistics.median(times):6.2f} s of the processor")
    for (name, with_views), runs in measured.items():
        print(f"{name} ledger, views {'stored' if with_views else 'to be made'}")
        for what in ("an answer", "the page", "views"):
            wall, processor = (statistics.median(run[what][place] for run in runs) for place in (0, 1))
            print(f"    {what:12} {wall:6.2f} s, {processor:6.2f} s of the processor")


if __name__ == "__main__":
    main()
