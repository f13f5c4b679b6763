"""Check of the quorum: up to which size the log is witnessed, and by whom (C2SP tlog-policy)."""

from collections.abc import Sequence
from contextlib import suppress

from constancia.verify.audit.check_witness_times import WitnessTimes
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.policy import NO_QUORUM, Opened, Policy, cosigners, open_with_policy
from constancia.verify.core.report import Findings


def check_quorum(notes: Sequence[bytes], policy: Policy, size: int, findings: Findings, times: WitnessTimes) -> None:
    """Compare checkpoints with a policy, and report up to which size its quorum cosigned the log.

    Args:
        notes: Signed notes that may carry the quorum; errors in them are already faults.
        policy: The witnesses whose cosignatures count.
        size: Number of entries.
        findings: Receives counts and remarks.
        times: Receives the times of the cosignatures.

    Source: C2SP tlog-policy, tlog-cosignature.
    """
    if policy.quorum == NO_QUORUM:
        findings.note("no-witnesses")
    opened: list[Opened] = []
    for raw in notes:
        with suppress(Malformed):
            opened.append(open_with_policy(raw, policy))
    for one in opened:
        findings.count("L1", "cosignatures", len(one.cosigned))
        for name, time in one.cosigned.items():
            times.add(one.checkpoint.size, name, time, policy, one.checkpoint.origin)
    left_out = {name for one in opened for name in one.unsupported}
    if left_out:
        findings.not_checked("unsupported", names=", ".join(sorted(left_out)))
    if policy.quorum == NO_QUORUM:
        return
    best = max((one for one in opened if one.witnessed), key=lambda one: one.checkpoint.size, default=None)
    if best is None or best.checkpoint.size == 0:
        names = {name for one in opened for name in one.cosigned}
        findings.leave_open("no-quorum", names=", ".join(sorted(names)) or "—")
        return
    witnessed = best.checkpoint.size
    findings.note("witnessed", size=witnessed, names=", ".join(cosigners(best, policy)) or "—")
    if witnessed < size:
        findings.leave_open("witnessed-to", size=witnessed, total=size)
