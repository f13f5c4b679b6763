"""The small true ledger that harnesses compare with: its keys, policy and trust folder, made once."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

from tests.fuzz.harness import place
from tests.verify.small_ledger import Log, LogKey, Witness, Writer

from constancia.verify.core.formats.note import format_vkey
from constancia.verify.trust.policy_file import parse_policy
from constancia.verify.trust.trust_folder import TrustFolder, load_trust

PASSPHRASE: Final = b"correct horse battery staple"
LOG_KEY: Final = LogKey("log").verifier
WITNESS: Final = Witness("a")
POLICY: Final = parse_policy(f"log {format_vkey(LOG_KEY)}\nwitness a {format_vkey(WITNESS.verifier)}\nquorum a\n")


@cache
def true_log() -> Log:
    """A founded ledger with an agreement and five reports."""
    return replace(Writer().found().sign_agreement().report(5, batch=2).log(), witnesses=(WITNESS,))


@cache
def trust_path() -> Path:
    """Its trust folder."""
    return true_log().write_trust(place() / "trust", quorum=1)


@cache
def trust() -> TrustFolder:
    """What is pinned."""
    return load_trust(trust_path())
