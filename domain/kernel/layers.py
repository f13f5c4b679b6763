"""A state in two layers: one that is stored somewhere and never changes, and over it what has changed since."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from constancia.domain.kernel.aggregate import Aggregate


class Base(Protocol):
    """A state that is stored somewhere, after `size` entries; it never changes."""

    @property
    def size(self) -> int:
        """Number of entries in it."""
        ...

    def days(self) -> bytes:
        """Give the days of all entries (`entry_days`)."""
        ...

    def get(self, stream: str) -> Aggregate | None:
        """Give a stream's aggregate, or None."""
        ...

    def of(self, kind: type[Aggregate]) -> Iterator[Aggregate]:
        """Give the aggregates of a class in the order of their creation."""
        ...

    def streams(self) -> Iterator[str]:
        """Give all streams in the order of their creation."""
        ...

    def streams_of(self, kind: type[Aggregate]) -> Sequence[str]:
        """Give the streams of a class in the order of their creation."""
        ...

    def outlines(self, kind: type[Aggregate]) -> Mapping[str, Any]:
        """Give the outlines of a class by stream, in the order of creation."""
        ...

    def on_topic(self, kind: type[Aggregate], topic: str, further: Sequence[str] = ()) -> Sequence[str]:
        """Give the streams of a class that have had a topic, and further ones of it, in the order of their creation."""
        ...


class Layers(Mapping[str, Aggregate]):
    """What has changed over what is stored, as one mapping by stream."""

    def __init__(self, recent: Mapping[str, Aggregate], base: Base) -> None:
        """Look into `recent`, then into `base`."""
        self._recent = recent
        self._base = base

    def __getitem__(self, stream: str) -> Aggregate:
        """Give a stream's aggregate.

        Raises:
            KeyError: There is none.
        """
        aggregate = self._recent.get(stream) or self._base.get(stream)
        if aggregate is None:
            raise KeyError(stream)
        return aggregate

    def __iter__(self) -> Iterator[str]:
        """Give the streams in the order of their creation."""
        yield from self._base.streams()
        yield from (stream for stream in self._recent if self._base.get(stream) is None)

    def __len__(self) -> int:
        """Count them."""
        return sum(1 for _ in self)
