"""The Python interpreters that this machine has, and virtual environments of them, for tests and tools."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from filelock import FileLock

OLDEST: Final = (3, 11)
NEWEST: Final = (3, 14)
ROOT: Final = Path(__file__).resolve().parent.parent
_ASK: Final = "import sys; print(*sys.version_info[:3])"


def interpreters() -> dict[tuple[int, int], Path]:
    """Find interpreters from OLDEST to NEWEST: this one, those on the path, and pyenv's.

    Returns:
        The program of each minor version, oldest first; this one where the version is its own.
    """
    minors = range(OLDEST[1], NEWEST[1] + 1)
    candidates = [Path(path) for minor in minors if (path := shutil.which(f"python3.{minor}"))]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    # Newest patch first; a version's folder is its name.
    candidates += sorted(pyenv.glob("3.*/bin/python"), key=_patch, reverse=True)
    there = {sys.version_info[:2]: Path(sys.executable)}
    for program in candidates:
        asked = subprocess.run([program, "-c", _ASK], capture_output=True, text=True, check=False, timeout=30)
        numbers = tuple(map(int, asked.stdout.split()))[:2]
        if asked.returncode == 0 and len(numbers) == 2 and OLDEST <= numbers <= NEWEST:
            there.setdefault((numbers[0], numbers[1]), program)
    return dict(sorted(there.items()))


def _patch(program: Path) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", program.parent.parent.name)))


def make_environment(folder: Path, program: Path) -> Path:
    """Make an empty virtual environment; gives its interpreter. Debian's venv has no pip, and needs none here."""
    subprocess.run([program, "-m", "venv", "--without-pip", folder], check=True, capture_output=True, timeout=120)
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def install(python: Path, *wanted: str | Path, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    """Install into a virtual environment with the pip of this interpreter; the caller looks at how it ended."""
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check", "install", "--quiet"]
    return subprocess.run([*pip, *map(str, wanted)], capture_output=True, text=True, check=False, timeout=timeout)


def cached_environment(name: str, wanted: Sequence[str], least: tuple[int, int]) -> Path | str:
    """Give an environment with packages, made once and kept below `.venv/` for later runs.

    Args:
        name: The environment's name.
        wanted: What pip installs, with versions.
        least: The oldest version of Python that the packages take.

    Returns:
        The environment's interpreter; or why there is none, as a sentence.
    """
    fit = [program for version, program in interpreters().items() if version >= least]
    if not fit:
        return f"{name} needs Python {least[0]}.{least[1]} or later, and this machine has none"
    mark = hashlib.sha256("\n".join([str(fit[0]), *wanted]).encode()).hexdigest()[:12]
    folder = ROOT / ".venv" / "strangers" / f"{name}-{mark}"
    if not os.access(ROOT / ".venv", os.W_OK):
        return f"{name} is not installed, and .venv/ can't be written"
    folder.parent.mkdir(exist_ok=True)
    python = folder / "bin" / "python"
    with FileLock(f"{folder}.lock"):  # several workers of a test run want it at once
        if (folder / "whole").exists():
            return python
        shutil.rmtree(folder, ignore_errors=True)
        made = make_environment(folder, fit[0])
        done = install(made, *wanted)
        if done.returncode:
            return f"{name} could not be installed: {(done.stderr.strip().splitlines() or ['?'])[-1][:200]}"
        (folder / "whole").touch()
    return python
