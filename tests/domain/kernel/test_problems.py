"""A refusal says the rule, what it was judged against, and every other rule broken."""

from constancia.domain.kernel.problems import Problem, Refusal


def test_a_refusal_carries_what_the_problem_met_beside_the_state() -> None:
    problem = Problem(code="E_STATE", rule="no such move", found={"from": "drafted"})
    refusal = Refusal(problem, {"size": 7}, (("E_ROLE", "not yours"),))
    assert (refusal.code, refusal.rule) == ("E_STATE", "no such move")
    assert refusal.judged_against == {"size": 7, "from": "drafted"}
    assert refusal.also == (("E_ROLE", "not yours"),)
    assert str(refusal) == "E_STATE: no such move"


def test_the_state_given_is_not_changed() -> None:
    state = {"size": 7}
    Refusal(Problem(code="E_STATE", rule="r", found={"size": 8}), state)
    assert state == {"size": 7}
