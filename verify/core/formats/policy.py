"""C2SP tlog-policy: whose word a verifier accepts, and how many must agree (SPEC §4).

The file is read by `verify.trust.policy_file`, which refuses what would count one witness twice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from constancia.verify.core.errors import Unsupported
from constancia.verify.core.formats.checkpoint import Checkpoint, open_checkpoint_of
from constancia.verify.core.formats.cosignature import verify_cosignature
from constancia.verify.core.formats.note import ED25519, Note, VerifierKey

NO_QUORUM: Final = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A named group: `needed` of its `members` (witnesses or groups) must agree."""

    needed: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Whose signatures count.

    Args:
        logs: The first Ed25519 key of each log, by origin.
        witnesses: Witness keys by their names in the policy.
        groups: Groups by name; each comes after its members.
        quorum: The name of a witness or group, or `none`: no witness is needed.
        urls: Addresses of witnesses, by name.
        log_keys: All keys of each log, by origin; a log that is missing here has the one of `logs`.
    """

    logs: Mapping[str, VerifierKey]
    witnesses: Mapping[str, VerifierKey]
    groups: Mapping[str, Group]
    quorum: str
    urls: Mapping[str, str] = field(default_factory=dict)
    log_keys: Mapping[str, tuple[VerifierKey, ...]] = field(default_factory=dict)

    def keys_of(self, origin: str | None) -> tuple[VerifierKey, ...]:
        """Give all keys that the policy lists for a log; none for one that it does not list."""
        return self.log_keys.get(origin or "") or tuple(key for name, key in self.logs.items() if name == origin)

    def signers_of(self, origin: str | None) -> tuple[VerifierKey, ...]:
        """Give the log's keys that sign checkpoints: those of Ed25519."""
        return tuple(key for key in self.keys_of(origin) if key.type_byte == ED25519)

    def cosigners_of(self, origin: str | None) -> list[tuple[str, VerifierKey]]:
        """Give whose cosignatures must be sound: witnesses by name, and what other keys the log has, without one."""
        others = [("", key) for key in self.keys_of(origin) if key.type_byte != ED25519]
        return [*self.witnesses.items(), *others]

    def is_met(self, name: str, cosigned: Iterable[str]) -> bool:
        """Tell whether a witness or group has agreed, or it is `none`, if the cosignatures of these are sound."""
        return name in self.met_by(cosigned)

    def met_by(self, cosigned: Iterable[str]) -> set[str]:
        """Give the names of the witnesses and groups that have agreed, with `none`."""
        met = {NO_QUORUM, *cosigned}
        # A group's members are defined above it, so one pass decides all of them, however deep they nest.
        for title, group in self.groups.items():
            if sum(member in met for member in group.members) >= group.needed:
                met.add(title)
        return met


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A checkpoint compared with a policy: which witnesses cosigned when, and whether the quorum is met."""

    checkpoint: Checkpoint
    note: Note
    cosigned: Mapping[str, int]
    unsupported: tuple[str, ...]
    witnessed: bool


def open_with_policy(raw: bytes, policy: Policy) -> Opened:
    """Hold a checkpoint, as a signed note, to a policy.

    Raises:
        Malformed: Bad form, unknown origin, no or a failing signature of the log, a failing cosignature.

    Source: C2SP tlog-policy, tlog-cosignature.
    """
    checkpoint, note = open_checkpoint_of(raw, {origin: policy.signers_of(origin) for origin in policy.logs})
    cosigned: dict[str, int] = {}
    unsupported: list[str] = []
    for name, key in policy.cosigners_of(checkpoint.origin):
        for signature in note.signatures:
            if key.matches(signature):
                try:
                    time = verify_cosignature(key, signature, note.text)
                    if name:
                        cosigned[name] = time
                except Unsupported:
                    unsupported.append(name or key.name)
    is_met = policy.is_met(policy.quorum, cosigned)
    return Opened(checkpoint=checkpoint, note=note, cosigned=cosigned, unsupported=tuple(unsupported), witnessed=is_met)


def cosigners(opened: Opened, policy: Policy) -> tuple[str, ...]:
    """Name the witnesses that make up the quorum, in the policy's order, each once whatever keys it has."""
    met, parts = policy.met_by(opened.cosigned), [policy.quorum]
    for name in parts:  # it grows: a group's members are parts if the group is met
        if name in met and name in policy.groups:
            parts += policy.groups[name].members
    named: dict[str, str] = {}
    for name, key in policy.witnesses.items():
        if name in met and name in parts and key.name != opened.checkpoint.origin:
            named.setdefault(key.name, name)
    return tuple(named.values())
