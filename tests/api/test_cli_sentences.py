"""What a verb says of a mistake names that very mistake, whole in one language, and its help says the same in both."""

import re
from pathlib import Path

import pytest
from tests.api.command_line import run_here

KEY = ("--key", "k.pem", "--dir", "D", "--trust", "t")


def said(arguments: tuple[str, ...], lang: str, cwd: Path) -> str:
    done = run_here(("--lang", lang, *arguments), env={"COLUMNS": "500"}, cwd=cwd)
    assert done.returncode
    assert not list(cwd.iterdir())
    return re.sub(r"\s+", " ", done.stdout + done.stderr)


@pytest.mark.parametrize(
    ("arguments", "es", "en"),
    [
        (("mirror", "ftp://x", *KEY), "Un espejo copia libros", "A mirror copies logs"),
        (("mirror", "http://x", *KEY, "--levels", "L3"), "Un espejo revisa hasta L2", "A mirror checks up to L2"),
        (("move", "--dir", "none", "sqlite"), "no hay un libro en none", "there is no ledger in none"),
        (
            ("verify-release", "x.whl", "--trust", "t"),
            "t/release-keys.pem: no está.",
            "t/release-keys.pem: it is missi",
        ),
    ],
)
def test_mistake_is_named(arguments: tuple[str, ...], es: str, en: str, tmp_path: Path) -> None:
    assert en in said(arguments, "en", tmp_path)
    assert es in said(arguments, "es", tmp_path)


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("serve", "Go on although the last entry's time is in the future; it is published."),
        ("serve", "Go on from a shorter copy; it is published."),
        ("serve", "which is not public."),
        ("restore", "Go on from a shorter copy; it is published."),
        ("mirror", "Mirror: verifies, copies, cosigns a log."),
        ("publish", "Compare what is published, byte by byte, at the start"),
    ],
)
def test_english_help_says_what_the_spanish_says(verb: str, words: str, tmp_path: Path) -> None:
    shown = run_here((verb, "--help"), env={"COLUMNS": "500", "TERM": "dumb"}, cwd=tmp_path).stdout
    assert words in re.sub(r"[\s│]+", " ", shown)
