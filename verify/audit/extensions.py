"""Extension points of the audit: additional levels (L3 to L5), and the state of an earlier audit.

The layers above implement them and pass them as arguments; nothing of them is imported here, so that L1 and L2 depend
only on this layer.
"""

from collections.abc import Mapping
from typing import Protocol

from constancia.verify.audit.entry_pass import EntryPass
from constancia.verify.core.formats.entry import Entry
from constancia.verify.report.findings import Findings
from constancia.verify.sources.source import Source


class AuditLevel(Protocol):
    """A level above L2. It sees the same entries as L1 and L2, in the same pass.

    It adds its faults to the findings that `begin` passes, under its own level.
    """

    @property
    def stands_for(self) -> str:
        """The remark if this level does not run: `law` (L3 and L4) or `time` (L5)."""

    def begin(self, source: Source, fold: EntryPass, findings: Findings) -> None:
        """Start; no entry was read yet."""

    def take(self, entry: Entry) -> None:
        """Process the next entry, after L1 and L2 judged it; the tree has the entries before it."""

    def finish(self) -> None:
        """Finish: every entry was processed, the tree has all of them."""


class ResumeState(Protocol):
    """The state of an earlier audit, stored by the auditor and never taken from the source.

    It saves reading and proves nothing: the audit resumes from it only if the source still has its last entry, whose
    link binds all earlier ones; and the root that the log signs must follow from the stored hashes together with those
    of the new entries.
    """

    @property
    def size(self) -> int:
        """Number of verified entries; 0 if none."""

    @property
    def checked(self) -> Mapping[str, Mapping[str, int]]:
        """The counts when it was stored."""

    def leaf(self) -> bytes:
        """Return the leaf hash of the last verified entry."""

    def root(self, size: int) -> bytes:
        """Return the root at a stored size."""

    def attach(self, fold: EntryPass, *, resume: bool) -> None:
        """Restore a pass from the stored state, or (without `resume`) discard the state and store this pass."""

    def is_due(self) -> bool:
        """Return whether it is time to store the progress."""

    def keep(self, fold: EntryPass, findings: Findings) -> None:
        """Store the state of a pass durably; the pass is settled and without faults."""

    def complete(self) -> None:
        """Record that the audit completed without faults."""
