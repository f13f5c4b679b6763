"""From a command's words to an act's body: who, about what, and the answers that are given, loaded or asked."""

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from constancia.api.cli.signatory.form_dialogue import InputEnd, Interview, is_terminal
from constancia.api.cli.source_options import plain_address
from constancia.api.cli.terminal import USAGE, fail, language, message, now, open_for_reading, read_json, say

if TYPE_CHECKING:
    from constancia.api.forms.fields import Form, Option
    from constancia.ledger.ledger import Ledger

About = Annotated[
    str | None,
    typer.Option(help="Sobre qué: d-4, rm, registro 113; sin él se pregunta. / About what; else it is asked."),
]
Answers = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="CAMPO=VALOR", help="Una respuesta, p. ej. choice=against. / An answer."),
]
Saved = Annotated[
    Path | None,
    typer.Option("--answers", help="Respuestas de una vez interrumpida. / Answers of an interrupted run."),
]
OBSTACLES: Final = ":obstacles"  # what blocks the act, next to the statement's members
_MOST_MISSING: Final = 12  # questions that a message names


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a command line says of the act.

    Attributes:
        source: The ledger.
        type: The act's type, or its short name; None where it is asked.
        or_type: Another type, for what the first one can't be about.
        about: What it is about: an id, a stream, an entry's number; None where it is asked.
        speaker: The appointment, or `root.<party>`; None where it is asked.
        answers: Answers given with `--set` and by short forms.
        texts: Texts given by short forms, by question: in the language of the messages.
        saved: A file with the answers of an interrupted interview.
        decides: Of a proposal: the type of the act that is put to the vote.
        occurred_on: EDTF; None for today.
    """

    source: str
    type: str | None
    or_type: str | None = None
    about: str | None = None
    speaker: str | None = None
    answers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    saved: Path | None = None
    decides: str | None = None
    occurred_on: str | None = None


def asked_act(request: Request) -> Mapping[str, Any]:
    """Give the members of an act's statement, asking a person for what is missing.

    Args:
        request: What the command line says.

    Returns:
        The members but `seen`, `signed_at` and `id`.

    Raises:
        Exit: Something is missing and nobody can be asked, or the interview was interrupted.
    """
    with contextlib.closing(open_for_reading(plain_address(request.source))) as ledger:
        return _Preparation(ledger, request).members()


class _Preparation:
    def __init__(self, ledger: "Ledger", request: Request) -> None:
        from constancia.api.forms.answers.act_body import Desk
        from constancia.api.forms.words import FormWords
        from constancia.domain.values.calendar import local_day
        from constancia.domain.values.languages import member_of

        self._ledger = ledger
        self._request = request
        self._state = ledger.state()
        self._day = local_day(now(), self._state.timezone)
        self._words = FormWords(language(), self._state.languages)
        other: FormWords = FormWords("en" if language() == "es" else "es", self._state.languages)
        self._answers = _loaded(request.saved) | {path: list(values) for path, values in request.answers.items()}
        # The ledger asks for its authentic languages: there the text is repeated.
        for lang in (*self._state.languages, language()):
            self._answers |= {f"{path}.{member_of(lang)}": [text] for path, text in request.texts.items()}
        if request.occurred_on:
            self._answers["occurred_on"] = [request.occurred_on]
        self._desk: Desk = Desk(state=self._state, today=self._day, find_entry=self._find_entry)
        self._interview = Interview(self._words, self._find_entry, self._answers, other)

    def members(self) -> Mapping[str, Any]:
        """Give the statement's members."""
        from constancia.api.forms.answers.act_body import prepare
        from constancia.api.forms.answers.filling import usual_answers
        from constancia.api.forms.builder import Builder, FormRequest
        from constancia.api.forms.obstacles import obstacles
        from constancia.domain.identity.genesis import LedgerState

        type_name = self._type()
        with self._losing_nothing(type_name):
            speaker = self._speaker(type_name)
            decides = self._decides(type_name)
            about = self._about(type_name, decides)
            genesis = self._state.aggregates.get("ledger")
            is_demo = isinstance(genesis, LedgerState) and genesis.opened.demonstration
            wanted = FormRequest(type=type_name, about=about, decides=decides, party=str(speaker.actor["party"]))
            form = Builder(self._state, is_demonstration=is_demo).form(wanted)
            for path, values in usual_answers(form, about, self._state).items():
                self._answers.setdefault(path, values)
            self._show_known(form)
            if is_terminal():
                self._interview.ask_all(form)
        prepared = prepare(form, self._answers, speaker.actor, self._desk)
        if prepared.change is not None:
            say(message("ask.change", kind=self._words.title(_word(prepared.change.kind))))
        if prepared.members is None:
            # Where nobody is asked, a person answers with --set, which takes the question's name.
            lines = "\n".join(
                f"  {self._words.fault(fault)}{'' if is_terminal() else f' (--set {fault.path}=…)'}"
                for fault in prepared.faults[:_MOST_MISSING]
            )
            say(message("ask.faults", type=self._words.act(type_name)), err=True)
            say(lines, err=True)
            if is_terminal():
                raise self._saved(type_name, USAGE)
            raise typer.Exit(USAGE)
        blocking = obstacles(prepared.members, self._state, self._day, self._ledger, language())
        return {**prepared.members, OBSTACLES: blocking}

    @contextlib.contextmanager
    def _losing_nothing(self, type_name: str) -> Iterator[None]:
        """Where a person interrupts, or the input ends, save the answers so far and say what was not written."""
        try:
            yield
        except (KeyboardInterrupt, InputEnd):
            if not self._answers:
                raise fail(message("ask.nothing_written"), 130) from None
            raise self._saved(type_name, 130) from None

    def _saved(self, type_name: str, code: int) -> typer.Exit:
        """Save the answers, say where, and give what ends the command."""
        from constancia.ledger.disk.durable import write_file

        path = Path(f"{type_name}.respuestas.json" if language() == "es" else f"{type_name}.answers.json")
        write_file(path, json.dumps(self._answers, ensure_ascii=False, indent=2).encode() + b"\n")
        return fail(message("ask.saved", path=path, type=type_name, source=self._request.source), code)

    def _type(self) -> str:
        from constancia.api.forms.fields import MessageId, Option
        from constancia.api.forms.purposes import groups, type_of

        if self._request.type is not None:
            type_name = type_of(self._request.type)
            if type_name is None:
                raise fail(message("ask.no_type", found=self._request.type), USAGE)
            return self._other_type(type_name, self._request.or_type)
        listed = groups(self._state.edition)
        options = [
            Option(value=name, title=MessageId(f"form.act_{name}"), group=MessageId(f"form.group_{group}"))
            for group, names in listed.items()
            for name in names
        ]
        with self._losing_nothing("acto"):
            return self._interview.choose(message("ask.type"), self._must_be_asked(options, message("ask.type")))

    def _other_type(self, type_name: str, other: str | None) -> str:
        """Give the other type where what is asked about is a thing of that type, and none of the first."""
        from constancia.api.forms.references import NotThere, about_of

        if other is None or self._request.about is None:
            return type_name
        for candidate in (type_name, other):
            with contextlib.suppress(NotThere):
                about_of(candidate, self._request.about, self._state, self._find_entry, carries=True)
                return candidate
        return type_name

    def _speaker(self, type_name: str) -> Any:
        from constancia.api.forms.fields import Option
        from constancia.api.forms.subjects import find_speaker, speakers

        given = self._request.speaker
        if given is not None:
            speaker = find_speaker(given, self._state)
            if speaker is None:
                near = find_speaker(given.casefold(), self._state)
                kind = "ask.no_speaker" if near is None else "ask.speaker_near"
                raise fail(message(kind, found=given, right=given.casefold()), USAGE)
            return speaker
        able = speakers(type_name, self._state, self._day)
        if not able:
            raise fail(message("ask.nobody", act=self._words.act(type_name)))
        options = [Option(value=item.value, title=item.title) for item in able]
        label = message("ask.speaker")
        value = self._interview.choose(label, self._must_be_asked(options, label))
        return find_speaker(value, self._state)

    def _decides(self, type_name: str) -> str:
        from constancia.api.forms.fields import MessageId, Option
        from constancia.api.forms.ledger_answers import decided_types

        if type_name != "DecisionProposed":
            return ""
        types = decided_types(self._state.edition)
        if self._request.decides is not None:
            if self._request.decides not in types:
                raise fail(message("ask.no_type", found=self._request.decides), USAGE)
            return self._request.decides
        options = [Option(value=name, title=MessageId(f"form.act_{name}")) for name in types]
        label = message("ask.decides")
        return self._interview.choose(label, self._must_be_asked(options, label))

    def _about(self, type_name: str, decides: str) -> str:
        from constancia.api.forms.references import NEW, NotThere, about_of, about_options

        wanted = decides or type_name
        try:
            if self._request.about is not None:
                return about_of(wanted, self._request.about, self._state, self._find_entry, carries=not decides)
        except NotThere as error:
            if not error.options:
                raise fail(message("ask.no_entry", found=error.asked), USAGE) from error
            shown = self._listed(error.options[:_MOST_MISSING]) or "—"
            raise fail(message("ask.no_subject", found=error.asked, options=shown), USAGE) from error
        options, is_needed = about_options(wanted, self._state, self._day, carries=not decides)
        if not is_needed:
            return self._interview.choose(message("ask.about"), [NEW, *options]) if options and is_terminal() else ""
        if not options:
            raise fail(message("ask.no_subjects", act=self._words.act(wanted)))
        label = message("ask.about")
        return self._interview.choose(label, self._must_be_asked(options, label))

    def _must_be_asked(self, options: "Sequence[Option]", label: str) -> "Sequence[Option]":
        """Give options, of which a person chooses; where nobody can be asked, say what is missing."""
        if len(options) > 1 and not is_terminal():
            raise fail(message("ask.not_asked", label=label, options=self._listed(options)), USAGE)
        return options

    def _listed(self, options: "Sequence[Option]") -> str:
        """Give options as they can be written: the value, and what it is called."""
        return "; ".join(f"{option.value.rpartition('/')[2]} ({self._words.title(option.title)})" for option in options)

    def _show_known(self, form: "Form") -> None:
        known = [f"{self._words.label(item)}: {item.known}" for item in form.fields if item.known is not None]
        if known:
            say(message("ask.known", known="; ".join(known)))

    def _find_entry(self, text: str) -> str | None:
        from constancia.api.forms.references import entry_named

        return entry_named(text, self._ledger.log)


def _word(kind: str) -> Any:
    from constancia.api.forms.fields import MessageId

    return MessageId(f"word.{kind}")


def _loaded(path: Path | None) -> dict[str, list[str]]:
    """Read the answers of an interrupted interview."""
    if path is None:
        return {}
    read = read_json(path)
    is_right = isinstance(read, dict) and all(
        isinstance(values, list) and all(isinstance(value, str) for value in values) for values in read.values()
    )
    if not is_right:
        raise fail(message("ask.not_answers", path=path), USAGE)
    return {str(name): list(values) for name, values in read.items()}


def answers_in(pairs: Sequence[str]) -> dict[str, list[str]]:
    """Read `--set` options: `path=value`; several of one path are several values.

    Raises:
        Exit: One has no `=`.
    """
    answers: dict[str, list[str]] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise fail(message("ask.pair", found=pair), USAGE)
        answers.setdefault(name.strip(), []).append(value)
    return answers
