"""What the quorum has cosigned, by the stored cosignatures: real keys, a real store, the log of a real ledger."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.ledger.append.test_sequencer import _examined, store_of
from tests.ledger.conftest import Desk
from tests.ledger.witnessed import cosigner

from constancia.ledger.reader.log import Log
from constancia.ledger.witnesses.cosignature_store import CosignatureStore
from constancia.ledger.witnesses.quorum_status import MAX_TIME, QuorumStatus
from constancia.verify.core.formats.note import COSIGNATURE_ED25519, parse_note
from constancia.verify.core.formats.policy import Policy

TIME = 1_551_441_600


class Watched:
    """The status of a ledger that one witness cosigns; the log may be one that has not yet read all entries."""

    def __init__(self, desk: Desk, path: Path) -> None:
        for _ in range(2):
            desk.writer.write(_examined(desk, [desk.world.allege("c1")]))
        self.whole, self.tip = desk.ledger.log, desk.parts.tip()
        self.sizes = list(self.whole.checkpoint_sizes())[-3:]
        self.log = Log(desk.parts.head.tree, store_of(desk), lambda: self.tip)
        self.keys = cosigner()
        [self.key] = [key for key in self.keys.keys if key.type_byte == COSIGNATURE_ED25519]
        origin = desk.parts.head.state.origin
        policy = Policy(
            logs={origin: desk.signer.verifier}, witnesses={"w1": self.key}, groups={}, quorum="w1",
            urls={"w1": "https://w1.example"},
        )  # fmt: skip
        self.store = CosignatureStore(path, writable=True)
        self.status = QuorumStatus(policy, self.store, self.log, origin)

    def read_up_to(self, size: int) -> None:
        self.tip = replace(self.tip, size=size, checkpoint=self.whole.signed(size))

    def cosign(self, size: int, time: int = TIME, root: bytes | None = None) -> None:
        text = parse_note(self.whole.signed(size)).text
        lines = [line for line in self.keys.cosign(text, time) if self.key.matches(line)]
        self.store.keep(size, self.whole.root(size) if root is None else root, lines)

    def latest(self, most: int | None = None) -> int | None:
        latest = self.status.latest(most)
        return None if latest is None else latest.size


@pytest.fixture
def watched(desk: Desk, tmp_path: Path) -> Iterator[Watched]:
    made = Watched(desk, tmp_path / "cosignatures.sqlite")
    yield made
    made.store.close()


def test_latest_tree_follows_the_log_also_where_its_cosignature_came_first(watched: Watched) -> None:
    first, _, last = watched.sizes
    watched.read_up_to(first)
    watched.cosign(first)
    watched.cosign(last)
    assert watched.latest() == first
    watched.read_up_to(last)
    assert watched.latest() == last


def test_latest_tree_up_to_a_size_may_have_that_size(watched: Watched) -> None:
    first, second, last = watched.sizes
    watched.cosign(first)
    watched.cosign(last)
    asked = (first - 1, first, second, last - 1, last, last + 1)
    assert [watched.latest(most) for most in asked] == [None, first, first, first, last, last]


def test_entry_is_covered_from_the_tree_on_that_holds_it(watched: Watched) -> None:
    [_, second, _] = watched.sizes
    watched.cosign(second)
    assert [watched.status.covering(index) for index in (second - 1, second)] == [second, None]


def test_time_that_no_calendar_has_counts_as_the_last_one_that_it_has(watched: Watched) -> None:
    for size, time in zip(watched.sizes, (MAX_TIME, MAX_TIME + 1, (1 << 63) - 1), strict=True):
        watched.cosign(size, time)
        latest = watched.status.latest()
        assert latest is not None
        assert (latest.size, latest.at) == (size, MAX_TIME)


def test_sound_line_in_the_row_of_another_root_is_not_served(watched: Watched) -> None:
    last = watched.sizes[-1]
    watched.cosign(last, root=bytes(32))
    assert (watched.status.lines(last), watched.latest()) == (b"", None)
    watched.cosign(last)
    assert watched.status.lines(last).count(b"\n") == 1
    assert watched.latest() == last


def test_address_that_the_operator_gives_counts_before_that_of_the_policy(watched: Watched) -> None:
    assert watched.status.addresses({}) == {"w1": "https://w1.example"}
    assert watched.status.addresses({"w1": "http://127.0.0.1:1", "w2": "http://127.0.0.1:2"}) == {
        "w1": "http://127.0.0.1:1"
    }
