"""The road map over time: precision, delays, marks, the day looked at; the same in picture and table."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.api.pictures.drawn import DAYS, FOREIGN, POINTS, checked, is_shown, lines, picture_of, table_of, windows
from tests.rows import each_row

from constancia.api.pictures.roadmap import draw
from constancia.api.pictures.roadmap_model import (
    EventKind,
    Pause,
    RoadMap,
    RoadmapEvent,
    RoadmapRow,
    event_words,
    late_days,
    standing,
)
from constancia.api.pictures.svg import ForeignText
from constancia.api.pictures.time_axis import axis_over

KINDS: tuple[EventKind, ...] = (
    "submitted", "accepted", "fulfilled", "rejected", "contested", "withdrawn", "closed", "adopted",
)  # fmt: skip


def road(*rows: RoadmapRow, day: str = "2020-01-15", is_over: bool = False, is_today: bool = True) -> RoadMap:
    return RoadMap(name="rm-a", rows=rows, day=day, is_today=is_today, is_over=is_over)


def row(window: str | None = "2019-06/2019-11", **more: Any) -> RoadmapRow:
    return RoadmapRow(title=ForeignText("Ruta"), window=window, **more)


def rects(model: RoadMap) -> list[dict[str, str]]:
    return [dict(element.attrib) for element in picture_of(checked(draw(model, "es"))) if element.tag.endswith("rect")]


def bars(model: RoadMap) -> list[tuple[float, float, bool]]:
    """The bars of windows: from, to (percent), and whether they are solid."""
    return [
        (float(shape["x"][:-1]), float(shape["x"][:-1]) + float(shape["width"][:-1]), shape["fill"] == "currentColor")
        for shape in rects(model)
        if shape["class"] == "accent"
    ]


def test_v4_a_window_by_months_is_solid_only_between_its_months() -> None:
    model = road(row("2019-06/2019-11"))
    [whole, sure] = bars(model)
    assert (whole[2], sure[2]) == (False, True)
    axis = axis_over([date(2019, 6, 1), date(2019, 11, 30), date(2020, 1, 15)])
    by_day = {day: axis.of_start(date.fromisoformat(day)) for day in ("2019-06-30", "2019-11-02")}
    assert sure[0] == pytest.approx(by_day["2019-06-30"], abs=0.02)
    assert sure[1] == pytest.approx(by_day["2019-11-02"], abs=0.02)
    assert whole[0] < sure[0] < sure[1] < whole[1]


def test_v4_a_window_by_year_and_day_is_solid_from_the_years_end_only() -> None:
    [whole, sure] = bars(road(row("2020/2021-08-31"), day="2021-10-01"))
    assert sure[0] - whole[0] > (whole[1] - whole[0]) / 2
    assert sure[1] == pytest.approx(whole[1], abs=0.01)


@each_row("window", ["2019-06", "2019"])
def test_v4_a_month_or_year_alone_is_nowhere_solid(window: str) -> None:
    assert [solid for _first, _last, solid in bars(road(row(window)))] == [False]


def test_v4_a_day_is_a_point_and_an_open_end_an_arrow() -> None:
    assert bars(road(row("2019-06-07"))) == []
    drawn = str(draw(road(row("2019-08/..")), "es"))
    assert "M-7 -10L5 0L-7 10Z" in drawn
    assert "M7 -10L-5 0L7 10Z" not in drawn
    assert "M7 -10L-5 0L7 10Z" in str(draw(road(row("../2019-08")), "es"))


@each_row(
    ("window", "done", "late"),
    [
        ("2019-05-24", "2019-06-07", (14, 14)),
        ("2019-05-24", "2019-05-24", None),
        ("2019-05", "2019-06-01", (1, 1)),
        ("2019-05-24", "2019-05", (0, 7)),
        ("2019-05-24", "2019-06", (8, 37)),
        ("2019-05/..", "2025-01-01", None),
    ],
)
def test_what_was_late_is_counted_with_the_dates_precision(window: str, done: str, late: object) -> None:
    assert late_days(row(window, done_on=done)) == late


def test_delay_is_hatched_and_said() -> None:
    still = row("2019-05-24", late_until="2020-01-15", days_late=236)
    hatched = [shape for shape in rects(road(still)) if shape["fill"] == "url(#late-rm-a)" and shape["x"].endswith("%")]
    assert len(hatched) == 1
    assert "lleva 236 días de atraso" in standing(still, "es")
    assert "1 day late" in standing(row("2019-05-24", done_on="2019-05-25"), "en")
    assert "la precisión de las fechas no dice" in standing(row("2019-05-24", done_on="2019-05"), "es")
    in_time = road(row("2019-05-24", done_on="2019-05-24"))
    assert [shape for shape in rects(in_time) if shape["fill"] == "url(#late-rm-a)"] == []


@each_row("kind", KINDS)
def test_each_event_is_in_picture_key_and_table(kind: EventKind) -> None:
    event = RoadmapEvent(kind=kind, on="2019-07", what=ForeignText("Relatoría"))
    root = checked(draw(road(row(events=(event,))), "es"))
    assert event_words(event, "es") in lines(picture_of(root))
    assert event_words(event, "es") in table_of(root)


def test_pauses_moves_contests_and_ends_are_said_in_both() -> None:
    model = road(
        row(windows_before=("2019-06/2019-08",), pauses=(Pause(since="2019-07-01", until=None),)),
        row(done_on="2019-11-26", done_contested=True),
        row(ended_on="2019-12-01", pauses=(Pause(since="2019-07-01", until="2019-08-01"),)),
    )
    root = checked(draw(model, "es"))
    for part in (
        "antes: de junio a agosto de 2019",
        "sin reanudarse",
        "impugnado: alguien",
        "sin terminar cuando",
    ):
        assert any(part in text for text in lines(picture_of(root)))
        assert part in table_of(root)


def test_the_day_looked_at_is_a_line_or_said_to_lie_beyond() -> None:
    assert "Hoy: 15 de enero de 2020" in lines(picture_of(checked(draw(road(row()), "es"))))
    past = checked(draw(road(row(), day="2019-07-20", is_today=False), "es"))
    assert "Al día: 20 de julio de 2019" in lines(picture_of(past))
    beyond = checked(draw(road(row(), day="2026-11-28", is_over=True), "es"))
    assert "Hoy: 28 de noviembre de 2026 →" in lines(picture_of(beyond))
    assert "Hoy: 28 de noviembre de 2026" in table_of(beyond)


def test_nothing_is_drawn_of_nothing() -> None:
    assert draw(road(), "es") == ""


@given(st.lists(st.dates(), min_size=1, max_size=5))
def test_v3_few_places_are_written_and_all_are_on_the_axis(days: list[Any]) -> None:
    axis = axis_over(days)
    ticks = axis.ticks("es")
    assert len(ticks) <= 5
    assert all(2.5 <= tick.x <= 97.5 for tick in ticks)
    assert all(2.5 <= axis.of_start(day) <= axis.of_end(day) <= 97.5 for day in days)


events = st.builds(
    RoadmapEvent, kind=st.sampled_from(KINDS), on=st.one_of(POINTS, windows()), what=st.builds(ForeignText, FOREIGN)
)
rows = st.builds(
    RoadmapRow,
    title=st.builds(ForeignText, FOREIGN, st.sampled_from([None, "en", "ar"])),
    window=st.one_of(st.none(), windows()),
    windows_before=st.lists(windows(), max_size=2).map(tuple),
    done_on=st.one_of(st.none(), POINTS),
    done_contested=st.booleans(),
    late_until=st.one_of(st.none(), DAYS),
    days_late=st.integers(min_value=1, max_value=4_000),
    ended_on=st.one_of(st.none(), POINTS),
    events=st.lists(events, max_size=6).map(tuple),
    pauses=st.lists(st.builds(Pause, since=POINTS, until=st.one_of(st.none(), POINTS)), max_size=2).map(tuple),
)


@pytest.mark.slow
@given(
    st.lists(rows, max_size=4),
    DAYS,
    st.booleans(),
    st.sampled_from(["es", "en"]),
)
def test_any_road_map_is_drawn_within_its_frame_and_the_table_says_the_same(
    parts: list[RoadmapRow], day: str, is_over: bool, lang: str
) -> None:
    model = road(*parts, day=day, is_over=is_over)
    if not parts:
        assert draw(model, lang) == ""
        return
    root = checked(draw(model, lang))
    drawn, table = " ¦ ".join(lines(picture_of(root))), table_of(root)
    for part in parts:
        words = [part.title.clean, standing(part, lang), *(event_words(event, lang) for event in part.events)]
        assert [word for word in words if not is_shown(word, table)] == []
        assert [word for word in words if not is_shown(word, drawn)] == []
