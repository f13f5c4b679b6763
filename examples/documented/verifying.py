"""Made from docs/VERIFYING.md by tools/docs/documented_code.py: what its reader is shown, for type checkers."""

from pathlib import Path

from constancia.verify import audit_source, load_trust, open_source

trust = load_trust(Path("trust"))
with open_source("ledger") as source:
    report = audit_source(source, trust, all_faults=True)
print(report.verdict.name, report.size, report.root)
for fault in report.faults:
    print(fault.level, fault.code, fault.index, fault.field)

from datetime import UTC, datetime

from constancia.ledger.audit.level3_law import Replay

replay = Replay(datetime(2019, 6, 1, tzinfo=UTC))
with open_source("ledger") as source:
    report = audit_source(source, trust, further=[replay])
print(report.checked["L3"]["moves"], "acts;", len(replay.state.aggregates), "aggregates")

from constancia.ledger.audit.resume_file import ResumeFile

with open_source("ledger") as source, ResumeFile(Path("verified.sqlite")) as memory:
    first = audit_source(source, trust, memory=memory)
with open_source("ledger") as source, ResumeFile(Path("verified.sqlite")) as memory:
    since = None if first.checkpoint is None else first.checkpoint.encode()
    second = audit_source(source, trust, since=since, memory=memory)
print(second.since, second.checked["L2"]["signatures"])

from constancia.verify.core.log import check_log

with open_source("ledger") as source:
    batch = None if source.store is None else source.store.last_batch()
    checked = check_log(source.entries(), (batch and batch.note) or b"", trust)
print(checked.findings.verdict.name, checked.tree.size)
