"""Whether an act is accepted: every check, in one order, against the state at the head.

Order: schema → key → appointment → seat → scope → role → aggregate's state → version → content → policy. The first
failure gives the code; all others are listed beside it. Form, signature bytes and `seen` come before, and need the
log: the ledger checks them with `verify`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from constancia.domain.governance.body import seat_problem
from constancia.domain.identity.appointment import Appointment
from constancia.domain.identity.key import Key, SigningKey, signing_key
from constancia.domain.kernel.acts import Act, Recorded, UnknownAct
from constancia.domain.kernel.calendar import parse_edtf, parse_instant
from constancia.domain.kernel.context import Context, Lookup, check_past, find_nothing
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.problems import Problem, Refusal
from constancia.domain.state import State, next_status, status_before

# Streams whose acts speak within a governance body: the actor's party must sit in one (SPEC §7 rule 6).
SEATED_STREAMS: Final = ("agreement/", "decision/")
CLOCK_SKEW: Final = timedelta(seconds=300)  # a signer's clock may be ahead of ours by this much
_BY_THE_KEY_ITSELF: Final = ("KeyRegistered", "KeyRevoked")


@dataclass(frozen=True, kw_only=True)
class Judged(Context):
    """The context with the act that is judged in it."""

    act: Act


Check = Callable[[Judged], Iterator[Problem]]


def decide(state: State, recorded: Recorded, lookup: Lookup = find_nothing) -> Act:
    """Judge an entry that would be recorded at the head.

    Args:
        state: The state before it; not changed.
        recorded: The entry as it would stand in the log.
        lookup: Finds earlier entries by leaf hash.

    Returns:
        The typed body, for `State.apply`.

    Raises:
        Refusal: With the first rule broken, what it was judged against, and every other rule broken.

    Source: docs/REFUSALS (order of checks); ours: SPEC §7.
    """
    stream = recorded.originator_id
    aggregate = state.standing(stream)
    judged = {
        "size": state.size,
        "stream": stream,
        "state": aggregate.status if aggregate else NONE,
        "version": state.version(stream),
    }
    try:
        act = recorded.act()
    except UnknownAct as error:
        raise Refusal(error.problem, judged) from error
    context = Judged(state=state, recorded=recorded, act=act, lookup=lookup)
    judged["state"] = status_before(aggregate, context)
    problems = [problem for check in _CHECKS for problem in check(context)]
    if problems:
        also = tuple((one.code, one.rule) for one in problems[1:])
        raise Refusal(problems[0], judged, also)
    return act


def _check_schema(context: Judged) -> Iterator[Problem]:
    if context.act.stream() != context.recorded.originator_id:
        yield Problem(
            code="E_MALFORMED",
            rule="the stream is the one that the body names",
            found={"expected": context.act.stream()},
        )
    is_genesis = context.act.signer == "founders"
    if is_genesis != (context.state.size == 0):
        yield Problem(code="E_STATE", rule="genesis is the first entry, and no other is")
    if is_genesis != (context.actor["capacity"] == "founders"):
        yield Problem(code="E_ROLE", rule="the founders speak together in genesis, and only there")


def _check_key(context: Judged) -> Iterator[Problem]:
    if context.act.signer in ("founders", "self"):
        yield from _check_presenting(context)
        return
    key = signing_key(context, context.key)
    if key is None:
        yield Problem(code="E_KEY_UNKNOWN", rule="the key is registered in this ledger", found={"key": context.key})
        return
    if key.status != "active":
        code = "E_KEY_REVOKED" if key.status in ("revoked", "compromised") else "E_KEY_NOT_ACTIVE"
        yield Problem(code=code, rule="the key is active", found={"key": context.key, "is": key.status})
    elif not key.within:
        yield Problem(code="E_KEY_EXPIRED", rule="the day lies within the key's endorsement")
    if not _is_holder(context, key):
        yield Problem(code="E_ROLE", rule="the actor is the one whose key signed")


def _check_presenting(context: Judged) -> Iterator[Problem]:
    if context.act.signer == "self" and getattr(context.act, "key", None) != context.key:
        yield Problem(code="E_KEY_UNKNOWN", rule="a key is registered by a signature of its own")


def _is_holder(context: Context, key: SigningKey) -> bool:
    actor = context.actor
    return actor.get("party") == key.party and actor.get("appointment") == key.appointment


def _appointment(context: Context) -> Appointment | None:
    name = context.actor.get("appointment")
    return context.find(Appointment, f"appointment/{name}") if name else None


def _check_appointment(context: Judged) -> Iterator[Problem]:
    if "appointment" not in context.actor:
        return
    found = _appointment(context)
    # A key presents itself before the first day too, so that it can be endorsed in time.
    early = context.act.signer == "self" and found is not None and found.status_on(context.day) == "appointed"
    if found is None or not (early or found.is_in_force(context.day)):
        yield Problem(
            code="E_APPOINTMENT_NOT_IN_FORCE",
            rule="the appointment is in force on the day of recording",
            found={"is": found.status_on(context.day) if found else NONE},
        )
    elif (found.person, found.capacity, found.party) != (
        context.actor["person"],
        context.actor["capacity"],
        context.party,
    ):
        yield Problem(code="E_ROLE", rule="person, capacity and party are the appointment's")


def _check_seat(context: Judged) -> Iterator[Problem]:
    if context.recorded.originator_id.startswith(SEATED_STREAMS):
        problem = seat_problem(context, context.party)
        if problem:
            yield problem


def _check_scope(context: Judged) -> Iterator[Problem]:
    type_name = context.statement["type"]
    signer = context.act.signer
    if signer in ("founders", "self"):
        return
    if context.actor["capacity"] == "root":
        allowed = signer in ("root", "root_or_rep")
    else:
        found = _appointment(context)
        allowed = bool(signer != "root" and found and type_name in found.scope)
        own_key = type_name in _BY_THE_KEY_ITSELF and getattr(context.act, "key", None) == context.key
        allowed = allowed or own_key
    if not allowed:
        yield Problem(code="E_OUT_OF_SCOPE", rule="the signer's scope covers the act", found={"type": type_name})


def _check_role(context: Judged) -> Iterator[Problem]:
    if context.actor["capacity"] == "secretariat" and context.act.voice == "party":
        yield Problem(code="E_ROLE", rule="a secretariat records; it never speaks for a party")
    yield from context.act.check_role(context)


def _check_state(context: Judged) -> Iterator[Problem]:
    before = context.aggregate
    specific = list(context.act.check_state(context))
    if context.act.concurring:
        said = context.check_not_yet_said()
        specific = [said] if said else specific
    if next_status(before, context.act, context) is None:
        already = [one for one in specific if one.code == "E_ALREADY_SIGNED"]
        specific = [one for one in specific if one not in already]
        yield from already
        if before is None and not already:
            yield Problem(code="E_NOT_FOUND", rule="what the act concerns does not exist yet")
        else:
            yield Problem(code="E_STATE", rule=f"no such move from {status_before(before, context)}")
    yield from specific


def _check_version(context: Judged) -> Iterator[Problem]:
    yield from context.act.check_version(context)


def _check_content(context: Judged) -> Iterator[Problem]:
    yield from _check_dates(context)
    yield from context.act.check_content(context)


def _check_dates(context: Judged) -> Iterator[Problem]:
    try:
        parse_edtf(context.statement["occurred_on"])
        signed_at = parse_instant(context.statement["signed_at"])
    except ValueError as error:
        yield Problem(code="E_DATE", rule="dates are possible ones", found={"found": str(error)})
        return
    yield from check_past(context, context.statement["occurred_on"], "what is said to have happened")
    if signed_at - context.recorded.timestamp > CLOCK_SKEW:
        yield Problem(code="E_DATE", rule="a signature is not dated in the future")


def _check_policy(context: Judged) -> Iterator[Problem]:
    yield from context.act.check_policy(context)


_CHECKS: Final[tuple[Check, ...]] = (
    _check_schema,
    _check_key,
    _check_appointment,
    _check_seat,
    _check_scope,
    _check_role,
    _check_state,
    _check_version,
    _check_content,
    _check_policy,
)


def key_of(state: State, key: str) -> Key | None:
    """Give a registered key's aggregate, or None."""
    found = state.aggregates.get(f"key/{key}")
    return found if isinstance(found, Key) else None
