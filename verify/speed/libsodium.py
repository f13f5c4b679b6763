"""Ed25519 verification by libsodium, if PyNaCl is installed: the same answer in half the time.

- S1: a signature that it accepts must also pass our format checks; one that it rejects is verified again by
  `cryptography`, which decides. Both use the cofactorless equation, so they cannot differ on the rest.
- S2: a libsodium with another equation is not used: it is tested with a signature whose R has a part of order 2, which
  only the cofactored equation accepts.
- S3: only who checks many signatures uses it: workers of a long log, a writer. Nothing depends on its presence.
"""

from collections.abc import Callable
from typing import Final

from constancia.verify.core.formats import signatures

Check = Callable[[signatures.PublicKey, signatures.Signature, bytes], bool]

_MIXED_KEY: Final = bytes.fromhex("e444b66c0e46b1c18686db1b566fb9002c2390bc4f8bd5002f93a121b8461275")
_MIXED_MESSAGE: Final = b"constancia: mixed order"
_MIXED_SIGNATURE: Final = bytes.fromhex(
    "15cd7c0d3ae4219f15b87dfdc43f437728def985b1dbb84e8c88f9a59c599a1b"
    "edf4e4da621e340fc0af3a484545b70e3ad8f23f08d9e66d1de09621fd5dfb0a"
)


def quickest_check() -> Check:
    """Return the fastest installed signature check; arguments and answer as of `signatures.verify_signature`."""
    try:
        from nacl.bindings import crypto_sign_open  # noqa: PLC0415 - takes as long to import as 500 signatures
        from nacl.exceptions import BadSignatureError  # noqa: PLC0415
    except ImportError:
        return signatures.verify_signature

    try:
        crypto_sign_open(_MIXED_SIGNATURE + _MIXED_MESSAGE, _MIXED_KEY)
    except BadSignatureError:
        pass
    else:
        return signatures.verify_signature

    def check(key: signatures.PublicKey, signature: signatures.Signature, message: bytes) -> bool:
        is_plain = signature.authenticator_data is None and signature.client_data is None
        if key.scheme == "ed25519" and is_plain and signatures.is_sound_ed25519(signature.sig):
            try:
                crypto_sign_open(signature.sig + message, key.spki[len(signatures.SPKI_ED25519) :])
            except BadSignatureError:
                return signatures.verify_signature(key, signature, message)
            return True
        return signatures.verify_signature(key, signature, message)

    return check
