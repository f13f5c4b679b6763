"""The house holds its own rules: links, what each floor may import, sizes, docs that list what exists."""

import ast
import io
import re
import sys
import tokenize
import tomllib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.rows import each_row

from constancia.api.http.problems import ALL_CODES
from constancia.domain.catalogue import REGISTRY

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("api", "domain", "ledger", "verify")
DOMAIN_STDLIB = {
    "__future__", "abc", "array", "base64", "calendar", "collections", "dataclasses", "datetime", "decimal", "enum",
    "functools", "hashlib", "importlib", "itertools", "json", "operator", "re", "types", "typing",
    "unicodedata", "uuid", "zoneinfo",
}  # fmt: skip
# What an auditor must read in order to believe L1 and L2, in one sitting of some three hours; and all around it, which
# makes an audit quick, compares copies, reads files, zips and addresses, undoes in memory what a channel did to them,
# finds the place, tells another file by its bytes, and says in sentences with names what was recorded and what was
# altered. That last part is about 600 lines, on which no verdict rests. Docstrings are the guide, and `words.py` and
# `kinds.py` are tables of sentences: neither counts. Past these it is no longer a specification in code. The core's
# guide has a limit too.
CORE_CODE_LINES = 1_500
CORE_LINES_TO_READ = 1_900
AROUND_CODE_LINES = 4_000
CORE_STDLIB = {
    "base64", "binascii", "collections", "contextlib", "dataclasses", "datetime", "enum", "hashlib", "json", "re",
    "typing", "unicodedata", "zoneinfo",
}  # fmt: skip
FILE_LINES = 400
# A folder is a concept: who opens it sees at once what is in it. A module is a noun.
MODULES = 12
ROOMY = (*FLOORS, "tools")
PARTICIPLES = {
    "admitted", "asked", "cited", "compiled", "concerned", "dated", "derived", "described", "headed", "held", "kept",
    "known", "listed", "made", "misread", "met", "named", "prepared", "pinned", "promised", "shown", "signed",
    "standing", "told", "verified", "witnessed", "zipped",
}  # fmt: skip
INVARIANT = re.compile(r"^- ([A-Z]\d+): ", re.MULTILINE)
DEFINED = re.compile(r"^ *(?:async )?def (\w+)\(", re.MULTILINE)


def sources(floor: str) -> list[Path]:
    return sorted((ROOT / floor).rglob("*.py"))


@cache
def import_statements(path: Path) -> tuple[ast.Import | ast.ImportFrom, ...]:
    """The imports of a file, which is parsed once for all that ask."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return tuple(node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))


def imported_modules(path: Path) -> Iterator[str]:
    for node in import_statements(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        else:
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


def page(name: str) -> list[str]:
    return (ROOT / "docs" / name).read_text(encoding="utf-8").splitlines()


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]


@cache
def functions(path: str) -> frozenset[str]:
    return frozenset(DEFINED.findall((ROOT / path).read_text(encoding="utf-8")))


@each_row("floor", FLOORS)
def test_import_link_leads_to_the_floor(floor: str) -> None:
    link = ROOT / ".import" / "constancia" / floor
    assert link.is_dir(), (
        f"{link} is not a link to {floor}/: the checkout lost its symbolic links; on Windows clone "
        "with `git clone -c core.symlinks=true`"
    )
    assert link.resolve() == ROOT / floor


def test_constancia_stays_a_namespace_package() -> None:
    assert not (ROOT / ".import" / "constancia" / "__init__.py").exists()


def imported_elsewhere(paths: Iterable[Path], room: str, may: Callable[[Path, str], bool]) -> list[str]:
    """What files import that is neither allowed nor of their room; a path and a module each."""
    return [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in paths
        for module in imported_modules(path)
        if not (may(path, module) or module.startswith(f"constancia.{room}"))
    ]


def test_verify_imports_the_standard_library_and_cryptography_only() -> None:
    def may(path: Path, module: str) -> bool:
        root = module.split(".", maxsplit=1)[0]
        # There it may be missing.
        return (
            root in sys.stdlib_module_names or root == "cryptography" or (root, path.name) == ("nacl", "libsodium.py")
        )

    assert imported_elsewhere(sources("verify"), "verify", may) == []


def test_domain_imports_a_pure_subset_only() -> None:
    def may(_path: Path, module: str) -> bool:
        return module.split(".", maxsplit=1)[0] in DOMAIN_STDLIB or module == "eventsourcing.domain"

    assert imported_elsewhere(sources("domain"), "domain", may) == []


@each_row("floor", FLOORS)
def test_no_file_grows_past_its_length(floor: str) -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources(floor)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > FILE_LINES
    }
    assert long == {}


@each_row("floor", ROOMY)
def test_no_folder_has_more_modules_than_are_seen_at_once(floor: str) -> None:
    folders = {path.parent for path in sources(floor)}
    modules = {folder: sum(not path.stem.startswith("__") for path in folder.glob("*.py")) for folder in folders}
    assert {str(folder.relative_to(ROOT)): number for folder, number in modules.items() if number > MODULES} == {}


@each_row("floor", ROOMY)
def test_no_module_is_called_by_a_participle(floor: str) -> None:
    named = [str(path.relative_to(ROOT)) for path in sources(floor) if path.stem in PARTICIPLES]
    assert named == [], "a module is named for a thing: what is it that was asked, dated, known?"


def code_lines(path: Path) -> int:
    """Lines that hold code: no docstrings, comments or blanks."""
    text = path.read_text(encoding="utf-8")
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        line
        for node in ast.walk(ast.parse(text))
        if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None
        for line in range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)
    }
    empty = {
        tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER,
    }  # fmt: skip
    held = {
        line
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type not in empty
        for line in range(token.start[0], token.end[0] + 1)
    }
    return len(held - docstrings)


def test_code_lines_are_those_that_hold_code(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    doc = '"""Doc.\n\n    More.\n    """\n'
    path.write_text(f'{doc}\nX = """text\nmore"""\n\n\ndef f() -> int:\n    {doc}    # why\n    return 1\n')
    assert code_lines(path) == 4


def is_core(path: Path) -> bool:
    return path.is_relative_to(ROOT / "verify" / "core")


def lines_to_read(path: Path) -> int:
    """Lines with their docstrings; neither blank ones nor comments."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return sum(bool(line) and not line.startswith("#") for line in lines)


def test_core_of_verify_keeps_its_limits() -> None:
    core = [path for path in sources("verify") if is_core(path)]
    assert sum(map(code_lines, core)) <= CORE_CODE_LINES
    assert sum(map(lines_to_read, core)) <= CORE_LINES_TO_READ


def test_what_is_around_the_core_has_its_own_limit() -> None:
    around = [path for path in sources("verify") if not is_core(path) and path.name not in ("words.py", "kinds.py")]
    assert sum(map(code_lines, around)) <= AROUND_CODE_LINES


def test_core_imports_no_files_threads_or_network() -> None:
    def may(_path: Path, module: str) -> bool:
        return module.split(".", maxsplit=1)[0] in CORE_STDLIB | {"cryptography"}

    assert imported_elsewhere(filter(is_core, sources("verify")), "verify.core", may) == []


@pytest.mark.parametrize("name", ["VERIFYING.md", "es/VERIFICAR.md"])
def test_reading_order_of_the_core_lists_every_file_with_its_lines(name: str) -> None:
    """Each file stands after those that it imports."""
    rows = [cells(line) for line in page(name) if re.match(r"\| `[a-z_/]+\.py` \| \d+ \| \d+ \|", line)]
    listed = [row[0].strip("`") for row in rows]
    core = ROOT / "verify" / "core"
    there = {str(path.relative_to(core)): code_lines(path) for path in core.rglob("*.py") if path.stem != "__init__"}
    assert {row[0].strip("`"): int(row[1]) for row in rows} == there
    assert [int(row[2]) for row in rows] == [lines_to_read(core / file) for file in listed]
    [whole] = [cells(line) for line in page(name) if re.match(r"\| (?:all|todo) \| \d+ ", line)]
    assert [int(number) for number in whole[1:3]] == [sum(int(row[column]) for row in rows) for column in (1, 2)]
    for place, file in enumerate(listed):
        needed = {
            module.removeprefix("constancia.verify.core.").replace(".", "/") + ".py"
            for module in imported_modules(core / file)
            if module.startswith("constancia.verify.core.") and not module.endswith("authorship")
        }
        assert needed <= set(listed[:place]), f"{file} needs {needed - set(listed[:place])}"


def test_steps_of_the_specification_stand_in_the_core() -> None:
    """Every step of SPEC §7 is named where it is taken."""
    spec = (ROOT / "docs" / "SPEC.md").read_text(encoding="utf-8").split("**Steps.**")[1].split("**Place.**")[0]
    steps = [int(number) for number in re.findall(r"^(\d+)\. ", spec, re.MULTILINE)]
    assert steps == list(range(1, len(steps) + 1))
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources("verify") if is_core(path))
    named = {int(number) for number in re.findall(r"\bstep (\d+)", code)}
    named |= {int(number) for pair in re.findall(r"\bsteps (\d+) (?:and|to) (\d+)", code) for number in pair}
    assert set(steps) - named == set(), "each step is named at the line that takes it"


def test_specification_lists_every_event_type() -> None:
    spec = (ROOT / "docs" / "SPEC.md").read_text(encoding="utf-8")
    assert [name for name in REGISTRY if f"| {name} |" not in spec] == []


def test_refusals_page_lists_every_code() -> None:
    """Every code with its status, the rule, when it is met, and what to do next; and no code that is none."""
    rows = [cells(line) for line in page("REFUSALS.md") if line.startswith("| `E_")]
    assert all(len(row) == 5 and all(row) for row in rows)
    assert {row[0].strip("`"): int(row[1]) for row in rows} == dict(ALL_CODES)
    assert len(rows) == len(ALL_CODES)


def stated_invariants() -> set[tuple[str, str]]:
    """The numbered invariants that module docstrings state, as (path, number)."""
    return {
        (str(path.relative_to(ROOT)), number)
        for floor in (*FLOORS, "tools")
        for path in sources(floor)
        if INVARIANT.search(text := path.read_text(encoding="utf-8"))  # few do, and to parse all takes a second
        for number in INVARIANT.findall(ast.get_docstring(ast.parse(text)) or "")
    }


def test_invariants_page_lists_what_every_module_states() -> None:
    rows = [cells(line) for line in page("INVARIANTS.md") if line.startswith("| `")]
    listed = [(row[0].strip("`"), row[1]) for row in rows]
    stated = stated_invariants()
    assert stated - set(listed) == set(), "each takes a row: where, number, what holds, the test that holds it"
    assert set(listed) - stated == set(), "no module states these any more"
    assert len(listed) == len(stated)


def test_invariants_page_names_files_and_tests_that_exist() -> None:
    text = "\n".join(page("INVARIANTS.md"))
    named = re.findall(r"`(tests/[a-z0-9_/]+\.py)::(test_\w+)`", text)
    assert len(named) > 100
    assert [one for one in named if one[1] not in functions(one[0])] == []
    files = re.findall(r"`((?:api|domain|ledger|verify|tools)/[a-z0-9_/]+\.py)`", text)
    assert [one for one in files if not (ROOT / one).is_file()] == []


def test_every_invariant_of_the_process_names_a_test_that_bears_its_number() -> None:
    text = "\n".join(page("INVARIANTS.md"))
    table = text.split("\n## Of the process\n")[1].split("\n## ")[0].splitlines()
    rows = [cells(line) for line in table if re.match(r"\| \d+ \|", line)]
    numbers = [int(row[0]) for row in rows]
    assert numbers == [number for number in range(1, numbers[-1] + 1) if number != 23], "23 is said above the table"
    assert len(numbers) == 32
    assert [row[0] for row in rows if f"::test_{row[0]}_" not in row[3]] == []


def test_domain_is_mirrored_by_its_tests() -> None:
    tests = {path.name for path in (ROOT / "tests" / "domain").rglob("test_*.py")}
    assert {f"test_{path.name}" for path in sources("domain") if path.stem != "__init__"} <= tests


def test_lock_file_names_no_registry() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert "--index-url" not in lock


def test_continuous_integration_runs_the_command_that_everybody_runs() -> None:
    for name, target in (("run", "test"), ("nightly", "thorough")):
        lines = (ROOT / ".ci" / name).read_text(encoding="utf-8").splitlines()
        commands = [line for line in lines if line and not line.startswith("#")]
        assert commands == ["set -euo pipefail", 'cd "$(dirname "$0")/.."', f"exec make {target}"]
    [test] = re.findall(r"^test: (.*)\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert (test[0].partition("  ##")[0], test[1]) == ("check $(PROGRAMS)", "\t$(PYTEST) $(ARGS)\n")


def contracts() -> list[dict[str, Any]]:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return list(tomllib.loads(text)["tool"]["importlinter"]["contracts"])


def test_layers_name_every_room_of_their_floor() -> None:
    """What no layer names may import anything: an exhaustive contract fails for a new folder or file."""
    layers = {contract["containers"][0]: contract for contract in contracts() if contract.get("containers")}
    assert set(layers) == {f"constancia.{container.replace('/', '.')}" for container in CONTAINERS}
    assert {name: contract.get("exhaustive") for name, contract in layers.items()} == dict.fromkeys(layers, True)
    assert [name for name, contract in layers.items() if "exhaustive_ignores" in contract] == []


# Folders with rooms whose order is a contract: the floors, and what in them is rooms again.
CONTAINERS = (
    *FLOORS, "verify/core",
    "api/cli", "api/demo", "api/forms", "api/http", "api/opendata", "api/pages", "api/routers", "api/signing",
    "api/text",
)  # fmt: skip
# Rooms within a room whose order no contract asks for.
INNER = ("domain/commitments", "ledger/store", "ledger/views", "ledger/views/projections", "verify/audit")
# Every room of the ledger may import these.
GROUND = {"clock", "errors"}


def rooms() -> Iterator[tuple[str, Path]]:
    """The rooms with what holds them."""
    for container in (*CONTAINERS, *INNER):
        for folder in sorted((ROOT / container).iterdir()):
            if (folder / "__init__.py").is_file() and folder.name != "core":
                yield container, folder


def imported_rooms(container: str, folder: Path) -> set[str]:
    """What a room imports of the folders and files next to it, also where it names one as a part of what holds them."""
    package = f"constancia.{container.replace('/', '.')}"
    start = f"{package}."
    modules = {module for path in folder.rglob("*.py") for module in imported_parts(path, package)}
    return {module.removeprefix(start).split(".")[0] for module in modules if module.startswith(start)} - {folder.name}


def imported_parts(path: Path, package: str) -> Iterator[str]:
    """The modules that a file imports; `from package import part` imports the part."""
    for node in import_statements(path):
        if isinstance(node, ast.ImportFrom) and node.module == package:
            yield from (f"{package}.{alias.name}" for alias in node.names)
    yield from imported_modules(path)


def named_rooms(container: str, text: str) -> set[str] | None:
    """What a room's own sentence lets it import of those next to it; None if it may import every other one."""
    [sentence] = re.findall(r"May import: ([^\"]*?)\.\s", text)
    if "every other room" in sentence:
        return None
    return {name.split(".")[0] for name in re.findall(r"`([a-z0-9_.]+)`", sentence) if not name.startswith(FLOORS)}


def test_every_room_says_what_it_imports_of_the_others() -> None:
    wrong = {}
    for container, folder in rooms():
        named = named_rooms(container, (folder / "__init__.py").read_text(encoding="utf-8"))
        imported = imported_rooms(container, folder)
        if named is not None and named - GROUND != imported - GROUND:
            wrong[f"{folder.relative_to(ROOT)}"] = (sorted(named - GROUND), sorted(imported - GROUND))
    assert wrong == {}, "each room: what its `__init__.py` names, what it imports"
