"""Differences between languages: anybody registered records them, and no text or signature moves."""

from dataclasses import replace
from typing import Any

from tests.domain.agreements.test_agreement import agreement, amending, awaiting, discrepancy, signed_by
from tests.domain.stage import MEMBERS, text
from tests.rows import each_row

TYPE = "TranslationDiscrepancyRecorded"


def test_a_discrepancy_changes_neither_text_nor_signatures() -> None:
    stage = signed_by(*MEMBERS)
    before = agreement(stage)
    stage.says("red", TYPE, discrepancy())
    after = agreement(stage)
    assert replace(after, discrepancies=None, version=before.version) == before
    (recorded,) = after.discrepancies or ()
    assert (recorded.mark.party, recorded.weight, recorded.prevails) == ("red", "substantive", None)
    assert [(reading.lang, reading.says) for reading in recorded.readings] == [
        ("en", None),
        ("es", "Sesiones de validación"),
    ]


def test_a_place_may_be_empty_in_one_language_but_not_the_same_in_both() -> None:
    same = [{"lang": "en", "says": "compromiso"}, {"lang": "es", "says": "compromiso"}]
    for readings in (same, [{"lang": "en"}, {"lang": "es"}], [{"lang": "es", "says": "a"}], []):
        refused = awaiting().code("red", TYPE, discrepancy(readings=readings), stream="agreement/ag")
        assert refused == "E_MALFORMED"


@each_row(
    ("changed", "code"),
    [
        ({"version": 2}, "E_NOT_FOUND"),
        ({"readings": [{"lang": "es", "says": "a"}, {"lang": "fr", "says": "b"}]}, "E_NOT_FOUND"),
        ({"prevails": "en"}, "E_POLICY"),  # the text names Spanish
    ],
)
def test_what_is_no_discrepancy_of_this_text(changed: dict[str, Any], code: str) -> None:
    assert awaiting().code("red", TYPE, discrepancy(**changed)) == code


def test_the_language_that_the_text_names_may_be_said_to_prevail() -> None:
    stage = awaiting()
    stage.says("red", TYPE, discrepancy(prevails="es"))
    assert [recorded.prevails for recorded in agreement(stage).discrepancies or ()] == ["es"]


def test_a_discrepancy_has_an_identifier_of_its_own() -> None:
    stage = awaiting()
    stage.says("red", TYPE, discrepancy())
    assert stage.code("inai", TYPE, discrepancy(place=text("Otro"))) == "E_STATE"
    stage.says("inai", TYPE, discrepancy("x2"))


def test_discrepancies_of_a_former_version_stay_with_it() -> None:
    stage = amending("drafted")
    stage.says("red", TYPE, discrepancy(version=1))
    stage.says("red", TYPE, discrepancy("x2", version=2))
    assert [recorded.version for recorded in agreement(stage).discrepancies or ()] == [1, 2]
