"""The rules of the law in the reader's language: refusals name a rule by its English words."""

from collections.abc import Mapping
from functools import cache

from constancia.api.text.error_words import error_words
from constancia.domain.catalogue import AGGREGATES, REGISTRY
from constancia.domain.judgement.authority import GENERAL
from constancia.domain.kernel.kind import rule_list


def rule_words(rule: str, lang: str) -> str:
    """Give a rule's words in a language.

    Args:
        rule: Its words in English, as a refusal gives them.
        lang: `es` or `en`.

    Returns:
        The words; as they are where the law has no such rule, such as a rule of form.
    """
    return _spanish().get(rule) or error_words(rule, lang) if lang == "es" else rule


@cache
def _spanish() -> Mapping[str, str]:
    at_the_proposal = (rule for act in REGISTRY.values() for rule in act.CONTENT)
    return {rule.en: rule.es for rule in (*at_the_proposal, *GENERAL, *rule_list(AGGREGATES))}
