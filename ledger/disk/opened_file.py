"""A file that a process reads for long, by its path: another one may take its place, and is not what is read.

An open file stays what it was, whatever becomes of its name; so a ledger that is restored under a process which follows
it would be followed no more, in silence.
"""

from pathlib import Path

from constancia.ledger.errors import Fatal


class OpenedFile:
    """The file that has a name now.

    Args:
        path: Its path; where there is no file, as of a ledger in a database, nothing is looked at.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._first = self._identity()
        self._was_missing = False

    def check(self) -> None:
        """Look whether the name is still that file's.

        Raises:
            Fatal: Another file has it, or none has it at the second look: while a folder is replaced there is none.
        """
        identity = self._identity()
        is_missing = identity is None
        if self._first not in (None, identity) and (not is_missing or self._was_missing):
            raise Fatal(
                "the file that was opened is gone, or another: the ledger was restored or moved; start again",
                where=str(self._path),
            )
        self._was_missing = is_missing

    def _identity(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino
