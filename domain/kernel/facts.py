"""Derived facts: what follows from the entries at an instant, by nobody's word."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
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
