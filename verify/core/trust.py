"""What a verifier pins, from elsewhere than the ledger that it audits (SPEC §4)."""

from dataclasses import dataclass

from constancia.verify.core.formats.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """The policy, the leaf hash of entry 0, and the last checkpoint verified, as a signed note."""

    policy: Policy
    genesis: bytes | None = None
    checkpoint: bytes | None = None
