"""Verify, integrity, and a copy to alter: what a visitor can check, said in both languages and true."""

import re
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError
from tests.api.served import Desk, appoint, serving, wide
from tests.ledger.world import PARTIES, doc, text

from constancia.api.http.settings import Settings
from constancia.api.pages.altered_copy import KINDS, altered_copy
from constancia.verify.trust.trust_folder import load_trust


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


BOTH = ("/es/verificar", "/en/verify", "/es/integridad", "/en/integrity")


@pytest.mark.parametrize("path", BOTH)
def test_the_anchors_fingerprint_is_that_of_the_trust_folder(scene: Desk, path: str) -> None:
    word = load_trust(scene.ledger.folder.trust).word
    assert word is not None
    page = scene.http.get(path)
    assert f"<code>{word['fingerprint']}</code>" in page.text
    assert re.search("para comparar, no para confiar|to compare, not to trust", page.text)
    assert "None is known yet" in page.text or "Todavía no se sabe de ninguna" in page.text


def test_before_genesis_there_is_no_fingerprint(new: Desk) -> None:
    for path in BOTH:
        page = new.http.get(path)
        assert page.status_code == 200
        assert "to compare, not to trust" not in page.text


def declare(desk: Desk, party: str, name: str, title: str, **changed: object) -> None:
    body = {
        "about": "ledger", "docset": {"authentic": "es", "documents": [doc(b"declaraci\xc3\xb3n", "es")]},
        "kind": "declaration", "parties": [party], "statement": name, "title": text(title),
    } | changed  # fmt: skip
    desk.take(wide(desk, party, "StatementPublished", f"statement/{name}", body))


def copies(page: str) -> list[tuple[str, str]]:
    return re.findall(r"<li><p><strong>(.*?)</strong>: <a href=\"([^\"]*)\" rel=\"external nofollow", page)


def test_a_party_signs_where_its_copy_is(adopted: Desk) -> None:
    for party in PARTIES:
        appoint(adopted, party, "wide")
    declare(adopted, "nosc", "v1", "Nuestro verificador: https://nosc.example/old.html")
    declare(adopted, "nosc", "v2", "Nuestro verificador está en «https://nosc.example/v.html».")
    declare(adopted, "inai", "v3", "Verificador del INAI: https://inai.example/v.html, con huella")
    declare(adopted, "sfp", "v4", "Sin dirección; javascript:alert(1) http://sfp.example/")
    declare(adopted, "sfp", "v5", "Otra cosa: https://sfp.example/", about="commitment/c1")
    declare(adopted, "sfp", "v6", "Un comunicado: https://sfp.example/", kind="release")
    for path in BOTH:
        page = adopted.http.get(path).text
        assert [address for _, address in copies(page)] == [
            "https://nosc.example/v.html", "https://inai.example/v.html",
        ]  # fmt: skip
    page = adopted.http.get("/es/verificar").text
    assert "Lo firmó en el" in page
    assert "Lo dice este servidor" not in page
    assert copies(adopted.http.get("/es/verificar?size=5").text) == []


def test_what_the_operator_says_is_said_to_be_the_operators_word(adopted: Desk) -> None:
    hostile = '<script>"&'
    given = {"NOSC": "https://nosc.example/v.html", hostile: "https://x.example/?a=<&b"}
    with serving(adopted.ledger, Settings(published_trust=given)) as url:
        page = httpx.get(f"{url}/es/verificar").text
    assert copies(page) == [
        ("NOSC", "https://nosc.example/v.html"),
        ("&lt;script&gt;&#34;&amp;", "https://x.example/?a=&lt;&amp;b"),
    ]
    assert page.count("Lo dice este servidor; esa organización no lo ha firmado en el libro") == 2


@pytest.mark.parametrize(
    "address", ["http://nosc.example/", "javascript:alert(1)", "https://", "https://ñ.example/", ""]
)
def test_addresses_of_another_kind_are_no_setting(address: str) -> None:
    with pytest.raises(ValidationError):
        Settings(published_trust={"NOSC": address})


def test_setting_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSTANCIA_PUBLISHED_TRUST", '{"NOSC": "https://nosc.example/v.html"}')
    assert Settings().published_trust == {"NOSC": "https://nosc.example/v.html"}
