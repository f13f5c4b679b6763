"""What an operator may set, by environment variables `CONSTANCIA_…`."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of the server.

    Attributes:
        page_size: Entries on one page of a list.
        max_document_bytes: Largest document that may be uploaded.
        append_timeout_s: How long a submission waits for its entry before it is told to try again.
    """

    model_config = SettingsConfigDict(env_prefix="CONSTANCIA_", extra="ignore")

    page_size: int = 50
    max_document_bytes: int = 16 * 1024 * 1024
    append_timeout_s: float = 15.0
