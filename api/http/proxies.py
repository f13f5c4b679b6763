"""A server behind a reverse proxy: the path prefix under which it is published, and headers that proxies add.

- X1: under a path prefix every link, redirect and address that the server writes has the prefix, whether the proxy
  removes it from requests or not.
- X2: `X-Forwarded-For`, `-Proto` and `-Host` count only from the addresses that the operator believes; from anybody
  else they change nothing. `Forwarded` (RFC 7239) and `X-Forwarded-Prefix` are never read.
- X3: no address that the server writes comes from the request's own `Host`, so nobody can put another one into a page.
"""

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from constancia.api.http.settings import Settings

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::([0-9]{1,5}))?\Z", re.ASCII)


class PathPrefix:
    """Makes every request's path one below the prefix, as ASGI has it: `path` begins with `root_path`.

    Args:
        app: The application inside.
        prefix: The prefix, e.g. `/libro`; empty for none.
    """

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; changes its scope, which outer handlers of faults see too."""
        prefix = self._prefix
        if scope["type"] == "http" and prefix:
            scope["root_path"], path = prefix, scope["path"]
            if path == prefix:
                scope["path"] = f"{prefix}/"
            elif not path.startswith(f"{prefix}/"):
                scope["path"] = prefix + path
        await self._app(scope, receive, send)


class ProxyHeaders:
    """Takes a request's client, scheme and host from its proxy's headers, if that proxy is believed.

    Args:
        app: The application inside.
        settings: Who is believed. Where nobody is named, this machine is, but not for the host: proxies that do not
            set `X-Forwarded-Host` pass on what their clients send.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = ProxyHeadersMiddleware(cast("ASGI3Application", app), settings.believed_proxies)
        self._is_host_believed = settings.forwarded_allow_ips is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        peer = (scope.get("client") or ("",))[0]
        if scope["type"] == "http" and self._is_host_believed and peer in self._app.trusted_hosts:
            hosts = [value for name, value in scope["headers"] if name == b"x-forwarded-host"]
            match = _HOST.match(hosts[-1].decode("latin-1").rpartition(",")[2].strip()) if hosts else None
            if match:
                # Port None: that of the scheme, which the class inside takes from another header.
                scope["server"] = (match[1].strip("[]"), int(match[2]) if match[2] else None)
        await self._app(scope, receive, send)  # type: ignore[arg-type]  # uvicorn and Starlette type ASGI differently


def prefix_of(scope: Scope) -> str:
    """Return the path prefix of the whole application, empty if there is none."""
    prefix: str = scope.get("app_root_path", scope.get("root_path", ""))
    return prefix


def path_within(scope: Scope) -> str:
    """Return a request's path without the prefix: the one that the routes name."""
    path: str = scope["path"]
    return path.removeprefix(prefix_of(scope))


def is_of_this_machine(url: str) -> bool:
    """Return whether a URL leads to the machine that reads it: of no use to who reads it elsewhere (RFC 6761 §6.3)."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def own_address(scope: Scope, settings: Settings) -> str:
    """Return the address at which readers reach this server, with the prefix and without a slash at its end.

    It is the operator's `public_url`; otherwise what a believed proxy names; otherwise the address and port of this
    machine to which the request came. The request's `Host` is not asked.
    """
    if settings.public_url is not None:
        return settings.public_url
    scheme = scope.get("scheme", "http")
    host, port = scope.get("server") or ("localhost", None)
    name = f"[{host}]" if ":" in host else host
    shown = name if port in (None, _DEFAULT_PORTS.get(scheme)) else f"{name}:{port}"
    return f"{scheme}://{shown}{prefix_of(scope)}"
