"""What a build adds: compiled catalogues in place of their sources, and the links by which a checkout is imported.

Loaded by hatchling (`[tool.hatch.build.hooks.custom]`), by its path: nothing of constancia can be imported here.
"""

import importlib.util
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LANGUAGES: Final = ("es", "en")


def load(path: Path) -> ModuleType:
    """Load a module by its path."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(str(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


class Additions(BuildHookInterface[Any]):
    """The hook."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Put the compiled catalogues into a wheel; make the links of a checkout that is installed to be edited."""
        root = Path(self.root)
        if version == "editable":
            load(root / "tools" / "import_links.py").make_links(root)
            return
        compiler = load(root / "api" / "text" / "catalogues" / "compiler.py")
        folder = Path(tempfile.mkdtemp(prefix="constancia-"))
        for lang in LANGUAGES:
            sources = sorted((root / "api" / "locale" / lang / "LC_MESSAGES").glob("*.po"))
            compiled = folder / f"{lang}.mo"
            compiled.write_bytes(compiler.compile_catalogues(lang, [path.read_bytes() for path in sources]))
            build_data["force_include"][str(compiled)] = f"api/locale/{lang}.mo"  # below constancia/, as all else
