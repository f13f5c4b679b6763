"""The query of an address: no parameter is ignored. One that a route does not take, or that comes twice, is refused."""

import re
from collections.abc import Callable, Coroutine, Iterator
from typing import Annotated, Any, Final, get_args

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from starlette.routing import Match, compile_path, get_name
from starlette.types import Scope
from typing_extensions import override

from constancia.domain.kernel.problems import Problem, Refusal
from constancia.ledger.views.as_of import MAX_SIZE
from constancia.verify.core.errors import Malformed

_SHOWN: Final = 80
_OF_PATH: Final = ("path_regex", "path_format", "param_convertors")
_NUMBER: Final = re.compile(r"(0|[1-9][0-9]{0,15})\Z")

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

Start = Annotated[int, Query(ge=0, le=MAX_SIZE, description="Where to begin: how many to leave out.")]
Limit = Annotated[int | None, Query(ge=1, le=500, description="Most items; by default as many as the server says.")]


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


def refuse_odd_numbers(request: Request, numbers: frozenset[str]) -> None:
    """Refuse a number in another form than ours: a sign, `1_0`, `1.0`, a zero in front, a line feed after it.

    Args:
        request: The request.
        numbers: Names of the parameters that are numbers.

    Raises:
        Malformed: One is no plain decimal number; the library would read it all the same.
    """
    for name, value in request.query_params.multi_items():
        if name in numbers and not _NUMBER.match(value):
            expected = "decimal digits, without a sign or a zero in front"
            raise Malformed("number", f"query.{name}", expected, value[:_SHOWN])


async def check_query(request: Request) -> None:
    """Refuse what the route asked does not take, and numbers in another form; a dependency of the framework's routes.

    Raises:
        Refusal: E_PARAMETER.
        Malformed: A number is in another form.
    """
    route = request.scope.get("route")
    if isinstance(route, APIRoute) and not isinstance(route, CheckedRoute):
        _check(request, *parameters_of(route))


def _check(request: Request, names: frozenset[str], numbers: frozenset[str]) -> None:
    refuse_unknown(request, names)
    refuse_odd_numbers(request, numbers)


def parameters_of(route: APIRoute) -> tuple[frozenset[str], frozenset[str]]:
    """Give the names of the parameters that a route takes, and of those that are numbers."""
    takes = dict(query_types(route.dependant))
    return frozenset(takes), frozenset(name for name, kind in takes.items() if int in (kind, *get_args(kind)))


class CheckedRoute(APIRoute):
    """A route that refuses what it does not take before anything else is looked at.

    The framework describes a route where it is written, with its parameters and answers: two thirds of what a server
    of so many routes has to load. This one is described when it is first asked, or the interface's description is.
    """

    _written: tuple[str, Callable[..., Any], dict[str, Any]] | None = None

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.path, self.endpoint = path, endpoint
        self.methods = {method.upper() for method in options.get("methods") or ["GET"]}
        self.name = options.get("name") or get_name(endpoint)
        self._written = (path, endpoint, options)
        self._begins = path.partition("{")[0]

    @override
    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Tell whether a request is this route's. Its pattern is compiled for a path that begins as it does alone."""
        if scope["type"] == "http" and not scope.get("root_path") and not scope["path"].startswith(self._begins):
            return Match.NONE, {}
        return super().matches(scope)

    def __getattr__(self, name: str) -> Any:
        """Give what the framework makes of the route, made now; called for what is not there yet alone."""
        written = self._written  # read before the look below: another thread may end describing it in between
        if name in self.__dict__:
            return self.__dict__[name]
        if written is None or name.startswith("__"):
            raise AttributeError(name)
        path, endpoint, options = written
        if name in _OF_PATH:
            self.__dict__.update(zip(_OF_PATH, compile_path(path), strict=True))
        else:
            whole = object.__new__(type(self))  # another thread may ask meanwhile: it sees all of it or nothing
            APIRoute.__init__(whole, path, endpoint, **options)
            self.__dict__ |= {**vars(whole), **vars(self), "_written": None}
        return getattr(self, name)

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner, known = super().get_route_handler(), list[tuple[frozenset[str], frozenset[str]]]()

        async def handler(request: Request) -> Response:
            if request.scope["query_string"]:
                known[:] = known or [parameters_of(self)]
                _check(request, *known[0])
            return await inner(request)

        return handler


class Router(APIRouter):
    """A router whose routes are whole: an application takes them as they are (`take_in`).

    The framework describes each route of an ordinary router once more for the application that includes it, at the
    first request, which takes as long as describing all of them did.

    Args:
        route_class: The class of its routes.
        options: As the framework's router has them.
    """

    def __init__(self, *, route_class: type[CheckedRoute] = CheckedRoute, **options: Any) -> None:
        super().__init__(route_class=route_class, **options)


def take_in(app: FastAPI, router: APIRouter) -> None:
    """Have an application serve a router's routes: one of ours as they are, any other as the framework includes it.

    Args:
        app: The application; it says what operations are called.
        router: The router.
    """
    if not isinstance(router, Router):
        app.include_router(router)
        return
    for route in router.routes:
        if isinstance(route, APIRoute):
            route.unique_id = app.router.generate_unique_id_function(route)
    app.router.routes.extend(router.routes)


def query_types(dependant: Dependant) -> Iterator[tuple[str, object]]:
    """Give name and type of the parameters that a route takes, by itself and by what it depends on."""
    yield from ((field.alias, field.field_info.annotation) for field in dependant.query_params)
    for needed in dependant.dependencies:
        yield from query_types(needed)


CheckedQuery: Final = Depends(check_query)


class CheckedFiles(StaticFiles):
    """Files that take no parameter."""

    @override
    async def get_response(self, path: str, scope: Scope) -> Response:
        refuse_unknown(Request(scope), frozenset())
        return await super().get_response(path, scope)
