"""Who signed what: each version of each agreement by party, person, post, capacity and key.

Key: the agreement's stream.

The state of a signature's key is the one on the day asked about; that it was active when it signed is what let the
signature in. An attested paper signature is of another kind: among the signatures only where the rules made it one.
`verdict` is what its party says of it since the key was in other hands: affirmed, disowned, or nothing.
"""

from datetime import date
from typing import Final

from constancia.domain.agreements.agreement import Agreement, AgreementSignature, AgreementVersion, PaperAttestation
from constancia.domain.identity.appointment import Appointment
from constancia.domain.identity.key import Key
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.remarks.entry_standing import verdicts_on
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row, StateProjection, streams_of


def _row(state: State, key: str, day: date) -> Row | None:
    agreement = state.aggregates.get(key)
    if not isinstance(agreement, Agreement):
        return None
    return {
        "agreement": agreement.agreement,
        "stream": agreement.stream,
        "versions": [_version(state, agreement, version, day) for version in agreement.versions],
    }


def _version(state: State, agreement: Agreement, version: AgreementVersion, day: date) -> Row:
    return {
        "attestations": [_attestation(state, attested) for attested in version.attestations or ()],
        "docset_digest": version.docset_digest,
        "in_force_index": version.in_force_index,
        "is_current": version is agreement.current,
        "missing": list(version.missing),
        "required": list(version.required),
        "signatures": [_signature(state, signature, day) for signature in version.signatures],
        "title": document_of(version.title),
        "version": version.version,
        "window": version.window,
    }


def _signature(state: State, signature: AgreementSignature, day: date) -> Row:
    mark = signature.mark
    appointment = state.aggregates.get(f"appointment/{mark.appointment}")
    key = state.aggregates.get(f"key/{mark.key}")
    named = appointment if isinstance(appointment, Appointment) else None
    known = key if isinstance(key, Key) else None
    return {
        **document_of(mark),
        "compromised_since": known.compromised_since if known else None,
        "key_status": known.status_on(day) if known else "active",
        "kind": "ledger" if signature.paper is None else "paper_attested",
        "name": named.name if named else None,
        "paper": document_of(signature.paper) if signature.paper else None,
        "post": document_of(named.post) if named else None,
        "reservation": document_of(signature.reservation) if signature.reservation else None,
        "scheme": known.scheme if known else None,
        "verdict": verdicts_on(state, mark.leaf_hash).get(mark.party),
    }


def _attestation(state: State, attested: PaperAttestation) -> Row:
    """Give an attestation of a paper signature that signs nothing: whose signature, and whose word it is."""
    appointment = state.aggregates.get(f"appointment/{attested.mark.appointment}")
    by = appointment.name if isinstance(appointment, Appointment) else None
    shown: Row = document_of(attested)
    return {**shown, "attested_by": attested.mark.party, "attested_by_name": by, "kind": "paper_attested"}


SIGNATURES: Final = StateProjection(name="signatures", kind="agreement", keys=streams_of(Agreement), row=_row)
