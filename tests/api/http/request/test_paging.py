"""Pages of a list: where each begins and ends, and which related ones there are."""

from fastapi import Request
from tests.rows import each_row

from constancia.api.http.request.paging import Page, link_header


@each_row(
    ("start", "limit", "size", "stop", "starts"),
    [
        (0, 10, 0, 0, {"first": 0, "last": 0}),
        (0, 10, 9, 9, {"first": 0, "last": 0}),
        (0, 10, 10, 10, {"first": 0, "last": 0}),
        (0, 10, 11, 10, {"first": 0, "next": 10, "last": 10}),
        (10, 10, 20, 20, {"first": 0, "prev": 0, "last": 10}),
        (10, 10, 21, 20, {"first": 0, "prev": 0, "next": 20, "last": 20}),
        (5, 10, 20, 15, {"first": 0, "prev": 0, "next": 15, "last": 10}),
        (1, 1, 2, 2, {"first": 0, "prev": 0, "last": 1}),
        # Past the end: the page before is the last that has entries.
        (20, 10, 20, 20, {"first": 0, "prev": 10, "last": 10}),
        (500, 10, 20, 500, {"first": 0, "prev": 10, "last": 10}),
        (500, 10, 5, 500, {"first": 0, "prev": 0, "last": 0}),
    ],
)
def test_page_knows_its_end_and_the_pages_around_it(
    start: int, limit: int, size: int, stop: int, starts: dict[str, int]
) -> None:
    page = Page(start=start, limit=limit, size=size)
    assert (page.stop, page.starts()) == (stop, starts)


@each_row(("query", "past"), [(b"", ""), (b"start=3", ""), (b"size=25", "&size=25"), (b"start=3&size=25", "&size=25")])
def test_links_of_an_earlier_size_lead_to_pages_of_that_size(query: bytes, past: str) -> None:
    scope = {
        "type": "http", "method": "GET", "path": "/api/v1/entries", "query_string": query, "headers": [],
        "scheme": "http", "server": ("ledger.example.org", 80),
    }  # fmt: skip
    link = link_header(Request(scope), Page(start=10, limit=10, size=25))["Link"]
    assert [part.strip() for part in link.split(",")] == [
        f'</api/v1/entries?start={start}&limit=10{past}>; rel="{relation}"'
        for relation, start in (("first", 0), ("prev", 0), ("next", 20), ("last", 20))
    ]
