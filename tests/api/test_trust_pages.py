"""Verify, integrity, and a copy to alter: what a visitor can check, said in both languages and true."""

import re
from pathlib import Path

import pytest
from tests.api.served import Desk

from constancia.api.pages.altered_copy import KINDS, altered_copy


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


@pytest.mark.parametrize("path", ["/es/verificar", "/en/verify", "/es/integridad", "/en/integrity"])
def test_the_head_that_a_page_names_is_the_logs(scene: Desk, path: str) -> None:
    page = scene.http.get(path)
    assert page.status_code == 200
    shown = words(page.text).replace(" ", "")
    assert scene.ledger.log.leaf_hash(0).hex() in shown
    assert "python -m constancia.verify" in page.text
    if "integ" in path:
        assert scene.ledger.log.root().hex() in shown


def test_an_earlier_size_is_named_with_its_own_root(scene: Desk) -> None:
    shown = words(scene.http.get("/es/integridad?size=9").text).replace(" ", "")
    assert scene.ledger.log.root(9).hex() in shown


def test_each_witness_is_named_with_what_it_cosigned(scene: Desk) -> None:
    page = scene.http.get("/es/integridad").text
    for name in scene.ledger.witnessing.witnesses:
        assert name in page


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("path", "verdict"), [("/es/pruebe", "ALTERADO"), ("/en/try", "ALTERED")])
def test_an_altered_copy_is_caught_in_words(scene: Desk, path: str, verdict: str, kind: str) -> None:
    before = scene.ledger.log.root()
    page = scene.http.get(f"{path}?what={kind}")
    report = re.search(r'<pre class="report">(.*?)</pre>', page.text, re.DOTALL)
    assert report is not None, page.text
    assert report.group(1).startswith(f"{verdict}  copia-alterada.zip")
    assert scene.ledger.log.root() == before
    assert scene.http.get(f"{path}?what={kind}").text == page.text


def test_a_copy_in_which_nothing_is_altered_is_not_called_altered(scene: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "deadline", lambda entries: len(entries) - 1)
    assert altered_copy(scene.ledger, "deadline", "es").verdict == "inconclusive"


def test_an_alteration_of_no_kind_is_refused_and_an_empty_ledger_has_nothing_to_alter(new: Desk) -> None:
    assert new.http.get("/es/pruebe?what=everything").status_code == 400


def test_nothing_stays_on_disk(scene: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    altered_copy(scene.ledger, "vote", "es")
    assert list(tmp_path.iterdir()) == []
