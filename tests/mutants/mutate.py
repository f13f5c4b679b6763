"""Small changes of a module's meaning: one operator, constant, condition, return or statement at a time."""

import ast
import copy
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

# Each operator with the one that a slip of the hand would make of it.
_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_BINARY: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
_SKIPPED = ("annotation", "returns", "decorator_list", "type_params")


_Steps = tuple[tuple[str, int | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A changed module.

    Attributes:
        path: The module's file, from the root of the project.
        line: Where it was changed.
        lines: Those of the statement that was changed; of one with a body, those before it.
        function: In which function or class, dotted; empty at the module's level.
        before: The changed expression or statement as it was.
        after: As it is in the mutant.
        steps: The way to it in the module's tree.
        other: What is put there.
        number: Of those that have all of file, function, before and after in common: the first is 0.
    """

    path: str
    line: int
    lines: Collection[int]
    function: str
    before: str
    after: str
    steps: _Steps
    other: ast.AST
    number: int

    def tree(self, root: Path) -> ast.Module:
        """Give the changed module."""
        tree = ast.parse((root / self.path).read_text(encoding="utf-8"))
        _replace(tree, self.steps, self.other)
        return ast.fix_missing_locations(tree)

    def functions(self, root: Path) -> list[tuple[str, int]]:
        """Give name and first line of each function in whose body the change is, the outermost first."""
        node: ast.AST = ast.parse((root / self.path).read_text(encoding="utf-8"))
        around: list[tuple[str, int]] = []
        for name, index in self.steps:
            if isinstance(node, _FUNCTIONS):
                if name != "body":
                    break
                first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
                around.append((getattr(node, "name", "<lambda>"), first))
            value = getattr(node, name)
            node = value if index is None else value[index]
        return around

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What names the mutant when lines have moved."""
        return self.path, self.function, self.before, self.after

    def __str__(self) -> str:
        return f"{self.path}:{self.line}  {self.function or 'module'}: {self.before}  ->  {self.after}"


def mutants_of(root: Path, path: str) -> Iterator[Mutant]:
    """Give all mutants of a module.

    Args:
        root: Folder of the project.
        path: The module's file, from there.

    Yields:
        One after the other in the order of the file.
    """
    tree = ast.parse((root / path).read_text(encoding="utf-8"))
    places = list(_places(tree, (), ""))
    alike: Counter[tuple[str, str, str]] = Counter()
    for steps, function in places:
        node = _at(tree, steps)
        for other in _changes(node):
            named = function, _text(node), _text(other)
            yield Mutant(
                path=path, line=getattr(node, "lineno", 0), lines=_lines(tree, steps), function=function,
                before=named[1], after=named[2], steps=steps, other=other, number=alike[named],
            )  # fmt: skip
            alike[named] += 1


def _places(node: ast.AST, steps: _Steps, function: str) -> Iterator[tuple[_Steps, str]]:
    """All nodes below one, each by the way to it; annotations, decorators and docstrings are no places."""
    for name, value in ast.iter_fields(node):
        if name in _SKIPPED:
            continue
        children = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        for index, child in children:
            if not isinstance(child, ast.AST) or _is_docstring(child):
                continue
            here = (*steps, (name, index))
            inside = f"{function}.{child.name}".strip(".") if isinstance(child, _NAMED) else function
            yield here, inside
            if isinstance(child, ast.Raise):
                continue  # left out as a whole; what an error says and shows is no meaning of the program's
            yield from _places(child, here, inside)


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _at(tree: ast.AST, steps: _Steps) -> ast.AST:
    for name, index in steps:
        value = getattr(tree, name)
        tree = value if index is None else value[index]
    return tree


def _replace(tree: ast.AST, steps: _Steps, other: ast.AST) -> None:
    parent = _at(tree, steps[:-1])
    name, index = steps[-1]
    if index is None:
        setattr(parent, name, other)
    else:
        getattr(parent, name)[index] = other


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in a node's place."""
    if isinstance(node, ast.Compare):
        yield from _compared(node)
    elif isinstance(node, ast.Constant):
        yield from _constants(node.value)
    elif isinstance(node, ast.expr):
        yield from _operators(node)
    elif isinstance(node, ast.stmt):
        yield from _statements(node)


def _operators(node: ast.expr) -> Iterator[ast.AST]:
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY and not _is_text(node):
        yield ast.BinOp(node.left, _BINARY[type(node.op)](), node.right)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.IfExp) and not isinstance(node.test, ast.Compare):
        yield _with_test(node)


def _statements(node: ast.stmt) -> Iterator[ast.AST]:
    if isinstance(node, ast.If | ast.While) and not isinstance(node.test, ast.Compare):
        yield _with_test(node)
    elif isinstance(node, ast.Return) and node.value is not None and not _is_false(node.value):
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Raise) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        yield ast.Pass()
    elif isinstance(node, ast.Continue):
        yield ast.Break()
    elif isinstance(node, ast.Break):
        yield ast.Continue()


def _compared(node: ast.Compare) -> Iterator[ast.AST]:
    for index, op in enumerate(node.ops):
        ops = list(node.ops)
        ops[index] = _COMPARE[type(op)]()
        yield ast.Compare(node.left, ops, node.comparators)
    for index, value in enumerate(node.comparators):
        if isinstance(value, ast.Constant) and isinstance(value.value, str | bytes):
            text = value.value
            others = list(node.comparators)
            others[index] = ast.Constant(text + b"?" if isinstance(text, bytes) else text + "?")
            yield ast.Compare(node.left, node.ops, others)


def _constants(value: object) -> Iterator[ast.AST]:
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)


def _with_test(node: ast.If | ast.While | ast.IfExp) -> ast.AST:
    other = copy.copy(node)
    other.test = ast.UnaryOp(ast.Not(), node.test)
    return other


def _is_false(node: ast.AST) -> bool:
    """Whether it is a constant that a condition takes for None."""
    return isinstance(node, ast.Constant) and not node.value


def _is_text(node: ast.BinOp) -> bool:
    """Whether it formats or joins text, where another operator gives a type error and tries nothing."""
    sides = (node.left, node.right)
    return any(isinstance(side, ast.JoinedStr | ast.Tuple | ast.List) for side in sides) or any(
        isinstance(side, ast.Constant) and isinstance(side.value, str | bytes) for side in sides
    )


def _lines(tree: ast.AST, steps: _Steps) -> Collection[int]:
    """The lines of the innermost statement or lambda on a way, without its body, or its other lambdas' where it can."""
    node, lines, inner = tree, range(0), set[int]()
    for name, index in steps:
        value = getattr(node, name)
        node = value if index is None else value[index]
        if isinstance(node, ast.stmt | ast.Lambda):
            body = getattr(node, "body", None)
            first = body[0].lineno if isinstance(body, list) else (node.end_lineno or node.lineno) + 1
            lines = range(node.lineno, first)
            inner = {line for each in _lambdas(node) for line in range(each.lineno, (each.end_lineno or 0) + 1)}
    return set(lines) - inner or lines


def _lambdas(node: ast.AST) -> Iterator[ast.Lambda]:
    return (each for each in ast.walk(node) if isinstance(each, ast.Lambda) and each is not node)


def _text(node: ast.AST) -> str:
    """A node's first line."""
    lines = ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).splitlines()
    return lines[0] if lines else ""
