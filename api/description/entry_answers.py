"""The form of entries, signed statements and envelopes as JSON."""

from typing import Any, Literal, NotRequired, TypedDict


class Stands(TypedDict):
    """Size and root that an answer is of."""

    root: str
    size: int


class SignatureObject(TypedDict):
    """A signature; a passkey's has two members more (base64)."""

    authenticator_data: NotRequired[str]
    client_data: NotRequired[str]
    key: str
    sig: str


class SeenTree(TypedDict):
    """The checkpoint that the signer's software had verified."""

    root: str
    size: int


class StatementObject(TypedDict):
    """A statement (SPEC §2). The form of `body` is that of the type: see the schema with the type's name."""

    actor: dict[str, str]
    body: dict[str, Any]
    id: str
    ledger: str
    mode: Literal["live", "historical"]
    occurred_on: str
    schema: int
    seen: SeenTree
    signed_at: str
    stream: str
    type: str


class SignedStatement(TypedDict):
    """A statement with its signatures: what is handed in."""

    signatures: list[SignatureObject]
    statement: StatementObject


class Submission(TypedDict):
    """What is handed in: the signatures, and the statement as the canonical text that was signed, or as the object.

    With the object, the whole body must be canonical JSON (SPEC §1); with the text, any JSON will do.
    """

    signatures: list[SignatureObject]
    statement: StatementObject | str


class EntryObject(SignedStatement):
    """An entry (SPEC §3). Its leaf hash is of its bytes as they were sent."""

    index: int
    previous: str
    recorded_at: str
    v: int


class EntryList(Stands):
    """Entries verbatim."""

    entries: list[EntryObject]


class EnvelopeSignature(TypedDict):
    """A signature of a DSSE envelope."""

    keyid: str
    sig: str


class Envelope(TypedDict):
    """A DSSE envelope."""

    payload: str
    payloadType: str
    signatures: list[EnvelopeSignature]
