"""Corrections: beside what they answer; never of who, what, order, basis, levels or votes."""

from collections.abc import Iterator
from types import UnionType
from typing import Any, ClassVar, get_args, get_origin, get_type_hints

import pytest
from tests.domain.commitments.test_commitment import report
from tests.domain.stage import Body, Stage, commitment, doc, root, seated, text
from tests.domain.tables import Walk, codes
from tests.rows import each_row

from constancia.domain.catalogue import REGISTRY
from constancia.domain.remarks.correction import Correction, CorrectionRecorded, correctable, kind_of, value_at
from constancia.domain.values.editions import NEWEST
from constancia.domain.values.values import EdtfText, Label, Text, Value, digest


def stage_with_a_report() -> Stage:
    stage = seated().adopted()
    stage.says("inai", "ProgressReported", report("r1"))
    return stage


def target(stage: Stage, type_name: str = "ProgressReported") -> str:
    return next(one.leaf_hash for one in stage.entries if one.statement["type"] == type_name)


def correction(stage: Stage, **changed: Any) -> Body:
    return {
        "correction": "co-1",
        "field": "body.narrative.es",
        "kind": "clerical",
        "new_value": "Avances",
        "old_digest": digest("Avance"),
        "reason": text("Errata"),
        "target": target(stage),
    } | changed


def recorded() -> Stage:
    stage = stage_with_a_report()
    stage.says("inai", "CorrectionRecorded", correction(stage))
    return stage


WALK = Walk(
    kind="correction",
    stream="correction/co-1",
    table={"CorrectionRecorded": {"none": "recorded"}},
    reach={"none": stage_with_a_report, "recorded": recorded},
    acts={"CorrectionRecorded": lambda stage: ("inai", "CorrectionRecorded", correction(stage))},
)


@each_row(("state", "act"), WALK.pairs())
def test_every_pair_moves_as_the_table_says_or_is_refused(state: str, act: str) -> None:
    WALK.check(state, act)


def test_table_is_the_one_walked() -> None:
    WALK.check_is_the_code()


def test_21_the_target_stays_as_it_is_and_both_are_kept() -> None:
    stage = stage_with_a_report()
    before = stage.state.aggregates["commitment/c1"]
    stage.says("inai", "CorrectionRecorded", correction(stage))
    found = stage.find(Correction, "correction/co-1")
    entry = stage.lookup(target(stage))
    assert entry is not None
    assert (found.target_index, found.topics) == (entry.index, ("commitment/c1", f"entry/{entry.leaf_hash}"))
    assert stage.state.aggregates["commitment/c1"] is before
    assert (found.old_digest, found.new_value) == (digest("Avance"), "Avances")
    assert found.target_stream == "commitment/c1"


def test_21_a_date_is_corrected_and_the_old_one_stays_in_its_entry() -> None:
    stage = stage_with_a_report()
    body = correction(stage, field="occurred_on", new_value="2019-02-28", old_digest=digest("2019-03-01"))
    stage.says("inai", "CorrectionRecorded", body | {"kind": "factual"})
    entry = stage.lookup(target(stage))
    assert entry is not None
    assert entry.statement["occurred_on"] == "2019-03-01"


def test_a_party_corrects_its_own_statements_by_a_representative_or_its_root() -> None:
    stage = stage_with_a_report()
    assert stage.code("sfp", "CorrectionRecorded", correction(stage)) == "E_ROLE"
    assert stage.code(root("sfp"), "CorrectionRecorded", correction(stage)) == "E_ROLE"
    stage.says(root("inai"), "CorrectionRecorded", correction(stage))


def test_the_target_is_in_the_log_and_says_what_the_correction_says_it_says() -> None:
    stage = stage_with_a_report()
    assert stage.code("inai", "CorrectionRecorded", correction(stage, target="0" * 64)) == "E_NOT_FOUND"
    wrong = correction(stage, old_digest=digest("Otro"))
    assert stage.code("inai", "CorrectionRecorded", wrong) == "E_DIGEST_MISMATCH"


@each_row(
    "field",
    [
        "type", "stream", "id", "actor", "actor.party", "mode", "seen.size", "signed_at", "body", "body.level",
        "body.report", "body.commitment", "body.evidence.0.sha256", "body.nothing", "body.narrative",
        "body.narrative.es.more", "body.evidence.es", "occurred_on.more", "", ".", "body.", "body.__class__",
    ],
)  # fmt: skip
def test_21_identity_order_basis_and_levels_are_not_corrected(field: str) -> None:
    stage = stage_with_a_report()
    refusal = stage.refused("inai", "CorrectionRecorded", correction(stage, field=field or "-"))
    assert refusal.code == "E_CORRECTION_FORBIDDEN"


@each_row("field", ["body.reason.es", *(f"body.evidence.{place}.uri" for place in "17²")])
def test_a_field_that_the_target_has_not_is_not_corrected(field: str) -> None:
    stage = stage_with_a_report()
    assert stage.code("inai", "CorrectionRecorded", correction(stage, field=field)) == "E_CORRECTION_FORBIDDEN"


@each_row("field", ["occurred_on", "body.period"])
def test_a_corrected_date_is_a_date(field: str) -> None:
    stage = stage_with_a_report()
    old = value_at(stage.entries[-1].statement, field.split("."))
    body = correction(stage, field=field, new_value="ayer", old_digest=digest(old))
    assert stage.code("inai", "CorrectionRecorded", body) == "E_DATE"


def leaves(hint: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every member of a body down to what is no object, with its type."""
    if get_origin(hint) is UnionType or type(None) in get_args(hint):
        hint = next(one for one in get_args(hint) if one is not type(None))
    if get_origin(hint) is tuple:
        yield from leaves(get_args(hint)[0], (*path, "0"))
    elif get_origin(hint) is dict:
        yield from leaves(get_args(hint)[1], (*path, "name"))
    elif hint is Text:
        yield from (((*path, tag), str) for tag in ("es", "nah"))
    elif isinstance(hint, type) and issubclass(hint, Value):
        for name, member in get_type_hints(hint).items():
            if get_origin(member) is not ClassVar and name not in Value.__annotations__:
                yield from leaves(member, (*path, name))
    else:
        yield path, hint


@each_row("edition", range(1, NEWEST + 1))
def test_21_of_no_type_is_anything_corrected_but_free_text_and_dates(edition: int) -> None:
    """All of them are, within the members that the type lists: in a text, in each item of a list, absent or there."""
    wrong = []
    for type_name, act in REGISTRY.items():
        listed = correctable(act, edition)
        for path, kind in leaves(act, ("body",)):
            is_free = path[1] in listed and kind in (str, Label, EdtfText)
            if kind_of(type_name, list(path), edition) != (kind if is_free else None):
                wrong.append((type_name, path))
    assert wrong == []


# In the first edition also what names somebody, and what others agreed to.
FIRST_LISTED = {
    "AgreementDrafted": ("title",),
    "AgreementSigned": ("reservation",),
    "CommitmentProposed": ("objective", "problem", "title"),
    "DeliverableRevised": ("changes", "document"),
    "DeliverableSubmitted": ("document",),
    "GovernanceBodyEstablished": ("name",),
    "PartyNameRecorded": ("name", "used_in"),
    "PartyRegistered": ("acronym", "legal_name"),
    "RepresentativeAppointed": ("name", "post"),
    "ScopeChangeProposed": ("reasons",),
    "ScopeReductionReported": ("alleged_actor", "description", "evidence", "since"),
}


@each_row("type_name", sorted(REGISTRY))
def test_e3_the_first_edition_corrects_what_it_did(type_name: str) -> None:
    cls = REGISTRY[type_name]
    assert correctable(cls, 1) == FIRST_LISTED.get(type_name, cls.CORRECTABLE)
    assert [correctable(cls, edition) for edition in range(2, NEWEST + 1)] == [cls.CORRECTABLE] * (NEWEST - 1)


def test_21_what_others_agreed_to_is_not_corrected_by_one() -> None:
    stage = stage_with_a_report()
    body = correction(
        stage,
        field="body.mandate.es",
        old_digest=digest("Coordinar"),
        target=target(stage, "GovernanceBodyEstablished"),
    )
    assert stage.code("inai", "CorrectionRecorded", body) == "E_CORRECTION_FORBIDDEN"


def test_genesis_is_nobodys_to_correct() -> None:
    stage = stage_with_a_report()
    body = correction(stage, field="body.name.es", old_digest=digest("Libro"), target=stage.entries[0].leaf_hash)
    assert stage.code("inai", "CorrectionRecorded", body) == "E_ROLE"


def test_21_neither_the_title_nor_the_hash_of_what_was_handed_in_is_corrected() -> None:
    stage = stage_with_a_report()
    delivered = {"commitment": "c1", "deliverable": "e1", "document": doc("v1"), "version": 1}
    stage.says("inai", "DeliverableSubmitted", delivered)
    of = {"target": target(stage, "DeliverableSubmitted")}
    hashed = correction(stage, field="body.document.sha256", old_digest=digest(doc("v1")["sha256"]), **of)
    assert stage.code("inai", "CorrectionRecorded", hashed) == "E_CORRECTION_FORBIDDEN"
    titled = correction(stage, field="body.document.title.es", old_digest=digest("v1"), **of)
    assert stage.code("inai", "CorrectionRecorded", titled) == "E_CORRECTION_FORBIDDEN"


def test_refusal_names_both_what_is_forbidden_and_who_may_not() -> None:
    stage = stage_with_a_report()
    refusal = stage.refused("sfp", "CorrectionRecorded", correction(stage, field="body.level"))
    assert codes(refusal) == {"E_ROLE", "E_CORRECTION_FORBIDDEN"}


def test_a_proposal_that_was_said_stays_said() -> None:
    stage = stage_with_a_report()
    stage.says("nosc", "CommitmentProposed", commitment("c9"))
    assert kind_of("CommitmentProposed", ["body", "commitment"]) is None


@each_row(
    ("body", "is_hidden"),
    [
        ({"field": "occurred_on"}, True),
        ({"field": "body.new_value"}, True),
        ({"field": "body.text.es"}, False),
        ({}, False),
    ],
)
def test_a_refused_correction_that_may_say_the_day_of_a_complaint_is_published_nowhere(
    body: Body, *, is_hidden: bool
) -> None:
    assert CorrectionRecorded.is_confidential(body) is is_hidden


def test_case_51_a_correction_of_a_correction_is_shown_at_the_first_target() -> None:
    stage = stage_with_a_report()
    stage.says("inai", "CorrectionRecorded", correction(stage))
    first = stage.entries[-1]
    again = correction(stage, field="body.new_value", old_digest=digest("Avances"), new_value="Avances ciertos")
    stage.says("inai", "CorrectionRecorded", again | {"correction": "co-2", "target": first.leaf_hash})
    found = stage.find(Correction, "correction/co-2")
    assert (found.target, found.origin) == (first.leaf_hash, stage.find(Correction, "correction/co-1").target)
    assert found.concerns == ("correction/co-1", "commitment/c1")
    assert found.topics == (*found.concerns, f"entry/{found.target}", f"entry/{found.origin}")


@each_row("when", ["2999-01-01", "2019-03-20", "1999-01-01", "2019-02", "../2019"])
def test_case_52_a_corrected_day_is_one_that_the_entry_could_have_said(when: str) -> None:
    stage = stage_with_a_report()
    body = correction(stage, field="occurred_on", new_value=when, old_digest=digest("2019-03-01"))
    assert stage.on("2019-06-01").code("inai", "CorrectionRecorded", body | {"kind": "factual"}) == "E_DATE"


# The report is recorded on 1 March 2019. What a date of it may become, by the field and by how the report was said.
LIVE, OLD, PERIOD = ("occurred_on", "2019-03-01"), ("occurred_on", "2018-05"), ("body.period", "2019-03")
DAYS = {
    "2019-02-21": (False, True, True),
    "2019-02-22": (True, True, True),
    "2019-03-01": (True, True, True),
    "2019-03-02": (False, False, False),
    "2019-02": (False, True, True),
    "2019-02-28/2019-03-01": (False, True, True),
    "2019-02-28/2019-03-02": (False, False, False),
    "2019-03": (False, True, True),  # it has begun
    "2019-04": (False, False, False),
    "2019-02-28/..": (False, True, True),
    "../2019-03-01": (False, True, True),
    "../2019-03-02": (False, False, False),
}
CASES = [
    pytest.param(was, when, allowed, id=f"{was[0]}-{was[1]}-{when}")
    for when, row in DAYS.items()
    for was, allowed in zip((LIVE, OLD, PERIOD), row, strict=True)
]


def dated(was: tuple[str, str]) -> Stage:
    stage = seated().adopted()
    stage.says("inai", "ProgressReported", report("r1"), occurred_on=was[1] if was == OLD else "2019-03-01")
    return stage.on("2019-06-01")


def correcting(stage: Stage, was: tuple[str, str], when: str, again: int = 0) -> str:
    """The code for a date that is corrected, after so many corrections of it, each of the one before."""
    field, before, of = *was, target(stage)
    for number in range(again):
        body = {"correction": f"x-{number}", "field": field, "old_digest": digest(before), "target": of}
        of = stage.says("inai", "CorrectionRecorded", correction(stage, **body, new_value="2019-03-01")).leaf_hash
        field, before = "body.new_value", "2019-03-01"
    last = correction(stage, field=field, old_digest=digest(before), target=of, new_value=when)
    return stage.code_of("inai", "CorrectionRecorded", last)


@each_row("again", [0, 1, 2])
@each_row(("was", "when", "allowed"), CASES)
def test_case_52_a_date_stays_one_that_the_entry_could_have_said_however_often_it_is_corrected(
    was: tuple[str, str], when: str, allowed: bool, again: int
) -> None:
    assert correcting(dated(was), was, when, again) == ("" if allowed else "E_DATE")


@each_row("again", [0, 1, 2])
def test_case_52_an_impossible_date_is_refused_as_one(again: int) -> None:
    assert correcting(dated(LIVE), LIVE, "ayer", again) == "E_DATE"


def test_case_52_an_impossible_date_in_the_place_of_what_was_not_there_is_refused_for_that() -> None:
    assert correcting(dated(LIVE), ("occurred_on", "2019-02-27"), "ayer") == "E_DIGEST_MISMATCH"


def test_cases_54_to_56_names_of_signatories_and_what_others_agreed_to_are_not_corrected() -> None:
    listed = {name: cls.CORRECTABLE for name, cls in REGISTRY.items() if cls.CORRECTABLE}
    assert listed == {
        "ActionPlanSubmitted": ("changes",),
        "AssessmentPublished": ("period",),
        "AllegationMade": ("description", "evidence", "since"),
        "AgreementPartyWithdrew": ("reasons",),
        "ComplaintAdmitted": ("reasons",),
        "ComplaintFiled": ("text",),
        "ComplaintResolved": ("reasons",),
        "CorrectionRecorded": ("new_value", "reason"),
        "DeliverableContested": ("evidence", "grounds"),
        "DeliverableRejected": ("reasons",),
        "DeliverableRevised": ("changes",),
        "DissentRecorded": ("text",),
        "EntryAcknowledged": ("remark",),
        "EntryContested": ("evidence", "grounds"),
        "GatheringConvened": ("agenda", "open_to", "title"),
        "GatheringHeld": ("summary",),
        "MemberOrganizationJoined": ("since",),
        "MemberOrganizationLeft": ("reason", "until"),
        "MilestoneCompleted": ("evidence",),
        "PaperSignatureAttested": ("on", "post"),
        "PartyNameRecorded": ("used_in",),
        "PartyWithdrew": ("grounds",),
        "ProgressContested": ("evidence", "grounds"),
        "ProgressReported": ("evidence", "narrative", "period", "reason"),
        "RepresentativeRevoked": ("reason",),
        "ResponseGiven": ("evidence", "response"),
        "ScopeReductionReported": ("description", "evidence", "since"),
        "TranslationDiscrepancyRecorded": ("place",),
        "VoteCast": ("explanation",),
    }
