"""The words of the pages' own scripts, in the page's language: message ids `page.js_<code>`."""

from typing import Final

from constancia.api.text.i18n import message_ids, tr

_PREFIX: Final = "page.js_"


def messages(lang: str) -> dict[str, str]:
    """Give the words of scripts by code; what varies is in braces.

    Args:
        lang: `es` or `en`.
    """
    codes = [name.removeprefix(_PREFIX) for name in message_ids(lang) if name.startswith(_PREFIX)]
    return {code: tr(lang, f"page.js_{code}") for code in codes}
