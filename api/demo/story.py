"""The story, chapter by chapter: facts of the source and inventions are marked.

A fictional person performs every invented act.
"""

from collections.abc import Callable
from typing import Final

from constancia.api.demo.agreeing import adoption, agreement
from constancia.api.demo.changing import contest, correction, departure, representation, scope_changes
from constancia.api.demo.ending import assessments, data, endings, reported, side_agreement, successions
from constancia.api.demo.founding import committee, genesis, history, identities
from constancia.api.demo.planning import answer, commitments, complaints, pandemic, plans_filled, suspicion, work
from constancia.api.demo.stage import Stage
from constancia.api.demo.taking_part import consultation, differences, duties, earlier, fallback, group, release
from constancia.api.demo.working import forum, proposals

Chapter = Callable[[Stage], None]
_OPENING: Final[tuple[Chapter, ...]] = (genesis, identities, history, committee)
# What tests play: the road map without the rest of the process.
SHORT: Final[tuple[Chapter, ...]] = (
    *_OPENING,
    agreement,
    adoption,
    forum,
    proposals,
    scope_changes,
    contest,
    representation,
    correction,
    departure,
)
WHOLE: Final[tuple[Chapter, ...]] = (
    *_OPENING,
    earlier,
    agreement,
    differences,
    adoption,
    duties,
    release,
    forum,
    consultation,
    proposals,
    fallback,
    scope_changes,
    group,
    contest,
    answer,
    representation,
    commitments,
    plans_filled,
    correction,
    work,
    pandemic,
    suspicion,
    complaints,
    departure,
    reported,
    data,
    side_agreement,
    assessments,
    endings,
    successions,
)


def play(stage: Stage, progress: Callable[[int, int, str], None] | None = None, *, short: bool = False) -> None:
    """Play all chapters.

    Args:
        stage: The stage.
        progress: Called before each chapter with its number, their count and its name.
        short: Leave the rest of the process out.

    Raises:
        Refusal: An act that the story needs was refused.
        AssertionError: An act that must be refused was not.
    """
    chapters = SHORT if short else WHOLE
    for number, chapter in enumerate(chapters):
        if progress:
            progress(number, len(chapters), chapter.__name__)
        chapter(stage)
