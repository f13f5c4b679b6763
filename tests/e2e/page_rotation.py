"""More files for both verifiers: a log and its receipts while its key is replaced (`tests/rotated.py`)."""

from pathlib import Path

from tests.e2e.page_cases import Shown, add, bundle, receipt, true
from tests.rotated import SITUATIONS, expected, signed_by, write_policy

__all__ = ["SITUATIONS"]


def situation(signed: str, listed: str, *, is_receipt: bool) -> None:
    def case(folder: Path) -> Shown:
        log = signed_by(true(), signed)
        shown = receipt(log.receipt(9), folder, true()) if is_receipt else bundle(log, folder, true())
        assert shown.trust is not None
        write_policy(shown.trust, listed)
        return shown

    what = "receipt" if is_receipt else "bundle"
    add(f"keys: {what} by {signed}, policy {listed}", next(expected(signed, listed), None), case)


for made_by, pinned in SITUATIONS:
    if pinned != "none":
        situation(made_by, pinned, is_receipt=False)
        if made_by != "both":
            situation(made_by, pinned, is_receipt=True)
