"""`constancia.verify` by its public names: complete, loaded only when asked for, and described in docs/API.md."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from constancia import verify
from constancia.verify.audit.run import audit
from constancia.verify.core.formats.entry import WIRE_FORMAT

ROOT = Path(__file__).resolve().parents[2]


def modules_after(code: str) -> set[str]:
    """The project's modules that an interpreter has loaded after some code."""
    code += "\nimport sys\nprint(*(name for name in sys.modules if name.startswith('constancia.')))"
    done = subprocess.run(
        [sys.executable, "-P", "-W", "error", "-c", code], capture_output=True, text=True, check=True,
        env={"PYTHONPATH": str(ROOT / ".import")},
    )  # fmt: skip
    return set(done.stdout.split())


def test_each_public_name_is_there_and_what_type_checkers_believe() -> None:
    imported = {
        alias.asname or alias.name: (node.module, alias.name)
        for node in ast.walk(ast.parse((ROOT / "verify" / "__init__.pyi").read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("constancia.verify.")
        for alias in node.names
    }
    assert sorted(imported) == sorted(verify.__all__)
    for name, (module, original) in imported.items():
        assert module is not None
        assert getattr(verify, name) is getattr(sys.modules[module], original)
    assert set(verify.__all__) <= set(dir(verify))


def test_function_and_room_of_one_name_do_not_meet() -> None:
    """Python sets a loaded room on its package, so no public name may be a room's."""
    rooms = {path.name for path in (ROOT / "verify").iterdir() if (path / "__init__.py").is_file()}
    assert "audit" in rooms
    assert not rooms & set(verify.__all__)
    assert verify.audit_source is audit


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(verify, "nothing")  # noqa: B009 - a type checker would refuse it, as it must
    with pytest.raises(ImportError):
        exec("from constancia.verify import nothing")  # noqa: S102 - the statement is what is tried


def test_package_alone_loads_no_other_module() -> None:
    assert modules_after("import constancia.verify") == {"constancia.verify"}


def test_core_loads_nothing_but_the_core() -> None:
    core = sorted(path for path in (ROOT / "verify" / "core").rglob("*.py") if path.stem != "__init__")
    names = [".".join(("constancia", *path.relative_to(ROOT).with_suffix("").parts)) for path in core]
    loaded = modules_after("\n".join(f"import {name}" for name in names))
    assert {name for name in loaded if not name.startswith("constancia.verify.core")} == {"constancia.verify"}


def test_reference_is_what_the_docstrings_give() -> None:
    done = subprocess.run(
        [sys.executable, "-P", str(ROOT / "tools" / "docs" / "api_reference.py"), "--check"], check=False,
        env={"PYTHONPATH": str(ROOT / ".import")},
    )  # fmt: skip
    assert done.returncode == 0, "run `make api-docs`"
    page = (ROOT / "docs" / "API.md").read_text(encoding="utf-8")
    assert [name for name in verify.__all__ if f"\n## `{name}`\n" not in page] == []


def test_wire_format_is_stated_apart_from_the_package() -> None:
    assert verify.WIRE_FORMAT == WIRE_FORMAT
    spec = (ROOT / "docs" / "SPEC.md").read_text(encoding="utf-8")
    assert f"The wire format described here is number **{WIRE_FORMAT}**" in spec
    assert f"`{WIRE_FORMAT}`" in (ROOT / "README.md").read_text(encoding="utf-8")
