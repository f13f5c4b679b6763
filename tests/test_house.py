"""The house holds its own rules: links, what each floor may import, sizes, docs that list what exists."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from constancia.domain.acts import REGISTRY
from constancia.domain.codes import CODES

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("api", "domain", "ledger", "verify")
DOMAIN_STDLIB = {
    "__future__", "abc", "base64", "calendar", "collections", "dataclasses", "datetime", "enum",
    "functools", "hashlib", "itertools", "json", "operator", "re", "types", "typing",
    "unicodedata", "uuid", "zoneinfo",
}  # fmt: skip
# The auditor reads all of verify/ in one sitting; past this it is no longer a specification in code.
VERIFY_LINES = 3_200
FILE_LINES = 400


def sources(floor: str) -> list[Path]:
    return sorted((ROOT / floor).rglob("*.py"))


def imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


@pytest.mark.parametrize("floor", FLOORS)
def test_import_link_leads_to_the_floor(floor: str) -> None:
    link = ROOT / ".import" / "constancia" / floor
    assert link.is_dir(), (
        f"{link} is not a link to {floor}/: the checkout lost its symbolic links; on Windows clone "
        "with `git clone -c core.symlinks=true`"
    )
    assert link.resolve() == ROOT / floor


def test_constancia_stays_a_namespace_package() -> None:
    assert not (ROOT / ".import" / "constancia" / "__init__.py").exists()


@pytest.mark.parametrize("path", sources("verify"), ids=lambda p: p.name)
def test_verify_imports_the_standard_library_and_cryptography_only(path: Path) -> None:
    for module in imported_modules(path):
        root = module.split(".")[0]
        allowed = root in sys.stdlib_module_names or root == "cryptography"
        assert allowed or module.startswith("constancia.verify"), f"{path.name} imports {module}"


@pytest.mark.parametrize("path", sources("domain"), ids=lambda p: p.name)
def test_domain_imports_a_pure_subset_only(path: Path) -> None:
    for module in imported_modules(path):
        allowed = module.split(".")[0] in DOMAIN_STDLIB or module == "eventsourcing.domain"
        assert allowed or module.startswith("constancia.domain"), f"{path.name} imports {module}"


@pytest.mark.parametrize("floor", FLOORS)
def test_no_file_grows_past_its_length(floor: str) -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources(floor)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > FILE_LINES
    }
    assert long == {}


def test_verify_can_be_read_in_one_sitting() -> None:
    total = sum(len(p.read_text(encoding="utf-8").splitlines()) for p in sources("verify"))
    assert total <= VERIFY_LINES


def test_specification_lists_every_event_type() -> None:
    spec = (ROOT / "docs" / "SPEC.md").read_text(encoding="utf-8")
    assert [name for name in REGISTRY if f"| {name} |" not in spec] == []


def test_refusals_page_lists_every_code() -> None:
    page = (ROOT / "docs" / "REFUSALS.md").read_text(encoding="utf-8")
    assert [code for code in CODES if f"`{code}`" not in page] == []


def test_lock_file_names_no_registry() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert "--index-url" not in lock
