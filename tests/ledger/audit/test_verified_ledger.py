"""A ledger that was verified and is read: the same from a folder, a bundle and an address, and never an altered one."""

import ast
import contextlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.api.served import serving
from tests.dishonest import altered
from tests.ledger.conftest import Desk
from tests.ledger.lawless import Operator

from constancia import ledger, verify
from constancia.ledger.audit import verified_ledger as verified

AT = datetime(2030, 1, 1, 12, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[3]


def pinned(desk: Desk, folder: Path) -> Path:
    """What a reader pins: the log's key and the genesis; and the charter, which the genesis cites."""
    desk.ledger.documents.put(b"charter")
    desk.ledger.views.wait()  # else the audit reads them while they are written
    trust = folder / "pinned"
    trust.mkdir()
    (trust / "policy").write_text(f"log {desk.ledger.vkey}\nquorum none\n")
    (trust / "genesis").write_text(desk.ledger.log.leaf_hash(0).hex() + "\n")
    return trust


@contextlib.contextmanager
def place(kind: str, desk: Desk, folder: Path) -> Iterator[str]:
    if kind == "bundle":
        desk.ledger.export(folder / "libro.zip")
        yield str(folder / "libro.zip")
    elif kind == "address":
        with serving(desk.ledger) as url:
            yield url
    else:
        yield str(desk.folder)


@pytest.mark.parametrize("kind", ["folder", "bundle", "address"])
def test_x1_the_same_is_read_from_every_kind_of_source(desk: Desk, tmp_path: Path, kind: str) -> None:
    trust = pinned(desk, tmp_path)
    with place(kind, desk, tmp_path) as location, ledger.open(location, trust, at=AT) as book:
        assert book.report.verdict is verify.Verdict.INTACT, verify.report_text(book.report, "en")
        (commitment,) = book.commitments()
        assert (commitment.commitment, commitment.status) == ("c1", "in_progress")
        assert commitment.title["es"]
        late = book.overdue()
        assert {item.of for item in late} == {"commitment/c1"}
        assert [item.days_late for item in late] == [one.days_late for one in commitment.milestones if one.days_late]
        assert book.overdue(date(2019, 3, 2)) == []
        assert [entry.index for entry in book.entries(since=3)] == list(range(3, desk.ledger.size))
        assert {row["stream"] for row in book.rows("parties")} >= {"party/inai"}
        with pytest.raises(KeyError):
            book.rows("nothing")


def test_today_is_a_day_of_the_ledgers_zone(desk: Desk) -> None:
    """At two in the morning UTC it is the evening before in Mexico: the deadline of that day has not passed."""
    due = datetime.fromisoformat(min(item.due for item in _overdue(desk)))
    for at, is_late in ((due - timedelta(hours=2), False), (due + timedelta(hours=2), True)):
        with ledger.open(desk.folder, at=at) as book:
            assert bool(book.overdue()) == is_late, at


def _overdue(desk: Desk) -> list[ledger.Overdue]:
    with ledger.open(desk.folder, at=AT) as book:
        return book.overdue()


def test_without_a_trust_anchor_it_is_read_and_the_report_says_what_is_missing(desk: Desk) -> None:
    with ledger.open(desk.folder) as book:
        assert book.report.verdict is verify.Verdict.INCONCLUSIVE
        assert len(book.commitments()) == 1


def test_x2_altered_ledger_gives_its_report_alone(tmp_path: Path) -> None:
    operator = Operator()
    operator.play([*operator.world.founding(), *operator.world.commitment("c1")])
    log = operator.log()
    log = altered(log, 5, log.entries[5].replace(b"2019", b"2018", 1))
    with ledger.open(log.write_folder(tmp_path / "published"), log.write_trust(tmp_path / "trust")) as book:
        assert book.report.verdict is verify.Verdict.ALTERED
        for read in (book.commitments, book.overdue, lambda: list(book.entries()), lambda: book.state):
            with pytest.raises(ledger.AlteredLedger) as refused:
                read()
            assert refused.value.report is book.report


def test_x1_entries_that_change_after_the_audit_are_refused(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ledger.open(desk.folder, pinned(desk, tmp_path), at=AT) as book:
        source = book._source
        raw = list(source.entries())
        monkeypatch.setattr(type(source), "entries", lambda _, start=0: iter([*raw[start:-1], raw[0]]))
        with pytest.raises(verify.Unreadable, match="other bytes"):
            list(book.entries())
        monkeypatch.setattr(type(source), "entries", lambda _, start=0: iter(raw[start:-1]))
        with pytest.raises(verify.Unreadable, match=f"{len(raw) - 1} of {len(raw)}"):
            list(book.entries())


def test_public_names_are_what_type_checkers_believe() -> None:
    tree = ast.parse((ROOT / "ledger" / "__init__.pyi").read_text(encoding="utf-8"))
    imported = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert sorted(imported) == sorted(ledger.__all__)
    for name, original in imported.items():
        assert getattr(ledger, name) is getattr(verified, original)
    assert set(ledger.__all__) <= set(dir(ledger))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(ledger, "nothing")  # noqa: B009 - a type checker would refuse it, as it must
