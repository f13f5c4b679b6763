"""Statements: each signatory by an entry of its own over one text; never a signature of anything."""

from typing import Any

from tests.domain.stage import MEMBERS, Body, Stage, doc, seated, text
from tests.domain.tables import Walk, codes
from tests.rows import each_row

from constancia.domain.remarks.statement import Statement

DOCSET: Body = {"authentic": "en", "documents": [doc("release", "en")]}


def release(*parties: str, **changed: Any) -> Body:
    return {
        "docset": DOCSET,
        "kind": "release",
        "parties": sorted(parties or MEMBERS),
        "statement": "st-1",
        "title": {"en": "Mexico resumes national Open Government process", "es": "México retoma el proceso"},
    } | changed


def partly() -> Stage:
    stage = seated()
    stage.says("inai", "StatementPublished", release())
    return stage


def published() -> Stage:
    stage = seated()
    stage.each("StatementPublished", release())
    return stage


def found(stage: Stage) -> Statement:
    return stage.find(Statement, "statement/st-1")


WALK = Walk(
    kind="statement",
    stream="statement/st-1",
    table={"StatementPublished": {"none": "partly_published", "partly_published": "partly_published"}},
    reach={"none": seated, "partly_published": partly, "published": published},
    acts={"StatementPublished": lambda stage: ("nosc", "StatementPublished", release())},
    words={("published", "StatementPublished"): "E_ALREADY_SIGNED"},
)


@each_row(("state", "act"), WALK.pairs())
def test_every_pair_moves_as_the_table_says_or_is_refused(state: str, act: str) -> None:
    WALK.check(state, act)


def test_table_is_the_one_walked() -> None:
    WALK.check_is_the_code()


def test_30_each_signatory_says_it_and_who_has_not_is_missing() -> None:
    stage = partly()
    assert (found(stage).status, found(stage).missing) == ("partly_published", ("nosc", "sfp"))
    stage.says("sfp", "StatementPublished", release())
    stage.says("nosc", "StatementPublished", release())
    assert (found(stage).status, found(stage).missing) == ("published", ())
    assert [(mark.party, mark.person) for mark in found(stage).signatories] == [
        ("inai", "p-inai"),
        ("sfp", "p-sfp"),
        ("nosc", "p-nosc"),
    ]


def test_30_a_party_publishes_alone_what_is_its_own() -> None:
    stage = seated()
    stage.says("inai", "StatementPublished", release("inai", kind="resolution"))
    assert found(stage).status == "published"


@each_row(
    ("who", "changed", "code"),
    [
        ("red", {}, "E_ROLE"),
        ("inai", {"parties": ["inai", "nobody"]}, "E_NOT_FOUND"),
        ("inai", {"about": "agreement/ag-9"}, "E_NOT_FOUND"),
        ("inai", {"parties": []}, "E_MALFORMED"),
        ("inai", {"kind": "agreement"}, "E_MALFORMED"),
    ],
)
def test_who_publishes_what(who: str, changed: Body, code: str) -> None:
    assert code in codes(seated().refused(who, "StatementPublished", release(**changed), stream="statement/st-1"))


def test_30_no_other_text_goes_under_the_same_names() -> None:
    other = release(title=text("Otra cosa"))
    assert partly().code("sfp", "StatementPublished", other) == "E_DIGEST_MISMATCH"


def test_26_a_person_publishes_for_one_party() -> None:
    stage = partly()
    both = stage.join("sfp", name="both", person="p-inai")
    assert stage.code(both, "StatementPublished", release()) == "E_SELF_DEALING"


def test_4_a_secretariat_publishes_for_nobody() -> None:
    stage = seated()
    clerk = stage.join("inai", name="clerk", capacity="secretariat")
    assert stage.code(clerk, "StatementPublished", release("inai")) == "E_ROLE"


def test_30_a_statement_signs_no_agreement() -> None:
    stage = seated()
    draft = {"agreement": "ag-1", "docset": DOCSET, "parties": list(MEMBERS), "title": text("Hoja"), "version": 1}
    stage.says("inai", "AgreementDrafted", draft)
    before = stage.state.aggregates["agreement/ag-1"]
    stage.each("StatementPublished", release(about="agreement/ag-1"))
    assert stage.state.aggregates["agreement/ag-1"] is before
    assert found(stage).concerns == ("agreement/ag-1",)
