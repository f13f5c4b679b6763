"""The receipt as PDF: what it says, the receipt inside byte for byte, and nothing that anybody wrote read as markup."""

import io
from pathlib import Path

import pypdf
import pytest
from tests.api.served import Desk, report
from tests.ledger.world import text

from constancia.verify import Verdict, audit_source, load_trust, open_source


def document(desk: Desk, path: str) -> pypdf.PdfReader:
    answer = desk.http.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text[:300]
    assert len(answer.content) < 120_000
    return pypdf.PdfReader(io.BytesIO(answer.content))


def words_of(pdf: pypdf.PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def test_receipt_is_inside_byte_for_byte_and_verifies(adopted: Desk, tmp_path: Path) -> None:
    pdf = document(adopted, "/es/registros/5/constancia.pdf")
    [inside] = pdf.attachments["constancia-5.tlog-proof"]
    assert inside == adopted.ledger.receipt(5)
    (tmp_path / "r.tlog-proof").write_bytes(inside)
    (tmp_path / "policy").write_text(f"log {adopted.ledger.vkey}\nquorum none\n")
    (tmp_path / "genesis").write_text(adopted.ledger.log.leaf_hash(0).hex() + "\n")
    with open_source(str(tmp_path / "r.tlog-proof")) as source:
        assert audit_source(source, load_trust(tmp_path)).verdict is not Verdict.ALTERED


def test_it_says_what_the_page_says_in_both_languages(adopted: Desk) -> None:
    leaf = adopted.ledger.log.leaf_hash(5).hex()
    for path, title in (("/es/registros/5/constancia.pdf", "Constancia"), ("/en/entries/5/receipt.pdf", "Receipt")):
        pdf = document(adopted, path)
        assert title in str(pdf.metadata and pdf.metadata.title)
        assert leaf[:16] in words_of(pdf).replace(" ", "")
        page = adopted.http.get(path.removesuffix(".pdf")).text
        assert f'href="{path}"' in page
        root = pdf.root_object
        assert str(root["/Lang"]) == path[1:3]
        assert "/StructTreeRoot" in root, "tagged, for who listens to it"


def test_same_receipt_gives_the_same_bytes(adopted: Desk) -> None:
    first, again = (adopted.http.get("/es/registros/5/constancia.pdf").content for _ in range(2))
    assert first == again


@pytest.mark.parametrize(
    "hostile",
    [
        '#read("facts.json") $x$ *a* _b_ \\ <c> @d = e', "x" * 7_000, "שלום עולם", "漢字 🙂",
        "a\u0378b\u05ff", "а\u0485 漢", "Hña\u0331hñu", "\ue000\U0001f9ff",
    ],
)  # fmt: skip
def test_text_of_a_signer_is_text(adopted: Desk, hostile: str) -> None:
    body = report(report="r7", narrative=text(hostile))
    index = adopted.take(adopted.says("inai", "ProgressReported", "commitment/c1", body))["index"]
    pdf = document(adopted, f"/es/registros/{index}/constancia.pdf")
    if hostile.isascii() and len(hostile) < 100:
        assert '#read("facts.json")' in words_of(pdf)
    assert len(pdf.pages) < 9


def test_without_the_library_there_is_no_such_address(adopted: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("constancia.api.signing.pages.receipt_page.can_print", lambda: False)
    assert adopted.http.get("/es/registros/5/constancia.pdf").status_code == 404
    assert "constancia.pdf" not in adopted.http.get("/es/registros/5/constancia").text
