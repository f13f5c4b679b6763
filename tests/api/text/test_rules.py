"""A refusal's rule in the reader's language."""

import pytest

from constancia.api.text.rules import rule_words
from constancia.domain.authority import GENERAL
from constancia.domain.catalogue import AGGREGATES
from constancia.domain.kernel.kind import rule_list


@pytest.mark.parametrize("rule", [*GENERAL, *rule_list(AGGREGATES)], ids=lambda rule: rule.en)
def test_every_rule_of_the_law_is_said_in_both_languages(rule: object) -> None:
    words = str(rule.en)  # type: ignore[attr-defined]
    assert rule_words(words, "en") == words
    assert rule_words(words, "es") not in ("", words)


def test_what_is_no_rule_of_the_law_is_said_as_it_is() -> None:
    assert rule_words("the bytes are canonical", "es") == "the bytes are canonical"
