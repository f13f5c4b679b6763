"""Verify, integrity, and a copy to alter: what a visitor can check, said in both languages and true."""

import hashlib
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError
from tests.api.served import Desk, appoint, report, serving, wide
from tests.api.test_witnesses import ledger_of, wait_for_quorum
from tests.ledger.witness_scene import Scene
from tests.ledger.world import PARTIES, doc, text
from tests.rows import each_row

from constancia.api.http.proxies import is_of_this_machine
from constancia.api.http.settings import Settings
from constancia.api.pages.integrity.altered_copy import AlterationResult, AlteredCopies, altered_copy, altered_zip
from constancia.api.pages.integrity.forgeries import FORGERIES, LedgerCopy
from constancia.ledger.ledger import Ledger
from constancia.verify.audit.run import audit
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

IN_ENTRIES = sorted(set(FORGERIES) - {"document"})  # the scene has no document of its own


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


@each_row("path", ["/es/verificar", "/en/verify", "/es/integridad", "/en/integrity"])
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


def test_each_witness_is_named_with_what_it_cosigned_and_where_it_is_asked(witnessed: Scene) -> None:
    ledger = ledger_of(witnessed)
    wait_for_quorum(ledger)
    with serving(ledger) as url:
        page = httpx.get(f"{url}/es/integridad", timeout=60).text
    rows = re.findall(r"<li><p><strong>(.*?)</strong>(.*?)</li>", page)
    assert [name for name, _row in rows] == ["w1", "w2", "w3"]  # each once, whatever its keys
    assert "<h2>Testigos, hoy</h2>" in page
    for (_name, row), real in zip(rows[:2], witnessed.real, strict=True):
        assert f"firmó {ledger.size} registros" in row
        assert f'<a href="{real.url}">' in row  # the page is read on the witnesses' own machine
    assert "todavía no ha firmado" in rows[2][1]
    assert "unreachable" in rows[2][1]


def test_what_is_witnessed_is_said_of_the_size_that_the_page_shows(witnessed: Scene) -> None:
    ledger = ledger_of(witnessed)
    wait_for_quorum(ledger)
    size = ledger.size
    assert witnessed.desk is not None
    witnessed.desk.adopt()
    wait_for_quorum(ledger)
    with serving(ledger) as url:
        past = words(httpx.get(f"{url}/es/integridad?size={size}", timeout=60).text)
        now = words(httpx.get(f"{url}/es/integridad", timeout=60).text)
    assert f"Atestiguado por w1, w2 hasta el registro {size - 1}." in past
    assert re.search(rf"Atestiguado por w1, w2, .*?, hasta el registro {ledger.size - 1}\.", now)


def test_an_address_of_this_machine_is_shown_to_its_reader_alone(witnessed: Scene) -> None:
    ledger = ledger_of(witnessed)
    wait_for_quorum(ledger)
    away = Settings(public_url="https://libro.example", costly_reads_per_minute=0)
    with serving(ledger, away) as url:
        page = httpx.get(f"{url}/es/integridad", timeout=60).text
    assert "127.0.0.1" not in page
    assert "https://libro.example --trust" in page


@each_row(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8100", True), ("http://[::1]/w", True), ("http://localhost:1", True),
        ("http://w1.localhost./", True), ("https://inai.example", False), ("http://10.0.0.1", False), ("", False),
        ("https://localhost.example", False),
    ],
)  # fmt: skip
def test_an_address_of_this_machine_is_known_by_its_host(url: str, expected: bool) -> None:
    assert is_of_this_machine(url) is expected


@pytest.mark.parametrize("kind", IN_ENTRIES)
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
    monkeypatch.setitem(FORGERIES, "deadline", lambda copy: len(copy.entries) - 1)
    assert altered_copy(scene.ledger, "deadline").verdict == "inconclusive"


def test_an_alteration_of_no_kind_is_refused_and_an_empty_ledger_has_nothing_to_alter(new: Desk) -> None:
    assert new.http.get("/es/pruebe?what=everything").status_code == 400
    assert new.http.get("/es/pruebe/copia-alterada.zip?what=vote").status_code == 404


def test_nothing_stays_on_disk(scene: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    altered_copy(scene.ledger, "vote")
    assert altered_zip(scene.ledger, "vote") is not None
    assert list(tmp_path.iterdir()) == []


BOTH = ("/es/verificar", "/en/verify", "/es/integridad", "/en/integrity")


@each_row("path", BOTH)
def test_the_anchors_fingerprint_is_that_of_the_trust_folder(scene: Desk, path: str) -> None:
    word = load_trust(scene.ledger.folder.trust).word
    assert word is not None
    page = scene.http.get(path)
    assert f"<code>{word['fingerprint']}</code>" in page.text
    assert re.search("para comparar, no para confiar|to compare, not to trust", page.text)
    assert "No such copy is known yet" in page.text or "Todavía no se sabe de ninguna" in page.text


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


@each_row("address", ["http://nosc.example/", "javascript:alert(1)", "https://", "https://ñ.example/", ""])
def test_addresses_of_another_kind_are_no_setting(address: str) -> None:
    with pytest.raises(ValidationError):
        Settings(published_trust={"NOSC": address})


def test_setting_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSTANCIA_PUBLISHED_TRUST", '{"NOSC": "https://nosc.example/v.html"}')
    assert Settings().published_trust == {"NOSC": "https://nosc.example/v.html"}


@pytest.mark.parametrize("kind", IN_ENTRIES)
def test_the_altered_copy_can_be_taken_along_and_is_altered(scene: Desk, tmp_path: Path, kind: str) -> None:
    page = scene.http.get(f"/es/pruebe?what={kind}").text
    link = re.search(r'href="(/es/pruebe/copia-alterada\.zip\?what=\w+)"', page)
    assert link is not None
    answer = scene.http.get(link.group(1))
    assert "copia-alterada.zip" in answer.headers["content-disposition"]
    (tmp_path / "copia.zip").write_bytes(answer.content)
    with open_source(str(tmp_path / "copia.zip")) as source:
        assert audit(source, None).verdict.name == "ALTERED"


def test_an_entry_that_is_removed_is_gone(scene: Desk) -> None:
    entries = [scene.ledger.log.entry(index) for index in range(scene.ledger.size)]
    copy = LedgerCopy(entries=list(entries), documents={})
    index = FORGERIES["removed"](copy)
    assert index is not None
    assert copy.entries == entries[:index] + entries[index + 1 :]


def test_the_latest_deadline_is_moved_although_a_later_scope_has_none() -> None:
    def entry(type_name: str, window: str) -> bytes:
        scope = f'{{"milestones":[{{"window":"{window}"}}]}}' if window else "{}"
        return f'{{"statement":{{"body":{{"scope":{scope}}},"type":"{type_name}"}}}}'.encode()

    copy = LedgerCopy(
        entries=[entry("CommitmentAdopted", "2019-06/2019-08"), entry("ScopeChanged", ""), entry("VoteCast", "")],
        documents={},
    )
    assert FORGERIES["deadline"](copy) == 0
    assert b"2019-06/2020-08" in copy.entries[0]
    assert FORGERIES["deadline"](LedgerCopy(entries=[entry("ScopeChanged", "")], documents={})) is None


def test_a_copied_signature_is_a_true_one_of_the_same_person(scene: Desk) -> None:
    entries = [scene.ledger.log.entry(index) for index in range(scene.ledger.size)]
    copy = LedgerCopy(entries=list(entries), documents={})
    index = FORGERIES["signature"](copy)
    assert index is not None
    forged = json.loads(copy.entries[index])
    assert forged["statement"] == json.loads(entries[index])["statement"]
    others = [json.loads(raw) for at, raw in enumerate(entries) if at != index]
    assert any(
        other["signatures"] == forged["signatures"] and other["statement"]["actor"] == forged["statement"]["actor"]
        for other in others
    )


def test_p1_equal_requests_at_the_same_time_have_one_audit(scene: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, made = 0, 0, []

    def counted(ledger: Ledger, kind: str) -> AlterationResult:
        nonlocal running, most
        running += 1
        most = max(most, running)
        made.append(kind)
        answer = altered_copy(ledger, kind)
        running -= 1
        return answer

    monkeypatch.setattr("constancia.api.pages.integrity.altered_copy.altered_copy", counted)
    copies = AlteredCopies()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda kind: copies.answer(scene.ledger, kind), ["vote", "removed"] * 4))
    assert sorted(made) == ["removed", "vote"]
    assert most == 1
    assert {answer.verdict for answer in answers} == {"altered"}


def test_an_audit_that_failed_is_made_again(scene: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    copies = AlteredCopies()
    with monkeypatch.context() as patch:
        patch.setattr("constancia.api.pages.integrity.altered_copy.altered_copy", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            copies.answer(scene.ledger, "vote")
    assert copies.answer(scene.ledger, "vote").verdict == "altered"


def test_a_document_that_was_replaced_is_caught_with_the_entry_that_cites_it(adopted: Desk) -> None:
    assert "no tiene un registro que alterar así" in words(adopted.http.get("/es/pruebe?what=document").text)
    copies = AlteredCopies()
    assert copies.answer(adopted.ledger, "document").index is None
    minute = {"description": text("Minuta"), "sha256": hashlib.sha256(b"otra minuta").hexdigest()}
    index = adopted.take(adopted.says("inai", "ProgressReported", "commitment/c1", report(evidence=[minute])))
    assert copies.answer(adopted.ledger, "document").index is None
    adopted.ledger.documents.put(b"otra minuta")  # of the same size
    answer = copies.answer(adopted.ledger, "document")
    assert (answer.index, answer.verdict) == (index["index"], "altered")
    assert f"Registro {answer.index}: el documento no corresponde a su nombre." in answer.reports["es"]
