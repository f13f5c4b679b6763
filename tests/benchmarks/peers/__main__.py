"""Measure this ledger and its peers in one run, and write docs/benchmarks.md with a table and two plots.

    PYTHONPATH=.import:. python -m tests.benchmarks.peers [--events 2000] [--repeats 3]

Rounds of all are interleaved; figures are medians. A peer whose program is not on this machine is named as missing.
"""

import argparse
import statistics
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Final

from tests.benchmarks.peers.peers import BATCH, Peer, peers
from tests.benchmarks.peers.plot import bars
from tests.ledger.world import PARTIES, World

from constancia.ledger.submission import signed_document

ROOT: Final = Path(__file__).resolve().parents[3]
PAGE: Final = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
MODULES: Final = ROOT / ".venv" / "peers"
WAYS: Final = (("one", 1), ("batch", BATCH))


def events_of(count: int) -> list[bytes]:
    """Give as many signed statements as bytes: the same for every store."""
    world = World("none")
    signed = [world.allege(f"c{number % 64}", PARTIES[number % 3]) for number in range(count)]
    return [signed_document(each.statement, each.signatures) for each in signed]


def measure(all_peers: list[Peer], events: list[bytes], repeats: int) -> dict[str, dict[str, float]]:
    """Give the median rate of each peer and way, in events a second."""
    rates: dict[tuple[str, str], list[float]] = defaultdict(list)
    for repeat in range(repeats):
        for peer in all_peers:
            for way, batch in WAYS:
                some = events[: max(BATCH, len(events) // 4)] if batch == 1 else events
                with tempfile.TemporaryDirectory() as name:
                    folder = Path(name)
                    rates[peer.name, way].append(len(some) / peer.append(folder, some, batch))
                    if batch > 1:
                        rates[peer.name, "audit"].append(len(some) / peer.audit(folder, len(some)))
            print(f"{repeat + 1}/{repeats} {peer.name}", file=sys.stderr)
    table: dict[str, dict[str, float]] = defaultdict(dict)
    for (name, way), each in rates.items():
        table[name][way] = statistics.median(each)
    return table


def page(all_peers: list[Peer], missing: list[str], table: dict[str, dict[str, float]], about: str) -> str:
    """Write the part of the page that holds the figures."""
    ours = table["constancia"]
    lines = [
        f"{about} Rates in events a second; in brackets, this ledger's rate over that one.",
        "",
        f"| store | one at a time | in batches of {BATCH} | full audit | it signs | it proves |",
        "|---|--:|--:|--:|---|---|",
    ]
    for peer in all_peers:
        cells = [
            f"{table[peer.name][way]:,.0f} ({ours[way] / table[peer.name][way]:.2f})"
            for way in ("one", "batch", "audit")
        ]
        lines.append(f"| {peer.name} | {' | '.join(cells)} | {peer.signs} | {peer.proves} |")
    if missing:
        lines += ["", f"Not measured, as it is not on this machine: {', '.join(missing)}."]
    lines += ["", f"![Appends in batches of {BATCH}](benchmarks-append.svg)", "", "![Full audit](benchmarks-audit.svg)"]
    return "\n".join(lines)


def main() -> None:
    """Measure, and write page and plots."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=2_000, help="how many events (default 2000)")
    parser.add_argument("--repeats", type=int, default=3, help="rounds (default 3)")
    arguments = parser.parse_args()
    all_peers, missing = peers(MODULES)
    table = measure(all_peers, events_of(arguments.events), arguments.repeats)
    about = f"{arguments.events:,} signed statements of 1.2 kB, median of {arguments.repeats} interleaved rounds."
    figures = page(all_peers, missing, table, about)
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{figures}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    for way, name in (("batch", "append"), ("audit", "audit")):
        title = {"batch": f"Durable appends a second, batches of {BATCH}", "audit": "Events a second, full audit"}[way]
        rows = [(peer.name, table[peer.name][way]) for peer in all_peers]
        (PAGE.parent / f"benchmarks-{name}.svg").write_text(bars(title, rows), encoding="utf-8")
    print(figures)


if __name__ == "__main__":
    main()
