"""Names as the eye reads them."""

from tests.rows import each_row

from constancia.domain.values.names import compared, names_of
from constancia.domain.values.values import Text


@each_row(
    "name",
    [
        "Comité",
        "COMITE",
        " co-mi té ",
        "Co\N{SOFT HYPHEN}mité",
        "\N{FULLWIDTH LATIN SMALL LETTER C}omite\N{COMBINING ACUTE ACCENT}",
    ],
)
def test_what_the_eye_passes_over_makes_no_other_name(name: str) -> None:
    assert compared(name) == "comite"


def test_letters_and_digits_make_another_name() -> None:
    assert len({compared(name) for name in ("Comité", "Comité 2", "Comités", "Comita")}) == 4


def test_names_are_those_of_each_language_and_the_acronym() -> None:
    name = Text(by_language=(("en", "Committee"), ("es", "Comité")))
    assert names_of(name) == {"committee", "comite"}
    assert names_of(name, "C.C.") == {"committee", "comite", "cc"}
