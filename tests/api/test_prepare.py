"""The pages on which acts are prepared: forms without scripts, faults in words, drafts that the ledger would take."""

import hashlib
import re
from html import unescape

import httpx
import pytest
from tests.api.served import Desk, appoint, serving
from tests.ledger.world import text

from constancia.api.http.settings import Settings
from constancia.api.signing.drafts import Draft, DraftStore

PATH = "/es/preparar/avance"
WHO = {":who": "ap-inai", ":about": "commitment/c1", ":decides": ""}
REPORT = {**WHO, "level": "limited", "narrative.es": "Se avanzó <b>mucho</b>", "period": "2019-03"}
EVIDENCE = b"minuta de la reunion"


def send(
    desk: Desk, fields: dict[str, str], path: str = PATH, *, do: str = "prepare", name: str = "", data: bytes = b""
) -> httpx.Response:
    files = {f"{name}:file": ("minuta.pdf", data)} if name else {"none:file": ("", b"")}
    return desk.http.post(path, data=fields | {":do": do}, files=files, headers={"Accept": "text/html"})


def draft_of(desk: Desk, answer: httpx.Response) -> Draft:
    assert answer.status_code == 303, re.sub(r"<[^>]+>", " ", answer.text)[:3000]
    name = answer.headers["location"].rpartition("/")[2]
    draft = DraftStore(desk.ledger.folder.drafts, clock=desk.ledger.clock).get(name)
    assert isinstance(draft, Draft)
    return draft


def drafts(desk: Desk) -> bool:
    return desk.ledger.folder.drafts.exists()


def problems(answer: httpx.Response) -> str:
    return unescape(answer.text.partition('class="problems"')[2].partition("</div>")[0])


def test_p1_a_draft_is_what_the_ledger_would_take(adopted: Desk) -> None:
    size = adopted.ledger.size
    answer = send(adopted, REPORT)
    prepared = draft_of(adopted, answer).prepared
    assert prepared["body"]["narrative"] == {"es": "Se avanzó <b>mucho</b>"}
    assert prepared["body"]["report"] == f"r-{size + 1}"
    assert prepared["actor"] == adopted.world.actor("inai")
    assert (prepared["type"], prepared["stream"], prepared["mode"]) == ("ProgressReported", "commitment/c1", "live")
    assert adopted.ledger.size == size
    page = adopted.http.get(answer.headers["location"])
    assert page.status_code == 200
    own = adopted.url.replace("127.0.0.1", "localhost")  # an address of numbers is none for passkeys
    assert f"{own}/es/firmar/" in page.text
    assert page.headers["cache-control"] == "no-store"


def test_p1_what_would_be_refused_is_no_draft_and_says_why(adopted: Desk) -> None:
    answer = send(adopted, REPORT | {"level": "substantial"})
    assert answer.status_code == 422
    assert "(E_EVIDENCE_REQUIRED)" in problems(answer)
    assert "Qué hacer:" in problems(answer)
    assert not drafts(adopted)


def test_p1_who_may_not_say_it_is_refused(adopted: Desk) -> None:
    answer = send(adopted, REPORT | {":who": "root.inai"})
    assert answer.status_code == 422
    assert "(E_OUT_OF_SCOPE)" in problems(answer)
    assert not drafts(adopted)


def test_p2_what_was_written_stays(adopted: Desk) -> None:
    answer = send(adopted, REPORT | {"period": "28/03/2019", "reason.es": 'porque "sí"'}, do="prepare")
    assert answer.status_code == 422
    assert "¿Quiso decir 2019-03-28?" in problems(answer)
    assert 'href="#q-period"' in problems(answer)
    assert 'value="28/03/2019"' in answer.text
    assert re.search(r'name="level" value="limited" checked', answer.text)
    assert "Se avanzó &lt;b&gt;mucho&lt;/b&gt;" in answer.text
    assert "porque &#34;sí&#34;" in answer.text
    assert "<title>Error: " in answer.text


def test_p2_a_file_is_hashed_and_goes_no_further(adopted: Desk) -> None:
    digest = hashlib.sha256(EVIDENCE).hexdigest()
    fields = REPORT | {"evidence.0.description.es": "Minuta", "period": "nunca"}
    answer = send(adopted, fields, name="evidence.0.sha256", data=EVIDENCE)
    assert answer.status_code == 422
    assert f'name="evidence.0.sha256" value="{digest}"' in answer.text
    assert "minuta.pdf" in answer.text
    again = fields | {"period": "2019-03", "evidence.0.sha256": digest, "evidence.0.sha256:name": "minuta.pdf"}
    prepared = draft_of(adopted, send(adopted, again)).prepared
    assert prepared["body"]["evidence"] == [{"description": {"es": "Minuta"}, "sha256": digest}]
    assert digest not in adopted.ledger.documents
    refused = adopted.http.post("/api/v1/documents", content=EVIDENCE)
    assert refused.json()["code"] == "E_NOT_CITED"


def test_document_has_size_and_type_of_its_file(adopted: Desk) -> None:
    appoint(adopted, "inai", "wide")
    first = adopted.http.get("/es/preparar/entregar").text
    about = re.findall(r'value="(deliverable/[^"]+)"', first)[0]
    fields = {":who": "wide-inai", ":about": about, ":decides": "", "document.title.es": "Informe"}
    answer = send(adopted, fields, "/es/preparar/entregar", name="document", data=EVIDENCE)
    document = draft_of(adopted, answer).prepared["body"]["document"]
    assert document == {
        "media_type": "application/pdf",
        "sha256": hashlib.sha256(EVIDENCE).hexdigest(),
        "size": len(EVIDENCE),
        "title": {"es": "Informe"},
    }


def test_rows_are_added_and_taken_out_by_buttons(adopted: Desk) -> None:
    answer = send(adopted, REPORT, do="add=evidence")
    assert answer.status_code == 200
    assert 'name="evidence.0.description.es"' in answer.text
    more = send(adopted, REPORT | {"evidence.0.description.es": "Minuta"}, do="add=evidence")
    assert 'name="evidence.1.description.es"' in more.text
    less = send(adopted, REPORT | {"evidence.0.description.es": "Minuta"}, do="drop=evidence.0")
    assert 'name="evidence.0.description.es"' not in less.text
    assert not drafts(adopted)


def test_kind_of_a_change_of_scope_is_computed(adopted: Desk) -> None:
    path, who = "/es/preparar/cambio-de-alcance", WHO | {":who": "wide-inai"}
    appoint(adopted, "inai", "wide")
    page = adopted.http.get(path, params={"who": "wide-inai", "about": "commitment/c1"}).text
    rows = dict.fromkeys(re.findall(r'name="(scope\.[^"]+:(?:before|stays))"', page), "1")
    less = {name: "1" for name in rows if name != "scope.deliverables.0:stays"}
    assert len(less) == len(rows) - 1
    shown = send(adopted, who | less, path, do="compute")
    assert shown.status_code == 200
    assert re.search(r'id="change".*?<strong>reducción</strong>', shown.text, re.DOTALL)
    answer = send(adopted, who | less | {"reasons.es": "Ya no"}, path)
    body = draft_of(adopted, answer).prepared["body"]
    assert body["declared_kind"] == "reduction"
    assert len(body["scope"]["deliverables"]) == sum(name.startswith("scope.deliverables") for name in rows) // 2 - 1
    milder = send(adopted, who | less | {"reasons.es": "Ya no", "declared_kind": "clarification"}, path)
    assert "(E_SCOPE_LABEL)" in problems(milder)


def test_entry_is_named_by_number_hash_or_address(adopted: Desk) -> None:
    index = adopted.ledger.size - 1
    leaf = adopted.ledger.log.leaf_hash(index).hex()
    for about in (str(index), leaf, f"{adopted.url}/es/registros/{index}", f"/e/{leaf}"):
        page = adopted.http.get("/es/preparar/impugnar", params={"who": "ap-nosc", "about": about})
        assert page.status_code == 200
        assert f'name=":about" value="entry/{leaf}"' in page.text
    wrong = adopted.http.get("/es/preparar/impugnar", params={"who": "ap-nosc", "about": "9999"})
    assert wrong.status_code == 422
    assert "No hay registro «9999»" in problems(wrong)


def test_first_page_asks_who_and_about_what_by_name(adopted: Desk) -> None:
    page = adopted.http.get(PATH)
    assert page.status_code == 200
    assert 'method="get"' in page.text
    assert 'value="ap-inai"' in page.text
    assert 'value="commitment/c1"' in page.text
    decision = adopted.http.get("/en/prepare/propose-decision")
    assert 'name="decides"' in decision.text
    assert adopted.http.get("/es/preparar/nada").status_code == 404
    assert adopted.http.get("/es/preparar/LedgerOpened").status_code == 404


def test_pages_name_every_act_and_both_languages_lead_to_each_other(adopted: Desk) -> None:
    spanish, english = adopted.http.get("/es/preparar").text, adopted.http.get("/en/prepare").text
    assert spanish.count('href="/es/preparar/') == english.count('href="/en/prepare/') > 60
    assert 'href="/en/prepare/progress"' in adopted.http.get(PATH).text
    assert adopted.http.get("/en/prepare/avance").status_code == 200


def test_another_sites_form_is_refused(adopted: Desk) -> None:
    data = REPORT | {":do": "prepare"}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://other.example"}, {"Origin": "null"}):
        answer = adopted.http.post(PATH, data=data, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "E_CROSS_SITE")
    assert not drafts(adopted)


def test_own_pages_let_the_browser_name_their_origin(adopted: Desk) -> None:
    """Under `no-referrer` a browser sends `Origin: null` with a form, which would be refused as another site's."""
    page = adopted.http.get(PATH, params={"who": "ap-inai", "about": "commitment/c1"})
    assert page.headers["referrer-policy"] == "same-origin"
    assert adopted.http.get("/es/").headers["referrer-policy"] == "no-referrer"
    own = adopted.http.post(PATH, data=REPORT | {":do": "prepare"}, headers={"Origin": adopted.url})
    assert own.status_code == 303


@pytest.mark.parametrize(
    ("headers", "body", "code"),
    [
        ({"Content-Type": "application/json"}, b"{}", "E_CONTENT_TYPE"),
        ({"Content-Type": "multipart/form-data"}, b"x", "E_MALFORMED"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"a=" + b"x" * 1_100_000, "E_TOO_LARGE"),
    ],
)
def test_what_is_no_form_is_refused(adopted: Desk, headers: dict[str, str], body: bytes, code: str) -> None:
    answer = adopted.http.post(PATH, content=body, headers=headers)
    assert answer.json()["code"] == code
    assert not drafts(adopted)


def test_texts_of_the_ledger_are_no_markup(adopted: Desk) -> None:
    proposed = adopted.world.says("inai", "CommitmentProposed", "commitment/c9", commitment="c9",
        objective=text("o"), problem=text("p"), title=text("<script>alert(1)</script>"))  # fmt: skip
    adopted.take(proposed)
    page = adopted.http.get("/es/preparar/CommitmentProposed").text + adopted.http.get("/es/preparar/avance").text
    assert "<script" not in page


def test_browser_reads_in_words_what_a_program_reads_as_a_document(adopted: Desk) -> None:
    """A refusal before the page is reached is a page too, and no JSON."""
    headers = {"Accept": "text/html,*/*;q=0.8", "Origin": "https://other.example"}
    answer = adopted.http.post(PATH, data=REPORT | {":do": "prepare"}, headers=headers)
    assert (answer.status_code, answer.headers["cache-control"]) == (403, "no-store")
    assert answer.headers["content-type"].startswith("text/html")
    assert "Otro sitio no puede escribir aquí" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    english = adopted.http.post("/en/prepare/progress", data=REPORT, headers=headers)
    assert "Another site may not write here" in english.text


def test_too_many_drafts_from_one_address_have_to_wait_and_a_page_says_so(adopted: Desk) -> None:
    settings = Settings(writes_per_minute=1, costly_reads_per_minute=0, entries_per_key_per_minute=0)
    with serving(adopted.ledger, settings) as url, httpx.Client(base_url=url, headers={"Accept": "text/html"}) as http:
        assert http.post(PATH, data=REPORT | {":do": "prepare"}).status_code == 303
        answer = http.post(PATH, data=REPORT | {":do": "prepare"})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "Espere un minuto" in answer.text


def test_entry_leads_to_the_forms_that_contest_and_answer_it(adopted: Desk) -> None:
    page = adopted.http.get("/es/registros/3").text
    assert 'href="/es/preparar/impugnar?about=3"' in page
    assert 'href="/en/prepare/answer?about=3"' in adopted.http.get("/en/entries/3").text
    assert 'value="3"' in adopted.http.get("/es/preparar/impugnar?about=3").text
