"""Public key material as bodies carry it. Whether the point or modulus is sound is checked with `verify` beforehand."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Literal

from constancia.domain.values.values import FormError, Label, Value

Scheme = Literal["ed25519", "webauthn", "rsa-pkcs1-sha256"]


def check_key_material(where: str, scheme: str, public_key: str, rp_id: str | None, origins: object) -> None:
    """Check that the key is base64, and that WebAuthn's members occur with WebAuthn alone.

    Raises:
        FormError: It does not hold.
    """
    try:
        spki_of(public_key)
    except ValueError as error:
        raise FormError(f"{where}.public_key", "base64 of a SubjectPublicKeyInfo", public_key) from error
    if (scheme == "webauthn") != (rp_id is not None and bool(origins)):
        raise FormError(f"{where}.rp_id", "rp_id and origins with webauthn, and only there", scheme)


def spki_of(public_key: str) -> bytes:
    """Decode a public key's base64.

    Raises:
        ValueError: Not base64 in its one form: padded, without other characters or set trailing bits.
    """
    decoded = base64.b64decode(public_key)
    if base64.b64encode(decoded).decode() != public_key:
        raise ValueError("not canonical base64")
    return decoded


def key_id_of(public_key: str) -> str:
    """Give the key id: hex SHA-256 of the SubjectPublicKeyInfo. Source: ours: SPEC §2."""
    return hashlib.sha256(spki_of(public_key)).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyMaterial(Value):
    """A public key with its scheme; for a passkey also where it may be used."""

    public_key: Label
    scheme: Scheme
    origins: tuple[Label, ...] | None = None
    rp_id: Label | None = None

    @property
    def key_id(self) -> str:
        """Its key id."""
        return key_id_of(self.public_key)

    def check_form(self, where: str) -> None:
        """See `check_key_material`."""
        check_key_material(where, self.scheme, self.public_key, self.rp_id, self.origins)
