"""The form of every other JSON answer of the interface, by address.

An answer that is not JSON of ours (a checkpoint, a tile, a feed, DCAT, PROV-JSON) has the form of its own standard.
"""

from typing import Any, Final, Literal, NotRequired, TypedDict

from constancia.api.description.common_rows import Answer
from constancia.api.description.entry_answers import EntryList, EntryObject, Envelope, SignedStatement, Stands


class DayNote(TypedDict):
    """What a reader must know of an answer for a day."""

    code: str
    since: str
    text_en: str
    text_es: str


class Judged(Stands):
    """What every answer about the state names: size and root, edition and form, the day it is judged for."""

    at: NotRequired[str]
    day: str
    edition: int
    first_day: NotRequired[str]
    form: int
    notes: NotRequired[list[DayNote]]


class WitnessedTree(TypedDict):
    """The latest tree that the quorum has cosigned."""

    at: str
    by: list[str]
    root: str
    size: int


class LedgerDocument(TypedDict):
    """What the server claims to be; by itself it proves nothing."""

    edition: int
    genesis: str
    log_cosigner: str | None
    log_key: str
    origin: str
    root: str
    size: int
    timezone: str
    witnessed: WitnessedTree | None


class ConsistencyProof(TypedDict):
    """A consistency proof; hashes in base64, in the order of RFC 6962 §2.1.2."""

    new: int
    old: int
    proof: list[str]


class CosignedSize(TypedDict):
    """What a witness cosigned last."""

    at: str
    size: int


class WitnessDocument(TypedDict):
    """A witness of the policy."""

    algorithm: Literal["ed25519", "ml-dsa-44"]
    cosigned: CosignedSize | None
    key: str
    name: str
    problem: str | None
    url: str | None


class WitnessList(TypedDict):
    """The policy's quorum and its witnesses."""

    items: list[WitnessDocument]
    log_cosigner: str | None
    quorum: str
    size: int
    witnessed: WitnessedTree | None


class DerivedFact(TypedDict):
    """A fact that follows from the entries and a day."""

    kind: str
    known_index: NotRequired[int]
    params: dict[str, Any]
    since: NotRequired[str]
    stream: str


class DerivedFacts(Judged):
    """The derived facts."""

    items: list[DerivedFact]


class DatedChange(TypedDict):
    """What changed, and when it takes effect."""

    change: str
    effective: str


class ValidityDocument(TypedDict):
    """Something that holds for a time, with the answer for the day."""

    changes: NotRequired[list[DatedChange]]
    holds: Answer
    kind: str
    name: str
    since: NotRequired[str]
    stream: str
    until: NotRequired[str]


class Validities(Judged):
    """Everything that holds for a time."""

    items: list[ValidityDocument]


class StateDocument(TypedDict):
    """The canonical state document: every aggregate."""

    aggregates: list[dict[str, Any]]
    edition: NotRequired[int]
    form: NotRequired[int]
    ledger: str
    size: int


class OgpRow(TypedDict):
    """A commitment in the fields of OGP and its IRM; what there is none of is an empty string."""

    action_plan: str
    commitment_id: str
    contested_level: str
    cycle: str
    end: str
    irm_completion: str
    irm_early_results: str
    irm_report_sha256: str
    last_entry: int
    lead_institutions: str
    lifecycle: str
    milestones: int
    milestones_overdue: int
    objective: str
    public_problem: str
    reductions: int
    scope_version: int
    self_reported_level: str | None
    start: str
    status: Literal["Active", "Inactive"]
    title: str
    title_language: str


class OgpRows(Judged):
    """One row a commitment."""

    items: list[OgpRow]


class Popolo(Judged):
    """Organizations, persons and memberships in the fields of Popolo."""

    memberships: list[dict[str, Any]]
    organizations: list[dict[str, Any]]
    persons: list[dict[str, Any]]
    posts: NotRequired[list[dict[str, Any]]]


class Citation(TypedDict):
    """An entry that cites a document."""

    cited: dict[str, Any]
    index: int
    leaf_hash: str
    party: str | None
    path: str
    stream: str
    type: str


class DocumentAbout(Stands):
    """What the log says of a document."""

    bytes: NotRequired[int]
    cited_by: list[Citation]
    is_kept: bool
    sha256: str
    withdrawn: NotRequired[dict[str, Any]]


class StoredDocument(TypedDict):
    """A document that is stored."""

    sha256: str
    size: int


class RefusedAttempt(TypedDict):
    """A signed statement that was refused."""

    code: str
    first_at: str
    id: str
    judged_against: dict[str, Any]
    key: str
    last_at: str
    last_code: str
    number: int
    party: str | None
    recorded: int | None
    rule: str
    sha256: str
    statement_sha256: str
    stream: str
    times: int
    type: str


class RefusedAttempts(TypedDict):
    """Refused attempts in the order in which they were first sent."""

    about_en: str
    about_es: str
    absent: list[dict[str, Any]]
    count: int
    items: list[RefusedAttempt]


class HealthProblemDocument(TypedDict):
    """Something that needs the operator."""

    code: str
    en: str
    es: str
    failure: bool
    since_s: int | None


class Health(TypedDict):
    """Whether the server is well."""

    not_compared: list[str]
    origin: str
    problems: list[HealthProblemDocument]
    size: int
    status: Literal["ok", "failed"]
    views: int
    witnessed: int | None
    writable: bool


class IntegrityRefusal(TypedDict):
    """Why nothing is signed."""

    code: str
    en: str
    es: str


class Integrity(TypedDict):
    """What the operator has declared about the server's history."""

    refusal: IntegrityRefusal | None
    rollbacks: list[dict[str, Any]]


class RollbackList(TypedDict):
    """The rollbacks that the operator has accepted (SPEC §4)."""

    format: str
    items: list[dict[str, Any]]


class Receipt(TypedDict):
    """The index of an entry, and its inclusion proof."""

    index: int
    leaf_hash: str
    receipt: str
    recorded_at: str
    size: int


class ActAbout(TypedDict):
    """A type of act: who signs it, on which streams, in which editions of the law, and where its form is."""

    schema: str
    signer: Literal["founders", "root", "rep", "root_or_rep", "self"]
    since: int
    stream: str
    type: str
    until: int | None


class ActList(TypedDict):
    """Every type of act."""

    edition: int
    items: list[ActAbout]


ANSWERS: Final[dict[str, Any]] = {
    "/api/v1/acts": ActList,
    "/api/v1/derived": DerivedFacts,
    "/api/v1/documents": StoredDocument,
    "/api/v1/documents/{sha256}": DocumentAbout,
    "/api/v1/entries": EntryList,
    "/api/v1/entries/{name}": EntryObject,
    "/api/v1/entries/{name}/dsse": Envelope,
    "/api/v1/integrity": Integrity,
    "/api/v1/ledger": LedgerDocument,
    "/api/v1/ogp": OgpRows,
    "/api/v1/popolo": Popolo,
    "/api/v1/proofs/consistency": ConsistencyProof,
    "/api/v1/refusals": RefusedAttempts,
    "/api/v1/refusals/{sha256}": SignedStatement,
    "/api/v1/state": StateDocument,
    "/api/v1/validity": Validities,
    "/api/v1/witnesses": WitnessList,
    "/healthz": Health,
    "/api/v1/receipts/{name}": Receipt,
    "/rollbacks.json": RollbackList,
}
