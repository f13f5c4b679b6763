"""State machines walked pair by pair, through real entries: what a table allows moves there, all else is E_STATE."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from tests.domain.stage import Body, Stage, Voice

from constancia.domain.catalogue import MACHINES, REGISTRY
from constancia.domain.kernel.problems import Refusal

Said = tuple[Voice | str, str, Body]
Table = Mapping[str, Mapping[str, str]]


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
