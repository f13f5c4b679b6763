"""Things are called by the titles that a state knows; what it does not know stays an identifier."""

from collections.abc import Callable, Mapping

from tests.domain.agreements.test_agreement import drafted
from tests.domain.commitments.test_commitment import proposal
from tests.domain.commitments.test_conditions import CONDITION, declaration, expecting
from tests.domain.commitments.test_duty import assigned
from tests.domain.commitments.test_duty import proposed as assignment_proposed
from tests.domain.complaints.test_complaint import filed, protected
from tests.domain.participation.test_gathering import called
from tests.domain.plans.test_plan import opened
from tests.domain.stage import Stage, deliverable, milestone, seated, small_scope, text
from tests.rows import each_row

from constancia.domain.naming import _FINDERS, NAMED_MEMBERS, name_of
from constancia.domain.state import State


def declared() -> Stage:
    stage = expecting()
    stage.each("ConditionDeclared", declaration())
    return stage


def hidden() -> Stage:
    stage = seated().on("2019-04-20")
    stage.says("nosc", "ComplaintFiled", protected(), occurred_on="2019-04")
    return stage


def rewritten() -> Stage:
    """Its milestone has another title in the second scope, which leaves the deliverable of the first one out."""
    stage = seated().adopted("c1", small_scope())
    scope = small_scope(
        deliverables=[deliverable("e2")], milestones=[milestone(title=text("Después")), milestone("m2")]
    )
    body = {
        "commitment": "c1", "decision": "d-2", "declared_kind": "reduction", "from_version": 1, "scope": scope,
    }  # fmt: skip
    stage.decided("d-2", {"body": body, "stream": "commitment/c1", "type": "ScopeChanged"})
    stage.says("sfp", "ScopeChanged", body)
    return stage


def suggested() -> Stage:
    """A scope with a further milestone, which nobody has adopted yet."""
    stage = seated().adopted("c1", small_scope())
    scope = small_scope(milestones=[milestone(title=text("Otro")), milestone("m2", title=text("Propuesto"))])
    stage.says("sfp", "ScopeChangeProposed", proposal(scope))
    return stage


Title = Mapping[str, str] | str | None


@each_row(
    ("made", "member", "value", "title", "stream"),
    [
        (expecting, "commitment", "c1", text("c1"), "commitment/c1"),
        (expecting, "continued_by", "c1", text("c1"), "commitment/c1"),
        (expecting, "milestone", "m2", text("m2"), "commitment/c1"),
        (expecting, "deliverable", "e1", text("e1"), "commitment/c1"),
        (expecting, "milestone", "e1", None, None),
        (expecting, "deliverable", "m1", None, None),
        (rewritten, "milestone", "m1", text("Después"), "commitment/c1"),
        (rewritten, "deliverable", "e1", text("e1"), "commitment/c1"),
        (suggested, "milestone", "m1", text("m1"), "commitment/c1"),
        (suggested, "milestone", "m2", text("Propuesto"), "commitment/c1"),
        (expecting, "decision", "d-c1", text("¿Se adopta?"), "decision/d-c1"),
        (expecting, "body", "cc", text("Comité"), None),
        (expecting, "governance_body", "cc", text("Comité"), None),
        (expecting, "appointment", "ap-nosc", "Persona nosc", "party/nosc"),
        (drafted, "agreement", "ag", text("T"), "agreement/ag"),
        (drafted, "terminates", "ag", text("T"), "agreement/ag"),
        (opened, "plan", "plan-4", text("Cuarto plan"), "plan/plan-4"),
        (called, "gathering", "g1", text("Foro"), None),
        (assigned, "duty", "o2", text("Ser el enlace"), None),
        (assignment_proposed, "duty", "o2", None, None),
        (filed, "complaint", "q1", text("No publicaron la minuta"), "complaint/q1"),
        (hidden, "complaint", "q1", {"en": "protected", "es": "protegida"}, "complaint/q1"),
        (declared, "condition", "fn2", CONDITION, None),
        (expecting, "condition", "fn2", None, None),
        (expecting, "party", "nosc", None, None),
    ],
)
def test_each_thing_is_called_by_its_title_with_the_stream_that_shows_it(
    made: Callable[[], Stage], member: str, value: str, title: Title, stream: str | None
) -> None:
    state = made().state
    named = name_of(member, value, {"commitment": "c1"}, state)
    assert (None if named is None else (named.title, named.stream)) == (None if title is None else (title, stream))
    assert (title is None) or member in NAMED_MEMBERS
    if member in ("milestone", "deliverable", "condition"):
        assert name_of(member, value, {}, state) is None


@each_row("member", [*sorted(_FINDERS), "milestone", "deliverable", "condition", "none-such"])
@each_row("value", ["unknown", 7, None, ["c1"]])
def test_what_the_state_does_not_know_has_no_name(member: str, value: object) -> None:
    assert name_of(member, value, {"commitment": "unknown"}, State()) is None
