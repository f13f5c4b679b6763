"""Which rules of axe are tried: all of WCAG 2.0 to 2.2, A and AA; and those that a scheme or a width can break.

The rule about contrasts takes most of the time of all of them. What it says follows from how a text looks: its colour
and size, and the backgrounds that it is on. So it is asked once about each look, on whichever page has it first, in
whichever scheme; `make thorough` asks it about every text of every page.
"""

from typing import Any, Final, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page
from tests.profile import THOROUGH

WCAG: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_CONTRAST: Final = "color-contrast"
_OF_COLOUR: Final = [_CONTRAST, "link-in-text-block"]
_OF_PLACE: Final = ["target-size", "scrollable-region-focusable"]
_VIOLATIONS: Final[dict[str, Any]] = {"resultTypes": ["violations"]}
WHOLE: Final[dict[str, Any]] = {"runOnly": {"type": "tag", "values": WCAG}, "rules": {}, **_VIOLATIONS}
# The scheme changes colours alone, and the width what is next to what: the rules about them are tried again.
COLOURS: Final[dict[str, Any]] = {"runOnly": {"type": "rule", "values": _OF_COLOUR}, **_VIOLATIONS}
PLACES: Final[dict[str, Any]] = {"runOnly": {"type": "rule", "values": _OF_PLACE}, **_VIOLATIONS}
PLACES_AND_COLOURS: Final = {**PLACES, "runOnly": {"type": "rule", "values": [*_OF_COLOUR, *_OF_PLACE]}}
# Without those about colours and places, which take most of the time.
OTHERS: Final[dict[str, Any]] = {**WHOLE, "rules": {name: {"enabled": False} for name in (*_OF_COLOUR, *_OF_PLACE)}}
RULES: Final[dict[Literal["light", "dark"], dict[str, Any]]] = {"light": WHOLE, "dark": COLOURS}
# Looks that break no rule; any number of pages and schemes have the same.
_SOUND: Final = set[str]()
_OF_A_LOOK: Final = 3  # texts of a page that look alike and are tried: how each is placed may differ
# Marks the texts that look as none before; gives their looks.
_MARK: Final = """([within, known, most]) => {
  const layers = new Map([[null, '']]), seen = new Map(), old = new Set(known)
  const layersOf = each => {
    if (!layers.has(each)) {
      const style = getComputedStyle(each)
      const own = [
        style.backgroundColor, style.backgroundImage, style.opacity, style.mixBlendMode, style.filter,
        ['absolute', 'fixed', 'sticky'].includes(style.position) ? style.position + style.zIndex : '',
      ].join(' ')
      const isPlain = own === 'rgba(0, 0, 0, 0) none 1 normal none '
      layers.set(each, layersOf(each.parentElement) + (isPlain ? '' : `/${own}`))
    }
    return layers.get(each)
  }
  const isText = each => /^(input|select|textarea)$/i.test(each.tagName)
    || [...each.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim())
  for (const root of within === null ? [document.body] : document.querySelectorAll(within)) {
    for (const each of [root, ...root.querySelectorAll('*')]) {
      const box = each.getBoundingClientRect()
      if (box.width < 2 || box.height < 2 || box.right < 0 || !isText(each)) continue
      if (!each.checkVisibility({visibilityProperty: true})) continue
      const {color, fontSize, fontWeight, textShadow} = getComputedStyle(each)
      const look = [color, fontSize, fontWeight, textShadow, layersOf(each)].join(' ')
      const count = seen.get(look) ?? 0
      if (old.has(look) || count === most) continue
      seen.set(look, count + 1)
      each.setAttribute('data-look', '')
    }
  }
  return [...seen.keys()]
}"""
_UNMARK: Final = "document.querySelectorAll('[data-look]').forEach(each => each.removeAttribute('data-look'))"
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
    names = rules["runOnly"]["values"]
    if THOROUGH or not (_CONTRAST in names or (names is WCAG and _CONTRAST not in rules["rules"])):
        violations: list[Any] = page.evaluate(_RUN, [within, rules])
        return violations
    if names is WCAG:
        others = rules | {"rules": {**rules["rules"], _CONTRAST: {"enabled": False}}}
    else:
        others = rules | {"runOnly": {"type": "rule", "values": [name for name in names if name != _CONTRAST]}}
    contrasts = rules | {"runOnly": {"type": "rule", "values": [_CONTRAST]}, "rules": {}}
    return [*page.evaluate(_RUN, [within, others]), *_contrasts(page, contrasts, within)]


def _contrasts(page: Page, rules: dict[str, Any], within: str | None) -> list[Any]:
    """Try the rule about contrasts on the texts of a page that look as none did before."""
    looks: list[str] = page.evaluate(_MARK, [within, sorted(_SOUND), _OF_A_LOOK])
    if not looks:
        return []
    violations: list[Any] = page.evaluate(_RUN, [{"include": [["[data-look]"]]}, rules])
    page.evaluate(_UNMARK)
    if not violations:
        _SOUND.update(looks)
    return violations


def broken_in_a_scheme(page: Page, within: str | None = None, **options: object) -> dict[str, list[Any]]:
    """Try the rules on a page as it is, in one scheme after the other: it is neither opened nor given axe again.

    Args:
        page: The page; it is left in the light scheme.
        within: A selector, where only a part of the page is looked at.
        options: More options of axe.

    Returns:
        The schemes in which it breaks rules, with those rules.
    """
    found: dict[str, list[Any]] = {}
    for scheme, rules in reversed(RULES.items()):
        page.emulate_media(color_scheme=scheme)
        found[scheme] = broken(page, rules | options, within)
    return {scheme: faults for scheme, faults in found.items() if faults}
