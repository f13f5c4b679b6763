"""A refusal's rule in the reader's language."""

from constancia.api.text.rules import rule_words
from constancia.domain.catalogue import AGGREGATES
from constancia.domain.judgement.authority import GENERAL
from constancia.domain.kernel.kind import rule_list


def test_every_rule_of_the_law_is_said_in_both_languages() -> None:
    rules = [str(rule.en) for rule in (*GENERAL, *rule_list(AGGREGATES))]
    assert len(rules) > 400
    assert [
        words for words in rules if rule_words(words, "en") != words or rule_words(words, "es") in ("", words)
    ] == []


def test_what_is_no_rule_of_the_law_is_said_as_it_is() -> None:
    assert rule_words("the bytes are canonical", "es") == "the bytes are canonical"
