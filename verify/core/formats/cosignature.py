"""C2SP tlog-cosignature: a witness's word that a checkpoint extends all it has seen of that log.

Blob of type 0x04: 8-byte big-endian POSIX time ‖ 64-byte Ed25519 signature. Blob of type 0x06: 8-byte time ‖
2,420-byte ML-DSA-44 signature.
"""

from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from constancia.verify.core.errors import Unsupported, must
from constancia.verify.core.formats.checkpoint import parse_checkpoint
from constancia.verify.core.formats.note import COSIGNATURE_ED25519, COSIGNATURE_MLDSA44, NoteSignature, VerifierKey
from constancia.verify.core.formats.signatures import verify_ed25519

_BLOB_BYTES: Final = {COSIGNATURE_ED25519: 72, COSIGNATURE_MLDSA44: 2_428}
_SUBTREE_LABEL: Final = b"subtree/v1\n\x00"


def message_ed25519(time: int, text: str) -> bytes:
    """Give what an Ed25519 cosignature covers: label, POSIX seconds, the checkpoint's text with its final line feed.

    Source: C2SP tlog-cosignature, "Ed25519".
    """
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def message_mldsa44(time: int, cosigner: str, text: str) -> bytes:
    """Give what an ML-DSA-44 cosignature of a checkpoint's text covers; `cosigner` is the key's name.

    Layout: label ‖ u8 length, cosigner ‖ u64 time ‖ u8 length, origin ‖ u64 start (0) ‖ u64 end ‖ root.

    Raises:
        Malformed: A name longer than 255 bytes, or no checkpoint.

    Source: C2SP tlog-cosignature, "ML-DSA-44".
    """
    checkpoint = parse_checkpoint(text)
    name, origin = cosigner.encode(), checkpoint.origin.encode()
    must(max(len(name), len(origin)) <= 255, "key-name", "cosignature", "names of at most 255 bytes")
    cosigned = time.to_bytes(8, "big") + bytes([len(origin)]) + origin
    covered = (0).to_bytes(8, "big") + checkpoint.size.to_bytes(8, "big") + checkpoint.root
    return _SUBTREE_LABEL + bytes([len(name)]) + name + cosigned + covered


def verify_cosignature(key: VerifierKey, signature: NoteSignature, text: str) -> int:
    """Check a line that claims to be by a key of type 0x04 or 0x06, under a checkpoint's text.

    Returns:
        POSIX seconds at which the witness signed.

    Raises:
        Malformed: It does not verify, or its time is 0 or above 2^63 - 1.
        Unsupported: ML-DSA-44, and this platform's library has none.

    Source: C2SP tlog-cosignature.
    """
    has_length = len(signature.blob) == _BLOB_BYTES.get(key.type_byte)
    must(has_length, "cosignature", key.name, "a time and a signature", len(signature.blob))
    time, sig = int.from_bytes(signature.blob[:8], "big"), signature.blob[8:]
    if key.type_byte == COSIGNATURE_ED25519:
        is_sound = verify_ed25519(key.public_key, sig, message_ed25519(time, text))
    else:
        is_sound = _verify_mldsa44(key.public_key, sig, message_mldsa44(time, key.name, text))
    # A time of 0 is a subtree's, which no witness gives to a checkpoint.
    must(is_sound and 0 < time < 1 << 63, "cosignature", key.name, "a sound cosignature")
    return time


def _verify_mldsa44(public: bytes, sig: bytes, message: bytes) -> bool:
    try:
        from cryptography.hazmat.primitives.asymmetric import mldsa  # noqa: PLC0415 - absent on older libraries

        mldsa.MLDSA44PublicKey.from_public_bytes(public).verify(sig, message)
    except (ImportError, UnsupportedAlgorithm) as error:
        raise Unsupported("ML-DSA-44 is not in this platform's cryptographic library") from error
    except InvalidSignature:
        return False
    return True
