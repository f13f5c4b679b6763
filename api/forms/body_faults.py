"""A body that was written by hand and can't be read: which question it is about, what was expected, what to do."""

import re
from typing import Final

from constancia.api.forms.answers.reading import walk
from constancia.api.forms.builder import Builder, FormRequest
from constancia.api.forms.fields import Field
from constancia.api.forms.words import FormWords
from constancia.api.text.error_words import error_words
from constancia.api.text.i18n import tr
from constancia.api.text.rules import rule_words
from constancia.domain.catalogue import REGISTRY
from constancia.domain.kernel.problems import Problem
from constancia.domain.state import State
from constancia.verify.report.printable import printable

_MISSING: Final = "this member"
_SHOWN: Final = 120


def body_words(type_name: str, problem: Problem, lang: str) -> str:
    """Say what is wrong with a body.

    Args:
        type_name: The act's type, as it was written.
        problem: What was found.
        lang: `es` or `en`.

    Returns:
        What happened, what was expected, what to do; the code at the end.
    """
    words = FormWords(lang, ("es",))
    code = tr(lang, "cli.refused.code", code=problem.code)
    if type_name not in REGISTRY:
        return f"{tr(lang, 'cli.draft.no_type', type=printable(type_name, _SHOWN))}\n{code}"
    form = Builder(State()).form(FormRequest(type=type_name))
    where = printable(problem.found.get("where", ""), _SHOWN)
    path = re.sub(r"\[[0-9]+\]", ".*", where.removeprefix("body").lstrip("."))
    named = dict(walk(form.fields))
    asked = named.get(path)
    about = {"act": words.act(type_name), "type": type_name, "where": where}
    if asked is None:
        expected = error_words(str(problem.found.get("expected", "")), lang) or rule_words(problem.rule, lang)
        members = ", ".join(f"«{item.name}»" if lang == "es" else f"“{item.name}”" for item in form.fields)
        text = tr(lang, "cli.draft.form", expected=expected, members=members, **about)
        return f"{text}\n{code}"
    if problem.found.get("expected") == _MISSING:
        kind = "cli.draft.missing_choice" if asked.options else "cli.draft.missing"
        missing = tr(lang, kind, label=words.label(asked), options=_options(asked, words) or "—", **about)
        return f"{missing}\n{code}"
    expected = _options(asked, words) or error_words(str(problem.found.get("expected", "")), lang)
    shown = printable(problem.found.get("found", ""), _SHOWN).strip("'\"")
    text = tr(lang, "cli.draft.value", label=words.label(asked), expected=expected, found=shown, **about)
    return f"{text}\n{code}"


def _options(asked: Field, words: FormWords) -> str:
    """Give the choices of a question as they are written in JSON, each with what it means."""
    shown = ((option.value, words.title(option.title)) for option in asked.options)
    return ", ".join(value if value == title else f"{value} ({title})" for value, title in shown)
