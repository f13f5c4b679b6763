"""What lies where in a ledger's folder, and how a new one is made.

D/ledger.sqlite     the store; it can't be made again
D/database          instead of it: the address of the database of PostgreSQL that has the store, without its password
D/ledger.lock       one writer at a time; who it is, in D/ledger.lock.holder
D/views.sqlite      projections; may be deleted
D/state.sqlite      states as they were folded at some sizes; may be deleted
D/cosignatures.sqlite   what witnesses have cosigned; lost, they are asked again
D/refusals.sqlite   signed attempts that were refused; outside the chain, may be deleted
D/drafts.sqlite     prepared acts that wait for a signature; no entries, may be deleted
D/rollbacks.json    rollbacks that the operator has accepted, with reasons; public
D/vault/            what commitments stand for, and blocked documents; never published nor backed up
D/replaced          after a restore, until the vault is here alone: the name of the folder that was here
D/set-aside/        a published log that an accepted rollback contradicts; evidence
D/documents/        documents by SHA-256
D/anchors/          time-stamps over checkpoints; they can't be had again
D/log/              published tiles and checkpoint
D/trust/            policy and genesis, for comparing and handing out
D/keys/log.pem      the log's key, encrypted; of a key in a token, which one it is
D/keys/log-next.pem     while it is replaced: the key that is to follow, encrypted
D/keys/former           verifier keys that the log had before
D/witnesses/        a demonstration's witnesses, each with its keys and memory
D/receipts/         receipts that clients asked to be stored

Where the store is in a database, cosignatures, refusals, rollbacks, vault, documents and anchors are there too.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from constancia.ledger.disk.durable import write_file
from constancia.ledger.errors import LedgerError, NotFound
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.keys.token_key import TokenAccess, TokenKey
from constancia.ledger.store.address import DatabaseAddress, address_in
from constancia.ledger.store.postgres.driver import postgres
from constancia.verify.core.errors import Unreadable
from constancia.verify.core.formats.note import MAX_NOTE_BYTES, VerifierKey, parse_log_vkey
from constancia.verify.sources.files import read_file
from constancia.verify.sources.layout import (
    ANCHORS_NAME,
    COSIGNATURES_NAME,
    DOCUMENTS_NAME,
    GENESIS_NAME,
    POLICY_NAME,
    PUBLISHED_NAME,
    STORE_NAME,
    TRUST_NAME,
    VIEWS_NAME,
)
from constancia.verify.sources.sqlite_store import open_store

NO_WITNESSES: Final = "none"
VAULT_NAME: Final = "vault"
DRAFTS_NAME: Final = "drafts.sqlite"
SNAPSHOTS_NAME: Final = "state.sqlite"
# How a policy that we write calls the log's own ML-DSA-44 cosignatures.
LOG_COSIGNER: Final = "log-mldsa44"


@dataclass(frozen=True, slots=True)
class LedgerFolder:
    """The places in one ledger's folder."""

    path: Path

    @property
    def store(self) -> Path:
        """The store."""
        return self.path / STORE_NAME

    @property
    def has_store(self) -> bool:
        """Whether there is a store: its file, or tables in the database that the folder names.

        Raises:
            StoreUnavailable: The database can't be asked.
        """
        address = address_in(self.path)
        return self.store.exists() if address is None else bool(postgres().is_ledger_in(address))

    @property
    def documents(self) -> Path:
        """Documents by SHA-256."""
        return self.path / DOCUMENTS_NAME

    @property
    def anchors(self) -> Path:
        """Time-stamps over checkpoints."""
        return self.path / ANCHORS_NAME

    @property
    def log(self) -> Path:
        """The published files."""
        return self.path / PUBLISHED_NAME

    @property
    def trust(self) -> Path:
        """Policy and genesis."""
        return self.path / TRUST_NAME

    @property
    def views(self) -> Path:
        """The projections' database."""
        return self.path / VIEWS_NAME

    @property
    def snapshots(self) -> Path:
        """States as they were folded at some sizes."""
        return self.path / SNAPSHOTS_NAME

    @property
    def cosignatures(self) -> Path:
        """What witnesses have cosigned."""
        return self.path / COSIGNATURES_NAME

    @property
    def refusals(self) -> Path:
        """Signed attempts that were refused."""
        return self.path / "refusals.sqlite"

    @property
    def drafts(self) -> Path:
        """Prepared acts that wait for a signature."""
        return self.path / DRAFTS_NAME

    @property
    def vault(self) -> Path:
        """What commitments stand for, and blocked documents."""
        return self.path / VAULT_NAME

    @property
    def set_aside(self) -> Path:
        """Published logs that an accepted rollback contradicts."""
        return self.path / "set-aside"

    @property
    def rollbacks(self) -> Path:
        """The rollbacks that the operator has accepted, for everybody to read."""
        return self.path / "rollbacks.json"

    @property
    def policy(self) -> Path:
        """The trust folder's policy: whose signatures count, and where the witnesses are asked."""
        return self.trust / POLICY_NAME

    @property
    def log_key(self) -> Path:
        """The log's key file."""
        return self.path / "keys" / "log.pem"

    @property
    def next_log_key(self) -> Path:
        """The file of the key that is to replace the log's key; there only while it is replaced."""
        return self.path / "keys" / "log-next.pem"

    @property
    def former(self) -> Path:
        """The verifier keys that the log had before, one a line."""
        return self.path / "keys" / "former"

    @property
    def receipts(self) -> Path:
        """Receipts stored with the log."""
        return self.path / "receipts"

    def make_log_key(self, origin: str, passphrase: bytes, token: TokenKey | None = None) -> LogSigner:
        """Make the key of a new log and keeps it encrypted.

        Args:
            origin: The ledger's name.
            passphrase: At least 12 bytes; lost with it is the right to continue the log.
            token: The Ed25519 key, where it is in a token.

        Returns:
            The signer. Its `vkey` goes into the genesis that the founders sign.

        Raises:
            KeyFileError: There is a key already, or the passphrase is too short.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        self.log_key.parent.mkdir(mode=0o700, exist_ok=True)
        signer = LogSigner.generate(origin, token)
        signer.save(self.log_key, passphrase)
        return signer

    def load_log_key(self, origin: str, passphrase: bytes, tokens: TokenAccess | None = None) -> LogSigner:
        """Open the log's key, and the one that is to replace it, where there is one.

        Args:
            origin: The ledger's name.
            passphrase: That of the key files.
            tokens: How a key in a token is reached.

        Raises:
            KeyFileError: No such file, or another passphrase.
            TokenUnavailable: A key is in a token that can't be had.
        """
        signer = LogSigner.load(origin, self.log_key, passphrase, tokens)
        if not self.next_log_key.exists():
            return signer
        return signer.followed_by(LogSigner.load(origin, self.next_log_key, passphrase, tokens))

    def former_log_keys(self) -> tuple[VerifierKey, ...]:
        """Give the keys that the log had before, besides the one that the genesis names.

        Raises:
            Malformed, Unreadable: The list can't be read.
        """
        raw = read_file(self.former, MAX_NOTE_BYTES) or b""
        return tuple(parse_log_vkey(line) for line in raw.decode("utf-8", "replace").split())

    def write_trust(self, vkey: str, genesis: bytes, cosigner_vkey: str | None = None) -> None:
        """Write the trust folder, once the genesis is recorded.

        It is what a party takes away and pins elsewhere. Here, with the ledger, it proves
        nothing.

        Args:
            vkey: The log's verifier key.
            genesis: Leaf hash of entry 0.
            cosigner_vkey: The verifier key of the log's ML-DSA-44 cosignatures, if it makes them.

        Raises:
            LedgerError: There is another genesis or key already.
        """
        policy = policy_text(vkey, cosigner_vkey).encode()
        fingerprint = f"{genesis.hex()}\n".encode()
        for name, data in ((POLICY_NAME, policy), (GENESIS_NAME, fingerprint)):
            path = self.trust / name
            if name == GENESIS_NAME and read_file(path, MAX_NOTE_BYTES) not in (None, data):
                raise LedgerError(f"{path} names another genesis; it is never overwritten")
            if not path.exists():
                write_file(path, data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Peek:
    """What a store says of itself at a glance, unchecked: origin, whether there are entries, whether it is a demo."""

    origin: str
    size: int
    is_demonstration: bool


def peek(folder: Path, database: DatabaseAddress | None = None) -> Peek:
    """Look at a ledger's store without opening the ledger, which reads all of it.

    Args:
        folder: The ledger's folder.
        database: Where the store is, if the folder does not say so.

    Raises:
        NotFound: There is no store.
        StoreUnavailable: Its database can't be had.
        LedgerError: It can't be read, or does not name its origin.
    """
    address = database or address_in(folder)
    if address is not None:
        origin, size, genesis = postgres().glance(address)
        return _peeked(origin, size, genesis, address.shown)
    if not (folder / STORE_NAME).is_file():
        raise NotFound(f"there is no ledger in {folder}: give the folder of one")
    try:
        store = open_store(folder / STORE_NAME)
        try:
            origin, size, genesis = store.meta().get("origin"), store.count(), store.entry(0)
        finally:
            store.close()
    except Unreadable as error:
        raise LedgerError(f"{folder / STORE_NAME} can't be read: {error}") from error
    return _peeked(origin, size, genesis, str(folder / STORE_NAME))


def _peeked(origin: object, size: int, genesis: bytes | None, where: str) -> Peek:
    try:
        body = json.loads(genesis)["statement"]["body"] if genesis is not None else {}
    except (ValueError, KeyError, TypeError) as error:
        raise LedgerError(f"{where} can't be read: {error}") from error
    if not isinstance(origin, str):
        raise LedgerError(f"{where} does not name its origin")
    return Peek(origin=origin, size=size, is_demonstration=body.get("demonstration") is True)


def policy_text(
    vkey: str, cosigner_vkey: str | None = None, witnesses: Sequence[str] = (), quorum: str = NO_WITNESSES
) -> str:
    """Return a policy that asks for the log's own signature and, by default, for no witness.

    Args:
        vkey: The log's verifier key.
        cosigner_vkey: That of its ML-DSA-44 cosignatures, if it makes them.
        witnesses: Lines for witnesses and groups.
        quorum: The name of the witness or group that must have cosigned.

    Source:
        C2SP tlog-policy.
    """
    own = [] if cosigner_vkey is None else [f"witness {LOG_COSIGNER} {cosigner_vkey}"]
    return "\n".join([f"log {vkey}", *own, *witnesses, f"quorum {quorum}", ""])
