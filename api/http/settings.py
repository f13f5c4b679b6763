"""What an operator may set, by environment variables `CONSTANCIA_…`."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of the server.

    Attributes:
        page_size: Entries on one page of a list.
        max_document_bytes: Largest document that may be uploaded.
        append_timeout_s: How long a submission waits for its entry before it is told to try again.
        body_timeout_s: How long a request's body may take to arrive.
        writes_per_minute: Most writes by one address within a minute; 0 for any number.
        costly_reads_per_minute: Most reads by one address within a minute that may have to replay entries: the state,
            what follows from it, pages of the past; 0 for any number.
        entries_per_key_per_minute: Most entries that one key may have recorded within a minute; 0 for any number.
        witness_refusals_per_minute: Most requests by one address within a minute that do not move a witness on, before
            it is answered 429, unread; 0 for any number.
        public_url: Where readers reach this server, e.g. `https://constancia.example`; what QR codes lead to. Without
            it, the address that a request was made to.
    """

    model_config = SettingsConfigDict(env_prefix="CONSTANCIA_", extra="ignore")

    page_size: int = Field(default=50, ge=1, le=500)
    max_document_bytes: int = Field(default=16 * 1024 * 1024, ge=1)
    append_timeout_s: float = Field(default=15.0, gt=0)
    body_timeout_s: float = Field(default=20.0, gt=0)
    writes_per_minute: int = Field(default=300, ge=0)
    costly_reads_per_minute: int = Field(default=240, ge=0)
    entries_per_key_per_minute: int = Field(default=120, ge=0)
    witness_refusals_per_minute: int = Field(default=120, ge=0)
    public_url: str | None = Field(default=None, pattern=r"^https?://[^\s?#]+$")
