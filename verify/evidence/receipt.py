"""A receipt, or an entry by itself: one entry and the proof that it is in the log (C2SP tlog-proof; SPEC §4).

It proves that the log's key put this entry at this index. The signer's authority can only be checked with
the log, and is reported as not checked; only entry 0 contains all that its signatures need.
"""

from constancia.verify.core.authorship.directory import Directory
from constancia.verify.core.conclusion import say_quorum
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.canonical import parse_canonical
from constancia.verify.core.formats.checkpoint import Checkpoint, open_checkpoint, read_checkpoint
from constancia.verify.core.formats.dsse import signed_bytes
from constancia.verify.core.formats.entry import Entry, parse_entry
from constancia.verify.core.formats.note import VerifierKey, format_vkey, parse_log_vkey
from constancia.verify.core.formats.policy import open_with_policy
from constancia.verify.core.formats.signatures import verify_signature
from constancia.verify.report.findings import EntryInWords, Findings, fault_of
from constancia.verify.sources.foreign_file import foreign, seems_an_entry
from constancia.verify.sources.source import parse_whole_proof
from constancia.verify.sources.transit import as_written
from constancia.verify.sources.zones import load_zone
from constancia.verify.trust.pinned_checkpoint import TRUST, open_pinned
from constancia.verify.trust.trust_folder import TrustFolder
from constancia.verify.wire.merkle import hash_leaf, verify_inclusion
from constancia.verify.wire.tlog_proof import HEADER, TlogProof, parse_tlog_proof


def audit_receipt(raw: bytes, trust: TrustFolder | None, findings: Findings) -> None:
    """Audit a receipt.

    Args:
        raw: The file's bytes.
        trust: The trust folder; None if there is none.
        findings: Receives faults and counts.

    Source: C2SP tlog-proof; ours: SPEC §4.
    """
    try:
        raw = as_written(raw, parse_whole_proof, "receipt", findings, HEADER.encode())
        proof = parse_tlog_proof(raw)
    except Unreadable as error:
        findings.leave_open("receipt-form", reason=error.code)
        return
    if proof.extra is None:
        findings.leave_open("receipt-no-entry", index=proof.index)
        findings.origin = read_checkpoint(proof.checkpoint).origin
        return
    entry = _check_entry(proof.index, proof.extra, findings)
    checkpoint = _check_checkpoint(proof, entry, trust, findings)
    if checkpoint is not None:
        _check_inclusion(proof, proof.extra, checkpoint, findings)
        _check_trust(checkpoint, trust, findings)
    findings.not_checked("receipt-authorship", index=proof.index)


def audit_entry(raw: bytes, trust: TrustFolder | None, findings: Findings) -> None:
    """Audit an entry that came by itself: nothing shows that it is in the log, so it is inconclusive at best.

    Args:
        raw: The file's bytes.
        trust: The trust folder; None if there is none.
        findings: Receives faults and counts.

    Raises:
        Unreadable: It is an entry that was damaged. Nothing signed covers the file, so that is no alteration.
        Foreign: It is another file.
    """
    try:
        raw = as_written(raw, parse_entry, "entry", findings)
    except Unreadable as error:
        if seems_an_entry(raw):
            raise
        raise foreign(raw, findings.location) from error
    index = parse_entry(raw).index
    _check_entry(index, raw, findings)
    _check_genesis(trust, findings)
    findings.not_checked("receipt-authorship", index=index)
    findings.leave_open("entry-alone")


def _check_entry(index: int, raw: bytes, findings: Findings) -> Entry | None:
    findings.count("L1", "entries")
    if index == 0:
        findings.genesis = hash_leaf(raw)
    try:
        entry = parse_entry(raw)
    except Malformed as error:
        findings.add(fault_of(error, "entry-form", index, "receipt.extra", "L1"))
        return None
    if entry.index != index:
        findings.fault("index", index, "receipt.index", entry.index, index)
    findings.origin = entry.statement.ledger
    findings.act = EntryInWords(index=entry.index, entry=parse_canonical(raw))
    if index == 0:
        _check_founders(entry, findings)
    return entry


def _check_founders(entry: Entry, findings: Findings) -> None:
    directory = Directory(load_zone)
    faults, keys = directory.check(entry)
    if directory.unjudged is not None:
        findings.leave_open("newer-act", index=0, type=entry.statement.type, count=1)
    for fault in faults:
        findings.add(fault)
    message = signed_bytes(entry.statement.raw)
    for number, (key, signature) in enumerate(zip(keys, entry.signatures, strict=False)):
        findings.count("L2", "signatures")
        if not verify_signature(key, signature, message):
            findings.fault("signature", 0, f"signatures[{number}].sig", key.key_id, signature.sig, level="L2")


def _check_checkpoint(
    proof: TlogProof, entry: Entry | None, trust: TrustFolder | None, findings: Findings
) -> Checkpoint | None:
    """Check the checkpoint's signatures with the pinned keys, or else with the key that genesis names."""
    try:
        if trust is None:
            key = _own_key(entry) if proof.index == 0 else None
            if key is None:
                findings.leave_open("no-log-key")
                return read_checkpoint(proof.checkpoint)
            findings.log_key = format_vkey(key)
            checkpoint, _ = open_checkpoint(proof.checkpoint, key)
        else:
            opened = open_with_policy(proof.checkpoint, trust.policy)
            checkpoint = opened.checkpoint
            findings.log_key = format_vkey(trust.policy.logs[checkpoint.origin])
            findings.count("L1", "cosignatures", len(opened.cosigned))
            say_quorum([opened], trust.policy, findings)
    except Malformed as error:
        if error.code == "other-log-key":
            findings.leave_open(error.code)
            return read_checkpoint(proof.checkpoint)
        findings.add(fault_of(error, "checkpoint", None, "receipt.checkpoint", "L1"))
        return None
    findings.count("L1", "checkpoints")
    return checkpoint


def _own_key(entry: Entry | None) -> VerifierKey | None:
    log_key = None if entry is None else entry.statement.body.get("log_key")
    return parse_log_vkey(log_key) if isinstance(log_key, str) else None


def _check_inclusion(proof: TlogProof, raw: bytes, checkpoint: Checkpoint, findings: Findings) -> None:
    findings.size, findings.root = checkpoint.size, checkpoint.root
    findings.count("L1", "inclusion_proofs")
    leaf = hash_leaf(raw)
    if findings.origin is not None and findings.origin != checkpoint.origin:
        findings.fault("ledger", proof.index, "statement.ledger", checkpoint.origin, findings.origin)
    included = verify_inclusion(
        leaf_hash=leaf, index=proof.index, size=checkpoint.size, proof=proof.proof, root=checkpoint.root
    )
    if not included:
        findings.fault("inclusion", proof.index, "receipt.proof", f"a path to {checkpoint.root.hex()}", leaf)


def _check_genesis(trust: TrustFolder | None, findings: Findings) -> None:
    if trust is not None and trust.genesis is not None and findings.genesis not in (None, trust.genesis):
        findings.fault("genesis", 0, "leaf hash", trust.genesis, findings.genesis)


def _check_trust(checkpoint: Checkpoint, trust: TrustFolder | None, findings: Findings) -> None:
    """Compare with the rest of the trust folder, as far as one entry allows."""
    _check_genesis(trust, findings)
    if trust is None or trust.checkpoint is None:
        return
    pinned = open_pinned(trust.checkpoint, trust, TRUST)
    if pinned.origin == checkpoint.origin and pinned.size == checkpoint.size and pinned.root != checkpoint.root:
        findings.fault("fork", None, TRUST, pinned.root, checkpoint.root)
    elif pinned.size != checkpoint.size:
        findings.not_checked("receipt-consistency", size=pinned.size)
