"""What the page says in words: the act, the alteration, another file; the same sentences as the Python verifier's."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.agreement.by_page import TAKE, as_given
from tests.agreement.foreign import archive
from tests.agreement.recipes import foreign_files
from tests.e2e.conftest import Pages
from tests.e2e.test_page_verifier import PAGE

from constancia.api.cli.terminal import open_for_reading
from constancia.ledger.folder import LedgerFolder
from constancia.verify.core.formats.canonical import parse_canonical
from constancia.verify.report.acts import Names, day_words
from constancia.verify.report.changes import change_words
from constancia.verify.report.dates import fitted, precision_of
from constancia.verify.report.kinds import KINDS
from constancia.verify.report.lay_report import act_sentence
from constancia.verify.sources.source import open_source

DEADLINE = (b"2019-06/2019-08", b"2019-06/2020-08")


@pytest.fixture
def page(pages: Pages) -> Iterator[Page]:
    lines: list[str] = []
    with pages.page({"offline": True}, lines.append) as opened:
        opened.goto(PAGE.as_uri())
        yield opened
    assert [line for line in lines if line.startswith("pageerror ")] == []


@pytest.fixture
def used_page(pages: Pages) -> Iterator[Page]:
    """A page that stays open for the tests that change neither its language nor what it has seen, and for no other."""
    lines: list[str] = []
    with pages.page({"offline": True, "locale": "es-MX"}, lines.append) as opened:
        if opened.url != PAGE.as_uri():
            opened.goto(PAGE.as_uri())
        yield opened
    assert [line for line in lines if line.startswith("pageerror ")] == []


def bundles(demo: Path) -> tuple[bytes, bytes]:
    """The demonstration's bundle, and one in which the deadline of a milestone was moved by a year."""
    log = demo / "log"
    members = {path.relative_to(log).as_posix(): path.read_bytes() for path in sorted(log.rglob("*")) if path.is_file()}
    first = min(name for name in members if name.startswith("tile/entries/000"))
    assert DEADLINE[0] in members[first]
    return archive(members), archive(members | {first: members[first].replace(*DEADLINE, 1)})


def shown(page: Page, demo: Path, *files: tuple[str, bytes]) -> str:
    """The text of the result, after files were dropped one after the other with what is trusted."""
    trust = LedgerFolder(demo).trust
    for name, data in files:
        given = [as_given(path, (trust / path).read_bytes()) for path in ("policy", "genesis")]
        page.evaluate(TAKE, [*given, as_given(name, data)])
    return page.inner_text("#result")


def test_moved_deadline_is_named_and_with_another_copy_shown(page: Page, demo: Path) -> None:
    true, false = bundles(demo)
    alone = shown(page, demo, ("a.zip", false))
    assert re.match(r"ALTERADO\s+El registro \d+ no es el que se firmó\.\s+Dice ahora: INAI somete a votación: ", alone)
    assert "Guarde este archivo y no lo corrija." in alone
    assert not re.search("[0-9a-f]{64}", alone), "hashes are folded"
    both = shown(page, demo, ("b.zip", true), ("a.zip", false))
    assert "decía «de junio a agosto de 2019»; ahora dice «de junio de 2019 a agosto de 2020»" in both
    page.click("#result summary")
    assert "[L1 leaf-hash]" in page.inner_text("#result")
    page.click("#lang")
    assert "it said “from June to August 2019”" in page.inner_text("#result")


def test_receipt_says_its_act_and_takes_names_from_a_bundle_seen_before(page: Page, demo: Path) -> None:
    with open_source(str(demo)) as source:
        votes = [raw for raw in source.entries() if b'"type":"VoteCast"' in raw and b'"choice":"against"' in raw]
    index = parse_canonical(votes[0])["index"]
    with open_for_reading(demo) as ledger:
        receipt = ledger.receipt(index)
    alone = shown(page, demo, ("a.tlog-proof", receipt))
    assert re.match(rf"ÍNTEGRO\s+El .* UTC quedó en el libro \(registro {index}\): La persona p-", alone)
    assert "en contra." in alone.split("Lo firmó")[0]
    named = shown(page, demo, ("b.zip", bundles(demo)[0]), ("a.tlog-proof", receipt))
    assert "La persona p-" not in named
    assert "Los nombres son los del paquete que se revisó antes en esta página." in named


@pytest.mark.parametrize("name", ["JPEG", "signed statement", "JSON object", "PDF", "DOCX", "mail", "zip of photos"])
def test_another_file_is_no_receipt_and_no_alteration(used_page: Page, name: str, demo: Path) -> None:
    text = shown(used_page, demo, ("archivo", foreign_files()[name]))
    code = used_page.evaluate("constanciaReport.error.code")
    assert text.startswith("ESTO NO ES UNA CONSTANCIA")
    assert KINDS[code]["es"] in text
    assert used_page.evaluate("constanciaReport.exit_code") == 3
    assert ("Dice: " in text) is (name == "signed statement")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"SQLite format 3\0" + bytes(90) + b"CREATE TABLE stored_events", "store-file"),
        (b"constancia/contradiction@v1\nlog x\n", "contradiction-file"),
    ],
)
def test_what_the_python_verifier_reads_is_named(used_page: Page, data: bytes, code: str, demo: Path) -> None:
    assert KINDS[code]["es"] in shown(used_page, demo, ("archivo", data))


def test_sentences_and_changes_are_those_of_python(page: Page, demo: Path) -> None:
    """Every entry of the demonstration, in both languages, with names and without."""
    with open_source(str(demo)) as source:
        entries = [parse_canonical(raw) for raw in source.entries()]
    names, none = Names(), Names()
    for entry in entries:
        names.take(entry["statement"]["type"], entry["statement"]["body"])
    said = page.evaluate(
        """entries => {
            const all = {};
            for (const lang of ["es", "en"]) {
                known = {};
                all[lang + " bare"] = entries.map(entry => sentenceOf(entry, lang));
                for (const {statement: {type, body}} of entries) takeNames(type, body);
                all[lang] = entries.map(entry => sentenceOf(entry, lang));
                all[lang + " changes"] = entries.slice(1)
                    .map((entry, i) => changesOf({entry, other: entries[i]}, lang));
                all[lang + " altered"] = entries.slice(1).map((entry, i) => changesOf({entry, other: {
                    ...entries[i], statement: {...entries[i].statement, id: entry.statement.id}}}, lang));
                all[lang + " another"] = entries.slice(1)
                    .map((entry, i) => changesOf({entry, other: {...entries[i], index: entry.index}}, lang));
            }
            return all;
        }""",
        entries,
    )
    for lang in ("es", "en"):
        assert said[lang] == [act_sentence(entry, lang, names) for entry in entries]
        assert said[f"{lang} bare"] == [act_sentence(entry, lang, none) for entry in entries]
        pairs = list(pairwise(entries))
        assert said[f"{lang} changes"] == [change_words(old, new, lang, names) for old, new in pairs]
        # Under the same identifier two entries are versions of one; in the same place they are two acts.
        same = [({**old, "statement": {**old["statement"], "id": new["statement"]["id"]}}, new) for old, new in pairs]
        assert said[f"{lang} altered"] == [change_words(old, new, lang, names) for old, new in same]
        there = [({**old, "index": new["index"]}, new) for old, new in pairs]
        assert said[f"{lang} another"] == [change_words(old, new, lang, names) for old, new in there]
    assert said["es changes"][0] == ["es otro registro, el 1: estaba en ese lugar el 0"]
    assert said["en another"][0] == ["it is another act, not the one that was signed in this place"]
    assert len(said["es altered"][0]) > 3


@pytest.mark.parametrize("lang", ["es", "en"])
def test_page_says_dates_as_the_pages_of_the_ledger_do(used_page: Page, lang: str) -> None:
    days = ("2019", "2019-03", "2019-03-26", "2016/2018", "2019/2021-08-31", "2019-06/2019-08", "2019-12/2020-01",
            "2019-03-26/2019-05-24", "2019-03-01/2019-03-05", "2019-03-26/2020-01", "2019-08/..", "2019-08-01/..",
            "../2017", "../2017-05-02", "2019-03/2019-03", "pronto", "2019-13", "/..")  # fmt: skip
    template = {"es": "Desde el {on}, el {on}, del {on}, al {on}, hasta el {on}", "en": "On {on}, since {on}, on {on}"}
    for day in days:
        assert used_page.evaluate("([day, lang]) => dayWords(day, lang)", [day, lang]) == day_words(day, lang), day
        asked = [template[lang], "on", day, lang]
        told = used_page.evaluate("([text, name, day, lang]) => fitted(text, name, day, lang)", asked)
        assert told == fitted(template[lang], "{on}", precision_of(day), lang), day
