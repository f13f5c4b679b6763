"""The law's numbers, written once more: a test that takes a bound from the code notices no other bound."""

from datetime import timedelta

from tests.rows import each_row

from constancia.domain import sentences, state
from constancia.domain.facts import derive
from constancia.domain.judgement import authority
from constancia.domain.values import calendar, editions, languages, moves, occurrence, sealing, values

NUMBERS = [
    (editions.FIRST, 1), (editions.SECOND, 2), (editions.THIRD, 3), (editions.NEWEST, 3),
    (editions.LAST_OF_ES_AND_EN, 2), (values.LABEL_CHARACTERS, 500), (values.TEXT_CHARACTERS, 8_000),
    (values.LIST_ITEMS, 100), (languages.TAG_CHARACTERS, 35), (occurrence.CLAIM_SPAN, timedelta(days=7)),
    (sealing.SALT_BYTES, 32), (authority.CLOCK_SKEW, timedelta(seconds=300)), (derive.FORM, 7),
    (sentences._HASH_SHOWN, 8), (state.FORM_OF_FIRST, 58_000_201_467_202), (calendar.OPEN, ".."),
    (moves.ALWAYS, moves.Span(first=0, last=0)), (moves.NEVER, moves.Span(first=3_652_061, last=3_652_061)),
]  # fmt: skip


@each_row(("number", "wanted"), NUMBERS)
def test_number_is_the_specifications(number: object, wanted: object) -> None:
    assert number == wanted
