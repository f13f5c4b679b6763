"""Documents: named by their content, whole or not there, hashed again when read."""

import hashlib
import os
from pathlib import Path

import pytest

from constancia.ledger.disk.documents import Documents
from constancia.ledger.disk.file_store import FolderFiles
from constancia.ledger.errors import Damaged, NotFound, TooLarge


def test_d1_document_is_found_under_the_digest_of_its_bytes(tmp_path: Path) -> None:
    documents = Documents(FolderFiles(tmp_path / "documents"))
    name = documents.put(b"acuerdo")
    assert name == hashlib.sha256(b"acuerdo").hexdigest()
    assert documents.get(name) == b"acuerdo"


def test_d1_same_document_twice_is_kept_once(tmp_path: Path) -> None:
    documents = Documents(FolderFiles(tmp_path))
    assert documents.put(b"x") == documents.put(b"x")
    assert len(documents.names()) == 1


def test_d2_changed_bytes_are_not_given_out(tmp_path: Path) -> None:
    documents = Documents(FolderFiles(tmp_path))
    name = documents.put(b"acuerdo")
    (tmp_path / name).write_bytes(b"Acuerdo")
    with pytest.raises(Damaged, match=name):
        documents.get(name)


def test_document_above_the_limit_leaves_nothing_behind(tmp_path: Path) -> None:
    documents = Documents(FolderFiles(tmp_path), limit=4)
    with pytest.raises(TooLarge):
        documents.put(b"12345")
    assert list(tmp_path.iterdir()) == []


def test_document_at_the_limit_is_taken(tmp_path: Path) -> None:
    documents = Documents(FolderFiles(tmp_path), limit=4)
    assert documents.get(documents.put(b"1234")) == b"1234"


@pytest.mark.parametrize("name", ["../ledger.sqlite", "", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_name_that_is_no_digest_leads_nowhere(tmp_path: Path, name: str) -> None:
    documents = Documents(FolderFiles(tmp_path))
    assert name not in documents
    with pytest.raises(NotFound):
        documents.get(name)


def test_unknown_document_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        Documents(FolderFiles(tmp_path)).get("0" * 64)


def test_stray_part_files_are_no_documents(tmp_path: Path) -> None:
    (tmp_path / "tmpabc.part").write_bytes(b"half")
    assert Documents(FolderFiles(tmp_path)).names() == []


@pytest.mark.parametrize("left", [b"", b"cha", b"CHARTER"])
def test_putting_it_again_mends_what_was_damaged(tmp_path: Path, left: bytes) -> None:
    documents = Documents(FolderFiles(tmp_path))
    name = documents.put(b"charter")
    (tmp_path / name).write_bytes(left)
    assert not documents.is_whole(name)
    assert documents.put(b"charter") == name
    assert documents.get(name) == b"charter"


def test_what_killed_uploads_left_is_removed_and_running_ones_stay(tmp_path: Path) -> None:
    documents = Documents(FolderFiles(tmp_path))
    documents.put(b"charter")
    dead, running = tmp_path / "upload-x.4194304.part", tmp_path / f"upload-y.{os.getppid()}.part"
    former = tmp_path / "tmpabcd1234.part"
    for path in (dead, running, former):
        path.write_bytes(b"half")
    documents.tidy()
    assert [path.exists() for path in (dead, running, former)] == [False, True, False]
