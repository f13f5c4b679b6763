"""The figure around a picture: the drawing, a sentence that says the same in short, and a table that says all of it."""

from collections.abc import Sequence

from markupsafe import Markup, escape

from constancia.api.pictures.svg import ForeignText, tag
from constancia.api.text.i18n import tr

Cell = ForeignText | str | Markup


def table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Markup:
    """Give a table whose rows' first cells are their heads.

    Args:
        caption: What it is.
        heads: The columns' heads.
        rows: Cells of foreign text, of sentences of ours, which are escaped too, or of markup.
    """
    head = tag("tr", *(tag("th", name, scope="col") for name in heads))
    body = [
        tag(
            "tr",
            tag("th", _shown(cells[0]), scope="row"),
            *(tag("td", _shown(cell), data_label=name) for name, cell in zip(heads[1:], cells[1:], strict=True)),
        )
        for cells in rows
    ]
    return tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *body), class_="stack")


def _shown(cell: Cell) -> Markup:
    return cell.html() if isinstance(cell, ForeignText) else escape(cell)


def listed(items: Sequence[Cell]) -> Markup:
    """Give texts as a list; nothing for none, and the text alone for one."""
    if len(items) == 1:
        return _shown(items[0])
    return tag("ul", *(tag("li", _shown(item)) for item in items)) if items else Markup("")


def figure(lang: str, drawing: Markup, caption: Cell, facts: Markup, *, scrolls: bool = False) -> Markup:
    """Give the figure.

    Args:
        lang: The page's language.
        drawing: The picture.
        caption: A sentence.
        facts: The table.
        scrolls: Whether the picture may be wider than a narrow screen: it then scrolls by itself, by keyboard too.
    """
    shown = drawing
    if scrolls:
        shown = tag("div", drawing, class_="scroll", tabindex=0, role="group", aria_label=tr(lang, "page.pic_drawing"))
    details = tag("details", tag("summary", tr(lang, "page.pic_as_table")), facts)
    return tag("figure", shown, tag("figcaption", _shown(caption)), details, class_="picture")
