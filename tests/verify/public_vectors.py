"""The public test vectors that stand beside the project; tests that need them skip with a message elsewhere."""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "vectors"


def vector_file(name: str) -> Path:
    """Give a file of the public vectors; skip the test if they do not stand beside the project."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"public test vectors are not beside the project: {path}")
    return path


def vector_json(name: str) -> Any:
    return json.loads(vector_file(name).read_text(encoding="utf-8"))


def vector_lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in vector_file(name).read_text(encoding="utf-8").splitlines()]
