"""Exports on the disk are whole or not there."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from constancia.api.opendata.export_files import made_whole, write_folder, write_zip

FILES = [("datos/a.csv", b"1\r\n"), ("datos/b.csv", b"2\r\n")]


def broken_off() -> Iterator[tuple[str, bytes]]:
    yield FILES[0]
    raise KeyboardInterrupt


@pytest.mark.parametrize("write", [write_folder, write_zip])
def test_o15_ctrl_c_leaves_nothing_half_written(tmp_path: Path, write: type[object]) -> None:
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "out", broken_off())  # type: ignore[call-arg]  # a function, as a parameter of pytest
    assert list(tmp_path.iterdir()) == []
    made_whole(tmp_path / "file", lambda part: part.write_bytes(b"old"))
    with pytest.raises(KeyboardInterrupt):
        made_whole(tmp_path / "file", _interrupted)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"old")]


def _interrupted(part: Path) -> None:
    part.write_bytes(b"half")
    raise KeyboardInterrupt


def test_folder_and_zip_have_the_files(tmp_path: Path) -> None:
    assert write_folder(tmp_path / "t", FILES) == write_zip(tmp_path / "t.zip", FILES) == 2
    assert {
        path.relative_to(tmp_path / "t").as_posix(): path.read_bytes() for path in (tmp_path / "t").rglob("*.csv")
    } == dict(FILES)
    with zipfile.ZipFile(tmp_path / "t.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == dict(FILES)
    (tmp_path / "t" / "mine.txt").write_text("mine")
    write_folder(tmp_path / "t", [("datos/a.csv", b"3")])
    assert (tmp_path / "t" / "datos" / "a.csv").read_bytes() == b"3"
    assert (tmp_path / "t" / "mine.txt").read_text() == "mine"
