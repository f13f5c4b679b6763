"""Filing a complaint: in one's own name or for somebody who is protected; continuing and appealing one."""

from typing import Any

from tests.domain.complaints.test_complaint import (
    DIGEST,
    Q,
    admission,
    appeal,
    complaint,
    dismissed,
    facts,
    filed,
    filing,
    protected,
    resolution,
    resolved,
)
from tests.domain.stage import seated, text
from tests.domain.tables import codes
from tests.rows import each_row

from constancia.domain.complaints.filing import ComplaintFiled
from constancia.domain.values.values import digest

# Protected.


def test_a_protected_complaint_is_a_digest_a_month_and_a_receipt() -> None:
    stage = seated().on("2019-04-20")
    stage.says("nosc", "ComplaintFiled", protected(), occurred_on="2019-04")
    taken = complaint(stage)
    assert (taken.digest, taken.text, taken.filer, taken.was_taken_in) == (DIGEST, None, "nosc", True)
    stage.says("inai", "ComplaintAdmitted", admission())


@each_row("when", ["2019-04-20", "2019-04-01/2019-04-20", "2019-04-01/..", "2019-03/2019-04-01"])
def test_a_protected_complaint_says_no_day(when: str) -> None:
    stage = seated().on("2019-04-20")
    assert "E_DATE" in codes(stage.refused("nosc", "ComplaintFiled", protected(), occurred_on=when))


# What may say of somebody who is protected, or has a pseudonym, what nobody is to read; also of a form that is refused.
CONFIDENTIAL: list[tuple[dict[str, Any], bool]] = [
    (filing(), False),
    (filing(protected=True), True),
    (filing(protected="no"), True),
    (filing(protected=0), True),
    ({}, True),
    (filing(digest=DIGEST), True),
    (filing(pseudonym="Ana"), True),
    (filing(continues="q0"), True),
    (protected(), True),
]


@each_row(("body", "confidential"), CONFIDENTIAL)
def test_a_refused_attempt_is_published_only_where_it_protects_nobody(
    body: dict[str, Any], *, confidential: bool
) -> None:
    assert ComplaintFiled.is_confidential(body) is confidential


def test_on_every_day_there_is_a_month_to_say() -> None:
    for day in ("2019-04-01", "2019-04-07", "2019-04-30"):
        stage = seated().on(day)
        stage.says("nosc", "ComplaintFiled", protected(), occurred_on="2019-03/2019-04")


@each_row("changed", [{"text": text("Nombre")}, {"pseudonym": "Ana"}, {"digest": None}])
def test_a_protected_complaint_shows_nothing_of_who_complains(changed: dict[str, Any]) -> None:
    body = {name: value for name, value in (protected() | changed).items() if value is not None}
    assert seated().code("nosc", "ComplaintFiled", body, stream=Q, occurred_on="2019-02") == "E_MALFORMED"


def test_the_accused_take_in_no_complaint_neither_do_their_people() -> None:
    stage = seated().on("2019-04-20")
    assert stage.code("sfp", "ComplaintFiled", protected(), occurred_on="2019-04") == "E_SELF_DEALING"
    both = stage.join("nosc", name="both", person="p-sfp")
    assert stage.code(both, "ComplaintFiled", protected(), occurred_on="2019-04") == "E_SELF_DEALING"
    assert stage.code(both, "ComplaintFiled", filing(pseudonym="Ana")) == "E_SELF_DEALING"
    stage.says(both, "ComplaintFiled", filing()), "in its own name a party may still complain"


def test_what_was_only_taken_in_is_not_withdrawn_by_who_took_it_in() -> None:
    stage = seated().on("2019-04-20")
    stage.says("nosc", "ComplaintFiled", protected(), occurred_on="2019-04")
    assert stage.code("nosc", "ComplaintResolved", resolution("withdrawn")) == "E_ROLE"


def test_another_party_may_take_in_the_continuation_of_a_protected_complaint_and_it_stays_protected() -> None:
    stage = seated().on("2019-04-20")
    stage.says("nosc", "ComplaintFiled", protected(), occurred_on="2019-04")
    onward = {"continues": "q1"}
    assert stage.code("red", "ComplaintFiled", filing("q2", **onward)) == "E_POLICY"
    stage.says("red", "ComplaintFiled", protected("q2", **onward), occurred_on="2019-04")


@each_row(("value", "allowed"), [("2019-03", True), ("2019-03-11", False)])
def test_no_correction_makes_the_month_a_day(value: str, *, allowed: bool) -> None:
    stage = seated().on("2019-04-20")
    entry = stage.says("nosc", "ComplaintFiled", protected(), occurred_on="2019-04")
    body = {
        "correction": "k1", "field": "occurred_on", "kind": "factual", "new_value": value,
        "old_digest": digest("2019-04"), "reason": text("Era antes"), "target": entry.leaf_hash,
    }  # fmt: skip
    if allowed:
        stage.says("nosc", "CorrectionRecorded", body)
        again = body | {
            "correction": "k2", "field": "body.new_value", "new_value": "2019-03-11",
            "old_digest": digest("2019-03"), "target": stage.entries[-1].leaf_hash,
        }  # fmt: skip
        assert stage.code("nosc", "CorrectionRecorded", again) == "E_CORRECTION_FORBIDDEN"
    else:
        assert stage.code("nosc", "CorrectionRecorded", body) == "E_CORRECTION_FORBIDDEN"


# What is said.


@each_row(
    ("changed", "code"),
    [
        ({"against": ["nosc"]}, "E_SELF_DEALING"),
        ({"against": ["nobody"]}, "E_NOT_FOUND"),
        ({"addressed_to": "nobody"}, "E_NOT_FOUND"),
        ({"subject": "commitment/none"}, "E_NOT_FOUND"),
        ({"continues": "none"}, "E_NOT_FOUND"),
        ({"governance_body": "none"}, "E_NOT_FOUND"),
        ({"against": []}, "E_MALFORMED"),
        ({"against": ["sfp", "inai"]}, "E_MALFORMED"),
        ({"kind": "appeal"}, "E_MALFORMED"),
        ({"text": None}, "E_MALFORMED"),
    ],
)
def test_what_can_not_be_filed(changed: dict[str, Any], code: str) -> None:
    body = {name: value for name, value in (filing() | changed).items() if value is not None}
    assert seated().code("nosc", "ComplaintFiled", body, stream=Q) == code


def test_a_concern_may_accuse_nobody_and_then_nobody_owes_an_answer() -> None:
    stage = filed(kind="concern", against=[])
    stage.says("inai", "ComplaintAdmitted", admission())
    assert not facts(stage, "ResponseRequired")
    stage.says("inai", "ComplaintResolved", resolution())


def test_a_complaint_of_before_the_ledger_is_history_and_its_term_runs_from_the_admission() -> None:
    stage = seated()
    stage.says("nosc", "ComplaintFiled", filing(), occurred_on="../2017-05")
    stage.says("inai", "ComplaintAdmitted", admission())
    (fact,) = facts(stage, "ResponseRequired")
    assert fact.params["due"] == "2019-03-31"


def test_deciding_is_not_history() -> None:
    refused = filed().code("inai", "ComplaintAdmitted", admission(), occurred_on="2018-01-01")
    assert refused == "E_DATE"


def test_who_is_accused_appeals_what_was_found_against_it_and_nothing_else() -> None:
    stage = resolved("upheld")
    stage.says("sfp", "ComplaintFiled", appeal(against=["inai"]))
    for other in (dismissed(), resolved("not_upheld"), resolved("settled")):
        assert other.code("sfp", "ComplaintFiled", appeal(against=["inai"])) == "E_ROLE"
    assert resolved("upheld").code("red", "ComplaintFiled", appeal()) == "E_ROLE"


def test_what_is_open_is_continued_and_what_is_decided_appealed() -> None:
    assert filed().code("nosc", "ComplaintFiled", appeal()) == "E_STATE"
    assert dismissed().code("nosc", "ComplaintFiled", filing("q2", continues="q1")) == "E_STATE"
    assert filed().code("red", "ComplaintFiled", filing("q2", continues="q1")) == "E_ROLE"


def test_a_party_continues_a_complaint_once() -> None:
    stage = filed()
    stage.says("nosc", "ComplaintFiled", filing("q2", continues="q1"))
    assert stage.code("nosc", "ComplaintFiled", filing("q3", continues="q1")) == "E_ALREADY_SIGNED"
    stage.says("nosc", "ComplaintFiled", filing("q3", continues="q2"))
