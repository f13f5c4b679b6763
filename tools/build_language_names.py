"""Write `api/locale/names.json`: names of languages, scripts and territories in Spanish and English, from CLDR.

    python -m tools.build_language_names

CLDR comes with babel, which is needed here and at a build alone.
"""

import json
from pathlib import Path
from typing import Final

from babel import Locale

TARGET: Final = Path(__file__).resolve().parent.parent / "api" / "locale" / "names.json"


def names(lang: str) -> dict[str, dict[str, str]]:
    """Give the names in a language, by kind and code."""
    locale = Locale.parse(lang)
    kinds = {"languages": locale.languages, "scripts": locale.scripts, "territories": locale.territories}
    # `es_MX` and the like are combinations, which are put together from their parts.
    return {
        kind: {code: name for code, name in sorted(table.items()) if "_" not in code} for kind, table in kinds.items()
    }


def text() -> str:
    """Give the file's text."""
    return json.dumps({lang: names(lang) for lang in ("en", "es")}, ensure_ascii=False, indent=0) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
