"""Key material as bodies carry it: one spelling of one key."""

import base64
import hashlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.stage import material
from tests.domain.strategies import few
from tests.rows import each_row

from constancia.domain.identity.key_material import KeyMaterial, key_id_of, spki_of
from constancia.domain.values.values import FormError


@few
@given(st.binary(min_size=1, max_size=200))
def test_bytes_come_back_and_give_the_key_id(spki: bytes) -> None:
    spelled = base64.b64encode(spki).decode()
    assert spki_of(spelled) == spki
    assert key_id_of(spelled) == hashlib.sha256(spki).hexdigest()


@each_row(
    "spelled",
    ["QQ", "QQ=", "QR==", "Q Q==", "QQ==\n", "QQ==QQ==", "Q-_=", "ñQ==", "=QQ=", "QQ=="[::-1]],
)
def test_another_spelling_is_refused(spelled: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        spki_of(spelled)


@few
@given(st.binary(min_size=1, max_size=60), st.data())
def test_no_two_spellings_give_the_same_key(spki: bytes, data: st.DataObject) -> None:
    spelled = base64.b64encode(spki).decode()
    position = data.draw(st.integers(0, len(spelled) - 1))
    other = spelled[:position] + data.draw(st.characters(codec="ascii")) + spelled[position + 1 :]
    if other != spelled:
        with suppress(ValueError):
            assert spki_of(other) != spki


def test_webauthn_says_where_it_may_be_used_and_no_other_scheme_does() -> None:
    place = {"origins": ["https://example.org"], "rp_id": "example.org"}
    assert KeyMaterial.parse(material("k") | {"scheme": "webauthn"} | place).rp_id == "example.org"
    for wrong in (
        material("k") | {"scheme": "webauthn"},
        material("k") | {"scheme": "webauthn", "rp_id": "example.org"},
        material("k") | {"scheme": "webauthn", "rp_id": "example.org", "origins": []},
        material("k") | place,
        material("k") | {"scheme": "rsa-pkcs1-sha256"} | place,
    ):
        with pytest.raises(FormError):
            KeyMaterial.parse(wrong)


def test_scheme_is_a_known_one() -> None:
    with pytest.raises(FormError):
        KeyMaterial.parse(material("k") | {"scheme": "hmac"})


def test_set_trailing_bits_are_refused_in_a_body() -> None:
    with pytest.raises(FormError):
        KeyMaterial.parse({"public_key": "QR==", "scheme": "ed25519"})
