"""Acts: what can be said, by whom, and the form of each body as JSON Schema."""

from functools import cache
from typing import Any, Final

from fastapi import Request

from constancia.api.description.forms import Forms
from constancia.api.http.deps import TheLedger
from constancia.api.http.proxies import prefix_of
from constancia.api.http.request.query import Router
from constancia.api.http.schemas import json_example, refusals
from constancia.domain.catalogue import REGISTRY
from constancia.ledger.errors import NotFound

router = Router(prefix="/api/v1", tags=["entries"])
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_EXAMPLE: Final = {
    "schema": "/api/v1/acts/VoteCast/schema.json",
    "signer": "rep",
    "since": 1,
    "stream": "decision",
    "type": "VoteCast",
    "until": None,
}


@router.get(
    "/acts",
    summary="Every type of act, with the form of its body",
    responses={200: json_example("Types in alphabetical order.", {"edition": 3, "items": [_EXAMPLE]})},
)
def list_acts(request: Request, ledger: TheLedger) -> dict[str, Any]:
    """List what can be said: who signs it, on which streams, in which editions of the law, and where its form is.

    A schema says what the type says: members, their types and limits. What a rule of the law asks besides is said by a
    dry run (`/api/v1/drafts`).
    """
    return {
        "edition": ledger.state().edition,
        "items": [_about(name, prefix_of(request.scope)) for name in sorted(REGISTRY)],
    }


@router.get(
    "/acts/{type}/schema.json",
    summary="The form of an act's body",
    responses={
        200: json_example("JSON Schema, draft 2020-12.", {"$schema": _DIALECT, "title": "VoteCast"}),
        **refusals(404),
    },
)
def get_act_schema(type: str) -> dict[str, Any]:  # noqa: A002 - the address names it so
    """Give the JSON Schema of a type's body, with all that it refers to."""
    if type not in REGISTRY:
        raise NotFound("there is no act of this type")
    return schema_of(type)


def _about(name: str, prefix: str) -> dict[str, Any]:
    act = REGISTRY[name]
    return {
        "schema": f"{prefix}/api/v1/acts/{name}/schema.json",
        "signer": act.signer,
        "since": act.SINCE,
        "stream": act.stream_kind,
        "type": name,
        "until": act.UNTIL,
    }


@cache
def schema_of(name: str) -> dict[str, Any]:
    """Give the JSON Schema of a type's body, whole in itself: its parts are in `$defs`.

    Args:
        name: The type's name.
    """
    forms = Forms("#/$defs/")
    forms.of(REGISTRY[name])
    own = forms.components.pop(name)
    return {"$schema": _DIALECT, "title": name, **own, "$defs": dict(sorted(forms.components.items()))}
