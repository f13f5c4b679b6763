"""The mutants themselves: each is another program, and none is justified that is no mutant any more."""

import ast
from pathlib import Path
from types import CodeType
from typing import Any

from tests.mutants.__main__ import ROOT, justified, stages_of
from tests.mutants.mutate import mutants_of
from tests.mutants.record import Record
from tests.mutants.session import takes
from tests.rows import each_row

SOURCE = '''
"""Text that explains is left alone."""
LIMIT: int = 3

def take(given: int, *, all: bool = False) -> int | None:
    """So is this."""
    if given < LIMIT and not all:
        raise ValueError("too few"[:7])
    for one in range(given):
        if one == 2:
            continue
    log(given)
    return given + 1
'''
CHANGES = {
    "3  ->  4", "False  ->  True", "given < LIMIT and (not all)  ->  given < LIMIT or not all",
    "given < LIMIT  ->  given <= LIMIT", "not all  ->  all", "raise ValueError('too few'[:7])  ->  pass",
    "one == 2  ->  one != 2", "2  ->  3", "continue  ->  break", "log(given)  ->  pass",
    "return given + 1  ->  return None", "given + 1  ->  given - 1", "1  ->  2",
    "if given < LIMIT and (not all):  ->  if not (given < LIMIT and (not all)):",
}  # fmt: skip


def test_each_operator_constant_condition_and_return_is_changed_once(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(SOURCE, encoding="utf-8")
    made = list(mutants_of(tmp_path, "a.py"))
    assert {f"{one.before}  ->  {one.after}" for one in made} == CHANGES
    assert len(made) == len(CHANGES)
    programs = {ast.unparse(one.tree(tmp_path)) for one in made}
    assert len(programs) == len(made)
    assert ast.unparse(ast.parse(SOURCE)) not in programs
    assert {one.function for one in made} == {"", "take"}


def test_change_has_the_lines_that_a_test_must_reach_and_the_function_that_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(SOURCE, encoding="utf-8")
    places = {f"{one.before}  ->  {one.after}": one for one in mutants_of(tmp_path, "a.py")}
    assert places["given < LIMIT  ->  given <= LIMIT"].lines == {7}
    assert places["2  ->  3"].lines == {10}
    assert places["2  ->  3"].functions(tmp_path) == [("take", 5)]
    assert places["3  ->  4"].functions(tmp_path) == [], "a constant of the module"
    assert places["False  ->  True"].functions(tmp_path) == [], "a default"
    nested = "def make():\n    def rule(at, n=1):\n        return at > 0\n    return rule\n"
    (tmp_path / "b.py").write_text(nested, encoding="utf-8")
    places = {f"{one.before}  ->  {one.after}": one for one in mutants_of(tmp_path, "b.py")}
    assert places["at > 0  ->  at >= 0"].functions(tmp_path) == [("make", 1), ("rule", 2)]
    assert places["1  ->  2"].functions(tmp_path) == [("make", 1)]


def test_lambda_is_a_function_with_lines_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "def make():\n    return Rule(\n        lambda at: at > 0,\n        5,\n    )\n", "utf-8"
    )
    places = {f"{one.before}  ->  {one.after}": one for one in mutants_of(tmp_path, "a.py")}
    assert places["at > 0  ->  at >= 0"].functions(tmp_path) == [("make", 1), ("<lambda>", 3)]
    assert places["at > 0  ->  at >= 0"].lines == {3}
    assert places["5  ->  6"].functions(tmp_path) == [("make", 1)]
    assert places["5  ->  6"].lines == {2, 4, 5}, "who runs the lambda does not run what makes it"


def outer(limit: int, other: int) -> Any:
    def rule(at: int) -> bool:
        return at > limit

    return rule


@each_row(
    ("returned", "is_taken"),
    [("at >= limit", True), ("None", False), ("at > other", False), ("at > limit + other", False)],
)
def test_code_that_uses_other_variables_of_the_outer_function_is_tried_in_a_new_process(
    returned: str, *, is_taken: bool
) -> None:
    """In the place of the function's own it is refused, or compares with another value: no test says anything of it."""
    source = f"def outer(limit, other):\n    def rule(at):\n        return {returned}\n    return rule"
    (whole,) = (one for one in compile(source, "a.py", "exec").co_consts if isinstance(one, CodeType))
    (inner,) = (one for one in whole.co_consts if isinstance(one, CodeType))
    rule = outer(3, 4)
    assert takes(rule, inner) is is_taken
    if is_taken:
        rule.__code__ = inner
        assert (rule(2), rule(3)) == (False, True)


def test_run_goes_on_where_another_ended_first_with_what_was_never_tried(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def half(n):\n    return n // 2 + n * 2\n", encoding="utf-8")
    two, other_two, *others = sorted(mutants_of(tmp_path, "a.py"), key=lambda one: (one.before != "2", one.number))
    assert two.key == other_two.key
    record = Record(tmp_path / "tried")
    record.add(two, "killed")
    record.add(other_two, "survived")
    assert Record(tmp_path / "tried").waiting([two, other_two, *others]) == [*others, other_two]
    record.add(other_two, "timeout")
    assert Record(tmp_path / "tried").waiting([two, other_two, *others]) == others
    assert Record(None).waiting(others) == others


@each_row("path", ["verify/core/formats/merkle.py", "ledger/append/writer.py", "domain/values/values.py"])
def test_stages_of_a_module_are_there(path: str) -> None:
    assert all((ROOT / test).exists() for test in stages_of(path, ()))
    assert stages_of(path, ["tests/verify"])[-1] == "tests/verify"


def test_justified_mutants_are_mutants_and_have_reasons() -> None:
    left = justified()
    made = {mutant.key for path in {key[0] for key in left} for mutant in mutants_of(ROOT, path)}
    assert sorted(key for key in left if key not in made) == []
    assert all(len(reason) > 10 for reason in left.values())
