"""What a verifier says of a file, as the vectors hold it."""

import json
from pathlib import Path
from typing import Any

from constancia.verify.audit.run import audit
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.report.rendering import report_json
from constancia.verify.sources.foreign_file import Foreign
from constancia.verify.sources.source import open_source
from constancia.verify.trust.pinned_checkpoint import TRUST, open_pinned
from constancia.verify.trust.trust_folder import load_trust

# The browser has time-zone rules of its own, and says no version.
SAID_BY_PYTHON_ALONE = "time-zone-rules"
NAMES = {"entry": "entry.json", "bundle": "libro.zip", "large": "libro.zip"}
Answer = list[Any]


def answer(report: dict[str, Any]) -> Answer:
    """Verdict; code, first and last index of the first fault; what is open and not checked. Of an error its code."""
    if report["verdict"] == "foreign":
        return ["foreign", report["error"]["code"]]
    if report["verdict"] == "unreadable":
        return unreadable(report["error"]["code"])
    fault = (report["faults"] or [None])[0]
    place = None if fault is None else [fault["code"], fault["index"], fault["last_index"]]
    remarks = [remark["code"] for name in ("open", "not_checked") for remark in report[name]]
    return [report["verdict"], place, sorted(set(remarks) - {SAID_BY_PYTHON_ALONE})]


def unreadable(code: str) -> Answer:
    """The answer to what can't be read. Which of several faults in a zip's packing is met first is the reader's."""
    return ["unreadable", "zip" if code.startswith("zip-") else code]


def by_python(path: Path, trust: Path | None) -> Answer:
    """What the Python verifier says."""
    try:
        folder = None if trust is None else load_trust(trust)
        if folder is not None and folder.checkpoint is not None:
            open_pinned(folder.checkpoint, folder, TRUST)  # the page, too, reads what is trusted before the file
    except (Unreadable, Malformed):
        return unreadable("trust")
    try:
        with open_source(str(path)) as source:
            found = audit(source, folder, all_faults=True, workers=1)
            report: dict[str, Any] = json.loads(report_json(found))
    except Foreign as error:
        return ["foreign", error.code]
    except (Unreadable, Malformed) as error:
        return unreadable(error.code)
    return answer(report)


def name_of(base: str) -> str:
    """The name under which a file is shown."""
    return NAMES.get(base, "constancia.tlog-proof")
