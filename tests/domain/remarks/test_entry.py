"""What is said of an entry: acknowledged, contested, answered; by whom, and never by its own author."""

from typing import Any

import pytest
from tests.domain.commitments.test_commitment import completed, report
from tests.domain.commitments.test_commitment import contest as former_contest
from tests.domain.remarks.test_allegation import allegation, reduction
from tests.domain.stage import Body, Stage, Voice, contest_of, doc, evidence, rep, root, seated, text
from tests.domain.tables import Walk, codes
from tests.rows import each_row

from constancia.domain.catalogue import REGISTRY
from constancia.domain.identity.edition import LawEditionAdopted
from constancia.domain.kernel.acts import Recorded
from constancia.domain.remarks.concern import ACCUSING, CONTESTED_OTHERWISE, REMARKS
from constancia.domain.remarks.remarked_entry import RemarkedEntry
from constancia.domain.values.values import digest

MADE = "ProgressReported"


def with_a_report() -> Stage:
    stage = seated().adopted()
    stage.says("inai", MADE, report("r1"))
    return stage


def made(stage: Stage, type_name: str = MADE) -> Recorded:
    return next(one for one in reversed(stage.entries) if one.statement["type"] == type_name)


def contested() -> Stage:
    stage = with_a_report()
    stage.contest("red", made(stage))
    return stage


def response(target: Recorded, *answers: str, **changed: Any) -> Body:
    named = {"answers": list(answers)} if answers else {}
    return {"response": text("Consta en la minuta"), "target": target.leaf_hash} | named | changed


def acknowledgement(target: Recorded, **changed: Any) -> Body:
    return {"target": target.leaf_hash} | changed


def remarks(stage: Stage, target: Recorded) -> RemarkedEntry:
    return stage.find(RemarkedEntry, f"entry/{target.leaf_hash}")


SPOKEN_OF = {"none": "remarked", "remarked": "remarked"}
# The leaf hash of the report, which is the same whenever the same story is played.
LEAF = made(with_a_report()).leaf_hash


def accused() -> Stage:
    stage = with_a_report()
    stage.says("red", "AllegationMade", allegation(accused=["inai", "sfp"]))
    return stage


WALK = Walk(
    kind="entry",
    stream=f"entry/{LEAF}",
    table={"EntryAcknowledged": SPOKEN_OF, "EntryContested": SPOKEN_OF, "ResponseGiven": SPOKEN_OF},
    reach={"none": with_a_report, "remarked": contested},
    acts={
        "EntryAcknowledged": lambda stage: ("nosc", "EntryAcknowledged", acknowledgement(made(stage))),
        "EntryContested": lambda stage: ("nosc", "EntryContested", contest_of(made(stage), "i2")),
        "ResponseGiven": lambda stage: ("inai", "ResponseGiven", response(made(stage), "i1")),
    },
)
# Of a report its contests are answered: without any there is none. An accusation's first remark may be its answer.
LEGAL = [one for one in WALK.pairs() if one.values != ("none", "ResponseGiven")]


@each_row(("state", "act"), LEGAL)
def test_every_pair_moves_as_the_table_says_or_is_refused(state: str, act: str) -> None:
    WALK.check(state, act)


def test_table_is_the_one_walked() -> None:
    WALK.check_is_the_code()


def test_an_accusation_is_answered_before_anything_else_is_said_of_it() -> None:
    stage = accused()
    stage.says("sfp", "ResponseGiven", response(made(stage, "AllegationMade")))
    assert remarks(stage, made(stage, "AllegationMade")).status == "remarked"


def test_without_a_contest_there_is_none_to_answer_or_withdraw() -> None:
    stage = with_a_report()
    assert stage.code("inai", "ResponseGiven", response(made(stage), "i1")) == "E_NOT_FOUND"
    withdrawing = acknowledgement(made(stage), withdraws=["i1"])
    assert stage.code("red", "EntryAcknowledged", withdrawing) == "E_NOT_FOUND"


def test_a_remark_says_which_entry_it_is_about_and_who_said_that() -> None:
    stage = contested()
    found = remarks(stage, made(stage))
    assert (found.target_index, found.target_type, found.authors) == (made(stage).index, MADE, ("inai",))
    assert found.concerns == ("commitment/c1",)


@each_row("type_name", ["EntryAcknowledged", "EntryContested", "ResponseGiven"])
def test_the_entry_exists(type_name: str) -> None:
    stage = contested()
    bodies: dict[str, Body] = {
        "EntryAcknowledged": acknowledgement(made(stage)),
        "EntryContested": contest_of(made(stage)),
        "ResponseGiven": response(made(stage), "i1"),
    }
    said = stage.refused("nosc", type_name, bodies[type_name] | {"target": "0" * 64})
    assert said.code == "E_NOT_FOUND"


def test_of_an_entry_that_is_not_there_nothing_begins() -> None:
    """Refused before; where no entry can be looked up, nothing is made up."""
    stage = with_a_report()
    correction = {
        "correction": "k1", "field": "occurred_on", "kind": "factual", "new_value": "2019-02-28",
        "old_digest": digest("2019-03-01"), "reason": text("Era otro"), "target": LEAF,
    }  # fmt: skip
    for type_name, body in (("EntryContested", contest_of(made(stage))), ("CorrectionRecorded", correction)):
        with pytest.raises(LookupError, match="there is no entry"):
            stage.state.apply(stage.entry("nosc", type_name, body))


def test_an_acknowledgement_withdraws_a_contest_that_it_names_or_none() -> None:
    stage = contested()
    assert stage.code("red", "EntryAcknowledged", acknowledgement(made(stage), withdraws=[]), stream=WALK.stream) == (
        "E_MALFORMED"
    )


def test_case_36_a_completed_milestone_is_contested_and_answered() -> None:
    stage = seated().adopted().deliver("inai", "e1")
    done = stage.says("inai", "MilestoneCompleted", completed())
    stage.contest("red", done)
    stage.says("inai", "ResponseGiven", response(done, "i1", documents=[doc()], evidence=[evidence()]))
    found = remarks(stage, done)
    assert [one.mark.party for one in found.contests] == ["red"]
    assert [one.answers for one in found.responses] == [("i1",)]


def test_a_level_of_its_own_belongs_to_the_contest_of_a_report() -> None:
    stage = with_a_report()
    adopted = made(stage, "CommitmentAdopted")
    assert stage.code("red", "EntryContested", contest_of(adopted, own_level="limited")) == "E_POLICY"
    stage.contest("red", made(stage), own_level="limited")


def test_a_contests_id_is_used_once_for_an_entry() -> None:
    stage = contested()
    assert stage.code("nosc", "EntryContested", contest_of(made(stage))) == "E_STATE"
    stage.contest("nosc", made(stage, "CommitmentAdopted"))


@each_row("type_name", sorted(CONTESTED_OTHERWISE))
def test_what_another_act_contests_names_an_act_that_exists(type_name: str) -> None:
    assert {type_name, CONTESTED_OTHERWISE[type_name]} <= REGISTRY.keys()


def test_a_deliverable_is_contested_by_its_own_act() -> None:
    stage = seated().adopted().deliver("inai", "e1")
    said = stage.refused("red", "EntryContested", contest_of(stage.entries[-1]))
    assert (said.code, said.judged_against["act"]) == ("E_POLICY", "DeliverableContested")


def test_a_remark_is_neither_contested_nor_acknowledged() -> None:
    stage = contested()
    report_entry, contest = made(stage), made(stage, "EntryContested")
    answer = stage.says("inai", "ResponseGiven", response(report_entry, "i1"))
    for remark in (contest, answer):
        assert stage.code("nosc", "EntryContested", contest_of(remark)) == "E_POLICY"
        assert "E_POLICY" in codes(stage.refused("nosc", "EntryAcknowledged", acknowledgement(remark)))
    assert {"EntryAcknowledged", "EntryContested", "ResponseGiven"} == REMARKS


@each_row("type_name", ["EntryAcknowledged", "EntryContested"])
def test_r2_nobody_contests_or_acknowledges_its_own_entry_for_any_party(type_name: str) -> None:
    stage = with_a_report()
    stage.join("sfp", name="double", person="p-inai")  # who reported also speaks for another party
    colleague = stage.join("inai", name="colega")
    stage.join("inai", name="both", person="p-nosc")  # another party's person has an appointment of the author
    body = contest_of(made(stage)) if type_name == "EntryContested" else acknowledgement(made(stage))
    double = rep("sfp", "double")
    for voice in ("inai", colleague, "nosc", Voice({**double.actor, "person": "p-inai"}, double.key)):
        assert stage.code(voice, type_name, body) == "E_SELF_DEALING"
    stage.says("sfp", type_name, body)


def test_r2_founders_do_not_contest_genesis_and_answer_who_does() -> None:
    stage = seated()
    opened = stage.entries[0]
    assert stage.code("inai", "EntryContested", contest_of(opened)) == "E_SELF_DEALING"
    stage.contest("red", opened)
    assert "E_ROLE" in codes(stage.refused("red", "ResponseGiven", response(opened, "i1")))
    stage.says("sfp", "ResponseGiven", response(opened, "i1"))


@each_row("type_name", ["EntryAcknowledged", "EntryContested", "ResponseGiven"])
def test_a_secretariat_says_nothing_of_an_entry_for_its_party(type_name: str) -> None:
    stage = contested()
    bodies: dict[str, Body] = {
        "EntryAcknowledged": acknowledgement(made(stage)),
        "EntryContested": contest_of(made(stage), "i2"),
        "ResponseGiven": response(made(stage), "i1"),
    }
    party = "inai" if type_name == "ResponseGiven" else "nosc"
    voice = stage.join(party, name="oficina", capacity="secretariat")
    assert codes(stage.refused(voice, type_name, bodies[type_name])) == {"E_ROLE"}
    assert stage.code(root(party), type_name, bodies[type_name]) == "E_OUT_OF_SCOPE"


@each_row("type_name", ["EntryAcknowledged", "EntryContested"])
def test_r4_a_remark_does_not_precede_what_it_is_about(type_name: str) -> None:
    stage = with_a_report().on("2019-03-03")
    body = contest_of(made(stage)) if type_name == "EntryContested" else acknowledgement(made(stage))
    assert stage.code("nosc", type_name, body, occurred_on="2019-02-27") == "E_DATE"
    stage.says("nosc", type_name, body, occurred_on="2019-03-01")


def test_r4_a_response_does_not_precede_the_contest_and_may_be_late() -> None:
    stage = with_a_report().on("2019-03-06")
    stage.contest("red", made(stage))
    assert stage.code("inai", "ResponseGiven", response(made(stage), "i1"), occurred_on="2019-03-05") == "E_DATE"
    withdrawing = acknowledgement(made(stage), withdraws=["i1"])
    assert stage.code("red", "EntryAcknowledged", withdrawing, occurred_on="2019-03-05") == "E_DATE"
    stage.on("2024-01-01").says("inai", "ResponseGiven", response(made(stage), "i1"))


def test_an_impossible_date_is_refused_as_one() -> None:
    stage = with_a_report()
    said = stage.refused("red", "EntryContested", contest_of(made(stage)), occurred_on="2019-02-30", mode="live")
    assert codes(said) == {"E_DATE"}


def test_contests_are_answered_by_the_author_and_more_than_once() -> None:
    stage = contested()
    for other in ("red", "sfp", "nosc"):
        assert "E_ROLE" in codes(stage.refused(other, "ResponseGiven", response(made(stage), "i1")))
    colleague = stage.join("inai", name="colega")
    for voice in ("inai", colleague):
        stage.says(voice, "ResponseGiven", response(made(stage), "i1"))
    assert len(remarks(stage, made(stage)).responses) == 2


def test_r2_who_contests_does_not_answer_for_the_author() -> None:
    stage = contested()
    stage.join("inai", name="double", person="p-red")
    double = rep("inai", "double")
    voice = Voice({**double.actor, "person": "p-red"}, double.key)
    assert stage.code(voice, "ResponseGiven", response(made(stage), "i1")) == "E_SELF_DEALING"


def moved(stage: Stage, party: str, to: str) -> Voice:
    """The representative of a party, who has left it and speaks for another one by now."""
    stage.says(root(party), "RepresentativeRevoked", {"appointment": f"ap-{party}", "reason": text("Cambio")})
    voice = stage.join(to, name="moved", person=f"p-{party}")
    return Voice({**voice.actor, "person": f"p-{party}"}, voice.key)


def test_r2_a_person_that_has_left_the_party_still_said_what_it_said() -> None:
    stage = accused()
    stage.contest("red", made(stage))
    entry, accusation = made(stage), made(stage, "AllegationMade")
    author, other = stage.copy(), stage.copy()
    voice = moved(author, "inai", "sfp")
    for type_name, body in (("EntryContested", contest_of(entry, "i2")), ("EntryAcknowledged", acknowledgement(entry))):
        assert author.code(voice, type_name, body) == "E_SELF_DEALING"
        author.copy().says("sfp", type_name, body)
    voice = moved(other, "red", "inai")
    for body in (response(entry, "i1"), response(accusation)):
        assert other.code(voice, "ResponseGiven", body) == "E_SELF_DEALING"
        other.copy().says("inai", "ResponseGiven", body)


def test_acknowledgements_are_those_of_each_party_that_it_concerns_once() -> None:
    stage = contested()
    entry = made(stage)
    stage.says("sfp", "EntryAcknowledged", acknowledgement(entry))
    stage.contest("sfp", entry, "i2")
    for party, body in (("nosc", {}), ("red", {"withdraws": ["i1"]}), ("sfp", {"withdraws": ["i2"]})):
        stage.says(party, "EntryAcknowledged", acknowledgement(entry, **body))
    assert [one.party for one in remarks(stage, entry).acknowledged] == ["sfp", "nosc"]


def test_of_an_entry_that_accuses_nobody_only_contests_are_answered() -> None:
    stage = contested()
    assert stage.code("inai", "ResponseGiven", response(made(stage))) == "E_POLICY"
    assert stage.code("inai", "ResponseGiven", response(made(stage), answers=[]), stream=WALK.stream) == "E_MALFORMED"


def test_an_accusation_is_answered_by_each_of_the_accused_and_by_nobody_else() -> None:
    stage = accused()
    said = made(stage, "AllegationMade")
    assert stage.code("nosc", "ResponseGiven", response(said)) == "E_ROLE"
    assert codes(stage.refused("red", "ResponseGiven", response(said))) == {"E_SELF_DEALING", "E_ROLE"}
    for party in ("inai", "sfp"):
        stage.says(party, "ResponseGiven", response(said))
    assert [one.mark.party for one in remarks(stage, said).responses] == ["inai", "sfp"]


def test_an_accusation_that_names_no_party_is_answered_by_any_other_and_acknowledged_by_none() -> None:
    stage = seated()
    said = stage.says("red", "AllegationMade", allegation())
    assert stage.code("sfp", "EntryAcknowledged", acknowledgement(said)) == "E_ROLE"
    assert stage.code("red", "ResponseGiven", response(said)) == "E_SELF_DEALING"
    stage.says("sfp", "ResponseGiven", response(said))


def test_what_accuses_is_a_type_or_one_to_come() -> None:
    assert {"AllegationMade", "ScopeReductionReported"} <= ACCUSING.keys()


def test_an_allegation_is_acknowledged_by_the_accused_alone() -> None:
    stage = accused()
    said = made(stage, "AllegationMade")
    refusal = stage.refused("nosc", "EntryAcknowledged", acknowledgement(said))
    assert (refusal.code, refusal.judged_against["concerned"]) == ("E_ROLE", ["inai", "sfp"])
    stage.says("sfp", "EntryAcknowledged", acknowledgement(said, remark=text("Así fue")))
    assert stage.code("sfp", "EntryAcknowledged", acknowledgement(said)) == "E_ALREADY_SIGNED"


def test_who_an_entry_concerns_acknowledges_it_and_an_outsider_does_not() -> None:
    stage = with_a_report()
    assert stage.code("red", "EntryAcknowledged", acknowledgement(made(stage))) == "E_ROLE"
    for party in ("nosc", "sfp"):  # one sits in the commitment's body, the other is responsible too
        stage.says(party, "EntryAcknowledged", acknowledgement(made(stage)))
    named = made(stage, "PartyRegistered")
    stage.says("red", "EntryAcknowledged", acknowledgement(named))  # its own registration, by another party


def test_an_identifier_that_an_entry_has_by_chance_concerns_nobody() -> None:
    stage = seated()
    proposed = stage.says("nosc", "CommitmentProposed", {"commitment": "red", **commitment_texts()})
    assert stage.code("red", "EntryAcknowledged", acknowledgement(proposed)) == "E_ROLE"


def commitment_texts() -> Body:
    return {"objective": text("red"), "problem": text("Problema"), "title": text("red")}


def test_r3_a_contest_is_withdrawn_by_its_party_and_stays() -> None:
    stage = contested()
    entry = made(stage)
    stage.contest("nosc", entry, "i2")
    withdrawing = acknowledgement(entry, withdraws=["i1"])
    assert stage.code("nosc", "EntryAcknowledged", withdrawing) == "E_ROLE"
    stage.says("red", "EntryAcknowledged", withdrawing)
    assert stage.code("red", "EntryAcknowledged", withdrawing) == "E_STATE"
    found = remarks(stage, entry)
    assert [one.withdrawn is not None for one in found.contests] == [True, False]
    assert found.acknowledged == ()  # the outsider withdraws; it is nobody that the report concerns


def test_r3_who_contests_acknowledges_by_withdrawing_all_its_contests() -> None:
    stage = with_a_report()
    entry = made(stage)
    stage.contest("nosc", entry, "i1")
    stage.contest("nosc", entry, "i2")
    assert stage.code("nosc", "EntryAcknowledged", acknowledgement(entry)) == "E_STATE"
    assert stage.code("nosc", "EntryAcknowledged", acknowledgement(entry, withdraws=["i1"])) == "E_STATE"
    stage.says("nosc", "EntryAcknowledged", acknowledgement(entry, withdraws=["i1", "i2"]))
    assert [one.party for one in remarks(stage, entry).acknowledged] == ["nosc"]
    stage.contest("nosc", entry, "i3")  # new grounds, at any later time


def test_a_former_editions_allegation_and_contest_are_answered_under_this_one() -> None:
    stage = seated(edition=2).adopted()
    alleged = stage.says("red", "ScopeReductionReported", reduction())
    reported = stage.says("inai", MADE, report("r1"))
    contest = stage.says("red", "ProgressContested", former_contest("r1"))
    for party in ("inai", "nosc", "sfp"):
        stage.says(root(party), LawEditionAdopted.__name__, {"edition": 3})
    assert stage.code("sfp", "ResponseGiven", response(contest)) == "E_ROLE"
    stage.says("inai", "ResponseGiven", response(contest))
    stage.says("sfp", "ResponseGiven", response(alleged))
    assert stage.code("red", "EntryContested", contest_of(contest)) == "E_SELF_DEALING"
    assert stage.code("nosc", "EntryContested", contest_of(contest)) == "E_POLICY"
    stage.contest("nosc", reported)


def test_a_contest_is_corrected_in_its_words_and_not_in_its_target() -> None:
    assert REGISTRY["EntryContested"].CORRECTABLE == ("evidence", "grounds")
    assert REGISTRY["ResponseGiven"].CORRECTABLE == ("evidence", "response")


def test_r1_a_remark_changes_its_own_aggregate_alone() -> None:
    stage = with_a_report()
    before = dict(stage.state.aggregates)
    stage.contest("red", made(stage), own_level="not_started")
    stage.says("inai", "ResponseGiven", response(made(stage), "i1"))
    stage.says("nosc", "EntryAcknowledged", acknowledgement(made(stage)))
    own = f"entry/{made(stage).leaf_hash}"
    assert {name: value for name, value in stage.state.aggregates.items() if name != own} == before
