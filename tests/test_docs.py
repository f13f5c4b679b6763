"""Documents that say how to use the code are run, and list what exists."""

import ast
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
import typer
from tests.ledger.conftest import Desk
from tests.ledger.world import ORIGIN, START, World
from tools.docs import documented_code

from constancia.api.cli import app
from constancia.api.http.settings import Settings
from constancia.ledger.clock import StoryClock
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.ledger import Ledger
from constancia.verify.__main__ import _parser

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
SIZE = 26  # entries of the ledger that the examples verify
FLOORS = ("verify", "domain", "ledger", "api")
# Pages that speak of the code as it is; CHANGELOG speaks of what it was, API is made from docstrings.
PAGES = sorted(
    [ROOT / "README.md", ROOT / "README.en.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *DOCS.rglob("*.md")],
    key=lambda path: path.relative_to(ROOT).as_posix(),
)
PATH = re.compile(r"(?:\.import|api|docs|domain|examples|ledger|tests|tools|verify)/[\w./*-]*(?:/|\.[a-z]+)")
# `NAME` of `path/file.py`: where a page says that something is found.
NAMED_IN = re.compile(
    r"`([A-Za-z_]\w*)`,? (?:of|in|from|de|en) `((?:api|domain|examples|ledger|tests|tools|verify)/[\w./-]+\.(?:py|js))`"
)
COMMAND = re.compile(r"(?<![\w./-])constancia (?:--lang \w+ )?([a-z]+(?:-[a-z]+)*)\b([^`#|\n]*)")
MODULE = re.compile(r"python -m (constancia[\w.]+)([^`#|\n]*)")
MAKE = re.compile(r"(?<![\w-])make ([a-z-]+)")
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(path: Path) -> list[str]:
    return BLOCK.findall(path.read_text(encoding="utf-8"))


@pytest.fixture
def auditor(tmp_path: Path) -> Path:
    """An auditor's folder, with a real ledger and a trust folder that did not come with it."""
    place, signer, clock = tmp_path / "ledger", LogSigner.generate(ORIGIN), StoryClock(START)
    with Ledger.open(place, clock=clock, signer=signer, create=True) as ledger:
        desk = Desk(ledger, World(signer.vkey), clock, signer, place)
        desk.found()
        desk.adopt()
        for content in (b"charter", b"minuta"):
            ledger.documents.put(content)
        ledger.publish()
        ledger.views.wait()
    (place / "trust").rename(tmp_path / "trust")
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("page", ["VERIFYING.md", "es/VERIFICAR.md"])
def test_python_in_a_page_runs_as_it_stands(page: str, auditor: Path) -> None:
    code = "\n".join(blocks(DOCS / page))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=auditor, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(ROOT / ".import"), "PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()
    assert told[0].startswith(f"INTACT {SIZE} ")
    assert told[1].startswith(f"{SIZE} act")
    assert told[2] == f"{SIZE} 0"


def test_code_of_the_documents_is_what_type_checkers_read() -> None:
    assert {path: path.read_text("utf-8") for path in documented_code.files()} == documented_code.files(), (
        "python -m tools.docs.documented_code"
    )


@pytest.mark.parametrize("page", ["VERIFYING.md", "es/VERIFICAR.md"])
def test_page_on_verifying_names_every_option_and_exit_code(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    options = options_of_verify()
    assert {"--trust", "--since", "--replay", "--all", "--json", "--restart"} <= options
    assert [one for one in sorted(options) if f"{one}" not in text] == []
    assert [code for code in (0, 1, 2, 3, 130) if not re.search(rf"\b{code}\b", text)] == []


@cache
def options_of_verify() -> set[str]:
    """What the verb says of itself, as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", "from constancia.api.cli import main; main()", "verify", "--help"],
        capture_output=True, text=True, check=True,
        env={"PYTHONPATH": str(ROOT / ".import"), "PATH": os.environ["PATH"]},
    )  # fmt: skip
    return set(re.findall(r"--[a-z]+", done.stdout)) - {"--help"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def code_in(path: Path) -> str:
    """The code of a page: fenced and indented blocks, and what stands between back-ticks."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    fences = re.findall(r"^```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    rest = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return "\n".join([*fences, *re.findall(r"^ {4}\S.*$", rest, re.MULTILINE), *re.findall(r"`([^`\n]+)`", rest)])


def options_in(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))


def test_code_of_a_page_is_its_blocks_and_back_ticks(tmp_path: Path) -> None:
    page = tmp_path / "a.md"
    page.write_text("Say `constancia log` and constancia show.\n```\nconstancia a \\\n  --b\n```\n\n    python -m x\n")
    code = code_in(page)
    assert [(verb, options_in(rest)) for verb, rest in COMMAND.findall(code)] == [("a", {"--b"}), ("log", set())]
    assert "python -m x" in code


def test_paths_that_pages_name_exist() -> None:
    spans = [(name_of(page), span) for page in PAGES for span in re.findall(r"`([^`\n]+)`", page.read_text("utf-8"))]
    named = {(page, span) for page, span in spans if PATH.fullmatch(span)}
    there = {span for span in {span for _, span in named} if any(ROOT.glob(span.rstrip("/")))}
    assert sorted((page, span) for page, span in named if span not in there) == []


def test_names_that_pages_find_in_a_file_are_in_it() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {name} in {file}"
        for path in PAGES
        for name, file in NAMED_IN.findall(path.read_text(encoding="utf-8"))
        if not re.search(rf"\b{name}\b", (ROOT / file).read_text(encoding="utf-8"))
    ]
    assert wrong == []
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert ("SEGMENTS", "api/pages/frame/frame.py") in NAMED_IN.findall(contributing)


def test_links_between_pages_lead_somewhere() -> None:
    links = [
        (page, link)
        for page in PAGES
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if "://" not in link
    ]
    assert [(name_of(page), link) for page, link in links if not (page.parent / link).exists()] == []


def test_commands_that_pages_show_exist_with_their_options() -> None:
    verbs = getattr(typer.main.get_command(app), "commands")  # noqa: B009 - typer does not type what it gives
    wrong = {name_of(page): wrong_commands(code_in(page), verbs) for page in PAGES}
    assert {page: shown for page, shown in wrong.items() if shown} == {}


def wrong_commands(code: str, verbs: Mapping[str, object]) -> list[str]:
    """What the code of a page runs that is not there, or not with these options."""
    wrong = []
    for verb, rest in COMMAND.findall(code):
        command = verbs.get(verb)
        known = {option for one in getattr(command, "params", ()) for option in (*one.opts, *one.secondary_opts)}
        for part in getattr(command, "commands", {}).values():
            known |= {option for one in part.params for option in one.opts}
        if command is None or not options_in(rest) <= known | {"--help"}:
            wrong.append(f"{verb}{rest}")
    for module, rest in MODULE.findall(code):
        if importlib.util.find_spec(module) is None:
            wrong.append(module)
        if module == "constancia.verify" and not options_in(rest) <= options_in(_parser().format_help()):
            wrong.append(f"{module}{rest}")
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    return wrong + [f"make {one}" for one in MAKE.findall(code) if one not in targets]


def test_pages_show_commands_at_all() -> None:
    shown = [verb for path in PAGES for verb, _ in COMMAND.findall(code_in(path))]
    assert len(shown) > 50
    assert {"verify", "keygen", "draft", "sign", "submit", "monitor"} <= set(shown)


def promise_of(room: Path) -> str:
    stated = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8")))
    assert stated is not None, f"{room} promises nothing"
    return stated.splitlines()[0]


def test_architecture_has_each_room_with_the_promise_that_it_states() -> None:
    rooms = [path.parent for floor in FLOORS for path in sorted((ROOT / floor).rglob("__init__.py"))]
    promised = {f"| `{name_of(room)}/` | {promise_of(room)} |" for room in rooms}
    rows = (DOCS / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines()
    stated = {row for row in rows if re.match(r"\| `[a-z/]+/` \|", row)}
    assert sorted(promised - stated) == [], "rows that docs/ARCHITECTURE.md lacks"
    assert sorted(stated - promised) == [], "rows of docs/ARCHITECTURE.md that no room states"


def test_every_decision_is_listed_and_has_the_template_s_parts() -> None:
    folder = DOCS / "adr"
    parts = re.findall(r"^## .*$", (folder / "template.md").read_text(encoding="utf-8"), re.MULTILINE)
    listed = (folder / "README.md").read_text(encoding="utf-8")
    decisions = sorted(folder.glob("[0-9]*.md"))
    for number, path in enumerate(decisions, start=1):
        text = path.read_text(encoding="utf-8")
        title = text.splitlines()[0].removeprefix(f"# {number}. ")
        assert path.name.startswith(f"{number:04d}-")
        assert re.findall(r"^## .*$", text, re.MULTILINE) == parts
        assert f"| [{number:04d}]({path.name}) | {title} |" in listed
    assert listed.count("](0") == len(decisions)


def test_glossary_defines_each_term_once_in_both_languages_with_its_source() -> None:
    lines = (DOCS / "GLOSSARY.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if re.match(r"\| (?!term |---)", line)]
    assert len(rows) >= 40
    assert [row for row in rows if len(row) != 4 or not all(row) or not row[2].endswith(".")] == []
    terms = [row[0] for row in rows]
    assert len(set(terms)) == len(terms)
    assert len({row[1] for row in rows}) == len(rows)


def test_operations_names_every_setting_and_no_other() -> None:
    settings = {f"CONSTANCIA_{name.upper()}" for name in Settings.model_fields}
    sources = [path for floor in FLOORS for path in (ROOT / floor).rglob("*.py")]
    read = {one for path in sources for one in re.findall(r"\"(CONSTANCIA_[A-Z_]*[A-Z])\"", path.read_text("utf-8"))}
    named = set(re.findall(r"`(CONSTANCIA_[A-Z_]+)`", (DOCS / "OPERATIONS.md").read_text(encoding="utf-8")))
    assert named == settings | read
    elsewhere = {one for path in PAGES for one in re.findall(r"CONSTANCIA_[A-Z_]*[A-Z]", path.read_text("utf-8"))}
    assert elsewhere <= named


def test_hooks_before_a_commit_are_local_and_of_the_lock_file() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"repo: (\S+)", hooks) == ["local"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    tools = {one.split(">")[0] for one in project["optional-dependencies"]["dev"]}
    entries = re.findall(r"entry: \.venv/bin/(\S+)", hooks)
    assert len(entries) == len(re.findall(r"^ *entry:", hooks, re.MULTILINE)) == 3
    assert set(entries) <= tools
