"""Log lines on standard error: one line each, what is foreign in it made harmless."""

import logging
from typing import Any

from constancia.verify.report.printable import printable

MAX_LINE = 4_000  # characters
FORMAT = "%(asctime)s %(name)s %(levelname)s %(message)s"


class LogLine(logging.Formatter):
<<<<<<< HEAD
    """Formats a record so that foreign text in it begins no line and steers no terminal; a traceback has bars before it."""
=======
    """Formats a record so that no foreign text begins a line or steers a terminal; tracebacks stand behind bars."""
>>>>>>> outputs

    def __init__(self) -> None:
        super().__init__(FORMAT)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        """Format the line itself."""
        return printable(super().formatMessage(record), MAX_LINE)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's name
        """Format a traceback."""
        return "\n".join(f"  | {printable(line)}" for line in super().formatException(ei).split("\n"))


def use_log_lines() -> None:
    """Have this process's log lines, of libraries too, written so where nobody has set up logging otherwise."""
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(LogLine())
