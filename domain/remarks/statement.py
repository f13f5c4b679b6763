"""Statements: releases, resolutions, declarations. Evidence of what was said in public, and a signature of nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final, Literal

from constancia.domain.identity.party import PARTY_EXISTS, unregistered
from constancia.domain.kernel.acts import Act, act, act_base
from constancia.domain.kernel.aggregate import IN_PLACE, Aggregate, Mark
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.values.editions import THIRD
from constancia.domain.values.values import DocSet, FormError, Identifier, StreamName, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Aggregate):
    """A statement, the parties that are to publish it, and those that have said that they do."""

    SINCE: ClassVar = THIRD

    published: "StatementPublished" = field(metadata=IN_PLACE)
    signatories: tuple[Mark, ...] = ()

    @property
    def concerns(self) -> tuple[str, ...]:
        """What it is about."""
        return (self.published.about,) if self.published.about else ()

    @classmethod
    def concerned(cls, before: tuple[str, ...] | None, statement: Mapping[str, Any]) -> tuple[str, ...] | None:
        """Give what the first word says that it is about."""
        about = statement["body"].get("about")
        return before if before is not None else () if about is None else (about,)

    @property
    def missing(self) -> tuple[str, ...]:
        """The parties named that have not said it."""
        published = {mark.party for mark in self.signatories}
        return tuple(party for party in self.published.parties if party not in published)


@act_base
class StatementAct(Act[Statement]):
    """What is said of a statement."""

    stream_kind: ClassVar = "statement"
    stream_id: ClassVar = ("statement",)
    SINCE: ClassVar = THIRD

    statement: Identifier


@act
class StatementPublished(StatementAct):
    """A party publishes a statement, alone or with others: each by a person of its own over the same documents.

    It is no agreement, no decision and no signature of either, and creates no duty.
    """

    REPORTS: ClassVar = True
    concurring: ClassVar = True
    SORTED: ClassVar = {"parties": ""}

    about: StreamName | None = None
    docset: DocSet
    kind: Literal["release", "resolution", "declaration"]
    parties: tuple[Identifier, ...]
    title: Text

    def check_form(self, where: str) -> None:
        """Somebody publishes it."""
        if not self.parties:
            raise FormError(f"{where}.parties", "the parties that publish it", "none")

    @rule(
        "E_ROLE",
        "a statement is published by the parties that it names",
        "publican un comunicado las partes que nombra",
    )
    def _by_a_party_named(self, on: object, at: Context) -> Breach:
        return at.party not in self.parties and {"parties": list(self.parties)}

    @rule(*PARTY_EXISTS)
    def _parties_registered(self, on: object, at: Context) -> Breach:
        return unregistered(at, self.parties)

    @rule("E_NOT_FOUND", "what the statement is about is on record", "aquello de lo que trata consta en el libro")
    def _about_something(self, on: object, at: Context) -> Breach:
        return self.about is not None and at.state.standing(self.about) is None and {"about": self.about}

    @rule("E_DIGEST_MISMATCH", "all publish the same statement", "todas publican el mismo comunicado")
    def _same_text(self, on: Statement, at: Context) -> Breach:
        return not at.joined().parties - {at.party}

    RULES: ClassVar = (_by_a_party_named, _parties_registered, _about_something, _same_text)

    def begin(self, at: Context) -> Statement:
        """Take the statement in with the first party's word."""
        return self.then(Statement(stream=self.stream(), published=self), at)

    def then(self, on: Statement, at: Context) -> Statement:
        """Add this party's word."""
        joined = replace(on, concurring=on.with_concurrence(at.joined()), signatories=(*on.signatories, at.mark))
        return replace(joined, status="partly_published" if joined.missing else "published")


STATEMENT: Final = AggregateKind(
    StatementAct, {StatementPublished: {NONE: "partly_published", "partly_published": "partly_published"}}
)
