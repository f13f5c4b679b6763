"""The verifier's key directory as JSON and back, for the auditor's resume file."""

import base64
from collections.abc import Mapping
from typing import Any

from constancia.verify.core.authorship.directory import Directory, Unjudged
from constancia.verify.core.authorship.mandates import Mandate, RegisteredKey
from constancia.verify.core.authorship.seats import Body, Seats
from constancia.verify.core.formats.signatures import load_public_key


def directory_form(directory: Directory) -> dict[str, Any]:
    """Return a directory's JSON form, without the entries that each key signed."""
    return {
        "zone": directory.zone_name,
        "log_cosigner": directory.log_cosigner,
        "log_key": directory.log_key,
        "founders": sorted(directory.founders),
        "unjudged": directory.unjudged,
        "keys": [_key_form(key) for key in directory.keys.values()],
        "appointments": {name: _appointment_form(mandate) for name, mandate in directory.appointments.items()},
        "seats": {
            "joint": {text: sorted(by) for text, by in directory.seats.joint.items()},
            "bodies": {name: _body_form(body) for name, body in directory.seats.bodies.items()},
        },
    }


def restore_directory(directory: Directory, form: Mapping[str, Any]) -> None:
    """Restore an empty directory from its JSON form.

    Args:
        directory: An empty directory.
        form: The result of `directory_form`.

    Raises:
        Malformed: A key that is not valid in a directory.
    """
    if form["zone"]:
        directory.set_zone(form["zone"])
    directory.log_cosigner = form["log_cosigner"]
    directory.log_key = form["log_key"]
    directory.founders = frozenset(form["founders"])
    directory.unjudged = None if form["unjudged"] is None else Unjudged(*form["unjudged"])
    for item in form["keys"]:
        key = _key_of(item)
        directory.keys[key.public.key_id] = key
    directory.appointments = {
        name: Mandate(**{**item, "scope": frozenset(item["scope"])}) for name, item in form["appointments"].items()
    }
    directory.seats = Seats()
    directory.seats.joint = {text: set(by) for text, by in form["seats"]["joint"].items()}
    for name, item in form["seats"]["bodies"].items():
        directory.seats.bodies[name] = Body(
            members=frozenset(item["members"]), withdrawn=set(item["withdrawn"]), returning=dict(item["returning"])
        )


def _key_form(key: RegisteredKey) -> dict[str, Any]:
    return {
        "spki": base64.b64encode(key.public.spki).decode(),
        "scheme": key.public.scheme,
        "rp_id": key.public.rp_id,
        "origins": list(key.public.origins),
        "party": key.party,
        "appointment": key.appointment,
        "actor": dict(key.actor),
        "state": key.state,
        "valid_from": key.valid_from,
        "valid_until": key.valid_until,
    }


def _key_of(item: Mapping[str, Any]) -> RegisteredKey:
    public = load_public_key(
        item["scheme"], base64.b64decode(item["spki"]), rp_id=item["rp_id"], origins=tuple(item["origins"])
    )
    return RegisteredKey(
        public=public, party=item["party"], appointment=item["appointment"], actor=item["actor"],
        state=item["state"], valid_from=item["valid_from"], valid_until=item["valid_until"],
    )  # fmt: skip


def _appointment_form(mandate: Mandate) -> dict[str, Any]:
    return {
        "party": mandate.party,
        "person": mandate.person,
        "capacity": mandate.capacity,
        "scope": sorted(mandate.scope),
        "valid_from": mandate.valid_from,
        "valid_until": mandate.valid_until,
        "revoked": mandate.revoked,
    }


def _body_form(body: Body) -> dict[str, Any]:
    return {
        "members": sorted(body.members),
        "withdrawn": sorted(body.withdrawn),
        "returning": body.returning,
    }
