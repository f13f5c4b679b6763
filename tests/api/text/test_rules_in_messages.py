"""A rule says what must be, "the key is active": where a refusal gives it, the message says that it is the rule."""

import re

import pytest

from constancia.api.text.i18n import LANGUAGES, message_ids, template

SAYS_SO = {"es": re.compile(r"\b(?:regla|Regla)(?: aplicada)?: $|\bdecide así: $"),
           "en": re.compile(r"\b(?:rule|Rule)(?: applied| is met)?: $|\bdecided so: $|\brule met: $")}  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_rule_is_never_given_as_if_it_were_the_reason(lang: str) -> None:
    given = {
        name: text.partition("%(rule)s")[0]
        for name in message_ids(lang)
        if "%(rule)s" in (text := template(lang, name, {}))
    }
    assert {"cli.demo.attempt_refused", "cli.refused.rule", "page.sign_refused"} <= set(given)
    assert {name: before for name, before in given.items() if not SAYS_SO[lang].search(before)} == {}
