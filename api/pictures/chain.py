"""How anybody knows that nothing was changed: the chain of entries, the tree above it, and who cosigned its root."""

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from constancia.api.pictures.figure import figure, table
from constancia.api.pictures.svg import (
    NARROWEST,
    SMALL,
    ForeignText,
    bar,
    label,
    line,
    paragraph,
    picture,
    placed,
    shape,
    tag,
)  # fmt: skip
from constancia.api.text.dates import date_words
from constancia.api.text.i18n import tr

_SHORT: Final = 16  # digits of the root that are shown
_FEW: Final = 4  # entries that are drawn one by one
_ROOT, _NODES, _LEAVES = 62, 108, 150  # pixels from the top


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessLine:
    """A witness by its name: the last entry that it has cosigned, and the day; None where it has cosigned none."""

    name: ForeignText
    last: int | None
    on: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The chain as of a size: number of entries, the root of their tree (hex), and its witnesses."""

    size: int
    root: str
    witnesses: tuple[WitnessLine, ...]


def draw(model: Chain, lang: str) -> Markup:
    """Draw chain, tree and witnesses, with a table; nothing for an empty log.

    Args:
        model: What to draw.
        lang: `es` or `en`.
    """
    if not model.size:
        return Markup("")
    parts = [*_tree(model, lang), *_entries(model, lang)]
    y = _LEAVES + 66.0
    caption, used = paragraph(tr(lang, "page.pic_c_each_names"), y, size=SMALL, class_="soft", most=3)
    parts.append(caption)
    y += used + 10
    drawn, y = _witnesses(model, lang, y)
    drawing = picture(y, tr(lang, "page.pic_chain_name"), [*parts, *drawn])
    return figure(lang, drawing, _caption(model, lang), _table(model, lang))


def shown_entries(size: int) -> list[int | None]:
    """Give the indices of the entries that are drawn: all of a short log, else the first two, a gap and the last.

    The last one has its pair with it where it has one: an entry of even index without a next one is alone in the tree.

    Source: RFC 6962 §2.1.
    """
    if size <= _FEW:
        return list(range(size))
    return [0, 1, None, size - 2, size - 1] if size % 2 == 0 else [0, 1, None, size - 1]


def _tree(model: Chain, lang: str) -> list[Markup]:
    """Draw the tree's root, with its short name, and the ways from the entries to it."""
    parts: list[Markup] = []
    for pair in _pairs(model.size):
        middle = sum(pair) / len(pair)
        parts += [line(x, _LEAVES, middle, _NODES, "soft") for x in pair]
        parts.append(line(middle, _NODES, 50, _ROOT, "soft"))
        parts.append(placed(middle, _NODES, tag("circle", cx=0, cy=0, r=5, class_="soft", fill="currentColor")))
    parts.append(label(tr(lang, "page.pic_c_root"), 50, 14, anchor="middle", font_weight=600))
    parts.append(bar(20, 80, 22, _ROOT - 22, "accent", rx=5))
    name = " ".join(model.root[at : at + 8] for at in range(0, _SHORT, 8)) + "…"
    parts.append(label(name, 50, 47, NARROWEST * 0.6, SMALL, "paper", "middle", font_family="monospace"))
    return parts


def _pairs(size: int) -> list[list[float]]:
    """Give the places of the entries that share a parent; the gap has one of its own."""
    shown = shown_entries(size)
    pairs: dict[int, list[float]] = {}
    for place, index in enumerate(shown):
        pairs.setdefault(-1 if index is None else index // 2, []).append(100 / len(shown) * (place + 0.5))
    return list(pairs.values())


def _entries(model: Chain, lang: str) -> list[Markup]:
    shown = shown_entries(model.size)
    step = 100 / len(shown)
    half = min(step / 2 - 2, 8)
    parts: list[Markup] = []
    for place, index in enumerate(shown):
        x = step * (place + 0.5)
        if place:
            parts.append(line(x - step + half, _LEAVES + 17, x - half, _LEAVES + 17, "ink", stroke_width=2))
            arrow = shape("M6 -5L0 0L6 5", "ink", "none", stroke="currentColor", stroke_width=2)
            parts.append(placed(x - step + half, _LEAVES + 17, arrow))
        if index is None:
            parts.append(label("…", x, _LEAVES + 22, anchor="middle", size=18))
            continue
        frame = {"fill": "none", "stroke": "currentColor", "stroke_width": 2, "rx": 4}
        parts.append(bar(x - half, x + half, _LEAVES, 34, "ink", **frame))
        parts.append(label(str(index), x, _LEAVES + 22, 44, SMALL, anchor="middle", font_weight=600))
    parts.append(label(tr(lang, "page.pic_c_first"), 0, _LEAVES + 52, 140, SMALL, "soft"))
    parts.append(label(tr(lang, "page.pic_c_last", index=model.size - 1), 100, _LEAVES + 52, 150, SMALL, "soft", "end"))
    return parts


def _witnesses(model: Chain, lang: str, y: float) -> tuple[list[Markup], float]:
    title = tr(lang, "page.pic_c_witnesses") if model.witnesses else tr(lang, "page.pic_c_no_witnesses")
    head, used = paragraph(title, y, font_weight=600)
    parts, y = [head], y + used + 6
    for witness in model.witnesses:
        far = 0.0 if witness.last is None else (witness.last + 1) / model.size
        parts.append(label(witness.name, 0, y + 12, 110, SMALL, font_weight=600))
        parts.append(label(witness_words(witness, lang), 100, y + 12, 170, SMALL, "ink", "end"))
        parts.append(bar(0, 100, y + 18, 8, "ink", fill="none", stroke="currentColor"))
        if witness.last is not None:
            parts.append(bar(0, 100 * far, y + 18, 8, "good" if far == 1 else "warn"))
        y += 38
    return parts, y


def witness_words(witness: WitnessLine, lang: str) -> str:
    """Say up to which entry a witness has cosigned."""
    return tr(lang, "page.pic_c_none") if witness.last is None else tr(lang, "page.pic_c_up_to", index=witness.last)


def _caption(model: Chain, lang: str) -> str:
    name = "page.pic_chain_key_one" if model.size == 1 else "page.pic_chain_key"
    return tr(lang, name, count=model.size, last=model.size - 1)


def _table(model: Chain, lang: str) -> Markup:
    heads = [tr(lang, "page.pic_what"), tr(lang, "page.pic_c_value")]
    root = tag("code", model.root)
    rows: list[tuple[ForeignText | str, Markup | str]] = [
        (tr(lang, "page.pic_c_count"), str(model.size)),
        (tr(lang, "page.pic_c_last_entry"), str(model.size - 1)),
        (tr(lang, "page.pic_c_root"), root),
    ]
    for witness in model.witnesses:
        when = f" ({date_words(witness.on, lang)})" if witness.on else ""
        rows.append((witness.name, f"{witness_words(witness, lang)}{when}"))
    return table(tr(lang, "page.pic_chain_name"), heads, rows)
