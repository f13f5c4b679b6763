"""A document that is cited and not stored is named, not linked: a link leads somewhere, also after the bytes came."""

import hashlib
import re

import pytest
from tests.api.served import Desk

LINK = re.compile(r'href="(/documents/[0-9a-f]{64})"')
MINUTES = hashlib.sha256(b"minuta").hexdigest()


@pytest.mark.parametrize(
    ("path", "words"), [("/es/registros", "no se guarda aquí"), ("/en/entries", "not stored here")]
)
def test_a_document_is_linked_once_it_is_stored(adopted: Desk, path: str, words: str) -> None:
    page = adopted.http.get(f"{path}/{adopted.ledger.size - 1}").text
    assert words in page
    assert LINK.findall(page) == []
    adopted.ledger.documents.put(b"minuta")
    page = adopted.http.get(f"{path}/{adopted.ledger.size - 1}").text
    assert words not in page
    assert set(LINK.findall(page)) == {f"/documents/{MINUTES}"}
    assert adopted.http.get(f"/documents/{MINUTES}").content == b"minuta"
