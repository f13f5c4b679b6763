"""What the framework has of every page: the frame, given to the function that makes it, and a route that stores it."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import override

from constancia.api.http.deps import TheLedger, TheReading
from constancia.api.http.request.query import CheckedRoute
from constancia.api.pages.frame.frame import Frame
from constancia.api.pages.frame.page_cache import made_once


async def frame_of(request: Request, ledger: TheLedger, reading: TheReading) -> Frame:
    """Give the frame of the page that a request asks for."""
    return Frame(request, ledger, reading)


TheFrame = Annotated[Frame, Depends(frame_of)]


class CachedPage(CheckedRoute):
    """A route whose page is made once for what it is made from."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        make = super().get_route_handler()

        async def handler(request: Request) -> Response:
            return await made_once(request, make)

        return handler
