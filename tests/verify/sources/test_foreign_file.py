"""The kind of another file follows from its bytes, with what to do, and is never an alteration."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.agreement.foreign import mail
from tests.agreement.recipes import foreign_files
from tests.verify.small_ledger import Log, LogKey, verify, write

from constancia.verify.__main__ import main
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.note import format_vkey
from constancia.verify.report.findings import Verdict
from constancia.verify.report.kinds import KINDS
from constancia.verify.report.rendering import unreadable_text
from constancia.verify.sources.foreign_file import Foreign, kind_of
from constancia.verify.sources.source import open_source

# The page takes the first three for what is trusted, and Python verifies what the others are.
OTHERWISE = {"policy-file", "genesis-file", "key-file", "store-file", "contradiction-file"}


def kind(data: bytes, place: Path) -> str | Verdict:
    write(place / "file", data)
    try:
        return verify(place / "file").verdict
    except Foreign as error:
        return error.code
    except Unreadable as error:
        return f"unreadable {error.code}"


def test_every_kind_is_given_by_some_file_and_nothing_is_called_altered(tmp_path: Path) -> None:
    kinds = {name: kind(data, tmp_path) for name, data in foreign_files().items()}
    assert Verdict.ALTERED not in kinds.values()
    assert Verdict.INTACT not in kinds.values()  # what was undone is said, and leaves the verdict open
    assert set(kinds.values()) >= set(KINDS) - OTHERWISE
    assert kinds["signed statement"] == kinds["signed statement indented"] == "signed-statement"
    for name in ("receipt CRLF", "receipt in a mail", "receipt in a page", "entry indented"):
        assert kinds[name] is Verdict.INCONCLUSIVE, name


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"ab" * 32 + b"\n", "genesis-file"),
        (f"log {format_vkey(LogKey().verifier)}\nquorum none\n".encode(), "policy-file"),
        (f"{format_vkey(LogKey().verifier)}\n".encode(), "key-file"),
    ],
)
def test_what_is_trusted_is_told_from_a_receipt(data: bytes, expected: str, tmp_path: Path) -> None:
    assert kind(data, tmp_path) == expected


def test_receipt_in_a_mail_that_was_altered_is_altered(log: Log, trust: Path, tmp_path: Path) -> None:
    write(tmp_path / "a.eml", mail(log.receipt(20).replace(b"\nindex 20\n", b"\nindex 21\n")))
    assert verify(tmp_path / "a.eml", trust).verdict is Verdict.ALTERED
    write(tmp_path / "b.eml", mail(log.receipt(20)))
    report = verify(tmp_path / "b.eml", trust)
    assert (report.verdict, [remark.code for remark in report.open]) == (Verdict.INCONCLUSIVE, ["changed"])


def test_json_says_that_it_is_no_receipt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "a.json", b'{"a":1}')
    assert main([str(tmp_path / "a.json"), "--json"]) == 3
    document = json.loads(capsys.readouterr().out)
    assert (document["verdict"], document["exit_code"], document["error"]["code"]) == ("foreign", 3, "json")
    assert document["es"].startswith("ESTO NO ES")


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_of_some_kind(data: bytes) -> None:
    assert kind_of(data) in KINDS


@given(
    start=st.sampled_from([b"", b"{", b"PK\x03\x04", b"From: a\n", b"<html>", b"%PDF-", b"-----BEGIN "]),
    data=st.binary(max_size=200),
)
def test_any_file_is_answered(tmp_path_factory: pytest.TempPathFactory, start: bytes, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    write(path, start + data)
    try:
        with open_source(str(path)) as source:
            assert source.kind in ("receipt", "entry", "contradiction", "zip")
    except (Unreadable, Malformed):
        pass


def test_answer_names_the_kind_and_what_to_do(tmp_path: Path) -> None:
    write(tmp_path / "foto.jpg", b"\xff\xd8\xff\xe0" + bytes(40))
    with pytest.raises(Foreign) as caught:
        open_source(str(tmp_path / "foto.jpg"))
    assert unreadable_text(caught.value, "es").startswith("ESTO NO ES UNA CONSTANCIA  ")
    assert unreadable_text(caught.value, "en").startswith("THIS IS NOT A RECEIPT  ")
    assert unreadable_text(caught.value, "es").endswith(KINDS["photo"]["es"])


@pytest.mark.parametrize("name", ["signed statement", "signed statement indented", "statement"])
def test_statement_that_is_no_entry_says_its_act(name: str, tmp_path: Path) -> None:
    write(tmp_path / "VoteCast.signed.json", foreign_files()[name])
    with pytest.raises(Foreign) as caught:
        verify(tmp_path / "VoteCast.signed.json")
    assert re.search(r"\nDice: \w.*\.$", unreadable_text(caught.value, "es"))
    assert re.search(r"\nIt says: \w.*\.$", unreadable_text(caught.value, "en"))
