"""A form in the terminal: question by question, with titles to choose from; an interruption loses no answer."""

import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from constancia.api.cli.terminal import fail, message, say

if TYPE_CHECKING:
    from constancia.api.forms.fields import Field, Form, Option
    from constancia.api.forms.words import FormWords

_YES: Final = frozenset({"s", "si", "y", "yes"})
_T = TypeVar("_T")


class InputEnd(Exception):
    """The input ended before everything was answered."""


def is_terminal() -> bool:
    """Tell whether a person can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


def read_line(prompt: str) -> str:
    """Read a line that a person writes.

    Raises:
        Ended: There is no more input.
    """
    say(prompt, nl=False)
    line = sys.stdin.readline()
    if not line:
        raise InputEnd
    return line.strip()


def folded(text: str) -> str:
    """Give a text without accents and in small letters, as people type it."""
    plain = unicodedata.normalize("NFD", text.casefold().strip())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


class Interview:
    """Asks a form's questions.

    Args:
        words: Labels, hints, titles.
        find_entry: Gives an entry's leaf hash.
        answers: Where answers go, by path; those already there are not asked again.
        line: Reads a line.
        also: The words of the other language, whose names of choices are understood too.
    """

    def __init__(
        self,
        words: "FormWords",
        find_entry: Callable[[str], str | None],
        answers: dict[str, list[str]],
        also: "FormWords",
        line: Callable[[str], str] = read_line,
    ) -> None:
        self._words = words
        self._also = also
        self._find_entry = find_entry
        self.answers = answers
        self._line = line

    def ask_all(self, form: "Form") -> None:
        """Ask what must be answered, then what of the rest somebody wants to answer."""
        self._ask_fields(form.fields, "")

    def choose(self, label: str, options: "Sequence[Option]") -> str:
        """Ask for one of several; answers may be numbers, titles or values.

        Args:
            label: What is asked.
            options: What there is.
        """
        if len(options) == 1:
            say(message("ask.only", label=label, title=self._words.title(options[0].title)))
            return options[0].value
        say(message("ask.choose", label=label))
        self._list(options)
        while True:
            answer = self._line("> ")
            value = self._option(options, answer)
            if value is not None:
                return value
            say(message("ask.no_option", found=answer, count=len(options)))

    def _ask_fields(self, fields: "Sequence[Field]", path: str) -> None:
        open_still = [item for item in fields if item.known is None]
        for item in (item for item in open_still if item.required):
            self.ask(item, f"{path}.{item.name}" if path else item.name)
        rest = [item for item in open_still if not item.required]
        rest = [item for item in rest if item.key or not self._has(f"{path}.{item.name}" if path else item.name)]
        if rest:
            names = "; ".join(f"{at} {self._words.label(item)}" for at, item in enumerate(rest, 1))
            for item in self._numbers(message("ask.optional", names=names), rest):
                self.ask(item, f"{path}.{item.name}" if path else item.name)

    def ask(self, item: "Field", path: str) -> None:
        """Ask one question, again and again until its answer is one; a group's and a list's are asked one by one."""
        from constancia.api.forms.fields import FieldKind

        if self._has(path) and item.kind not in (FieldKind.ACT, FieldKind.GROUP, FieldKind.LIST):
            return
        composed: Mapping[FieldKind, Callable[[Field, str], None]] = {
            FieldKind.ACT: self._group,
            FieldKind.CHOICE: self._choice,
            FieldKind.CHOICES: self._choices,
            FieldKind.DOCUMENT: self._document,
            FieldKind.GROUP: self._group,
            FieldKind.LIST: self._rows,
            FieldKind.RULES: self._rules,
            FieldKind.TEXT: self._text,
        }
        composed.get(item.kind, self._scalar)(item, path)

    def _has(self, path: str) -> bool:
        return any(name == path or name.startswith(f"{path}.") for name in self.answers)

    def _head(self, item: "Field") -> str:
        hint = self._words.hint(item, in_terminal=True)
        return message("ask.question", label=self._words.label(item)) + (f"\n  {hint}" if hint else "")

    def _until_right(self, item: "Field", path: str, ask: Callable[[], None]) -> None:
        from constancia.api.forms.answers.reading import faults_of

        while True:
            before = dict(self.answers)
            ask()
            faults = faults_of(item, path, self.answers, self._find_entry)
            if not faults:
                return
            for fault in faults:
                say(self._words.fault(fault))
            self.answers.clear()
            self.answers.update(before)

    def _scalar(self, item: "Field", path: str) -> None:
        from constancia.api.forms.fields import FieldKind

        say(self._head(item))

        def ask() -> None:
            answer = self._line("> ")
            if item.kind in (FieldKind.HASH, FieldKind.DIGEST) and answer and Path(answer).is_file():
                self._file(item, path, answer)
            else:
                self.answers[path] = [answer]

        self._until_right(item, path, ask)

    def _choice(self, item: "Field", path: str) -> None:
        if not item.options and not item.closed:
            self._scalar(item, path)
            return
        if not item.options:
            raise fail(message("ask.nothing", label=self._words.label(item)))
        if item.closed:
            self.answers[path] = [self.choose(self._words.label(item), item.options)]
            return
        say(message("ask.choose_or_write", label=self._words.label(item)))
        self._list(item.options)

        def ask() -> None:
            answer = self._line("> ")
            self.answers[path] = [self._option(item.options, answer) or answer]

        self._until_right(item, path, ask)

    def _choices(self, item: "Field", path: str) -> None:
        say(message("ask.choose_several", label=self._words.label(item)))
        self._list(item.options)
        picked = self._numbers("> ", list(item.options), asked=False)
        self.answers[path] = [option.value for option in picked]

    def _text(self, item: "Field", path: str) -> None:
        say(self._head(item))

        def ask() -> None:
            for tag in item.languages:
                answer = self._line(f"  {self._words.language(tag)}> ")
                if answer:
                    self.answers[f"{path}.{tag}"] = [answer]

        self._until_right(item, path, ask)

    def _document(self, item: "Field", path: str) -> None:
        say(self._head(item))

        def ask() -> None:
            answer = self._line("> ")
            if answer and Path(answer).is_file():
                self._file(item, path, answer)
            elif answer:
                say(message("ask.no_file", path=answer))

        self._until_right_part(item, path, ask)
        for inner in item.fields:
            if inner.name == "title":
                self.ask(inner, f"{path}.title")

    def _until_right_part(self, item: "Field", path: str, ask: Callable[[], None]) -> None:
        while f"{path}.sha256" not in self.answers:
            ask()
            if f"{path}.sha256" not in self.answers and not item.required:
                return

    def _file(self, item: "Field", path: str, name: str) -> None:
        from constancia.api.forms.answers.files import NAME, answers_of_file
        from constancia.api.forms.fields import FieldKind
        from constancia.verify.sources.files import MAX_DOCUMENT_BYTES, read_named

        data = read_named(Path(name), MAX_DOCUMENT_BYTES)
        made = answers_of_file(path, name, data, is_document=item.kind is FieldKind.DOCUMENT)
        made.pop(f"{path}{NAME}")
        if item.kind is FieldKind.DIGEST:
            made[path] = [f"sha256:{made[path][0]}"]
        self.answers.update(made)
        digest = next(value[0] for key, value in made.items() if key in (path, f"{path}.sha256"))
        say(message("ask.hash", name=name, digest=digest, size=len(data)))

    def _group(self, item: "Field", path: str) -> None:
        say(message("ask.group", label=self._words.label(item)))
        self._ask_fields(item.fields, path)

    def _rows(self, item: "Field", path: str) -> None:
        from constancia.api.forms.answers.reading import BEFORE

        there = sorted({int(name[len(path) + 1 :].partition(":")[0]) for name in self.answers
                        if name.startswith(f"{path}.") and name.endswith(BEFORE)})  # fmt: skip
        if there:
            self._rows_that_stay(item, path, there)
            return
        number = self._next_row(path)
        while self._agrees(message("ask.add", label=self._words.label(item), count=number)):
            row = f"{path}.{number}"
            if len(item.fields) == 1 and not item.fields[0].name:
                self.ask(item.fields[0], row)
            else:
                self._ask_fields(item.fields, row)
            number += 1

    def _rows_that_stay(self, item: "Field", path: str, there: Sequence[int]) -> None:
        """Ask which rows of a list do not stay, by their titles."""
        from constancia.api.forms.answers.reading import STAYS

        say(message("ask.drop", label=self._words.label(item)))
        for at, number in enumerate(there, 1):
            say(f"  {at}. {self.row_title(item, f'{path}.{number}')}")
        for number in self._numbers("> ", list(there), asked=False):
            self.answers.pop(f"{path}.{number}{STAYS}", None)

    def row_title(self, item: "Field", row: str) -> str:
        """Give what a row is called: its title or text in the reader's language, else its short name."""
        from constancia.verify.report.printable import printable

        for member in ("title", "text"):
            for lang in (self._words.lang, "es", "en"):
                if f"{row}.{member}.{lang}" in self.answers:
                    return printable(self.answers[f"{row}.{member}.{lang}"][0])
        return printable(next(iter(self.answers.get(f"{row}.{item.key}", [row]))))

    def _next_row(self, path: str) -> int:
        from constancia.api.text.numbers import plain_number

        numbers = [plain_number(name[len(path) + 1 :].partition(".")[0].partition(":")[0]) for name in self.answers
                   if name.startswith(f"{path}.")]  # fmt: skip
        return max((number for number in numbers if number is not None), default=-1) + 1

    def _rules(self, item: "Field", path: str) -> None:
        say(message("ask.rules", label=self._words.label(item)))
        number = self._next_row(path)
        while name := self._line(message("ask.rule_name")):
            self.answers[f"{path}.{number}.name"] = [name]
            self.answers[f"{path}.{number}.value"] = [self._line(message("ask.rule_value"))]
            number += 1

    def _list(self, options: "Sequence[Option]") -> None:
        group = ""
        for at, option in enumerate(options, 1):
            name = self._words.title(option.group) if option.group else ""
            if name and name != group:
                say(f"  {name}:")
            group = name
            say(f"  {at}. {self._words.title(option.title)}")

    def _option(self, options: "Sequence[Option]", answer: str) -> str | None:
        """Give the value that an answer means: a number of the list, a value, or a title in either language."""
        from constancia.api.text.numbers import plain_number

        wanted = folded(answer)
        if 1 <= (number := plain_number(answer) or 0) <= len(options):
            return options[number - 1].value
        for option in options:
            titles = {folded(words.title(option.title)) for words in (self._words, self._also)}
            if wanted and wanted in {folded(option.value), *titles}:
                return option.value
        return None

    def _numbers(self, prompt: str, listed: Sequence[_T], *, asked: bool = True) -> list[_T]:
        from constancia.api.text.numbers import plain_number

        if asked:
            say(prompt)
        while True:
            answer = self._line("> ")
            parts = [part for part in answer.replace(",", " ").split() if part]
            if all(1 <= (plain_number(part) or 0) <= len(listed) for part in parts):
                return [listed[int(part) - 1] for part in dict.fromkeys(parts)]
            say(message("ask.numbers", found=answer, count=len(listed)))

    def _agrees(self, question: str) -> bool:
        return folded(self._line(f"{question} {message('sign.choices')} ")) in _YES
