"""A small seeded mutator, for the seconds within the suite: it needs no instrumented code. `make fuzz` uses atheris."""

import random
from collections.abc import Callable, Iterator, Sequence

# What parsers decide by: ends of lines, lengths, numbers at their limits, brackets, escapes, invisible characters.
TOKENS = (
    b"\n", b"\n\n", b"\r\n", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\\ud800", b"\\u0000", b"0",
    b"-1", b"1e5", b"9007199254740992", b"99999999999999999999", b"[", b"]", b"{", b"}", b'"', b"\\", b",", b":",
    b"null", b"true", b"NaN", b"[[[[[[[[[[[[[[[[[[[[", b"\xe2\x80\x94 ", b"\xe2\x80\xae", b"e\xcc\x81", b"+", b" ",
    b"=", b"A" * 43 + b"=", b"old 0", b"quorum none", b"\x30\x82\xff\xff", b"\x30\x80", b"PK\x03\x04", b"PK\x05\x06",
    b"2019-02-30", b"../..", b"0000", b"%s", b"\xf0\x9f\x98\x80", b"\xd9\xa1", b"9" * 5000, b"/", b"#",
)  # fmt: skip


def mutations(seeds: Sequence[bytes], chance: random.Random) -> Iterator[bytes]:
    """Give changed seeds without end: one to four acts on one of them, or parts of two."""
    while True:
        data = chance.choice(seeds)
        if chance.random() < 0.2:
            other = chance.choice(seeds)
            data = data[: _at(data, chance)] + other[_at(other, chance) :]
        for _ in range(chance.randint(1, 4)):
            data = _changed(data, chance)
        yield data


def _at(data: bytes, chance: random.Random) -> int:
    return chance.randint(0, len(data))


def _changed(data: bytes, chance: random.Random) -> bytes:
    at = _at(data, chance)
    stop = min(len(data), at + chance.choice((1, 1, 2, 8, 64)))
    return chance.choice(ACTS)(data, at, stop, chance)


def _flip(data: bytes, at: int, _stop: int, chance: random.Random) -> bytes:
    if at == len(data):
        return data
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def _shuffle(data: bytes, _at: int, _stop: int, chance: random.Random) -> bytes:
    lines = data.split(b"\n")
    chance.shuffle(lines)
    return b"\n".join(lines)


ACTS: Sequence[Callable[[bytes, int, int, random.Random], bytes]] = (
    _flip,
    _shuffle,
    lambda data, at, stop, _chance: data[:at] + data[stop:],
    lambda data, at, _stop, _chance: data[:at],
    lambda data, at, stop, chance: data[:stop] + data[at:stop] * chance.choice((1, 3, 100)) + data[stop:],
    lambda data, at, _stop, chance: data[:at] + chance.randbytes(chance.randint(1, 4)) + data[at:],
    lambda data, at, stop, chance: data[:at] + chance.choice(TOKENS) + data[stop:],
    lambda data, at, _stop, chance: data[:at] + chance.choice(TOKENS) + data[at:],
)
