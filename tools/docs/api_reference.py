"""Write docs/API.md, the reference of `constancia.verify` and `constancia.ledger`, from their public names' docstrings.

    PYTHONPATH=.import python tools/docs/api_reference.py [--check]

With `--check` nothing is written; the exit code is 1 where the page is not what the docstrings give.
"""

import enum
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from constancia import ledger, verify

PAGE = Path(__file__).resolve().parents[2] / "docs" / "API.md"
HEAD = """\
# API of `constancia.verify` and `constancia.ledger`

Made by `make api-docs` from the docstrings; a test compares. These names are public: they keep their meaning within a
major version of the package. Everything else in `verify/` and `ledger/` may move. `examples/` has whole programs.

`constancia.ledger.open` verifies at the levels L1 to L4 and opens for reading; `constancia.verify` alone (L1 and L2)
needs nothing but `cryptography`.
"""
SECTIONS = ("Args", "Attributes", "Returns", "Raises", "Yields", "Source")


def public(module: ModuleType) -> Iterator[tuple[str, object]]:
    """Give each public name of a package with its object, functions first, then classes, then constants."""
    named = [(name, getattr(module, name)) for name in module.__all__]
    yield from (pair for pair in named if inspect.isfunction(pair[1]))
    yield from (pair for pair in named if inspect.isclass(pair[1]))
    yield from (pair for pair in named if not inspect.isfunction(pair[1]) and not inspect.isclass(pair[1]))


def signature(name: str, thing: object) -> str:
    """Give a call's form, an argument a line where it is long; of an enumeration its members."""
    if isinstance(thing, enum.EnumMeta):
        return "\n".join(f"{name}.{member.name} = {member.value}" for member in thing)  # type: ignore[var-annotated]
    if not callable(thing):
        return f"{name} = {thing!r}"
    if isinstance(thing, type) and "__init__" not in vars(thing) and issubclass(thing, Exception):
        return f"{name}(message)"  # a built-in exception's own form can't be asked for
    form = inspect.signature(thing)
    text = _short(str(form))
    if len(name + text) <= 100:
        return f"{name}{text}"
    arguments: list[str] = []
    for parameter in form.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in arguments:
            arguments.append("*")
        arguments.append(_short(str(parameter)))
    joined = ",\n    ".join(arguments)
    return f"{name}(\n    {joined},\n){text.rpartition(')')[2]}"


def _short(form: str) -> str:
    """Leave the modules of types out."""
    return re.sub(r"\b(?:[a-z_0-9]+\.)+(?=[A-Za-z])", "", form)


def prose(thing: object) -> str:
    """Turn a docstring of Google's form into Markdown."""
    lines: list[str] = []
    for line in (inspect.getdoc(thing) or "").splitlines():
        title = re.match(rf"({'|'.join(SECTIONS)}):$", line)
        item = re.match(r"    (\w+): (.*)$", line)
        if title:
            lines += [f"**{title[1]}**", ""]
        elif item:
            lines.append(f"- `{item[1]}`: {item[2]}")
        elif line.startswith("        "):
            lines.append("  " + line.strip())
        else:
            lines.append(line.strip())
    return "\n".join(lines).strip()


def members(thing: type) -> Iterator[str]:
    """List the methods and properties that a class itself has."""
    for name, value in vars(thing).items():
        described = inspect.isfunction(value) or isinstance(value, property)
        if described and not name.startswith("_") and value.__doc__:
            call = "" if isinstance(value, property) else "()"
            yield f"- `{name}{call}`: {value.__doc__.strip().splitlines()[0]}"


def reference() -> str:
    """Give the whole page."""
    parts = [HEAD]
    for module in (ledger, verify):
        parts.append(f"# `{module.__name__}`\n")
        parts += [part for name, thing in public(module) for part in _entry(name, thing)]
    return "\n".join(parts)


def _entry(name: str, thing: object) -> Iterator[str]:
    yield f"## `{name}`\n\n```python\n{signature(name, thing)}\n```\n"
    if inspect.isfunction(thing) or inspect.isclass(thing):
        yield prose(thing) + "\n"
    if inspect.isclass(thing) and (listed := list(members(thing))):
        yield "**Members**\n\n" + "\n".join(listed) + "\n"


def main() -> int:
    """Write the page, or compare it."""
    text = reference()
    if "--check" in sys.argv:
        return int(PAGE.read_text(encoding="utf-8") != text)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
