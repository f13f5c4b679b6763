"""Sealed values: a private person's datum as a salted commitment; salt and value are in no entry."""

import hashlib
from dataclasses import dataclass
from typing import ClassVar, Final

from constancia.domain.values.editions import THIRD
from constancia.domain.values.values import Hex64, Identifier, Label, Value, canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed(Value):
    """A private person's datum: its salted commitment, what it is (such as `name`), and the party that holds it."""

    SINCE: ClassVar = THIRD

    by: Identifier
    commitment: Hex64
    field: Label


SALT_BYTES: Final = 32  # else a name could be found by trying all names


def commitment_of(salt: bytes, value: object) -> Hex64:
    """Give the commitment to a value: hex SHA-256 of the salt, then the value's canonical bytes.

    Args:
        salt: 32 random bytes, used once.
        value: A JSON value of the statement profile.

    Raises:
        ValueError: The salt has another length.

    Source: ours: SPEC §5.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    return Hex64(hashlib.sha256(salt + canonical(value)).hexdigest())
