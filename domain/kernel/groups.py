"""Things by what they belong to: the look-ups that `State.once` makes in one pass."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


def grouped(pairs: Iterable[tuple[K, V]]) -> Mapping[K, tuple[V, ...]]:
    """Give the values of each key, in the order in which they come.

    Args:
        pairs: Key and value, any number of a key.

    Returns:
        Keys in the order in which each came first.
    """
    groups: dict[K, list[V]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in groups.items()}
