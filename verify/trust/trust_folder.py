"""The trust folder: what a verifier must have from elsewhere than the ledger that it audits (SPEC §4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.note import MAX_NOTE_BYTES
from constancia.verify.core.formats.policy import Policy
from constancia.verify.core.formats.signatures import is_hex64
from constancia.verify.core.trust import Trust
from constancia.verify.sources.files import Folder, read_named
from constancia.verify.sources.layout import CHECKPOINT_NAME, GENESIS_NAME, POLICY_NAME
from constancia.verify.sources.transit import plain
from constancia.verify.trust.fingerprint import fingerprint
from constancia.verify.trust.policy_file import MAX_POLICY_BYTES, parse_policy


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustFolder(Trust):
    """What a verifier pins, its folder, and on whose word it rests.

    `word` has the anchor's `fingerprint`; if it comes from a page that somebody publishes, also `publisher`, `date` and
    `address`. It is None if no genesis is pinned: that is no anchor.
    """

    folder: Path | None = None
    word: Mapping[str, str] | None = None


def load_trust(folder: Path) -> TrustFolder:
    """Read a trust folder. An editor's byte-order mark and line ends make no other anchor: no signature covers them.

    Args:
        folder: Holds `policy`, and optionally `genesis` and `checkpoint`.

    Returns:
        What is pinned.

    Raises:
        Unreadable: No folder, no policy, or a file that can't be read.
        Malformed: A file in another form.

    Source: ours: SPEC §4.
    """
    files = Folder(folder, follow_links=True)
    policy = files.read(POLICY_NAME, MAX_POLICY_BYTES)
    if policy is None:
        raise Unreadable("trust", str(folder), "a trust folder holds a file named policy")
    parsed = _policy_in(policy)
    genesis = files.read(GENESIS_NAME, 256)
    if genesis is not None:
        text = plain(genesis).decode("ascii", "replace").strip()
        if not is_hex64(text):
            raise Malformed("genesis", "trust/genesis", "64 hex digits", text)
        genesis = bytes.fromhex(text)
    raw = files.read(CHECKPOINT_NAME, MAX_NOTE_BYTES)
    checkpoint = None if raw is None else plain(raw)
    word = genesis and {"fingerprint": fingerprint(plain(policy).decode(), parsed.logs, genesis)}
    return TrustFolder(policy=parsed, genesis=genesis, checkpoint=checkpoint, folder=folder, word=word or None)


def read_policy(path: Path) -> Policy:
    """Read one policy file, as `load_trust` reads that of a trust folder.

    Raises:
        FileNotFoundError: There is none.
        Unreadable, Malformed: It can't be read, or has another form.
    """
    return _policy_in(read_named(path, MAX_POLICY_BYTES))


def _policy_in(raw: bytes) -> Policy:
    try:
        return parse_policy(plain(raw).decode())
    except UnicodeDecodeError as error:
        raise Malformed("not-utf8", "trust/policy", "UTF-8", error.reason) from error
