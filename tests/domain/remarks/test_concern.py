"""Whom an entry concerns: whom its body names, who sits in its body, answers for its scope, or is party to its text."""

from tests.domain.remarks.test_allegation import allegation
from tests.domain.stage import (
    Body,
    Stage,
    act_of,
    commitment,
    doc,
    milestone,
    proposed,
    seated,
    small_scope,
    text,
)
from tests.rows import each_row

from constancia.domain.kernel.acts import Recorded
from constancia.domain.kernel.context import Context
from constancia.domain.remarks.concern import accused_by, authors_of, concerned_by, is_answerable
from constancia.domain.values.values import digest


def concerned(stage: Stage, entry: Recorded) -> set[str]:
    at = Context(state=stage.state, recorded=entry, lookup=stage.lookup)
    return set(concerned_by(at, entry)) - set(authors_of(entry))


def test_an_entry_on_a_commitment_concerns_its_body_and_who_is_responsible() -> None:
    stage = seated()
    stage.outsider("con")
    stage.adopted("c1", small_scope(milestones=[milestone(lead=["con", "inai"])]), agreeing=("con",))
    began = stage.says("con", "WorkStarted", {"commitment": "c1", "milestone": "m1"})
    assert concerned(stage, began) == {"inai", "nosc", "sfp"}
    adopted = next(one for one in stage.entries if one.statement["type"] == "CommitmentAdopted")
    assert concerned(stage, adopted) == {"con", "nosc", "sfp"}


def test_an_entry_on_a_deliverable_concerns_what_its_commitment_does() -> None:
    stage = seated().adopted().deliver("inai", "e1")
    assert concerned(stage, stage.entries[-1]) == {"nosc", "sfp"}


def test_a_decision_and_a_vote_concern_the_body() -> None:
    stage = seated().adopted()
    vote = next(one for one in stage.entries if one.statement["type"] == "VoteCast")
    assert concerned(stage, vote) == {"inai", "nosc", "sfp"} - {vote.statement["actor"]["party"]}


def test_a_vote_concerns_who_answers_for_what_is_decided() -> None:
    stage = seated().adopted("c1", small_scope(milestones=[milestone(lead=["red"])]), agreeing=("red",))
    change = {"commitment": "c1", "decision": "d2", "declared_kind": "clarification", "from_version": 1}
    scope = small_scope(milestones=[milestone(lead=["red"], window="2019-03-26/2019-05-25")])
    stage.decided("d2", act_of("ScopeChanged", change | {"scope": scope, "declared_kind": "deferral"}))
    assert concerned(stage, stage.entries[-1]) == {"inai", "nosc", "red"}


def test_a_text_concerns_its_parties_and_a_party_its_own_registration() -> None:
    stage = seated()
    docset = {"authentic": "es", "documents": [doc("t", "es")]}
    draft = {"agreement": "ag", "docset": docset, "parties": ["inai", "red"], "title": text("T"), "version": 1}
    stage.says("red", "AgreementDrafted", draft)
    frozen: Body = {"agreement": "ag", "docset": digest(docset), "required": ["inai", "red"], "version": 1}
    assert concerned(stage, stage.says("red", "AgreementTextFrozen", frozen)) == {"inai"}
    registered = next(one for one in stage.entries if one.statement["body"].get("party") == "red")
    assert concerned(stage, registered) == {"red"}


@each_row("title", [text("red"), text("Foro") | {"en": "red"}, text("Foro") | {"nah": "red"}])
def test_texts_and_the_identifier_of_an_entry_name_nobody(title: Body) -> None:
    stage = seated()
    said = stage.says("nosc", "CommitmentProposed", commitment("red") | {"title": title})
    assert concerned(stage, said) == {"inai", "sfp"}  # they sit in its body


@each_row(("lead", "title", "named"), [("inai", "red", set()), ("red", "Hito", {"red"})])
def test_what_is_put_to_the_vote_names_whom_the_act_names(lead: str, title: str, named: set[str]) -> None:
    stage = seated()
    stage.says("nosc", "CommitmentProposed", commitment())
    scope = small_scope(milestones=[milestone(lead=[lead], title=text("Foro") | {"nah": title})])
    act = act_of("CommitmentAdopted", {"commitment": "c1", "decision": "d1", "scope": scope})
    put = stage.says("nosc", "DecisionProposed", proposed("d1", act))
    assert concerned(stage, put) == {"inai", "sfp"} | named


def test_an_accusation_concerns_the_accused_alone() -> None:
    stage = seated().adopted()
    named = stage.says("red", "AllegationMade", allegation(accused=["sfp"], commitment="c1"))
    assert concerned(stage, named) == {"sfp"}
    unnamed = stage.says("red", "AllegationMade", allegation(allegation="al-2", commitment="c1"))
    assert concerned(stage, unnamed) == set()
    at = Context(state=stage.state, recorded=unnamed, lookup=stage.lookup)
    assert accused_by(at, unnamed) is None


def test_genesis_is_said_by_all_founders() -> None:
    assert authors_of(seated().entries[0]) == ("inai", "nosc", "sfp")


def test_only_what_accuses_is_answered_itself() -> None:
    assert [is_answerable(one) for one in ("AllegationMade", "ComplaintFiled", "WorkStarted")] == [True, True, False]
