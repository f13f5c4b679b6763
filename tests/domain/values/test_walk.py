"""The walk over an act's values finds each value once, with its path, however deep it lies."""

from dataclasses import fields
from typing import get_type_hints

from tests.domain.stage import doc, text
from tests.rows import each_row

from constancia.domain.agreements.texts import AgreementDrafted
from constancia.domain.governance.membership import GovernanceRulesAdopted
from constancia.domain.governance.votes import DecisionSigned, VoteCast
from constancia.domain.kernel.acts import parse_act
from constancia.domain.participation.response import ReasonedResponsePublished
from constancia.domain.values.editions import NEWEST
from constancia.domain.values.values import Doc, Text, Value
from constancia.domain.values.walk import _may_hold_values, values_in

BODY = {
    "agreement": "ag-1",
    "docset": {"authentic": "es", "documents": [doc("a", "en"), doc("b", "es")]},
    "parties": ["inai", "nosc"],
    "title": text("Hoja de ruta"),
    "version": 1,
}


def test_every_value_is_given_once_with_its_path() -> None:
    act = parse_act("AgreementDrafted", NEWEST, BODY)
    found = list(values_in(act))
    assert found[0] == ("body", act)
    assert [where for where, value in found if isinstance(value, Doc)] == [
        "body.docset.documents[0]",
        "body.docset.documents[1]",
    ]
    assert [where for where, value in found if isinstance(value, Text)] == [
        "body.docset.documents[0].title",
        "body.docset.documents[1].title",
        "body.title",
    ]
    assert len({where for where, _value in found}) == len(found)


@each_row(
    ("act", "members"),
    [
        (AgreementDrafted, ("docset", "title")),
        (GovernanceRulesAdopted, ("rules",)),
        (ReasonedResponsePublished, ("themes",)),
        (VoteCast, ("explanation",)),
        (DecisionSigned, ()),
    ],
)
def test_members_that_may_hold_values_are_walked_and_no_others(act: type[Value], members: tuple[str, ...]) -> None:
    assert tuple(field.name for field in fields(act) if _may_hold_values(get_type_hints(act)[field.name])) == members


def test_values_within_a_map_are_found() -> None:
    assert [where for where, _value in values_in({"x": Text.parse(text("a")), "y": 1})] == ["body.x"]
