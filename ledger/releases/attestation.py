"""An attestation that a file is one of a release: an in-toto Statement in an envelope of PEP 740's form.

- R1: what is signed names the file and its SHA-256; a signature counts only by a key that the reader trusts.

The certificate in it is made by the release key itself: it carries the key and vouches for nothing. The entry of the
release log is the attestation without its proof; the file that comes with a wheel has the proof too.
"""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.dsse import pae
from constancia.verify.core.formats.signatures import decode_base64, verify_ed25519

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Final = "https://in-toto.io/attestation/release/v0.2"
MAX_BYTES: Final = 65_535  # an entry of a log has no more


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """Whose key attests which digest for which file; `signed` and `sig` are still to be compared."""

    name: str
    sha256: str
    public_key: bytes
    signed: bytes
    sig: bytes

    def is_signed_by(self, keys: tuple[bytes, ...]) -> bool:
        """Tell whether one of some raw Ed25519 keys signed it. Source: DSSE protocol v1."""
        return self.public_key in keys and verify_ed25519(self.public_key, self.sig, pae(PAYLOAD_TYPE, self.signed))


def attest(key: Ed25519PrivateKey, name: str, sha256: str, at: datetime, version: str) -> bytes:
    """Attest a file of a release.

    Args:
        key: The release key.
        name: The file's name.
        sha256: Its SHA-256, hex.
        at: When; the certificate begins then.
        version: The release's version, which the statement names as a package URL.

    Returns:
        The attestation without a proof: what becomes the entry.

    Source: PEP 740; in-toto Statement v1 and its predicate Release, version 0.2.
    """
    statement = _json({
        "_type": STATEMENT_TYPE,
        "predicate": {"purl": f"pkg:generic/constancia@{version}"}, "predicateType": PREDICATE_TYPE,
        "subject": [{"digest": {"sha256": sha256}, "name": name}],
    })  # fmt: skip
    return _json({
        "envelope": {
            "signature": _base64(key.sign(pae(PAYLOAD_TYPE, statement))),
            "statement": _base64(statement),
        },
        "verification_material": {"certificate": _base64(_certificate(key, at)), "transparency_entries": []},
        "version": 1,
    })  # fmt: skip


def with_proof(attestation: bytes, proof: bytes) -> bytes:
    """Give the attestation as the file that comes with a wheel: with the log's proof (C2SP tlog-proof)."""
    document = json.loads(attestation)
    document["verification_material"]["transparency_entries"] = [{"tlog_proof": _base64(proof)}]
    return _json(document)


def parse_attestation(raw: bytes) -> Attestation:
    """Read an attestation; its signature is not compared.

    Raises:
        Malformed: Another form.

    Source: PEP 740.
    """
    try:
        document = json.loads(raw[: MAX_BYTES + 1])
        envelope = document["envelope"]
        statement = decode_base64(envelope["statement"], "envelope.statement")
        sig = decode_base64(envelope["signature"], "envelope.signature")
        certificate = decode_base64(document["verification_material"]["certificate"], "certificate")
        public_key = x509.load_der_x509_certificate(certificate).public_key()
        claim = json.loads(statement)
        [subject] = claim["subject"]
        name, sha256 = subject["name"], subject["digest"]["sha256"]
        is_right = (document["version"], claim["_type"], claim["predicateType"]) == (1, STATEMENT_TYPE, PREDICATE_TYPE)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Malformed("attestation", "attestation", "the form of PEP 740", type(error).__name__) from error
    if not is_right or not isinstance(public_key, Ed25519PublicKey) or not isinstance(name + sha256, str):
        raise Malformed("attestation", "attestation", "version 1, one file, an Ed25519 key")
    return Attestation(name=name, sha256=sha256, public_key=raw_key(public_key), signed=statement, sig=sig)


def raw_key(key: Ed25519PublicKey) -> bytes:
    """Give a public key's 32 bytes."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _certificate(key: Ed25519PrivateKey, at: datetime) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "constancia release")])
    begins = at.astimezone(UTC).replace(microsecond=0)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(begins).not_valid_after(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
    )  # fmt: skip
    return made.sign(key, None).public_bytes(Encoding.DER)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
