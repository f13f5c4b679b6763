"""Dates in words are never more precise than the dates, and have the preposition that their precision takes."""

import re
from datetime import UTC, date, datetime, timedelta

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st
from tests.rows import each_row

from constancia.api.text.dates import DateWords, byte_words, date_short, date_words, instant_words
from constancia.api.text.i18n import say, tr
from constancia.domain.sentences import Parameter, Sentence
from constancia.domain.values.calendar import parse_edtf
from constancia.verify.report.acts import day_words
from constancia.verify.report.words import DATES

LENGTHS = (4, 7, 10)  # of a year, a month and a day
EDTF_DATES = st.builds(
    lambda days, length: (date(1900, 1, 1) + timedelta(days)).isoformat()[:length],
    st.integers(0, 70_000),
    st.sampled_from(LENGTHS),
)
EDTF_INTERVALS = st.builds("{}/{}".format, EDTF_DATES | st.just(".."), EDTF_DATES | st.just("..")) | st.builds(
    "{0}-{1:02}/{0}-{2:02}".format, st.integers(1900, 2100), st.integers(1, 6), st.integers(6, 12)
)


def is_accepted(text: str) -> bool:
    try:
        parse_edtf(text)
    except ValueError:
        return False
    return True


@each_row(
    ("text", "es", "en"),
    [
        ("2019", "2019", "2019"),
        ("2019-03", "marzo de 2019", "March 2019"),
        ("2019-03-26", "26 de marzo de 2019", "26 March 2019"),
        ("2016/2018", "de 2016 a 2018", "from 2016 to 2018"),
        ("2019/2021-08-31", "de 2019 al 31 de agosto de 2021", "from 2019 to 31 August 2021"),
        ("2019-06/2019-08", "de junio a agosto de 2019", "from June to August 2019"),
        ("2019-12/2020-01", "de diciembre de 2019 a enero de 2020", "from December 2019 to January 2020"),
        ("2019-03-26/2019-05-24", "del 26 de marzo al 24 de mayo de 2019", "from 26 March to 24 May 2019"),
        ("2019-03-01/2019-03-05", "del 1 al 5 de marzo de 2019", "from 1 to 5 March 2019"),
        ("2019-03-26/2020-01", "del 26 de marzo de 2019 a enero de 2020", "from 26 March 2019 to January 2020"),
        ("2019-03/2019-05-24", "de marzo al 24 de mayo de 2019", "from March to 24 May 2019"),
        ("2019-03-05/2019-03-05", "5 de marzo de 2019", "5 March 2019"),
        ("2019-08/..", "desde agosto de 2019", "from August 2019"),
        ("2019-08-01/..", "desde el 1 de agosto de 2019", "from 1 August 2019"),
        ("2019/..", "desde 2019", "from 2019"),
        ("../2017", "a más tardar en 2017", "by 2017"),
        ("../2017-05", "a más tardar en mayo de 2017", "by May 2017"),
        ("../2017-05-02", "a más tardar el 2 de mayo de 2017", "by 2 May 2017"),
        ("pronto", "pronto", "pronto"),
        ("2019-02-30", "2019-02-30", "2019-02-30"),
        ("2019-08/2019-06", "2019-08/2019-06", "2019-08/2019-06"),
    ],
)
def test_date_in_words(text: str, es: str, en: str) -> None:
    assert (date_words(text, "es"), date_words(text, "en")) == (es, en)


@given((EDTF_DATES | EDTF_INTERVALS).filter(is_accepted))
def test_every_date_that_the_domain_takes_has_words(text: str) -> None:
    spanish, english = date_words(text, "es"), date_words(text, "en")
    assert (day_words(text, "es"), day_words(text, "en")) == (spanish, english), "the verifier says it as the pages do"
    months = "|".join(DATES["months"]["es"].split())
    for words in (spanish, english):
        assert re.search(r"\d-|/|\.\.", words) is None
        assert set(re.findall(r"\d{4}", text)) == set(re.findall(r"\d{4}", words))
        assert "  " not in words
    assert re.search(rf"\b(?:el|del|al) (?:{months}|\d{{4}})", spanish) is None, "no article but before a day"
    assert re.search(rf"\b(?:desde|de|a|en) \d{{1,2}} de (?:{months})", spanish) is None, "no day without one"
    assert re.search(r"\b(?:desde el|del) \d{1,2}(?: de| al)|^\d|^\D", spanish) is not None
    assert spanish.precision == english.precision
    is_interval = "/" in text and len(set(text.split("/"))) == 2
    assert (spanish.precision == "interval") is is_interval
    assert (spanish.precision == "day") is (not is_interval and len(text.partition("/")[0]) == 10)


@given((EDTF_DATES | EDTF_INTERVALS).filter(is_accepted), st.sampled_from(["es", "en"]))
def test_message_has_one_preposition_before_a_date(text: str, lang: str) -> None:
    words = date_words(text, lang)
    for msgid, name in (("page.terminated_since", "since"), ("page.until", "when"), ("page.decided_on", "day")):
        told = tr(lang, msgid, **{name: words})
        assert words in told
        before = told[: told.index(words)].split()
        assert not (words.precision == "interval" and before[-1:] and before[-1] in ("desde", "hasta", "el", "on"))
        assert not (words.precision == "period" and before[-1:] and before[-1] in ("el", "on"))


@each_row(
    ("text", "es", "en"),
    [
        ("2017-05-02", "Se decidió el 2 de mayo de 2017.", "Decided on 2 May 2017."),
        ("2017-05", "Se decidió en mayo de 2017.", "Decided in May 2017."),
        ("2017", "Se decidió en 2017.", "Decided in 2017."),
        ("2017-05/2017-06", "Se decidió de mayo a junio de 2017.", "Decided from May to June 2017."),
        ("../2017-05", "Se decidió a más tardar en mayo de 2017.", "Decided by May 2017."),
    ],
)
def test_words_before_a_date_fit_its_precision(text: str, es: str, en: str) -> None:
    assert tr("es", "page.decided_on", day=date_words(text, "es")) == es
    assert tr("en", "page.decided_on", day=date_words(text, "en")) == en


def test_words_before_a_date_fit_in_an_acts_sentence_too() -> None:
    ended: dict[str, Parameter] = {"subject": "INAI", "effective": "2017-05", "grounds": {"es": "Espionaje"}}
    told = say(Sentence(msgid="act.PartyWithdrew", params=ended), "es")
    assert told == "INAI se retira del órgano con efecto en mayo de 2017: Espionaje."
    told = say(Sentence(msgid="act.PartyWithdrew", params=ended | {"effective": "2017-05-02"}), "es")
    assert told == "INAI se retira del órgano con efecto el 2 de mayo de 2017: Espionaje."


def test_words_of_another_kind_stay_as_they_are() -> None:
    assert tr("es", "page.decided_on", day="mayo") == "Se decidió el mayo."  # a text, of which nothing is known
    assert DateWords("x").precision == "day"


@each_row(("count", "es", "en"), [(1, "un día de retraso", "one day late"), (2, "2 días de retraso", "2 days late")])
def test_one_is_said_in_the_singular(count: int, es: str, en: str) -> None:
    assert (tr("es", "page.days_late", days=count), tr("en", "page.days_late", days=str(count))) == (es, en)


@each_row(
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


@each_row("month", range(1, 13))
def test_days_months_and_sizes_are_spelled_as_cldr_has_them(month: int) -> None:
    day = date(2019, month, 1 + month)
    whole = {"es": "d 'de' MMMM 'de' y", "en": "d MMMM y"}
    for lang, pattern in whole.items():
        assert date_words(day.isoformat(), lang) == format_date(day, pattern, locale=lang)
        assert date_short(day.isoformat(), lang) == format_date(day, "d MMM y", locale=lang)
        assert date_short(day.isoformat()[:7], lang) == format_date(day, "MMM y", locale=lang)
        instant = datetime(2019, month, 2, 9, 5, tzinfo=UTC)
        expected = format_datetime(instant, f"{pattern}, HH:mm", locale=lang)
        assert instant_words(f"2019-{month:02}-02T09:05:00Z", lang, "UTC") == expected
    size = 10 ** (month // 2 + 3) + 51 * 10**month
    divisor, unit = (1_000_000, "MB") if size >= 1_000_000 else (1_000, "kB")
    assert byte_words(size) == f"{format_decimal(round(size / divisor, 1), locale='es_MX')} {unit}"
