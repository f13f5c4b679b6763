"""Schemas are made from the classes that read and write: an act's body, an aggregate's document."""

import pytest

from constancia.api.description.forms import Forms
from constancia.api.description.openapi import names_of
from constancia.api.description.rows import ROWS
from constancia.domain.catalogue import REGISTRY
from constancia.domain.kernel.aggregate import Mark
from constancia.ledger.views.projections import STATE_PROJECTIONS


def test_y2_member_that_may_be_left_out_is_not_required_and_never_null() -> None:
    forms = Forms()
    for act in REGISTRY.values():
        forms.of(act)
    forms.of(Mark)
    for name, schema in forms.components.items():
        if "properties" in schema:
            assert set(schema["required"]) <= set(schema["properties"]), name
            assert "'null'" not in str(schema["properties"]), name
    assert "appointment" not in forms.components["Mark"]["required"]
    assert "leaf_hash" in forms.components["Mark"]["required"]


def test_every_act_has_a_schema_that_takes_no_other_member() -> None:
    forms = Forms()
    for name, act in REGISTRY.items():
        forms.of(act)
        assert forms.components[name]["additionalProperties"] is False


def test_what_has_no_form_is_refused() -> None:
    with pytest.raises(TypeError, match="no schema"):
        Forms().of(complex)


def test_two_classes_of_one_name_are_not_one_component() -> None:
    forms = Forms()
    forms.of(Mark)
    with pytest.raises(TypeError, match="named Mark"):
        forms.of(type("Mark", (Mark,), {"__doc__": "Another."}))


def test_every_projection_has_a_form_and_names_for_its_operations() -> None:
    assert set(ROWS) == {projection.name for projection in STATE_PROJECTIONS}
    names = [name for projection in ROWS for name in names_of(projection)]
    assert len(set(names)) == len(names)
