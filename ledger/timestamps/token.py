"""One RFC 3161 time-stamp token: what it covers, who signed it, and whether it counts.

- K1: a token counts if its imprint is the SHA-256 of the bytes, its signature verifies under the certificate that it
  names, a path leads from there to a pinned root, all certificates of the path were valid *at the token's own time*,
  and the signer's is one for time-stamping alone (critical extended key usage). A later expiry does not matter.
- K2: a token by an authority that is not pinned is neither valid nor invalid: `Unpinned`. Every other failure is
  `Malformed`, with the fault's code.
- K3: the bytes are untrusted: bounded, and every failure of the parser is `Malformed`.

Signature and chain are checked by the library rfc3161-client (OpenSSL below it); the checks before it report which
condition failed, because the library has a single error for all.
"""

import contextlib
import hashlib
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import (
    Accuracy,
    PKIStatus,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from constancia.ledger.timestamps.authorities import Authority
from constancia.ledger.timestamps.der import as_response, in_order
from constancia.verify.core.errors import Malformed

MAX_TOKEN_BYTES: Final = 64 * 1024  # real ones have 2 to 20 KiB
MAX_CERTIFICATES: Final = 16
_SHA256: Final = "2.16.840.1.101.3.4.2.1"
_SHA2: Final = (_SHA256, "2.16.840.1.101.3.4.2.2", "2.16.840.1.101.3.4.2.3")
_MAX_ACCURACY_S: Final = 86_400


class Unpinned(Exception):
    """A token by an authority that is not pinned.

    Attributes:
        signer: Subject and SHA-256 of the signer's certificate, or that the token carries none.
    """

    def __init__(self, signer: str) -> None:
        super().__init__(signer)
        self.signer = signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A token that counts: the covered bytes existed by then.

    Args:
        authority: The pinned authority.
        time: Its time (`genTime`), UTC.
        accuracy: How far it says that this may be off.
        expires: When the first of the certificates expires.
    """

    authority: Authority
    time: datetime
    accuracy: timedelta
    expires: datetime


def parse_token(raw: bytes) -> TimeStampResponse:
    """Read an answer of an authority, or a bare token.

    Args:
        raw: At most 64 KiB.

    Returns:
        The answer, with a token in it.

    Raises:
        Malformed: Too large, not of the form, or a refusal by the authority; code `time-token`.

    Source: RFC 3161 §2.4.2.
    """
    if len(raw) > MAX_TOKEN_BYTES:
        raise _bad("token", f"at most {MAX_TOKEN_BYTES} bytes", len(raw))
    with _parsing():
        response = decode_timestamp_response(in_order(as_response(raw)))
        if response.status != PKIStatus.GRANTED:
            raise _bad("status", "granted (0)", f"{response.status} {' '.join(response.status_string)}".strip())
        _ = response.tst_info.gen_time, response.tst_info.message_imprint, response.signed_data.digest_algorithms
    return response


def imprint_of(response: TimeStampResponse) -> bytes:
    """Return the SHA-256 that a token covers.

    Raises:
        Malformed: Another digest; code `time-imprint`.
    """
    imprint = response.tst_info.message_imprint
    if imprint.hash_algorithm.dotted_string != _SHA256:
        raise Malformed("time-imprint", "messageImprint", "SHA-256", imprint.hash_algorithm.dotted_string)
    return imprint.message


def verify_token(raw: bytes, text: bytes, authorities: Sequence[Authority]) -> Stamp:
    """Hold a token to the bytes that it covers and to the pinned authorities (rules K1, K2).

    Args:
        raw: The authority's answer, DER.
        text: The bytes.
        authorities: Who counts.

    Returns:
        The time-stamp.

    Raises:
        Unpinned: The signer is nobody's of the authorities.
        Malformed: Anything else; the code is the fault's.

    Source: RFC 3161 §2.4.2, §2.3; ours: SPEC §9.
    """
    # All of it: the fields of a certificate are read only when they are asked for, and may be of any form.
    with _parsing():
        return _verify(parse_token(raw), hashlib.sha256(text).digest(), authorities)


def _verify(response: TimeStampResponse, digest: bytes, authorities: Sequence[Authority]) -> Stamp:
    imprint = imprint_of(response)
    if imprint != digest:
        raise Malformed("time-imprint", "messageImprint", digest.hex(), imprint.hex())
    signer, carried = _signer(response)
    first: Malformed | None = None
    for authority in authorities:
        path = authority.path_from(signer, carried)
        if path is not None:
            try:
                return _judge(response, digest, path, authority)
            except Malformed as error:
                first = first or error
    if first is not None:
        raise first
    raise Unpinned(f"{signer.subject.rfc4514_string()}, SHA-256 {hashlib.sha256(_der(signer)).hexdigest()}")


def _signer(response: TimeStampResponse) -> tuple[x509.Certificate, list[x509.Certificate]]:
    """Find the certificate that the token names as its signer's, among those that it carries; and the others."""
    signed = response.signed_data
    [info] = signed.signer_infos
    raw = sorted(signed.certificates)
    if len(raw) > MAX_CERTIFICATES:
        raise _bad("certificates", f"at most {MAX_CERTIFICATES}", len(raw))
    with warnings.catch_warnings():
        # A serial number that is not positive is what the library warns of; no reason to print anything.
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        carried = [x509.load_der_x509_certificate(der) for der in raw]
        named = [
            certificate
            for certificate in carried
            if (certificate.issuer, certificate.serial_number) == (info.issuer, info.serial_number)
        ]
    if len(named) > 1:
        raise _bad("certificates", "one certificate of the signer's name and number", len(named))
    if not named:
        raise Unpinned(f"{info.issuer.rfc4514_string()}, number {info.serial_number}, certificate not in the token")
    return named[0], [certificate for certificate in carried if certificate != named[0]]


def _judge(response: TimeStampResponse, digest: bytes, path: list[x509.Certificate], authority: Authority) -> Stamp:
    info = response.tst_info
    time = info.gen_time.astimezone(UTC)
    if not 1990 < time.year < 9000:  # so that limits can be reckoned from it
        raise _bad("genTime", "a time within reason", time)
    _check_usage(path[0])
    for certificate in path:
        if not certificate.not_valid_before_utc <= time <= certificate.not_valid_after_utc:
            period = f"{certificate.not_valid_before_utc:%Y-%m-%d} to {certificate.not_valid_after_utc:%Y-%m-%d}"
            raise Malformed(
                "time-certificate", certificate.subject.rfc4514_string(), f"a time from {period}", f"{time}"
            )
    weak = sorted(algorithm.dotted_string for algorithm in response.signed_data.digest_algorithms)
    if any(algorithm not in _SHA2 for algorithm in weak):
        raise Malformed("time-signature", "digestAlgorithms", "SHA-256, SHA-384 or SHA-512", " ".join(weak))
    verifier = VerifierBuilder(roots=list(authority.roots), intermediates=list(authority.intermediates)).build()
    try:
        verifier.verify(response, digest)
    except VerificationError as error:
        raise Malformed("time-signature", "signature", f"a signature by {authority.name}", error) from error
    expires = min(certificate.not_valid_after_utc for certificate in path)
    return Stamp(authority=authority, time=time, accuracy=_accuracy(response), expires=expires)


def _check_usage(signer: x509.Certificate) -> None:
    """Hold the signer's certificate to its purpose: critical, and time-stamping alone. Source: RFC 3161 §2.3."""
    try:
        usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        named = " ".join(purpose.dotted_string for purpose in usage.value)
    except (x509.ExtensionNotFound, ValueError):
        raise Malformed("time-usage", "extendedKeyUsage", "critical, timeStamping alone", "none") from None
    if not usage.critical or named != ExtendedKeyUsageOID.TIME_STAMPING.dotted_string:
        actual = f"{'critical' if usage.critical else 'not critical'}, {named}"
        raise Malformed("time-usage", "extendedKeyUsage", "critical, timeStamping alone", actual)


def _accuracy(response: TimeStampResponse) -> timedelta:
    accuracy: Accuracy | None = response.tst_info.accuracy  # the library's own annotation leaves out None
    if accuracy is None:
        return timedelta()
    seconds = min(accuracy.seconds or 0, _MAX_ACCURACY_S)
    return timedelta(seconds=seconds, milliseconds=accuracy.millis or 0, microseconds=accuracy.micros or 0)


@contextlib.contextmanager
def _parsing() -> Iterator[None]:
    """Turn a parser's errors into `Malformed`. A panic of its Rust code is no `Exception`."""
    try:
        yield
    except (Malformed, Unpinned):
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise _bad("token", "a DER TimeStampResp with one signer", error) from error


def _bad(where: str, expected: str, found: object) -> Malformed:
    return Malformed("time-token", where, expected, found)


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
