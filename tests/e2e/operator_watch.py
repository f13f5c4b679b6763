"""A real monitor that has verified the true log before the operator turns: what it then finds, and what it keeps."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from tests.dishonest import Host, hosting
from tests.e2e.operator_table import Notice
from tests.verify.small_ledger import Log

from constancia.api.monitor.outputs import heads_document
from constancia.ledger.clock import StoryClock
from constancia.ledger.monitor.findings import ALTERED, INTACT
from constancia.ledger.monitor.judgements import ReceiptJudgement
from constancia.ledger.monitor.settings import Peer, WatchSettings
from constancia.ledger.monitor.signed_heads import parse_heads
from constancia.ledger.monitor.watch import RoundOutcome, WatchedLog
from constancia.ledger.monitor.watch_folder import LogFolder
from constancia.verify.audit.run import audit
from constancia.verify.report.findings import Verdict
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust
from constancia.verify.wire.tlog_proof import parse_tlog_proof

MONITOR = "monitor"
RECEIPT = "monitor with the receipt alone"
PEERS = "two monitors that compare"
_NUMBERS = count()


class Watch:
    """A monitor with a folder of its own, at one address of a host."""

    def __init__(self, folder: Path, url: str, trust: Path) -> None:
        self.folder = LogFolder(folder / f"monitor-{next(_NUMBERS)}", url)
        self.trust = trust
        self.clock = StoryClock(datetime(2019, 3, 2, 12, tzinfo=UTC))

    def round(self, *peers: Peer, receipts: Sequence[ReceiptJudgement] = ()) -> RoundOutcome:
        self.clock.advance(timedelta(minutes=5))
        pinned = load_trust(self.trust)
        settings = WatchSettings(trust_of=lambda _: pinned, recheck_s=0, workers=2)
        return WatchedLog(self.folder, settings, self.clock).round(peers, receipts)

    def peer(self, name: str) -> Peer:
        return Peer(name=name, heads=parse_heads(heads_document([self.folder])))

    def proofs(self) -> list[Path]:
        """The files that prove a contradiction to anybody who has pinned the log's key."""
        return sorted(self.folder.evidence.iterdir()) if self.folder.evidence.is_dir() else []


@contextmanager
def watching(folder: Path, log: Log, trust: Path) -> Iterator[tuple[Host, Watch]]:
    """A host, and a monitor that has verified what it shows."""
    host = Host(log)
    with hosting(host) as url:
        made = Watch(folder, url, trust)
        assert made.round().code == INTACT
        host.count()
        yield host, made


def found_by(who: str, watch: Watch, outcome: RoundOutcome, requests: int) -> Notice:
    """What a round came to, and the proof that it left."""
    codes = ", ".join(f"`{one}`" for one in sorted({one.code for one in outcome.open}))
    said = f"finding {codes}" if codes else "nothing"
    for proof in watch.proofs():
        with open_source(str(proof)) as source:
            report = audit(source, load_trust(watch.trust))
        assert report.verdict is Verdict.ALTERED
        said += "; a proof that convinces anybody"
    return Notice(who, outcome.code == ALTERED, said, requests)


def watched(
    folder: Path, before: Log, then: Log, trust: Path, receipts: Sequence[bytes] = (), who: str = MONITOR
) -> Notice:
    """What a monitor finds that has verified one history and is then shown another."""
    with watching(folder, before, trust) as (host, made):
        host.show(then)
        outcome = made.round(receipts=[_receipt(raw, before) for raw in receipts])
        return found_by(who, made, outcome, host.count())


def compared(folder: Path, one: Log, two: Log, trust: Path) -> Notice:
    """What two monitors find that are shown two histories at two addresses of one host, and compare their heads."""
    host = Host(one)
    with hosting(host) as url:
        host.show(two, to="127.0.0.2")
        left, right = Watch(folder, url, trust), Watch(folder, url.replace("127.0.0.1", "127.0.0.2"), trust)
        assert left.round().code == right.round().code == INTACT
        host.count()
        outcome = right.round(left.peer("left"))
        return found_by(PEERS, right, outcome, host.count())


def _receipt(raw: bytes, log: Log) -> ReceiptJudgement:
    return ReceiptJudgement(name="receipt", proof=parse_tlog_proof(raw), origin=log.signer.verifier.name)
