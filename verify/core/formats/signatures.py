"""Key ids, schemes and the one strict signature rule (SPEC §2).

Libraries disagree on Ed25519's edge cases: small-order keys, small-order or non-canonical R. A signature counts
here only if the library's cofactorless check passes *and* key and R are canonical and of large order, so that
every verifier answers alike. What concerns the key is checked once, when it is loaded.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NewType

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from constancia.verify.core.errors import Malformed, must

KeyId = NewType("KeyId", str)
Handle = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey

SCHEMES: Final = ("ed25519", "webauthn", "rsa-pkcs1-sha256")
RSA_EXPONENT: Final = 65_537
RSA_MIN_BITS: Final = 2_048
RSA_MAX_BITS: Final = 8_192  # bounds the work that a registered key can ask of every verifier
SPKI_ED25519: Final = bytes.fromhex("302a300506032b6570032100")

_P: Final = 2**255 - 19
_L: Final = 2**252 + 27742317777372353535851937790883648493
MAX_CLIENT_NESTING: Final = 16  # objects and arrays that begin in `client_data`; browsers write one or two
_USER_PRESENT_AND_VERIFIED: Final = 0x05
_HEX: Final = frozenset("0123456789abcdef")
_ORDER_8: Final = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7  # y of two points of order 8
# Encodings of the eight points of small order, with either sign bit: y = 0, 1, -1 and the two.
_SMALL_ORDER: Final = frozenset(
    (y | sign << 255).to_bytes(32, "little") for y in (0, 1, _P - 1, _ORDER_8, _P - _ORDER_8) for sign in (0, 1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature of a statement: the key id that it names, its raw bytes (of ECDSA: DER); of WebAuthn two more."""

    key: KeyId
    sig: bytes
    authenticator_data: bytes | None = None
    client_data: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A public key (`spki`: DER SubjectPublicKeyInfo) that has passed the rule for its scheme, as the library has it.

    Of WebAuthn it has the relying party's id and the origins that are accepted.
    """

    key_id: KeyId
    scheme: str
    spki: bytes
    handle: Handle
    rp_id: str | None = None
    origins: tuple[str, ...] = ()


def decode_base64(text: object, where: str = "base64") -> bytes:
    """Decode standard base64 with padding, strictly: one text for one byte string.

    Raises:
        Malformed: Anything but the canonical encoding; `where` is the place that it names.

    Source: RFC 4648 §4, with §3.5's canonical trailing bits.
    """
    if not isinstance(text, str):
        raise Malformed("base64", where, "base64 text", type(text).__name__)
    try:
        data = binascii.a2b_base64(text)  # skips what is no base64; the comparison does not
    except ValueError as error:
        raise Malformed("base64", where, "standard base64", error) from error
    must(base64.b64encode(data).decode() == text, "base64", where, "canonical base64", text)
    return data


def key_id_of(spki: bytes) -> KeyId:
    """Give the key id: lower-case hex SHA-256 of the DER SubjectPublicKeyInfo. Source: ours: SPEC §2."""
    return KeyId(hashlib.sha256(spki).hexdigest())


def spki_of_ed25519(public: bytes) -> bytes:
    """Wrap a raw 32-byte Ed25519 key as SubjectPublicKeyInfo. Source: RFC 8410 §4."""
    return SPKI_ED25519 + public


def is_sound_point(encoded: bytes) -> bool:
    """Tell whether a 32-byte point encoding is canonical and not of small order. Source: ours: SPEC §2."""
    # Canonical means y < p; in nearly all encodings the highest byte tells.
    is_canonical = encoded[31] & 0x7F != 0x7F or int.from_bytes(encoded, "little") & ((1 << 255) - 1) < _P
    return is_canonical and encoded not in _SMALL_ORDER


def load_public_key(scheme: str, spki: bytes, *, rp_id: str | None = None, origins: tuple[str, ...] = ()) -> PublicKey:
    """Load a public key and hold it to the rule of its scheme; `rp_id` and `origins` are those of a passkey.

    Raises:
        Malformed: Unknown scheme, unreadable or unfit key.

    Source: ours: SPEC §2; RFC 8032 §5.1.3, RFC 8017, W3C WebAuthn §7.2.
    """
    must(scheme in SCHEMES, "scheme", "scheme", f"one of {', '.join(SCHEMES)}", scheme)
    try:
        handle = load_der_public_key(spki)
    except Exception as error:  # the library raises many kinds for bad DER
        raise Malformed("public-key", "public_key", "a DER SubjectPublicKeyInfo", error) from error
    fit = _fit_handle(scheme, handle, spki)
    if fit is None:
        raise Malformed("public-key", "public_key", f"a sound key for {scheme}", type(handle).__name__)
    is_passkey = isinstance(rp_id, str) and bool(origins)
    fits = (scheme == "webauthn") == is_passkey
    must(fits, "public-key", "rp_id", "rp_id and origins with webauthn, and only there", rp_id)
    return PublicKey(key_id=key_id_of(spki), scheme=scheme, spki=spki, handle=fit, rp_id=rp_id, origins=origins)


def _fit_handle(scheme: str, handle: object, spki: bytes) -> Handle | None:
    """Give the handle narrowed to a class that the scheme allows, if the key is sound and in its one DER form."""
    if isinstance(handle, ed25519.Ed25519PublicKey):
        sound = len(spki) == 44 and spki[:12] == SPKI_ED25519 and is_sound_point(spki[12:])
        return handle if scheme in ("ed25519", "webauthn") and sound else None
    if isinstance(handle, ec.EllipticCurvePublicKey):
        fit = scheme == "webauthn" and isinstance(handle.curve, ec.SECP256R1)
    elif isinstance(handle, rsa.RSAPublicKey):
        sized = RSA_MIN_BITS <= handle.key_size <= RSA_MAX_BITS
        fit = scheme == "rsa-pkcs1-sha256" and handle.public_numbers().e == RSA_EXPONENT and sized
    else:
        return None
    one_form = handle.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return handle if fit and one_form == spki else None


def verify_ed25519(public: bytes, sig: bytes, message: bytes) -> bool:
    """Tell whether an Ed25519 signature (R ‖ S, 64 bytes) counts for a raw 32-byte key, by the strict rule.

    Source: RFC 8032 §5.1.7 (cofactorless) with canonical encodings and no small order; ours: SPEC §2.
    """
    is_sound = len(public) == 32 and is_sound_point(public)
    return is_sound and _verify_ed25519(ed25519.Ed25519PublicKey.from_public_bytes(public), sig, message)


def is_sound_ed25519(sig: bytes) -> bool:
    """Tell whether an Ed25519 signature's R is sound and S below L. Source: RFC 8032 §5.1.7; ours: SPEC §2."""
    # S < L < 2^253; the top three bits decide but for a sliver, so the big comparison is rare.
    is_sound = len(sig) == 64 and is_sound_point(sig[:32])
    return is_sound and (sig[63] < 0x10 or int.from_bytes(sig[32:], "little") < _L)


def _verify_ed25519(handle: ed25519.Ed25519PublicKey, sig: bytes, message: bytes) -> bool:
    return is_sound_ed25519(sig) and _is_accepted(lambda: handle.verify(sig, message))


def _is_accepted(verify: Callable[[], None]) -> bool:
    try:
        verify()
    except (InvalidSignature, ValueError):
        return False
    return True


def verify_ecdsa_p256(handle: ec.EllipticCurvePublicKey, sig: bytes, message: bytes) -> bool:
    """Tell whether ECDSA P-256 with SHA-256, a strict DER SEQUENCE of r and s, counts.

    Both s and n−s count: a signature's bytes are no identity.

    Source: FIPS 186-5 §6.4, RFC 3279 §2.2.3.
    """
    try:
        is_strict = encode_dss_signature(*decode_dss_signature(sig)) == sig
    except ValueError:
        return False
    return is_strict and _is_accepted(lambda: handle.verify(sig, message, ec.ECDSA(hashes.SHA256())))


def verify_rsa_pkcs1_sha256(handle: rsa.RSAPublicKey, sig: bytes, message: bytes) -> bool:
    """Tell whether RSASSA-PKCS1-v1_5 with SHA-256, of the modulus' length, counts. Source: RFC 8017 §8.2.2."""
    has_length = len(sig) == (handle.key_size + 7) // 8
    return has_length and _is_accepted(lambda: handle.verify(sig, message, padding.PKCS1v15(), hashes.SHA256()))


def verify_signature(key: PublicKey, signature: Signature, message: bytes) -> bool:
    """Tell whether a signature of a message (a statement's PAE) counts, by its key's scheme. Source: ours: SPEC §2."""
    handle = key.handle
    if key.scheme == "webauthn":
        return _verify_webauthn(key, signature, message)
    is_bare = signature.authenticator_data is None and signature.client_data is None
    if isinstance(handle, ed25519.Ed25519PublicKey):
        return is_bare and _verify_ed25519(handle, signature.sig, message)
    return is_bare and isinstance(handle, rsa.RSAPublicKey) and verify_rsa_pkcs1_sha256(handle, signature.sig, message)


def _verify_webauthn(key: PublicKey, signature: Signature, message: bytes) -> bool:
    """Check a passkey's assertion whose challenge is the statement. Source: W3C WebAuthn Level 2 §7.2."""
    data, client = signature.authenticator_data, signature.client_data
    if data is None or client is None or key.rp_id is None or len(data) < 37:
        return False
    is_present = data[32] & _USER_PRESENT_AND_VERIFIED == _USER_PRESENT_AND_VERIFIED
    is_ours = data[:32] == hashlib.sha256(key.rp_id.encode()).digest()
    if not (is_present and is_ours and _is_client_data_for(client, message, key.origins)):
        return False
    signed = data + hashlib.sha256(client).digest()
    if isinstance(key.handle, ed25519.Ed25519PublicKey):
        return _verify_ed25519(key.handle, signature.sig, signed)
    return isinstance(key.handle, ec.EllipticCurvePublicKey) and verify_ecdsa_p256(key.handle, signature.sig, signed)


def _is_client_data_for(client: bytes, message: bytes, origins: tuple[str, ...]) -> bool:
    # How deep a library reads, and how many digits, depends on its version and on who calls it: neither may decide.
    if client.count(b"{") + client.count(b"[") > MAX_CLIENT_NESTING:
        return False
    try:
        fields = json.loads(
            client.decode(), object_pairs_hook=_no_duplicates, parse_int=float, parse_constant=_no_constant
        )
    except ValueError:
        return False
    challenge = base64.urlsafe_b64encode(hashlib.sha256(message).digest()).rstrip(b"=").decode()
    return (
        isinstance(fields, dict)
        and fields.get("type") == "webauthn.get"
        and fields.get("challenge") == challenge
        and fields.get("origin") in origins
        and (fields.get("crossOrigin") is None or fields.get("crossOrigin") is False)  # 0 is neither
    )


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    must(len(dict(pairs)) == len(pairs), "duplicate", "client_data", "each member once")  # a ValueError
    return dict(pairs)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def parse_signature(item: Mapping[str, Any]) -> Signature:
    """Read a signature from its parsed object.

    Raises:
        Malformed: Missing or unknown member, key id or base64 in another form.

    Source: ours: SPEC §2.
    """
    must(type(item) is dict, "type", "signatures", "objects", type(item).__name__)
    key: Any = item.get("key")
    must(type(key) is str and is_hex64(key), "key-id", "signatures.key", "64 hex digits", key)
    sig = decode_base64(item.get("sig"), "signatures.sig")
    if len(item) == 2:
        return Signature(key=KeyId(key), sig=sig)
    is_assertion = set(item) == {"authenticator_data", "client_data", "key", "sig"}
    must(is_assertion, "member", "signatures", "key, sig and the two of WebAuthn", sorted(item))
    data = decode_base64(item["authenticator_data"], "authenticator_data")
    client = decode_base64(item["client_data"], "client_data")
    return Signature(key=KeyId(key), sig=sig, authenticator_data=data, client_data=client)


def is_hex64(text: str) -> bool:
    """Tell whether a text is 64 lower-case hex digits."""
    return len(text) == 64 and _HEX.issuperset(text)
