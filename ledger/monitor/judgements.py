"""Findings from an audit's report, a receipt, or the age of a checkpoint. Pure, except that it reads tiles."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from constancia.ledger.monitor.comparison import KnownTrees
from constancia.ledger.monitor.findings import LogFinding
from constancia.ledger.monitor.signed_heads import SignedHead, open_head
from constancia.ledger.wire.proofs import inclusion_proof
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.note import VerifierKey
from constancia.verify.core.formats.policy import NO_QUORUM, Opened
from constancia.verify.report.findings import Report, Verdict
from constancia.verify.trust.trust_folder import TrustFolder
from constancia.verify.wire.merkle import Tree, hash_leaf, verify_inclusion
from constancia.verify.wire.tlog_proof import TlogProof

_WITNESSES: Final = frozenset({"no-quorum", "witnessed-to"})
_LATEST: Final = datetime(9999, 1, 1, tzinfo=UTC).timestamp()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptJudgement:
    """A receipt: its file name, its content, the origin of its checkpoint."""

    name: str
    proof: TlogProof
    origin: str


def findings_of(report: Report) -> Iterator[LogFinding]:
    """Return the findings of a report: its first fault, missing witnesses, and each reason to be inconclusive."""
    first = report.first
    if report.verdict is Verdict.ALTERED and first is not None:
        params = {
            "fault": first.code, "level": first.level, "index": first.index, "last_index": first.last_index,
            "field": first.field, "expected": first.expected[:200], "found": first.found[:200],
            "total": report.faults_total,
        }  # fmt: skip
        yield LogFinding(code="faulty", key=f"{first.code}:{first.index}:{first.field}", params=params)
    for remark in report.open:
        code = "unwitnessed" if remark.code in _WITNESSES else "inconclusive"
        yield LogFinding(code=code, key=remark.code, params={"reason": remark.code, "params": _plain(remark.params)})


def _plain(params: Mapping[str, object]) -> dict[str, Any]:
    return {name: value if isinstance(value, int) else str(value) for name, value in params.items()}


def judge_receipt(
    receipt: ReceiptJudgement, head: SignedHead, keys: Sequence[VerifierKey], trees: KnownTrees
) -> LogFinding | None:
    """Check that the log honours a receipt: the entry is in the receipt's checkpoint and in the log as served."""
    proof = receipt.proof
    leaf = hash_leaf(proof.extra or b"")
    try:
        promised = open_head(proof.checkpoint, *keys).checkpoint
    except Malformed as error:
        return _useless(receipt, str(error))
    included = verify_inclusion(
        leaf_hash=leaf, index=proof.index, size=promised.size, proof=proof.proof, root=promised.root
    )
    if not included:
        return _useless(receipt, "the entry is not in the receipt's own checkpoint")
    if proof.index < head.size:
        try:
            tree = trees.tree_for(head)
            if tree is None or _holds(tree, leaf, proof.index, head):
                return None  # no tree: the audit reports what is wrong with it
        except Unreadable:
            return None
    params = {"index": proof.index, "name": receipt.name, "size": head.size}
    return LogFinding(code="withheld", key=str(proof.index), params=params)


def _holds(tree: Tree, leaf: bytes, index: int, head: SignedHead) -> bool:
    path = inclusion_proof(tree, index, head.size)
    return verify_inclusion(leaf_hash=leaf, index=index, size=head.size, proof=path, root=head.checkpoint.root)


def _useless(receipt: ReceiptJudgement, reason: str) -> LogFinding:
    return LogFinding(code="receipt", key=receipt.name, params={"name": receipt.name, "reason": reason})


def newest_word(opened: Opened | None, trust: TrustFolder | None) -> datetime | None:
    """Return when a witness last cosigned the checkpoint; None if the policy requires none, or none has."""
    if trust is None or trust.policy.quorum == NO_QUORUM or opened is None:
        return None
    times = [time for time in opened.cosigned.values() if time < _LATEST]
    return datetime.fromtimestamp(max(times), UTC) if times else None


def judge_age(head: SignedHead, since: datetime, now: datetime, limit: timedelta) -> LogFinding | None:
    """Return a finding if a checkpoint is stale: no witness confirmed it, or it did not change, within the limit."""
    if now - since <= limit:
        return None
    hours = int((now - since).total_seconds()) // 3600
    return LogFinding(code="stale", params={"hours": hours, "size": head.size})
