"""One page for each route and each state that a page can be in, chosen from the walk: a new page is among them."""

import re
from collections.abc import Mapping
from typing import Any, Final

from fastapi.routing import APIRoute
from tests.e2e.page_walk import Walk
from tests.profile import THOROUGH

from constancia.api.pages.routes import ROUTERS

# What a page's content is made of: elements with their classes. A page with one that none before has is looked at, too.
_MADE_OF: Final = re.compile(r'<(\w+)(?:[^<>]*? class="([^"]*)")?')
# What a key reaches: what it is, which class and, of a field, which kind it has; or that it was made so.
_REACHED: Final = re.compile(
    r'<(a|button|input|select|summary|textarea)\b(?=[^>]*?(?: type="(\w+)"|>))(?=[^>]*?(?: class="([^"]*)"|>))'
    r'|<(\w+)(?=[^>]* tabindex="0")(?=[^>]*?(?: class="([^"]*)"|>))'
)
# A prepared act's page is nobody's but its maker's: nothing leads there, and it has tests of its own.
_FILES: Final = re.compile(r"\.(?:bib|json|csv|atom|ics|pdf|xml|zip)\b|\{form\}|\{draft\}")
# Not a route: what is answered to a wrong address, one that was none yet on the day asked, and before the first entry.
WRONG: Final = "a wrong address"
_WRONG: Final = ("nada", "compromisos/rm?at=2015", "?size=-1", "compromisos?size=0")
# Addresses that lead to a page with another name: an entry by its leaf hash, how to cite under its old name.
_OTHER_NAMES: Final = ("/e/{leaf_hash}", "/en/entries/{name}/citar")


def routes() -> list[str]:
    """Give the paths of all pages in Spanish, as the routers have them."""
    paths = [
        route.path
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ())
    ]
    return sorted({path for path in paths if path.startswith("/es/") and not _FILES.search(path)})


def english_routes() -> list[str]:
    """Give the paths of all pages in English."""
    paths = [route.path for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    return sorted({
        path for path in paths
        if path.startswith("/en/") and not _FILES.search(path) and path not in _OTHER_NAMES
    })  # fmt: skip


def kinds(walk: Walk, route: str, *, most: int = 6) -> list[str]:
    """Give addresses of a route's pages: the first one, and those in which something is that was in none before.

    Args:
        walk: The walk.
        route: The path, with `{name}` for what varies.
        most: How many at most.
    """
    if route == WRONG:
        return [f"/es/{path}" for path in _WRONG[:most]]
    pattern = re.compile(re.sub(r"\{\w+\}", r"[^/?]+", route) + r"(?:\?.*)?")
    pages = [address for address, (status, _html) in walk.pages.items() if status == 200 and pattern.fullmatch(address)]
    chosen: list[str] = []
    seen = set[tuple[str, str]]()
    for address in sorted(pages, key=lambda each: ("?" in each, -len(walk.pages[each][1]))):
        made = made_of(walk, address)
        if made - seen and len(chosen) < most:
            chosen.append(address)
            seen |= made
    return chosen


def made_of(walk: Walk, address: str) -> frozenset[tuple[str, str]]:
    """Give what the content of a page is made of."""
    return frozenset(_MADE_OF.findall(walk.pages[address][1].partition("<main")[2].partition("</main>")[0]))


def reached_in(walk: Walk, address: str) -> frozenset[tuple[str, ...]]:
    """Give what a key reaches in the content of a page."""
    return frozenset(_REACHED.findall(walk.pages[address][1].partition("<main")[2].partition("</main>")[0]))


def frame_of(walk: Walk, address: str) -> tuple[tuple[str, str], ...]:
    """Give what a page has around its content, in its order: what leads to other pages, and what is below."""
    before, _, rest = walk.pages[address][1].partition("<body")[2].partition("<main")
    return (*_MADE_OF.findall(before), ("main", ""), *_MADE_OF.findall(rest.partition("</main>")[2]))


def _that_have_all(walk: Walk, made: Mapping[str, frozenset[Any]]) -> set[str]:
    """Give pages that, together, have all that any of them is made of; rather small ones."""
    chosen, missing = set[str](), set[Any]().union(*made.values())
    sizes = {address: 5_000 + len(walk.pages[address][1]) for address in made}
    while missing:
        best = max(made, key=lambda address: len(made[address] & missing) / sizes[address])
        chosen.add(best)
        missing -= made[best]
    return chosen


class Choice:
    """Pages to open in a browser: of each route the first, and those that have what no page of another route has.

    `make thorough` opens all kinds of each route.
    """

    def __init__(self, walk: Walk) -> None:
        """Choose them; the pages that come to the same in another scheme or width are those that hold all there is."""
        every = {route: kinds(walk, route, most=4) for route in (*routes(), WRONG)}
        made = {address: made_of(walk, address) for some in every.values() for address in some}
        seen = set[tuple[str, str]]().union(*(made[some[0]] for some in every.values()))
        self._every, self._usual = every, dict[str, list[str]]()
        for route, some in every.items():
            self._usual[route] = some[:1]
            for address in some[1:]:
                if THOROUGH or made[address] - seen:
                    self._usual[route].append(address)
                    seen |= made[address]
        first = {frame_of(walk, some[0]): route for route, some in reversed(every.items())}
        self._first = set(every if THOROUGH else first.values())
        self._covering = set(made) if THOROUGH else _that_have_all(walk, made)
        self._reaching = _that_have_all(walk, {address: reached_in(walk, address) for address in made})

    def of(self, route: str) -> list[str]:
        """Give the pages of a route that are looked at in full."""
        return self._usual[route]

    def is_first_of_its_frame(self, route: str) -> bool:
        """Tell whether no route before has a page with the same around its content; of others only that is tried."""
        return route in self._first

    def reaching(self) -> list[str]:
        """Give pages that, together, have all that a key reaches."""
        return sorted(self._covering if THOROUGH else self._reaching)

    def covering(self, route: str) -> list[str]:
        """Give those pages of a route that, with those of the others, hold every element with every class."""
        return [address for address in self._every[route] if address in self._covering]
