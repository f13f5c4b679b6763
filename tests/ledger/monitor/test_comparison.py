"""Which heads that peers were shown a monitor stores until the log has grown to them."""

import random

from tests.verify.small_ledger import LogKey

from constancia.ledger.monitor.comparison import MAX_HELD, Other, keep_held
from constancia.ledger.monitor.signed_heads import OWN, RECEIPT, open_head

VERIFIED = 100


def other(size: int, source: str = "peer") -> Other:
    key = LogKey()
    return Other(head=open_head(key.checkpoint(size, bytes(32)), key.verifier), source=source)


def sizes(undecided: list[Other]) -> list[int]:
    return [int(note.split("\n")[1]) for note, _ in keep_held(undecided, VERIFIED)]


def test_of_too_many_heads_the_largest_are_stored() -> None:
    """Peers can hand in hundreds of heads at each round: memory and file are bounded."""
    given = [other(VERIFIED + number) for number in range(1, 4 * MAX_HELD)]
    random.Random(1).shuffle(given)  # noqa: S311
    largest = VERIFIED + 4 * MAX_HELD - 1
    assert sizes(given) == list(range(largest, largest - MAX_HELD, -1))


def test_head_that_is_handed_in_many_times_takes_no_place_of_another() -> None:
    assert sizes([other(500)] * MAX_HELD + [other(400), other(300, "second")]) == [500, 400, 300]


def test_same_head_from_two_peers_is_stored_for_both() -> None:
    assert [source for _, source in keep_held([other(500), other(500, "second")], VERIFIED)] == ["peer", "second"]


def test_own_heads_receipts_and_what_was_verified_are_not_stored() -> None:
    assert sizes([other(500, OWN), other(500, RECEIPT), other(VERIFIED), other(VERIFIED - 1)]) == []
