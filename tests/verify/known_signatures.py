"""Signatures that are verified again and again: each once by the code under test, and its answer from then on.

An audit of 500 entries verifies 500 signatures, which is half of what it costs. Where a test audits the same log a
hundred times, with one place of it altered, nearly all of them are what they were: the same key, bytes and message,
which have one answer. Whatever differs in a bit is verified.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from constancia.verify.core.formats import signatures


@contextmanager
def each_verified_once() -> Iterator[dict[tuple[bytes, bytes, bytes], bool]]:
    """Have Ed25519 signatures remembered for as long as the block lasts; gives the answers by key, bytes, message."""
    verify = signatures._verify_ed25519
    known: dict[tuple[bytes, bytes, bytes], bool] = {}

    def verified(handle: Ed25519PublicKey, sig: bytes, message: bytes) -> bool:
        name = (handle.public_bytes_raw(), sig, message)
        if name not in known:
            known[name] = verify(handle, sig, message)
        return known[name]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signatures, "_verify_ed25519", verified)
        yield known
