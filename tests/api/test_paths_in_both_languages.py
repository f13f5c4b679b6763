"""The address of a page in the other language, below sections whose pages have names of their own; and back."""

from tests.rows import each_row

from constancia.api.pages.frame.frame import SEGMENTS
from constancia.api.pages.frame.page_head import path_in_other


@each_row(
    ("spanish", "english"),
    [
        ("/es/registros/7/citar", "/en/entries/7/cite"),
        ("/es/registros/7/constancia", "/en/entries/7/receipt"),
        ("/es/preparar/aceptar", "/en/prepare/accept"),
        ("/es/preparar/KeyEndorsed", "/en/prepare/KeyEndorsed"),
        ("/es/preparar/listo/k3f9", "/en/prepare/ready/k3f9"),
        ("/es/preparar/nada", "/en/prepare/nada"),
        ("/es/firmar/p-a/agreement/ag-1", "/en/sign/p-a/agreement/ag-1"),
    ],
)
def test_a_page_and_the_same_in_the_other_language_lead_to_each_other(spanish: str, english: str) -> None:
    assert path_in_other(spanish, "es", SEGMENTS) == english
    assert path_in_other(english, "en", SEGMENTS) == spanish


def test_a_name_in_the_other_language_is_none_of_the_pages_own() -> None:
    assert path_in_other("/es/preparar/accept", "es", SEGMENTS) == "/en/prepare/accept"
    assert path_in_other("/en/entries/7/constancia", "en", SEGMENTS) == "/es/registros/7/constancia"
