"""Trees, logs and witnesses for the tests of witnessing, all with real keys and real stores."""

import hashlib
from pathlib import Path

from tests.ledger.world import START

from constancia.ledger.clock import StoryClock
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.keys.note_keys import Cosigner, NoteKeys
from constancia.ledger.wire.proofs import consistency_proof
from constancia.ledger.witnesses.protocol import format_request
from constancia.ledger.witnesses.witness import Witness
from constancia.ledger.witnesses.witness_memory import WitnessStore
from constancia.verify.wire.merkle import Tree, hash_leaf

ORIGIN = "example.org/witnessed"


class TreeLog:
    """A log without entries' meaning: a tree of numbered leaves, and the key that signs it."""

    def __init__(self, salt: str = "", signer: LogSigner | None = None, shared: int = 0) -> None:
        self.signer = signer or LogSigner.generate(ORIGIN)
        self.salt = salt
        self.shared = shared
        self.tree = Tree()

    def grow(self, size: int) -> "TreeLog":
        for index in range(self.tree.size, size):
            mark = "" if index < self.shared else self.salt
            self.tree.append(hash_leaf(hashlib.sha256(f"{mark}{index}".encode()).digest()))
        return self

    def fork(self, shared: int, size: int, salt: str = "fork") -> "TreeLog":
        """Another history by the same key, equal up to `shared` entries."""
        return TreeLog(salt, self.signer, shared).grow(size)

    def checkpoint(self, size: int) -> bytes:
        return self.signer.checkpoint(size, self.tree.root(size))

    def request(self, old: int, size: int) -> bytes:
        proof = consistency_proof(self.tree, old, size) if old else []
        return format_request(old, proof, self.checkpoint(size))


def cosigner(name: str = "witness.example/w1") -> Cosigner:
    keys = NoteKeys.generate()
    return Cosigner(name, keys.ed25519, keys.mldsa44)


def witness_in(path: Path, *logs: LogSigner, keys: Cosigner | None = None, create: bool = True) -> Witness:
    keys = keys or cosigner()
    store = WitnessStore.create(path, keys.keys) if create else WitnessStore.open(path, keys.keys)
    return Witness(store, keys, {one.origin: [one.verifier] for one in logs}, StoryClock(START))
