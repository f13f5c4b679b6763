"""Verify a bundle, a folder, an address or a receipt; print the verdict and the first fault.

    python examples/verify_bundle.py SOURCE [TRUST]

TRUST is a trust folder that came from elsewhere than SOURCE; without it no verdict is better than inconclusive. Needs
`cryptography` alone. Exit code: 0 intact, 1 altered, 2 inconclusive, 3 unreadable.
"""

import sys
from pathlib import Path

from constancia.verify import Malformed, Report, Unreadable, audit_source, load_trust, open_source

UNREADABLE = 3


def verify(location: str, trust: Path | None) -> Report:
    """Audit a source at levels L1 (the log) and L2 (authorship).

    Args:
        location: A ledger's folder, a published folder, a zip, a receipt, or an http(s) address.
        trust: The trust folder; None if there is none.

    Raises:
        Unreadable: The source or the trust folder can't be read.
        Malformed: A file of the trust folder has another form.
    """
    pinned = None if trust is None else load_trust(trust)
    with open_source(location) as source:
        return audit_source(source, pinned)


def main(arguments: list[str]) -> int:
    """Print the verdict; give the exit code."""
    if len(arguments) not in (1, 2):
        print("usage: verify_bundle.py SOURCE [TRUST]", file=sys.stderr)
        return UNREADABLE
    try:
        report = verify(arguments[0], Path(arguments[1]) if len(arguments) == 2 else None)
    except (Unreadable, Malformed) as error:
        print(f"UNREADABLE {error}")
        return UNREADABLE
    print(f"{report.verdict.name}: {report.size} entries of {report.origin}")
    for remark in report.open:
        print(f"  could not be decided: {remark.code}")
    if report.first is not None:
        fault = report.first
        place = "the log" if fault.index is None else f"entry {fault.index}"
        print(f"  {place}, {fault.field}: expected {fault.expected}, found {fault.found} [{fault.code}]")
        print(f"  {report.faults_total} faults in all")
    return report.verdict.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
