"""The stable refusal codes, the HTTP status of each, and their rank: which of several a refusal has.

A client may rely on code and status; the wording belongs to the pages (message id `problem.<code>`).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

CODES: Final[Mapping[str, int]] = MappingProxyType(
    {
        "E_MALFORMED": 400,
        "E_UNKNOWN_TYPE": 400,
        "E_SCHEMA_VERSION": 400,
        "E_TOO_LARGE": 413,
        "E_CONTENT_TYPE": 415,
        "E_LEDGER_MISMATCH": 422,
        "E_SIGNATURE_INVALID": 401,
        "E_KEY_UNKNOWN": 401,
        "E_KEY_NOT_ACTIVE": 401,
        "E_KEY_EXPIRED": 401,
        "E_KEY_REVOKED": 401,
        "E_SEEN_AHEAD": 409,
        "E_SEEN_CONTRADICTS": 409,
        "E_APPOINTMENT_NOT_IN_FORCE": 403,
        "E_SELF_DEALING": 403,
        "E_NOT_SEATED": 403,
        "E_PARTY_WITHDRAWN": 403,
        "E_PARTY_SUCCEEDED": 403,
        "E_OUT_OF_SCOPE": 403,
        "E_ROLE": 403,
        "E_ALREADY_SIGNED": 409,
        "E_STATE": 409,
        "E_NOT_FOUND": 404,
        "E_DUPLICATE": 409,
        "E_VERSION_CONFLICT": 409,
        "E_DATE": 422,
        "E_DIGEST_MISMATCH": 422,
        "E_EVIDENCE_REQUIRED": 422,
        "E_MILESTONES_OPEN": 422,
        "E_SCOPE_LABEL": 422,
        "E_CORRECTION_FORBIDDEN": 422,
        "E_POLICY": 422,
        "E_BUSY": 503,
    }
)
