"""What a first run compiles, shared out among its workers: each of them imports all tests, and would compile them all.

A worker compiles its share before it imports anything else of the project; by the time that it comes to another's, that
one has written it. Where it has not, or a file has changed since, what imports it compiles it as ever.
"""

import importlib.util
import os
import py_compile
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from _pytest.assertion import rewrite

ROOT = Path(__file__).resolve().parent.parent
WORKER, WORKERS = "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"
FLOORS = [ROOT / ".import" / "constancia" / name for name in ("verify", "domain", "ledger", "api")]


def share_of(paths: Iterable[Path]) -> list[Path]:
    """Give what this process compiles of so many files: each so many-th where it is one of several workers, or none."""
    name, count = os.environ.get(WORKER, ""), int(os.environ.get(WORKERS, "1"))
    if count < 2 or not name.startswith("gw") or sys.dont_write_bytecode:
        return []
    return sorted(paths)[int(name[2:]) % count :: count]


def compile_modules() -> int:
    """Compile this worker's share of the program and of what the tests import; give how many were compiled."""
    paths = [path for folder in (*FLOORS, ROOT / "tests") for path in folder.rglob("*.py") if not _is_rewritten(path)]
    return _compile(share_of(paths), lambda path: Path(importlib.util.cache_from_source(str(path))), _compiled)


def compile_tests(config: pytest.Config) -> int:
    """Compile this worker's share of the test modules, with what pytest makes of their assertions."""
    state = config.stash[rewrite.assertstate_key]

    def compiled(path: Path, target: Path) -> None:
        digest, code = rewrite._rewrite_test(path, config)
        rewrite._write_pyc(state, code, digest, target)

    paths = [path for path in (ROOT / "tests").rglob("*.py") if _is_rewritten(path)]
    return _compile(
        share_of(paths), lambda path: rewrite.get_cache_dir(path) / (path.stem + rewrite.PYC_TAIL), compiled
    )


def _is_rewritten(path: Path) -> bool:
    return path.name.startswith("test_") or path.name == "conftest.py"


def _compiled(path: Path, target: Path) -> None:
    py_compile.compile(str(path), cfile=str(target), doraise=True)


def _compile(paths: Iterable[Path], place: Callable[[Path], Path], compiled: Callable[[Path, Path], None]) -> int:
    missing = [(path, target) for path in paths if not (target := place(path)).exists()]
    for path, target in missing:
        target.parent.mkdir(exist_ok=True)
        compiled(path, target)
    return len(missing)
