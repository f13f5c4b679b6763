"""The story, chapter by chapter: facts of the source and inventions are marked.

A fictional person performs every invented act.
"""

from collections.abc import Callable
from typing import Final

from constancia.api.demo.agreeing import adoption, agreement
from constancia.api.demo.changing import afterwards, scope_changes
from constancia.api.demo.founding import committee, genesis, history, identities
from constancia.api.demo.stage import Stage
from constancia.api.demo.working import forum, proposals

CHAPTERS: Final[tuple[Callable[[Stage], None], ...]] = (
    genesis,
    identities,
    history,
    committee,
    agreement,
    adoption,
    forum,
    proposals,
    scope_changes,
    afterwards,
)


def play(stage: Stage, progress: Callable[[int, int, str], None] | None = None) -> None:
    """Play all chapters.

    Args:
        stage: The stage.
        progress: Called before each chapter with its number, their count and its name.

    Raises:
        Refusal: An act that the story needs was refused.
        AssertionError: An act that must be refused was not.
    """
    for number, chapter in enumerate(CHAPTERS):
        if progress:
            progress(number, len(CHAPTERS), chapter.__name__)
        chapter(stage)
