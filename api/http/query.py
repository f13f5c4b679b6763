"""The query of an address: no parameter is ignored. One that a route does not take, or that comes twice, is refused."""

from collections.abc import Iterator
from typing import Annotated, Final

from fastapi import Depends, Query, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope
from typing_extensions import override

from constancia.domain.kernel.problems import Problem, Refusal
from constancia.ledger.views.as_of import MAX_SIZE

_SHOWN: Final = 80

AtSize = Annotated[
    int | None,
    Query(ge=0, le=MAX_SIZE, description="What was known: the first n entries; all by default. Not with `known`."),
]
KnownBy = Annotated[
    str | None,
    Query(
        description="What was known by then: `YYYY`, `YYYY-MM` or `YYYY-MM-DD` (its end, in the ledger's zone), or an "
        "RFC 3339 instant. Not with `size`."
    ),
]
OnDay = Annotated[
    str | None,
    Query(
        description="The day that is asked about: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, each of its possible days; or an "
        "RFC 3339 instant, which without `size` and `known` also says by when it was known. Without it the present is "
        "judged by the clock, a past size at the instant of its last entry."
    ),
]


def refuse_unknown(request: Request, takes: frozenset[str]) -> None:
    """Refuse a query with a parameter that is not known here, or that comes more than once.

    Args:
        request: The request.
        takes: Names of the parameters.

    Raises:
        Refusal: E_PARAMETER.
    """
    seen: set[str] = set()
    for name, _value in request.query_params.multi_items():
        if name not in takes or name in seen:
            what = "twice" if name in seen else "unknown"
            rule = f"a parameter is one that this address takes, and comes once: {', '.join(sorted(takes)) or 'none'}"
            judged = {"parameter": name[:_SHOWN], "problem": what, "takes": sorted(takes)}
            raise Refusal(Problem(code="E_PARAMETER", rule=rule), judged)
        seen.add(name)


def check_query(request: Request) -> None:
    """Refuse what the route asked does not take; a dependency of every route.

    Raises:
        Refusal: E_PARAMETER.
    """
    route = request.scope.get("route")
    if isinstance(route, APIRoute):
        refuse_unknown(request, frozenset(query_names(route.dependant)))


def query_names(dependant: Dependant) -> Iterator[str]:
    """Give the names of the parameters that a route takes, by itself and by what it depends on."""
    yield from (field.alias for field in dependant.query_params)
    for needed in dependant.dependencies:
        yield from query_names(needed)


CheckedQuery: Final = Depends(check_query)


class CheckedFiles(StaticFiles):
    """Files that take no parameter."""

    @override
    async def get_response(self, path: str, scope: Scope) -> Response:
        refuse_unknown(Request(scope), frozenset())
        return await super().get_response(path, scope)
