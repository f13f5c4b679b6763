"""The layout as files: one path for one tile, one bundle for its entries."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.rows import each_row

from constancia.ledger.wire.composition import encode_bundle
from constancia.verify.core.errors import Malformed
from constancia.verify.wire.tiles import (
    entries_path,
    parse_bundle,
    parse_tile_path,
    tile_path,
    tile_width,
    tiles_between,
    whole_entries,
)

NUMBERS = st.integers(0, 10**17)


@each_row(
    ("level", "number", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"), (0, 999, 256, "tile/0/999"), (0, 1_000, 256, "tile/0/x001/000"),
        (0, 1_234_067, 256, "tile/0/x001/x234/067"), (0, 1_234_067, 5, "tile/0/x001/x234/067.p/5"),
        (63, 7, 255, "tile/63/007.p/255"), ("entries", 42, 1, "tile/entries/042.p/1"),
    ],
)  # fmt: skip
def test_path_is_the_specifications(level: int | str, number: int, width: int, path: str) -> None:
    assert tile_path(level, number, width) == path
    assert parse_tile_path(path) == (None if level == "entries" else level, number, width)


@given(st.integers(0, 63) | st.none(), NUMBERS, st.integers(1, 256))
def test_path_is_read_back_as_written(level: int | None, number: int, width: int) -> None:
    path = entries_path(number, width) if level is None else tile_path(level, number, width)
    assert parse_tile_path(path) == (level, number, width)


@each_row(
    "path",
    [
        "", "tile", "tile/0", "tile/0/0", "tile/0/0000", "tile/00/000", "tile/64/000", "tile/-1/000", "tile/0/x000/000",
        "tile/0/x000/x001/000", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/", "tile/0/000/",
        "/tile/0/000", "tile/0/001/000", "tile/0/x001", "tile/0/x001/x000", "tile/0/000.p/5/", "tile/entry/000",
        "tile/0/٠٠٠", "tile/0/000\n", "tile/0/../0/000", "tile/0/" + "x001/" * 6 + "001",
        "tile/0/" + "x123/" * 13_000 + "001", "tile/9999/000",
    ],
)  # fmt: skip
def test_any_other_path_is_refused(path: str) -> None:
    with pytest.raises(Malformed):
        parse_tile_path(path)


@given(st.text(max_size=60) | st.from_regex(r"tile/[0-9e]{0,3}/(x?[0-9]{0,4}/){0,9}[0-9]{0,4}(\.p/[0-9]{0,4})?"))
def test_odd_path_is_a_tiles_own_or_malformed(path: str) -> None:
    try:
        level, number, width = parse_tile_path(path)
    except Malformed:
        return
    assert path == tile_path("entries" if level is None else level, number, width)


def test_widths_are_those_of_the_worked_example() -> None:
    assert [tile_width(0, number, 70_000) for number in (0, 272, 273, 274)] == [256, 256, 112, 0]
    assert [tile_width(level, 0, 70_000) for level in (1, 2, 3)] == [256, 1, 0]
    assert tile_width(1, 1, 70_000) == 17


@given(st.integers(0, 200_000), st.integers(0, 70_000))
def test_tiles_between_two_sizes_are_those_that_differ(old: int, more: int) -> None:
    new = old + more
    listed = list(tiles_between(old, new))
    assert len(listed) == len(set(listed))
    for level, number, width in listed:
        assert 0 < width == tile_width(level, number, new) > tile_width(level, number, old)
    # None is left out: the last tile of each level, and all whose width grew.
    for level in range(3):
        grown = {
            n for n in range(-(-(new >> 8 * level) // 256)) if tile_width(level, n, new) > tile_width(level, n, old)
        }
        assert {number for one, number, _ in listed if one == level} == grown


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_bundle_is_read_back_as_written(entries: list[bytes]) -> None:
    assert parse_bundle(encode_bundle(entries)) == entries
    assert whole_entries(encode_bundle(entries)) == entries


def test_bundle_of_256_is_read_and_one_more_is_refused() -> None:
    assert len(parse_bundle(encode_bundle([b"x"] * 256))) == 256
    with pytest.raises(Malformed):
        parse_bundle(encode_bundle([b"x"] * 257))


@given(st.binary(max_size=200))
@example(b"\x00")
@example(b"\xff\xff" + bytes(65_534))
@example(bytes(2 * 257))
def test_odd_bundle_is_whole_entries_or_malformed_at_the_first_that_is_not(data: bytes) -> None:
    try:
        entries = parse_bundle(data)
    except Malformed as error:
        assert f"entry {len(whole_entries(data))} " in error.where  # noqa: PT017 - both ways are the test
        return
    assert encode_bundle(entries) == data


@given(st.lists(st.binary(max_size=9), min_size=1, max_size=9), st.data())
def test_changed_byte_of_a_bundle_is_refused_or_other_entries(entries: list[bytes], data: st.DataObject) -> None:
    raw = encode_bundle(entries)
    at = data.draw(st.integers(0, len(raw) - 1))
    changed = raw[:at] + bytes([raw[at] ^ data.draw(st.integers(1, 255))]) + raw[at + 1 :]
    try:
        assert parse_bundle(changed) != entries
    except Malformed:
        return
