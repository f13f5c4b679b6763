"""The comparison itself: each peer gives back all that went in, and the page and the plots name every row."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.benchmarks.peers.__main__ import events_of, measure, page
from tests.benchmarks.peers.peers import PlainLibrary, Pymerkle, RawSqlite
from tests.benchmarks.peers.plot import bars


@pytest.mark.parametrize("make", [RawSqlite, PlainLibrary, Pymerkle])
def test_a_peer_reads_back_what_went_in(make: type[RawSqlite | PlainLibrary | Pymerkle], tmp_path: Path) -> None:
    peer = make()
    assert peer.append(tmp_path, events_of(5), 2) > 0
    assert peer.audit(tmp_path, 5) > 0
    with pytest.raises((AssertionError, ValueError, TypeError)):
        peer.audit(tmp_path, 6)


def test_page_and_plot_have_a_row_for_each() -> None:
    rows = [RawSqlite(), Pymerkle()]
    table = measure(list(rows), events_of(2), 1)
    table["constancia"] = {"one": 1.0, "batch": 2.0, "audit": 3.0}
    figures = page(list(rows), ["umadb"], table, "About.")
    assert figures.count("\n| ") == 1 + len(rows)
    assert "Not measured, as it is not on this machine: umadb." in figures
    drawn = ET.fromstring(bars("T & U", [(name, each["batch"]) for name, each in table.items()]))  # noqa: S314
    assert len(drawn.findall(".//{*}rect")) == 1 + len(table)
