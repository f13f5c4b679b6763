"""The trust anchor by its fingerprint as this server says it, and where copies of it are published by others."""

import re
from dataclasses import dataclass
from typing import Final

from constancia.api.http.request.context import settings_of
from constancia.api.pages.frame.frame import Frame
from constancia.ledger.ledger import Ledger
from constancia.verify.core.formats.note import format_vkey
from constancia.verify.sources.transit import plain
from constancia.verify.trust.fingerprint import fingerprint
from constancia.verify.trust.policy_file import parse_policy

# ASCII alone: letters of other scripts that look like these would lead elsewhere.
_ADDRESS: Final = re.compile(r"https://[A-Za-z0-9][!-~]*")
_AFTER: Final = ".,;:!?)]}>'\""  # marks of the sentence that an address ends


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorCopy:
    """Where somebody publishes a verifier page with the trust anchor.

    Attributes:
        address: An https address.
        name: Who publishes it, as the server's operator says; empty where a party's signed statement says it.
        parties: The parties that signed the statement.
        index: The entry in which the first of them did; None where the operator says it.
    """

    address: str
    name: str = ""
    parties: tuple[str, ...] = ()
    index: int | None = None


def fingerprint_of(ledger: Ledger) -> str:
    """Give the fingerprint of the trust anchor that this server has; empty before genesis."""
    if not ledger.log.size:
        return ""
    policy = plain(ledger.policy.encode()).decode()
    return fingerprint(policy, parse_policy(policy).logs, ledger.log.leaf_hash(0))


def keys_of_log(ledger: Ledger) -> tuple[str, ...]:
    """Give the log's keys of which that trust anchor accepts any, as vkeys; none before genesis."""
    if not ledger.log.size:
        return ()
    policy = parse_policy(plain(ledger.policy.encode()).decode())
    return tuple(map(format_vkey, policy.signers_of(ledger.origin)))


def copies_of(frame: Frame) -> list[AnchorCopy]:
    """List the published copies: first those that parties declared in a signed statement about the ledger.

    It is a `StatementPublished` of kind `declaration`, about the stream `ledger`, whose title names an address. Of each
    party the newest counts.
    """
    declared: dict[tuple[str, ...], AnchorCopy] = {}
    for row in frame.rows("statements"):
        if (row["kind"], row.get("about")) != ("declaration", "ledger"):
            continue
        match = _ADDRESS.search(frame.plain_text(row["title"]))
        parties = tuple(mark["party"] for mark in row["signatories"])
        index = min(mark["index"] for mark in row["signatories"])
        if match and (parties not in declared or index > (declared[parties].index or 0)):
            declared[parties] = AnchorCopy(address=match[0].rstrip(_AFTER), parties=parties, index=index)
    said_here = settings_of(frame.request).published_trust.items()
    return [*declared.values(), *(AnchorCopy(address=address, name=name) for name, address in said_here)]
