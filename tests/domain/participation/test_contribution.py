"""Contributions: by digest, counted, without names, and taken late."""

from tests.domain.participation.test_gathering import called, contributed, found, heard
from tests.domain.stage import doc
from tests.rows import each_row


def test_a_contribution_is_known_by_its_digest_and_counts_once() -> None:
    stage = heard()
    stage.says("red", "ContributionReceived", contributed(pseudonym="jacaranda"))
    stage.says("sfp", "ContributionReceived", contributed("k2", count=5, contributor="academia"))
    kept = [(one.contribution, one.contributor, one.count, one.pseudonym) for one in found(stage).contributions]
    assert kept == [("k1", "citizen", 1, "jacaranda"), ("k2", "academia", 5, None)]


def test_a_contributions_id_is_used_once() -> None:
    stage = heard()
    stage.says("red", "ContributionReceived", contributed())
    assert stage.code("sfp", "ContributionReceived", contributed()) == "E_STATE"


@each_row(("count", "code"), [(1, ""), (2, "E_ROLE"), (500, "E_ROLE")])
def test_only_an_organizer_counts_for_many(count: int, code: str) -> None:
    stage = heard()
    assert stage.code_of("red", "ContributionReceived", contributed(count=count)) == code
    stage.says("sfp", "ContributionReceived", contributed("k2", count=count))


@each_row(("count", "code"), [(1, ""), (2, "E_MALFORMED")])
def test_a_pseudonym_is_of_one(count: int, code: str) -> None:
    body = contributed(count=count, pseudonym="jacaranda")
    assert heard().code_of("red", "ContributionReceived", body, stream="gathering/g1") == code


def test_a_document_is_named_only_with_consent() -> None:
    stage = heard()
    body = {name: value for name, value in contributed(document=doc()).items() if name != "sha256"}
    assert stage.code("red", "ContributionReceived", body) == "E_POLICY"
    stage.says("red", "ContributionReceived", body | {"consent": "publish"})


def test_a_meeting_takes_no_contributions() -> None:
    stage = called(kind="meeting").on("2019-03-26")
    assert stage.code("red", "ContributionReceived", contributed()) == "E_POLICY"


def test_nothing_is_contributed_before_the_beginning_and_what_is_late_is_taken() -> None:
    stage = heard()
    assert stage.on("2019-03-20").code("red", "ContributionReceived", contributed()) == "E_DATE"
    stage.on("2019-06-01").says("red", "ContributionReceived", contributed())
