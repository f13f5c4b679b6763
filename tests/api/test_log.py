"""The log's files over real HTTP, as C2SP tlog-tiles and RFC 9110 have them."""

import gzip
import hashlib
from collections.abc import Iterator
from concurrent.futures import wait

import httpx
import pytest
from tests.api.served import Desk, desk_in
from tests.rows import each_row

from constancia.api.http.representation import IMMUTABLE, prefers_gzip
from constancia.verify.core.formats.checkpoint import open_checkpoint, parse_checkpoint
from constancia.verify.core.formats.note import parse_note, parse_vkey
from constancia.verify.wire.merkle import hash_leaf
from constancia.verify.wire.tiles import parse_bundle, tile_path

PLAIN = {"Accept-Encoding": "identity"}
SINGLY = 20


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A log of two level-0 tiles, whose first entries had a checkpoint each and whose last came in batches."""
    with desk_in(tmp_path_factory.mktemp("log") / "ledger") as desk:
        desk.play([*desk.world.founding(), *desk.world.commitment("c1")])
        signed = [desk.world.allege("c1") for _ in range(320)]
        for one in signed[:SINGLY]:
            desk.take(one)
        wait([desk.ledger.submit(one.parsed) for one in signed[SINGLY:]])
        yield desk


def sizes(log: Desk) -> list[int]:
    return list(log.ledger.log.checkpoint_sizes())


def get(log: Desk, path: str, **headers: str) -> httpx.Response:
    return log.http.get(path, headers=PLAIN | headers)


class TestCheckpoint:
    def test_it_is_the_signed_note(self, log: Desk) -> None:
        answer = get(log, "/checkpoint")
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        checkpoint, _ = open_checkpoint(answer.content, parse_vkey(log.ledger.vkey))
        assert (checkpoint.size, checkpoint.root) == (log.ledger.size, log.ledger.log.root())

    def test_it_is_kept_by_caches_for_a_few_seconds_at_most(self, log: Desk) -> None:
        assert get(log, "/checkpoint").headers["cache-control"] == "public, max-age=2"

    def test_it_is_not_found_in_an_empty_log(self, new: Desk) -> None:
        assert new.http.get("/checkpoint").status_code == 404

    def test_another_checkpoint_has_another_tag(self, founded: Desk) -> None:
        before = founded.http.get("/checkpoint")
        founded.play(founded.world.commitment("c1")[:1])
        after = founded.http.get("/checkpoint", headers={"If-None-Match": before.headers["etag"]})
        assert after.status_code == 200
        assert parse_checkpoint(parse_note(after.content).text).size == founded.ledger.size


class TestTiles:
    def test_full_tile_holds_the_leaf_hashes(self, log: Desk) -> None:
        answer = get(log, "/tile/0/000")
        hashes = [log.ledger.log.leaf_hash(index) for index in range(256)]
        assert answer.content == b"".join(hashes)
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["cache-control"] == IMMUTABLE

    def test_tile_of_level_1_holds_the_root_of_the_full_tile(self, log: Desk) -> None:
        assert get(log, "/tile/1/000.p/1").content == log.ledger.log.root(256)

    def test_partial_tile_is_there_for_every_size_with_a_checkpoint(self, log: Desk) -> None:
        assert len(sizes(log)) > SINGLY
        for size in sizes(log):
            number, width = divmod(size, 256)
            for level in (0, "entries"):
                answer = get(log, f"/{tile_path(level, number, width)}")
                assert answer.status_code == 200
            assert len(get(log, f"/{tile_path(0, number, width)}").content) == 32 * width

    def test_width_without_a_checkpoint_is_not_there(self, log: Desk) -> None:
        missing = next(size for size in range(257, log.ledger.size) if size not in sizes(log))
        width = missing - 256
        assert get(log, f"/tile/0/001.p/{width}").status_code == 404
        assert get(log, f"/tile/entries/001.p/{width}").status_code == 404

    @each_row(
        "path",
        [
            "0/1", "0/01", "0/0000", "0/x000/000", "00/000", "01/000", "-1/000", "64/000", "0/000/", "0/000.p",
            "0/000.p/0", "0/000.p/01", "0/000.p/256", "0/000.p/-1", "0/000.p/1/1", "entries/0", "entries/x000/000",
            "entry/000", "8/0/000", "data/000", "0/%30%30%30x", "0/000%00", "0/٠٠٠", "", "0",
        ],
    )  # fmt: skip
    def test_no_tile_stands_at_a_bad_path(self, log: Desk, path: str) -> None:
        answer = get(log, f"/tile/{path}")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"

    @each_row("path", ["0/001", "0/002", "0/x001/x234/067", "1/000", "1/000.p/2", "2/000.p/1", "63/000", "entries/001"])
    def test_tile_that_the_log_has_not_reached_is_not_there(self, log: Desk, path: str) -> None:
        assert get(log, f"/tile/{path}").status_code == 404

    def test_what_is_not_there_yet_is_not_kept_by_caches(self, log: Desk) -> None:
        assert get(log, "/tile/0/002").headers["cache-control"] == "no-store"

    def test_any_page_may_read(self, log: Desk) -> None:
        answer = get(log, "/tile/0/000", Origin="https://elsewhere.example")
        assert answer.headers["access-control-allow-origin"] == "*"


class TestBundles:
    def test_entries_are_those_that_the_tile_hashes(self, log: Desk) -> None:
        entries = parse_bundle(get(log, "/tile/entries/000").content)
        assert entries == list(log.ledger.log.entries(0, 256))
        assert b"".join(map(hash_leaf, entries)) == get(log, "/tile/0/000").content

    @each_row(
        ("accepted", "coded"),
        [
            ("gzip", True), ("gzip, deflate, br", True), ("GZIP", True), ("*", True), ("gzip;q=0.1", True),
            ("identity;q=0.5, gzip;q=1", True), ("identity;q=0, gzip", True), ("gzip, identity", True),
            ("", False), ("identity", False), ("gzip;q=0", False), ("gzip; q=0.0", False), ("gzip;q=0, *", False),
            ("*;q=0", False), ("br", False), ("gzipped", False), ("notgzip", False),
            ("identity, gzip;q=0.5", False),
        ],
    )  # fmt: skip
    def test_gzip_is_negotiated(self, log: Desk, accepted: str, coded: bool) -> None:
        # The client library would decode the answer, so its raw bytes are read.
        with log.http.stream("GET", "/tile/entries/000", headers={"Accept-Encoding": accepted}) as answer:
            raw = b"".join(answer.iter_raw())
        assert (answer.headers.get("content-encoding") == "gzip") is coded
        assert int(answer.headers["content-length"]) == len(raw)
        assert answer.headers["vary"] == "Accept-Encoding"
        assert parse_bundle(gzip.decompress(raw) if coded else raw) == list(log.ledger.log.entries(0, 256))

    def test_coded_form_is_smaller_and_has_a_tag_of_its_own(self, log: Desk) -> None:
        plain = log.http.get("/tile/entries/000", headers=PLAIN)
        coded = log.http.get("/tile/entries/000", headers={"Accept-Encoding": "gzip"})
        assert int(coded.headers["content-length"]) < int(plain.headers["content-length"]) / 2
        assert coded.headers["etag"] != plain.headers["etag"]

    def test_tiles_are_never_coded(self, log: Desk) -> None:
        answer = log.http.get("/tile/0/000", headers={"Accept-Encoding": "gzip"})
        assert "content-encoding" not in answer.headers

    def test_range_is_of_the_plain_bytes_even_where_gzip_is_taken(self, log: Desk) -> None:
        answer = log.http.get("/tile/entries/000", headers={"Accept-Encoding": "gzip", "Range": "bytes=0-1"})
        assert answer.status_code == 206
        assert int.from_bytes(answer.content, "big") == len(log.ledger.log.entry(0))

    def test_no_range_where_only_gzip_is_taken(self, log: Desk) -> None:
        headers = {"Accept-Encoding": "gzip, identity;q=0", "Range": "bytes=0-1"}
        answer = log.http.get("/tile/entries/000", headers=headers)
        assert (answer.status_code, answer.headers["content-encoding"]) == (200, "gzip")

    def test_no_header_at_all_gets_plain_bytes(self) -> None:
        assert not prefers_gzip("")


class TestRanges:
    @each_row(
        ("asked", "first", "last"),
        [
            ("bytes=0-31", 0, 31), ("bytes=32-63", 32, 63), ("bytes=8160-", 8160, 8191), ("bytes=-32", 8160, 8191),
            ("bytes=0-", 0, 8191), ("bytes=8191-99999", 8191, 8191), ("bytes=-99999", 0, 8191),
            ("Bytes=0-31", 0, 31),
        ],
    )  # fmt: skip
    def test_one_range_is_answered(self, log: Desk, asked: str, first: int, last: int) -> None:
        whole = get(log, "/tile/0/000").content
        answer = get(log, "/tile/0/000", Range=asked)
        assert answer.status_code == 206
        assert answer.content == whole[first : last + 1]
        assert answer.headers["content-range"] == f"bytes {first}-{last}/8192"
        assert answer.headers["accept-ranges"] == "bytes"

    @pytest.mark.parametrize("asked", ["bytes=8192-", "bytes=8192-9000", "bytes=999999999999-"])
    def test_range_past_the_end_cannot_be_satisfied(self, log: Desk, asked: str) -> None:
        answer = get(log, "/tile/0/000", Range=asked)
        assert answer.status_code == 416
        assert answer.headers["content-range"] == "bytes */8192"
        assert answer.json()["code"] == "E_RANGE"
        assert answer.json()["title_es"] != "problem.E_RANGE"

    @each_row(
        "asked", ["bytes=0-1,4-5", "hashes=0-1", "bytes=5-2", "bytes=a-b", "bytes=", "bytes", "bytes=-", "bytes=1_0-20"]
    )
    def test_what_is_no_single_range_gets_the_whole(self, log: Desk, asked: str) -> None:
        answer = get(log, "/tile/0/000", Range=asked)
        assert (answer.status_code, len(answer.content)) == (200, 8192)

    def test_range_is_for_the_same_bytes_only(self, log: Desk) -> None:
        tag = get(log, "/tile/0/000").headers["etag"]
        assert get(log, "/tile/0/000", Range="bytes=0-1", **{"If-Range": tag}).status_code == 206
        for other in ('"other"', f"W/{tag}", "Wed, 21 Oct 2015 07:28:00 GMT"):
            assert get(log, "/tile/0/000", Range="bytes=0-1", **{"If-Range": other}).status_code == 200


class TestConditions:
    @pytest.mark.parametrize("path", ["/checkpoint", "/tile/0/000", "/tile/entries/000"])
    def test_known_bytes_are_not_sent_again(self, log: Desk, path: str) -> None:
        first = get(log, path)
        for known in (first.headers["etag"], f'"x", {first.headers["etag"]}', f"W/{first.headers['etag']}", "*"):
            answer = get(log, path, **{"If-None-Match": known})
            assert (answer.status_code, answer.content) == (304, b"")
            for name in ("etag", "cache-control"):
                assert answer.headers[name] == first.headers[name]
            assert "content-encoding" not in answer.headers
        assert get(log, path, **{"If-None-Match": '"other"'}).status_code == 200

    def test_coded_bytes_have_their_own_condition(self, log: Desk) -> None:
        headers = {"Accept-Encoding": "gzip"}
        tag = log.http.get("/tile/entries/000", headers=headers).headers["etag"]
        again = log.http.get("/tile/entries/000", headers=headers | {"If-None-Match": tag})
        assert (again.status_code, again.headers["vary"]) == (304, "Accept-Encoding")
        assert get(log, "/tile/entries/000", **{"If-None-Match": tag}).status_code == 200

    def test_condition_comes_before_the_range(self, log: Desk) -> None:
        tag = get(log, "/tile/0/000").headers["etag"]
        assert get(log, "/tile/0/000", Range="bytes=0-1", **{"If-None-Match": tag}).status_code == 304

    @pytest.mark.parametrize("path", ["/checkpoint", "/tile/0/000", "/tile/entries/000"])
    def test_head_is_the_get_without_its_body(self, log: Desk, path: str) -> None:
        head = log.http.head(path, headers=PLAIN | {"Range": "bytes=0-1"})
        whole = get(log, path)
        assert (head.status_code, head.content) == (200, b"")
        assert {**head.headers, "date": ""} == {**whole.headers, "date": ""}

    def test_head_of_what_is_not_there(self, log: Desk) -> None:
        assert log.http.head("/tile/0/0").status_code == 404

    @pytest.mark.parametrize("path", ["/checkpoint", "/tile/0/000"])
    def test_nothing_can_be_written(self, log: Desk, path: str) -> None:
        for method in ("PUT", "DELETE", "POST"):
            assert log.http.request(method, path).status_code == 405


def test_bytes_are_the_published_folder_s(log: Desk, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("published")
    log.ledger.publish(folder)
    names = [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]
    assert len(names) >= 6
    for name in names:
        digest = hashlib.sha256(get(log, f"/{name}").content).hexdigest()
        assert digest == hashlib.sha256((folder / name).read_bytes()).hexdigest(), name
