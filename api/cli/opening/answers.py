"""Answers to the questions of an opening: saved one by one, so that the same command goes on where it was.

- A1: an answer is on the disk before the next question is asked; nothing secret is ever an answer.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from constancia.api.cli.prompts import ask
from constancia.api.cli.terminal import MAX_JSON_BYTES, fail, message, say

NAME: Final = "answers.json"
_IDENTIFIER_CHARACTERS: Final = 40
MAX_LINE: Final = 500


class Answers:
    """The answers of one folder."""

    def __init__(self, folder: Path) -> None:
        """Read what was answered before; nothing in a new folder."""
        from constancia.verify.sources.files import read_named

        self.path = folder / NAME
        self._values: dict[str, Any] = {}
        if self.path.exists():
            try:
                self._values = dict(json.loads(read_named(self.path, MAX_JSON_BYTES)))
            except (ValueError, TypeError) as error:
                raise fail(message("json", path=self.path, reason=str(error))) from error

    def __contains__(self, name: str) -> bool:
        """Tell whether a question was answered."""
        return name in self._values

    def __getitem__(self, name: str) -> Any:
        """Give an answer."""
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        """Give the names of what was answered, in order."""
        return iter(self._values)

    def put(self, name: str, value: object) -> None:
        """Save an answer."""
        from constancia.ledger.disk.durable import write_file

        self._values[name] = value
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_file(self.path, json.dumps(self._values, ensure_ascii=False, indent=1).encode() + b"\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningQuestion:
    """A question: the name of its answer, the id of its words, what Enter means, and what an answer has to be."""

    name: str
    words: str
    default: Callable[[], str | None] = lambda: None
    check: Callable[[str], str] | None = None
    shown: Callable[[Any], str] = str
    language: str = ""  # in which the answer is, where the words name it

    @property
    def text(self) -> str:
        """The question in the user's language."""
        return message(self.words, language=self.language)

    def put_to(self, answers: Answers) -> None:
        """Ask, and save the answer."""
        answers.put(self.name, ask(self.text, default=self.default(), check=self.check or line))


class QuestionGroup(Protocol):
    """A question, or several of one matter."""

    @property
    def name(self) -> str:
        """The name of its answer."""
        ...

    @property
    def text(self) -> str:
        """The question in the user's language."""
        ...

    @property
    def shown(self) -> Callable[[Any], str]:
        """Makes an answer words."""
        ...

    def put_to(self, answers: Answers) -> None:
        """Ask, and save the answer."""
        ...


def ask_all(questions: Sequence[QuestionGroup], answers: Answers) -> None:
    """Ask what was not answered yet; say first what was."""
    answered = [question for question in questions if question.name in answers]
    if answered:
        say(message("opening.goes_on", count=len(answered)))
    for question in questions:
        if question.name not in answers:
            question.put_to(answers)


def review(questions: Sequence[QuestionGroup], answers: Answers) -> None:
    """Show all answers, and ask again those whose number is given, until Enter says that they are right."""
    while True:
        say("")
        for number, question in enumerate(questions, 1):
            say(f"  {number}. {question.text}: {question.shown(answers[question.name]) or '—'}")
        chosen = ask(message("opening.review"), default="", check=lambda answer: _number(answer, len(questions)))
        if not chosen:
            return
        questions[int(chosen) - 1].put_to(answers)


def _number(answer: str, most: int) -> str:
    if answer and not (answer.isascii() and answer.isdigit() and 1 <= int(answer) <= most):
        raise ValueError(message("prompt.choose", count=most))
    return answer


def line(answer: str) -> str:
    """Take a line of text as an answer."""
    if not 1 <= len(answer) <= MAX_LINE or any(not char.isprintable() for char in answer):
        raise ValueError(message("opening.line", most=MAX_LINE))
    return answer


def identifier_of(text: str) -> str:
    """Make an identifier of a name: small letters and digits without accents, joined by hyphens; empty where none is.

    Args:
        text: A name, such as an acronym.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_IDENTIFIER_CHARACTERS].strip("-")


def address(answer: str) -> str:
    """Take an http or https address as an answer."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(answer)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        fits = False
    if not fits or not answer.isascii() or any(char.isspace() for char in answer):
        raise ValueError(message("opening.address_form", found=answer))
    return answer.rstrip("/")
