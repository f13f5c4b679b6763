"""Language tags, and which language of a text is shown."""

import pytest
from tests.rows import each_row

from constancia.domain.values.editions import LAST_OF_ES_AND_EN, NEWEST
from constancia.domain.values.languages import TAG_CHARACTERS, is_language_tag, is_text, language_shown, tag_of
from constancia.domain.values.values import Doc, DocSet, FormError, Text
from constancia.domain.values.walk import values_in


@each_row(
    "tag",
    ["es", "nah", "pt-br", "zh-hant", "zh-hant-tw", "es-419", "sl-rozaj-biske", "de-ch-1996", "zh-yue",
     "en-u-ca-gregory", "es-x-inai", "de-a-foo-x-bar"],
)  # fmt: skip
def test_a_well_formed_tag_is_taken(tag: str) -> None:
    assert is_language_tag(tag)


@each_row(
    "tag",
    ["", "e", "ES", "pt-BR", "pt_br", "español", "es-", "-es", "es--mx", "es-mexico-city-too-long1", "x-inai",
     "i-klingon", "kind", "title", "es-u", "es-x", "es-419-419", "es\n",
     "es-" + "-".join(["x"] + ["abcdefgh"] * 4), "es-mx-x-"],
)  # fmt: skip
def test_another_tag_is_not(tag: str) -> None:
    assert not is_language_tag(tag)
    if tag_of(tag) is not None:  # a member's name has `_` for each `-`
        return
    with pytest.raises(FormError, match="language tag"):
        Text.parse({"es": "uno", tag: "otro"})


def test_a_tag_has_35_characters_at_most() -> None:
    longest = "es-x-" + "-".join(["abcdefg"] * 3 + ["abcdef"])
    assert (len(longest), TAG_CHARACTERS) == (35, 35)
    assert is_language_tag(longest)
    assert not is_language_tag(longest + "g")


@each_row(
    ("tags", "lang", "authentic", "shown"),
    [
        (("es", "pt"), "es", ("pt",), "es"),
        (("en", "es"), "en", ("es",), "en"),
        (("es", "pt"), "en", ("es", "pt"), "es"),
        (("de", "pt"), "en", ("pt", "qu"), "pt"),
        (("de", "qu"), "en", ("pt", "qu"), "qu"),
        (("fr", "de"), "en", ("pt",), "de"),
        (("pt", "es-mx"), "es", ("pt",), "es-mx"),
        (("est", "pt"), "es", ("pt",), "pt"),
    ],
)
def test_n1_the_readers_language_then_the_first_authentic_one_then_any(
    tags: tuple[str, ...], lang: str, authentic: tuple[str, ...], shown: str
) -> None:
    assert language_shown(tags, lang, authentic) == shown


@each_row("item", [None, "es", [], {}, {"es": 1}, {"es": ""}, {"es": "x" * 8_001}, {1: "uno"}])
def test_what_is_no_text_is_refused(item: object) -> None:
    with pytest.raises(FormError):
        Text.parse(item)


def test_a_text_goes_back_to_the_object_that_it_was_read_from() -> None:
    item = {"es": "uno", "nah": "ce", "pt_br": "um"}
    text = Text.parse(dict(reversed(item.items())))
    assert (text.to_json(), text.languages) == (item, ("es", "nah", "pt-br"))
    assert text == Text.parse(item)
    assert hash(text) == hash(Text.parse(item))


def test_a_text_is_known_by_its_members() -> None:
    assert is_text({"es": "uno", "pt_br": "um"})
    assert not any(map(is_text, ({}, {"es": 1}, {"kind": "uno"}, {"es": "uno", "name": "dos"}, "es", None)))


@each_row("item", [{"en": "one"}, {"pt": "um"}, {"es": "uno", "pt": "um"}, {"en": "one", "es_mx": "uno"}])
def test_a_former_edition_knows_spanish_and_english_alone(item: dict[str, str]) -> None:
    text = Text.parse(item)
    text.check_edition(NEWEST, "body.title")
    with pytest.raises(FormError) as caught:
        text.check_edition(LAST_OF_ES_AND_EN, "body.title")
    assert caught.value.where.startswith("body.title.")


def test_the_language_of_a_document_is_a_tag_from_the_third_edition_on() -> None:
    item = {"lang": "anything_at.all", "media_type": "text/plain", "sha256": "0" * 64, "size": 1, "title": {"es": "x"}}
    docset = DocSet.parse({"authentic": item["lang"], "documents": [item]})
    parts = dict(values_in(docset))
    assert isinstance(parts["body.documents[0]"], Doc)
    for where, part in parts.items():
        part.check_edition(LAST_OF_ES_AND_EN, where)
    with pytest.raises(FormError, match="language tag"):
        parts["body.documents[0]"].check_edition(NEWEST, "body.documents[0]")
