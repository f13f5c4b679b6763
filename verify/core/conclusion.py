"""What the finished tree is compared with: pins, the log's keys, checkpoints, cosignatures (SPEC §7, steps 12-16)."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final

from constancia.verify.core.errors import Malformed, Unsupported
from constancia.verify.core.formats.checkpoint import Checkpoint, is_by_other_key, parse_checkpoint
from constancia.verify.core.formats.cosignature import verify_cosignature
from constancia.verify.core.formats.merkle import MerkleTree
from constancia.verify.core.formats.note import COSIGNATURE_MLDSA44 as MLDSA44
from constancia.verify.core.formats.note import Note, VerifierKey, format_vkey, parse_log_vkey, parse_note, parse_vkey
from constancia.verify.core.formats.policy import NO_QUORUM, Opened, Policy, cosigners, open_with_policy
from constancia.verify.core.formats.signatures import PublicKey, Signature, load_public_key, spki_of_ed25519
from constancia.verify.core.report import FaultList, fault_of
from constancia.verify.core.seen_roots import SeenRoots
from constancia.verify.core.signature_check import InOrder
from constancia.verify.core.trust import Trust

PINNED: Final = "trust/checkpoint"
PlacedNote = tuple[int | None, str, bytes]  # index and place of a signed note, its bytes


class Conclusion:
    """Compares the tree of the entries, and what signers confirm of it, with what was signed and pinned."""

    def __init__(
        self, findings: FaultList, signatures: InOrder, tree: MerkleTree, seen: SeenRoots, trust: Trust | None,
    ) -> None:  # fmt: skip
        self._findings, self._signatures = findings, signatures
        self._tree, self._seen = tree, seen
        self._policy, self._trust = None if trust is None else trust.policy, trust
        self.keys: tuple[VerifierKey, ...] = ()
        self._own: VerifierKey | None = None
        self._public: dict[VerifierKey, PublicKey] = {}

    def check_keys(self, origin: str | None, genesis_vkey: str | None) -> VerifierKey | None:
        """SPEC §7 step 12: entry 0 is the pinned one, and names a key (`genesis_vkey`), which the policy may replace.

        Returns:
            The log's key: of the policy, else the one that entry 0 names; None if no key is known.
        """
        findings = self._findings
        try:
            self._own = None if genesis_vkey is None else parse_log_vkey(genesis_vkey)
        except Malformed as error:
            findings.add(fault_of(error, "directory", 0, "statement.body.log_key", "L2"))
        own = () if self._own is None else (self._own,)
        self.keys = own if self._policy is None else self._policy.signers_of(origin)
        if self.keys and self._own not in (None, *self.keys):
            findings.note("log-key-replaced")
        self._public = {key: load_public_key("ed25519", spki_of_ed25519(key.public_key)) for key in (*self.keys, *own)}
        genesis = None if self._trust is None else self._trust.genesis
        if genesis not in (None, findings.genesis):
            findings.fault("genesis", 0, "leaf hash", genesis, findings.genesis or b"")
        if not self.keys:
            findings.leave_open("no-log-key")
            return None
        key = next((key for key in self.keys if key == self._own), self.keys[0])
        findings.log_key = format_vkey(key)
        return key

    def check_kept(self, origin: str | None) -> None:
        """SPEC §7 step 13: the log goes on from the checkpoint that the verifier saved.

        Raises:
            Malformed: It is no checkpoint that the policy accepts.
        """
        if self._trust is not None and self._trust.checkpoint is not None:
            pinned = open_with_policy(self._trust.checkpoint, self._trust.policy).checkpoint
            if self.goes_on_from(pinned, origin, PINNED):
                self._seen.confirm(pinned.size)

    def goes_on_from(self, earlier: Checkpoint, origin: str | None, where: str) -> bool:
        """Tell whether a checkpoint that was verified before is of this log; shorter or different is a fault."""
        size = self._tree.size
        if earlier.origin != origin:
            self._findings.fault("origin", None, where, earlier.origin, origin)
        elif earlier.size > size:
            self._findings.fault("rollback", size, where, f"{earlier.size} entries", size, last_index=earlier.size - 1)
        elif self._tree.root(earlier.size) == earlier.root:
            return True
        else:
            self.root_differs("fork", where, earlier)
        return False

    def check_checkpoint(self, raw: bytes, where: str) -> None:
        """SPEC §7 step 14: the checkpoint's form, origin, signatures, size and root."""
        checkpoint = self.open(raw, where, None)
        if checkpoint is None or self.is_root(checkpoint):
            return
        size, claimed = self._tree.size, checkpoint.size
        if claimed > size:
            self._findings.fault("size", size, where, f"at most {size} entries", claimed, last_index=claimed - 1)
        else:
            self.root_differs("root", where, checkpoint)

    def is_root(self, checkpoint: Checkpoint) -> bool:
        """Tell whether the tree has the checkpoint's root at its size."""
        return checkpoint.size <= self._tree.size and self._tree.root(checkpoint.size) == checkpoint.root

    def root_differs(self, code: str, where: str, checkpoint: Checkpoint) -> None:
        """Take in that a checkpoint gives another root than the tree's: an entry that it covers is another."""
        expected, found = f"{checkpoint.root.hex()} at size {checkpoint.size}", self._tree.root(checkpoint.size)
        self._findings.fault(code, 0, where, expected, found, last_index=checkpoint.size - 1, somewhere=True)

    def open(self, raw: bytes, where: str, index: int | None, *, is_earlier: bool = False) -> Checkpoint | None:
        """Read a checkpoint; have its signatures checked: the log's, and those of the policy's witnesses.

        `is_earlier`: a later one binds the tree, so that here the key that entry 0 names counts, listed or not.
        """
        findings = self._findings
        findings.count("L1", "checkpoints")
        try:
            note = parse_note(raw)
            checkpoint = parse_checkpoint(note.text)
        except Malformed as error:
            findings.add(fault_of(error, "checkpoint", index, where, "L1"))
            return None
        if checkpoint.extensions:
            findings.fault("checkpoint", index, where, "no extension lines", checkpoint.extensions[0])
        if self.keys and checkpoint.origin != self.keys[0].name:
            findings.fault("origin", index, where, self.keys[0].name, checkpoint.origin)
            return checkpoint
        self._check_signature(note, where, index, is_earlier=is_earlier)
        for _, key in () if self._policy is None else self._policy.cosigners_of(checkpoint.origin):
            for line in filter(key.matches, note.signatures):
                try:
                    with suppress(Unsupported):  # said of the last checkpoint, where the quorum is counted
                        verify_cosignature(key, line, note.text)
                except Malformed as error:
                    findings.add(fault_of(error, "checkpoint", index, where, "L1"))
        return checkpoint

    def _check_signature(self, note: Note, where: str, index: int | None, *, is_earlier: bool) -> None:
        """Have every line that claims to be by a key of the log checked: one that fails rejects the note."""
        keys = tuple(self._public) if is_earlier else self.keys
        claimed = [(key, line) for key in keys for line in note.signatures if key.matches(line)]
        if keys and not claimed and is_by_other_key(note, keys):
            if "other-log-key" not in {remark.code for remark in self._findings.open}:
                self._findings.leave_open("other-log-key")
        elif keys and not claimed:
            self._findings.fault("checkpoint", index, where, f"a signature by {keys[0].name}", "none")
        for key, line in claimed:
            signature = Signature(key=self._public[key].key_id, sig=line.blob)
            self._signatures.check(("checkpoint", index, where), self._public[key], signature, note.text.encode())

    def check_log_cosigner(self, origin: str | None, genesis_vkey: object, notes: Iterable[PlacedNote]) -> None:
        """SPEC §7 step 15: every checkpoint carries a cosignature by the ML-DSA-44 key that entry 0 names, if it does.

        One that another listed key signed instead of that of entry 0 carries one by another ML-DSA-44 key of the log
        that the policy lists, if it does; one that no known key signed carries none. A note that can't be read is a
        fault already. Source: C2SP tlog-cosignature; ours: SPEC §4.
        """
        own = None if genesis_vkey is None else self._log_cosigner(origin, str(genesis_vkey))
        if own is None:
            return
        listed = [] if self._policy is None else [key for _, key in self._policy.cosigners_of(origin)]
        others = [key for key in listed if (key.name, key.type_byte) == (origin, MLDSA44) and key != own]
        is_supported = False
        for index, where, raw in notes:
            try:
                note = parse_note(raw)
                signed = [key for key in self._public if any(map(key.matches, note.signatures))]
                asked = [own] if self._own in (None, *signed) else others if signed else []
                claimed = [(key, line) for key in asked for line in filter(key.matches, note.signatures)]
                for key, line in claimed:
                    if key not in listed or not is_supported:  # `open` has checked those that the policy lists
                        verify_cosignature(key, line, note.text)
                        is_supported = True
                    self._findings.count("L1", "cosignatures")
                if asked and not claimed:
                    self._findings.fault("checkpoint", index, where, f"an ML-DSA-44 cosignature by {origin}", "none")
            except Unsupported:
                self._findings.not_checked("unsupported", names=own.name)
                return
            except Malformed as error:
                if error.code == "cosignature":
                    self._findings.add(fault_of(error, "checkpoint", index, where, "L1"))

    def _log_cosigner(self, origin: str | None, genesis_vkey: str) -> VerifierKey | None:
        where = "statement.body.log_cosigner"
        try:
            key = parse_vkey(genesis_vkey)
        except Malformed as error:
            self._findings.add(fault_of(error, "directory", 0, where, "L2"))
            return None
        if (key.name, key.type_byte) != (origin, MLDSA44):
            named = f"{key.type_byte}: {key.name}"
            self._findings.fault("log-key", 0, where, f"an ML-DSA-44 key named {origin}", named)
            return None
        return key

    def check_quorum(self, notes: Sequence[bytes]) -> list[Opened]:
        """SPEC §7 step 16: the policy's quorum cosigned; say up to where it vouches for the log.

        Returns:
            The notes that the policy accepts, with who cosigned them; what is wrong in others is a fault already.

        Source: C2SP tlog-policy, tlog-cosignature.
        """
        policy, findings, opened = self._policy, self._findings, list[Opened]()
        if policy is None:
            return opened
        for raw in notes:
            with suppress(Malformed):
                opened.append(open_with_policy(raw, policy))
                findings.count("L1", "cosignatures", len(opened[-1].cosigned))
        left_out = {name for note in opened for name in note.unsupported}
        if left_out:
            findings.not_checked("unsupported", names=", ".join(sorted(left_out)))
        witnessed = say_quorum(opened, policy, findings)
        if witnessed is not None and witnessed < self._tree.size:
            findings.leave_open("witnessed-to", size=witnessed, total=self._tree.size)
        return opened


def say_quorum(opened: Sequence[Opened], policy: Policy, findings: FaultList) -> int | None:
    """Say which witnesses make up the quorum; gives up to which size, None where none is asked for or it is not met."""
    best = max((note for note in opened if note.witnessed), key=lambda note: note.checkpoint.size, default=None)
    if policy.quorum == NO_QUORUM:
        findings.note("no-witnesses")
    elif best is None or best.checkpoint.size == 0:
        names = {name for note in opened for name in note.cosigned}
        findings.leave_open("no-quorum", names=", ".join(sorted(names)) or "—")
    else:
        findings.note("witnessed", size=best.checkpoint.size, names=", ".join(cosigners(best, policy)) or "—")
        return best.checkpoint.size
    return None


def check_pins(trust: Trust | None, findings: FaultList) -> None:
    """Say what must be pinned for a conclusion, and is not."""
    findings.anchored = trust is not None and trust.genesis is not None
    if trust is None:
        findings.leave_open("no-trust")
    elif trust.genesis is None:
        findings.leave_open("no-genesis-pin")
