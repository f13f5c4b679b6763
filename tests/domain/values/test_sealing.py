"""Sealed values: salted, binding, and without the value."""

import hashlib

import pytest

from constancia.domain.values.sealing import Sealed, commitment_of
from constancia.domain.values.values import FormError

SALT = bytes(range(32))
COMMITMENT = commitment_of(SALT, "Persona H")


def test_commitment_is_salted_and_binds_the_value() -> None:
    assert hashlib.sha256(SALT + b'"Persona H"').hexdigest() == commitment_of(SALT, "Persona H") == COMMITMENT
    assert commitment_of(bytes(32), "Persona H") != COMMITMENT
    assert commitment_of(SALT, "Persona h") != COMMITMENT
    with pytest.raises(ValueError, match="32 bytes"):
        commitment_of(b"short", "Persona H")


def test_sealed_value_has_its_commitment_and_no_value() -> None:
    item = {"by": "nosc", "commitment": COMMITMENT, "field": "name"}
    assert Sealed.parse(item).to_json() == item
    for wrong in ({**item, "value": "Persona H"}, {**item, "commitment": "Persona H"}):
        with pytest.raises(FormError):
            Sealed.parse(wrong)
