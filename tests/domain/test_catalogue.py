"""The catalogue by itself knows every type, whatever else was imported before."""

import ast
import os
import subprocess
import sys
from pathlib import Path

from constancia.domain.catalogue import MACHINES, REGISTRY

DOMAIN = Path(__file__).resolve().parent.parent.parent / "domain"


def acts_in_the_sources() -> set[str]:
    """Every class that makes itself known with `@act`."""
    return {
        node.name
        for path in DOMAIN.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        and any(isinstance(one, ast.Name) and one.id == "act" for one in node.decorator_list)
    }


def test_it_alone_knows_every_type() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "from constancia.domain.catalogue import REGISTRY; print(*sorted(REGISTRY))"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(one for one in sys.path if one)},
    )
    assert set(said.stdout.split()) == acts_in_the_sources() == set(REGISTRY)
    assert len(REGISTRY) > 30


def test_every_type_moves_an_aggregate_that_has_a_table() -> None:
    assert {cls.stream_kind for cls in REGISTRY.values()} == set(MACHINES)
