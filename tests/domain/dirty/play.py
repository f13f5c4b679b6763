"""One sequence of acts: drawn by the players, judged by `decide`, applied if accepted, checked by the oracle."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.domain.dirty.accounts import write
from tests.domain.dirty.books import Books
from tests.domain.dirty.effects import compare, facts_stay, judge, silence
from tests.domain.dirty.players import Players, Said, begin
from tests.domain.dirty.reading import Broken, require
from tests.domain.dirty.ways_on import GONE, ways_on
from tests.domain.stage import MEMBERS, ORIGIN, Stage

from constancia.domain.facts.derive import derive
from constancia.domain.judgement.decide import decide
from constancia.domain.kernel.acts import Recorded, UnknownAct
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.kernel.problems import Refusal
from constancia.domain.state import replay
from constancia.domain.values.values import digest

FACTS_EVERY = 8  # accepted acts between two looks at the derived facts
UNDO_EVERY = 16


@dataclass
class Tally:
    """What a run has done."""

    sequences: int = 0
    acts: int = 0
    accepted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    ways: int = 0

    def __str__(self) -> str:
        accepted, refused = sum(self.accepted.values()), sum(self.refused.values())
        lines = [f"{self.sequences} sequences, {self.acts} acts: {accepted} accepted, {refused} refused"]
        lines += [f"{self.ways} waiting matters with a way on, one party gone"]
        lines += ["refused: " + ", ".join(f"{code} {count}" for code, count in self.refused.most_common())]
        lines += ["accepted: " + ", ".join(f"{name} {count}" for name, count in self.accepted.most_common())]
        return "\n".join(lines)


class Counterexample(AssertionError):
    """A sequence that breaks an invariant: its seed, and the accepted acts."""

    def __init__(self, seed: int, cause: BaseException, stage: Stage, refused: Mapping[str, Any] | None) -> None:
        self.seed, self.cause, self.stage, self.refused = seed, cause, stage, refused
        super().__init__(f"seed {seed}, entry {len(stage.entries) - 1}: {type(cause).__name__}: {cause}")


class Watch:
    """The oracle at work beside a stage."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.books = stage, Books()
        self.facts: list[dict[str, Any]] = []
        self.looked = stage.now
        for entry in stage.entries:
            self._read(entry)

    def _read(self, entry: Recorded) -> None:
        word = self.books.check(entry)
        judge(self.books, word)
        write(self.books, word)

    def see(self, entry: Recorded) -> None:
        """Check the last entry, which the state has taken in."""
        word = self.books.check(entry)
        judge(self.books, word)
        write(self.books, word)
        compare(self.books, word, document_of(self.stage.state.aggregates[word.stream]))
        if len(self.stage.entries) % FACTS_EVERY == 0:
            self.look()

    def look(self) -> None:
        """Compare the derived facts with those seen before, and with silence."""
        now = self.stage.now
        facts = [one.to_json() for one in derive(self.stage.state, now)]
        facts_stay(self.books, self.facts, facts, self.looked)
        silence(self.books, facts, now)
        self.facts, self.looked = facts, now


def entry_of(stage: Stage, said: Said, members: Mapping[str, Any]) -> Recorded:
    """Make the entry, also where the body has not its type's form."""
    voice, type_name, body = said
    try:
        return stage.entry(voice, type_name, body, **members)
    except UnknownAct:
        return stage.entry(voice, type_name, body, **({"stream": "party/red"} | dict(members)))


def play(seed: int, acts: int, tally: Tally) -> Stage:
    """Play one sequence.

    Args:
        seed: Of all choices.
        acts: How many acts are tried.
        tally: Counts.

    Returns:
        The stage at the end.

    Raises:
        Counterexample: An invariant is broken, or `decide` raises something other than a refusal.
    """
    rng = random.Random(seed)  # noqa: S311 - a test's choices
    stage = begin(seed % 2)
    players = Players(rng, stage)
    watch = Watch(stage)
    tally.sequences += 1
    entry: Recorded | None = None
    try:
        for _ in range(acts):
            said = _drawn(players)
            if said is None:
                continue
            members: dict[str, Any] = players.when()
            if rng.random() < 0.15:
                said, wrong = players.spoil(said)
                members |= wrong
            if rng.random() < 0.04:
                stage.now += timedelta(days=rng.choice((1, 3, 10, 40)))
            entry = entry_of(stage, said, members)
            tally.acts += 1
            _try(stage, watch, entry, tally)
        watch.look()
        _whole(stage)
        gone, how = rng.choice(MEMBERS), rng.choice(GONE)
        tally.ways += ways_on(stage, players.voices, gone, how)
    except (Refusal, KeyboardInterrupt):
        raise
    except Exception as error:
        raise Counterexample(seed, error, stage, entry.statement if entry else None) from error
    return stage


def _drawn(players: Players) -> Said | None:
    try:
        return players.push() if players.chance(0.55) else players.say()
    except UnknownAct:  # an act to be decided that has no form; bodies without form are tried by `spoil`
        return None


def _try(stage: Stage, watch: Watch, entry: Recorded, tally: Tally) -> None:
    try:
        act = decide(stage.state, entry, stage.lookup)
    except Refusal as refusal:
        tally.refused[refusal.code] += 1
        return
    tally.accepted[entry.statement["type"]] += 1
    again = len(stage.entries) % UNDO_EVERY == 0
    before = digest(stage.state.document()) if again else ""
    token = stage.state.apply(entry, act, stage.lookup)
    if again:
        after = digest(stage.state.document())
        stage.state.undo(token)
        require(digest(stage.state.document()) == before, "undo", "undo does not restore the state")
        token = stage.state.apply(entry, act, stage.lookup)
        require(digest(stage.state.document()) == after, "undo", "the same act gives another state")
    stage.undos.append(token)
    stage.entries.append(entry)
    stage.now += timedelta(seconds=1)
    watch.see(entry)


def _whole(stage: Stage) -> None:
    """Check that a replay gives the same state, and that undoing everything leaves nothing."""
    folded = replay(stage.entries, ORIGIN, stage.lookup)
    require(digest(folded.document()) == digest(stage.state.document()), "replay", "a replay gives another state")
    for token in reversed(stage.undos[len(stage.undos) // 2 :]):
        folded.undo(token)
    half = replay(stage.entries[: len(stage.undos) // 2], ORIGIN, stage.lookup)
    require(digest(folded.document()) == digest(half.document()), "undo", "undoing a half gives another state")


__all__ = ("Broken", "Counterexample", "Tally", "Watch", "play")
