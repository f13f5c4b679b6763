"""Install the wheels on each Python that this machine has, use them, and print figures.

    python -m tools.try_versions [--python 3.12]… [--lowest] [--quick]

Of each Python: the verifier alone (`constancia-verify`) verifies a bundle; the wheel without extras verifies at all
levels; the wheel with `server`, `fast` and `monitor` plays the short demonstration, exports and verifies it, runs the
programs of `examples/` and a generated client against a served ledger, and answers `/metrics` of a monitor's round.
`--lowest` installs the oldest version of each dependency that pyproject.toml allows (`uv pip compile --resolution
lowest-direct`; uv comes from the index) and runs some of the tests with them. Nothing is fetched but packages: a Python
that is missing is named.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tools.pythons import NEWEST, OLDEST, ROOT, install, interpreters, make_environment

EXTRAS: Final = "server,fast,monitor,witness"
# What tries the parts of each dependency that the product uses; they take a minute and need no browser.
LOWEST_TESTS: Final = (
    "tests/ledger/keys", "tests/ledger/timestamps/test_level5.py", "tests/ledger/witnesses/test_witness.py",
    "tests/api/test_generated_client.py", "tests/api/test_without_extras.py", "tests/api/test_monitor.py",
    "tests/api/description/test_openapi.py", "tests/api/test_prepare.py", "tests/api/test_witness_rates.py",
)  # fmt: skip
TEST_TOOLS: Final = (
    "pytest", "pytest-timeout", "pytest-xdist", "hypothesis", "babel", "hatchling", "aiopenapi3", "jsonschema-rs",
    "rfc8785",
)  # fmt: skip


class Failed(Exception):
    """A step did not do what it should."""


@dataclass
class Row:
    """What one environment came to."""

    python: str
    what: str
    packages: int = 0
    megabytes: float = 0.0
    steps: list[str] = field(default_factory=list)
    problem: str = ""


def run(
    command: Sequence[str | Path], folder: Path, codes: Sequence[int] = (0,), timeout: float = 600, **variables: str
) -> str:
    """Run a command outside the checkout; gives what it printed.

    Raises:
        Failed: It ended with another code.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        list(map(str, command)), cwd=folder, env=inherited | {"CONSTANCIA_LANG": "en", "PYTHONUTF8": "1"} | variables,
        capture_output=True, text=True, check=False, timeout=timeout,
    )  # fmt: skip
    if done.returncode not in codes:
        lines = (done.stderr + done.stdout).strip().splitlines()
        raise Failed(f"{' '.join(map(str, command[:4]))} ended with {done.returncode}: {' / '.join(lines[-3:])[:400]}")
    return done.stdout


def build(out: Path) -> tuple[Path, Path]:
    """Build both wheels; gives that of constancia and that of the verifier."""
    for source, folder in ((ROOT, out / "whole"), (ROOT / "verify", out / "verifier")):
        run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], source)
    [whole], [verifier] = list((out / "whole").iterdir()), list((out / "verifier").iterdir())
    return whole, verifier


def measure(row: Row, python: Path) -> None:
    """Count the packages of an environment and their bytes, without pip, which a user has anyway."""
    ask = "import importlib.metadata as m, json; print(json.dumps(sorted({d.name.lower() for d in m.distributions()})))"
    names = json.loads(run([python, "-c", ask], python.parent))
    row.packages = len(set(names) - {"pip", "setuptools"})
    sites = python.parent.parent.rglob("site-packages")
    files = [path for site in sites for path in site.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    row.megabytes = sum(path.stat().st_size for path in files) / 1_000_000


def installed(row: Row, folder: Path, program: Path, *wanted: str | Path) -> Path:
    """Make an environment with packages, and measure it; gives its interpreter."""
    python = make_environment(folder, program)
    begun = time.monotonic()
    done = install(python, *wanted)
    if done.returncode:
        raise Failed(f"pip: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
    row.steps.append(f"installed in {time.monotonic() - begun:.0f} s")
    measure(row, python)
    return python


@contextlib.contextmanager
def serving(constancia: Path, folder: Path, work: Path) -> Iterator[str]:
    """Serve a ledger, read-only, at a free port; gives its address."""
    command = [constancia, "serve", "--dir", folder, "--read-only", "--port", "0"]
    process = subprocess.Popen(
        list(map(str, command)), cwd=work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1", "CONSTANCIA_LANG": "en"},
    )  # fmt: skip
    try:
        for line in process.stdout or ():
            words = [word.strip(".,") for word in line.split() if word.startswith("http://")]
            if words:
                yield "/".join(words[0].split("/")[:3])
                return
        raise Failed("serve printed no address")
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=20)
        process.kill()


def try_verifier(row: Row, work: Path, program: Path, wheel: Path) -> None:
    """Install the verifier alone: it verifies a bundle, and its public names can be imported."""
    python = installed(row, work / "env", program, wheel)
    bundle, trust = bundle_above(work)
    report = json.loads(run([python.parent / "constancia-verify", bundle, "--trust", trust, "--json"], work))
    row.steps.append(f"bundle {report['verdict']}")
    run([python, "-W", "error", "-c", "from constancia.verify import *"], work)
    example = ROOT / "examples" / "verify_bundle.py"
    row.steps.append(run([python, "-W", "error", example, bundle, trust], work).strip().partition(":")[0])


def try_bare(row: Row, work: Path, program: Path, wheel: Path) -> None:
    """Install the wheel without extras: it verifies at all levels, runs as a module, opens a ledger in a program."""
    python = installed(row, work / "env", program, wheel)
    bundle, trust = bundle_above(work)
    version = run([python, "-m", "constancia", "--version"], work).split(",")[0]
    report = json.loads(
        run([python.parent / "constancia", "verify", bundle, "--trust", trust, "--replay", "--json"], work)
    )
    row.steps += [version, f"bundle {report['verdict']} at {'+'.join(report['checked'])}"]
    overdue = run([python, "-W", "error", ROOT / "examples" / "list_overdue.py", bundle, trust, "2019-09-01"], work)
    row.steps.append(overdue.splitlines()[0])


def try_whole(row: Row, work: Path, program: Path, wheel: Path) -> None:
    """Install the wheel with its extras: it plays, serves, is followed, and a generated client does its errand."""
    python = installed(row, work / "env", program, f"constancia[{EXTRAS}] @ {wheel.as_uri()}", "aiopenapi3")
    use_whole(row, work, python)


def use_whole(row: Row, work: Path, python: Path) -> None:
    """Play, export, verify, serve, follow, and run the generated client with an environment that has the extras."""
    constancia = python.parent / "constancia"
    run([constancia, "demo", "--short", "--dir", "book"], work)
    run([constancia, "export", "book.zip", "--dir", "book"], work)
    report = json.loads(run([constancia, "verify", "book.zip", "--trust", "book/trust", "--json"], work))
    row.steps.append(f"demonstration of {report['size']} entries {report['verdict']}")
    with serving(constancia, work / "book", work) as address:
        example = ROOT / "examples" / "follow_entries.py"
        followed = run([python, "-W", "error", example, address, "book/trust", "memory", "1"], work)
        row.steps.append(f"followed {len(followed.splitlines())} lines")
        row.steps.append(run([python, ROOT / "tools" / "generated_client_run.py", address, "book/trust"], work).strip())


def try_lowest(row: Row, work: Path, program: Path, wheel: Path) -> None:
    """Install the oldest allowed version of each direct dependency: as `use_whole`, and some of the tests."""
    uv = make_environment(work / "uv", Path(sys.executable))
    if install(uv, "uv").returncode:
        raise Failed("uv could not be installed")
    locked = work / "lowest.txt"
    every = f"{EXTRAS},postgres"  # the tests know of a store there
    extras = [word for extra in every.split(",") for word in ("--extra", extra)]
    command: list[str | Path] = [uv.parent / "uv", "pip", "compile", "-q", "--resolution", "lowest-direct", *extras]
    run([*command, "--python", program, ROOT / "pyproject.toml", "-o", locked], work)
    python = installed(row, work / "env", program, "-r", locked, *TEST_TOOLS, "-c", locked)
    if install(python, "--no-deps", wheel).returncode:
        raise Failed("the wheel could not be installed")
    use_whole(row, work, python)
    tests: list[str | Path] = [python, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", *LOWEST_TESTS]
    row.steps.append(run(tests, ROOT, WARM_TESTS="0", timeout=1_800).strip().splitlines()[-1])


def bundle_above(work: Path) -> tuple[Path, Path]:
    """Give the bundle and the trust folder that `make_bundle` left next to the environments' folders."""
    return work.parent / "book.zip", work.parent / "book" / "trust"


def make_bundle(out: Path) -> None:
    """Make the short demonstration's bundle with this checkout."""
    command = [sys.executable, "-m", "constancia"]
    paths = str(ROOT / ".import")
    run([*command, "demo", "--short", "--dir", out / "book"], out, PYTHONPATH=paths)
    run([*command, "export", out / "book.zip", "--dir", out / "book"], out, PYTHONPATH=paths)


def main(arguments: Sequence[str] | None = None) -> int:
    """Try what is asked; print a row for each environment. Gives 1 if one failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--python", action="append", help="a minor version, such as 3.12; all by default")
    parser.add_argument("--lowest", action="store_true", help="also the oldest versions of the dependencies")
    parser.add_argument("--quick", action="store_true", help="the verifier alone")
    options = parser.parse_args(arguments)
    there = {f"{major}.{minor}": program for (major, minor), program in interpreters().items()}
    every = [f"{OLDEST[0]}.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="constancia-versions-") as name:
        work = Path(name)
        whole, verifier = build(work)
        make_bundle(work)
        for version in options.python or every:
            if version not in there:
                print(f"{version} | this machine has no such Python, and none is fetched", flush=True)
                continue
            steps = [("constancia-verify", try_verifier, verifier)]
            if not options.quick:
                steps += [("constancia", try_bare, whole), (f"constancia[{EXTRAS}]", try_whole, whole)]
            for what, step, wheel in steps:
                rows.append(row := Row(version, what))
                folder = work / f"{version}-{len(rows)}"
                folder.mkdir()
                try:
                    step(row, folder, there[version], wheel)
                except Failed as error:
                    row.problem = str(error)
                show(row)
        if options.lowest:
            rows.append(row := Row(every[0], "oldest dependencies"))
            folder = work / "lowest"
            folder.mkdir()
            try:
                try_lowest(row, folder, there[every[0]], whole)
            except Failed as error:
                row.problem = str(error)
            show(row)
    return int(any(row.problem for row in rows))


def show(row: Row) -> None:
    """Print a row."""
    size = f"{row.packages} packages, {row.megabytes:.1f} MB" if row.packages else "-"
    outcome = f"FAILED: {row.problem}" if row.problem else "; ".join(row.steps)
    print(f"{row.python} | {row.what} | {size} | {outcome}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
