"""The standing of an entry, derived from what was said of it."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domain.commitments.test_commitment import C1, completed, found, report
from tests.domain.commitments.test_commitment import contest as former_contest
from tests.domain.remarks.test_allegation import allegation
from tests.domain.remarks.test_entry import accused, acknowledgement, contested, made, response, with_a_report
from tests.domain.stage import ORIGIN, Stage, key_id, root, seated

from constancia.domain.facts.derive import flags
from constancia.domain.kernel.acts import Recorded
from constancia.domain.remarks.entry_standing import (
    contested_entries,
    contested_level,
    contests_of,
    contests_within,
    responses_to,
    standing_of,
    verdicts_on,
)
from constancia.domain.state import replay
from constancia.domain.values.values import canonical

LATE = datetime(2030, 1, 1, tzinfo=UTC)


def standing(stage: Stage, entry: Recorded) -> str:
    return standing_of(stage.state, entry.leaf_hash)


def test_case_68_contested_ends_with_an_answer_and_begins_again_with_a_new_contest() -> None:
    stage = with_a_report()
    entry = made(stage)
    assert standing(stage, entry) == "asserted"
    stage.contest("red", entry)
    assert standing(stage, entry) == "contested"
    assert "contested" in flags(stage.state, found(stage), stage.now)
    stage.says("inai", "ResponseGiven", response(entry, "i1"))
    assert standing(stage, entry) == "answered"
    assert {"contested", "contest_settled"} & set(flags(stage.state, found(stage), stage.now)) == {"contest_settled"}
    stage.contest("nosc", entry, "i2")
    assert standing(stage, entry) == "contested"
    assert [one.is_open for one in contests_of(stage.state, entry.leaf_hash)] == [False, True]


def test_case_68_a_former_editions_contest_ends_with_its_answer_too() -> None:
    stage = seated(edition=2).adopted()
    entry = stage.says("inai", "ProgressReported", report("r1"))
    contest = stage.says("red", "ProgressContested", former_contest("r1", own_level="not_started"))
    assert standing(stage, entry) == "contested"
    for party in ("inai", "nosc", "sfp"):
        stage.says(root(party), "LawEditionAdopted", {"edition": 3})
    assert standing(stage, entry) == "contested"
    stage.says("inai", "ResponseGiven", response(contest))
    assert (standing(stage, entry), standing(stage, contest)) == ("answered", "answered")
    assert contested_level(stage.state, found(stage)) == "not_started"
    stage.contest("nosc", entry)
    assert [one.contest for one in contests_of(stage.state, entry.leaf_hash)] == [None, "i1"]
    assert standing(stage, entry) == "contested"


def test_case_36_a_contested_completion_shows_on_its_commitment() -> None:
    stage = seated().adopted().deliver("inai", "e1")
    done = stage.says("inai", "MilestoneCompleted", completed())
    stage.contest("red", done)
    assert "contested" in flags(stage.state, found(stage), stage.now)
    [(mark, contest)] = contests_within(stage.state, stage.find(type(found(stage)), C1))
    assert (mark.leaf_hash, contest.mark.party) == (done.leaf_hash, "red")
    assert found(stage).open_milestones == ()  # a contest undoes nothing


def test_27_a_contest_is_shown_after_its_answer_and_after_its_withdrawal() -> None:
    stage = contested()
    entry = made(stage)
    stage.says("inai", "ResponseGiven", response(entry, "i1"))
    stage.says("red", "EntryAcknowledged", acknowledgement(entry, withdraws=["i1"]))
    [contest] = contests_of(stage.state, entry.leaf_hash)
    assert (len(contest.answered), contest.withdrawn is not None) == (1, True)
    assert standing(stage, entry) == "asserted"
    assert "contest_settled" in flags(stage.state, found(stage), stage.now)


def test_a_withdrawn_level_counts_no_more_and_an_answered_one_does() -> None:
    stage = with_a_report()
    entry = made(stage)
    stage.contest("red", entry, "i1", own_level="not_started")
    stage.contest("nosc", entry, "i2", own_level="complete")
    stage.says("inai", "ResponseGiven", response(entry, "i1", "i2"))
    assert contested_level(stage.state, found(stage)) == "complete"
    stage.says("nosc", "EntryAcknowledged", acknowledgement(entry, withdraws=["i2"]))
    assert contested_level(stage.state, found(stage)) == "not_started"


def test_17_only_the_accused_change_what_an_allegation_stands_for() -> None:
    stage = accused()
    said = made(stage, "AllegationMade")
    assert standing(stage, said) == "asserted"
    stage.says("sfp", "ResponseGiven", response(said))
    assert standing(stage, said) == "answered"
    stage.says("inai", "EntryAcknowledged", acknowledgement(said))
    assert standing(stage, said) == "acknowledged"
    stage.contest("sfp", said)
    assert standing(stage, said) == "contested"
    stage.says("red", "ResponseGiven", response(said, "i1"))
    assert standing(stage, said) == "answered"
    assert [one.mark.party for one in responses_to(stage.state, said.leaf_hash)] == ["sfp", "red"]


def test_9_a_contested_allegation_marks_no_commitment() -> None:
    stage = seated().adopted()
    said = stage.says("red", "AllegationMade", allegation(commitment="c1"))
    stage.contest("nosc", said)
    assert "contested" not in flags(stage.state, found(stage), stage.now)


def test_a_verdict_on_a_suspect_signature_is_found_at_its_entry() -> None:
    stage = with_a_report()
    entry = made(stage)
    compromise = {"compromised_since": "2019-03-01", "key": key_id("rep-inai")}
    stage.says(root("inai"), "KeyCompromised", compromise)
    stage.join("inai", name="nueva")
    verdict = {"key": key_id("rep-inai"), "target": entry.leaf_hash, "verdict": "disowned"}
    stage.says(stage.join("inai", name="otra"), "SignatureReaffirmed", verdict)
    assert verdicts_on(stage.state, entry.leaf_hash) == {"inai": "disowned"}
    assert verdicts_on(stage.state, stage.entries[0].leaf_hash) == {}


def test_contested_entries_are_those_of_each_edition_once() -> None:
    stage = seated(edition=2).adopted()
    reported = stage.says("inai", "ProgressReported", report("r1"))
    stage.says("red", "ProgressContested", former_contest("r1"))
    assert list(contested_entries(stage.state)) == [reported.leaf_hash]
    stage.amend()
    for entry in (reported, made(stage, "CommitmentAdopted")):
        stage.contest("red", entry)
    stage.says("sfp", "EntryAcknowledged", acknowledgement(made(stage, "CommitmentProposed")))
    contested = [reported.leaf_hash, made(stage, "CommitmentAdopted").leaf_hash]
    assert list(contested_entries(stage.state)) == contested


MOVES = st.lists(st.sampled_from(["contest", "answer", "withdraw", "acknowledge"]), max_size=8)


@settings(deadline=None, max_examples=25)
@given(moves=MOVES)
def test_r5_the_standing_is_what_the_words_say_in_whatever_order(moves: list[str]) -> None:
    """Told by a book of open contests that knows nothing of the code."""
    stage = STAGE.again()
    entry = made(stage)
    upheld: list[str] = []
    answered: set[str] = set()
    acknowledged = False
    for number, move in enumerate(moves):
        name = f"i{number}"
        if move == "contest":
            stage.contest("red", entry, name)
            upheld.append(name)
        elif move == "answer" and upheld:
            stage.says("inai", "ResponseGiven", response(entry, upheld[-1]))
            answered.add(upheld[-1])
        elif move == "withdraw" and upheld:
            stage.says("red", "EntryAcknowledged", acknowledgement(entry, withdraws=sorted(upheld)))
            upheld = []
        elif move == "acknowledge" and not acknowledged:
            stage.says("nosc", "EntryAcknowledged", acknowledgement(entry))
            acknowledged = True
    expected = "acknowledged" if acknowledged else "asserted"
    if upheld:
        expected = "answered" if set(upheld) <= answered else "contested"
    assert standing(stage, entry) == expected
    again = replay(stage.entries, ORIGIN, stage.lookup)
    assert canonical(again.document()) == canonical(stage.state.document())


class _Again:
    """The same stage for each example: what an example says is taken back before the next one."""

    def __init__(self) -> None:
        self.stage: Stage | None = None
        self.size = 0

    def again(self) -> Stage:
        if self.stage is None:
            self.stage = with_a_report()
            self.size = len(self.stage.entries)
        while len(self.stage.entries) > self.size:
            self.stage.entries.pop()
            self.stage.state.undo(self.stage.undos.pop())
        return self.stage


STAGE = _Again()
