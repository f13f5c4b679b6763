"""A harness of the law: a signed act of any content is recorded or refused with a code; judging never breaks off."""

import json
from functools import cache
from typing import Any

from tests.domain.commitments.test_commitment import report
from tests.domain.stage import Stage, rep, seated
from tests.fuzz.harness import harness

from constancia.domain.judgement.decide import decide
from constancia.domain.kernel.acts import UnknownAct
from constancia.domain.kernel.problems import Refusal
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import canonical


@cache
def law_stage() -> Stage:
    stage = seated().adopted()
    stage.says("inai", "ProgressReported", report("r1"))
    return stage


@harness(Refusal, UnknownAct, Malformed)
def judged(data: bytes) -> None:
    """An act as canonical JSON of `type`, `body` and `occurred_on`, said by a representative."""
    try:
        item: Any = json.loads(data)
    except (ValueError, RecursionError):
        return
    if not (isinstance(item, dict) and isinstance(item.get("type"), str) and isinstance(item.get("body"), dict)):
        return
    canonical([item["body"], item["type"], item.get("occurred_on")])  # what is no statement is refused before
    when = {"occurred_on": item["occurred_on"]} if isinstance(item.get("occurred_on"), str) else {}
    stage = law_stage()
    recorded = stage.entry(rep("inai"), item["type"], item["body"], **when)
    decide(stage.state, recorded, stage.lookup)
