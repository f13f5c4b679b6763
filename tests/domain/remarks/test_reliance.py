"""Who cited a document first decides on it: nobody hides what another one handed in by citing it too."""

from collections.abc import Callable

from tests.domain.commitments.test_duty import assignment
from tests.domain.participation.test_gathering import contributed, convened
from tests.domain.plans.test_assessment import assessing, watched
from tests.domain.remarks.test_cancellation import decided, officer, reported, requested
from tests.domain.stage import MEMBERS, Body, Stage, doc, evidence, sha256
from tests.rows import each_row

from constancia.domain.kernel.acts import Recorded
from constancia.domain.kernel.context import Context
from constancia.domain.remarks.reliance import first_citations, objects_in

WORK = sha256("obra")
RULE = "the party that cited a document first decides on it"


def at_work() -> Stage:
    stage = watched()
    for party in MEMBERS:
        stage.join(party, name=f"officer-{party}")
    consultation = convened(kind="consultation", window="2019-03/2019-05-10", about={"commitment": "c1"})
    stage.says("sfp", "GatheringConvened", consultation)
    return stage


def work(stage: Stage) -> Recorded:
    body = {"commitment": "c1", "deliverable": "e1", "document": doc("obra"), "version": 1}
    return stage.says("sfp", "DeliverableSubmitted", body)


def report(stage: Stage) -> Recorded:
    return stage.says("sfp", "ProgressReported", reported(report="r9", evidence=[evidence("obra")]))


def assessment(stage: Stage) -> Recorded:
    return stage.says("irm", "AssessmentPublished", assessing(report=doc("obra")))


def contribution(stage: Stage) -> Recorded:
    return stage.says("red", "ContributionReceived", contributed(sha256=WORK))


def source_of_a_duty(stage: Stage) -> Recorded:
    return stage.each("DutyAssigned", assignment(source=doc("obra")), ("inai", "nosc", "sfp"))


def own_report(stage: Stage) -> Recorded:
    return stage.says("inai", "ProgressReported", reported(evidence=[evidence("minuta"), evidence("obra")]))


def asked_for(stage: Stage, said: Recorded) -> Stage:
    """Somebody asks to cancel the document that an entry cites."""
    stage.says(officer("nosc"), "CancellationRequested", requested({"document": WORK, "entry": said.leaf_hash}))
    return stage


HIDING: Body = decided("blocked", WORK, until="2119-01-01")


@each_row("others", [work, report, assessment, contribution, source_of_a_duty])
def test_22_nobody_hides_what_another_party_cited_first(others: Callable[[Stage], Recorded]) -> None:
    stage = at_work()
    first = others(stage)
    refusal = asked_for(stage, own_report(stage)).refused(officer("inai"), "CancellationDecided", HIDING)
    assert (refusal.code, refusal.rule) == ("E_POLICY", RULE)
    assert (refusal.judged_against["entry"], refusal.judged_against["party"]) == (
        first.leaf_hash, first.statement["actor"]["party"],
    )  # fmt: skip
    stage.says(officer("inai"), "CancellationDecided", decided("denied", WORK, ground="not_competent"))


@each_row("others", [work, report, assessment, contribution, source_of_a_duty])
def test_22_who_cited_it_first_decides_whoever_cites_it_later(others: Callable[[Stage], Recorded]) -> None:
    stage = at_work()
    said = own_report(stage)
    others(stage)
    asked_for(stage, said).says(officer("inai"), "CancellationDecided", HIDING)
    assert stage.status("cancellation/x-1") == "blocked"


def test_22_who_was_forestalled_hands_the_file_in_with_another_digest() -> None:
    """Who knows a file beforehand can cite it first, and block it; saved once more it is a file that nobody knew."""
    stage = at_work()
    asked_for(stage, own_report(stage)).says(officer("inai"), "CancellationDecided", HIDING)
    again = sha256("obra, saved again")
    body = {"commitment": "c1", "deliverable": "e1", "document": doc("obra, saved again"), "version": 1}
    said = stage.says("sfp", "DeliverableSubmitted", body)
    report = stage.says("inai", "ProgressReported", reported(report="r3", evidence=[evidence("obra, saved again")]))
    for entry, name in ((report, "x-2"), (said, "x-3")):
        asking = requested({"document": again, "entry": entry.leaf_hash}, cancellation=name)
        stage.says(officer("nosc"), "CancellationRequested", asking)
        hiding = decided("blocked", again, cancellation=name, until="2119-01-01")
        assert stage.refused(officer("inai"), "CancellationDecided", hiding).code in ("E_POLICY", "E_ROLE")


def test_22_a_later_entry_of_who_cited_it_first_may_be_named() -> None:
    stage = at_work()
    work(stage)
    stage.says("inai", "ProgressReported", reported(evidence=[evidence("obra")]))
    asked_for(stage, report(stage)).says(officer("sfp"), "CancellationDecided", HIDING)
    assert stage.status("cancellation/x-1") == "blocked"


def test_first_citation_is_that_of_the_document_alone() -> None:
    stage = at_work()
    said = own_report(stage)
    work(stage)
    at = Context(state=stage.state, recorded=stage.entries[-1], lookup=stage.lookup)
    names = [sha256(name) for name in ("minuta", "obra", "nada")]
    assert first_citations(at, names) == {names[0]: said, names[1]: said}
    assert first_citations(at, names[:1]) == {names[0]: said}
    assert first_citations(Context(state=stage.state, recorded=said), names) == {}, "nothing is looked up"


def test_objects_are_found_at_any_depth() -> None:
    item = {"a": [{"b": 1}, [{"c": {}}]], "d": "text"}
    assert list(objects_in(item)) == [item, {"b": 1}, {"c": {}}, {}]
    assert list(objects_in("text")) == []
