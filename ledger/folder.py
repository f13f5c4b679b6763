"""What lies where in a ledger's folder, and how a new one is made.

D/ledger.sqlite     the store; it can't be made again
D/ledger.lock       who writes
D/views.sqlite      projections; may be deleted
D/documents/        documents by SHA-256
D/anchors/          time-stamps over checkpoints; they can't be had again
D/log/              published tiles and checkpoint
D/trust/            policy and genesis, for comparing and handing out
D/keys/log.pem      the log's key, encrypted
D/receipts/         receipts that clients asked to be kept
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from constancia.ledger.durable import write_file
from constancia.ledger.errors import LedgerError
from constancia.ledger.signer import LogSigner

NO_WITNESSES: Final = "none"


@dataclass(frozen=True, slots=True)
class LedgerFolder:
    """The places in one ledger's folder."""

    path: Path

    @property
    def documents(self) -> Path:
        """Documents by SHA-256."""
        return self.path / "documents"

    @property
    def anchors(self) -> Path:
        """Time-stamps over checkpoints."""
        return self.path / "anchors"

    @property
    def log(self) -> Path:
        """The published files."""
        return self.path / "log"

    @property
    def trust(self) -> Path:
        """Policy and genesis."""
        return self.path / "trust"

    @property
    def views(self) -> Path:
        """The projections' database."""
        return self.path / "views.sqlite"

    @property
    def log_key(self) -> Path:
        """The log's key file."""
        return self.path / "keys" / "log.pem"

    @property
    def receipts(self) -> Path:
        """Receipts kept beside the log."""
        return self.path / "receipts"

    def make_log_key(self, origin: str, passphrase: bytes) -> LogSigner:
        """Makes the key of a new log and keeps it encrypted.

        Args:
            origin: The ledger's name.
            passphrase: At least 12 bytes; lost with it is the right to continue the log.

        Returns:
            The signer. Its `vkey` goes into the genesis that the founders sign.

        Raises:
            KeyFileError: There is a key already, or the passphrase is too short.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        self.log_key.parent.mkdir(mode=0o700, exist_ok=True)
        signer = LogSigner.generate(origin)
        signer.save(self.log_key, passphrase)
        return signer

    def load_log_key(self, origin: str, passphrase: bytes) -> LogSigner:
        """Opens the log's key.

        Raises:
            KeyFileError: No such file, or another passphrase.
        """
        return LogSigner.load(origin, self.log_key, passphrase)

    def write_trust(self, vkey: str, genesis: bytes) -> None:
        """Writes the trust folder, once the genesis is recorded.

        It is what a party takes away and pins elsewhere. Here, beside the ledger, it proves
        nothing.

        Args:
            vkey: The log's verifier key.
            genesis: Leaf hash of entry 0.

        Raises:
            LedgerError: Another genesis or key stands there already.
        """
        policy = policy_text(vkey).encode()
        fingerprint = f"{genesis.hex()}\n".encode()
        for name, data in (("policy", policy), ("genesis", fingerprint)):
            path = self.trust / name
            if path.exists() and path.read_bytes() != data and name == "genesis":
                raise LedgerError(f"{path} names another genesis; it is never overwritten")
            if not path.exists():
                write_file(path, data)


def policy_text(vkey: str) -> str:
    """A policy that asks for the log's own signature and for no witness.

    Source:
        C2SP tlog-policy.
    """
    return f"log {vkey}\nquorum {NO_WITNESSES}\n"
