"""The row of a commitment for other tools: what it counts, its dates, and the language of its title."""

from types import SimpleNamespace
from typing import Any

from tests.ledger.conftest import Desk
from tests.rows import each_row

from constancia.domain.values.calendar import parse_edtf
from constancia.ledger.views.exchange import ogp_rows, popolo


def reading_of(languages: tuple[str, ...] = ("es",), **changed: Any) -> Any:
    row = {
        "commitment": "c1", "contested_level": None, "independent": [], "last": {"index": 3}, "lifecycle": "adopted",
        "milestones": [], "objective": {"es": "O"}, "problem": {"es": "P"}, "scope_version": 1, "scopes": [],
        "self_level": "limited", "title": {"es": "T"},
    } | changed  # fmt: skip
    lists = {"commitments": [row], "plans": []}
    return SimpleNamespace(state=SimpleNamespace(languages=languages), rows=lists.__getitem__)


def milestones(*windows: str) -> list[dict[str, Any]]:
    return [{"window": window, "lead": [], "stands": "open"} for window in windows]


@each_row(
    ("windows", "start", "end"),
    [
        ([], "", ""),
        (["2019"], "2019", "2019"),
        (["2019-03-26"], "2019-03-26", "2019-03-26"),
        (["2019-06/2019-08", "2019-03-26/2019-05-24"], "2019-03-26", "2019-08"),
        (["2019-03-26", "2019-08/.."], "2019-03-26", ""),
        (["../2019-08", "2019-03-26"], "", "2019-08"),
        (["../2019-08", "2019-09/.."], "", ""),
        (["2019", "2019-06"], "2019", "2019"),
    ],
)
def test_dates_are_of_all_milestones_and_empty_where_one_is_open(windows: list[str], start: str, end: str) -> None:
    [row] = ogp_rows(reading_of(milestones=milestones(*windows)))
    assert (row["start"], row["end"]) == (start, end)
    for value in (row["start"], row["end"]):
        assert value == "" or parse_edtf(str(value)).start is not None


@each_row("languages", [("es",), ("es", "en"), ("pt-br", "en"), ("en",)])
@each_row("title", [{"es": "T"}, {"en": "T"}, {"es": "T", "en": "U"}, {"pt_br": "T"}, {"es_mx": "T"}])
def test_language_of_the_title_is_the_one_shown(languages: tuple[str, ...], title: dict[str, str]) -> None:
    [row] = ogp_rows(reading_of(languages, title=title, objective={"en": "O", "fr": "Q"}))
    assert title[str(row["title_language"]).replace("-", "_")] == row["title"]
    wanted = [tag for tag in languages if tag.replace("-", "_") in title]
    assert not wanted or row["title_language"] == wanted[0]
    assert row["objective"] == "O"


def test_reductions_are_the_versions_computed_to_be_one() -> None:
    kinds = ("baseline", "reduction", "expansion", "deferral", "reduction")
    scopes = [{"computed_kind": kind, "declared_kind": "expansion"} for kind in kinds]
    assert ogp_rows(reading_of(scopes=scopes))[0]["reductions"] == 2


def test_rows_of_a_ledger_have_the_members_that_are_counted(desk: Desk) -> None:
    reading = desk.ledger.as_of()
    [commitment] = reading.rows("commitments")
    assert [scope["computed_kind"] for scope in commitment["scopes"]] == ["baseline"]
    [row] = ogp_rows(reading)
    assert (row["reductions"], row["scope_version"], row["title_language"]) == (0, 1, "es")
    assert popolo(reading)["organizations"]
