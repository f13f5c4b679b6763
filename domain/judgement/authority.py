"""Who may say an act at all: the rules that every act is judged by, whatever it is about.

Stream, key, appointment, seat, scope, voice, place in the table, dates. What else an act asks for is in its `RULES`.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from typing import Any, Final

from constancia.domain.governance.body import ANY_BODY, seat_rules
from constancia.domain.governance.names_apart import names_apart
from constancia.domain.identity.appointment import Appointment
from constancia.domain.identity.key import signing_key
from constancia.domain.identity.succession import succession_of
from constancia.domain.identity.vocabulary import SECRETARIAT
from constancia.domain.judgement.texts import in_each_language
from constancia.domain.kernel.acts import REGISTRY, Act
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.kernel.context import Context, lies_in_future
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.rules import ActRule, Breach, rule
from constancia.domain.state import next_status
from constancia.domain.values.calendar import parse_edtf, parse_instant
from constancia.domain.values.editions import SECOND, THIRD
from constancia.domain.values.occurrence import CLAIM_SPAN, is_one_day

CLOCK_SKEW: Final = timedelta(seconds=300)  # a signer's clock may be ahead of ours by this much
# Unicode's white space, and letters and symbols without ink; a list, so that no version of Unicode changes a verdict.
_SHOWN_AS_SPACE: Final = (
    " \n\u00a0\u115f\u1160\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u202f\u205f\u2800\u3000\u3164\uffa0"
)
# The founders sign genesis together, and a new key is in no register yet.
_BY_NO_REGISTERED_KEY: Final = ("founders", "self")


@rule("E_MALFORMED", "the stream is the one that the body names", "el flujo es el que nombra el cuerpo")
def _own_stream(act: Act[Any], on: object, at: Context) -> Breach:
    return act.stream() != at.recorded.originator_id and {"expected": act.stream()}


def leading_ids() -> frozenset[str]:
    """Give the members, such as `commitment`, whose identifier precedes a dot in the stream's name of some act."""
    return _leading_ids(len(REGISTRY))


@cache
def _leading_ids(_types: int) -> frozenset[str]:
    return frozenset(name for cls in REGISTRY.values() for name in cls.stream_id[:-1])


# Where only the last identifier of a joined name may hold a dot, no two acts name one stream.
@rule(
    "E_MALFORMED",
    "an identifier that begins the name of another stream holds no dot",
    "un identificador con que empieza el nombre de otro flujo no lleva punto",
    since=SECOND,
)
def _ids_apart(act: Act[Any], on: object, at: Context) -> Breach:
    leading = leading_ids()
    named = {name: getattr(act, name) for name in act.stream_id if name in leading}
    # What an earlier edition named with a dot goes on under its name.
    return ({name: ident} for name, ident in named.items() if "." in ident and not at.state.standing(f"{name}/{ident}"))


@rule(
    "E_MALFORMED",
    "the stream is that of the identifiers that the body names",
    "el flujo es el de los identificadores que nombra el cuerpo",
    since=SECOND,
)
def _same_ids(act: Act[Any], on: Aggregate, at: Context) -> Breach:
    of = {name: getattr(on, name, getattr(act, name)) for name in act.stream_id}
    return any(of[name] != getattr(act, name) for name in of) and {"stream": on.stream, "of": of}


@rule(
    "E_MALFORMED",
    "a text has something to read: not only spaces, or characters that show as one",
    "un texto tiene algo que leer: no sólo espacios, ni caracteres que se ven como uno",
    since=THIRD,
)
def _texts_can_be_read(act: Act[Any], on: object, at: Context) -> Breach:
    return ({"where": where} for where in _blank_texts(at.statement["body"], "body"))


@rule(
    "E_SCHEMA_VERSION",
    "the act is said under the edition of the law in force: draft it again",
    "el acto se dice bajo la edición de la ley vigente: prepárelo otra vez",
)
def _under_the_edition(act: Act[Any], on: object, at: Context) -> Breach:
    schema = at.statement["schema"]
    return schema != at.edition and {"schema": schema, "edition": at.edition}


@rule("E_STATE", "genesis is the first entry, and no other is", "la génesis es el primer registro, y ningún otro lo es")
def _genesis_first(act: Act[Any], on: object, at: Context) -> Breach:
    return (act.signer == "founders") != (at.state.size == 0)


@rule(
    "E_ROLE",
    "the founders speak together in genesis, and only there",
    "las partes fundadoras firman juntas la génesis, y sólo ahí",
)
def _founders_in_genesis(act: Act[Any], on: object, at: Context) -> Breach:
    return (act.signer == "founders") != (at.actor["capacity"] == "founders")


@rule(
    "E_KEY_UNKNOWN",
    "a key is registered by a signature of its own",
    "una llave se registra con una firma de ella misma",
)
def _registers_itself(act: Act[Any], on: object, at: Context) -> Breach:
    return act.signer == "self" and _named_key(act) != at.key


@rule("E_KEY_UNKNOWN", "the key is registered in this ledger", "la llave está registrada en este libro")
def _key_registered(act: Act[Any], on: object, at: Context) -> Breach:
    return act.signer not in _BY_NO_REGISTERED_KEY and signing_key(at, at.key) is None and {"key": at.key}


def _key_with(statuses: tuple[str, ...], act: Act[Any], at: Context) -> Breach:
    key = None if act.signer in _BY_NO_REGISTERED_KEY else signing_key(at, at.key)
    return key is not None and key.status in statuses and {"key": at.key, "is": key.status}


@rule("E_KEY_NOT_ACTIVE", "the key is active", "la llave está activa")
def _key_active(act: Act[Any], on: object, at: Context) -> Breach:
    return _key_with(("pending", "retired"), act, at)


@rule("E_KEY_REVOKED", "a revoked or compromised key signs nothing", "una llave revocada o comprometida no firma nada")
def _key_not_ended(act: Act[Any], on: object, at: Context) -> Breach:
    return _key_with(("revoked", "compromised"), act, at)


@rule("E_KEY_EXPIRED", "the day lies within the key's endorsement", "el día cae dentro del aval de la llave")
def _key_within(act: Act[Any], on: object, at: Context) -> Breach:
    key = None if act.signer in _BY_NO_REGISTERED_KEY else signing_key(at, at.key)
    return key is not None and key.status == "active" and not key.is_within(at.day)


@rule("E_ROLE", "the actor is the one whose key signed", "quien actúa es quien firmó con su llave")
def _key_of_the_actor(act: Act[Any], on: object, at: Context) -> Breach:
    key = None if act.signer in _BY_NO_REGISTERED_KEY else signing_key(at, at.key)
    if key is None or (at.actor.get("party"), at.actor.get("appointment")) == (key.party, key.appointment):
        return None
    return {
        "key_of": _holder(at, key.party, key.appointment),
        "signs_as": _holder(at, at.actor.get("party"), at.actor.get("appointment")),
    }


def _holder(at: Context, party: str | None, appointment: str | None) -> dict[str, str]:
    """Give whose a key or a word is: the party, and the person by name where it is not the party's root."""
    made = at.state.standing(f"appointment/{appointment}")
    return {"party": party or ""} | ({"name": made.name} if isinstance(made, Appointment) else {})


@rule(
    "E_APPOINTMENT_NOT_IN_FORCE",
    "the appointment is in force on the day of recording",
    "el nombramiento está vigente el día del registro",
)
def _appointment_in_force(act: Act[Any], on: object, at: Context) -> Breach:
    if "appointment" not in at.actor:
        return None
    appointment = _appointment(at)
    if appointment is None:
        return {"is": NONE, "appointment": at.actor["appointment"]}
    # A key presents itself before the first day too, so that it can be endorsed in time.
    early = act.signer == "self" and appointment.status_on(at.day) == "appointed"
    return not (early or appointment.is_in_force(at.day)) and {
        "is": appointment.status_on(at.day),
        "name": appointment.name,
        "since": appointment.valid_from,
        **({"until": appointment.valid_until} if appointment.valid_until is not None else {}),
    }


@rule("E_ROLE", "person, capacity and party are the appointment's", "persona, calidad y parte son las del nombramiento")
def _as_appointed(act: Act[Any], on: object, at: Context) -> Breach:
    appointment = _appointment(at)
    if appointment is None or _appointment_in_force.broken(act, on, at):
        return None
    appointed = {"capacity": appointment.capacity, "party": appointment.party, "person": appointment.person}
    given = {name: at.actor.get(name) for name in appointed}
    return given != appointed and {"expected": appointed, "found": given, "name": appointment.name}


def _any_body(act: Act[Any], on: object, at: Context) -> str | None:
    """Give a seat in some body is asked for where the act speaks within one (SPEC §7 rule 6)."""
    asked = act.seated and (act.SEATED_UNTIL is None or at.edition <= act.SEATED_UNTIL)
    return ANY_BODY if asked else None


@rule(
    "E_PARTY_SUCCEEDED",
    "a party that has a successor only closes its affairs",
    "una parte que tiene sucesora sólo cierra sus asuntos",
    since=THIRD,
)
def _still_there(act: Act[Any], on: object, at: Context) -> Breach:
    succession = None if act.CLOSES else succession_of(at.state, at.party)
    return succession is not None and {"party": at.party, "successors": list(succession.successors)}


@rule("E_OUT_OF_SCOPE", "the signer's scope covers the act", "el alcance de quien firma abarca el acto")
def _in_scope(act: Act[Any], on: object, at: Context) -> Breach:
    type_name = type(act).__name__
    if act.signer in _BY_NO_REGISTERED_KEY:
        return None
    if at.actor["capacity"] == "root":
        allowed = act.signer in ("root", "root_or_rep")
    else:
        appointment = _appointment(at)
        allowed = act.signer != "root" and appointment is not None and type_name in appointment.scope
        allowed = allowed or (act.by_own_key and _named_key(act) == at.key)
    return not allowed and {"type": type_name}


@rule(
    "E_ROLE", "a secretariat records; it never speaks for a party", "una secretaría registra; nunca habla por una parte"
)
def _not_by_a_secretariat(act: Act[Any], on: object, at: Context) -> Breach:
    return at.actor["capacity"] == SECRETARIAT and not act.by_secretariat


@rule("E_ALREADY_SIGNED", "a party says it once", "una parte lo dice una vez")
def _said_once(act: Act[Any], on: Aggregate, at: Context) -> Breach:
    return act.concurs(on, at) and at.has_said() and not act.suffices(on, at) and {"party": at.party}


@rule(
    "E_SELF_DEALING",
    "a person speaks for one party in a matter",
    "una persona habla por una sola parte en un asunto",
    since=SECOND,
)
def _one_person_one_voice(act: Act[Any], on: Aggregate, at: Context) -> Breach:
    person = at.actor.get("person")
    others = (mark.party for mark in act.voices(on, at) if mark.party != at.party and mark.person == person)
    return person is not None and [{"person": person, "spoke_for": party} for party in sorted(set(others))]


@rule("E_NOT_FOUND", "what the act concerns exists", "aquello a lo que se refiere el acto existe")
def _exists(act: Act[Any], on: Aggregate | None, at: Context) -> Breach:
    return on is None and next_status(None, act, at) is None


@rule(
    "E_STATE",
    "the state machine has this move from the state that the act meets",
    "el estado actual del asunto permite este acto",
)
def _is_a_move(act: Act[Any], on: Aggregate, at: Context) -> Breach:
    return next_status(on, act, at) is None


@rule("E_DATE", "dates are possible ones", "las fechas son posibles")
def _dates_possible(act: Act[Any], on: object, at: Context) -> Breach:
    if _are_dates_possible(at):
        return None
    try:
        parse_edtf(at.statement["occurred_on"])
        parse_instant(at.statement["signed_at"])
    except ValueError as error:
        return {"found": str(error)}
    return None


def _are_dates_possible(at: Context) -> bool:
    return at.occurred is not None and at.signed is not None


@rule(
    "E_DATE", "what is said to have happened does not lie in the future", "lo que se dice ocurrido no está en el futuro"
)
def _has_happened(act: Act[Any], on: object, at: Context) -> Breach:
    return lies_in_future(at, at.statement["occurred_on"]) if _are_dates_possible(at) else None


@rule("E_DATE", "a signature is not dated in the future", "una firma no lleva fecha futura")
def _is_signed(act: Act[Any], on: object, at: Context) -> Breach:
    if at.occurred is None or at.signed is None:
        return None
    return at.signed - at.recorded.timestamp > CLOCK_SKEW


@rule(
    "E_DATE",
    "a live act happened on one day, at most seven days before its recording; what is older is said as historical",
    "un acto en vivo ocurrió un día, como máximo siete días antes de su registro; lo anterior se dice como histórico",
    since=SECOND,
)
def _live_is_recent(act: Act[Any], on: object, at: Context) -> Breach:
    when = at.occurred
    if at.statement["mode"] != "live" or when is None or at.signed is None:
        return None
    recent = when.start is not None and when.start >= at.day - CLAIM_SPAN
    return not (recent and is_one_day(when)) and {"found": when.text}


@rule(
    "E_DATE",
    "an act that takes effect by being said is live; only an act that reports a fact is historical",
    "un acto que surte efecto al decirse es en vivo; sólo es histórico el que informa un hecho",
    since=SECOND,
)
def _historical_reports(act: Act[Any], on: object, at: Context) -> Breach:
    return at.statement["mode"] == "historical" and not act.REPORTS and {"type": type(act).__name__}


@rule(
    "E_DATE",
    "what is said as historical began more than seven days before its recording",
    "lo que se dice como histórico empezó más de siete días antes de su registro",
    since=SECOND,
)
def _historical_is_old(act: Act[Any], on: object, at: Context) -> Breach:
    when = at.occurred
    if at.statement["mode"] != "historical" or when is None or at.signed is None:
        return None
    return when.start is not None and when.start >= at.day - CLAIM_SPAN and {"found": when.text}


GENERAL: Final[tuple[ActRule[Any, Any], ...]] = (
    in_each_language,
    _own_stream,
    _ids_apart,
    _same_ids,
    _texts_can_be_read,
    _under_the_edition,
    _genesis_first,
    _founders_in_genesis,
    _registers_itself,
    _key_registered,
    _key_active,
    _key_within,
    _key_not_ended,
    _key_of_the_actor,
    _appointment_in_force,
    _as_appointed,
    *seat_rules(_any_body),
    _still_there,
    _in_scope,
    _not_by_a_secretariat,
    _exists,
    _said_once,
    _one_person_one_voice,
    _is_a_move,
    _dates_possible,
    _has_happened,
    _live_is_recent,
    _historical_reports,
    _historical_is_old,
    _is_signed,
    names_apart,
)


def _blank_texts(value: object, where: str) -> Iterator[str]:
    if isinstance(value, str):
        if not value.strip(_SHOWN_AS_SPACE):
            yield where
    elif isinstance(value, Mapping):
        for name, member in value.items():
            yield from _blank_texts(member, f"{where}.{name}")
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _blank_texts(item, f"{where}[{position}]")


def _named_key(act: Act[Any]) -> object:
    return getattr(act, "key", None)


def _appointment(at: Context) -> Appointment | None:
    name = at.actor.get("appointment")
    return at.find(Appointment, f"appointment/{name}") if name else None
