"""What is wrong with a command line, in the user's language: what happened, what was expected, what to do.

The library's own messages are English; here each of its kinds of error has its words.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

from constancia.api.cli.terminal import language, message

_EXTRA: Final = re.compile(r"Got unexpected extra argument\(?s?\)? \((.*)\)", re.DOTALL)
_NO_COMMAND: Final = re.compile(r"No such command '(.*?)'\.", re.DOTALL)


def usage_text(error: Any, arguments: Sequence[str]) -> str:
    """Give an error of the command line in words.

    Args:
        error: The library's error: `MissingParameter`, `NoSuchOption`, … with its context where it has one.
        arguments: The command line without the program's name.

    Returns:
        One or two sentences and the command that shows the help, in the user's language.
    """
    help_line = message("usage.help", verb=_verb(error, arguments))
    return f"{_words(error, arguments)}\n{help_line}"


def _words(error: Any, arguments: Sequence[str]) -> str:
    about_parameter = _BY_KIND.get(type(error).__name__)
    return about_parameter(error, arguments) if about_parameter else _of_text(error)


def _missing(error: Any, arguments: Sequence[str]) -> str:
    del arguments
    return message("usage.missing", name=_name(error.param), about=_about(error.param))


def _no_option(error: Any, arguments: Sequence[str]) -> str:
    del arguments
    near = ", ".join(sorted(error.possibilities or ()))
    return message("usage.option_near" if near else "usage.option", name=error.option_name, near=near)


def _option_alone(error: Any, arguments: Sequence[str]) -> str:
    del arguments
    takes_none = "does not take a value" in str(error.message)
    return message("usage.no_value" if takes_none else "usage.needs_value", name=error.option_name)


def _bad_value(error: Any, arguments: Sequence[str]) -> str:
    text = str(error.message)
    if error.param is None:
        hint = error.param_hint if isinstance(error.param_hint, str) else ", ".join(error.param_hint or ())
        return message("usage.value_said", name=hint, reason=text)
    expected, value = _expected(error.param, text), _value(error.param, arguments)
    return message("usage.value", name=_name(error.param), expected=expected, found=value)


_BY_KIND: Final[Mapping[str, Callable[[Any, Sequence[str]], str]]] = {
    "BadOptionUsage": _option_alone,
    "BadParameter": _bad_value,
    "MissingParameter": _missing,
    "NoSuchOption": _no_option,
}


def _of_text(error: Any) -> str:
    """Give the words of an error that the library tells apart by its text alone."""
    text = str(error.message)
    if match := _NO_COMMAND.search(text):
        near = ", ".join(get_close_matches(match.group(1), _commands(error), n=3))
        return message("usage.command_near" if near else "usage.command", name=match.group(1), near=near)
    if match := _EXTRA.search(text):
        return message("usage.extra", found=match.group(1))
    return message("usage.command_missing") if text == "Missing command." else message("usage.other", reason=text)


def _verb(error: Any, arguments: Sequence[str]) -> str:
    """Give the verb, as it is typed; the program alone where the error lies before it."""
    if getattr(error, "ctx", None) is not None:
        return str(error.ctx.command_path)
    words = [argument for argument in arguments if not argument.startswith("-")]
    return f"constancia {words[0]}" if words else "constancia"


def _commands(error: Any) -> list[str]:
    return list(getattr(error.ctx.command, "commands", ())) if error.ctx is not None else []


def _name(param: Any) -> str:
    """Give a parameter as it is typed: its longest option, or an argument's name in capitals."""
    if param is None:
        return "?"
    if param.param_type_name == "argument":
        return str(param.metavar or param.name).upper()
    return str(max(param.opts, key=len))


def _about(param: Any) -> str:
    """Give a parameter's help in the user's language: it has both, Spanish first."""
    spanish, _, english = str(getattr(param, "help", "") or "").partition(" / ")
    return (english or spanish) if language() == "en" else spanish


def _expected(param: Any, text: str) -> str:
    annotation = param.type_descriptor.annotation
    low, high = getattr(param, "min", None), getattr(param, "max", None)
    if annotation in (int, float):
        if low is not None and high is not None:
            return message("usage.number_between", low=low, high=high)
        return message("usage.number_from", low=low) if low is not None else message("usage.number")
    if "does not exist" in text:
        return message("usage.path")
    return _about(param) or text


def _value(param: Any, arguments: Sequence[str]) -> str:
    """Find what was typed for an option; a dash where that is unknown."""
    for at, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name in param.opts:
            return value if equals else next(iter(arguments[at + 1 : at + 2]), "—")
    return "—"
