"""What an audit works with from the floors above: levels beyond L2, and what the same auditor verified before.

Both are given as arguments; nothing of them is imported here, so that L1 and L2 rest on this floor alone.
"""

from collections.abc import Mapping
from typing import Protocol

from constancia.verify.audit.entry_pass import EntryPass
from constancia.verify.core.formats.entry import Entry
from constancia.verify.report.findings import Findings
from constancia.verify.sources.source import Source


class AuditLevel(Protocol):
    """A level above L2. It sees the very entries that L1 and L2 judge, in the same pass.

    What it finds goes into the findings that `begin` hands over, under its own level.
    """

    @property
    def stands_for(self) -> str:
        """The remark that is made where it does not run: `law` (L3 and L4) or `time` (L5)."""
        ...

    def begin(self, source: Source, fold: EntryPass, findings: Findings) -> None:
        """Get ready; nothing was read yet."""
        ...

    def take(self, entry: Entry) -> None:
        """Take in the next entry, after L1 and L2 judged it; the tree holds the entries before it."""
        ...

    def finish(self) -> None:
        """Come to the end: every entry was taken in, the tree holds all of them."""
        ...


class ResumeState(Protocol):
    """What an earlier audit verified, kept by the auditor and never taken from the source.

    It saves reading, and proves nothing: the audit goes on from it only where the source still has, before `size`,
    the very entry that it remembers, whose link binds all that came before; and the root that is signed in the end
    must follow from the hashes that it remembers together with those of the new entries.
    """

    @property
    def size(self) -> int:
        """How many entries it remembers as verified; 0 if none."""
        ...

    @property
    def checked(self) -> Mapping[str, Mapping[str, int]]:
        """What had been counted when it was kept."""
        ...

    def leaf(self) -> bytes:
        """Give the leaf hash of the last entry that it remembers."""
        ...

    def root(self, size: int) -> bytes:
        """Give the root at a size that it remembers."""
        ...

    def attach(self, fold: EntryPass, *, resume: bool) -> None:
        """Have a pass go on from what is remembered, or (without `resume`) forget it and begin with this pass."""
        ...

    def is_due(self) -> bool:
        """Tell whether it is time to keep what was verified meanwhile."""
        ...

    def keep(self, fold: EntryPass, findings: Findings) -> None:
        """Keep what a pass has verified, durably; the pass is settled and without faults."""
        ...

    def complete(self) -> None:
        """Note that the audit came to its end without faults."""
        ...
