"""What is pinned against what the source says of itself."""

from constancia.verify.report.findings import Findings
from constancia.verify.report.printable import printable
from constancia.verify.sources.source import Source
from constancia.verify.trust.trust_folder import TrustFolder


def is_of_another_ledger(source: Source, trust: TrustFolder, findings: Findings) -> bool:
    """Tell whether a policy is for another ledger than the source says that it is, wherever it says so."""
    logs, first = trust.policy.logs, None
    for origin in source.claimed_origins():
        if origin in logs:
            return False
        first = first or origin
    if first is not None:
        findings.leave_open("other-ledger", pinned=printable(", ".join(sorted(logs))), origin=printable(first, 200))
    return first is not None
