"""One act being prepared on a page: what is known of it already, its questions, its answers, what the ledger says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from markupsafe import Markup

from constancia.api.forms.answers.act_body import Desk, FormResult, prepare, scope_change
from constancia.api.forms.answers.files import FILE, answers_of_file
from constancia.api.forms.answers.filling import answers_of, usual_answers
from constancia.api.forms.answers.reading import AnswerFault, read, walk
from constancia.api.forms.builder import Builder, FormRequest
from constancia.api.forms.fields import Field, FieldKind, Form
from constancia.api.forms.ledger_answers import is_carried
from constancia.api.forms.obstacles import obstacles, with_obstacles
from constancia.api.forms.view import ADDED, OPENED, completed, without
from constancia.api.http.request.form_body import FormBody
from constancia.api.pages.figures.scope import changes_of
from constancia.api.pages.frame.marked_text import marked_sentence
from constancia.api.pages.preparation.beginning import FirstStep
from constancia.api.pages.records.citations import cited_documents
from constancia.api.text.refusal_words import refusal_lines
from constancia.domain.catalogue import REGISTRY
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.scope import ScopeDiff
from constancia.domain.identity.genesis import LedgerState
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.sentences import sentence_of
from constancia.domain.values.calendar import format_instant
from constancia.ledger.clock import new_uuid
from constancia.ledger.dry_run import refusal_of
from constancia.ledger.errors import NotFound

_DECIDING: Final = "DecisionProposed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of answers: a statement's members, or what is wrong, in words."""

    answers: Mapping[str, Sequence[str]]
    members: Mapping[str, Any] | None = None
    faults: tuple[AnswerFault, ...] = ()
    refusal: tuple[str, ...] = ()
    change: ScopeDiff | None = None
    scope: Mapping[str, Any] | None = field(default=None)


class PreparedForm(FirstStep):
    """An act that is being prepared: its questions, its answers, what the ledger says."""

    @cached_property
    def form(self) -> Form:
        """The act's questions."""
        genesis = self._state.aggregates.get("ledger")
        is_demo = isinstance(genesis, LedgerState) and genesis.opened.demonstration
        party = str(self.speaker.actor["party"]) if self.speaker else ""
        wanted = FormRequest(type=self.asked.type, about=self.about, decides=self.asked.decides, party=party)
        return Builder(self._state, is_demonstration=is_demo).form(wanted)

    @property
    def asks_scope(self) -> bool:
        """Whether it changes a scope, so that the kind of change can be computed."""
        return self.asked.type == "ScopeChangeProposed" or self.asked.decides == "ScopeChanged"

    def usual(self) -> dict[str, list[str]]:
        """Give the answers that the form begins with."""
        if self.asked.copied is not None:
            return self._copied(self.asked.copied)
        return usual_answers(self.form, self.about, self._state)

    def _copied(self, index: int) -> dict[str, list[str]]:
        statement = self._frame.statement(index)
        if statement["type"] != self.asked.type:
            raise NotFound("that entry is of another kind of act")
        return answers_of(self.form.fields, statement["body"])

    def answered(self, body: FormBody) -> Outcome:
        """Take the answers of a form.

        Args:
            body: What was sent.
        """
        usual = usual_answers(self.form, self.about, self._state)
        answers = completed(body.fields | self._of_files(body), usual)
        desk = Desk(state=self._state, today=self.today, find_entry=self._find_entry)
        doing = (body.fields.get(":do") or ["prepare"])[0]
        if doing != "prepare":
            answers = self._rearranged(answers, doing, usual)
            change = scope_change(self.form, answers, desk)
            return Outcome(answers=answers, change=change, scope=self._scope(answers, desk))
        actor = self.speaker.actor if self.speaker else {}
        prepared = prepare(self.form, answers, actor, desk)
        if prepared.members is None:
            return self._outcome(answers, prepared, desk)
        refusal = self._refusal(prepared.members)
        if refusal:
            return Outcome(answers=answers, refusal=refusal, change=prepared.change, scope=self._scope(answers, desk))
        return Outcome(answers=answers, members={**prepared.members, "id": new_uuid()}, change=prepared.change)

    def _outcome(self, answers: Mapping[str, Sequence[str]], prepared: FormResult, desk: Desk) -> Outcome:
        return Outcome(
            answers=answers, faults=prepared.faults, change=prepared.change, scope=self._scope(answers, desk)
        )

    def _of_files(self, body: FormBody) -> dict[str, list[str]]:
        """Give the answers that files stand for; a later file takes the place of an earlier one."""
        kinds = dict(walk(self.form.fields))
        answers: dict[str, list[str]] = {}
        for name, (file_name, data) in body.files.items():
            if not name.endswith(FILE):
                continue
            path = name.removesuffix(FILE)
            item = kinds.get(".".join("*" if part.isdecimal() else part for part in path.split(".")))
            is_document = item is not None and item.kind is FieldKind.DOCUMENT
            made = answers_of_file(path, file_name, data, is_document=is_document)
            if item is not None and item.kind is FieldKind.DIGEST:
                made[path] = [f"sha256:{made[path][0]}"]
            answers |= made
        return answers

    @staticmethod
    def _rearranged(
        answers: dict[str, list[str]], doing: str, usual: Mapping[str, Sequence[str]]
    ) -> dict[str, list[str]]:
        """Show one more row of a list, open one that was there, or take one out."""
        verb, _, path = doing.partition("=")
        if verb == "add":
            return {**answers, f"{path}{ADDED}": ["1"]}
        if verb == "open":
            before = {name: list(values) for name, values in usual.items() if name.startswith(f"{path}.")}
            return {**before, **answers, f"{path}{OPENED}": ["1"]}
        return without(answers, path) if verb == "drop" else answers

    def _refusal(self, members: Mapping[str, Any]) -> tuple[str, ...]:
        """Give what the ledger would answer now, in words; nothing where it would take the act in."""
        ledger = self._frame.ledger
        size = ledger.size
        statement = {
            **members,
            "id": new_uuid(),
            "seen": {"root": ledger.log.root(size).hex(), "size": size},
            "signed_at": format_instant(ledger.clock.now()),
        }
        refusal = refusal_of(ledger, statement, _own_key(members))
        if refusal is None:
            return ()
        lang = self._frame.lang
        lines = refusal_lines(refusal.code, refusal.rule, refusal.judged_against, refusal.also, lang, self._state)
        return tuple(with_obstacles(lines, obstacles(members, self._state, self.today, ledger, lang)))

    def _scope(self, answers: Mapping[str, Sequence[str]], desk: Desk) -> Mapping[str, Any] | None:
        body, _faults = read(self.form, answers, desk.find_entry)
        inner = body.get("act", {}).get("body", {}) if self.asked.decides else body
        scope = inner.get("scope")
        return scope if isinstance(scope, dict) else None

    def change_lines(self, outcome: Outcome) -> list[Any]:
        """Give what a change of scope would change, item by item, in words."""
        commitment = self._state.aggregates.get(self.about)
        if outcome.change is None or outcome.scope is None or not isinstance(commitment, Commitment):
            return []
        return changes_of(
            self._frame.source, document_of(outcome.change), document_of(commitment.scope), dict(outcome.scope)
        )

    def carried_sentence(self) -> Markup | None:
        """Give the sentence of an act that a decision carries in full: nothing is asked of it but a signature."""
        if not is_carried(self.asked.type) or not self.about or self.form.fields:
            return None
        actor = dict(self.speaker.actor) if self.speaker else {}
        statement = {"actor": actor, "body": dict(self.form.given), "stream": self.about, "type": self.asked.type}
        return marked_sentence(sentence_of(statement, self._state), self._frame.lang, self._frame.page_of)

    @staticmethod
    def documents(body: object) -> list[Mapping[str, Any]]:
        """Give the documents and evidence that a body cites by a hash."""
        return list(cited_documents(body))

    @property
    def notes(self) -> Callable[[Field], str]:
        """Hints of questions."""
        return self.words.hint


def _own_key(members: Mapping[str, Any]) -> str | None:
    """Give the key that must sign, where the act itself names it: what a key says of itself by its holder."""
    is_own = REGISTRY[str(members["type"])].stream_kind == "key" and "appointment" in members["actor"]
    return members["body"].get("key") if is_own else None
