"""The core alone says what core and all around it say, wherever it sees the altered bytes."""

from collections import Counter
from pathlib import Path

import pytest
from tests.tamper.bench import Bench, Case
from tests.tamper.matrix import SOURCES, cases_of, sample
from tests.verify.core_alone import by_core, core_input
from tests.verify.small_ledger import Log, Writer, verify

from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.report.findings import Verdict
from constancia.verify.report.words import SEEN
from constancia.verify.trust.trust_folder import load_trust

ONE_IN = {"store": 1, "folder": 3, "log": 1, "packed": 1}
# Alterations that leave what the core reads as it was, by the beginning of their target: not read by the core.
NOT_READ = (
    "SQLite file", "batches", "bundle entries/", "cosignatures", "documents", "files added", "meta", "schema",
    "stored_events.originator", "stored_events.position", "stored_events.statement_id", "stored_events.topic",
    "tile ", "zip",
)  # fmt: skip
# This column says which note is the last: the core is given another checkpoint of the log, true as well.
CHOOSES_THE_CHECKPOINT = "batches.first_index"
# What the core must be given was not to be had (table of SPEC §7): only the readers around it can know that.
NOT_HAD = {*SEEN, "other-ledger"}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("bench"))


def compare(bench: Bench, case: Case, tally: Counter[str], unseen: Counter[str], differing: list[str]) -> None:
    true = core_input(bench.location(case.source)) if case.build is None and case.log is None else None
    with bench.altered(case) as (location, folder):
        try:
            trust, given = load_trust(folder), core_input(location)
            report = verify(location, folder)
        except (Unreadable, Malformed):
            tally["unreadable"] += 1
            return
        pinned = case.kept is not None or any(path.startswith("trust") for path in case.files)
        if (given == true and not pinned) or case.target == CHOOSES_THE_CHECKPOINT:
            tally["not read by the core"] += 1
            unseen[case.target] += 1
            return
        alone = by_core(given, trust)
    if alone is None:
        tally["no checkpoint"] += 1
        return
    whole, said = report.verdict, alone.findings.verdict
    if {remark.code for remark in report.open} & NOT_HAD:
        tally["not all could be had"] += 1
        differs = whole not in (Verdict.INCONCLUSIVE, said) or said is Verdict.INTACT
    else:
        tally["compared"] += 1
        differs = said is not whole
    if differs:
        differing.append(f"{case.target} | {case.act}: alone {said.name}, whole {whole.name}")


@pytest.mark.parametrize("source", list(SOURCES))
def test_core_alone_gives_the_verdict_of_the_whole(
    source: str, bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    tally: Counter[str] = Counter()
    unseen: Counter[str] = Counter()
    differing: list[str] = []
    for case in sample(cases_of(bench, source), one_in=ONE_IN[source]):
        if case.source != "receipt":
            compare(bench, case, tally, unseen, differing)
    with capsys.disabled():
        print(f" [{source}: {dict(tally)}, differing {len(differing)}]", end="")  # noqa: T201
    assert differing == []
    assert [target for target in unseen if not target.startswith(NOT_READ)] == []
    assert tally["compared"] > 0


@pytest.mark.parametrize("pinned", [True, False])
def test_sound_log_is_intact_for_the_core_too(pinned: bool, log: Log, tmp_path: Path) -> None:
    trust = load_trust(log.write_trust(tmp_path / "trust")) if pinned else None
    store = log.write_store(tmp_path / "ledger.sqlite")
    alone = by_core(core_input(store), trust)
    assert alone is not None
    assert alone.findings.faults == []
    assert alone.findings.verdict is (Verdict.INTACT if pinned else Verdict.INCONCLUSIVE)
    assert alone.tree.root() == log.tree.root()
    assert len(alone.directory.keys) == 6


def test_core_leaves_newer_acts_open(tmp_path: Path) -> None:
    writer = Writer().found()
    writer.as_root("sfp", "PartyMerged", "party/sfp", {})
    log = writer.log(documents=())
    trust = load_trust(log.write_trust(tmp_path / "trust"))
    alone = by_core(core_input(log.write_store(tmp_path / "ledger.sqlite")), trust)
    assert alone is not None
    assert [one.code for one in alone.findings.open] == ["newer-act"]
