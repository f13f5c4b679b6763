"""Who brought a party in."""

from tests.domain.stage import MEMBERS, Body, Stage, founded, root, seated, text
from tests.rows import each_row

from constancia.domain.identity.origin import brought_in_by, is_founder


def registered(name: str) -> Body:
    return {"kind": "academia", "legal_name": text(name), "party": name}


@each_row("party", MEMBERS)
def test_a_founder_is_there_by_itself(party: str) -> None:
    assert (is_founder(founded().state, party), brought_in_by(founded().state, party)) == (True, None)


def test_another_party_is_there_by_a_founder_directly_or_through_others() -> None:
    stage = seated()
    stage.says("red", "PartyRegistered", registered("second"))
    for party in ("red", "second"):
        assert (is_founder(stage.state, party), brought_in_by(stage.state, party)) == (False, "inai")
    assert not is_founder(stage.state, "nobody")
    assert brought_in_by(stage.state, "nobody") is None


def test_under_the_first_two_editions_nobody_is_said_to_have_brought_a_party_in() -> None:
    stage = seated(edition=2)
    assert brought_in_by(stage.state, "red") is None
    stage.amend()
    assert brought_in_by(stage.state, "red") is None
    stage.says("sfp", "PartyRegistered", registered("later"))
    assert brought_in_by(stage.state, "later") == "sfp"


def test_a_ledger_that_is_not_open_has_no_founders() -> None:
    assert not is_founder(Stage().state, root("inai").actor["party"])
