"""Each rule of the acts on gatherings, contributions and answers, broken by itself."""

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.domain.participation.test_gathering import FORUM, called, contributed, convened, heard, held, over, promised
from tests.domain.participation.test_gathering import unconvened as reported
from tests.domain.participation.test_response import answered, contributions, proposed, theme
from tests.domain.stage import Body, Stage, Voice, commitment, doc, rep, seated, text
from tests.domain.tables import Breaches, Refused, breaches, check_breaks_alone, check_has_every_rule, said
from tests.rows import each_row

from constancia.domain.kernel.rules import ActRule
from constancia.domain.participation import gathering as gatherings
from constancia.domain.participation.contribution import ContributionReceived
from constancia.domain.participation.gathering import GatheringConvened, GatheringHeld
from constancia.domain.participation.response import ReasonedResponsePublished

call = partial(said, "GatheringConvened")
hold = partial(said, "GatheringHeld")
contribute = partial(said, "ContributionReceived")
answer = partial(said, "ReasonedResponsePublished")


def without(body: Body, name: str) -> Body:
    return {member: value for member, value in body.items() if member != name}


def on(day: str, stage: Callable[[], Stage], **changed: Any) -> Callable[[], Stage]:
    return lambda: stage(**changed).on(day)


def with_another_body() -> Stage:
    return promised().body("junta", ("red", "sfp"))


def called_by_another_body() -> Stage:
    """It calls a forum, and does not say that it is the one that was promised here."""
    stage = with_another_body()
    stage.says("red", "GatheringConvened", without(convened(governance_body="junta"), "about"))
    return stage.on("2019-03-26")


def heard_one() -> Stage:
    stage = heard()
    stage.says("red", "ContributionReceived", contributed())
    return stage


def proposed_by_a_member() -> Stage:
    stage = seated()
    stage.says("sfp", "CommitmentProposed", commitment("c9"))
    return stage


def proposed_by_who_speaks_for_a_member() -> Stage:
    stage = proposed()
    stage.join("sfp", name="both", person="p-red")
    return stage


BOTH = Voice({**rep("sfp", "both").actor, "person": "p-red"}, "rep-both")
DAY = "2019-03-26"
there = on(DAY, called)
open_call = on(DAY, called, about={"commitment": "c1"})
PUBLIC = without(contributed(document=doc()), "sha256")
TABLE: Breaches = {
    GatheringConvened: {
        gatherings._by_an_organizer: call(promised, "red", convened()),
        gatherings._is_there: call(promised, "sfp", convened(about={"commitment": "c1", "milestone": "m9"})),
        gatherings._of_its_body: call(with_another_body, "sfp", convened(governance_body="junta")),
        gatherings._is_an_event: call(promised, "sfp", convened(about=FORUM | {"deliverable": "e1"})),
        gatherings._same_matter: call(called, "sfp", convened(kind="workshop")),
        GatheringConvened._by_who_convened: call(called, "inai", convened(window="2019-04-09")),
        GatheringConvened._not_over: call(on("2019-03-27", promised), "sfp", convened()),
    },
    GatheringHeld: {
        gatherings._by_an_organizer: hold(there, "red", held()),
        gatherings._is_there: hold(open_call, "sfp", held(about={"commitment": "c1", "milestone": "m9"})),
        gatherings._of_its_body: hold(called_by_another_body, "sfp", held(about=FORUM)),
        gatherings._is_an_event: hold(open_call, "sfp", held(about=FORUM | {"deliverable": "e1"})),
        gatherings._same_matter: hold(there, "sfp", held(kind="workshop")),
        GatheringHeld._described: hold(seated, "sfp", without(reported(), "title"), occurred_on="2019-02"),
        GatheringHeld._convened_first: hold(seated, "sfp", reported("2019-03-01")),
        GatheringHeld._said_once: hold(on("2019-03-27", over), "sfp", held(), occurred_on="2019-03-26"),
        GatheringHeld._not_before_its_days: hold(called, "inai", held(window="2019-03-01")),
        GatheringHeld._same_title: hold(there, "sfp", held(title=text("Otro"))),
        GatheringHeld._is_past: hold(there, "sfp", held(window="2019-03-26/2019-03-28")),
        GatheringHeld._on_these_days: hold(on("2019-03-28", called), "sfp", held(), occurred_on="2019-03-27"),
    },
    ContributionReceived: {
        ContributionReceived._batch_by_an_organizer: contribute(heard, "red", contributed(count=2)),
        ContributionReceived._id_is_new: contribute(heard_one, "sfp", contributed()),
        ContributionReceived._hears_others: contribute(on(DAY, called, kind="meeting"), "red", contributed()),
        ContributionReceived._agreed: contribute(heard, "red", PUBLIC),
        ContributionReceived._has_begun: contribute(heard, "red", contributed(), occurred_on="2019-03"),
    },
    ReasonedResponsePublished: {
        ReasonedResponsePublished._is_there: answer(contributions, "sfp", answered(commitment="c9")),
        ReasonedResponsePublished._names_what_came_in: answer(
            contributions, "sfp", answered("r1", theme(contributions=["k9"]))
        ),
        ReasonedResponsePublished._by_an_organizer: answer(contributions, "red", answered()),
        ReasonedResponsePublished._by_a_member: answer(proposed_by_a_member, "red", answered(commitment="c9")),
        ReasonedResponsePublished._not_to_oneself: answer(
            proposed_by_who_speaks_for_a_member, BOTH, answered(commitment="c9")
        ),
        ReasonedResponsePublished._not_adopted: answer(called, "sfp", answered(commitment="c1")),
        ReasonedResponsePublished._not_before_it: answer(contributions, "sfp", answered(), occurred_on="2019-04"),
    },
}


@each_row(("rule", "refused"), breaches(TABLE))
def test_each_rule_is_broken_alone(rule: ActRule[Any, Any], refused: Refused) -> None:
    check_breaks_alone(rule, refused)


def test_every_rule_is_in_the_table() -> None:
    check_has_every_rule(TABLE, "participation")
