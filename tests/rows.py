"""Rows of a table that one test tries: a test of its own costs more than such a row does, and is collected each time.

`each_row` is written as `pytest.mark.parametrize` is. All rows are tried, and a failure names every wrong one with what
was wrong about it; where none is wrong, but some were skipped, it says how many and why. For rows that begin with
nothing that another row may have changed: a test that is given a folder, a ledger or a patch of its own stays
parametrized.
"""

import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import pytest
from _pytest.mark import ParameterSet

Test = Callable[..., None]
MOST_LETTERS: Final = 300  # of a row that is shown


def each_row(names: str | Sequence[str], rows: Iterable[Any], ids: Any = None) -> Callable[[Test], Test]:
    """Have a test called with each row.

    Args:
        names: The parameters that a row fills: one name, names with commas between them, or a sequence of names.
        rows: The values; where there is more than one name, each row has as many. Also as `pytest.param` gives them.
        ids: What the rows are called: a name for each, or a function that names a value; the values themselves if none.

    Raises:
        ValueError: There is no row, so that nothing would be tried; or a row has a mark, which would mark nothing.
    """
    keys = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    is_one = isinstance(names, str) and len(keys) == 1
    table, named = _read(keys, rows, is_one=is_one)

    def decorate(test: Test) -> Test:
        @functools.wraps(test)
        def tried(*given: Any, **more: Any) -> None:
            wrong: list[BaseException] = []
            skipped: list[str] = []
            for number, row in enumerate(table):
                try:
                    test(*given, **more, **dict(zip(keys, row, strict=True)))
                except (KeyboardInterrupt, SystemExit, GeneratorExit):
                    raise
                except pytest.skip.Exception as error:
                    skipped.append(str(error))
                except BaseException as error:  # noqa: BLE001 - pytest's own outcomes are no Exception
                    error.add_note(f"row {number}: {named.get(number) or _name_of(row, number, ids)}"[:MOST_LETTERS])
                    wrong.append(error)
            if wrong:
                raise BaseExceptionGroup(f"{len(wrong)} of {len(table)} rows are wrong", wrong)
            if skipped:
                pytest.skip(f"{len(skipped)} of {len(table)} rows: {'; '.join(dict.fromkeys(skipped))}")

        whole = inspect.signature(test)
        left = [parameter for parameter in whole.parameters.values() if parameter.name not in keys]
        vars(tried)["__signature__"] = whole.replace(parameters=left)
        return tried

    return decorate


def _read(keys: Sequence[str], rows: Iterable[Any], *, is_one: bool) -> tuple[list[tuple[Any, ...]], dict[int, str]]:
    """Give the values of each row, and the names of those that have one."""
    table: list[tuple[Any, ...]] = []
    named: dict[int, str] = {}
    for number, row in enumerate(rows):
        if not isinstance(row, ParameterSet):
            table.append((row,) if is_one else tuple(row))
            continue
        if row.marks:
            raise ValueError(f"row {number} of {', '.join(keys)} has a mark")
        table.append(tuple(row.values))
        named |= {} if row.id is None else {number: str(row.id)}
    if not table:
        raise ValueError(f"no rows of {', '.join(keys)}")
    return table, named


def _name_of(row: Sequence[Any], number: int, ids: Any) -> str:
    if callable(ids):
        return "-".join(str(ids(value)) for value in row)
    return repr(row) if ids is None else str(list(ids)[number])
