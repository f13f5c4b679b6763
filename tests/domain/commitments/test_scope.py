"""The kind of a change is computed: whatever is taken away shows, by whatever path it is taken."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.domain.stage import Body, deliverable, milestone, text
from tests.domain.strategies import few, scopes
from tests.rows import each_row

from constancia.domain.commitments.scope import SEVERITY, Scope, compare
from constancia.domain.values.values import FormError

M1 = milestone("m1", "2019-03-26", support=["nosc"])
M2 = milestone(
    "m2", "2019-06/2019-08", lead=["consultant"], fallback={"condition": text("Si"), "parties": ["inai", "nosc"]}
)
M3 = milestone("m3", "2019-08/..")
OBJECTIVE = {"objective": text("Iniciar")}
M1 |= OBJECTIVE
D1 = deliverable("d1", "m1", contents=["actors", "times"])
D2 = deliverable("d2", "m3", form="process")
D3 = deliverable("d3", "m1", form="event", agenda=[text("Bienvenida"), text("Relatoría")])
I1: Body = {"direction": "higher", "indicator": "i1", "target": "100", "title": text("Personas"), "unit": "personas"}
I2: Body = {
    "baseline": "12.5",
    "direction": "lower",
    "indicator": "i2",
    "target": "-0.5",
    "title": text("Casos"),
    "unit": "casos",
}
A1 = {"action": "a1", "milestone": "m1", "text": text("Convocar")}
BASE: Body = {
    "actions": [A1, {"action": "a2", "text": text("Sumar")}],
    "beneficiaries": text("Toda persona"),
    "deliverables": [D1, D2, D3],
    "indicators": [I1, I2],
    "milestones": [M1, M2, M3],
}


def diff(old: Body, new: Body) -> Any:
    return compare(Scope.parse(old), Scope.parse(new))


def with_item(name: str, item: Body, position: int) -> Body:
    items = list(BASE[name])
    items[position] = item
    return BASE | {name: items}


def without(item: Body, *names: str) -> Body:
    return {name: value for name, value in item.items() if name not in names}


# What changes in the base scope; where it shows; the kind.
CASES: dict[str, tuple[Body, str, str]] = {
    "an action is dropped": (BASE | {"actions": [A1]}, "actions/a2", "reduction"),
    "a deliverable is dropped": (BASE | {"deliverables": [D1, D3]}, "deliverables/d2", "reduction"),
    "a milestone is dropped": (
        BASE | {"milestones": [M1, M3]}, "milestones/m2", "reduction",
    ),
    "a content is dropped": (
        with_item("deliverables", D1 | {"contents": ["actors"]}, 0), "deliverables/d1/contents/times", "reduction",
    ),
    "the contents are no longer listed": (
        with_item("deliverables", without(D1, "contents"), 0), "deliverables/d1/contents/actors", "reduction",
    ),
    "an identifier is exchanged": (
        BASE | {"deliverables": [D1, D3, D2 | {"deliverable": "d4"}]}, "deliverables/d2", "reduction",
    ),
    "a document becomes a process": (
        with_item("deliverables", D1 | {"form": "process"}, 0), "deliverables/d1/form", "reduction",
    ),
    "a lead leaves": (with_item("milestones", M1 | {"lead": ["inai"]}, 0), "milestones/m1/lead/sfp", "reduction"),
    "a lead is replaced": (
        with_item("milestones", M1 | {"lead": ["inai", "red"]}, 0), "milestones/m1/lead/sfp", "reduction",
    ),
    "a lead only supports any more": (
        with_item("milestones", M1 | {"lead": ["inai"], "support": ["nosc", "sfp"]}, 0),
        "milestones/m1/lead/sfp", "reduction",
    ),
    "support leaves": (with_item("milestones", without(M1, "support"), 0), "milestones/m1/support/nosc", "reduction"),
    "the fallback goes": (with_item("milestones", without(M2, "fallback"), 1), "milestones/m2/fallback", "reduction"),
    "a fallback party goes": (
        with_item("milestones", M2 | {"fallback": {"condition": text("Si"), "parties": ["inai"]}}, 1),
        "milestones/m2/fallback/nosc", "reduction",
    ),
    "nobody benefits any more": (without(BASE, "beneficiaries"), "beneficiaries", "reduction"),
    "what was to go on stops": (
        with_item("milestones", M3 | {"window": "2019-08/2019-09"}, 2), "milestones/m3/window", "reduction",
    ),
    "a process moves to where it stops": (
        with_item("deliverables", D2 | {"milestone": "m2"}, 1), "deliverables/d2/milestone", "reduction",
    ),
    "an objective is dropped": (
        with_item("milestones", without(M1, "objective"), 0), "milestones/m1/objective", "reduction",
    ),
    "an agenda item is dropped": (
        with_item("deliverables", D3 | {"agenda": [text("Bienvenida")]}, 2),
        "deliverables/d3/agenda/2", "reduction",
    ),
    "an agenda item is exchanged": (
        with_item("deliverables", D3 | {"agenda": [text("Café"), text("Relatoría")]}, 2),
        "deliverables/d3/agenda/1", "reduction",
    ),
    "an agenda item is reworded": (
        with_item("deliverables", D3 | {"agenda": [D3["agenda"][0], text("Relatoría breve")]}, 2),
        "deliverables/d3/agenda/2", "reduction",
    ),
    "an agenda item says something else under its translation": (
        with_item("deliverables", D3 | {"agenda": [D3["agenda"][0], text("Café") | {"en": "Report"}]}, 2),
        "deliverables/d3/agenda/2", "reduction",
    ),
    "the agenda goes": (with_item("deliverables", without(D3, "agenda"), 2), "deliverables/d3/agenda", "reduction"),
    "one is dropped and another asks for less": (
        BASE | {"indicators": [I2 | {"target": "0"}]}, "indicators/i2/target", "reduction",
    ),
    "one is measured otherwise and another asks for less": (
        BASE | {"indicators": [I1 | {"unit": "visitas"}, I2 | {"target": "0"}]}, "indicators/i2/target", "reduction",
    ),
    "an indicator is dropped": (BASE | {"indicators": [I2]}, "indicators/i1", "reduction"),
    "all indicators are dropped": (without(BASE, "indicators"), "indicators/i2", "reduction"),
    "fewer people benefit": (
        with_item("indicators", I1 | {"target": "99.999999"}, 0), "indicators/i1/target", "reduction",
    ),
    "a target to be undercut rises": (
        with_item("indicators", I2 | {"target": "0"}, 1), "indicators/i2/target", "reduction",
    ),
    "a target is counted in another unit": (
        with_item("indicators", I1 | {"target": "1000", "unit": "visitas"}, 0), "indicators/i1/unit", "reduction",
    ),
    "higher becomes lower": (
        with_item("indicators", I1 | {"direction": "lower", "target": "200"}, 0),
        "indicators/i1/direction", "reduction",
    ),
    "a baseline is no longer named": (
        with_item("indicators", without(I2, "baseline"), 1), "indicators/i2/baseline", "reduction",
    ),
    "one target falls and another rises": (
        BASE | {"indicators": [I1 | {"target": "999"}, I2 | {"target": "3"}]}, "indicators/i2/target", "reduction",
    ),
    "an end moves later": (
        with_item("milestones", M2 | {"window": "2019-06/2019-11"}, 1), "milestones/m2/window", "deferral",
    ),
    "an end moves one day": (
        with_item("milestones", M1 | {"window": "2019-03-27"}, 0), "milestones/m1/window", "deferral",
    ),
    "an end grows vague": (with_item("milestones", M1 | {"window": "2019-03"}, 0), "milestones/m1/window", "deferral"),
    "an end opens": (with_item("milestones", M2 | {"window": "2019-06/.."}, 1), "milestones/m2/window", "deferral"),
    "what has no end begins later": (
        with_item("milestones", M3 | {"window": "2020-08/.."}, 2), "milestones/m3/window", "deferral",
    ),
    "a deliverable moves to a later milestone": (
        with_item("deliverables", D1 | {"milestone": "m2"}, 0), "deliverables/d1/milestone", "deferral",
    ),
    "a deliverable moves to a milestone without an end": (
        with_item("deliverables", D1 | {"milestone": "m3"}, 0), "deliverables/d1/milestone", "deferral",
    ),
    "an action moves to a later milestone": (
        with_item("actions", A1 | {"milestone": "m2"}, 0), "actions/a1/milestone", "deferral",
    ),
    "an action leaves its milestone": (with_item("actions", without(A1, "milestone"), 0), "actions/a1/milestone",
                                       "deferral"),
    "an action is added": (
        BASE | {"actions": [*BASE["actions"], {"action": "a3", "text": text("Validar")}]}, "actions/a3", "extension",
    ),
    "a content is added": (
        with_item("deliverables", D1 | {"contents": ["actors", "products", "times"]}, 0),
        "deliverables/d1/contents/products", "extension",
    ),
    "a lead is added": (
        with_item("milestones", M1 | {"lead": ["inai", "red", "sfp"]}, 0), "milestones/m1/lead/red", "extension",
    ),
    "support becomes a lead": (
        with_item("milestones", without(M1, "support") | {"lead": ["inai", "nosc", "sfp"]}, 0),
        "milestones/m1/lead/nosc", "extension",
    ),
    "an objective is added": (
        with_item("milestones", M3 | OBJECTIVE, 2), "milestones/m3/objective", "extension",
    ),
    "an agenda item is added": (
        with_item("deliverables", D3 | {"agenda": [*D3["agenda"], text("Cierre")]}, 2),
        "deliverables/d3/agenda/3", "extension",
    ),
    "an indicator is added": (
        BASE | {"indicators": [I1, I2, I1 | {"indicator": "i3"}]}, "indicators/i3", "extension",
    ),
    "a target rises": (with_item("indicators", I1 | {"target": "101"}, 0), "indicators/i1/target", "extension"),
    "a target to be undercut falls": (
        with_item("indicators", I2 | {"target": "-0.6"}, 1), "indicators/i2/target", "extension",
    ),
    "an objective is reworded": (
        with_item("milestones", M1 | {"objective": text("Comenzar")}, 0), "milestones/m1/objective", "clarification",
    ),
    "an agenda is put in another order": (
        with_item("deliverables", D3 | {"agenda": D3["agenda"][::-1]}, 2), "deliverables/d3/agenda", "clarification",
    ),
    "an agenda item is translated": (
        with_item("deliverables", D3 | {"agenda": [text("Bienvenida") | {"en": "Welcome"}, D3["agenda"][1]]}, 2),
        "deliverables/d3/agenda", "clarification",
    ),
    "a target is written otherwise": (
        with_item("indicators", I1 | {"target": "100.0"}, 0), "indicators/i1/target", "clarification",
    ),
    "an indicator is reworded": (
        with_item("indicators", I1 | {"title": text("Beneficiarias")}, 0), "indicators/i1", "clarification",
    ),
    "a title is reworded": (with_item("milestones", M1 | {"title": text("Foro")}, 0), "milestones/m1", "clarification"),
    "an action is reworded": (with_item("actions", A1 | {"text": text("Citar")}, 0), "actions/a1", "clarification"),
    "an end moves earlier": (
        with_item("milestones", M2 | {"window": "2019-06/2019-07"}, 1), "milestones/m2/window", "clarification",
    ),
    "an action gets a milestone": (
        with_item("actions", {"action": "a2", "milestone": "m1", "text": text("Sumar")}, 1), "actions/a2",
        "clarification",
    ),
}  # fmt: skip


@each_row(("new", "path", "kind"), CASES.values(), ids=list(CASES))
def test_9_the_kind_is_computed_and_says_where(new: Body, path: str, kind: str) -> None:
    found = diff(BASE, new)
    shown = {
        "reduction": found.removed,
        "deferral": found.deferred,
        "extension": found.added,
        "clarification": found.altered,
    }
    assert path in shown[kind]
    assert found.kind == kind


@each_row("new", [new for new, _path, kind in CASES.values() if kind == "reduction"])
def test_9_a_gift_does_not_hide_what_is_taken(new: Body) -> None:
    richer = new | {"actions": [*new["actions"], {"action": "z9", "text": text("Algo más")}]}
    assert diff(BASE, richer).kind == "reduction"


def test_9_a_deferral_hides_behind_no_extension_and_no_deferral_hides_a_reduction() -> None:
    later = with_item("milestones", M2 | {"window": "2019-06/2019-11"}, 1)
    assert diff(BASE, later | {"actions": [*BASE["actions"], {"action": "z9", "text": text("Más")}]}).kind == "deferral"
    assert diff(BASE, later | {"actions": [A1]}).kind == "reduction"


@few
@given(scopes(), scopes())
def test_9_a_lower_target_is_a_reduction_whatever_else_changes(one: Body, other: Body) -> None:
    less = I1 | {"target": "99"}
    assert diff(one | {"indicators": [I1]}, other | {"indicators": [less]}).kind == "reduction"


def test_severity_orders_the_kinds() -> None:
    assert SEVERITY == ("clarification", "extension", "deferral", "reduction")


@few
@given(scopes())
def test_same_scope_is_no_change(scope: Body) -> None:
    found = diff(scope, scope)
    assert (found.added, found.removed, found.deferred, found.altered) == ((), (), (), ())


@few
@given(scopes(), scopes())
def test_what_is_added_one_way_is_removed_the_other_way(one: Body, other: Body) -> None:
    there, back = diff(one, other), diff(other, one)
    # Who supports and leads may give up one of both.
    plain = {path for path in there.added if "/lead/" not in path and "/support/" not in path}
    assert plain <= set(back.removed)


@few
@given(scopes(), scopes())
def test_9_different_scopes_always_show_a_difference(one: Body, other: Body) -> None:
    assume(Scope.parse(one) != Scope.parse(other))
    found = diff(one, other)
    assert found.added or found.removed or found.deferred or found.altered


@few
@given(scopes(), st.data())
def test_9_dropping_any_item_is_a_reduction(scope: Body, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([name for name in ("actions", "deliverables") if scope[name]] or ["none"]))
    assume(name != "none")
    position = data.draw(st.integers(0, len(scope[name]) - 1))
    smaller = scope | {name: [*scope[name][:position], *scope[name][position + 1 :]]}
    assert diff(scope, smaller).kind == "reduction"
    assert diff(smaller, scope).kind == "extension"


@few
@given(scopes(), scopes(), scopes())
def test_9_no_detour_makes_a_reduction_milder(one: Body, middle: Body, other: Body) -> None:
    """What is gone between the first and the last scope went on one of the two steps."""
    gone = set(diff(one, other).removed)
    steps = {*diff(one, middle).removed, *diff(middle, other).removed}
    kinds = {diff(one, middle).kind, diff(middle, other).kind}
    items = {path for path in gone if path.count("/") == 1}
    assert items <= steps
    if items:
        assert "reduction" in kinds


@each_row(
    "changed",
    [
        {"deliverables": [deliverable("d1", "m9")]},
        {"actions": [{"action": "a1", "milestone": "m9", "text": text("X")}]},
        {"milestones": [M2, M1, M3]},
        {"milestones": [M1, M1]},
        {"deliverables": [D1 | {"contents": ["times", "actors"]}]},
        {"deliverables": [D1 | {"agenda": [text("Bienvenida")]}]},
        {"deliverables": [D3 | {"agenda": []}]},
        {"deliverables": [D3 | {"agenda": [text("Bienvenida"), text("Bienvenida")]}]},
        {"indicators": []},
        {"indicators": [I2, I1]},
        {"indicators": [I1 | {"target": 100}]},
        {"indicators": [I1 | {"target": "1e3"}]},
        {"indicators": [I1 | {"target": "NaN"}]},
        {"indicators": [I1 | {"target": "007"}]},
        {"indicators": [I1 | {"direction": "sideways"}]},
    ],
)
def test_scope_names_its_own_milestones_sorted_and_once(changed: Body) -> None:
    with pytest.raises(FormError):
        Scope.parse(BASE | changed)
