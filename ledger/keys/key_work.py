"""How much work an encrypted key file asks for before its passphrase is even tried: bounded, since the file says it.

A file names its own number of iterations (PBKDF2) or its own memory (scrypt). One that was made to, or that was damaged
at that place, would have the program count for hours.
"""

import base64
import re
from collections.abc import Iterator
from math import prod
from typing import Final

MAX_ITERATIONS: Final = 10_000_000  # seconds; what libraries write today is below a million
MAX_SCRYPT: Final = 2**21  # cost times block size times parallelization: 256 MiB
_SCRYPT: Final = bytes.fromhex("06092b06010401da47040b")
_PEM: Final = re.compile(rb"-----BEGIN ENCRYPTED PRIVATE KEY-----\s*([A-Za-z0-9+/=\s]+)-----END")
_SEQUENCE, _INTEGER, _OCTETS = 0x30, 0x02, 0x04
_DEEPEST: Final = 8


def asks_too_much(data: bytes) -> bool:
    """Tell whether a key file asks for more work than a passphrase needs.

    Args:
        data: A PEM block, or DER.

    Returns:
        False also for what is no encrypted key: its reader says so.

    Source: RFC 5958 §3 (EncryptedPrivateKeyInfo), RFC 8018 A.2, RFC 7914 §7.
    """
    block = _PEM.search(data)
    try:
        der = data if block is None else base64.b64decode(b"".join(block[1].split()), validate=True)
        [(tag, outer)] = _elements(der)
        (kind, algorithm), (encrypted, _) = list(_elements(outer))[:2]
    except (ValueError, IndexError):
        return False
    if (tag, kind, encrypted) != (_SEQUENCE, _SEQUENCE, _OCTETS):
        return False
    numbers = list(_integers(algorithm, 0))
    is_scrypt = _SCRYPT in algorithm
    return max(numbers, default=0) > MAX_ITERATIONS or (is_scrypt and prod(numbers[:3]) > MAX_SCRYPT)


def _integers(data: bytes, depth: int) -> Iterator[int]:
    """Give the integers of nested sequences, in order, as far as it is DER."""
    try:
        for tag, content in _elements(data):
            if tag == _INTEGER:
                yield int.from_bytes(content, "big", signed=True)
            elif tag == _SEQUENCE and depth < _DEEPEST:
                yield from _integers(content, depth + 1)
    except (ValueError, IndexError):
        return


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Give tag and content of each element. Source: X.690 §8.1."""
    at = 0
    while at < len(data):
        tag, length, start = data[at], data[at + 1], at + 2
        if length & 0x80:
            start += length & 0x7F
            length = int.from_bytes(data[at + 2 : start], "big")
        if start + length > len(data):
            raise ValueError("an element that ends beyond what holds it")
        yield tag, data[start : start + length]
        at = start + length
