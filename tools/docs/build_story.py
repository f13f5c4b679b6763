"""Write the demonstration's story as data, `examples/process-2017-2025.json`: who says what, when, known from where.

    python -m tools.docs.build_story     plays the whole story in a temporary folder and writes the file

What each play makes new is left out: keys, leaf hashes, and what hangs on them. A test compares a play with the file.
"""

import json
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from constancia.api.demo.chapters.ending import ATTEMPT
from constancia.api.demo.run import run_demo
from constancia.ledger.clock import SystemClock
from constancia.ledger.ledger import Ledger
from constancia.verify.core.formats.signatures import is_hex64

PATH: Final = Path(__file__).resolve().parents[2] / "examples" / "process-2017-2025.json"
_NEW: Final = ("entry", "key", "log_cosigner", "log_key", "new_key", "public_key", "target")


def story(entries: Iterable[bytes]) -> list[dict[str, Any]]:
    """Give one row an entry, in their order.

    Args:
        entries: The entries' bytes.

    Returns:
        Rows: index, day of recording, when it happened, who speaks, stream, type, body without what is new each time.
    """
    rows = []
    for raw in entries:
        entry = json.loads(raw)
        statement = entry["statement"]
        rows.append(
            {
                "index": entry["index"],
                "recorded_on": entry["recorded_at"][:10],
                "occurred_on": statement["occurred_on"],
                "mode": statement["mode"],
                "actor": statement["actor"],
                "type": statement["type"],
                "stream": _stream(statement["stream"]),
                "body": _without_new(_unattempted(statement["body"])),
            }
        )
    return rows


def written(rows: list[dict[str, Any]]) -> str:
    """Give the file's text: a row a line, so that a change shows as the rows that it changes."""
    lines = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows)
    return f"[\n{lines}\n]\n"


def _stream(stream: str) -> str:
    kind = stream.partition("/")[0]
    return f"{kind}/…" if kind in ("entry", "key") else stream


def _unattempted(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out the digest of the refused attempt that an allegation reports: its signature is new each time."""
    if body.get("allegation") != ATTEMPT:
        return body
    return {**body, "evidence": [{**item, "sha256": "…"} for item in body["evidence"]]}


def _is_new(name: str, member: Any) -> bool:
    """Tell whether a member is made new by each play; `commitment` is the name of a sealed value's digest too."""
    return name in _NEW or (name == "commitment" and is_hex64(member))


def _without_new(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: "…" if _is_new(name, member) else _without_new(member) for name, member in value.items()}
    return [_without_new(item) for item in value] if isinstance(value, list) else value


def main() -> None:
    """Play the story and write the file."""
    with tempfile.TemporaryDirectory() as folder:
        run_demo(Path(folder) / "demo")
        with Ledger.open(Path(folder) / "demo", clock=SystemClock(), signer=None) as ledger:
            rows = story(ledger.log.entries())
    PATH.write_text(written(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
