"""Schemas of requests and responses for the API description; requests are also parsed with them."""

from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from constancia.api.http.examples.entries import DRAFTED, PROBLEM, RECEIPT
from constancia.api.http.problems import MEDIA_TYPE


class SeenField(BaseModel):
    """Size and root of a checkpoint that the signer's own software verified."""

    model_config = ConfigDict(extra="forbid", strict=True)
    root: str = Field(pattern="^[0-9a-f]{64}$", description="Hex root hash.")
    size: int = Field(ge=0, lt=2**53, description="Tree size.")


class DraftRequest(BaseModel):
    """The act to draft: what, by whom, on which checkpoint. With `key` the dry run also checks that key."""

    model_config = ConfigDict(extra="forbid", strict=True)
    actor: dict[str, str] = Field(description="Who speaks (SPEC §2).")
    body: dict[str, Any] = Field(description="The act's body (SPEC §6).")
    key: str | None = Field(default=None, pattern="^[0-9a-f]{64}$", description="Id of the key that will sign.")
    mode: Literal["live", "historical"] = "live"
    occurred_on: str | None = Field(default=None, description="EDTF; today in the ledger's zone by default.")
    seen: SeenField
    signed_at: str | None = Field(
        default=None,
        pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$",
        description="What the signer's clock says, RFC 3339 in whole seconds UTC; the ledger's clock by default.",
    )
    type: str = Field(description="Event type.")


class ProblemNote(BaseModel):
    """A further rule broken."""

    code: str
    rule: str


class ProblemDocument(BaseModel):
    """RFC 9457 problem document with the ledger's stable code."""

    model_config = ConfigDict(json_schema_extra={"example": PROBLEM})
    also: list[ProblemNote] = Field(description="Every further rule broken, in the order of checks.")
    code: str = Field(description="Stable code, as docs/REFUSALS.md lists them.")
    detail: str
    instance: str = Field(description="The path that was asked.")
    judged_against: dict[str, Any] = Field(description="The state, or the place, that it was judged against.")
    rule: str = Field(description="The first rule broken.")
    status: int
    title: str
    title_es: str
    type: str


class VerdictDocument(BaseModel):
    """Result of a dry run: what the ledger would answer now."""

    accepted: bool
    refusal: ProblemDocument | None = Field(default=None, description="The refusal, where there is one.")


class Draft(BaseModel):
    """A statement to sign, as text, with its sentence and the result of a dry run."""

    model_config = ConfigDict(json_schema_extra={"example": DRAFTED})
    sentence: dict[str, str] = Field(description="One plain sentence in each language.")
    signed_bytes_sha256: str = Field(description="Hex SHA-256 of the bytes to sign (DSSE PAE); a passkey's challenge.")
    statement: str = Field(description="Canonical text of the statement; sign exactly these bytes within the PAE.")
    verdict: VerdictDocument


class ReceiptDocument(BaseModel):
    """The index of an entry, and its inclusion proof."""

    model_config = ConfigDict(json_schema_extra={"example": RECEIPT})
    index: int
    leaf_hash: str
    receipt: str = Field(description="C2SP tlog-proof; its extra line holds the entry.")
    recorded_at: str
    replayed: bool = Field(description="Whether the same bytes had been recorded before.")
    size: int = Field(description="Tree size that the proof leads to.")


_SAYINGS: Final = {
    400: "A wrong parameter or form (E_PARAMETER, E_MALFORMED, E_UNKNOWN_TYPE, E_SCHEMA_VERSION).",
    401: "Signature or key (E_SIGNATURE_INVALID, E_KEY_…).",
    403: "No power for this act (E_OUT_OF_SCOPE, E_ROLE, E_NOT_SEATED …), or another site's page (E_CROSS_SITE).",
    404: "It is not there (E_NOT_FOUND).",
    409: "State, basis or `seen` (E_STATE, E_VERSION_CONFLICT, E_SEEN_…).",
    408: "The body came too slowly (E_TIMEOUT).",
    410: "It was withdrawn by a cancellation of personal data (E_WITHDRAWN).",
    413: "Longer than the limit (E_TOO_LARGE).",
    415: "Another content type (E_CONTENT_TYPE).",
    416: "The part that `Range` asks for begins beyond the end (E_RANGE).",
    422: "Content (E_DATE, E_POLICY, E_LEDGER_MISMATCH …).",
    429: "Too often within a minute, or too much in a day (E_RATE, E_QUOTA).",
    503: "Too much under way, or no writer (E_BUSY, E_READ_ONLY, E_STOPPED).",
}
Responses = dict[int | str, dict[str, Any]]


def refusals(*statuses: int) -> Responses:
    """Return the description of problem documents with these statuses."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
    return {status: {"description": _SAYINGS[status], "content": content} for status in statuses}


def file_answer(description: str, *media_types: str, example: object = None) -> Responses:
    """Return the description of bytes that a client may ask for in part, or only if they have changed.

    Args:
        description: What they are.
        media_types: The media types that they may have.
        example: An example of them, for JSON.
    """
    content = {media_type: {"example": example} if example is not None else {} for media_type in media_types}
    return {
        200: {"description": description, "content": content},
        206: {"description": "The part that `Range` asks for.", "content": content},
        304: {"description": "What `If-None-Match` names is still the same."},
    }


def with_common_answers(described: dict[str, Any]) -> dict[str, Any]:
    """Add to each operation what it may answer because it is an operation: a request that is wrong as such.

    Args:
        described: The OpenAPI document; changed.

    Returns:
        The document.
    """
    for path, operations in described["paths"].items():
        for operation in operations.values():
            is_common = {
                400: True,
                404: "{" in path,
                408: "requestBody" in operation,
                416: "206" in operation["responses"],
            }
            for status in (status for status, holds in is_common.items() if holds):
                operation["responses"].setdefault(str(status), refusals(status)[status])
    return described


def json_example(description: str, example: object) -> dict[str, Any]:
    """Return the description of a JSON answer by an example."""
    return {"description": description, "content": {"application/json": {"example": example}}}


def body_of(model: type[BaseModel], example: object) -> dict[str, Any]:
    """Return the description of a JSON body that the route parses itself, within its limit."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema, "example": example}}}}
