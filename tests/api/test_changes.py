"""What changed between two dates or since an earlier copy; search; citations; feeds and calendars."""

import json
import re
import xml.etree.ElementTree as ET

import icalendar
import pytest
from tests.api.served import Desk, report

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
