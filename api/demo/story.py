"""The story, chapter by chapter: facts of the source and inventions are marked.

A fictional person performs every invented act.
"""

from collections.abc import Callable
from typing import Final

from constancia.api.demo.chapters.agreeing import adoption, agreement, frozen_text, third_signature, two_signatures
from constancia.api.demo.chapters.changing import contest, correction, departure, officer, representation, scope_changes
from constancia.api.demo.chapters.consulting import cancellation, consultation, destruction
from constancia.api.demo.chapters.ending import (
    assessments,
    consultancy,
    data,
    endings,
    leave,
    reported,
    results,
    side_agreement,
    successions,
    transparency,
)
from constancia.api.demo.chapters.founding import committee, genesis, history, identities
from constancia.api.demo.chapters.lasting import (
    amendment,
    case_closed,
    deferral,
    dismissal,
    lapse,
    later_contest,
    letter,
    mandate,
    officer_to_be,
    other_date,
    route_done,
    second_letter,
    validation,
)
from constancia.api.demo.chapters.planning import (
    answer,
    commitments,
    complaints,
    pandemic,
    plans_filled,
    suspicion,
    work,
)
from constancia.api.demo.chapters.taking_part import (
    declarations,
    differences,
    duties,
    earlier,
    fallback,
    group,
    paper,
    release,
)
from constancia.api.demo.chapters.working import forum, proposals
from constancia.api.demo.stage import Stage

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
    officer,
    departure,
)
WHOLE: Final[tuple[Chapter, ...]] = (
    *_OPENING,
    earlier,
    letter,
    frozen_text,
    differences,
    two_signatures,
    paper,
    third_signature,
    adoption,
    duties,
    release,
    declarations,
    forum,
    consultation,
    proposals,
    fallback,
    scope_changes,
    validation,
    group,
    contest,
    deferral,
    answer,
    representation,
    mandate,
    commitments,
    route_done,
    plans_filled,
    case_closed,
    correction,
    other_date,
    officer_to_be,
    work,
    amendment,
    lapse,
    pandemic,
    suspicion,
    dismissal,
    complaints,
    departure,
    reported,
    cancellation,
    data,
    second_letter,
    destruction,
    side_agreement,
    leave,
    consultancy,
    assessments,
    later_contest,
    results,
    endings,
    successions,
    transparency,
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
