"""Entries whose `seen` root the log's own tree contradicts: each one is proof against the log that admitted it."""

import re
from collections.abc import Sequence
from typing import Final

from constancia.ledger.monitor.signed_heads import SignedHead, is_proof
from constancia.ledger.monitor.tile_tree import tree_from_tiles
from constancia.ledger.wire.composition import format_contradiction
from constancia.ledger.wire.proofs import inclusion_proof, prefix_path
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.note import VerifierKey, parse_note
from constancia.verify.report.findings import Report
from constancia.verify.sources.contradiction_file import AdmittedEntry
from constancia.verify.sources.source import Source
from constancia.verify.speed.entry_patterns import read_entry

MAX_TRIED: Final = 4  # after a rewriting every later signer contradicts the log, and one proof is enough
_SIGNER = re.compile(r"entry (\d+): ", re.ASCII)


def contradicted_signers(report: Report) -> list[int]:
    """Return the indices of the first entries whose signers saw a different tree."""
    indices = []
    for fault in report.faults:
        if fault.code == "seen" and fault.index is not None:
            named = _SIGNER.match(fault.field)
            indices.append(int(named[1]) if named else fault.index)
    return indices[:MAX_TRIED]


def proof_of_admitted(report: Report, head: SignedHead, keys: Sequence[VerifierKey], source: Source) -> bytes | None:
    """Make the first proof that a report allows.

    Args:
        report: The audit's report.
        head: The checkpoint that was audited.
        keys: The log's keys.
        source: The published log.

    Returns:
        The proof's bytes, checked; None if there is none, or if the log does not serve the files that it needs.
    """
    for index in contradicted_signers(report):
        try:
            raw = source.entry(index, head.size)
            proof = None if raw is None else _proof(index, raw, head, keys, source)
        except (Malformed, Unreadable):
            continue  # the audit reports this entry itself
        if proof is not None and is_proof(proof, keys):
            return proof
    return None


def _proof(index: int, raw: bytes, head: SignedHead, keys: Sequence[VerifierKey], source: Source) -> bytes | None:
    if source.published is None:
        return None
    tree = tree_from_tiles(source.published, head.size)
    seen = read_entry(raw).statement.seen
    admitted = AdmittedEntry(index=index, raw=raw, path=tuple(inclusion_proof(tree, index, head.size)))
    signers = [key for key in keys if any(map(key.matches, parse_note(head.note).signatures))]
    return format_contradiction(signers[:1], head.note, admitted, prefix_path(tree, seen.size, head.size))
