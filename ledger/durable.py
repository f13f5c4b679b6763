"""Files that are either there whole or not at all, also after a power cut.

The order is: write beside, flush to the disk, rename over, flush the folder. A crash before the
rename leaves a stray `.part` file that the next write of the same name replaces; a crash after it
leaves the new file. No reader ever sees half a file.
"""

import os
from pathlib import Path

PART_SUFFIX = ".part"


def write_file(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Writes `data` to `path` so that a crash can't leave half of it.

    Args:
        path: The file; its folder is made when missing.
        data: All of its bytes.
        mode: Permission bits of a newly made file; never wider than this, not even for a moment.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}{PART_SUFFIX}")
    part.unlink(missing_ok=True)
    fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names in `folder` durable."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
