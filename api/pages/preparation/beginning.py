"""The first page of an act that is prepared: which act is decided, who signs, about what; by name and title."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from constancia.api.forms.fields import MessageId, Option, Title
from constancia.api.forms.ledger_answers import decided_types
from constancia.api.forms.references import NEW, NotThere, about_of, about_options, entry_named
from constancia.api.forms.subjects import Speaker, find_speaker, speakers, title_of
from constancia.api.forms.view import ChoiceGroup, ChoiceView, ProblemLine
from constancia.api.forms.words import FormWords
from constancia.api.pages.frame.frame import Frame
from constancia.api.pages.news.chronicle import lines
from constancia.api.text.people import signer_words
from constancia.domain.catalogue import REGISTRY
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.remarks.remarked_entry import RemarkedEntry
from constancia.domain.values.calendar import local_day

_DECIDING: Final = "DecisionProposed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRequest:
    """What an address or a form says of the act that is wanted; empty where it is not said."""

    type: str
    who: str = ""
    about: str = ""
    decides: str = ""
    copied: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstQuestion:
    """A question of the first page: its name in the address, label, choices, and whether it is written."""

    name: str
    label: str
    hint: str = ""
    groups: tuple[ChoiceGroup, ...] = ()
    is_written: bool = False
    is_list: bool = False


class FirstStep:
    """An act of which it is asked who signs it, and about what.

    Args:
        frame: The page's frame.
        asked: What is known of it.
    """

    def __init__(self, frame: Frame, asked: ActRequest) -> None:
        self._frame = frame
        self.asked = asked
        self._state = frame.ledger.state()
        self.words = FormWords(frame.lang, self._state.languages)
        self.first_problems: list[ProblemLine] = []
        self._about: str | None = None

    @cached_property
    def today(self) -> date:
        """The day, in the ledger's zone."""
        return local_day(self._frame.ledger.clock.now(), self._state.timezone)

    @property
    def title(self) -> str:
        """What the act does."""
        return self.words.act(self.asked.type)

    @property
    def decided_title(self) -> str:
        """What the act does that is put to the vote; empty elsewhere."""
        return self.words.act(self.asked.decides) if self.asked.decides else ""

    @cached_property
    def speaker(self) -> Speaker | None:
        """Who will sign; None where that is not known yet."""
        return find_speaker(self.asked.who, self._state) if self.asked.who else None

    def signer_name(self, actor: Mapping[str, str]) -> str:
        """Give who will sign, with post, capacity and party."""
        return signer_words(actor, self._state, self._frame.lang)

    @cached_property
    def is_begun(self) -> bool:
        """Whether who signs, what is decided and what it is about are known, so that the act's questions can be asked.

        What was given and is wrong is in `first_problems`.
        """
        if self.asked.who and self.speaker is None:
            self._problem("who", "form.first_who", found=self.asked.who)
        if self.asked.type == _DECIDING and self.asked.decides not in decided_types(self._state.edition):
            return False
        is_known = self._know_about()
        return self.speaker is not None and is_known and not self.first_problems

    def _know_about(self) -> bool:
        """Find what the act is about; tell whether that is known, or need not be."""
        wanted = self.asked.decides or self.asked.type
        carries = not self.asked.decides
        options, is_needed = about_options(wanted, self._state, self.today, carries=carries)
        is_entry = REGISTRY[wanted].stream_kind == "entry"
        if not self.asked.about:
            # Something new may be begun; where there is something already, the first page asks.
            self._about = ""
            is_asked = bool(options) and not self.asked.who
            return not is_needed and not is_entry and not is_asked
        try:
            self._about = about_of(wanted, self.asked.about, self._state, self._find_entry, carries=carries)
        except NotThere as error:
            shown = ", ".join(self.words.title(option.title) for option in error.options[:8]) or "—"
            name = "form.first_entry" if is_entry else "form.first_about"
            self._problem("about", name, found=error.asked, options=shown)
            return False
        return True

    def _find_entry(self, text: str) -> str | None:
        return entry_named(text, self._frame.ledger.log)

    def _problem(self, target: str, msgid: str, **params: str) -> None:
        problem = ProblemLine(text=self._frame.source_say(msgid, **params), target=target)
        if problem not in self.first_problems:
            self.first_problems.append(problem)

    def first_questions(self) -> list[FirstQuestion]:
        """Give the questions of the first page."""
        asked = self.asked
        if asked.type == _DECIDING and not asked.decides:
            types = [
                Option(value=name, title=MessageId(f"form.act_{name}")) for name in decided_types(self._state.edition)
            ]
            return [self._question("decides", "form.first_decides_label", types, "")]
        able = speakers(asked.type, self._state, self.today)
        listed = [Option(value=speaker.value, title=speaker.title) for speaker in able]
        questions = [self._question("who", "form.first_who_label", listed, asked.who)]
        wanted = asked.decides or asked.type
        options, is_needed = about_options(wanted, self._state, self.today, carries=not asked.decides)
        if REGISTRY[wanted].stream_kind == "entry":
            questions.append(self._entry_question())
        elif is_needed or options:
            listed = options if is_needed else [NEW, *options]
            questions.append(self._question("about", "form.first_about_label", listed, asked.about))
        return questions

    def _entry_question(self) -> FirstQuestion:
        contested = [
            ChoiceView(value=str(entry.target_index), title=self._line(entry.target_index), chosen=False)
            for entry in self._state.of(RemarkedEntry)
            if any(contest.withdrawn is None for contest in entry.contests)
        ]
        return FirstQuestion(
            name="about",
            label=self._frame.source_say("form.field_target"),
            hint=self._frame.source_say("form.hint_entry"),
            groups=(ChoiceGroup(title="", choices=tuple(contested)),),
            is_written=True,
        )

    def _line(self, index: int) -> str:
        return lines(self._frame, [index])[0].sentence.striptags()

    def _question(self, name: str, label: str, options: Sequence[Option], chosen: str) -> FirstQuestion:
        groups: dict[str, list[ChoiceView]] = {}
        for option in options:
            group = self.words.title(option.group) if option.group else ""
            choice = ChoiceView(
                value=option.value,
                title=self.words.title(option.title),
                lang=self.words.foreign(option.title),
                chosen=(bool(chosen) and option.value in (chosen, self._about)) or len(options) == 1,
            )
            groups.setdefault(group, []).append(choice)
        listed = tuple(ChoiceGroup(title=title, choices=tuple(choices)) for title, choices in groups.items())
        return FirstQuestion(name=name, label=self._frame.source_say(label), groups=listed, is_list=len(options) > 8)

    @property
    def nobody_can(self) -> bool:
        """Whether nobody may say the act today."""
        return not speakers(self.asked.type, self._state, self.today)

    @property
    def nothing_there(self) -> bool:
        """Whether the act needs something that it is about, and there is nothing."""
        wanted = self.asked.decides or self.asked.type
        if self.asked.type == _DECIDING and not self.asked.decides:
            return False
        options, is_needed = about_options(wanted, self._state, self.today, carries=not self.asked.decides)
        return is_needed and not options

    @property
    def pending(self) -> list[tuple[int, str]]:
        """The same act as other parties have said it, and that waits for more: each entry, and its sentence."""
        listed = []
        for aggregate in self._state.aggregates.values():
            for concurrence in aggregate.concurring:
                if concurrence.type == self.asked.type and concurrence.marks:
                    index = concurrence.marks[-1].index
                    listed.append((index, self._line(index)))
        return listed

    @cached_property
    def about(self) -> str:
        """The stream that the act, or the act that is decided, is about; empty where it begins something."""
        return self._about or ""

    @property
    def about_title(self) -> str:
        """What it is about, by its title; for an entry its sentence."""
        kind, _, name = self.about.partition("/")
        if kind == "entry":
            index = self._frame.ledger.log.index_of(name)
            return f"{self._frame.source_say('page.entry_n', index=index)}: {self._line(index)}"
        aggregate = self._state.aggregates.get(self.about)
        title: Title = title_of(aggregate, self._state) if aggregate is not None else self._planned_title(name)
        return self.words.title(title)

    def _planned_title(self, name: str) -> Title:
        commitment, _, deliverable = name.partition(".")
        about = self._state.aggregates.get(f"commitment/{commitment}")
        scope = about.scope if isinstance(about, Commitment) else None
        item = scope.deliverable(deliverable) if scope else None
        return item.title.to_json() if item else name
