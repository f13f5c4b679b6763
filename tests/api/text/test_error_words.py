"""Every error that the program raises by a sentence of its own has that sentence in Spanish."""

import ast
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rows import each_row
from tools.docs.build_refusal_docs import PAGE, page_with_steps

from constancia.api.http.problems import ALL_CODES
from constancia.api.text.error_words import error_words
from constancia.api.text.i18n import message_ids, tr
from constancia.verify.core.errors import Unreadable

ROOT = Path(__file__).resolve().parents[3]
LEDGER = frozenset(
    {
        "BucketTrouble", "Busy", "Closed", "Damaged", "Fatal", "KeyFileError", "LedgerError", "LostRace", "MirrorError",
        "NoLedger", "NotCopied", "NotFound", "NotStored", "Otherwise", "ReadOnly", "Unreachable", "Unread",
        "WrongPassphrase",
    }
)  # fmt: skip
# Which argument of each error is the sentence.
SENTENCE = {**dict.fromkeys(LEDGER, 0), "Malformed": 2, "Unreadable": 2}
# Busy says itself when to try again.
AFTER = {"Busy": "; try again in {} s", "NotStored": "; try again in {} s"}


def template(node: ast.expr) -> str | None:
    """Give a sentence with `{}` for what varies; None for an expression that is no text of its own."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


@cache
def sentences() -> tuple[tuple[str, str], ...]:
    return tuple(_sentences())


def _sentences() -> Iterator[tuple[str, str]]:
    for floor in ("verify", "domain", "ledger", "api"):
        for path in sorted((ROOT / floor).rglob("*.py")):
            source = path.read_text("utf-8")
            if not any(f"{name}(" in source for name in SENTENCE):
                continue
            for node in ast.walk(ast.parse(source)):
                name = getattr(getattr(node, "func", None), "id", "")
                at = SENTENCE.get(name)
                if at is None or not isinstance(node, ast.Call) or len(node.args) <= at:
                    continue
                text = template(node.args[at])
                if text is not None and re.search(r"\w", text.replace("{}", "")):
                    yield text + AFTER.get(name, ""), path.relative_to(ROOT).as_posix()


def test_every_sentence_is_in_the_catalogue() -> None:
    known = {name.removeprefix("error.") for name in message_ids("es") if name.startswith("error.")}
    assert len(known) > 200
    assert sorted((text, path) for text, path in sentences() if text not in known) == []


def test_sentence_with_parts_is_said_in_spanish_with_the_same_parts() -> None:
    wrong = []
    for text in sorted({text for text, _path in sentences()}):
        parts, filled = [f"part{number}" for number in range(text.count("{}"))], text
        for part in parts:
            filled = filled.replace("{}", part, 1)
        if not all(part in error_words(filled, "es") for part in parts) or error_words(filled, "en") != filled:
            wrong.append(text)
    assert wrong == []


@each_row(
    ("error", "es", "en"),
    [
        (
            Unreadable("unreachable", "http://127.0.0.1:9/a", "<urlopen error [Errno 111] Connection refused>"),
            "http://127.0.0.1:9/a: nadie responde ahí",
            "http://127.0.0.1:9/a: nobody answers there",
        ),
        (
            Unreadable("denied", "/libro/a", "[Errno 13] Permission denied: '/libro/a'"),
            "/libro/a: no tiene permiso [denied]",
            "/libro/a: Permission denied [denied]",
        ),
    ],
)
def test_what_can_not_be_had_has_no_number_and_no_words_of_a_library(error: Unreadable, es: str, en: str) -> None:
    """A monitor says it of a log, and other errors of the file that they need."""
    for lang, words, outer in (("es", es, "/libro no se puede leer: "), ("en", en, "/libro can't be read: ")):
        assert error_words(str(error), lang).startswith(words)
        nested = error_words(f"/libro can't be read: {error}", lang)
        assert nested.startswith(outer + words)
        assert "Errno" not in nested
        assert "urlopen" not in nested


def test_no_sentence_of_the_catalogue_is_a_part_of_any_other() -> None:
    """Else a library's English text would become half Spanish."""
    texts = ("[SSL] EOF occurred in violation of protocol (_ssl.c:1006)", "a of b", "one thing: another [x of y]")
    assert [text for text in texts if error_words(text, "es") != text] == []


def test_place_of_an_error_is_said_in_spanish_too() -> None:
    """`Fatal` adds it to its sentence."""
    for text in ("another history of 3 entries is published", "the store can't be read: timed out"):
        assert error_words(f"{text} (at /libro)", "es") == f"{error_words(text, 'es')} (en /libro)"


def test_page_on_refusals_says_what_to_do_as_the_catalogue_does() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page_with_steps(page) == page, "run: make docs"
    codes = set(re.findall(r"^\| `(E_[A-Z_]+)` \|", page, re.MULTILINE))
    assert codes == set(ALL_CODES), "each code has a row"
    steps = {code: tr(lang, f"problem.{code}.next") for code in codes for lang in ("es", "en")}
    assert all(step.endswith(".") and "`" not in step for step in steps.values())
    changed = page.replace(f"{tr('en', 'problem.E_ROLE.next')} |", "Ask somebody. |")
    assert changed != page
    assert page_with_steps(changed) == page
    with pytest.raises(KeyError):
        page_with_steps("| `E_NOTHING` | 400 | rule | when | step |")


def test_reason_within_a_reason_is_translated_too() -> None:
    refused = "http://127.0.0.1:9: <urlopen error [Errno 111] Connection refused>"
    assert "nadie responde ahí" in error_words(refused.split(": ", 1)[1], "es")
    nested = "the store can't be read: the entry is missing"
    assert error_words(nested, "es") == "el almacén no se puede leer: falta el registro"


def sqlite_text(database: Path, *statements: str) -> str:
    """Give what SQLite says of the first statement that fails."""
    try:
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)
    except sqlite3.Error as error:
        return str(error)
    raise AssertionError("every statement was executed")


def test_what_sqlite_says_is_in_the_users_language(tmp_path: Path) -> None:
    """Its own sentences, as the library gives them: an operator meets them where a disk is full or a file damaged."""
    table, foreign = "CREATE TABLE data (value)", tmp_path / "foreign"
    foreign.write_bytes(b"no database " * 100)
    texts = [
        sqlite_text(tmp_path / "full", table, "PRAGMA max_page_count = 2", "INSERT INTO data VALUES (zeroblob(9000))"),
        sqlite_text(tmp_path / "read", table, "PRAGMA query_only = ON", "INSERT INTO data VALUES (1)"),
        sqlite_text(foreign, "SELECT * FROM sqlite_master"),
        sqlite_text(tmp_path / "nowhere" / "data", "SELECT 1"),
    ]
    assert len(set(texts)) == len(texts)
    assert [text for text in texts if error_words(text, "es") == text] == []


@given(st.text(max_size=200))
def test_any_other_text_stays_as_it_is_or_keeps_its_letters(text: str) -> None:
    assert isinstance(error_words(text, "es"), str)
    assert error_words(text, "en") == text
