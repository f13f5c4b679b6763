"""What changed between two dates or since an earlier copy; search; citations; feeds and calendars."""

import html
import json
import re
import time
import unicodedata
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor

import httpx
import icalendar
import pytest
from tests.api.served import Desk, later, report, serving
from tests.rows import each_row

from constancia.api.pages.news.feed_items import calendar_status
from constancia.api.pages.search_index import Matches, SearchIndex
from constancia.ledger.reader.log import Log
from constancia.verify.report.kinds import KINDS
from constancia.verify.sources.foreign_file import kind_of

ATOM = "{http://www.w3.org/2005/Atom}"


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def test_what_changed_between_two_sizes_is_what_was_recorded_between_them(adopted: Desk) -> None:
    size = adopted.ledger.size
    adopted.take(adopted.says("inai", "ProgressReported", "commitment/c1", report()))
    page = adopted.http.get(f"/es/cambios?de=%23{size}&a=%23{size + 1}").text
    assert f"/es/registros/{size}" in page
    assert f'/es/registros/{size - 1}"' not in page
    assert "Entre esas fechas no cambió nada" in words(adopted.http.get(f"/es/cambios?de=%23{size}&a=%23{size}").text)
    english = adopted.http.get(f"/en/changes?from=%23{size}&to=%23{size + 1}").text
    assert f"/en/entries/{size}" in english


def test_a_status_is_shown_before_and_after(adopted: Desk) -> None:
    shown = words(adopted.http.get("/es/cambios?de=%230").text)
    assert "antes no existía; después: adoptado" in shown or "antes no existía; después: en curso" in shown


def test_dates_the_wrong_way_round_and_other_forms_are_refused(adopted: Desk) -> None:
    size = adopted.ledger.size
    assert adopted.http.get(f"/es/cambios?de=%23{size}&a=%231").status_code == 400
    assert adopted.http.get("/es/cambios?de=0001-01-01").status_code == 200
    assert adopted.http.get("/es/cambios?parte=none").status_code == 404
    assert adopted.http.get("/es/cambios?compromiso=none").status_code == 404
    assert adopted.http.get("/es/cambios?de=ayer").status_code == 400
    assert adopted.http.get("/es/cambios?de=%239000").status_code == 404


def answer(desk: Desk, raw: bytes, path: str = "/es/cambios") -> str:
    page = desk.http.post(path, files={"copy": ("copia", raw)}, headers={"Origin": str(desk.http.base_url)})
    assert page.status_code == 200, page.text
    match = re.search(r'id="copy-answer">(.*?)</div>', page.text, re.DOTALL)
    assert match is not None
    return words(match.group(1))


def test_an_earlier_copy_is_compared(adopted: Desk) -> None:
    checkpoint = adopted.http.get("/checkpoint").content
    receipt = adopted.http.get("/api/v1/receipts/3").content
    size = adopted.ledger.size
    adopted.take(adopted.says("inai", "ProgressReported", "commitment/c1", report()))
    assert f"Nada de lo anterior cambió: los {size} registros" in answer(adopted, checkpoint)
    assert "Nada de lo anterior cambió" in answer(adopted, receipt)
    assert "Nada de lo anterior cambió" in answer(adopted, receipt.replace(b"\n", b"\r\n"))
    bundle = adopted.http.get("/bundle.zip").content
    assert "Nada de lo anterior cambió" in answer(adopted, bundle)
    assert "Nothing earlier changed" in answer(adopted, checkpoint, "/en/changes")


def test_a_copy_that_is_none_or_not_signed_proves_nothing(adopted: Desk) -> None:
    checkpoint = adopted.http.get("/checkpoint").content
    lines = checkpoint.split(b"\n")
    other = b"\n".join([b"otro.example/libro", *lines[1:]])
    larger = b"\n".join([lines[0], b"9000", *lines[2:]])
    assert "de otro libro: otro.example/libro" in answer(adopted, other)
    assert "no lleva una firma válida" in answer(adopted, larger)
    for raw in (b"", b"abc", b"\xff\xd8\xff\xe0" * 50, b"{}"):
        assert "Esto no es una constancia, ni un punto de control" in answer(adopted, raw)


def test_search_finds_names_words_numbers_and_fingerprints(scene: Desk) -> None:
    leaf = scene.ledger.log.leaf_hash(3).hex()
    for asked in ("3", leaf, f"sha256:{leaf}"):
        assert "/es/registros/3" in scene.http.get("/es/buscar", params={"q": asked}).text
    assert "/es/compromisos/c1" in scene.http.get("/es/buscar", params={"q": "COMPROMISO"}).text
    assert "/en/commitments/c1" in scene.http.get("/en/search", params={"q": "c1"}).text
    nothing = scene.http.get("/es/buscar", params={"q": "<b>zzz"}).text
    assert "Nada corresponde a" in nothing
    assert "<b>zzz" not in nothing


def test_a_citation_is_the_same_in_every_form(scene: Desk) -> None:
    leaf = scene.ledger.log.leaf_hash(5).hex()
    assert leaf in scene.http.get("/es/registros/5/citar").text
    assert leaf in scene.http.get("/en/entries/5/cite").text
    assert scene.http.get("/es/registros/5/citar.bib").text.startswith("@misc{constancia-")
    (item,) = json.loads(scene.http.get("/en/entries/5/citar.json").content)
    assert item["note"] == f"SHA-256 {leaf}"
    assert scene.http.get("/es/registros/9000/citar").status_code == 404


FEEDS = ("all", "commitment/c1", "party/inai", "news/missed", "news/adopted")


@pytest.mark.parametrize("name", FEEDS)
@pytest.mark.parametrize("lang", ["es", "en"])
def test_feeds_are_well_formed_and_the_same_bytes_for_the_same_ledger(scene: Desk, lang: str, name: str) -> None:
    first = scene.http.get(f"/feeds/{lang}/{name}.atom")
    assert first.headers["content-type"].startswith("application/atom+xml")
    feed = ET.fromstring(first.content)  # noqa: S314 - our own bytes
    names = [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]
    assert len(names) == len(set(names))
    assert feed.findtext(f"{ATOM}title")
    assert scene.http.get(f"/feeds/{lang}/{name}.atom").content == first.content
    tag = {"If-None-Match": first.headers["etag"]}
    assert scene.http.get(f"/feeds/{lang}/{name}.atom", headers=tag).status_code == 304


def test_older_news_is_on_further_pages_each_entry_once(scene: Desk) -> None:
    path, seen = "/feeds/es/all.atom", []
    while path:
        feed = ET.fromstring(scene.http.get(path).content)  # noqa: S314 - our own bytes
        seen += [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]
        older = [link.get("href", "") for link in feed.findall(f"{ATOM}link") if link.get("rel") == "next"]
        path = older[0].partition("/feeds/")[2] and f"/feeds/{older[0].partition('/feeds/')[2]}" if older else ""
    assert len(seen) == len(set(seen)) > 20


@pytest.mark.parametrize("name", ["all", "commitment/c1", "party/inai"])
def test_calendars_hold_the_deadlines_as_whole_days(scene: Desk, name: str) -> None:
    answered = scene.http.get(f"/feeds/es/{name}.ics")
    assert answered.headers["content-type"].startswith("text/calendar")
    calendar = icalendar.Calendar.from_ical(answered.content.decode())
    events = calendar.walk("VEVENT")
    assert events
    assert {repr(event["DTSTART"].to_ical()) for event in events} >= {repr(b"20190524")}
    assert len({str(event["UID"]) for event in events}) == len(events)


def test_feeds_of_what_is_not_there_are_not_found(scene: Desk) -> None:
    for path in ("commitment/none.atom", "party/none.ics", "news/none.atom"):
        assert scene.http.get(f"/feeds/es/{path}").status_code == 404
    assert scene.http.get("/feeds/fr/all.atom").status_code in {400, 404}


def test_changes_as_data_are_those_of_the_page(adopted: Desk) -> None:
    size = adopted.ledger.size
    answer = adopted.http.get("/api/v1/changes?from=%230&limit=5").json()
    example = adopted.http.get("/openapi.json").json()["paths"]["/api/v1/changes"]["get"]["responses"]["200"]
    example = example["content"]["application/json"]["example"]
    assert set(answer) == set(example)
    assert set(answer["before"]) == set(example["before"]) | {"notes"}  # nothing was known then
    assert set(answer["standing"][0]) == set(example["standing"][0])
    assert (answer["count"], answer["size"], answer["before"]["size"]) == (size, size, 0)
    assert [item["index"] for item in answer["items"]] == [0, 1, 2, 3, 4]
    assert answer["items"][3]["leaf_hash"] == adopted.ledger.log.leaf_hash(3).hex()
    (commitment,) = [item for item in answer["standing"] if item["stream"] == "commitment/c1"]
    assert (commitment["before"], commitment["after"]) == (None, "in_progress")
    rest = adopted.http.get(f"/api/v1/changes?from=%230&start={size - 1}").json()
    assert [item["index"] for item in rest["items"]] == [size - 1]
    assert adopted.http.get(f"/api/v1/changes?from=%23{size}").json()["items"] == []


def test_missed_deadlines_are_in_the_data_of_changes(adopted: Desk) -> None:
    size = adopted.ledger.size
    later(adopted, days=400)
    adopted.take(adopted.says("inai", "ProgressReported", "commitment/c1", report()))
    answer = adopted.http.get(f"/api/v1/changes?from=%23{size}").json()
    assert {item["stream"] for item in answer["missed"]} == {"commitment/c1"}
    assert set(answer["missed"][0]) == {"milestone", "since", "stream", "window"}


def test_changes_as_data_refuse_what_the_page_refuses(adopted: Desk) -> None:
    for query, status in (("from=ayer", 400), ("from=%239000", 404), ("party=none", 404), ("from=%235&to=%231", 400)):
        answer = adopted.http.get(f"/api/v1/changes?{query}")
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_a_party_has_its_own_entries_and_is_no_reason_to_hide_the_rest_silently(adopted: Desk) -> None:
    data = adopted.http.get("/api/v1/changes?from=%230&party=inai").json()
    assert (data["standing"], data["missed"]) == (None, None)
    assert 0 < data["count"] < adopted.ledger.size
    page = adopted.http.get("/es/cambios?de=%230&parte=inai").text
    assert "Sólo lo que registró INAI." in words(page)
    assert 'href="/es/cambios?de=%230">Ver lo que cambió de todos' in page
    assert "Sólo lo que registró" not in adopted.http.get("/es/cambios?de=%230").text


@pytest.mark.parametrize(
    ("raw", "seems"),
    [(b"\xff\xd8\xff\xe0" * 50, "foto"), (b"%PDF-1.7\n", "PDF"), (b"", "vacío"), (b"hola", "texto")],
)
def test_a_copy_that_is_none_is_named_as_the_verifier_names_it(adopted: Desk, raw: bytes, seems: str) -> None:
    text = answer(adopted, raw)
    assert "Esto no es una constancia" in text
    assert seems in text
    assert KINDS[kind_of(raw)]["es"] in html.unescape(text)


def test_search_is_paged_and_each_entry_comes_once(adopted: Desk) -> None:
    for number in range(35):
        body = report(report=f"rr{number}", narrative={"es": f"Paginado {number}", "en": "Paged"})
        adopted.take(adopted.says("inai", "ProgressReported", "commitment/c1", body))
    first = adopted.http.get("/es/buscar?q=Paginado").text
    assert 'href="/es/buscar?q=Paginado&amp;start=30"' in first
    second = adopted.http.get("/es/buscar?q=Paginado&start=30").text
    shown = [re.findall(r'href="/es/registros/(\d+)"><strong>', page) for page in (first, second)]
    assert [len(page) for page in shown] == [30, 5]
    assert len({*shown[0], *shown[1]}) == 35
    last = adopted.http.get("/es/buscar?q=Paginado&start=9000").text  # as far as there are any
    assert re.findall(r'href="/es/registros/(\d+)"><strong>', last) == shown[1]


def test_a_whole_word_is_not_mixed_with_words_that_begin_so(adopted: Desk) -> None:
    for name, text in (("ra", "Cuenta de la casa"), ("rb", "El casamiento"), ("rc", "Casas")):
        body = report(report=name, narrative={"es": text, "en": text})
        adopted.take(adopted.says("inai", "ProgressReported", "commitment/c1", body))
    index: SearchIndex = SearchIndex(adopted.ledger.log)
    size = adopted.ledger.size
    assert index.find(["casa"], size, 9).indices == (size - 3,)
    assert index.find(["casam"], size, 9) == Matches(indices=(size - 2,), count=1, is_whole=False)
    assert index.find(["CASÁS"], size, 9).indices == (size - 1,)
    assert index.find(["ca"], size, 9).count == 0  # too short for a beginning
    assert "palabras que empiezan así" in adopted.http.get("/es/buscar?q=casam").text
    assert "palabras que empiezan así" not in adopted.http.get("/es/buscar?q=casa").text
    index.close()


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Hña\u0331hñu", "hña\u0331hñu"),  # the letter has no character of its own
        ("Hña\u0331hñu", "hnahnu"),
        ("क्षेत्र", "क्षेत्र"),
        ("ﬁnanciación", "financiación"),  # as it is copied from a PDF
        ("ＦＯＲＯ", "foro"),
        ("Información", unicodedata.normalize("NFD", "información")),  # as a file system writes it
        ("ap_nosc", "ap_nosc"),
        ("k'iche'", "k'iche'"),
        ("Foro", "foro \u0301 😀 _ *"),  # what is no word asks for nothing
    ],
)
def test_word_is_found_as_it_is_written_and_as_it_is_typed(adopted: Desk, written: str, asked: str) -> None:
    body = report(report="ra", narrative={"es": f"Reunión en {written} ayer", "en": "Meeting"})
    proposed = {name: {"es": written, "en": "x"} for name in ("objective", "problem", "title")}
    adopted.take(adopted.says("inai", "ProgressReported", "commitment/c1", body))
    adopted.take(adopted.says("nosc", "CommitmentProposed", "commitment/c7", {"commitment": "c7", **proposed}))
    index = adopted.ledger.size - 2
    page = adopted.http.get("/es/buscar", params={"q": asked}).text
    assert f'href="/es/registros/{index}"' in page
    assert 'href="/es/compromisos/c7"' in page


def test_first_searches_at_the_same_time_share_one_index(adopted: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    build = SearchIndex.__init__

    def counted(self: SearchIndex, log: Log) -> None:
        made.append(log.size)
        time.sleep(0.05)
        build(self, log)

    monkeypatch.setattr(SearchIndex, "__init__", counted)
    with serving(adopted.ledger) as url, ThreadPoolExecutor(6) as pool:
        pages = list(pool.map(lambda _: httpx.get(f"{url}/es/buscar?q=Avance", timeout=60).text, range(6)))
    assert len(made) == 1
    assert len(set(pages)) == 1


@pytest.mark.parametrize(("path", "name"), [("citar.bib", "constancia-5.bib"), ("citar.json", "constancia-5.json")])
def test_a_citation_is_stored_under_a_name(scene: Desk, path: str, name: str) -> None:
    for _ in range(2):  # a page that is stored would come as HTML
        headers = scene.http.get(f"/es/registros/5/{path}").headers
        assert headers["content-disposition"] == f'attachment; filename="{name}"'
        assert not headers["content-type"].startswith("text/html")


def test_a_calendar_says_whether_a_deadline_still_counts(adopted: Desk) -> None:
    def statuses() -> set[str]:
        calendar = icalendar.Calendar.from_ical(adopted.http.get("/feeds/es/commitment/c1.ics").content.decode())
        return {str(event["STATUS"]) for event in calendar.walk("VEVENT")}

    assert statuses() == {"CONFIRMED"}


@each_row(
    ("status", "is_done", "expected"),
    [
        ("in_progress", False, "CONFIRMED"), ("suspended", False, "TENTATIVE"), ("withdrawn", False, "CANCELLED"),
        ("closed", False, "CANCELLED"), ("closed", True, "CONFIRMED"), ("suspended", True, "CONFIRMED"),
    ],
)  # fmt: skip
def test_the_status_of_a_deadline_follows_its_commitment(status: str, is_done: bool, expected: str) -> None:
    assert calendar_status(status, is_done=is_done) == expected
