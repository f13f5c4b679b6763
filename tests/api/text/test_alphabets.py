"""A word whose letters look like others is marked, wherever a text of a party is shown; honest words are not."""

from tests.rows import each_row

from constancia.api.pages.frame.marked_text import marked
from constancia.api.text.alphabets import lookalikes

GREEK_O, CYRILLIC_A = "\N{GREEK CAPITAL LETTER OMICRON}", "\N{CYRILLIC CAPITAL LETTER A}"
CYRILLIC_ACE = "\N{CYRILLIC CAPITAL LETTER A}\N{CYRILLIC CAPITAL LETTER ES}\N{CYRILLIC CAPITAL LETTER IE}"


@each_row(
    ("text", "expected"),
    [
        (f"N{GREEK_O}SC", {f"N{GREEK_O}SC"}),
        (f"El IN{CYRILLIC_A}I y el INAI", {f"IN{CYRILLIC_A}I"}),
        (CYRILLIC_ACE, {CYRILLIC_ACE}),
        ("Ａｂｉｅｒｔｏ", set()),  # full-width letters are the same letters, written wide
        ("Ａbierto", {"Ａbierto"}),
        ("INA\N{ROMAN NUMERAL ONE}", {"INA\N{ROMAN NUMERAL ONE}"}),
        ("el N\U0001d5e2SC", {"N\U0001d5e2SC"}),
        ("\N{DOUBLE-STRUCK CAPITAL N}OSC", {"\N{DOUBLE-STRUCK CAPITAL N}OSC"}),
        ("\U0001d5e1\U0001d5e2\U0001d5e6\U0001d5d6", {"\U0001d5e1\U0001d5e2\U0001d5e6\U0001d5d6"}),
    ],
)
def test_words_that_mislead(text: str, expected: set[str]) -> None:
    assert lookalikes(text) == expected


@each_row(
    "text",
    [
        "Secretaría de la Función Pública, año 2019, Ñandú, Çà et là, Łódź", "Tsotsil: k'ak'al", "日本語とかな",
        "Москва",
        "π = 3", "ﬁnal, oﬀre", "μ y σ", "Ελλάδα", "naïve — «1.ª» № 5",
        "M.ª y Mª, nº 3, Nº", "Marca™ 20 ℃", "capítulo \N{ROMAN NUMERAL EIGHT}", "n ∈ \N{DOUBLE-STRUCK CAPITAL N}",
    ],
)  # fmt: skip
def test_honest_words(text: str) -> None:
    assert lookalikes(text) == set()


def test_a_language_s_own_words_are_what_they_look_like() -> None:
    assert lookalikes("сор", "ru") == set()
    assert lookalikes("сор", "es") == {"сор"}
    assert lookalikes(f"N{GREEK_O}SC", "el") == {f"N{GREEK_O}SC"}


def test_a_page_says_it_beside_the_word() -> None:
    name = {"es": f"Organización N{GREEK_O}SC, A. C."}
    assert marked(name, "es") == (
        f'Organización N{GREEK_O}SC <span class="tag bad" lang="es">letras de otro alfabeto</span>, A. C.'
    )
    assert "letters of another alphabet" in marked(name, "en")
    assert marked({"es": "Organización NOSC"}, "es") == "Organización NOSC"
