"""Documents shown within a page: formatted, and nothing of theirs comes alive."""

from tests.rows import each_row

from constancia.api.pages.markdown import formatted

HOSTILE = (
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "[firme aquí](javascript:alert(1))",
    "![x](https://example.org/x.png)",
    "<https://example.org>",
    "&lt;script&gt;",
)


@each_row("text", HOSTILE)
def test_nothing_of_a_document_comes_alive(text: str) -> None:
    for kind in ("text/markdown", "text/plain"):
        html = str(formatted(text.encode(), kind))
        for alive in ("<script", "<img", "<a ", "onerror=&quot;alert(1)&quot;>"):
            assert alive not in html.replace("&lt;", "§")


def test_headings_stand_under_the_pages_own() -> None:
    html = formatted(b"# Uno\n\n## Dos\n\n| a | b |\n|---|---|\n| 1 | 2 |\n", "text/markdown")
    assert "<h4>Uno</h4>" in html
    assert "<h5>Dos</h5>" in html
    assert "<td>1</td>" in html


def test_other_text_is_shown_as_it_is() -> None:
    assert formatted(b"# a < b", "text/plain; charset=utf-8") == "<pre># a &lt; b</pre>"
