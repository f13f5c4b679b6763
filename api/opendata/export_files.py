"""Exports on this machine's disk: whole under their names, or not there at all.

- O15: what is broken off, also by Ctrl-C, leaves nothing half written.
"""

import shutil
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

from constancia.ledger.disk.durable import durable_part, make_folder, remove_half_made, replace_durably


def made_whole(path: Path, make: Callable[[Path], object]) -> None:
    """Make a file or folder under a name of its own, and give it its name once it is whole.

    Args:
        path: The name; a file of this name is replaced, as are the files in a folder of this name.
        make: Makes it at a path at which there is nothing.
    """
    make_folder(path.parent)
    remove_half_made(path)
    part = durable_part(path)
    try:
        make(part)
        if path.is_dir() and part.is_dir():
            _move_into(part, path)
        else:
            replace_durably(part, path)
    finally:
        if part.is_dir():
            shutil.rmtree(part, ignore_errors=True)
        part.unlink(missing_ok=True)


def _move_into(part: Path, folder: Path) -> None:
    for file in sorted(path for path in part.rglob("*") if path.is_file()):
        place = folder / file.relative_to(part)
        make_folder(place.parent)
        replace_durably(file, place)


def write_folder(path: Path, files: Iterable[tuple[str, bytes]]) -> int:
    """Write files into a folder; return how many.

    Args:
        path: The folder.
        files: Names, with `/` between folders, and bytes.
    """
    count = 0

    def make(part: Path) -> None:
        nonlocal count
        for name, data in files:
            place = part / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
            count += 1

    made_whole(path, make)
    return count


def write_zip(path: Path, files: Iterable[tuple[str, bytes]]) -> int:
    """Write files into a zip; return how many. The same files give the same bytes."""
    count = 0

    def make(part: Path) -> None:
        nonlocal count
        with zipfile.ZipFile(part, "x", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files:
                info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                archive.writestr(info, data)
                count += 1

    made_whole(path, make)
    return count
