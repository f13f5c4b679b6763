"""Whether a file is the one that was released under its name, by the log of releases.

- R4: never better than what was compared: without the quorum of the reader's policy the answer is inconclusive, and a
  name with two digests in the log is an alteration, whichever of them the file has.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from constancia.ledger.releases.attestation import Attestation, parse_attestation, raw_key
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.policy import Policy, open_with_policy
from constancia.verify.core.report import Verdict
from constancia.verify.sources.files import read_file
from constancia.verify.sources.layout import POLICY_NAME
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import read_policy
from constancia.verify.wire.merkle import Tree, hash_leaf, verify_inclusion
from constancia.verify.wire.tlog_proof import MAX_PROOF_BYTES, parse_tlog_proof

KEYS_NAME: Final = "release-keys.pem"
PROOF_SUFFIX: Final = ".tlog-proof"
_MAX_KEYS_BYTES: Final = 65_536
_END: Final = b"-----END PUBLIC KEY-----"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseTrust:
    """What the reader has from elsewhere: the policy of the log of releases, and the keys that sign releases."""

    policy: Policy
    keys: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseVerdict:
    """A verdict, why (a code with its parameters), and what was compared."""

    verdict: Verdict
    code: str
    name: str
    sha256: str
    params: dict[str, Any] = field(default_factory=dict)


def load_release_trust(folder: Path) -> ReleaseTrust:
    """Read a folder with `policy` (C2SP tlog-policy) and `release-keys.pem`.

    Raises:
        Unreadable, Malformed: A file is missing or of another form.
    """
    raw = read_file(folder / KEYS_NAME, _MAX_KEYS_BYTES)
    if raw is None:
        raise Unreadable("trust", str(folder / KEYS_NAME), "it is missing")
    try:
        keys = [load_pem_public_key(part + _END) for part in raw.split(_END)[:-1]]
    except ValueError as error:
        raise Malformed("vkey", KEYS_NAME, "public keys as PEM", str(error)) from error
    listed = tuple(raw_key(key) for key in keys if isinstance(key, Ed25519PublicKey))
    if not listed:
        raise Malformed("vkey", KEYS_NAME, "at least one Ed25519 key")
    return ReleaseTrust(policy=read_policy(folder / POLICY_NAME), keys=listed)


def digest_of(file: Path) -> str:
    """Give a file's SHA-256 in hex. Raises OSError where it can't be read."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def check_by_proof(file: Path, proof: Path, trust: ReleaseTrust) -> ReleaseVerdict:
    """Compare a file with the proof that came with it; needs no network.

    Raises:
        Unreadable: The proof is missing.
        Malformed: The proof is of another form, or its checkpoint is not the log's.
        OSError: The file can't be read.
    """
    raw = read_file(proof, MAX_PROOF_BYTES)
    if raw is None:
        raise Unreadable("receipt", str(proof), "it is missing")
    parsed = parse_tlog_proof(raw)
    opened = open_with_policy(parsed.checkpoint, trust.policy)
    name, sha256, head = file.name, digest_of(file), opened.checkpoint
    is_there = verify_inclusion(
        leaf_hash=hash_leaf(parsed.extra or b""), index=parsed.index, size=head.size, proof=parsed.proof, root=head.root
    )
    if not is_there:
        return ReleaseVerdict(verdict=Verdict.ALTERED, code="proof", name=name, sha256=sha256)
    recorded = [(parsed.index, parse_attestation(parsed.extra or b""))]
    return _judge(name, sha256, recorded, trust, is_witnessed=opened.witnessed)


def check_by_log(file: Path, location: str, trust: ReleaseTrust) -> ReleaseVerdict:
    """Compare a file with the whole log of releases, at an address or in a folder.

    Raises:
        Unreadable: The log can't be read.
        Malformed: Its checkpoint is not by the trusted key.
        OSError: The file can't be read.
    """
    with open_source(location) as source:
        note = None if source.published is None else source.published.checkpoint()
        if note is None:
            raise Unreadable("checkpoint", location, "there is no log here")
        opened = open_with_policy(note, trust.policy)
        entries = list(source.entries())
    name, sha256 = file.name, digest_of(file)
    tree = Tree(map(hash_leaf, entries))
    if (tree.size, tree.root()) != (opened.checkpoint.size, opened.checkpoint.root):
        return ReleaseVerdict(verdict=Verdict.ALTERED, code="log", name=name, sha256=sha256)
    return _judge(name, sha256, list(_attestations(entries)), trust, is_witnessed=opened.witnessed)


def _attestations(entries: list[bytes]) -> Iterator[tuple[int, Attestation]]:
    for index, entry in enumerate(entries):
        yield index, parse_attestation(entry)


def _judge(
    name: str, sha256: str, recorded: list[tuple[int, Attestation]], trust: ReleaseTrust, *, is_witnessed: bool
) -> ReleaseVerdict:
    """Judge by what is recorded under the file's name. A key that is not trusted records nothing."""
    ours = [(index, claim) for index, claim in recorded if claim.name == name]
    signed = [(index, claim) for index, claim in ours if claim.is_signed_by(trust.keys)]
    digests = sorted({claim.sha256 for _, claim in signed})
    params: dict[str, Any]
    if ours and not signed:
        code, verdict, params = "key", Verdict.ALTERED, {"index": ours[0][0]}
    elif len(digests) > 1:
        code, verdict, params = "two-digests", Verdict.ALTERED, {"digests": ", ".join(digests)}
    elif not signed:
        code, verdict, params = "not-recorded", Verdict.INCONCLUSIVE, {}
    elif digests != [sha256]:
        code, verdict, params = "other-digest", Verdict.ALTERED, {"index": signed[0][0], "recorded": digests[0]}
    elif not is_witnessed:
        code, verdict, params = "no-quorum", Verdict.INCONCLUSIVE, {"index": signed[0][0]}
    else:
        code, verdict, params = "recorded", Verdict.INTACT, {"index": signed[0][0]}
    return ReleaseVerdict(verdict=verdict, code=code, name=name, sha256=sha256, params=params)
