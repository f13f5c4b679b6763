"""Signatures at the edge of every scheme (SPEC §2), made by hand where no library would make them."""

import base64
import hashlib
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.e2e.page_cases import Shown, add, bundle, true
from tests.verify.small_ledger import Key, Writer, write

from constancia.verify.core.formats.cosignature import message_mldsa44
from constancia.verify.core.formats.dsse import signed_bytes
from constancia.verify.core.formats.note import COSIGNATURE_MLDSA44, format_vkey, verifier_key
from constancia.verify.core.formats.signatures import KeyId, Signature, key_id_of

L = 2**252 + 27742317777372353535851937790883648493
IDENTITY = b"\1" + bytes(31)
ORIGIN, RP_ID = "https://firma.example", "firma.example"
UP_AND_UV = 5
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Signer:
    """Any key with a way to sign, as it registers itself."""

    def __init__(self, spki: bytes, material: dict[str, Any], sign: Callable[[bytes], dict[str, bytes]]) -> None:
        self.key_id = key_id_of(spki)
        self.material = {"public_key": base64.b64encode(spki).decode()} | material
        self._sign = sign

    def sign(self, statement: bytes) -> Signature:
        return Signature(key=KeyId(self.key_id), **self._sign(signed_bytes(statement)))


def spki_of(private: Any) -> bytes:
    found: bytes = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return found


def ed25519(change: Callable[[bytes, bytes, Key], bytes] = lambda sig, message, key: sig) -> Signer:
    key = Key("edge")
    return Signer(
        key.spki, {"scheme": "ed25519"}, lambda message: {"sig": change(key.private.sign(message), message, key)}
    )


def s_plus_order(sig: bytes, message: bytes, key: Key) -> bytes:
    return sig[:32] + (int.from_bytes(sig[32:], "little") + L).to_bytes(32, "little")


def small_order_r(sig: bytes, message: bytes, key: Key) -> bytes:
    """With R the neutral point, S = k·a: the equation holds, and libraries take it; the rule does not."""
    seed = hashlib.sha512(key.private.private_bytes_raw()).digest()
    scalar = int.from_bytes(seed[:32], "little") & ((1 << 254) - 8) | (1 << 254)
    k = int.from_bytes(hashlib.sha512(IDENTITY + key.raw + message).digest(), "little")
    return IDENTITY + (k * scalar % L).to_bytes(32, "little")


def passkey(
    kind: str = "p256",
    *,
    client: dict[str, Any] | None = None,
    text: Callable[[str], str] = lambda text: text,
    flags: int = UP_AND_UV,
    rp_id: str = RP_ID,
    der: Callable[[bytes], bytes] = lambda der: der,
    length: int = 37,
    material: dict[str, Any] | None = None,
) -> Signer:
    """A passkey's assertion, with one thing about it not as it should be."""
    secret = int.from_bytes(hashlib.sha256(b"passkey").digest(), "big")
    p256, edwards = ec.derive_private_key(secret, ec.SECP256R1()), Ed25519PrivateKey.from_private_bytes(bytes(32))

    def sign(message: bytes) -> dict[str, bytes]:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(message).digest()).rstrip(b"=").decode()
        said = {"type": "webauthn.get", "challenge": challenge, "origin": ORIGIN, "crossOrigin": False}
        client_data = text(json.dumps(said | (client or {}))).encode()
        data = (hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + bytes(100))[:length]
        signed = data + hashlib.sha256(client_data).digest()
        sig = p256.sign(signed, ec.ECDSA(hashes.SHA256())) if kind == "p256" else edwards.sign(signed)
        return {"sig": der(sig), "authenticator_data": data, "client_data": client_data}

    registered = {"scheme": "webauthn", "origins": [ORIGIN, "https://otra.example"], "rp_id": RP_ID}
    return Signer(spki_of(p256 if kind == "p256" else edwards), registered | (material or {}), sign)


def der_of(r: int, s: int) -> bytes:
    def integer(value: int) -> bytes:
        body = value.to_bytes((value.bit_length() + 8) // 8, "big")
        return bytes([2, len(body)]) + body

    body = integer(r) + integer(s)
    return bytes([0x30, len(body)]) + body


def padded_der(sig: bytes) -> bytes:
    """The first integer with a zero too many."""
    return bytes([0x30, sig[1] + 1, 2, sig[3] + 1, 0]) + sig[4:]


def long_form_der(sig: bytes) -> bytes:
    return bytes([0x30, 0x81]) + sig[1:]


def mirrored(sig: bytes) -> bytes:
    r, s = decode_dss_signature(sig)
    return der_of(r, P256_ORDER - s)


def rsa_key(bits: int = 2048, exponent: int = 65537, cut: int = 0) -> Signer:
    private = rsa.generate_private_key(exponent, bits)

    def sign(message: bytes) -> dict[str, bytes]:
        return {"sig": private.sign(message, padding.PKCS1v15(), hashes.SHA256())[cut:]}

    return Signer(spki_of(private), {"scheme": "rsa-pkcs1-sha256"}, sign)


def signed_by(folder: Path, make: Callable[[], Signer]) -> Shown:
    """A log in which a representative registers a key of this kind and acts with it."""
    writer, signer = Writer().found(), make()
    body = {"appointment": "ap-sfp", "key": signer.key_id, "party": "sfp"} | signer.material
    statement = writer.draft("KeyRegistered", f"key/{signer.key_id}", body, writer.actor("sfp"))
    writer.record(statement, signer.sign(statement))
    endorsement = {"key": signer.key_id, "valid_from": "2019-01-01"}
    writer.as_root("sfp", "KeyEndorsed", f"key/{signer.key_id}", endorsement)
    statement = writer.draft("ProgressReported", "commitment/rm", {"commitment": "rm"}, writer.actor("sfp"))
    writer.record(statement, signer.sign(statement))
    return bundle(writer.log(documents=()), folder)


def scheme(name: str, code: str | None, make: Callable[[], Signer]) -> None:
    add(f"scheme: {name}", code, lambda folder: signed_by(folder, make))


def _other_curve() -> Signer:
    private = ec.generate_private_key(ec.SECP384R1())
    material = {"scheme": "webauthn", "origins": [ORIGIN], "rp_id": RP_ID}
    return Signer(spki_of(private), material, lambda message: {"sig": private.sign(message, ec.ECDSA(hashes.SHA256()))})


def _compressed_point() -> Signer:
    signer = passkey()
    point = base64.b64decode(signer.material["public_key"])[26:]
    short = (
        bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200") + bytes([2 + point[-1] % 2]) + point[1:33]
    )
    return Signer(short, signer.material | {"public_key": base64.b64encode(short).decode()}, signer._sign)


def _off_the_curve() -> Signer:
    signer = passkey()
    spki = bytearray(base64.b64decode(signer.material["public_key"]))
    spki[-1] ^= 1
    raw = bytes(spki)
    return Signer(raw, signer.material | {"public_key": base64.b64encode(raw).decode()}, signer._sign)


def _weak_key(point: bytes) -> Signer:
    spki = bytes.fromhex("302a300506032b6570032100") + point
    return Signer(spki, {"scheme": "ed25519"}, lambda message: {"sig": bytes(64)})


scheme("ed25519", None, ed25519)
scheme("ed25519 S beyond the order", "signature", partial(ed25519, s_plus_order))
scheme("ed25519 R of small order", "signature", partial(ed25519, small_order_r))
scheme(
    "ed25519 R not canonical",
    "signature",
    partial(ed25519, lambda sig, *_: bytes([0xED]) + b"\xff" * 30 + b"\x7f" + sig[32:]),
)
scheme("ed25519 too short", "signature", partial(ed25519, lambda sig, *_: sig[:63]))
scheme("ed25519 key of small order", "directory", partial(_weak_key, IDENTITY))
scheme("ed25519 key not canonical", "directory", partial(_weak_key, b"\xee" + b"\xff" * 31))
scheme("passkey", None, passkey)
scheme("passkey Ed25519", None, partial(passkey, "ed25519"))
scheme("passkey of its other origin", None, partial(passkey, client={"origin": "https://otra.example"}))
scheme("passkey of a stranger's origin", "signature", partial(passkey, client={"origin": "https://mala.example"}))
scheme("passkey in a frame of another site", "signature", partial(passkey, client={"crossOrigin": True}))
scheme("passkey that says nothing of frames", None, partial(passkey, client={"crossOrigin": None}))
scheme("passkey that says frames as a zero", "signature", partial(passkey, client={"crossOrigin": 0}))
scheme("passkey with nesting", None, partial(passkey, text=lambda text: f'{text[:-1]},"more":{"[" * 15}{"]" * 15}}}'))
scheme(
    "passkey with more nesting",
    "signature",
    partial(passkey, text=lambda text: f'{text[:-1]},"more":{"[" * 16}{"]" * 16}}}'),
)
scheme(
    "passkey with nesting that some readers can follow",
    "signature",
    partial(passkey, text=lambda text: f'{text[:-1]},"more":{"[" * 700}{"]" * 700}}}'),
)
scheme("passkey with a long number", None, partial(passkey, text=lambda text: f'{text[:-1]},"more":{"1" * 5000}}}'))
scheme("passkey with half a surrogate", None, partial(passkey, text=lambda text: text[:-1] + r',"more":"\ud800"}'))
scheme("passkey that says frames in text", "signature", partial(passkey, client={"crossOrigin": "no"}))
scheme("passkey being registered", "signature", partial(passkey, client={"type": "webauthn.create"}))
scheme("passkey with another challenge", "signature", partial(passkey, client={"challenge": "AAAA"}))
scheme(
    "passkey with padding in the challenge",
    "signature",
    partial(passkey, text=lambda text: text.replace('", "origin', '=", "origin')),
)
scheme(
    "passkey with a member twice",
    "signature",
    partial(passkey, text=lambda text: '{"type": "webauthn.get", ' + text[1:]),
)
scheme(
    "passkey with a member twice deep down",
    "signature",
    partial(passkey, text=lambda text: '{"x": [{"a\\"": 1, "a\\"": ":"}], ' + text[1:]),
)
scheme("passkey with much besides", None, partial(passkey, client={"x": [{"a": [":", {"b": '":'}]}, []], "y": {}}))
scheme("passkey with a byte-order mark", "signature", partial(passkey, text=lambda text: "\ufeff" + text))
scheme("passkey without presence", "signature", partial(passkey, flags=4))
scheme("passkey without verification", "signature", partial(passkey, flags=1))
scheme("passkey of another site", "signature", partial(passkey, rp_id="mala.example"))
scheme("passkey with short data", "signature", partial(passkey, length=36))
scheme("passkey with extensions", None, partial(passkey, length=60))
scheme("passkey with the other s", None, partial(passkey, der=mirrored))
scheme("passkey with padded DER", "signature", partial(passkey, der=padded_der))
scheme("passkey with long DER", "signature", partial(passkey, der=long_form_der))
scheme("passkey with bytes after DER", "signature", partial(passkey, der=lambda der: der + b"\0"))
scheme("passkey with zero", "signature", partial(passkey, der=lambda der: der_of(0, 1)))
scheme("passkey without origins", "directory", partial(passkey, material={"origins": []}))
scheme("passkey that says frames in a number", "signature", partial(passkey, client={"crossOrigin": 0}))
scheme("passkey with a number that is none", "signature", partial(passkey, client={"x": float("nan")}))
scheme("passkey with an origin that is no text", "directory", partial(passkey, material={"origins": [None]}))
scheme("passkey with a site that is no text", "directory", partial(passkey, material={"rp_id": 5}))
scheme("passkey of P-384", "directory", _other_curve)
scheme("passkey with a compressed point", "directory", _compressed_point)
scheme("passkey off the curve", "directory", _off_the_curve)
scheme("RSA", None, rsa_key)
scheme("RSA of 2056 bits", None, partial(rsa_key, 2056))
scheme("RSA of 1024 bits", "directory", partial(rsa_key, 1024))
scheme("RSA with exponent 3", "directory", partial(rsa_key, 2048, 3))
scheme("RSA cut short", "signature", partial(rsa_key, cut=1))
scheme("unknown", "directory", lambda: Signer(Key("x").spki, {"scheme": "ed448"}, lambda message: {"sig": bytes(64)}))
scheme(
    "RSA key as ed25519",
    "directory",
    lambda: Signer(
        spki_of(rsa.generate_private_key(65537, 2048)), {"scheme": "ed25519"}, lambda message: {"sig": bytes(64)}
    ),
)


def post_quantum(folder: Path, *, spoil: bool) -> Shown:
    """A policy whose one witness signs with ML-DSA-44."""
    private = MLDSA44PrivateKey.from_seed_bytes(bytes(32))
    witness = verifier_key("witness.example/pq", COSIGNATURE_MLDSA44, private.public_key().public_bytes_raw())
    note = true().checkpoint()
    text = note.decode().rpartition("\n\n")[0] + "\n"
    time = 1_551_463_200
    sig = bytearray(private.sign(message_mldsa44(time, witness.name, text)))
    sig[7] ^= spoil
    line = base64.b64encode(witness.key_hash + time.to_bytes(8, "big") + bytes(sig)).decode()
    shown = bundle(
        true(), folder, edit=lambda at: write(at / "checkpoint", note + f"— {witness.name} {line}\n".encode())
    )
    assert shown.trust is not None
    policy = (
        (shown.trust / "policy")
        .read_text(encoding="utf-8")
        .replace("quorum none", f"witness pq {format_vkey(witness)}\nquorum pq")
    )
    write(shown.trust / "policy", policy.encode())
    return shown


add("witnesses: ML-DSA-44", None, partial(post_quantum, spoil=False))
add("witnesses: ML-DSA-44 that fails", "checkpoint", partial(post_quantum, spoil=True))
