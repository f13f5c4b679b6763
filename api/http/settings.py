"""Settings of the operator, from environment variables `CONSTANCIA_…`."""

import re
from ipaddress import ip_network
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, StringConstraints, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from constancia.api.text.paper.links import MAX_ADDRESS

THIS_MACHINE: Final = ("127.0.0.1", "::1")
# What the server itself serves: a prefix that begins so could not be distinguished from it.
OWN_SEGMENTS: Final = frozenset(
    [
        *("anchors", "api", "bundle.zip", "checkpoint", "data", "datos", "documents", "e", "en", "es", "feeds"),
        *(".well-known", "healthz", "openapi.json", "rollbacks.json"),
        *("static", "tile", "verificador.html"),
    ]
)
_PREFIX: Final = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*", re.ASCII)
# It goes into QR codes, headers and pages: ASCII, without a user's name, of a length that a code takes.
_PUBLIC_URL: Final = (
    r"^https?://(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]*)?$"
)


class Settings(BaseSettings):
    """Settings of the server.

    Attributes:
        page_size: Entries on one page of a list.
        max_document_bytes: Largest document that may be uploaded.
        append_timeout_s: Seconds that a submission waits for its entry before it gets E_BUSY.
        body_timeout_s: Seconds within which a request's body must arrive.
        stop_timeout_s: Seconds that requests under way have left when the server is stopped.
        writes_per_minute: Rate limit of writes per address; 0 for no limit.
        costly_reads_per_minute: Rate limit per address of reads that may have to replay entries: the state,
            derived facts, pages of the past; 0 for no limit.
        entries_per_key_per_minute: Rate limit of entries per key; 0 for no limit.
        entries_per_party_per_day: Entries that one party may record in a day of the ledger; 0 for no limit.
        bytes_per_party_per_day: Bytes of entries and documents that one party may bring in a day; 0 for no limit.
        witness_refusals_per_minute: Rate limit per address of requests that do not advance a witness; beyond it
            requests get 429, unread; 0 for no limit.
        draft_days: Days until a prepared act that waits for its signature expires.
        max_drafts: Prepared acts that are stored at most.
        public_url: Public URL of this server, e.g. `https://constancia.example`, for QR codes and addresses in pages.
            By default what a believed proxy names, else this machine's address. Its path is the path prefix.
        root_path: Path prefix under which a reverse proxy publishes the server, e.g. `/libro`; by default that of
            `public_url`. Requests may come with it or without it.
        forwarded_allow_ips: Addresses and networks, with commas between, whose `X-Forwarded-…` headers are believed.
            By default this machine's, and not for the host.
        rp_id: Host name to which passkeys belong, e.g. `libro.example`; that of the public address by default. Passkeys
            of another name do not work here: it is chosen once, and never the name of one party.
        operator: Who runs this server and publishes its data.
        contact: E-mail address or URL at which the operator is reached.
        licence: Licence of the open data: an SPDX identifier or a name, e.g. `CC-BY-4.0`.
        licence_url: Where the licence can be read.
        published_trust: Where others publish their verifier page with the trust anchor in it: name → https address, as
            JSON in the environment. Pages say that this server says so.
    """

    model_config = SettingsConfigDict(env_prefix="CONSTANCIA_", extra="ignore", populate_by_name=True)

    page_size: int = Field(default=50, ge=1, le=500)
    max_document_bytes: int = Field(default=16 * 1024 * 1024, ge=1)
    append_timeout_s: float = Field(default=15.0, gt=0)
    body_timeout_s: float = Field(default=20.0, gt=0)
    stop_timeout_s: int = Field(default=10, ge=1)
    writes_per_minute: int = Field(default=300, ge=0)
    costly_reads_per_minute: int = Field(default=240, ge=0)
    entries_per_key_per_minute: int = Field(default=120, ge=0)
    entries_per_party_per_day: int = Field(default=2_000, ge=0)
    bytes_per_party_per_day: int = Field(default=1024 * 1024 * 1024, ge=0)
    witness_refusals_per_minute: int = Field(default=120, ge=0)
    draft_days: int = Field(default=30, ge=1, le=366)
    max_drafts: int = Field(default=5_000, ge=1, le=100_000)
    public_url: str | None = Field(default=None, max_length=MAX_ADDRESS, pattern=_PUBLIC_URL)
    root_path: str = ""
    forwarded_allow_ips: str | None = Field(
        default=None,
        validation_alias=AliasChoices("CONSTANCIA_FORWARDED_ALLOW_IPS", "FORWARDED_ALLOW_IPS"),
    )
    rp_id: str | None = Field(default=None, pattern=r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$")
    operator: str | None = Field(default=None, min_length=1, max_length=200)
    contact: str | None = Field(default=None, pattern=r"^(?:https?://[^\s]+|[^\s@]+@[^\s@]+)$")
    licence: str | None = Field(default=None, min_length=1, max_length=200)
    licence_url: str | None = Field(default=None, pattern=r"^https?://[^\s]+$")
    published_trust: dict[
        Annotated[str, StringConstraints(min_length=1, max_length=100)],
        Annotated[str, StringConstraints(pattern=r"^https://[A-Za-z0-9][!-~]{1,500}$")],
    ] = Field(default={}, max_length=100)

    @property
    def believed_proxies(self) -> list[str]:
        """Addresses and networks whose forwarded headers are believed."""
        if self.forwarded_allow_ips is None:
            return list(THIS_MACHINE)
        named = filter(None, map(str.strip, self.forwarded_allow_ips.split(",")))
        return [str(ip_network(network, strict=False)) for network in named]

    @field_validator("forwarded_allow_ips")
    @classmethod
    def _check_proxies(cls, value: str | None) -> str | None:
        for network in (value or "").split(","):
            try:
                ip_network(network.strip() or "::1", strict=False)
            except ValueError as error:
                raise ValueError(
                    f"expected addresses or networks such as 10.0.0.0/8, found {network.strip()!r}; `*` would let "
                    "every client choose its own address"
                ) from error
        return value

    @model_validator(mode="after")
    def _join_prefix(self) -> Self:
        """Give `public_url` and `root_path` the same path."""
        url = self.public_url.rstrip("/") if self.public_url is not None else None
        given, public = self.root_path.rstrip("/"), urlsplit(url or "").path
        if given and public not in ("", given):
            raise ValueError(f"the path prefix {given!r} is not the path of the public URL, {public!r}")
        prefix = given or public
        if not _PREFIX.fullmatch(prefix):
            raise ValueError(f"expected a path prefix such as /libro, of letters, digits and . _ ~ -, found {prefix!r}")
        if prefix.split("/")[1:2] and prefix.split("/")[1] in OWN_SEGMENTS:
            raise ValueError(f"the path prefix {prefix!r} begins like a path of the server's own: choose another")
        self.root_path = prefix
        if url is not None:
            self.public_url = url if public else url + prefix
        return self
