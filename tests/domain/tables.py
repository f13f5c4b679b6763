"""Tables of the law, tried through real entries.

State machines are walked pair by pair: what a table allows moves there, all else is E_STATE. Rules are broken one by
one: each is the only one that the refusal names.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from tests.domain.stage import Body, Stage, Voice

from constancia.domain.catalogue import MACHINES, REGISTRY
from constancia.domain.governance.basis import RECORDED_BY_A_MEMBER, decided_rules, signed_by_all
from constancia.domain.kernel.acts import Act
from constancia.domain.kernel.problems import Refusal
from constancia.domain.kernel.rules import ActRule
from constancia.domain.plans.contents import CommitmentCarriedIntoPlan

Said = tuple[Voice | str, str, Body]
Table = Mapping[str, Mapping[str, str]]
Refused = Callable[[], Refusal]
# How each rule of some acts is broken, and no other with it.
Breaches = Mapping[type[Act[Any]], Mapping[ActRule[Any, Any], Refused]]


@dataclass(frozen=True)
class Walk:
    """One kind of aggregate.

    `table` is written down here from the specification's tables, act → {state before: state after}; `reach` brings
    a stage to each state by real acts; `acts` says each act as legally as the state permits.
    """

    kind: str
    table: Table
    reach: Mapping[str, Callable[[], Stage]]
    acts: Mapping[str, Callable[[Stage], Said]]
    stream: str
    # Pairs whose refusal has a better word than E_STATE.
    words: Mapping[tuple[str, str], str] | None = None
    # Acts of the table that an earlier edition of the law ends with: another walk says them under it.
    ended: frozenset[str] = frozenset()

    def pairs(self) -> list[Any]:
        return [pytest.param(state, act, id=f"{state}-{act}") for state in self.reach for act in self.acts]

    def check(self, state: str, act: str) -> None:
        stage = self.reach[state]()
        assert stage.status(self.stream) == state
        who, type_name, body = self.acts[act](stage)
        after = self.table[act].get(state)
        if after is not None:
            stage.says(who, type_name, body)
            assert stage.status(self.stream) == after
            return
        refusal = stage.refused(who, type_name, body)
        assert refusal.code == self.word(state, act)
        assert refusal.judged_against["state"] == state

    def word(self, state: str, act: str) -> str:
        # What does not exist yet is missing rather than in the wrong state.
        return (self.words or {}).get((state, act)) or ("E_NOT_FOUND" if state == "none" else "E_STATE")

    def check_is_the_code(self) -> None:
        """The table in the code says the same, and the walk leaves nothing out."""
        machine = MACHINES[self.kind]
        assert {name: dict(row) for name, row in self.table.items()} == machine.rows
        assert self.ended == {name for name in machine.rows if REGISTRY[name.partition(".")[0]].UNTIL is not None}
        assert set(self.acts) | self.ended == set(machine.rows)
        states = {state for row in machine.rows.values() for pair in row.items() for state in pair}
        assert states <= set(self.reach)


def codes(refusal: Refusal) -> set[str]:
    """All codes of a refusal."""
    return {refusal.code, *(code for code, _rule in refusal.also)}


def words(refusal: Refusal) -> list[str]:
    """All rules of a refusal, in words; of what was put to the vote the rule of its own that it breaks."""
    return [str(refusal.judged_against.get("broken", refusal.rule)), *(rule for _code, rule in refusal.also)]


def said(type_name: str, stage: Callable[[], Stage], who: Voice | str, body: Body, **members: Any) -> Refused:
    """What a stage refuses that somebody says."""
    return lambda: stage().refused(who, type_name, body, **members)


def breaches(table: Breaches) -> list[Any]:
    """The table as parameters."""
    return [
        pytest.param(rule, refused, id=f"{act.__name__}-{rule.broken.__name__}")
        for act, rules in table.items()
        for rule, refused in rules.items()
    ]


def check_breaks_alone(rule: ActRule[Any, Any], refused: Refused, *others: str) -> None:
    """Where a rule is broken only together with others, nobody notices that it is left out.

    `others`: what is never met without another one's refusal, such as a seat in a body that is not there.
    """
    refusal = refused()
    assert rule.en in words(refusal)
    assert sorted([refusal.code, *(code for code, _rule in refusal.also)]) == sorted([rule.code, *others])


def check_has_every_rule(table: Breaches, room: str) -> None:
    """The table has each rule that a room's acts are judged by; seats and decisions have tables in `governance`."""
    elsewhere = {rule.en for rule in (*RECORDED_BY_A_MEMBER, *decided_rules(CommitmentCarriedIntoPlan.deciding_body))}
    elsewhere.add(signed_by_all.en)
    acts = [act for act in REGISTRY.values() if act.__module__.startswith(f"constancia.domain.{room}.")]
    asked = {act: {rule for rule in (*act.RULES, *act.CONTENT) if rule.en not in elsewhere} for act in acts}
    assert {act: set(rules) for act, rules in table.items()} == asked
