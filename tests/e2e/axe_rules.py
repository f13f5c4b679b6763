"""Which rules of axe are tried: all of WCAG 2.0 to 2.2, A and AA; and those that a scheme or a width can break."""

from typing import Any, Final

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
