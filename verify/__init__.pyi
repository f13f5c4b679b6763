"""The public names as type checkers see them; `__init__.py` loads each when it is asked for."""

# `audit` is the name of a room, which Python sets on this package; the function has a name of its own here.
from constancia.verify.audit.run import audit as audit_source
from constancia.verify.core.errors import Malformed, Unreadable, Unsupported
from constancia.verify.core.formats.checkpoint import Checkpoint, parse_checkpoint
from constancia.verify.core.formats.entry import WIRE_FORMAT, Entry, parse_entry
from constancia.verify.core.formats.note import parse_note
from constancia.verify.core.formats.policy import Opened, Policy, open_with_policy
from constancia.verify.core.formats.statement import Statement, parse_statement
from constancia.verify.report.findings import Fault, Remark, Report, Verdict
from constancia.verify.report.rendering import report_json, report_text
from constancia.verify.sources.source import Source, open_source
from constancia.verify.trust.policy_file import parse_policy
from constancia.verify.trust.trust_folder import TrustFolder, load_trust
from constancia.verify.wire.merkle import Tree, hash_leaf, verify_consistency, verify_inclusion
from constancia.verify.wire.tlog_proof import TlogProof, parse_tlog_proof

__all__ = [
    "WIRE_FORMAT",
    "Checkpoint",
    "Entry",
    "Fault",
    "Malformed",
    "Opened",
    "Policy",
    "Remark",
    "Report",
    "Source",
    "Statement",
    "TlogProof",
    "Tree",
    "TrustFolder",
    "Unreadable",
    "Unsupported",
    "Verdict",
    "audit_source",
    "hash_leaf",
    "load_trust",
    "open_source",
    "open_with_policy",
    "parse_checkpoint",
    "parse_entry",
    "parse_note",
    "parse_policy",
    "parse_statement",
    "parse_tlog_proof",
    "report_json",
    "report_text",
    "verify_consistency",
    "verify_inclusion",
]
