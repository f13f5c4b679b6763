"""Plain words: the old dialect of sources and documents does not come back, and Spanish has one vocabulary.

The lists of files that are not clean yet are ratchets: a number in them may only go down, and a clean file leaves them.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest
from tests.rows import each_row

from constancia.verify.report.words import FAULTS, LABELS, REMARKS, VERDICTS

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("api", "domain", "ledger", "verify")
# Standard words instead: anybody who …; again, rebuild; is compared with, must; is reported; always; next to.
OLD = r"\bwhoever\b|\banew\b|\bheld to\b|\b(?:am|is|are|be|been|was|were) told\b|\bfor ever\b|\b(?:that|what) was had\b"
BANNED = re.compile(
    OLD + r"|\bbeside\b|\bstands? (?:there|at|in|under|twice|against|verbatim|alone)\b|\b(?:it|they) stands?\b",
    re.IGNORECASE,
)
NOT_CLEAN: dict[str, int] = {
    "verify/page/bundle.js": 3,
    "verify/page/directory.js": 1,
    "verify/page/zip.js": 1,
}
# Words that say nothing of what a variable holds: it is named for the thing (an entry, a party, a key).
EMPTY_NAMES = frozenset({"found", "held", "kept", "one", "said", "told"})
# Members of documents in use: `found` of a refusal, `said` of the state document, `held` of a monitor's state.
EMPTY_NAMES_LEFT: dict[str, int] = {
    "domain/kernel/problems.py": 1,
    "domain/remarks/allegation.py": 1,
    "domain/remarks/correction.py": 1,
    "ledger/monitor/watch_folder.py": 1,
}
# One Spanish word for one thing: libro, registro, veredicto, alteración, tesela (docs/GLOSSARY.md).
OTHER_SPANISH = re.compile(r"\bbitácoras?\b|\bentradas?\b|\bdictamen\b|\bdictámenes\b|\bmosaicos?\b", re.IGNORECASE)


def prose() -> Iterator[Path]:
    """Sources, catalogues and documents; not the changelog, which is history, nor the page built from its source."""
    for floor in FLOORS:
        for pattern in ("*.py", "*.js", "*.html"):
            yield from sorted((ROOT / floor).rglob(pattern))
    yield from sorted((ROOT / "api/locale/en").rglob("*.po"))
    yield from sorted((ROOT / "docs").rglob("*.md"))
    for folder in ("examples", "tools"):
        yield from sorted((ROOT / folder).rglob("*.py"))
    yield from sorted(path for path in ROOT.glob("*.md") if path.name != "CHANGELOG.md")


def counts() -> dict[str, int]:
    """Banned words by file, line breaks within a phrase included; files without any are left out."""
    found = {
        str(path.relative_to(ROOT)): len(BANNED.findall(re.sub(r"\s+(?:#\s|//\s)?\s*", " ", path.read_text("utf-8"))))
        for path in prose()
    }
    return {path: number for path, number in found.items() if number}


def test_there_is_prose_to_look_at() -> None:
    assert len(list(prose())) > 250


def test_tests_are_without_the_oldest_of_it() -> None:
    paths = [path for path in sorted((ROOT / "tests").rglob("*.py")) if path.name != Path(__file__).name]
    assert len(paths) > 200
    assert [path.name for path in paths if re.search(OLD, path.read_text(encoding="utf-8"), re.IGNORECASE)] == []


@pytest.mark.parametrize("text", ["whoever asks", "signed anew", "Is held to it", "are told", "kept for ever"])
def test_words_are_recognized(text: str) -> None:
    assert BANNED.search(text)


def test_no_file_has_more_of_the_old_dialect_than_the_list_says() -> None:
    assert counts() == NOT_CLEAN, "write plain words; where a file has fewer now, lower its number in the list"


def bound_names(node: ast.AST) -> Iterator[str]:
    """The names that a node itself binds: a variable, an argument, a function, what a pattern or an error is called."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.ExceptHandler | ast.MatchAs):
        yield node.name or ""


def empty_names(node: ast.AST) -> list[str]:
    """Empty names bound within a node; `found` is none where `expected` is bound by the same function or class.

    Those two are the pair of a fault: what was expected, and what was found.
    """
    inner: list[str] = []
    own: list[str] = []
    waiting = list(ast.iter_child_nodes(node))
    while waiting:
        child = waiting.pop()
        own.extend(bound_names(child))
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner.extend(empty_names(child))
        else:
            waiting.extend(ast.iter_child_nodes(child))
    allowed = {"found"} if "expected" in own else set()
    return [name for name in own if name in EMPTY_NAMES - allowed] + inner


def uses_empty_name(source: str) -> bool:
    """Tell whether any code has such a name, which costs a third of reading its tree: most files have none."""
    waiting = [compile(source, "source", "exec", dont_inherit=True)]
    while waiting:
        code = waiting.pop()
        # A member that is annotated alone is among the constants.
        if not EMPTY_NAMES.isdisjoint(
            (*code.co_varnames, *code.co_names, *code.co_cellvars, code.co_name, *map(str, code.co_consts))
        ):
            return True
        waiting += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return False


@each_row(
    ("source", "names"),
    [
        ("for one in (1, 2):\n    print(one)", ["one"]),
        ("def f(kept: int) -> None:\n    print([told for told in (kept,)])", ["told", "kept"]),
        ("class A:\n    def said(self) -> None: ...", ["said"]),
        ("def f(expected: int, found: int) -> bool:\n    return expected == found", []),
        ("def f(found: int) -> int:\n    return found", ["found"]),
        ("print(entry.held)", []),
        ("class A:\n    told: int", ["told"]),
    ],
)
def test_empty_names_are_recognized(source: str, names: list[str]) -> None:
    assert sorted(empty_names(ast.parse(source))) == sorted(names)
    assert uses_empty_name(source) or not names


def test_variables_are_named_for_what_they_hold() -> None:
    paths = [path for folder in (*FLOORS, "tools", "examples") for path in sorted((ROOT / folder).rglob("*.py"))]
    assert len(paths) > 250
    texts = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in paths}
    counted = {path: len(empty_names(ast.parse(text))) for path, text in texts.items() if uses_empty_name(text)}
    assert {path: number for path, number in counted.items() if number} == EMPTY_NAMES_LEFT


def spanish() -> Iterator[tuple[str, str]]:
    """Spanish texts that people read, by where they are."""
    for table in (FAULTS, LABELS, REMARKS, VERDICTS):
        for code, words in table.items():
            yield f"verify/report/words.py {code}", words["es"]
    for path in (*sorted((ROOT / "api/locale/es").rglob("*.po")), ROOT / "verify/page/words.js"):
        yield from ((path.name, line) for line in path.read_text("utf-8").splitlines())
    for path in (ROOT / "docs" / "es").glob("*.md"):
        yield from ((path.name, line) for line in path.read_text("utf-8").splitlines())
    for path in (ROOT / "api" / "cli").rglob("*.py"):
        yield from ((f"api/cli/{path.name}", line) for line in path.read_text("utf-8").splitlines())
    bundle = (ROOT / "ledger/publication/bundle.py").read_text("utf-8")
    yield "ledger/publication/bundle.py", bundle


def test_spanish_has_one_word_for_one_thing() -> None:
    assert [(where, text) for where, text in spanish() if OTHER_SPANISH.search(text)] == []
