"""The address of a key in a token (RFC 7512): what is read, what is refused, and that no PIN is ever shown."""

from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rows import each_row

from constancia.ledger.errors import TokenUnavailable
from constancia.ledger.keys.token_errors import CODES, token_trouble
from constancia.ledger.keys.token_uri import parse_token_uri

MODULE = "?module-path=/usr/lib/m.so"


def test_parts_are_read_and_named_in_one_way() -> None:
    uri = parse_token_uri(
        "pkcs11:object=libro%20p%C3%BAblico;token=a%3bb;id=%01%ff;type=private"
        "?pin-source=file:/etc/pin&module-path=/usr/lib/m.so"
    )
    assert uri.attributes == {"object": "libro público", "token": "a;b", "id": "01ff"}
    assert (uri.module, uri.pin_source) == (Path("/usr/lib/m.so"), Path("/etc/pin"))
    assert uri.name == "pkcs11:token=a%3Bb;object=libro%20p%C3%BAblico;id=%01%FF"
    assert parse_token_uri(uri.name + MODULE).name == uri.name


@each_row("source", ["file:/etc/pin", "file:///etc/pin", "/etc/pin"])
def test_file_of_the_pin_in_each_form(source: str) -> None:
    assert parse_token_uri(f"pkcs11:token=a{MODULE}&pin-source={source}").pin_source == Path("/etc/pin")


@each_row(
    "text",
    [
        "",
        "log.pem",
        "pkcs11:",
        "pkcs11:token=a",
        "pkcs11:" + MODULE,
        "pkcs11:token=a?module-path=m.so",
        "pkcs11:token=a?module-name=m",
        "pkcs11:token=a;token=b" + MODULE,
        "pkcs11:token=" + MODULE,
        "pkcs11:token=%zz" + MODULE,
        "pkcs11:token=%ff" + MODULE,
        "pkcs11:slot-id=1" + MODULE,
        "pkcs11:token=a;type=public" + MODULE,
        "PKCS11:token=a" + MODULE,
        f"pkcs11:token=a{MODULE}&pin-source=pin",
        f"pkcs11:token=a{MODULE}&pin-source=|/usr/bin/pin",
        "pkcs11:token=" + "a" * 2_000 + MODULE,
    ],
)
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(TokenUnavailable) as caught:
        parse_token_uri(text)
    assert caught.value.code == "E_TOKEN_ADDRESS"


@each_row(
    "text",
    [
        f"pkcs11:token=a{MODULE}&pin-value=SECRET",
        "pkcs11:token=a;pin-value=SECRET" + MODULE,
        "pkcs11:token=a;SECRET" + MODULE,
        f"pkcs11:token=a{MODULE}&pin-source=SECRET",
    ],
)
def test_pin_in_the_address_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(TokenUnavailable) as caught:
        parse_token_uri(text)
    assert "SECRET" not in str(caught.value)


NAMES = st.sampled_from(["token", "model", "serial", "manufacturer", "object"])
VALUES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


@given(st.dictionaries(NAMES, VALUES, min_size=1))
def test_any_names_come_back(attributes: dict[str, str]) -> None:

    path = ";".join(f"{name}={quote(value, safe='')}" for name, value in attributes.items())
    uri = parse_token_uri(f"pkcs11:{path}{MODULE}")
    assert uri.attributes == attributes
    assert parse_token_uri(uri.name + MODULE) == uri


def test_each_code_says_what_is_amiss_in_both_languages() -> None:
    for code in sorted(CODES):
        words = token_trouble(code, "seen\x1b[31m").words
        assert words["es"] != words["en"]
        assert all(text.endswith(r"(seen\x1b[31m)") for text in words.values())
