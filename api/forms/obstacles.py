"""What blocks an act, by name: whose appointment ended when, whose votes are missing."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from constancia.api.text.dates import date_words
from constancia.api.text.i18n import in_language, tr
from constancia.domain.governance.decision import Decision
from constancia.domain.identity.appointment import Appointment
from constancia.domain.sentences import party_name
from constancia.domain.state import State
from constancia.domain.values.calendar import parse_day
from constancia.ledger.ledger import Ledger

_VOTED_ON: Final = ("proposed", "voting")


def obstacles(members: Mapping[str, Any], state: State, day: date, ledger: Ledger, lang: str) -> list[str]:
    """Say what blocks an act, as far as names help.

    Args:
        members: The statement's members.
        state: What there is.
        day: The day, in the ledger's zone.
        ledger: Its entries, among which is the end of an appointment.
        lang: `es` or `en`.
    """
    lines = []
    appointment = state.aggregates.get(f"appointment/{members['actor'].get('appointment')}")
    if isinstance(appointment, Appointment) and not appointment.is_in_force(day):
        lines.append(_ended(appointment, state, day, ledger, lang))
    decision = state.aggregates.get(str(members["stream"]))
    if members["type"] == "DecisionSigned" and isinstance(decision, Decision) and decision.status in _VOTED_ON:
        missing = [party for party in decision.voters if party not in decision.standing_votes]
        names = ", ".join(in_language(party_name(party, state), lang, state.languages) for party in missing)
        lines.append(tr(lang, "form.obstacle_votes", missing=names or "—"))
    return lines


def _ended(appointment: Appointment, state: State, day: date, ledger: Ledger, lang: str) -> str:
    party = in_language(party_name(appointment.party, state), lang, state.languages)
    who = {"name": appointment.name, "party": party}
    if parse_day(appointment.valid_from) > day:
        return tr(lang, "form.obstacle_not_yet", day=date_words(appointment.valid_from, lang), **who)
    revoked = _revocation(appointment, ledger) if appointment.status != "appointed" else None
    if revoked is None:
        return tr(lang, "form.obstacle_expired", day=date_words(str(appointment.valid_until), lang), **who)
    reason = in_language(revoked["body"]["reason"], lang, state.languages)
    return tr(lang, "form.obstacle_ended", day=date_words(revoked["occurred_on"], lang), reason=reason, **who)


def _revocation(appointment: Appointment, ledger: Ledger) -> Mapping[str, Any] | None:
    """Find the statement by which an appointment ended, among the few that are of its own stream."""
    ledger.views.wait()
    for _key, row in ledger.views.rows("timeline", prefix=f"{appointment.stream}#"):
        if row["type"] == "RepresentativeRevoked":
            statement: Mapping[str, Any] = json.loads(ledger.log.entry(row["index"]))["statement"]
            return statement
    return None


def with_obstacles(lines: list[str], more: list[str]) -> list[str]:
    """Put what blocks an act after what happened."""
    return [*lines[:1], *(f"  {line}" for line in more), *lines[1:]]
