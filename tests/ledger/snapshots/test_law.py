"""What a snapshot is bound to: another law is another digest, other words about it are not."""

from pathlib import Path

import pytest
from tests.domain.stage import ORIGIN
from tests.domain.test_oracles import history
from tests.rows import each_row

import constancia.domain
from constancia.ledger.snapshots import sealed_rows
from constancia.ledger.snapshots.law import meaning_of
from constancia.ledger.snapshots.snapshot_store import SnapshotStore
from constancia.verify.wire.merkle import Tree, hash_leaf

LAW = b'"""A law."""\n\nMOST = 3\n\n\ndef is_late(days: int) -> bool:\n    """Tell."""\n    return days > MOST\n'


@each_row(
    "text",
    [
        LAW.replace(b"MOST = 3", b"# The most.\nMOST = 3  # days"),
        LAW.replace(b"Tell.", b"Tell whether it is late."),
        LAW.replace(b"    return", b"\n\n    return"),
        LAW.replace(b"days > MOST", b"(days > MOST)"),
    ],
)
def test_comments_docstrings_and_places_mean_nothing(text: bytes) -> None:
    assert text != LAW
    assert meaning_of(text) == meaning_of(LAW)


@each_row(
    "text",
    [
        LAW.replace(b"3", b"4"),
        LAW.replace(b"> MOST", b">= MOST"),
        LAW.replace(b"days: int", b"days: str"),
        LAW.replace(b"return", b"yield"),
        LAW + b'"""Not a docstring."""\n',
    ],
)
def test_anything_else_is_another_law(text: bytes) -> None:
    assert meaning_of(text) != meaning_of(LAW)


def test_no_law_reads_its_docstrings() -> None:
    place = Path(constancia.domain.__file__).parent
    texts = {path.name: path.read_text(encoding="utf-8") for path in place.rglob("*.py")}
    assert [name for name, text in texts.items() if "__doc__" in text or "getdoc" in text] == []


def test_n2_words_may_change_and_the_law_may_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, state, tree = tmp_path / "state.sqlite", history().state, Tree()
    for index in range(state.size):
        tree.append(hash_leaf(b"%d" % index))

    def newest() -> int:
        store = SnapshotStore(path, ORIGIN)
        store.close()
        return store.newest

    store = SnapshotStore(path, ORIGIN)
    assert store.save(state, tree)
    store.close()
    monkeypatch.setattr(sealed_rows, "text_digest", lambda: "other words")
    assert newest() == state.size
    monkeypatch.setattr(sealed_rows, "law_digest", lambda: "another law")
    assert newest() == state.size  # the words are those of the last start: nothing else is asked
    monkeypatch.setattr(sealed_rows, "text_digest", lambda: "other words once more")
    assert newest() == 0
    assert not path.exists()
