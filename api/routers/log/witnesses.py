"""What the policy's witnesses have cosigned, for programs: the quorum's latest tree, and the state of each witness."""

from typing import Any, Final

from constancia.api.http.deps import TheLedger
from constancia.api.http.examples.entries import WITNESSES
from constancia.api.http.request.query import Router
from constancia.api.http.schemas import json_example
from constancia.domain.values.calendar import format_instant
from constancia.ledger.clock import instant_of
from constancia.ledger.ledger import Ledger
from constancia.ledger.witnesses.cosignature_store import key_label
from constancia.verify.core.formats.note import COSIGNATURE_MLDSA44

router = Router(tags=["log"])
_ALGORITHMS: Final = {True: "ml-dsa-44", False: "ed25519"}


@router.get(
    "/api/v1/witnesses",
    summary="Who has cosigned, up to which size",
    responses={200: json_example("The policy's quorum and its witnesses.", WITNESSES)},
)
def witnesses(ledger: TheLedger) -> dict[str, Any]:
    """Say which tree the policy's quorum has cosigned. By itself it proves nothing: the cosignatures are in
    `/checkpoint` and in receipts, for anybody to verify with a policy of their own.
    """  # noqa: D205 - the description is Markdown
    policy = ledger.witnessing.policy
    return {
        "items": [_item(ledger, name) for name in ledger.witnessing.witnesses],
        "log_cosigner": ledger.cosigner_vkey,
        "quorum": policy.quorum if policy is not None else "none",
        "size": ledger.size,
        "witnessed": witnessed(ledger),
    }


def witnessed(ledger: Ledger) -> dict[str, Any] | None:
    """Give the latest tree that the quorum has cosigned, and null where there is none."""
    latest = ledger.witnessing.latest()
    if latest is None:
        return None
    return {
        "at": instant(latest.at),
        "by": list(latest.by),
        "root": ledger.log.root(latest.size).hex(),
        "size": latest.size,
    }


def _item(ledger: Ledger, name: str) -> dict[str, Any]:
    key = ledger.witnessing.witnesses[name]
    last = ledger.witnessing.last_by(name)
    return {
        "algorithm": _ALGORITHMS[key.type_byte == COSIGNATURE_MLDSA44],
        "cosigned": None if last is None else {"at": instant(last[1]), "size": last[0]},
        "key": key_label(key),
        "name": name,
        "problem": ledger.witness_problems.get(name),
        "url": ledger.witness_urls.get(name),
    }


def instant(seconds: int) -> str:
    """Give a cosignature's POSIX seconds as RFC 3339 in UTC."""
    return format_instant(instant_of(seconds))
