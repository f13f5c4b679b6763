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
        "Com\N{LATIN SMALL LETTER DOTLESS I}té",
        "\N{FULLWIDTH LATIN SMALL LETTER C}omite\N{COMBINING ACUTE ACCENT}",
    ],
)
def test_what_the_eye_passes_over_makes_no_other_name(name: str) -> None:
    assert compared(name) == "comite"


# Default_Ignorable_Code_Point (Unicode, DerivedCoreProperties), and the blanks that are not among them.
UNSEEN = (
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
    (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x205F, 0x205F), (0x2800, 0x2800), (0x3000, 0x3000),
)  # fmt: skip


def test_what_can_not_be_seen_makes_no_other_name() -> None:
    unseen = [chr(code) for first, last in UNSEEN for code in range(first, last + 1)]
    assert [hex(ord(letter)) for letter in unseen if compared(f"Co{letter}mité") != "comite"] == []


def test_letters_and_digits_make_another_name() -> None:
    assert len({compared(name) for name in ("Comité", "Comité 2", "Comités", "Comita")}) == 4


def test_names_are_those_of_each_language_and_the_acronym() -> None:
    name = Text(by_language=(("en", "Committee"), ("es", "Comité")))
    assert names_of(name) == {"committee", "comite"}
    assert names_of(name, "C.C.") == {"committee", "comite", "cc"}
