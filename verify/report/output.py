"""How a verdict reaches a person: written whole, or not said at all.

- O1: the exit codes 0 to 4 are given by a verdict only. What failed on the way to it or from it ends in 70 (our own
  fault), 74 (the output can't be written), 78 (usage) or 130 (interrupted).
- O2: what an output's encoding lacks is replaced; it is no failure.
"""

import contextlib
import io
import os
import sys
import traceback
from collections.abc import Callable
from typing import Final

from constancia.verify.report.printable import printable

UNREADABLE: Final = 3
SOFTWARE: Final = 70
IO_FAILED: Final = 74
USAGE: Final = 78
INTERRUPTED: Final = 130


def write_out(text: str) -> None:
    """Write to standard output, to the last byte.

    Raises:
        OSError: It is closed, full or broken.
    """
    if sys.stdout is None:
        raise OSError("standard output is closed")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except ValueError as error:  # closed
        raise OSError(str(error)) from error


def write_error(text: str) -> None:
    """Write a line to standard error, if anybody hears it."""
    with contextlib.suppress(OSError, ValueError):
        if sys.stderr is not None:
            sys.stderr.write(printable(text, len(text), keep="\n") + "\n")
            sys.stderr.flush()


def ended(run: Callable[[], object]) -> int:
    """Run a command, and give the code that its process ends with (rule O1).

    Args:
        run: Gives its exit code, or raises `SystemExit` with it.

    Returns:
        The code.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _code_of(run())
        if sys.stdout is not None:
            sys.stdout.flush()
    except SystemExit as end:
        code = _code_of(end.code)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except (BrokenPipeError, io.UnsupportedOperation):
        code = IO_FAILED
    except OSError as error:
        write_error(printable(error))
        code = IO_FAILED
    except BaseException:  # noqa: BLE001 - whatever it is, it is no verdict
        for line in traceback.format_exc().splitlines():
            write_error(printable(line))
        code = SOFTWARE
    return _closed(code)


def _code_of(value: object) -> int:
    if isinstance(value, int):
        return int(value)
    return 0 if value is None else SOFTWARE


def _closed(code: int) -> int:
    """Flush, so that nothing is left to fail when the interpreter ends, which would give a code of its own."""
    for stream, is_needed in ((sys.stdout, True), (sys.stderr, False)):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            code = IO_FAILED if is_needed else code
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return code
