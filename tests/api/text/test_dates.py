"""Dates in words are never more precise than the dates."""

import pytest

from constancia.api.text.dates import date_short, date_words, instant_words


@pytest.mark.parametrize(
    ("text", "es", "en"),
    [
        ("2019", "2019", "2019"),
        ("2019-03", "marzo de 2019", "March 2019"),
        ("2019-03-26", "26 de marzo de 2019", "26 March 2019"),
        ("2019-06/2019-08", "de junio de 2019 a agosto de 2019", "from June 2019 to August 2019"),
        ("2019-08/..", "desde agosto de 2019", "from August 2019"),
        ("../2017-05", "a más tardar mayo de 2017", "by May 2017"),
        ("pronto", "pronto", "pronto"),
        ("2019-02-30", "2019-02-30", "2019-02-30"),
    ],
)
def test_date_in_words(text: str, es: str, en: str) -> None:
    assert (date_words(text, "es"), date_words(text, "en")) == (es, en)


@pytest.mark.parametrize(
    ("text", "es", "en"),
    [
        ("2019", "2019", "2019"),
        ("2019-03", "mar 2019", "Mar 2019"),
        ("2019-03-01", "1 mar 2019", "1 Mar 2019"),
        ("2019-06/2019-08", "jun 2019 – ago 2019", "Jun 2019 – Aug 2019"),
        ("../2017", "… – 2017", "… – 2017"),
        ("pronto", "pronto", "pronto"),
    ],
)
def test_date_in_few_letters(text: str, es: str, en: str) -> None:
    assert (date_short(text, "es"), date_short(text, "en")) == (es, en)


def test_instant_is_told_in_the_ledgers_zone_with_its_summer_time() -> None:
    assert instant_words("2019-05-25T04:30:00Z", "es", "America/Mexico_City") == "24 de mayo de 2019, 23:30"
    assert instant_words("2019-03-01T18:04:05.000Z", "en", "America/Mexico_City") == "1 March 2019, 12:04"
