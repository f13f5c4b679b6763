"""What was handed in, and what was objected to it: read from the aggregate alone."""

from tests.domain.commitments.test_deliverable import contested, found, in_hand, rejected, submitted


def test_objections_are_contests_and_rejections_in_one() -> None:
    stage = in_hand(("nosc", "DeliverableContested", contested()), ("sfp", "DeliverableRejected", rejected()))
    assert [(each.mark.party, each.version) for each in found(stage).objections] == [("nosc", 1), ("sfp", 1)]
    assert in_hand().find(type(found(stage)), found(stage).stream).objections == ()


def test_the_last_versions_rejections_are_apart_from_earlier_ones() -> None:
    stage = in_hand(("sfp", "DeliverableRejected", rejected()))
    assert found(stage).rejected_by == ("sfp",)
    stage.says("red", "DeliverableSubmitted", submitted(2))
    assert (found(stage).rejected_by, found(stage).last_rejections) == ((), ())
    stage.says("nosc", "DeliverableRejected", rejected(2))
    assert found(stage).rejected_by == ("nosc",)
    assert [each.version for each in found(stage).last_rejections] == [2]


def test_it_is_blocked_by_an_open_contest() -> None:
    assert not found(in_hand()).is_blocked
    stage = in_hand(("nosc", "DeliverableContested", contested()))
    assert found(stage).is_blocked
    stage.says("red", "DeliverableRevised", submitted(2) | {"answers": ["x1"], "changes": {"es": "Añade"}})
    assert not found(stage).is_blocked


def test_authors_are_those_of_the_party_whose_work_the_last_version_is() -> None:
    stage = in_hand(("nosc", "DeliverableRejected", rejected()))
    assert found(stage).authors == {"p-red"}
    stage.says("sfp", "DeliverableSubmitted", submitted(2))
    assert found(stage).authors == {"p-sfp"}
    assert found(stage).current.version == 2
