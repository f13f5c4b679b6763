"""What anybody can check: the wire format as code, on the standard library and `cryptography` alone.

    from pathlib import Path
    from constancia.verify import audit_source, load_trust, open_source, report_text

    with open_source("bundle.zip") as source:
        report = audit_source(source, load_trust(Path("trust")))
    print(report_text(report, "en"))

The names in `__all__` are the public interface (docs/API.md); they keep their meaning within a major version of the
package. Each is loaded when it is first asked for, so that importing one module of the core loads nothing else; type
checkers read `__init__.pyi`.

Bytes go in; facts or a fault come out. The invariants that this floor holds:

- V1: bytes are accepted only in their one canonical form (`canonical`).
- V2: a signature counts only under the one strict rule (`keys`), whichever library checks it.
- V3: a checkpoint counts only if the pinned log key signed it, and the pinned quorum cosigned it (`policy`).
- V4: an entry counts only where the chain, the tree and the checkpoint say the same of it (`audit`).
- V5: authorship is judged at the entry's index, from the entries before it only (`directory`).
- V6: each statement's `seen` root is the root of this tree at that size (`seen`).
- V7: what was not checked is said; without a trust anchor the verdict is never better than inconclusive.

It trusts the caller's trust folder, SHA-256 and the signature schemes; nothing that the audited party serves.
It does not judge whether an act was legal (the domain's work) nor whether a statement is true.
"""

from pkgutil import resolve_name
from typing import Final

_NAMES: Final = {
    "core.errors": "Malformed Unreadable Unsupported",
    "core.formats.checkpoint": "Checkpoint parse_checkpoint",
    "core.formats.entry": "WIRE_FORMAT Entry parse_entry",
    "core.formats.note": "parse_note",
    "core.formats.policy": "Opened Policy open_with_policy",
    "core.formats.statement": "Statement parse_statement",
    "report.findings": "Fault Remark Report Verdict",
    "report.rendering": "report_json report_text",
    "sources.source": "Source open_source",
    "trust.policy_file": "parse_policy",
    "trust.trust_folder": "TrustFolder load_trust",
    "wire.merkle": "Tree hash_leaf verify_consistency verify_inclusion",
    "wire.tlog_proof": "TlogProof parse_tlog_proof",
}
_HOME: Final = {name: f"{__name__}.{module}:{name}" for module in _NAMES for name in _NAMES[module].split()}
# `audit` is the name of a room, which Python sets on this package: the function has another name here.
_HOME["audit_source"] = f"{__name__}.audit.run:audit"
__all__ = sorted(_HOME)  # noqa: PLE0605 - the stub has them one by one, and a test compares


def __getattr__(name: str) -> object:
    """Load a public name from its module when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return globals().setdefault(name, resolve_name(_HOME[name]))


def __dir__() -> list[str]:
    """Give the public names and those of the module itself."""
    return sorted({*globals(), *__all__})
