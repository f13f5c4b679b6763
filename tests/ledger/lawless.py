"""An operator who records whatever is signed, lawful or not, and signs checkpoints with the log's own key."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from tests.ledger.world import ORIGIN, Signed, World
from tests.verify.small_ledger import Log, LogKey

from constancia.ledger.clock import format_recorded_at
from constancia.ledger.wire.composition import build_entry
from constancia.verify.core.formats.entry import NO_PREVIOUS
from constancia.verify.core.formats.note import format_vkey
from constancia.verify.wire.merkle import Tree, hash_leaf


class Operator:
    """Records whatever is signed, lawful or not, and signs checkpoints: a ledger that asks no law."""

    def __init__(self) -> None:
        self.log_key = LogKey("log", ORIGIN)
        self.world = World(format_vkey(self.log_key.verifier))
        self.entries: list[bytes] = []
        self.tree = Tree()

    @property
    def size(self) -> int:
        return self.tree.size

    def root(self, size: int | None = None) -> bytes:
        return self.tree.root(size)

    def take(self, signed: Signed) -> int:
        at = self.world.advance(timedelta(minutes=1))
        raw = build_entry(
            index=self.size,
            previous=self.tree.leaf(self.size - 1) if self.entries else NO_PREVIOUS,
            recorded_at=format_recorded_at(at),
            signatures=signed.signatures,
            statement=signed.statement,
        )
        self.entries.append(raw)
        self.tree.append(hash_leaf(raw))
        self.world.look(self)
        return self.size - 1

    def play(self, acts: Sequence[Callable[[], Signed]]) -> None:
        for act in acts:
            self.take(act())

    def log(self) -> Log:
        cuts = tuple(range(1, self.size + 1))
        return Log(entries=tuple(self.entries), cuts=cuts, signer=self.log_key, documents=(b"charter", b"minuta"))
