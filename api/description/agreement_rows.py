"""Rows of agreements, signatures, decisions, and the bodies that take them."""

from typing import Literal, NotRequired, TypedDict

from constancia.api.description.common_rows import Answer, Row
from constancia.api.description.forms import extends
from constancia.domain.agreements.agreement import (
    AgreementVersion,
    Departure,
    Discrepancy,
    PaperAttestation,
    Termination,
)
from constancia.domain.governance.body import GovernanceBody, Participant, Seat
from constancia.domain.governance.decision import Decision, Vote
from constancia.domain.identity.party import Alias
from constancia.domain.kernel.aggregate import Mark
from constancia.domain.values.values import Text


@extends(AgreementVersion)
class AgreementVersionRow(TypedDict):
    """A version of an agreement's text, with who signed it and who has not."""

    missing: list[str]
    signed_by: list[str]
    status: str


class AgreementRow(Row):
    """An agreement."""

    agreement: str
    departures: list[Departure]
    discrepancies: list[Discrepancy]
    in_force_version: int | None
    parties_left: list[str]
    status: str
    stream: str
    terminated: Termination | None
    title: Text
    version: int
    versions: list[AgreementVersionRow]


@extends(PaperAttestation)
class AttestationRow(TypedDict):
    """A paper signature that signs nothing here, and whose word it is."""

    attested_by: str
    attested_by_name: str | None
    kind: Literal["paper_attested"]


@extends(Mark)
class SignatureRow(TypedDict):
    """A signature under an agreement."""

    compromised_since: str | None
    key_status: str
    kind: Literal["ledger", "paper_attested"]
    name: str | None
    paper: PaperAttestation | None
    post: Text | None
    reservation: Text | None
    scheme: str | None
    verdict: str | None


class SignedVersion(TypedDict):
    """A version of an agreement, and who signed it."""

    attestations: list[AttestationRow]
    docset_digest: str
    in_force_index: int | None
    is_current: bool
    missing: list[str]
    required: list[str]
    signatures: list[SignatureRow]
    title: Text
    version: int
    window: str | None


class SignaturesRow(Row):
    """Who signed which version of an agreement, as what, with which key."""

    agreement: str
    stream: str
    versions: list[SignedVersion]


@extends(Vote)
class VoteRow(TypedDict):
    """A vote that counts, with its party."""

    party: str


@extends(Decision)
class DecisionRow(Row):
    """A decision: what was put to the vote, who voted how, who signed, what it caused."""

    enacted: Mark | None
    must_sign: list[str]
    signed_by: list[str]
    standing_votes: list[VoteRow]
    tally: dict[str, int]


@extends(Seat)
class SeatRow(TypedDict):
    """A seat; of a day, whether it was held on it."""

    holds: NotRequired[Answer]


@extends(GovernanceBody)
class BodyRow(Row):
    """A governance body."""

    names: list[Alias]
    seated: list[str]
    seats: list[SeatRow]
    separate_voices: int


@extends(Participant)
class ParticipantOfBody(TypedDict):
    """Who takes part in a body without a seat."""

    holds: Answer


class ParticipantsRow(Row):
    """Who takes part in a body without a seat or a vote."""

    governance_body: str
    name: Text
    participants: list[ParticipantOfBody]
    stream: str
