"""The bundle is made under a name of its own, and what already has that name is never written to."""

import os
import zipfile
from pathlib import Path

import pytest
from tests.ledger.conftest import Desk

from constancia.ledger.disk.durable import durable_part


@pytest.mark.timeout(20)
@pytest.mark.parametrize("taken", ["of an earlier process", "of this process", "of an earlier version"])
def test_a_pipe_in_the_place_of_the_half_made_file_is_not_written_to(desk: Desk, tmp_path: Path, taken: str) -> None:
    out = tmp_path / "libro.zip"
    pipe = {
        "of an earlier process": tmp_path / "libro.zip.4194304.part",  # beyond the largest number of a process
        "of this process": durable_part(out),
        "of an earlier version": tmp_path / "libro.zip.part",
    }[taken]
    os.mkfifo(pipe)
    desk.ledger.export(out)
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
    assert [path.name for path in tmp_path.iterdir() if path.is_fifo()] == (
        ["libro.zip.part"] if taken == "of an earlier version" else []
    )
