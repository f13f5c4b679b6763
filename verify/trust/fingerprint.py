"""The fingerprint of a trust anchor: one line that a person compares by eye or reads aloud (SPEC §4).

- F1: the same keys, quorum and genesis give the same fingerprint, whatever comments, blank lines, spaces, line ends and
  addresses a copy of the policy has.
"""

import base64
import hashlib
from collections.abc import Iterable
from typing import Final

_HEADER: Final = "constancia/trust@v1"
_BEFORE_ADDRESS: Final = {"log": 2, "witness": 3}  # words of a line; its address after them is nobody's key


def fingerprint(policy: str, origins: Iterable[str], genesis: bytes) -> str:
    """Give the fingerprint of what a verifier pins.

    Args:
        policy: The policy, as a text that `parse_policy` reads.
        origins: The origins of its logs, in the order in which it first names them.
        genesis: The leaf hash of entry 0.

    Returns:
        40 letters and digits in groups of five: 200 bits of SHA-256, in base32.

    Source: ours: SPEC §4; RFC 4648 §6 (base32).
    """
    rows = [[word for word in line.replace("\t", " ").split(" ") if word] for line in policy.split("\n")]
    rules = [" ".join(row[: _BEFORE_ADDRESS.get(row[0])]) for row in rows if row and not row[0].startswith("#")]
    text = "\n".join([_HEADER, " ".join(origins), genesis.hex(), *rules, ""])
    code = base64.b32encode(hashlib.sha256(text.encode()).digest()[:25]).decode()
    return "-".join(code[at : at + 5] for at in range(0, len(code), 5))
