"""The programs of examples/ run as they are, against real ledgers, honest and dishonest ones."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from tests.api.served import Desk, desk_in
from tests.dishonest import Host, altered, hosting, rewritten, setting, truncated, with_statement
from tests.e2e.conftest import played_once
from tests.rows import each_row
from tests.verify.small_ledger import Log, Witness, Writer

from constancia.ledger.wire.composition import encode_bundle
from constancia.verify.wire.tiles import entries_path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
PROGRAMS = sorted(EXAMPLES.glob("*.py"))
MAX_LINES = 80


def program(name: str) -> ModuleType:
    """An example, loaded as a module."""
    spec = importlib.util.spec_from_file_location(f"examples_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(name: str, *arguments: str | Path) -> tuple[int, str]:
    """An example as a reader starts it; any warning is an error. Gives exit code and output."""
    done = subprocess.run(
        [sys.executable, "-P", "-W", "error", str(EXAMPLES / f"{name}.py"), *map(str, arguments)],
        capture_output=True, text=True, check=False, timeout=120,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / ".import"), "PYTHONUTF8": "1"},
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A served ledger with its parties founded."""
    with desk_in(tmp_path_factory.mktemp("examples") / "ledger") as desk:
        for content in (b"charter", b"minuta"):
            desk.ledger.documents.put(content)
        desk.play(desk.world.founding())
        yield desk


@pytest.fixture(scope="module")
def log() -> Log:
    return Writer().found().report(14).log()


@pytest.fixture
def trust(log: Log, tmp_path: Path) -> Path:
    return log.write_trust(tmp_path / "trust")


@each_row("path", PROGRAMS, ids=lambda path: path.stem)
def test_example_fits_on_a_page_and_says_how_it_is_started(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_LINES
    assert f"    python examples/{path.name} " in text
    assert f"test_{path.stem}_" in Path(__file__).read_text(encoding="utf-8")


def test_verify_bundle_prints_the_verdict_of_a_real_bundle(served: Desk, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.zip"
    served.ledger.export(bundle)
    trust = shutil.copytree(served.ledger.folder.trust, tmp_path / "trust")
    size = served.ledger.log.size
    assert run("verify_bundle", bundle, trust) == (0, f"INTACT: {size} entries of {served.world.origin}\n")
    code, output = run("verify_bundle", bundle)
    assert code == 2
    assert "could not be decided: no-trust" in output


def test_verify_bundle_names_the_first_fault(
    log: Log, trust: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = altered(log, 20, log.entries[20].replace(b'"es":"El', b'"es":"Un'))
    assert program("verify_bundle").main([str(forged.write_folder(tmp_path / "forged")), str(trust)]) == 1
    output = capsys.readouterr().out
    assert output.startswith(f"ALTERED: {log.size} entries")
    assert "  entry 20, " in output


@pytest.mark.parametrize("arguments", [[], ["a", "b", "c"], ["/nonexistent"], ["SOURCE", "/nonexistent"]])
def test_verify_bundle_says_what_it_can_not_read(
    arguments: list[str], log: Log, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(log.write_folder(tmp_path / "log"))
    assert program("verify_bundle").main([folder if one == "SOURCE" else one for one in arguments]) == 3
    output = capsys.readouterr()
    assert re.match("usage|UNREADABLE .*nonexistent", output.err or output.out)


def test_list_overdue_reads_the_missed_deadlines_from_the_demonstrations_entries(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    folder = shutil.copytree(played_once(tmp_path_factory, "short", short=True)[0], tmp_path / "demo")
    trust = (folder / "trust").rename(tmp_path / "trust")
    code, output = run("list_overdue", folder, trust, "2019-05-31")
    assert code == 0, output
    targets = re.findall(r"^  commitment/rm: (.*), due", output, re.MULTILINE)
    # Due by 24 May; what is due by the end of August is not missed yet.
    assert "milestone m2" in targets
    assert "milestone m3" not in targets
    code, output = run("list_overdue", folder, trust, "2019-09-01")
    assert "milestone m3, due 2019-06/2019-08" in output


def test_list_overdue_lists_nothing_from_an_altered_log(
    log: Log, trust: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = altered(log, 20, log.entries[20].replace(b'"es":"El', b'"es":"Un'))
    place = str(forged.write_folder(tmp_path / "forged"))
    assert program("list_overdue").main([place, str(trust), "2019-12-31"]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert "ALTERED" in output.err


def test_follow_entries_prints_each_entry_of_a_served_ledger_once(served: Desk, tmp_path: Path) -> None:
    memory, trust = tmp_path / "checkpoint", served.ledger.folder.trust
    before = served.ledger.log.size
    code, output = run("follow_entries", served.url, trust, memory, "1")
    assert (code, len(output.splitlines())) == (0, before)
    served.play(served.world.commitment("c1"))
    code, output = run("follow_entries", served.url, trust, memory, "1")
    lines = output.splitlines()
    assert code == 0
    assert [int(line.split()[0]) for line in lines] == list(range(before, served.ledger.log.size))
    assert memory.read_bytes() == served.ledger.log.checkpoint()
    assert run("follow_entries", served.url, trust, memory, "1") == (0, "")


def between_rounds(program: ModuleType, *steps: Callable[[], object]) -> None:
    """Has the example do these steps, in order, where it would pause."""
    waiting = iter(steps)
    program.time = SimpleNamespace(sleep=lambda _: next(waiting, lambda: None)())  # type: ignore[attr-defined]


def test_follow_entries_goes_on_within_one_run_and_waits_for_what_is_missing(
    log: Log, trust: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    follow = program("follow_entries")
    with hosting(host := Host(log.cut_at(10))) as url:
        between_rounds(
            follow,
            lambda: host.show(log.cut_at(20), without=("tile/entries",)),
            lambda: host.show(log.cut_at(20)),
            lambda: host.show(log),
        )
        assert follow.main([url, str(trust), str(tmp_path / "memory"), "4"]) == 0
    output = capsys.readouterr()
    assert [int(line.split()[0]) for line in output.out.splitlines()] == list(range(log.size))
    assert output.err.startswith("again in ")
    assert len(output.err.splitlines()) == 1


def test_follow_entries_prints_each_entry_once_though_files_are_cut_or_grow_meanwhile(
    log: Log, trust: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    follow = program("follow_entries")
    with hosting(host := Host(log.cut_at(20))) as url:
        host.default.altered[entries_path(0, 20)] = encode_bundle(log.entries[:15])

        def grow_between_two_reads() -> None:
            host.show(log.cut_at(20))
            host.asked.clear()
            host.before = grow

        def grow(_: str) -> None:
            if len(host.asked) == 2:  # after the checkpoint, before its entries
                host.show(log)

        between_rounds(follow, grow_between_two_reads)
        assert follow.main([url, str(trust), str(tmp_path / "memory"), "3"]) == 0
    output = capsys.readouterr()
    assert [int(line.split()[0]) for line in output.out.splitlines()] == list(range(log.size))
    assert "15 of 20" in output.err


def test_follow_entries_waits_for_the_quorum_of_witnesses(
    log: Log, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    witnessed = replace(log, witnesses=(Witness("w1"), Witness("w2")))
    trust = witnessed.write_trust(tmp_path / "trust", quorum=2)
    follow = program("follow_entries")
    with hosting(host := Host(replace(witnessed, witnesses=witnessed.witnesses[:1]))) as url:
        between_rounds(follow, lambda: host.show(witnessed))
        assert follow.main([url, str(trust), str(tmp_path / "memory"), "1"]) == 0
        assert capsys.readouterr().out == ""
        assert not (tmp_path / "memory").exists()
        assert follow.main([url, str(trust), str(tmp_path / "memory"), "1"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == log.size


@pytest.mark.parametrize("case", ["rolled back", "rewritten", "other entries", "foreign key"])
@pytest.mark.parametrize("is_restarted", [True, False])
def test_follow_entries_stops_at_a_log_that_contradicts_itself(  # noqa: PLR0917 - two tables and four fixtures
    case: str, is_restarted: bool, log: Log, trust: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dishonest = {
        "rolled back": truncated(log, 18),
        "rewritten": rewritten(log, 12, with_statement(log.entries[12], setting("occurred_on", "2018"))),
        "other entries": altered(log, log.size - 1, log.entries[-1].replace(b"2019", b"2018")),
        "foreign key": Writer(name="stranger").found().report(14).log(),
    }[case]
    # Signed over the true entries where the host then serves others; over what it serves where it rewrote them.
    checkpoint = (log if case == "other entries" else dishonest).checkpoint()
    memory = tmp_path / "memory"
    honest = log.cut_at(20)
    follow = program("follow_entries")
    with hosting(host := Host(honest)) as url:
        between_rounds(follow, lambda: host.show(dishonest, checkpoint=checkpoint))
        if is_restarted:
            assert follow.main([url, str(trust), str(memory), "1"]) == 0
            assert follow.main([url, str(trust), str(memory), "1"]) == 1
        else:
            assert follow.main([url, str(trust), str(memory), "2"]) == 1
    output = capsys.readouterr()
    assert [int(line.split()[0]) for line in output.out.splitlines()] == list(range(20))
    assert output.err.startswith("STOP: ")
    assert memory.read_bytes() == honest.checkpoint()
