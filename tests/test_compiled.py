"""What a first run compiles is shared out: each file is one worker's, and a run without workers compiles as ever."""

import sys
from importlib.util import cache_from_source
from pathlib import Path

import pytest
from _pytest.assertion import rewrite
from tests import compiled


def test_each_file_is_compiled_by_one_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [Path(f"{number:02}.py") for number in range(11)]
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setenv(compiled.WORKERS, "4")
    shares = list[Path]()
    for number in range(4):
        monkeypatch.setenv(compiled.WORKER, f"gw{number}")
        shares += compiled.share_of(reversed(paths))
    assert sorted(shares) == paths
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert compiled.share_of(paths) == []
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setenv(compiled.WORKERS, "1")
    assert compiled.share_of(paths) == []


def test_what_was_compiled_is_what_an_import_takes(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The names and the content are those that Python and pytest look for, and nothing is compiled a second time."""
    here, other = Path(__file__), Path(compiled.__file__)
    places = rewrite.get_cache_dir(here) / f"{here.stem}{rewrite.PYC_TAIL}", Path(cache_from_source(str(other)))
    monkeypatch.setattr(compiled, "share_of", lambda paths: [path for path in paths if path in {here, other}])
    for place in places:
        place.unlink(missing_ok=True)
    assert [(compiled.compile_modules(), compiled.compile_tests(pytestconfig)) for _ in range(2)] == [(1, 1), (0, 0)]
    assert rewrite._read_pyc(here, places[0]) is not None
    assert places[1].exists()
