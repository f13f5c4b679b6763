"""One harness under atheris: coverage-guided, until its time is over. Started by `make fuzz`.

    engine.py NAME FINDINGS <libFuzzer's arguments, the corpus among them>

What an input does wrong is written to FINDINGS, once a kind, and the search goes on; only what hangs or grows without
end is left to libFuzzer, which stops then and writes the input itself.
"""

import hashlib
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["constancia"]):
    from tests.fuzz.every import HARNESSES
    from tests.fuzz.harness import tried


def main() -> None:
    """Search."""
    program, name, findings, *rest = sys.argv
    harness, folder = HARNESSES[name], Path(findings)
    seen: set[str] = set()

    def once(data: bytes) -> None:
        wrong = tried(harness, data)
        if wrong is not None and wrong.kind not in seen:
            seen.add(wrong.kind)
            path = folder / f"{name}-{hashlib.sha256(wrong.kind.encode()).hexdigest()[:12]}"
            path.with_suffix(".input").write_bytes(data)
            path.with_suffix(".txt").write_text(f"{wrong.kind}\n{wrong.how}\n")

    atheris.Setup([program, *rest], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
