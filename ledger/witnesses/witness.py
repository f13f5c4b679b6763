"""A witness: cosigns a log's checkpoint after checking that it extends everything it cosigned for that log before.

- V1: verify, store durably, then cosign, in that order. After a crash at any point, the witness remembers at
  least everything that it answered.
- V2: check and update are atomic (`WitnessStore.writing`): no two requests can both advance from the same tree.
- V3: a refused request that the log itself signed is stored: it may prove that the log has two histories.

It trusts its own file and its clock. It trusts neither the log nor the sender: a request needs no authentication
beyond the log's signature on the checkpoint. Source: C2SP tlog-witness.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from constancia.ledger.clock import Clock, posix_seconds
from constancia.ledger.errors import LedgerError
from constancia.ledger.keys.note_keys import Cosigner
from constancia.ledger.witnesses.protocol import AddCheckpoint, parse_request
from constancia.ledger.witnesses.witness_memory import EquivocationRecord, LastCosigned, WitnessStore
from constancia.verify.core.errors import Malformed, Unsupported
from constancia.verify.core.formats.checkpoint import is_signed_by
from constancia.verify.core.formats.cosignature import verify_cosignature
from constancia.verify.core.formats.note import ED25519, Note, VerifierKey, format_note, parse_note
from constancia.verify.wire.merkle import verify_consistency

READY: Final = "constancia-witness listening on "  # a witness's process prints this with its address when it is ready
_log = logging.getLogger(__name__)


class NotCosigned(LedgerError):
    """The witness does not cosign; the subclass says why."""


class UnknownLog(NotCosigned):
    """The origin is not among the witness's logs."""


class NotSigned(NotCosigned):
    """No trusted key of the log signed the checkpoint, or a signature line of such a key does not verify."""


class SizeConflict(NotCosigned):
    """The old size is not the size of the tree cosigned last, which is `known`."""

    def __init__(self, known: int) -> None:
        super().__init__(f"the tree cosigned last has size {known}")
        self.known = known


class RootConflict(NotCosigned):
    """The log signed another root for the very size that was cosigned: two histories."""


class BadProof(NotCosigned):
    """The proof does not lead from the tree cosigned last to the submitted one."""


class Witness:
    """One witness, for several logs. Safe to use from several threads."""

    def __init__(
        self,
        store: WitnessStore,
        cosigner: Cosigner,
        logs: Mapping[str, Sequence[VerifierKey]],
        clock: Clock,
        before_commit: Callable[[], None] | None = None,
    ) -> None:
        """Combine the parts of a witness.

        Args:
            store: Its memory.
            cosigner: Its keys.
            logs: The keys of each log that it trusts, by origin: of Ed25519, or of ML-DSA-44. Any of them signs.
            clock: Its clock.
            before_commit: For tests: called between the check and the commit.
        """
        self.store = store
        self.cosigner = cosigner
        self.logs = logs
        self._clock = clock
        self._before_commit = before_commit

    def add_checkpoint(self, body: bytes) -> bytes:
        """Cosign a checkpoint.

        Args:
            body: The request, as defined by C2SP tlog-witness.

        Returns:
            The signature lines.

        Raises:
            Malformed: The body is not a request.
            UnknownLog, NotSigned, SizeConflict, RootConflict, BadProof: It is not cosigned.
        """
        request = parse_request(body)
        self._check_signature(request)
        origin, now = request.checkpoint.origin, posix_seconds(self._clock.now())
        known = None
        try:
            with self.store.writing() as rows:
                known = rows.known(origin)
                _check_extends(known, request)
                # A clock set back must not make this tree older than the last one; and a time is never 0.
                time = max(now, known.cosigned_at, 1)
                if self._before_commit is not None:
                    self._before_commit()
                size, root = request.checkpoint.size, request.checkpoint.root
                rows.remember(origin, LastCosigned(size=size, root=root, checkpoint=request.signed, cosigned_at=time))
        except (RootConflict, BadProof) as error:
            self._keep(request, body, known, now, error)
            raise
        # After a crash here the tree is stored but was not answered for: when the log retries with the size that it
        # knows, it gets the new size.
        lines = format_note("", self.cosigner.cosign(request.note.text, time))
        return lines.removeprefix(b"\n")

    def latest(self, origin_hash: str) -> bytes | None:
        """Give the checkpoint that it cosigned last of a log.

        Args:
            origin_hash: Hex SHA-256 of the log's origin.

        Returns:
            The note with the log's signature and this witness's, or None where nothing of that log was cosigned.

        Source: C2SP tlog-witness, monitoring prefix.
        """
        for origin, last in self.store.known().items():
            if hashlib.sha256(origin.encode()).hexdigest() == origin_hash:
                text = parse_note(last.checkpoint).text
                lines = format_note("", self.cosigner.cosign(text, last.cosigned_at)).removeprefix(b"\n")
                return last.checkpoint + lines
        return None

    def _check_signature(self, request: AddCheckpoint) -> None:
        keys = self.logs.get(request.checkpoint.origin)
        if not keys:
            raise UnknownLog(f"no log of origin {request.checkpoint.origin[:200]} is witnessed here")
        try:
            is_signed = [_is_signed_by(request.note, key) for key in keys]  # by each: a line that fails rejects it
        except (Malformed, Unsupported) as error:
            raise NotSigned(str(error)) from error
        if not any(is_signed):
            names = " or ".join(f"{key.name}+{key.key_hash.hex()}" for key in keys)
            raise NotSigned(f"the checkpoint is not signed by {names}")

    def _keep(
        self, request: AddCheckpoint, body: bytes, known: LastCosigned | None, at: int, error: NotCosigned
    ) -> None:
        origin, reason = request.checkpoint.origin, type(error).__name__
        before = known.checkpoint if known is not None else b""
        evidence = EquivocationRecord(at=at, origin=origin, reason=reason, known=before, request=body)
        with self.store.writing() as rows:
            is_new = rows.keep(evidence, request.note.text)
        if is_new:
            _log.error(
                "ALARM %s: %s, checkpoint of size %d is stored: %s", origin, reason, request.checkpoint.size, error
            )


def _is_signed_by(note: Note, key: VerifierKey) -> bool:
    """Tell whether a log's key signed; one of ML-DSA-44 signs as a cosigner does (C2SP tlog-checkpoint)."""
    if key.type_byte == ED25519:
        return is_signed_by(note, key)
    return bool([verify_cosignature(key, line, note.text) for line in note.signatures if key.matches(line)])


def _check_extends(known: LastCosigned, request: AddCheckpoint) -> None:
    new = request.checkpoint
    if request.old_size != known.size:
        raise SizeConflict(known.size)
    if new.size == known.size and new.root != known.root:
        raise RootConflict(f"the root cosigned for size {known.size} is {known.root.hex()}, not {new.root.hex()}")
    if not verify_consistency(
        old_size=known.size, new_size=new.size, old_root=known.root, new_root=new.root, proof=request.proof
    ):
        raise BadProof(f"the proof does not lead from size {known.size} to size {new.size}")
