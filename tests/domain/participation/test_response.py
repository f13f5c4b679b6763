"""Reasoned responses: by those who were asked, about what came in, and never to oneself."""

from typing import Any

from tests.domain.participation.test_gathering import called, contributed, heard
from tests.domain.stage import Body, Stage, commitment, root, seated, text
from tests.domain.tables import Walk
from tests.rows import each_row

from constancia.domain.participation.response import ReasonedResponse


def theme(name: str = "t1", outcome: str = "included", **more: Any) -> Body:
    return {"outcome": outcome, "reasons": text("Procede"), "theme": name, "title": text("Control judicial")} | more


def answered(name: str = "r1", *themes: Body, **more: Any) -> Body:
    return {"response": name, "themes": list(themes or (theme(),))} | (more or {"gathering": "g1"})


def contributions() -> Stage:
    stage = heard()
    stage.says("red", "ContributionReceived", contributed())
    stage.says("red", "ContributionReceived", contributed("k2"))
    return stage.on("2019-05-20")


def published() -> Stage:
    stage = contributions()
    stage.says("sfp", "ReasonedResponsePublished", answered())
    return stage


WALK = Walk(
    kind="response",
    stream="response/r1",
    table={"ReasonedResponsePublished": {"none": "published"}},
    reach={"none": contributions, "published": published},
    acts={"ReasonedResponsePublished": lambda _: ("sfp", "ReasonedResponsePublished", answered())},
)


@each_row(("state", "act"), WALK.pairs())
def test_every_pair_moves_as_the_table_says_or_is_refused(state: str, act: str) -> None:
    WALK.check(state, act)


def test_table_is_the_one_walked() -> None:
    WALK.check_is_the_code()


def test_an_answer_says_theme_by_theme_what_became_of_it() -> None:
    stage = contributions()
    themes = [theme("t1", contributions=["k1"]), theme("t2", "partly", contributions=["k1", "k2"]),
              theme("t3", "not_included")]  # fmt: skip
    stage.says("nosc", "ReasonedResponsePublished", answered("r1", *themes))
    response = stage.find(ReasonedResponse, "response/r1")
    assert [(one.theme, one.outcome) for one in response.themes] == [
        ("t1", "included"), ("t2", "partly"), ("t3", "not_included"),
    ]  # fmt: skip
    assert response.concerns == ("gathering/g1",)


def test_an_outsider_does_not_answer() -> None:
    assert contributions().code("red", "ReasonedResponsePublished", answered()) == "E_ROLE"


def test_a_theme_names_what_came_in() -> None:
    stage = contributions()
    refusal = stage.refused("sfp", "ReasonedResponsePublished", answered("r1", theme(contributions=["k1", "k9"])))
    assert (refusal.code, refusal.judged_against["contribution"]) == ("E_NOT_FOUND", "k9")


@each_row("about", [{"gathering": "g9"}, {"commitment": "c9"}])
def test_what_is_answered_exists(about: Body) -> None:
    assert contributions().code("sfp", "ReasonedResponsePublished", answered(**about)) == "E_NOT_FOUND"


@each_row(
    "body",
    [
        answered(gathering="g1", commitment="c1"),
        {"response": "r1", "themes": [theme()]},
        answered() | {"themes": []},
        answered("r1", theme("t2"), theme("t1")),
        answered("r1", theme(outcome="perhaps")),
        answered("r1", theme(contributions=["k2", "k1"])),
    ],
)
def test_form(body: Body) -> None:
    refused = contributions().code("sfp", "ReasonedResponsePublished", body, stream="response/r1")
    assert refused == "E_MALFORMED"


def proposed() -> Stage:
    stage = seated()
    stage.says("red", "CommitmentProposed", commitment("c9") | {"governance_body": "cc"})
    return stage


def test_a_member_answers_a_proposal() -> None:
    stage = proposed()
    assert stage.code("red", "ReasonedResponsePublished", answered(commitment="c9")) == "E_SELF_DEALING"
    stage.says("sfp", "ReasonedResponsePublished", answered(commitment="c9"))
    assert stage.find(ReasonedResponse, "response/r1").concerns == ("commitment/c9",)


def test_an_outsider_answers_no_proposal() -> None:
    stage = seated()
    stage.says("sfp", "CommitmentProposed", commitment("c9"))
    assert stage.code("red", "ReasonedResponsePublished", answered(commitment="c9")) == "E_ROLE"


def test_who_proposed_does_not_answer_for_another_party_either() -> None:
    stage = proposed()
    both = stage.join("sfp", name="both", person="p-red")
    assert stage.code(both, "ReasonedResponsePublished", answered(commitment="c9")) == "E_SELF_DEALING"


def test_who_proposed_does_not_answer_when_its_appointment_has_ended() -> None:
    stage = proposed()
    stage.says(root("red"), "RepresentativeRevoked", {"appointment": "ap-red", "reason": text("Fin")})
    moved = stage.join("sfp", name="moved", person="p-red")
    assert stage.code(moved, "ReasonedResponsePublished", answered(commitment="c9")) == "E_SELF_DEALING"
    stage.says("sfp", "ReasonedResponsePublished", answered(commitment="c9"))


def test_who_sits_in_another_body_answers_nothing_that_was_proposed_to_this_one() -> None:
    """What was proposed in the first edition names no body: there any seat will do."""
    stage = proposed()
    stage.outsider("otra")
    stage.body("friends", ("otra", "sfp"))
    assert stage.code("otra", "ReasonedResponsePublished", answered(commitment="c9")) == "E_ROLE"
    stage = seated(edition=1)
    stage.says("red", "CommitmentProposed", commitment("c9"))
    stage.outsider("otra")
    stage.body("friends", ("inai", "otra")).amend()
    stage.says("otra", "ReasonedResponsePublished", answered(commitment="c9"))


def test_where_nothing_came_in_that_is_answered_too() -> None:
    heard().says("sfp", "ReasonedResponsePublished", answered())


@each_row(
    ("when", "themes"),
    [
        ("2019-04", [theme()]),
        ("2019-04", [theme(contributions=["k1", "k2"])]),
        ("2019-04-30", [theme(contributions=["k2"])]),
        ("2018", [theme("t1", contributions=["k1"]), theme("t2")]),
        ("../2018", [theme()]),
    ],
)
def test_no_answer_is_dated_before_what_it_answers(when: str, themes: list[Body]) -> None:
    stage = contributions()
    refusal = stage.refused("sfp", "ReasonedResponsePublished", answered("r1", *themes), occurred_on=when)
    assert (refusal.code, refusal.judged_against["came"], refusal.also) == ("E_DATE", "2019-05-02", ())


def test_what_came_in_on_an_unknown_day_came_first() -> None:
    """An answer to all of it is not older than the first; what may have come at any time bounds nothing."""
    stage = contributions()
    stage.says("red", "ContributionReceived", contributed("k3"), occurred_on="../2019-05-01")
    stage.says("sfp", "ReasonedResponsePublished", answered(), occurred_on="2019-04")


def test_an_answer_of_the_day_on_which_the_contribution_came_is_no_earlier() -> None:
    stage = contributions()
    stage.says("sfp", "ReasonedResponsePublished", answered(), occurred_on="2019-05-02")


def test_no_answer_to_a_proposal_is_dated_before_it() -> None:
    stage = proposed()
    refusal = stage.refused("sfp", "ReasonedResponsePublished", answered(commitment="c9"), occurred_on="2019-02-28")
    assert (refusal.code, refusal.judged_against["came"]) == ("E_DATE", "2019-03-01")
    stage.says("sfp", "ReasonedResponsePublished", answered(commitment="c9"))


def test_an_adopted_commitment_is_not_answered() -> None:
    assert called().code("sfp", "ReasonedResponsePublished", answered(commitment="c1")) == "E_STATE"
