"""The page on which a person makes a passkey, and sees what is still missing before it can sign."""

from typing import Any, Final

from fastapi import Response

from constancia.api.http.limits.security import HEADERS
from constancia.api.http.request.query import Router
from constancia.api.pages.frame.frame import Frame
from constancia.api.pages.frame.routing import TheFrame
from constancia.api.signing.pages.messages import messages
from constancia.api.signing.relying_party import relying_party
from constancia.api.signing.sheets import over
from constancia.api.signing.speakers import actor_of, described, ended, keys_of, pending_keys
from constancia.domain.identity.appointment import Appointment
from constancia.domain.identity.genesis import LedgerState
from constancia.domain.identity.succession import succession_of
from constancia.domain.values.calendar import format_instant, local_day
from constancia.ledger.errors import NotFound

router = Router(include_in_schema=False)
# Only here may a passkey be made.
_POLICY: Final = f"{HEADERS['Permissions-Policy']}, publickey-credentials-create=(self)"
_EARLY: Final = "appointed"  # a key presents itself before the first day too, so that it can be endorsed in time


@router.get("/es/llaves/{appointment}")
@router.get("/en/keys/{appointment}")
def keys(appointment: str, frame: TheFrame) -> Response:
    """Show the keys of an appointment, and let its holder make one."""
    made = frame.state.aggregates.get(f"appointment/{appointment}")
    if not isinstance(made, Appointment):
        raise NotFound("there is no such appointment")
    # Who has ended endorses no key that could sign anything.
    can_be_made = made.status_on(frame.as_of.day) == _EARLY and succession_of(frame.state, made.party) is None
    past = [each for each in ended(frame, made.person) if each.appointment.appointment == appointment]
    is_now = frame.as_of.size == frame.ledger.size and frame.as_of.as_of.day is None
    party = relying_party(frame.request)
    answer = frame.page(
        "keys.html",
        made=made,
        active=keys_of(frame, appointment),
        pending=pending_keys(frame, appointment),
        is_now=is_now,
        can_be_made=can_be_made and is_now,
        problem=None if can_be_made or not past else over(frame, past[0]),
        address=party.address,
        words=messages(frame.lang),
        data=_data(frame, made),
    )
    answer.headers["Permissions-Policy"] = _POLICY
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _data(frame: Frame, made: Appointment) -> dict[str, Any]:
    """Give what the page's script needs to compose the act by which a key presents itself."""
    party, ledger, state = relying_party(frame.request), frame.ledger, frame.state
    genesis = state.aggregates.get("ledger")
    name = frame.plain_text(genesis.opened.name.to_json()) if isinstance(genesis, LedgerState) else ledger.origin
    return {
        "act": {
            "actor": actor_of(made),
            "body": {"appointment": made.appointment, "party": made.party},
            "ledger": ledger.origin,
            "mode": "live",
            "occurred_on": local_day(ledger.clock.now(), state.timezone).isoformat(),
            "schema": state.edition,
            "type": "KeyRegistered",
        },
        "log_key": ledger.vkey,
        "name": name,
        "now": format_instant(ledger.clock.now()),
        "origin": ledger.origin,
        "registered": [key.key for key in (*keys_of(frame, made.appointment), *pending_keys(frame, made.appointment))],
        "relying_party": {"address": party.address, "id": party.id, "origin": party.origin},
        "who": described(frame, made),
    }
