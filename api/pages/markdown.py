"""Documents in Markdown as formatted text. What was signed are the document's bytes, which stand beside it."""

from functools import cache

from markdown_it import MarkdownIt
from markupsafe import Markup, escape


@cache
def _renderer() -> MarkdownIt:
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
    if media_type.split(";", maxsplit=1)[0] == "text/markdown":
        return Markup(_renderer().render(text))  # noqa: S704 - the renderer escapes all that it does not make itself
    return Markup("<pre>{}</pre>").format(escape(text))
