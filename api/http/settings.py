"""Settings of the operator, from environment variables `CONSTANCIA_…`."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of the server.

    Attributes:
        page_size: Entries on one page of a list.
        max_document_bytes: Largest document that may be uploaded.
        append_timeout_s: Seconds that a submission waits for its entry before it gets E_BUSY.
        body_timeout_s: Seconds within which a request's body must arrive.
        writes_per_minute: Rate limit of writes per address; 0 for no limit.
        costly_reads_per_minute: Rate limit per address of reads that may have to replay entries: the state,
            derived facts, pages of the past; 0 for no limit.
        entries_per_key_per_minute: Rate limit of entries per key; 0 for no limit.
        witness_refusals_per_minute: Rate limit per address of requests that do not advance a witness; beyond it
            requests get 429, unread; 0 for no limit.
        public_url: Public URL of this server, e.g. `https://constancia.example`, for QR codes. By default the
            address of the request.
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
