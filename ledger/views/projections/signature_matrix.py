"""Who signed what: each version of each agreement by party, person, post, capacity and key.

Key: the agreement's stream, `#`, the version in six digits. The state of a signature's key is the
one now; that it was active when it signed is what let the signature in.
"""

from collections.abc import Iterable
from typing import Final

from constancia.domain.agreements.agreement import Agreement, AgreementSignature
from constancia.domain.identity.appointment import Appointment
from constancia.domain.identity.key import Key
from constancia.domain.kernel.acts import Recorded
from constancia.domain.kernel.aggregate import Mark, document_of
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row, StateProjection


def _touched(recorded: Recorded, state: State) -> Iterable[str]:
    found = state.aggregates.get(recorded.originator_id)
    if isinstance(found, Agreement):
        yield from _keys(found)
    elif isinstance(found, Key):
        for agreement in state.of(Agreement):
            if any(mark.key == found.key for mark in _marks(agreement)):
                yield from _keys(agreement)


def _keys(agreement: Agreement) -> Iterable[str]:
    return (f"{agreement.stream}#{one.version:06d}" for one in agreement.versions)


def _marks(agreement: Agreement) -> Iterable[Mark]:
    return (one.mark for version in agreement.versions for one in version.signatures)


def _row(state: State, key: str) -> Row | None:
    stream, _, number = key.partition("#")
    found = state.aggregates.get(stream)
    if not isinstance(found, Agreement):
        return None
    version = next(one for one in found.versions if one.version == int(number))
    return {
        "agreement": found.agreement,
        "docset_digest": version.docset_digest,
        "in_force_index": version.in_force_index,
        "is_current": version is found.current,
        "missing": list(version.missing),
        "required": list(version.required),
        "signatures": [_signature(state, one) for one in version.signatures],
        "status": found.status if version is found.current else None,
        "stream": stream,
        "title": document_of(version.title),
        "version": version.version,
        "window": version.window,
    }


def _signature(state: State, signature: AgreementSignature) -> Row:
    mark = signature.mark
    appointment = state.aggregates.get(f"appointment/{mark.appointment}")
    key = state.aggregates.get(f"key/{mark.key}")
    named = appointment if isinstance(appointment, Appointment) else None
    known = key if isinstance(key, Key) else None
    return {
        **document_of(mark),
        "compromised_since": known.compromised_since if known else None,
        "key_status": known.status if known else "active",
        "kind": "ledger",
        "name": named.name if named else None,
        "post": document_of(named.post) if named else None,
        "reservation": document_of(signature.reservation) if signature.reservation else None,
        "scheme": known.scheme if known else None,
    }


SIGNATURE_MATRIX: Final = StateProjection(name="signature_matrix", touched=_touched, row=_row)
