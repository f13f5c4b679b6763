"""Write what to do after a refusal in docs/REFUSALS.md from the catalogue that pages and the command line read.

Usage: `python -m tools.docs.build_refusal_docs` in the root folder. A test compares the page with what this gives.
The last cell of each row that begins with a code is generated; all else in the page is written by hand.
"""

import re
from pathlib import Path
from typing import Final

from constancia.api.text.i18n import tr

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "REFUSALS.md"
_ROW: Final = re.compile(r"(\| `(E_[A-Z_]+)` \|.*\|)[^|]*\|")


def page_with_steps(text: str) -> str:
    """Give the page with the English words of the catalogue in each code's last cell.

    Args:
        text: The page.

    Raises:
        KeyError: The catalogue has no words for a code.
    """
    return "".join(f"{_with_step(line)}\n" for line in text.splitlines())


def _with_step(line: str) -> str:
    row = _ROW.fullmatch(line)
    if row is None:
        return line
    name = f"problem.{row[2]}.next"
    step = tr("en", name)
    if step == name:
        raise KeyError(name)
    return f"{row[1]} {step} |"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page_with_steps(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
