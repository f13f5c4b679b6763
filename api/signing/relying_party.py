"""Where passkeys of this server belong: the relying party's id, and the one address at which they sign.

Source: W3C Web Authentication Level 3, §5.1.2 and §13.4.9; an id is a host's name, never an address of numbers.
"""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from fastapi import Request

from constancia.api.http.request.context import address_of, settings_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RelyingParty:
    """Where passkeys belong.

    Attributes:
        id: The relying party's id, a host name.
        address: Address of this server under a name of that id, without a slash at its end.
    """

    id: str
    address: str

    @property
    def origin(self) -> str:
        """The origin that a browser puts into what a passkey signs."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"


def relying_party(request: Request) -> RelyingParty:
    """Give where passkeys belong: by the operator's setting, else by the address of this server.

    Args:
        request: A request to this server. Where it came to this machine's own number, the name is `localhost`.
    """
    settings, address = settings_of(request), address_of(request, settings_of(request))
    parts = urlsplit(address)
    host = parts.hostname or "localhost"
    if _is_this_machine(host):
        port = f":{parts.port}" if parts.port is not None else ""
        host, address = "localhost", f"{parts.scheme}://localhost{port}{parts.path}"
    return RelyingParty(id=settings.rp_id or host, address=address)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
