"""Whether an act is accepted: every rule, against the state at the head.

The rank of its code (`codes.CODES`) says which broken rule gives the refusal; all others are listed after it, by rank.
Form, signature bytes and `seen` come before, and need the log: the ledger checks them with `verify`.
"""

from typing import Any, Final

from constancia.domain.catalogue import KINDS
from constancia.domain.judgement.authority import GENERAL
from constancia.domain.kernel.acts import Act, Recorded, UnknownAct
from constancia.domain.kernel.codes import CODES
from constancia.domain.kernel.context import Context, Lookup, find_nothing
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.problems import Refusal
from constancia.domain.kernel.rules import asked_of_all
from constancia.domain.state import State, status_before

_RANK: Final = {code: rank for rank, code in enumerate(CODES)}


def decide(state: State, recorded: Recorded, lookup: Lookup = find_nothing) -> Act[Any]:
    """Judge an entry that would be recorded at the head.

    Args:
        state: The state before it; not changed.
        recorded: The entry as it would be in the log.
        lookup: Finds earlier entries by leaf hash.

    Returns:
        The typed body, for `State.apply`.

    Raises:
        Refusal: With the first rule broken, what it was judged against, and every other rule broken.

    Source: docs/REFUSALS (order of codes); ours: SPEC §7.
    """
    stream = recorded.originator_id
    on = state.standing(stream)
    judged = {
        "size": state.size,
        "stream": stream,
        "state": on.status if on else NONE,
        "version": state.version(stream),
    }
    try:
        act = recorded.act()
    except UnknownAct as error:
        raise Refusal(error.problem, judged) from error
    context = Context(state=state, recorded=recorded, lookup=lookup)
    judged["state"] = status_before(on, context)
    # A stream of another kind is refused as such: what the act would be judged against is not there.
    about = on if isinstance(on, KINDS[act.stream_kind].aggregate) else None
    problems = [
        problem
        for rules in (GENERAL, act.RULES)
        for rule in asked_of_all(rules, context.edition, about is not None)
        if (met := rule.broken(act, about, context)) is not None and met is not False
        for problem in rule.breaches(met)
    ]
    if problems:
        first, *others = sorted(problems, key=lambda problem: _RANK[problem.code])
        raise Refusal(first, judged, tuple((problem.code, problem.rule) for problem in others))
    return act
