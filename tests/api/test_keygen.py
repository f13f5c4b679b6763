"""`constancia keygen` where the machine does not take all that it writes: the same command works once there is room."""

import errno
import os
from pathlib import Path

import pytest
from tests.api.command_line import run_here


def test_key_whose_public_part_could_not_be_written_is_not_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text("frase de paso larga\n")

    def names() -> list[str]:
        return sorted(path.name for path in tmp_path.iterdir())

    replace, is_full = os.replace, True

    def on_a_full_disk(source: os.PathLike[str], target: os.PathLike[str]) -> None:
        if is_full and os.fspath(target).endswith(".pub.json"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        replace(source, target)

    monkeypatch.setattr(os, "replace", on_a_full_disk)
    command = ["keygen", "key.pem", "--passphrase-file", "secret"]
    done = run_here(command, env=os.environ, cwd=tmp_path)
    assert (done.returncode, names()) == (74, ["secret"]), done.stderr
    is_full = False
    done = run_here(command, env=os.environ, cwd=tmp_path)
    assert (done.returncode, names()) == (0, ["key.pem", "key.pub.json", "secret"]), done.stderr
