"""Keys of every scheme, each signing as its owner's software or device would."""

import base64
import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from constancia.verify.core.formats.dsse import signed_bytes
from constancia.verify.core.formats.signatures import KeyId, Signature, key_id_of

SITE = "https://constancia.example"
RP_ID = "constancia.example"


class RsaKey:
    """An RSA key of 2048 bits, as in an e.firma certificate."""

    def __init__(self) -> None:
        self.private = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
        self.spki = self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.key_id = key_id_of(self.spki)

    @property
    def material(self) -> dict[str, Any]:
        return {"public_key": base64.b64encode(self.spki).decode(), "scheme": "rsa-pkcs1-sha256"}

    def sign(self, statement: bytes) -> Signature:
        sig = self.private.sign(signed_bytes(statement), padding.PKCS1v15(), hashes.SHA256())
        return Signature(key=KeyId(self.key_id), sig=sig)


class Passkey:
    """An authenticator's key: signs its own data and the hash of the browser's, which holds the challenge."""

    def __init__(self, private: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> None:
        self.private = private
        self.spki = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.key_id = key_id_of(self.spki)

    @property
    def material(self) -> dict[str, Any]:
        key = base64.b64encode(self.spki).decode()
        return {"origins": [SITE], "public_key": key, "rp_id": RP_ID, "scheme": "webauthn"}

    def sign(self, statement: bytes) -> Signature:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(signed_bytes(statement)).digest()).rstrip(b"=").decode()
        fields = {"type": "webauthn.get", "challenge": challenge, "origin": SITE, "crossOrigin": False}
        client = json.dumps(fields, separators=(",", ":")).encode()
        data = hashlib.sha256(RP_ID.encode()).digest() + b"\x05" + (7).to_bytes(4, "big")
        message = data + hashlib.sha256(client).digest()
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            sig = self.private.sign(message)
        else:
            sig = self.private.sign(message, ec.ECDSA(hashes.SHA256()))
        return Signature(key=KeyId(self.key_id), sig=sig, authenticator_data=data, client_data=client)


def passkey_p256() -> Passkey:
    return Passkey(ec.generate_private_key(ec.SECP256R1()))


def passkey_ed25519() -> Passkey:
    return Passkey(ed25519.Ed25519PrivateKey.generate())
