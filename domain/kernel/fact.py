"""The form of a derived fact, and the one rule of a missed deadline, for every room whose matters fall due."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from constancia.domain.kernel.aggregate import Mark
from constancia.domain.values.calendar import Certainty, format_instant, has_begun, local_day
from constancia.domain.values.editions import SECOND
from constancia.domain.values.occurrence import DatedLedger, as_recorded, occurrence


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedFact:
    """A derived fact.

    Attributes:
        kind: Its name, such as `AgreementEnteredIntoForce`.
        stream: The aggregate concerned.
        since: EDTF or instant since when it holds.
        known_index: Index of the entry that made it known; None where only time did.
        params: What else it says.
    """

    kind: str
    stream: str
    since: str | None = None
    known_index: int | None = None
    params: Mapping[str, object] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Give its JSON form; absent members are left out."""
        item: dict[str, object] = {"kind": self.kind, "params": dict(self.params), "stream": self.stream}
        if self.since is not None:
            item["since"] = self.since
        if self.known_index is not None:
            item["known_index"] = self.known_index
        return item


@dataclass(frozen=True, slots=True, kw_only=True)
class DueMatter:
    """Something that falls due.

    Attributes:
        stream: The aggregate concerned.
        name: What of it: `milestone m1`, `submission`.
        window: EDTF, whose end is the deadline.
        due: First instant after it.
        on_record: Instant since when the ledger knew the deadline.
        done: The word that met it; None where nothing did.
        stated: EDTF of the day that the word itself names; None where `occurred_on` dates it.
    """

    stream: str
    name: str
    window: str
    due: datetime
    on_record: datetime
    done: Mark | None
    stated: str | None = None


def missed(ledger: DatedLedger, target: DueMatter) -> Iterator[DerivedFact]:
    """Yield the fact of a missed deadline. Since the second edition a late word is given with both of its dates.

    What was on record before it fell due was not done before the ledger began: an older date is a claim there too.
    """
    last_day = local_day(target.due, ledger.timezone) - timedelta(days=1)
    done = target.done
    met = None if done is None else occurrence(ledger, done, target.stated)
    if met is not None and done is not None and ledger.edition >= SECOND and target.due > target.on_record:
        met = as_recorded(ledger, done, met)
    if met is not None and has_begun(met.on, last_day) is not Certainty.NO:
        return
    params: dict[str, object] = {"target": target.name, "window": target.window}
    if met is not None and done is not None and ledger.edition >= SECOND:
        params |= {"claimed_on": met.claimed_on or met.on, "recorded_at": done.recorded_at}
    yield DerivedFact(kind="DeadlineMissed", stream=target.stream, since=format_instant(target.due), params=params)
