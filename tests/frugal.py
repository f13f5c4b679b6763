"""What the tests' process makes once instead of each time, because making it costs more than the test does.

- httpx reads the certificates of the system for each client: a fiftieth of a second, and the tests speak HTTP in clear.
- FastAPI describes each route anew for each application that includes it: most tests that serve a ledger make one.

Both are what the libraries made, shared; where a library is another than the one expected, nothing is shared.
"""

from functools import cache
from typing import Any

from fastapi import routing
from httpx._transports import default


@cache
def install() -> None:
    """Share them in this process."""
    vars(default)["create_ssl_context"] = cache(vars(default)["create_ssl_context"])
    contexts = getattr(routing, "_EffectiveRouteContext", None)
    if contexts is not None and hasattr(contexts, "from_api_route"):
        _share_routes(contexts)


def _share_routes(contexts: Any) -> None:
    described = contexts.from_api_route
    made: dict[Any, Any] = {}

    def from_api_route(*, original_route: Any, include_context: Any) -> Any:
        asked = {**vars(include_context), "dependency_overrides_provider": None}  # the application; no test overrides
        name = (id(original_route), repr(sorted(asked.items(), key=lambda pair: pair[0])))
        if name not in made:
            # The route is remembered with it, so that no other can have its id.
            made[name] = (described(original_route=original_route, include_context=include_context), original_route)
        return made[name][0]

    contexts.from_api_route = from_api_route
