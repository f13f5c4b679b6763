"""A citation as BibTeX: whatever is cited, one entry, and nothing in it that LaTeX would act on."""

import re

from tests.rows import each_row

from constancia.api.pages.news.follow import bibtex

NAMES = ("party", "sentence", "ledger", "index", "date")


def cited(text: str) -> str:
    return bibtex(dict.fromkeys(NAMES, text) | {"leaf": "a" * 64, "link": "http://x.example/e/1"})


@each_row(
    ("text", "shown"),
    [
        ("a}, url = {http://evil.example}", "a, url = http://evil.example"),
        ("acta\n@misc{otra,", "acta @miscotra,"),  # programs begin an entry at a line's `@`
        ("\\input{/etc/passwd}", "\\textbackslash{}input/etc/passwd"),
        ("5^3 ~ 80 % de #1 & $x_1$", "5\\textasciicircum{}3 \\textasciitilde{} 80 \\% de \\#1 \\& \\$x\\_1\\$"),
    ],
)
def test_text_of_an_act_is_a_text_of_the_citation(text: str, shown: str) -> None:
    given = cited(text)
    assert f"  title = {{{{{shown}}}}},\n" in given
    assert len(re.findall(r"(?m)^\s*@", given)) == 1
    assert given.count("{") == given.count("}")
    assert given.count("\n") == 8
