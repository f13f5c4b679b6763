"""Which rules of axe are tried: all of WCAG 2.0 to 2.2, A and AA; and those that a scheme or a width can break."""

from typing import Any, Final

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

WCAG: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_OF_COLOUR: Final = ["color-contrast", "link-in-text-block"]
_OF_PLACE: Final = [*_OF_COLOUR, "target-size", "scrollable-region-focusable"]
WHOLE: Final[dict[str, Any]] = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
# The scheme changes colours alone, and the width what is next to what: the rules about them are tried again.
COLOURS: Final[dict[str, Any]] = {"runOnly": {"type": "rule", "values": _OF_COLOUR}, "resultTypes": ["violations"]}
PLACES: Final[dict[str, Any]] = {"runOnly": {"type": "rule", "values": _OF_PLACE}, "resultTypes": ["violations"]}
# Without those about colours and places, which take most of the time.
OTHERS: Final[dict[str, Any]] = {**WHOLE, "rules": {name: {"enabled": False} for name in _OF_PLACE}}
RULES: Final = {"light": WHOLE, "dark": COLOURS}
# Only what is broken comes back: all that axe has to say about a page is more than the page.
_RUN: Final = """([within, rules]) => axe.run(within ?? document, rules).then(({violations}) =>
  violations.map(({id, nodes}) => [id, nodes.slice(0, 3).map(({target}) => target)]))"""


def broken(page: Page, rules: dict[str, Any], within: str | None = None) -> list[Any]:
    """Try rules on a page as it is; one that has axe already is not given it again.

    Args:
        page: The page.
        rules: The rules, as options of axe.
        within: A selector, where only a part of the page is looked at.

    Returns:
        The rules that it breaks, each with a few places.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    violations: list[Any] = page.evaluate(_RUN, [within, rules])
    return violations
