"""Made-up values for property tests: dates, scopes, and JSON of the statement profile."""

from datetime import date
from functools import partial
from typing import Any
from unicodedata import normalize

from hypothesis import settings
from hypothesis import strategies as st
from tests.domain.stage import Body, text
from tests.profile import sampled

# No deadline: a loaded machine is no failure.
few = settings(max_examples=sampled(25, 400), deadline=None)
NAMES = st.sampled_from(["inai", "nosc", "sfp", "red", "consultant"])


@st.composite
def dates(draw: st.DrawFn) -> str:
    """A date in EDTF: a year, a month or a day."""
    day = draw(st.dates(date(2011, 1, 1), date(2026, 12, 31)))
    return day.isoformat()[: draw(st.sampled_from([4, 7, 10]))]


@st.composite
def windows(draw: st.DrawFn) -> str:
    """A date, or an interval with at most one open end."""
    first, second = sorted(draw(st.dates(date(2011, 1, 1), date(2026, 12, 31))) for _ in range(2))
    one = first.isoformat()[: draw(st.sampled_from([4, 7, 10]))]
    other = second.isoformat()[: draw(st.sampled_from([4, 7, 10]))]
    return draw(st.sampled_from([one, f"{one}/{other}", f"{one}/..", f"../{other}"]))


WINDOWS = st.sampled_from(
    ["2019", "2019-03-26", "2019-03-26/2019-05-24", "2019-06/2019-08", "2019-06/2019-11", "2019-08/..", "2020-08/..",
     "../2019-12"]
)  # fmt: skip


def _names(draw: st.DrawFn, least: int = 0) -> list[str]:
    return sorted(draw(st.sets(NAMES, min_size=least, max_size=3)))


@st.composite
def _milestone(draw: st.DrawFn, name: str) -> Body:
    item: Body = {
        "lead": _names(draw, 1),
        "milestone": name,
        "title": text(draw(st.sampled_from(["Foro", "Ruta"]))),
        "window": draw(WINDOWS),
    }
    if draw(st.booleans()):
        item["objective"] = text(draw(st.sampled_from(["Iniciar", "Comenzar"])))
    if draw(st.booleans()):
        item["support"] = _names(draw, 1)
    if draw(st.booleans()):
        item["fallback"] = {"condition": text("Sin recursos"), "parties": _names(draw, 1)}
    return item


@st.composite
def _indicator(draw: st.DrawFn, name: str) -> Body:
    item: Body = {
        "direction": draw(st.sampled_from(["higher", "lower"])),
        "indicator": name,
        "target": draw(st.sampled_from(["0", "10", "10.5", "-3"])),
        "title": text("Personas"),
        "unit": draw(st.sampled_from(["personas", "casos"])),
    }
    return item | ({"baseline": "0"} if draw(st.booleans()) else {})


@st.composite
def scopes(draw: st.DrawFn) -> Body:
    """A scope of up to three milestones, with deliverables and actions of them."""
    milestones = sorted(draw(st.sets(st.sampled_from(["m1", "m2", "m3"]), min_size=1)))
    of = st.sampled_from(milestones)
    scope: Body = {"actions": [], "deliverables": [], "milestones": [draw(_milestone(name)) for name in milestones]}
    for name in sorted(draw(st.sets(st.sampled_from(["a1", "a2"])))):
        action: Body = {"action": name, "text": text(draw(st.sampled_from(["Convocar", "Validar"])))}
        scope["actions"].append(action | ({"milestone": draw(of)} if draw(st.booleans()) else {}))
    for name in sorted(draw(st.sets(st.sampled_from(["d1", "d2"])))):
        item: Body = {
            "deliverable": name,
            "form": draw(st.sampled_from(["document", "event", "decision", "process"])),
            "milestone": draw(of),
            "title": text("Entregable"),
        }
        contents = sorted(draw(st.sets(st.sampled_from(["actors", "products", "times"]))))
        agenda = draw(st.lists(st.sampled_from(["Bienvenida", "Relatoría"]), unique=True, max_size=2))
        more = {"agenda": [text(one) for one in agenda]} if agenda and item["form"] == "event" else {}
        scope["deliverables"].append(item | more | ({"contents": contents} if contents else {}))
    indicators = sorted(draw(st.sets(st.sampled_from(["i1", "i2"]))))
    if indicators:
        scope["indicators"] = [draw(_indicator(name)) for name in indicators]
    if draw(st.booleans()):
        scope["beneficiaries"] = text(draw(st.sampled_from(["Toda persona", "Periodistas"])))
    return scope


def json_values() -> st.SearchStrategy[Any]:
    """JSON of the statement profile: no floats, integers within 2^53, keys in one alphabet."""
    keys = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
    texts = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Cn")), max_size=12).map(
        partial(normalize, "NFC")
    )
    leaves = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
    )
