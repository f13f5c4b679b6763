"""The log against a checkpoint that the auditor verified before (rules A3, A5)."""

from constancia.verify.audit.entry_pass import EntryPass
from constancia.verify.core.formats.checkpoint import Checkpoint
from constancia.verify.core.printable import printable
from constancia.verify.core.report import Findings
from constancia.verify.sources.source import Source
from constancia.verify.trust.pinned_checkpoint import PinnedCheckpoint
from constancia.verify.trust.trust_folder import TrustFolder


def hold_to(kept: PinnedCheckpoint, fold: EntryPass, findings: Findings) -> bool:
    """Hold the log to what was kept: shorter or different is altered (rule A3).

    Returns:
        Whether the log goes on from it.
    """
    if kept.origin not in (None, fold.origin):
        findings.fault("origin", None, kept.where, kept.origin, fold.origin)
    elif kept.size > fold.tree.size and findings.ends_at is not None and kept.size <= fold.extent:
        findings.leave_open("kept-not-compared", where=kept.where, size=kept.size)
    elif kept.size > fold.tree.size:
        size = fold.tree.size
        findings.fault("rollback", size, kept.where, f"{kept.size} entries", size, last_index=kept.size - 1)
    elif fold.tree.root(kept.size) == kept.root:
        if kept.raw is not None:
            fold.seen.confirm(kept.size)
        return True
    else:
        checkpoint = Checkpoint(origin=fold.origin or "", size=kept.size, root=kept.root)
        fold.seen.contradict("fork", kept.where, checkpoint, since=0)
    return False


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
