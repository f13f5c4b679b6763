"""libsodium's check of Ed25519 signatures, where PyNaCl is installed: the same answer in half the time.

- S1: what it takes must also pass the rule's checks of form; what it refuses is asked of `cryptography` again, whose
  word counts. Both know the cofactorless equation alone, so they can't differ on what is left.
- S2: a libsodium that knows another equation is not used: it is shown a signature whose R has a part of order 2, which
  counts by the cofactored equation only.
- S3: it is used in the processes that a long log is worth. Nothing rests on its being there.
"""

from collections.abc import Callable
from typing import Final

from constancia.verify.core.formats.signatures import (
    SPKI_ED25519,
    PublicKey,
    Signature,
    is_sound_ed25519,
    verify_signature,
)

Check = Callable[[PublicKey, Signature, bytes], bool]

_MIXED_KEY: Final = bytes.fromhex("e444b66c0e46b1c18686db1b566fb9002c2390bc4f8bd5002f93a121b8461275")
_MIXED_MESSAGE: Final = b"constancia: mixed order"
_MIXED_SIGNATURE: Final = bytes.fromhex(
    "15cd7c0d3ae4219f15b87dfdc43f437728def985b1dbb84e8c88f9a59c599a1b"
    "edf4e4da621e340fc0af3a484545b70e3ad8f23f08d9e66d1de09621fd5dfb0a"
)


def quickest_check() -> Check:
    """Give the quickest check of a signature that is installed here; arguments and answer as of `verify_signature`."""
    try:
        from nacl.bindings import crypto_sign_open  # noqa: PLC0415 - takes as long to import as 500 signatures
        from nacl.exceptions import BadSignatureError  # noqa: PLC0415
    except ImportError:
        return verify_signature

    try:
        crypto_sign_open(_MIXED_SIGNATURE + _MIXED_MESSAGE, _MIXED_KEY)
    except BadSignatureError:
        pass
    else:
        return verify_signature

    def check(key: PublicKey, signature: Signature, message: bytes) -> bool:
        is_plain = signature.authenticator_data is None and signature.client_data is None
        if key.scheme == "ed25519" and is_plain and is_sound_ed25519(signature.sig):
            try:
                crypto_sign_open(signature.sig + message, key.spki[len(SPKI_ED25519) :])
            except BadSignatureError:
                return verify_signature(key, signature, message)
            return True
        return verify_signature(key, signature, message)

    return check
