"""An entry's export as a DSSE envelope."""

import json

import pytest
from securesystemslib import dsse
from tests.verify.small_ledger import Writer

from constancia.ledger.errors import NotFound
from constancia.ledger.reader.dsse import dsse_envelope
from constancia.ledger.wire.composition import build_entry
from constancia.verify.core.formats.dsse import STATEMENT_PAYLOAD_TYPE, signed_bytes
from constancia.verify.core.formats.entry import parse_entry
from constancia.verify.core.formats.signatures import Signature


@pytest.fixture(scope="module")
def entries() -> tuple[bytes, ...]:
    return Writer().found().report(2).log().entries


@pytest.mark.parametrize("index", [0, 14])
def test_envelope_is_read_by_another_implementation(index: int, entries: tuple[bytes, ...]) -> None:
    entry = parse_entry(entries[index])
    envelope = dsse.Envelope.from_dict(json.loads(dsse_envelope(entry.raw)))
    assert envelope.payload == entry.statement.raw
    assert envelope.payload_type == STATEMENT_PAYLOAD_TYPE
    assert envelope.pae() == signed_bytes(entry.statement.raw)
    assert set(envelope.signatures) == {one.key for one in entry.signatures}


def test_signature_of_a_passkey_is_not_exported(entries: tuple[bytes, ...]) -> None:
    entry = parse_entry(entries[14])
    passkey = Signature(key=entry.signatures[0].key, sig=b"x", authenticator_data=b"y" * 37, client_data=b"{}")
    raw = build_entry(
        index=14, previous=entry.previous, recorded_at=entry.recorded_at, signatures=(passkey,),
        statement=entry.statement.raw,
    )  # fmt: skip
    with pytest.raises(NotFound, match="entry 14 was signed with a passkey"):
        dsse_envelope(raw)
