"""As of a size and a day, on the demonstration: the questions of a reader of the past, over API, pages and terminal."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from tests.api.command_line import run_here
from tests.e2e.page_text import links_of, pieces
from tests.e2e.page_walk import PASTS as WALKED
from tests.e2e.page_walk import Walk
from tests.profile import THOROUGH, sampled
from tests.rows import each_row

COMMITMENT, AGREEMENT = "/api/v1/commitments/rm", "/api/v1/agreements/ag-1"


def get(url: str, path: str) -> dict[str, Any]:
    answer = httpx.get(url + path)
    assert answer.status_code == 200, (path, answer.text)
    found: dict[str, Any] = answer.json()
    return found


def standing(url: str, milestone: str, query: str) -> str:
    milestones = get(url, f"{COMMITMENT}?{query}")["item"]["milestones"]
    return str(next(one["stands"] for one in milestones if one["milestone"] == milestone))


def facts(url: str, query: str, kind: str) -> list[dict[str, Any]]:
    return [one for one in get(url, f"/api/v1/derived?{query}")["items"] if one["kind"] == kind]


def holds(url: str, kind: str, stream: str, name: str, query: str) -> str:
    found = get(url, f"/api/v1/validity?kind={kind}&{query}")["items"]
    (answer,) = [one["holds"] for one in found if (one["stream"], one["name"]) == (stream, name)]
    return str(answer)


@each_row(
    ("query", "answer"),
    [
        ("at=2011-11", "no"),
        ("at=2011", "possibly"),
        ("at=2016", "yes"),
        ("at=2017-04-30", "yes"),
        ("at=2017-05-10", "possibly"),
        ("at=2017-05", "possibly"),
        ("at=2017", "possibly"),
        ("at=2017-06-01", "no"),
        ("at=2018", "no"),
        ("at=2017-05-10&size=52", "yes"),  # entry 52 says that it left
        ("at=2017-05-10&size=53", "possibly"),
        ("at=2018&size=52", "yes"),
        ("at=2017-05-10&known=2019-03-01", "possibly"),
        ("at=2017-05-10T12:00:00Z&size=135", "possibly"),
    ],
)
def test_was_nosc_a_member_on_that_day(served_demo: str, query: str, answer: str) -> None:
    assert holds(served_demo, "seat", "governance/stt", "nosc", query) == answer
    seats = get(served_demo, f"/api/v1/bodies/stt?{query}")["item"]["seats"]
    assert [one["holds"] for one in seats if one["party"] == "nosc"] == [answer]


def test_the_day_is_over_with_its_last_instant_in_the_ledgers_zone(served_demo: str) -> None:
    assert standing(served_demo, "m2", "at=2019-05-25T04:59:59Z") == "running"
    assert standing(served_demo, "m2", "at=2019-05-25T05:00:00Z") == "overdue"


def test_what_was_known_of_the_first_of_march(served_demo: str) -> None:
    kind = "AgreementEnteredIntoForce"
    assert facts(served_demo, "size=66&at=2019-03-01", kind) == []
    (fact,) = facts(served_demo, "size=67&at=2019-03-01", kind)
    assert (fact["since"], fact["known_index"]) == ("2019-03-01", 66)
    assert get(served_demo, f"{AGREEMENT}?size=66&at=2019-03-01")["item"]["status"] == "partially_signed"
    assert get(served_demo, f"{AGREEMENT}?size=67&at=2019-03-01")["item"]["status"] == "in_force"


@each_row("known", ["size=90", "size=130", "known=2019-06-30"])
def test_a_deadline_missed_stays_missed_whatever_is_known_later(served_demo: str, known: str) -> None:
    assert standing(served_demo, "m1", f"{known}&at=2019-04-01") == "overdue"


@each_row("at", ["2015", "2015-06-01", "2019-02", "2019-02-28"])
def test_nothing_is_in_force_adopted_or_accepted_before_it_was(served_demo: str, at: str) -> None:
    for name in ("agreements", "commitments", "decisions", "deliverables", "signatures"):
        assert get(served_demo, f"/api/v1/{name}?at={at}")["items"] == []
    begun = ("AgreementEnteredIntoForce", "DecisionAdopted", "DecisionSignedByAll", "DeliverableAcceptedByAll")
    for kind in begun:
        assert facts(served_demo, f"at={at}", kind) == []
    outcomes = get(served_demo, f"/api/v1/validity?at={at}")["items"]
    assert {one["holds"] for one in outcomes if one["kind"] in (*begun, "scope", "role")} == {"no"}
    assert httpx.get(f"{served_demo}{COMMITMENT}?at={at}").status_code == 404


@each_row(
    ("at", "certainty", "otherwise"),
    [("2019-03-01", "yes", ...), ("2019-03", "yes", ...), ("2019", "possibly", None), ("2020", "yes", ...)],
)
def test_a_month_leaves_open_what_began_in_it(served_demo: str, at: str, certainty: str, otherwise: object) -> None:
    item = get(served_demo, f"{AGREEMENT}?at={at}")["item"]
    assert (item["certainty"], item.get("otherwise", ...)) == (certainty, otherwise)


def test_a_month_names_what_would_be_different(served_demo: str) -> None:
    item = get(served_demo, f"{COMMITMENT}?at=2019-07")["item"]
    assert (item["certainty"], item["scope_version"], item["otherwise"]["scope_version"]) == ("possibly", 2, 1)


def test_a_day_before_the_first_entry_says_that_it_was_recorded_later(served_demo: str) -> None:
    noted = get(served_demo, "/api/v1/bodies?at=2017-06-01")["notes"]
    assert [(one["code"], one["since"]) for one in noted] == [("recorded_later", "2019-03-01")]
    empty = get(served_demo, "/api/v1/bodies?known=2017-06-01")
    assert (empty["size"], empty["items"], [one["code"] for one in empty["notes"]]) == (0, [], ["nothing_known"])
    assert "notes" not in get(served_demo, "/api/v1/bodies?at=2019-03-01")


@each_row(
    ("path", "query"),
    product(
        ["/api/v1/commitments", COMMITMENT, "/api/v1/derived", "/api/v1/validity"],
        ["size=80", "known=%2380", "at=%2380"],
    ),
)
def test_lists_and_rows_take_a_past_size_and_are_judged_at_its_last_entry(
    served_demo: str, path: str, query: str
) -> None:
    answer = get(served_demo, f"{path}?{query}")
    assert (answer["size"], answer["day"]) == (80, "2019-03-14")


@each_row(
    "query", ["at=2019-03-01T00:00:00Z&size=130", "at=2019-03-01", "at=2019", "size=80&known=2019", "at=%2380&size=80"]
)
def test_state_document_has_a_size_and_no_day(served_demo: str, query: str) -> None:
    answer = httpx.get(f"{served_demo}/api/v1/state?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "E_MALFORMED")


@each_row("query", ["at=2019-03-01T18:05:30Z", "known=2019-03-01T18:05:30Z", "size=6", "known=%236"])
def test_state_document_of_a_moment_is_that_of_its_size(served_demo: str, query: str) -> None:
    answer = httpx.get(f"{served_demo}/api/v1/state?{query}")
    assert answer.headers["constancia-size"] == "6"
    assert answer.content == httpx.get(f"{served_demo}/api/v1/state?size=6").content


@each_row(
    ("kind", "stream", "name", "query", "answer"),
    [
        ("organization", "party/nosc", "socialtic", "at=2010", "no"),
        ("organization", "party/nosc", "socialtic", "at=2013", "possibly"),
        ("organization", "party/nosc", "socialtic", "at=2017", "yes"),
        ("appointment", "appointment/ap-cas-nosc", "ap-cas-nosc", "at=2019-11-14", "yes"),
        ("appointment", "appointment/ap-cas-nosc", "ap-cas-nosc", "at=2019-11", "possibly"),
        ("appointment", "appointment/ap-cas-nosc", "ap-cas-nosc", "at=2019-11-15", "no"),
        ("appointment", "appointment/ap-cas-nosc", "ap-cas-nosc", "at=2019-12-01&size=125", "yes"),
        ("role", "commitment/rm", "consultant consultora-demo", "at=2019-03-13", "no"),
        ("role", "commitment/rm", "consultant consultora-demo", "at=2019-03-14", "yes"),
        ("body", "governance/stt", "stt", "at=2018", "yes"),
        ("scope", "commitment/rm", "1", "at=2019-07", "possibly"),
    ],
)
def test_who_and_what_held_on_a_day(  # noqa: PLR0917 - a table's columns
    served_demo: str, kind: str, stream: str, name: str, query: str, answer: str
) -> None:
    assert holds(served_demo, kind, stream, name, query) == answer


def test_f4_what_rests_on_a_later_entry_is_left_out_with_it(served_demo: str) -> None:
    # Entry 75 adopts, for 1 March, what entry 67 proposed on the 2nd.
    entry = get(served_demo, "/api/v1/entries/75")["statement"]
    assert (entry["type"], entry["occurred_on"]) == ("CommitmentAdopted", "2019-03-01")
    assert get(served_demo, "/api/v1/commitments?at=2019-03-01")["items"] == []
    assert httpx.get(f"{served_demo}/en/entries/75?at=2019-03-01").status_code == 404
    assert get(served_demo, f"{COMMITMENT}?at=2019-03-02")["item"]["lifecycle"] == "adopted"


# Pages


def text_of(page: str) -> str:
    """A page's text, as it stands."""
    return "".join(name for kind, name, _given in pieces(page) if not kind)


OF_A_KIND = sampled(1, 2)  # addresses that differ in their numbers alone
# Not as of anything: an entry's permanent address, files, what programs read, an entry's proof.
TIMELESS = re.compile(
    r"/(?:e|static|documents|tile|api/v1/(?:entries|witnesses|integrity|receipts|refusals)|es/rechazos|en/refusals)\b"
    r"|/verificador|/checkpoint|/openapi|/bundle\.zip|/feeds/|/es/cambios|/en/changes|/es/preparar|/en/prepare|/rollbacks\.json"
    r"|/(?:data|datos)/(?:libro|catalog|metadata|datapackage)\b"
)
# An id of a message in a message's place; a sentence may end in "note." before the next one.
MESSAGE_IDS = re.compile(r"\b(?:page|word|note|cli|problem)\.[a-z]\w+|\bact\.[a-zA-Z]\w+")
# Of the ways to ask, the one with which all that pages lead to is opened; the others, with which its files are; and
# each of the walk's own, whose pages are opened in every run. `make thorough` opens all with each.
FOLLOWED = sampled(("size=100&at=2019-04-30",), ("size=100&at=2019-04-30", "size=80", "at=2019-03", "known=2019-03-20"))
ALWAYS = ("known=2019-03-20", "at=2017-05-10")
OTHERS = sampled(ALWAYS, (*ALWAYS, "size=80", "at=2019-03", "size=0", "at=%2390"))


def expect_to_stay(page: str, address: str, wanted: dict[str, list[str]]) -> Iterator[str]:
    """Expect that all links of a page of the past lead to the same past; gives their addresses."""
    assert MESSAGE_IDS.findall(text_of(page)) == [], address
    present = urlsplit(address).path
    for link in links_of(page):
        parts = urlsplit(link.partition("#")[0])
        if not parts.path.startswith("/") or parts.netloc or TIMELESS.match(parts.path):
            continue
        if (parts.path, parts.query) == (present, ""):  # "see the present"
            continue
        asked = parse_qs(parts.query)
        if parts.path == "/api/v1/state":
            assert asked.keys() == {"size"}
            continue
        assert {name: asked.get(name) for name in wanted} == wanted, (address, link)
        yield f"{parts.path}?{parts.query}"


@each_row("query", WALKED)
def test_every_link_of_a_page_of_the_past_stays_in_it(walked: Walk, query: str) -> None:
    wanted = parse_qs(query)
    pages = {address: answer for address, answer in walked.pages.items() if parse_qs(urlsplit(address).query) == wanted}
    assert len(pages) >= 14
    for address, (_status, page) in pages.items():
        assert all(expect_to_stay(page, address, wanted))


@each_row("query", FOLLOWED)
def test_all_that_pages_of_the_past_lead_to_is_there(served_demo: str, query: str) -> None:
    wanted, came, files = parse_qs(query), dict[str, str](), set[str]()  # from which page each address came
    # The pages of both languages are made from the same templates, with the same links.
    waiting, seen, kinds = [f"/{lang}/?{query}" for lang in sampled(("es",), ("es", "en"))], set[str](), Counter[str]()
    with httpx.Client(base_url=served_demo) as client:
        while waiting:
            address = waiting.pop()
            kind = re.sub(r"\d+", "0", address)
            if address in seen or kinds[kind] == OF_A_KIND:
                continue
            seen.add(address)
            kinds[kind] += 1
            answer = client.get(address)
            assert answer.status_code == 200, (address, came.get(address))
            assert answer.headers["cache-control"] in ("no-cache", "no-store")
            if not answer.headers["content-type"].startswith("text/html"):  # a receipt to print has no links
                files.add(address)
                continue
            for link in expect_to_stay(answer.text, address, wanted):
                if THOROUGH or not link.startswith("/en/"):
                    waiting.append(link)
                    came.setdefault(link, address)
        assert len(kinds) >= 14
        assert len(files) >= 10
        for file in sorted(files):
            path, more = file.partition("?")[0], set(file.partition("?")[2].split("&")).difference(query.split("&"))
            for other in OTHERS:
                address = f"{path}?{'&'.join((other, *sorted(more)))}"
                answer = client.get(address)
                # A thing of its own may not have been there yet, or not any more.
                assert answer.status_code == 200 or (answer.status_code == 404 and path.count("/") > 3), address


@each_row("path", ["/en/", "/en/commitments", "/en/commitments/rm"])
def test_page_of_a_past_size_is_judged_then(served_demo: str, path: str) -> None:
    past, present = (httpx.get(f"{served_demo}{path}{query}").text for query in ("?size=80", ""))
    late = re.compile(r'<(?:p|li|td|span|strong)\b[^>]* class="(?:tag )?bad"|\d+ days')
    assert late.search(present)
    assert not late.search(past)
    assert "14 March 2019" in past


def test_page_of_parties_answers_for_the_day(served_demo: str) -> None:
    english = text_of(httpx.get(f"{served_demo}/en/parties?at=2017-05-10").text)
    spanish = text_of(httpx.get(f"{served_demo}/es/partes?at=2017-05-10").text)
    assert "possibly" in english
    assert "posiblemente" in spanish
    assert "10 May 2017" in english
    assert "10 de mayo de 2017" in spanish
    assert "possibly" not in text_of(httpx.get(f"{served_demo}/en/parties").text)


@each_row("path", ["/en/commitments/rm?at=2015", "/es/registros/90?size=80", "/es/acuerdos/ag-1?size=10"])
def test_what_was_not_there_yet_is_not_found_in_the_past(served_demo: str, path: str) -> None:
    answer = httpx.get(served_demo + path, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert httpx.get(served_demo + path.partition("?")[0]).status_code == 200


# Terminal


@pytest.fixture
def run(demo: Path, tmp_path: Path) -> Any:
    def run(*arguments: str, lang: str = "en", code: int = 0) -> str:
        ended = run_here([arguments[0], demo, *arguments[1:]], env={"CONSTANCIA_LANG": lang}, cwd=tmp_path)
        assert ended.returncode == code, ended.stderr
        return ended.stdout + ended.stderr

    return run


def test_terminal_answers_for_a_day(run: Any) -> None:
    english, spanish = run("state", "--at", "2017-05-10"), run("state", "--at", "2017-05-10", lang="es")
    assert "seat nosc (governance/stt): possibly — December 2011" in english
    assert "The entries begin on 1 March 2019" in english
    assert re.search(r"lugar nosc \(governance/stt\): posiblemente", spanish)
    assert "Los registros empiezan el 1 de marzo de 2019" in spanish
    assert "adopted" not in english
    assert re.search(r"\b(?:page|word|note|cli)\.\w+", english + spanish) is None


def test_terminal_tells_a_year_from_a_size(run: Any) -> None:
    assert "With 135 entries, on 31 December 2019" in run("state", "--at", "2019")
    assert "With 135 entries, on 31 March 2019" in run("state", "--at", "2019-03")
    assert "With 80 entries, on 14 March 2019" in run("state", "--at", "#80")
    assert "With 80 entries, on 14 March 2019" in run("state", "--known", "#80")
    assert "With 76 entries, on 30 April 2019" in run("state", "--known", "2019-03-13", "--at", "2019-04")
    assert "There were no entries by then" in run("state", "--known", "2017-06-01")


def test_terminal_lists_what_was_known(run: Any) -> None:
    assert "With 80 entries" in run("log", "--known", "#80")
    lines = run("log", "--known", "2019-03-01", "--json").splitlines()
    assert [json.loads(line)["index"] for line in lines] == list(range(66))


def test_terminals_document_is_that_of_the_size(run: Any, served_demo: str) -> None:
    document = httpx.get(f"{served_demo}/api/v1/state?size=80").text
    assert run("state", "--known", "#80", "--json") == document
    assert run("state", "--at", "#80", "--json") == document


@each_row(
    ("options", "named"),
    [
        (("--at", "80"), "80"),
        (("--at", "ayer"), "ayer"),
        (("--at", "2019/2020"), "2019/2020"),
        (("--known", "2500"), "2500"),
        (("--known", "#5", "--at", "#6"), "known=#5, at=#6"),
        (("--at", "2019", "--json"), "--known 2019"),
    ],
)
def test_wrong_question_is_a_wrong_command_line(run: Any, options: tuple[str, ...], named: str) -> None:
    for lang in ("es", "en"):
        text = run("state", *options, lang=lang, code=78)
        assert named in text
        assert any(word in text for word in ("espera", "indique", "admite", "dice", "pida")) == (lang == "es")


def test_a_size_beyond_the_log_can_not_be_had(run: Any) -> None:
    assert "135" in run("state", "--at", "#9999", code=76)
