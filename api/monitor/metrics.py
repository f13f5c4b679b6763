"""The state of the watch as Prometheus metrics, from the files on disk: the same for a service and for cron."""

from collections import Counter
from collections.abc import Iterator, Sequence

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from constancia.api.monitor.witness_views import stored_views
from constancia.ledger.monitor.findings import KINDS, outcome_of
from constancia.ledger.monitor.settings import parse_second
from constancia.ledger.monitor.watch_folder import LogFolder
from constancia.verify.report.printable import printable

_LABELS = ("origin", "url")
_WITNESS = {
    "up": "Whether the witness answered with a checkpoint that it cosigned.",
    "answer_seconds": "How long its answer took.",
    "size": "Entries of the checkpoint that it cosigned last.",
    "lag": "Entries that were verified and it had not cosigned.",
    "cosigned_timestamp_seconds": "When it cosigned last.",
}


class _Folders(Collector):
    def __init__(self, folders: Sequence[LogFolder]) -> None:
        self._folders = folders

    def collect(self) -> Iterator[Metric]:
        prefix = "constancia_monitor"
        size = GaugeMetricFamily(f"{prefix}_verified_size", "Entries of the last checkpoint verified.", labels=_LABELS)
        success = GaugeMetricFamily(
            f"{prefix}_last_success_timestamp_seconds", "When a checkpoint was last verified.", labels=_LABELS
        )
        outcome = GaugeMetricFamily(
            f"{prefix}_outcome", "0 intact, 1 altered, 2 inconclusive, 3 unreachable.", labels=_LABELS
        )
        seconds = GaugeMetricFamily(f"{prefix}_round_seconds", "Duration of the last round.", labels=_LABELS)
        rounds = CounterMetricFamily(f"{prefix}_rounds", "Rounds done.", labels=_LABELS)
        spent = CounterMetricFamily(f"{prefix}_rounds_seconds", "Time spent in rounds.", labels=_LABELS)
        entries = CounterMetricFamily(f"{prefix}_entries_verified", "Entries verified.", labels=_LABELS)
        requests = CounterMetricFamily(f"{prefix}_requests", "Requests made to the log.", labels=_LABELS)
        begun = CounterMetricFamily(f"{prefix}_findings", "Findings since the beginning.", labels=(*_LABELS, "code"))
        now_open = GaugeMetricFamily(f"{prefix}_open_findings", "Findings that last.", labels=(*_LABELS, "code"))
        witnesses = [
            GaugeMetricFamily(f"{prefix}_witness_{name}", text, labels=(*_LABELS, "witness", "witness_url"))
            for name, text in _WITNESS.items()
        ]
        for folder in self._folders:
            state = folder.state
            for view in stored_views(folder.path):
                of = (printable(state.origin), printable(state.url), printable(view.name), printable(view.url))
                values = (int(view.is_up), view.seconds, view.size, state.size - view.size, view.cosigned_at)
                for family, value in zip(witnesses, values, strict=True):
                    if view.is_up or family in witnesses[:2]:  # of one that gave no answer nothing else is known
                        family.add_metric(of, value)
            labels = (printable(state.origin), printable(state.url))
            size.add_metric(labels, state.size)
            at = state.last_success
            success.add_metric(labels, 0 if at is None else parse_second(at).timestamp())
            outcome.add_metric(labels, outcome_of(folder.open))
            seconds.add_metric(labels, state.seconds)
            rounds.add_metric(labels, state.rounds)
            spent.add_metric(labels, state.seconds_total)
            entries.add_metric(labels, state.entries)
            requests.add_metric(labels, state.requests_total)
            ever = Counter(event.finding.code for event in folder.events if event.is_found)
            lasting = Counter(finding.code for finding in folder.open)
            for code in KINDS:
                begun.add_metric((*labels, code), ever[code])
                now_open.add_metric((*labels, code), lasting[code])
        yield from (size, success, outcome, seconds, rounds, spent, entries, requests, begun, now_open, *witnesses)


def metrics(folders: Sequence[LogFolder]) -> bytes:
    """Return the metrics of all logs in the Prometheus text format."""
    registry = CollectorRegistry()
    registry.register(_Folders(folders))
    return bytes(generate_latest(registry))
