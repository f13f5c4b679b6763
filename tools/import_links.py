"""Makes `.import/constancia/` where it is missing: the links by which a checkout is imported under its own name.

A clone has them; an unpacked source archive does not, since a link in one is not safe to unpack everywhere.
"""

from pathlib import Path
from typing import Final

FLOORS: Final = ("api", "domain", "ledger", "verify")


def make_links(root: Path) -> None:
    """Make the links of a source tree that are missing.

    Args:
        root: The tree's folder.

    Raises:
        OSError: They can't be made, as on Windows without the right to make links.
    """
    folder = root / ".import" / "constancia"
    folder.mkdir(parents=True, exist_ok=True)
    for floor in FLOORS:
        link = folder / floor
        if not link.exists():
            link.unlink(missing_ok=True)
            link.symlink_to(Path("..", "..", floor), target_is_directory=True)


if __name__ == "__main__":
    make_links(Path(__file__).resolve().parent.parent)
