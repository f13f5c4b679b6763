"""A ledger that was verified and can be read: one call for a developer, the same for a folder, a zip and an address.

- X1: what is read follows from the entries that were verified, in the same pass: no word of a server counts. Entries
  that are read again are compared with the tree.
- X2: an altered ledger gives its report and nothing else.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Final, Self, TypeVar

from constancia.domain.state import State
from constancia.domain.values.calendar import local_day
from constancia.ledger.audit.level3_law import Replay
from constancia.ledger.clock import SystemClock
from constancia.ledger.store.postgres.source import opened_source
from constancia.ledger.views.projections import STATE_PROJECTIONS
from constancia.ledger.views.projections.base import Row
from constancia.verify.audit.entry_pass import EntryPass
from constancia.verify.audit.run import audit
from constancia.verify.core.errors import Unreadable
from constancia.verify.core.formats.entry import Entry, parse_entry
from constancia.verify.report.findings import Findings, Report, Verdict
from constancia.verify.sources.source import Source
from constancia.verify.trust.trust_folder import TrustFolder, load_trust
from constancia.verify.wire.merkle import hash_leaf

_T = TypeVar("_T")
_PROJECTIONS: Final = {projection.name: projection for projection in STATE_PROJECTIONS}


class AlteredLedger(Exception):
    """The ledger is altered, so that nothing is read from it; `report` says where and how."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__(f"the ledger is altered: {report.first.code if report.first else 'see the report'}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A milestone of a commitment.

    Attributes:
        milestone: Its identifier within the commitment.
        title: By language tag.
        window: When it is due, EDTF.
        due: The first instant after it, RFC 3339; None where it is open.
        days_late: Days since then, 0 where it is not late.
        status: `expected`, `overdue`, `completed` …, as the interface has it in `stands`.
        lead: Identifiers of who is responsible.
    """

    milestone: str
    title: Mapping[str, str]
    window: str
    due: str | None
    days_late: int
    status: str
    lead: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """A commitment.

    Attributes:
        commitment: Its identifier.
        title: By language tag.
        status: Its lifecycle: `proposed`, `adopted`, `in_progress`, `closed` …
        self_level: What the responsible report; None where they have not.
        milestones: Of the scope in force.
    """

    commitment: str
    title: Mapping[str, str]
    status: str
    self_level: str | None
    milestones: tuple[Milestone, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """Something that was not done in time.

    Attributes:
        of: The stream: `commitment/…` or `plan/…`.
        milestone: The milestone; None where it is a plan's submission.
        title: By language tag.
        due: The first instant after the deadline, RFC 3339.
        days_late: Days since then.
        lead: Identifiers of who is responsible.
    """

    of: str
    milestone: str | None
    title: Mapping[str, str]
    due: str
    days_late: int
    lead: tuple[str, ...]


class _Pass:
    """The replay, with the tree that its pass leaves."""

    stands_for: str = "law"

    def __init__(self, at: datetime) -> None:
        self.replay = Replay(at)
        self.fold: EntryPass | None = None

    def begin(self, source: Source, fold: EntryPass, findings: Findings) -> None:
        self.fold = fold
        self.replay.begin(source, fold, findings)

    def take(self, entry: Entry) -> None:
        self.replay.take(entry)

    def finish(self) -> None:
        self.replay.finish()


class VerifiedLedger:
    """A ledger as its verified entries have it. Close it, or use it in a `with` block.

    Args:
        location: Where the ledger is.
        trust: What is pinned; None for nothing, and then the verdict is inconclusive at best.
        at: The instant of judging, with its zone.

    Raises:
        Unreadable: The source can't be read.
    """

    def __init__(self, location: str, trust: TrustFolder | None, at: datetime) -> None:
        self._at = at
        with ExitStack() as stack:
            self._source = stack.enter_context(opened_source(location))
            self._audit(trust)
            self._open = stack.pop_all()

    def _audit(self, trust: TrustFolder | None) -> None:
        self._pass = _Pass(self._at)
        self.report: Report = audit(self._source, trust, further=[self._pass])

    @property
    def state(self) -> State:
        """The state after all entries.

        Raises:
            AlteredLedger: The ledger is altered.
        """
        if self.report.verdict is Verdict.ALTERED:
            raise AlteredLedger(self.report)
        return self._pass.replay.state

    def commitments(self, day: date | None = None) -> list[Commitment]:
        """List the commitments, in the order of their proposals.

        Args:
            day: The day of judging in the ledger's zone; today by default.

        Raises:
            AlteredLedger: The ledger is altered.
        """
        return [
            _read(
                Commitment, row, status=row["lifecycle"],
                milestones=tuple(_read(Milestone, item, status=item["stands"]) for item in row["milestones"]),
            )
            for row in self.rows("commitments", day)
        ]  # fmt: skip

    def overdue(self, day: date | None = None) -> list[Overdue]:
        """List what was due before a day and had not been done by what the entries say.

        Args:
            day: The day of judging in the ledger's zone; today by default.

        Raises:
            AlteredLedger: The ledger is altered.
        """
        return [_read(Overdue, row) for row in self.rows("overdue", day)]

    def rows(self, name: str, day: date | None = None) -> list[Row]:
        """List the rows of a projection, with the members that `/api/v1/<name>` has.

        Args:
            name: Such as `decisions`, `parties`, `agreements`.
            day: The day of judging in the ledger's zone; today by default.

        Raises:
            KeyError: There is no such projection.
            AlteredLedger: The ledger is altered.
        """
        projection = _PROJECTIONS[name]
        return list(projection.rows(self.state, day or local_day(self._at, self.state.timezone)))

    def entries(self, since: int = 0) -> Iterator[Entry]:
        """Read the entries in order, each compared with the tree that was verified.

        Args:
            since: The first index.

        Raises:
            AlteredLedger: The ledger is altered.
            Unreadable: The source gives other bytes than when it was verified, or fewer.
        """
        size = self.report.size or 0
        if self.report.verdict is Verdict.ALTERED or self._pass.fold is None:
            raise AlteredLedger(self.report)
        tree, index = self._pass.fold.tree, since
        for raw in self._source.entries(since):
            if index >= size:
                return
            if hash_leaf(raw) != tree.leaf(index):
                raise Unreadable("changed", f"entry {index}", "the source gives other bytes than were verified")
            yield parse_entry(raw)
            index += 1
        if index < size:
            raise Unreadable("entries", self._source.location, f"{index} of {size} entries")

    def close(self) -> None:
        """Close the source."""
        self._open.close()

    def __enter__(self) -> Self:
        """Give the ledger; the block's end closes it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the source."""
        self.close()


def _read(cls: type[_T], row: Row, **named: object) -> _T:
    """Make an item from the members of a row that have its fields' names, and from those that have another."""
    members = {field.name: row[field.name] for field in fields(cls) if field.name not in named}  # type: ignore[arg-type]
    lists = {name: tuple(value) for name, value in members.items() if isinstance(value, list)}
    return cls(**members | lists | named)


def open_verified(
    location: str | Path, trust: str | Path | TrustFolder | None = None, *, at: datetime | None = None
) -> VerifiedLedger:
    """Verify a ledger at the levels L1 to L4, and open it for reading.

    Args:
        location: A ledger's folder, a published folder, a bundle (zip), or an `http(s)` address.
        trust: The folder with `policy` and `genesis`, or what `load_trust` gives; None for nothing.
        at: The instant of judging, with its zone; now by default.

    Returns:
        The ledger with its report; close it.

    Raises:
        Unreadable: The source or the trust folder can't be read.
        Malformed: The trust folder has another form.
    """
    pinned = trust if isinstance(trust, TrustFolder) or trust is None else load_trust(Path(trust))
    return VerifiedLedger(str(location), pinned, at or SystemClock().now())
