"""What a form shows: every question with its words, its answers so far and what is wrong with them; no markup."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from constancia.api.forms.answers.files import NAME
from constancia.api.forms.answers.reading import BEFORE, OUT, STAYS, AnswerFault, Answers
from constancia.api.forms.fields import Field, FieldKind, Form, MessageId, Option
from constancia.api.forms.words import FormWords
from constancia.api.text.numbers import plain_number

OPENED: Final = ":opened"  # after a row that was there before: it is shown with its questions
ADDED: Final = ":rows"  # after a list: how many empty rows it shows
_FEW: Final = 6  # choices that are shown as buttons; more are a list to open


_RULE: Final = (
    Field(name="name", kind=FieldKind.LINE, required=True, owner="Rule"),
    Field(name="value", kind=FieldKind.LINE, required=True, owner="Rule"),
    Field(
        name="rule_source",
        kind=FieldKind.CHOICE,
        required=False,
        closed=True,
        owner="Rule",
        options=tuple(
            Option(value=name, title=MessageId(f"word.rule_{name}"))
            for name in ("adopted", "law", "product_default", "seed")
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceView:
    """A choice as it is shown."""

    value: str
    title: str
    chosen: bool
    lang: str = ""  # of its title, where that is not the page's


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceGroup:
    """Choices under a title; without one they are listed as they are."""

    title: str
    choices: tuple[ChoiceView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageText:
    """A text in one language."""

    path: str
    id: str
    language: str
    tag: str
    value: str
    required: bool
    fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """A row of a list. One that was there before is shown by its title, with a box that says that it stays."""

    path: str
    number: int
    title: str
    before: bool
    stays: bool
    opened: bool
    shown: tuple["QuestionView", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionView:
    """A question as it is shown."""

    path: str
    id: str
    kind: str
    label: str
    hint: str
    required: bool
    known: bool
    value: str
    fault: str
    groups: tuple[ChoiceGroup, ...] = ()
    is_list: bool = False  # choices in a list to open, not as buttons
    closed: bool = False
    texts: tuple[LanguageText, ...] = ()
    shown: tuple["QuestionView", ...] = ()
    rows: tuple[RowView, ...] = ()
    file_name: str = ""
    hidden: tuple[tuple[str, str], ...] = field(default=())

    @property
    def is_answered(self) -> bool:
        """Whether there is an answer or a fault within: then it is not folded away."""
        return bool(
            self.value
            or self.fault
            or self.rows
            or any(text.value or text.fault for text in self.texts)
            or any(choice.chosen for group in self.groups for choice in group.choices)
            or any(item.is_answered for item in self.shown)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemLine:
    """A line of the summary of what is wrong: the sentence, and the id of the question to go to."""

    text: str
    target: str


def id_of(path: str) -> str:
    """Give the id of a question in a page."""
    return "q-" + path.replace(".", "-").replace(":", "-")


class View:
    """Shows a form.

    Args:
        words: What is said.
        answers: What was answered.
        faults: What is wrong.
        extra: Languages besides the authentic ones in which texts may be written.
    """

    def __init__(
        self, words: FormWords, answers: Answers, faults: Iterable[AnswerFault] = (), extra: Sequence[str] = ()
    ) -> None:
        self._words = words
        self._answers = answers
        self._faults = list(faults)
        self._extra = extra
        self._by_path = {fault.path: words.fault(fault) for fault in reversed(self._faults)}

    def questions(self, form: Form) -> tuple[QuestionView, ...]:
        """Give all questions of a form."""
        return tuple(self._shown(item, item.name) for item in form.fields)

    def problems(self) -> list[ProblemLine]:
        """Give the summary of what is wrong, in the order of the questions."""
        return [ProblemLine(text=self._words.fault(fault), target=id_of(fault.path)) for fault in self._faults]

    def _value(self, path: str) -> str:
        return next((value for value in self._answers.get(path, ()) if value), "")

    def _shown(self, item: Field, path: str) -> QuestionView:
        return QuestionView(
            path=path,
            id=id_of(path),
            kind=item.kind.value,
            label=self._words.label(item),
            hint=self._words.hint(item),
            required=item.required and item.kind not in (FieldKind.LIST, FieldKind.CHOICES),
            known=item.known is not None,
            value=self._value(path) or item.known or "",
            fault=self._by_path.get(path, ""),
            groups=self._groups(item, path),
            is_list=len(item.options) > _FEW,
            closed=item.closed,
            texts=tuple(self._texts(item, path)) if item.kind is FieldKind.TEXT else (),
            shown=self._inner(item, path),
            rows=tuple(self._rows(item, path)) if item.kind in (FieldKind.LIST, FieldKind.RULES) else (),
            file_name=self._value(f"{path}{NAME}"),
            hidden=self._hidden(item, path),
        )

    def _inner(self, item: Field, path: str) -> tuple[QuestionView, ...]:
        if item.kind is FieldKind.DOCUMENT:
            asked = (inner for inner in item.fields if inner.name in ("title", "lang"))
        elif item.kind in (FieldKind.GROUP, FieldKind.ACT):
            asked = (inner for inner in item.fields)
        else:
            return ()
        return tuple(self._shown(inner, f"{path}.{inner.name}") for inner in asked)

    def _hidden(self, item: Field, path: str) -> tuple[tuple[str, str], ...]:
        """Give the answers that a file gave, which go along without being asked."""
        if item.kind is FieldKind.DOCUMENT:
            names = [f"{path}.sha256", f"{path}.size", f"{path}.media_type", f"{path}{NAME}"]
        elif item.kind in (FieldKind.HASH, FieldKind.DIGEST):
            names = [f"{path}{NAME}"]
        else:
            return ()
        return tuple((name, self._value(name)) for name in names if self._value(name))

    def _groups(self, item: Field, path: str) -> tuple[ChoiceGroup, ...]:
        chosen = list(self._answers.get(path, ()))
        options = item.options
        if item.kind is FieldKind.CHOICES:  # what was chosen before comes first, in its own order: some lists have one
            rank = {value: at for at, value in enumerate(chosen)}
            options = tuple(sorted(options, key=lambda option: rank.get(option.value, len(rank))))
        groups: dict[str, list[ChoiceView]] = {}
        for option in options:
            title = self._words.title(option.group) if option.group else ""
            choice = ChoiceView(
                value=option.value,
                title=self._words.title(option.title),
                lang=self._words.foreign(option.title),
                chosen=option.value in chosen or (not chosen and option.value == item.known),
            )
            groups.setdefault(title, []).append(choice)
        return tuple(ChoiceGroup(title=title, choices=tuple(choices)) for title, choices in groups.items())

    def _texts(self, item: Field, path: str) -> Iterable[LanguageText]:
        for tag in dict.fromkeys((*item.languages, *self._extra)):
            at = f"{path}.{tag}"
            yield LanguageText(
                path=at,
                id=id_of(at),
                language=self._words.language(tag),
                tag=tag,
                value=self._value(at),
                required=item.required and tag in item.languages,
                fault=self._by_path.get(at, ""),
            )

    def _rows(self, item: Field, path: str) -> Iterable[RowView]:
        numbers = row_numbers(path, self._answers)
        added = self._value(f"{path}{ADDED}")
        wanted = min(plain_number(added) or 0, 20)
        last = max(numbers, default=-1)
        for number in [*numbers, *range(last + 1, last + 1 + wanted)]:
            row = f"{path}.{number}"
            before = bool(self._value(f"{row}{BEFORE}"))
            opened = (
                not before or bool(self._value(f"{row}{OPENED}")) or any(at.startswith(row) for at in self._by_path)
            )
            yield RowView(
                path=row,
                number=number,
                title=self._row_title(item, row) if before else f"{self._words.label(item)} {number + 1}",
                before=before,
                stays=bool(self._value(f"{row}{STAYS}")),
                opened=opened,
                shown=self._row_questions(item, row) if opened else (),
            )

    def _row_questions(self, item: Field, row: str) -> tuple[QuestionView, ...]:
        if item.kind is FieldKind.RULES:
            return tuple(self._shown(inner, f"{row}.{inner.name}") for inner in _RULE)
        if len(item.fields) == 1 and not item.fields[0].name:
            inner = self._shown(item.fields[0], row)
            return (inner,)
        return tuple(self._shown(inner, f"{row}.{inner.name}") for inner in item.fields)

    def _row_title(self, item: Field, row: str) -> str:
        for member in ("title", "text"):
            for lang in (self._words.lang, "es", "en"):
                if words := self._value(f"{row}.{member}.{lang}"):
                    return words
        return self._value(f"{row}.{item.key}") or row


def row_numbers(path: str, answers: Answers) -> list[int]:
    """Give the numbers of the rows of a list that have an answer or were there before, in order."""
    prefix = f"{path}."
    heads = {
        name[len(prefix) :].partition(".")[0].partition(":")[0]
        for name, values in answers.items()
        if name.startswith(prefix) and any(map(str.strip, values)) and not name.endswith(OUT)
    }
    return sorted(number for head in heads if (number := plain_number(head)) is not None)


def completed(posted: Answers, usual: Answers) -> dict[str, list[str]]:
    """Give what was posted, with the answers of rows that were there before and were not opened.

    Args:
        posted: What came with the form.
        usual: What the form began with.
    """
    answers = {name: list(values) for name, values in posted.items()}
    closed = [
        name.removesuffix(BEFORE)
        for name in usual
        if name.endswith(BEFORE) and name in posted and f"{name.removesuffix(BEFORE)}{OPENED}" not in posted
    ]
    for row in closed:
        for name, values in usual.items():
            if name.startswith(f"{row}.") and name not in answers:
                answers[name] = list(values)
    return answers


def without(answers: Mapping[str, Sequence[str]], row: str) -> dict[str, list[str]]:
    """Give answers without those of a row."""
    return {
        name: list(values)
        for name, values in answers.items()
        if name != row and not name.startswith((f"{row}.", f"{row}:"))
    }
