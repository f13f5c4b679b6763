"""Pages of a list, and the links between them (RFC 8288)."""

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of the log: from `start`, at most `limit` entries, of the first `size`."""

    start: int
    limit: int
    size: int

    @property
    def stop(self) -> int:
        """The first index after the page."""
        return max(self.start, min(self.size, self.start + self.limit))

    def starts(self) -> dict[str, int]:
        """Return the start of each related page, by relation; only existing ones."""
        last = max(0, (self.size - 1) // self.limit * self.limit)
        starts = {"first": 0}
        if self.start > 0:
            starts["prev"] = max(0, min(self.start, self.size) - self.limit)
        if self.stop < self.size:
            starts["next"] = self.stop
        return starts | {"last": last}


def link_header(request: Request, page: Page) -> dict[str, str]:
    """Return the `Link` header of a page.

    Args:
        request: The request for the list; where it asks for an earlier size, the links preserve it.
        page: The page.

    Returns:
        The header.

    Source: RFC 8288 §3; relations of RFC 8288 and HTML.
    """
    past = {"size": page.size} if "size" in request.query_params else {}
    links = [
        f'<{request.url.path}?{urlencode({"start": start, "limit": page.limit, **past})}>; rel="{relation}"'
        for relation, start in page.starts().items()
    ]
    return {"Link": ", ".join(links)}
