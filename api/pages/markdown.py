"""Documents in Markdown as formatted text. What was signed are the document's bytes, which are shown with it."""

from functools import cache
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_UNDER: Final = 3  # the page has one h1, and a document's text is under an h3


@cache
def _renderer() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415 (the server starts without it)

    # Without raw HTML, and without links and images: nothing that a document holds may become an address to click.
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable(["link", "image", "autolink"])


def formatted(data: bytes, media_type: str) -> Markup:
    """Give a document's text for showing within a page.

    Args:
        data: Its bytes, UTF-8; what is not is shown as replacement characters.
        media_type: `text/markdown` is formatted, other text is shown as it is.

    Returns:
        Safe HTML.
    """
    text = data.decode("utf-8", "replace")
    if media_type.split(";", maxsplit=1)[0] != "text/markdown":
        return Markup("<pre>{}</pre>").format(escape(text))
    renderer = _renderer()
    tokens = renderer.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1:]) + _UNDER)}"
    html = renderer.renderer.render(tokens, renderer.options, {})
    return Markup(html)  # noqa: S704 - the renderer escapes all that it does not make itself
