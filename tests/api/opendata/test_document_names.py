"""Names of documents are safe on every system, different from each other, and never of a program."""

import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.rows import each_row

from constancia.api.opendata.document_names import ending_of, folded, readable_names, safe_name
from constancia.verify.sources.zip_archive import Zip

TITLES = st.lists(
    st.tuples(st.text(max_size=120), st.sampled_from([None, "text/markdown", "application/pdf", "text/html", "x/y"])),
    max_size=12,
)


@given(TITLES)
@example([("CON", None), ("con", None), ("Ａ", None), ("../../etc/passwd", None), ("a" * 300, None)])
@example([("Acta", "text/plain"), ("acta", "text/plain"), ("ACTA", "text/plain"), ("acta (2)", "text/plain")])
@example([("ß", None), ("SS", None), ("é", None), ("e\u0301", None), (". . .", None), ("\u202egpj.exe", None)])
def test_o10_archive_with_the_names_is_one_that_our_verifier_opens(
    tmp_path_factory: pytest.TempPathFactory, titles: list[tuple[str, str | None]]
) -> None:
    names = readable_names((str(place), title, kind) for place, (title, kind) in enumerate(titles))
    assert len(names) == len(titles)
    assert len({folded(name) for name in names.values()}) == len(titles)
    path = tmp_path_factory.mktemp("names") / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names.values():
            archive.writestr(f"documentos/{name}", b"")
            assert len(name.encode()) < 400
        archive.writestr("checkpoint", b"")
    opened = Zip(path)
    assert sorted(opened.names()) == sorted(["checkpoint", *(f"documentos/{name}" for name in names.values())])
    opened.close()
    path.unlink()


@each_row(
    ("title", "name"),
    [
        ("Relatoría del foro", "Relatoría del foro"),
        ("a/b\\c:d#1", "a-b-c-d-1"),
        ("  ..oculto.. ", "oculto"),
        ("nul", "nul-"),
        ("\u202efdp.acta", "fdp.acta"),
        ("", "documento"),
        ("???", "documento"),
    ],
)
def test_name_is_the_title(title: str, name: str) -> None:
    assert safe_name(title) == name


@each_row(
    ("media_type", "ending"),
    [
        ("text/markdown; charset=utf-8", ".md"),
        ("TEXT/PLAIN", ".txt"),
        ("text/html", ".txt"),
        ("application/pdf", ".pdf"),
        ("application/x-msdownload", ".bin"),
        (None, ".bin"),
    ],
)
def test_o10_ending_is_of_what_shows_and_does_not_run(media_type: str | None, ending: str) -> None:
    assert ending_of(media_type) == ending
    assert not re.search(r"\.(html?|svg|exe|js|bat|cmd|lnk)$", ending)


def test_same_titles_are_counted(tmp_path: Path) -> None:
    names = readable_names([("a", "Acta", "text/plain"), ("b", "ACTA", "text/plain"), ("c", "Acta", "text/markdown")])
    assert names == {"a": "Acta.txt", "b": "ACTA (2).txt", "c": "Acta.md"}
