"""Questions on the terminal: a yes, a line, a choice, a passphrase that may be typed again.

- Q1: where standard input is no terminal nothing is asked: the command ends at once and names the option to use.
"""

import sys
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final

from constancia.api.cli.terminal import fail, message, say

YES: Final = frozenset({"s", "si", "sí", "y", "yes"})
NO: Final = frozenset({"", "n", "no"})
TRIES: Final = 3  # times that a person at a terminal is asked who answered something else


def is_terminal() -> bool:
    """Tell whether a person can answer."""
    return sys.stdin is not None and sys.stdin.isatty()


def agree(question: str, *, refused: str = "sign.not_signed") -> None:
    """Ask for a yes, in either language; a pipe that answers something else is no yes, and is not asked again.

    Args:
        question: What is asked.
        refused: Id of the message that says what was not done.

    Raises:
        Exit: Anything but yes.
    """
    is_asked = is_terminal()
    choices = message("sign.choices")
    for _ in range(TRIES if is_asked else 1):
        say(f"{question} {choices} ", nl=not is_asked)
        answer = _line().casefold() if sys.stdin is not None else ""
        if answer in YES:
            return
        if answer in NO:
            break
    raise fail(message(refused))


def ask(question: str, *, default: str | None = None, check: Callable[[str], str] | None = None) -> str:
    """Ask for a line until it is as it has to be.

    Args:
        question: What is asked.
        default: What Enter alone means; None where it means nothing, and is asked again.
        check: Gives the answer as it is kept; a `ValueError` says in words why it can't be.

    Raises:
        Exit: Nobody can answer, or the input has ended.
    """
    if not is_terminal():
        raise fail(message("prompt.no_terminal", question=question))
    while True:
        say(f"{question}{f' [{default}]' if default else ''}: ", nl=False)
        raw = sys.stdin.readline()
        if not raw:
            raise fail(message("prompt.ended"))
        answer = unicodedata.normalize("NFC", raw).strip() or default
        if answer is None:
            continue
        try:
            return answer if check is None else check(answer)
        except ValueError as error:
            say(str(error), err=True)


def choose(question: str, choices: Sequence[tuple[str, str]], *, default: str | None = None) -> str:
    """Ask for one of several things, by its number or its name.

    Args:
        question: What is asked.
        choices: Each with its name and its words.
        default: The name that Enter means.

    Returns:
        The chosen name.
    """
    for number, (_name, words) in enumerate(choices, 1):
        say(f"  {number}. {words}")

    def check(answer: str) -> str:
        for number, (name, words) in enumerate(choices, 1):
            if answer.casefold() in (str(number), name.casefold(), words.casefold()):
                return name
        raise ValueError(message("prompt.choose", count=len(choices)))

    shown = next((str(number) for number, (name, _words) in enumerate(choices, 1) if name == default), None)
    return ask(question, default=shown, check=check)


def _line() -> str:
    return unicodedata.normalize("NFC", sys.stdin.readline()).strip()
