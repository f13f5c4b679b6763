"""What follows the end of a sentence in a page's template begins with a capital letter."""

import re
from pathlib import Path

import pytest

from constancia.api.text.i18n import catalogue

TEMPLATES = Path(__file__).resolve().parents[3] / "api" / "templates"
CONDITION = r"\{%[^%]*%\}"
# A full stop, spaces and conditions, and a message. One whose name is put together is not looked up.
AFTER_A_STOP = re.compile(
    rf"(?<=[.?!])(?P<between>(?:\s|{CONDITION})+)\{{\{{ t\('(?P<name>[\w.]+)'(?!\s*\+)(?P<rest>[^}}]*)\}}\}}"
)


def begins_small(template: str, lang: str) -> list[str]:
    """Give the messages that follow a full stop in a template, and begin with a small letter."""
    shown = [
        match["name"]
        for match in AFTER_A_STOP.finditer(template)
        if " " in re.sub(CONDITION, "", match["between"]) and "capitalize" not in match["rest"]
    ]
    return [name for name in shown if catalogue(lang).gettext(name)[:1].islower()]


@pytest.mark.parametrize("lang", ["es", "en"])
def test_a_message_after_a_full_stop_begins_with_a_capital_letter(lang: str) -> None:
    small = {path.name: begins_small(path.read_text(encoding="utf-8"), lang) for path in TEMPLATES.rglob("*.html")}
    assert {name: messages for name, messages in small.items() if messages} == {}


@pytest.mark.parametrize(
    "template", ["end. {{ t('page.late_ended') }}", "end.{% if x %} {{ t('page.late_ended', status=x) }}"]
)
def test_a_small_letter_is_seen(template: str) -> None:
    assert begins_small(template, "es") == ["page.late_ended"]
    assert begins_small(template.replace(") }}", ") | capitalize_first }}"), "es") == []
