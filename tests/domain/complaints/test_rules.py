"""Each rule of the acts on complaints, broken by itself."""

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.domain.complaints.test_complaint import admission, admitted, appeal, filed, filing, protected, resolution
from tests.domain.stage import Stage, Voice, rep, seated
from tests.domain.tables import Breaches, Refused, breaches, check_breaks_alone, check_has_every_rule, said
from tests.rows import each_row

from constancia.domain.complaints import deciding
from constancia.domain.complaints.deciding import ComplaintAdmitted, ComplaintResolved
from constancia.domain.complaints.filing import ComplaintFiled
from constancia.domain.kernel.rules import ActRule

admit = partial(said, "ComplaintAdmitted")
resolve = partial(said, "ComplaintResolved")


def file(stage: Callable[[], Stage], **changed: Any) -> Refused:
    return said("ComplaintFiled", stage, "nosc", filing(**changed))


def of_two(party: str) -> Voice:
    """A representative of `party` who is one of the accused's people as well."""
    return Voice({**rep(party, "both").actor, "person": "p-sfp"}, "rep-both")


def joined(party: str, stage: Callable[[], Stage] = seated) -> Callable[[], Stage]:
    def made() -> Stage:
        there = stage()
        there.join(party, name="both", person="p-sfp")
        return there

    return made


def with_friends() -> Stage:
    stage = seated()
    stage.outsider("otra")
    return stage.body("friends", ("otra", "red"))


def continued() -> Stage:
    stage = filed()
    stage.says("nosc", "ComplaintFiled", filing("q2", continues="q1"))
    return stage


def of_somebody_protected() -> Stage:
    stage = seated().on("2019-04-20")
    stage.says("nosc", "ComplaintFiled", protected(), occurred_on="2019-04")
    return stage


def after_the_term() -> Stage:
    return admitted().on("2019-06-01")


NEXT = filing("q2", continues="q1")
TABLE: Breaches = {
    ComplaintFiled: {
        ComplaintFiled._parties_registered: file(seated, against=["nobody"]),
        ComplaintFiled._not_against_itself: file(seated, against=["nosc"]),
        ComplaintFiled._not_taken_in_by_the_accused: said(
            "ComplaintFiled", joined("nosc"), of_two("nosc"), filing(pseudonym="Ana")
        ),
        ComplaintFiled._to_a_third: file(seated, addressed_to="sfp"),
        ComplaintFiled._no_day: said("ComplaintFiled", seated, "nosc", protected()),
        ComplaintFiled._subject_exists: file(seated, subject="commitment/none"),
        ComplaintFiled._body_exists: file(seated, governance_body="none"),
        ComplaintFiled._of_a_body_concerned: file(with_friends, governance_body="friends"),
        ComplaintFiled._former_exists: file(seated, continues="none"),
        ComplaintFiled._by_what_fits: said("ComplaintFiled", filed, "nosc", appeal()),
        ComplaintFiled._by_who_may: said("ComplaintFiled", filed, "red", NEXT),
        ComplaintFiled._continued_once: said("ComplaintFiled", continued, "nosc", NEXT | {"complaint": "q3"}),
        ComplaintFiled._stays_protected: said("ComplaintFiled", of_somebody_protected, "nosc", NEXT),
    },
    ComplaintAdmitted: {
        deciding._nobodys_own_cause: admit(joined("inai", filed), of_two("inai"), admission()),
        deciding._by_who_may_decide: admit(filed, "red", admission()),
        ComplaintAdmitted._due_by_the_rules: admit(filed, "inai", admission(due="2019-03-05")),
    },
    ComplaintResolved: {
        deciding._nobodys_own_cause: resolve(joined("inai", filed), of_two("inai"), resolution("dismissed")),
        deciding._by_who_may_decide: resolve(filed, "red", resolution("dismissed")),
        ComplaintResolved._withdrawn_by_its_filer: resolve(filed, "inai", resolution("withdrawn")),
        ComplaintResolved._dismissed_or_admitted: resolve(filed, "inai", resolution("upheld")),
        ComplaintResolved._both_sides_heard: resolve(admitted, "inai", resolution("upheld")),
        ComplaintResolved._remedies_exist: resolve(
            after_the_term, "inai", resolution("upheld", remedies=["commitment/none"])
        ),
        ComplaintResolved._remedies_fit: resolve(
            after_the_term, "inai", resolution("not_upheld", remedies=["governance/cc"])
        ),
    },
}


@each_row(("rule", "refused"), breaches(TABLE))
def test_each_rule_is_broken_alone(rule: ActRule[Any, Any], refused: Refused) -> None:
    check_breaks_alone(rule, refused)


def test_every_rule_is_in_the_table() -> None:
    check_has_every_rule(TABLE, "complaints")
