"""Write the Python of the documents as files that type checkers read: `examples/documented/`.

    python -m tools.docs.documented_code          writes them; a test compares
    make pyright                             checks them, and the programs of examples/, with pyright

mypy reads them with all the rest (`make check`); tests/test_docs.py runs what they hold.
"""

import re
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
TARGET: Final = ROOT / "examples" / "documented"
SOURCES: Final = {
    "verifying": "docs/VERIFYING.md",
    "verificar": "docs/es/VERIFICAR.md",
    "ledger": "ledger/__init__.py",
    "verify": "verify/__init__.py",
}
_FENCED: Final = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INDENTED: Final = re.compile(r"(?:^    .*\n|^\n)+", re.MULTILINE)


def code_of(path: Path) -> str:
    """Give the Python of a page (its fenced blocks) or of a module's docstring (its indented blocks), in order."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return "\n".join(_FENCED.findall(text))
    docstring = text.split('"""')[1]
    blocks = [block for block in _INDENTED.findall(docstring) if block.strip()]
    return "\n".join(re.sub(r"^    ", "", block, flags=re.MULTILINE).strip("\n") + "\n" for block in blocks)


def files() -> dict[Path, str]:
    """Give every file with its text."""
    head = '"""Made from {source} by tools/docs/documented_code.py: what its reader is shown, for type checkers."""\n\n'
    return {
        TARGET / f"{name}.py": head.format(source=source) + code_of(ROOT / source) for name, source in SOURCES.items()
    }


def main() -> int:
    """Write the files."""
    TARGET.mkdir(exist_ok=True)
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
