"""C2SP tlog-policy and the trust folder: whose word a verifier accepts, and how many must agree.

Trust folder: `policy` (tlog-policy), `genesis` (hex leaf hash of entry 0), optional `checkpoint` (the last one
verified). It must come from elsewhere than the ledger that is audited: it is what makes a verdict more than the
operator's own word.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from constancia.verify.core.errors import Malformed, Unsupported
from constancia.verify.core.formats.checkpoint import Checkpoint, open_checkpoint_of
from constancia.verify.core.formats.cosignature import verify_cosignature
from constancia.verify.core.formats.note import (
    COSIGNATURE_ED25519,
    COSIGNATURE_MLDSA44,
    ED25519,
    Note,
    VerifierKey,
    parse_vkey,
)

MAX_POLICY_BYTES: Final = 1_000_000
NO_QUORUM: Final = "none"
_NUMBER = re.compile(r"[1-9]\d{0,5}\Z", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A named group: `needed` of its `members` (witnesses or groups) must agree."""

    needed: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Logs by origin, witnesses by policy name, groups, and the quorum's name (`none`: no witness needed)."""

    logs: Mapping[str, VerifierKey]
    witnesses: Mapping[str, VerifierKey]
    groups: Mapping[str, Group]
    quorum: str
    urls: Mapping[str, str] = field(default_factory=dict)

    def is_met(self, name: str, cosigned: frozenset[str]) -> bool:
        """Tell whether a witness or group has agreed.

        Args:
            name: A witness's or group's name, or `none`.
            cosigned: Names of the witnesses whose cosignature is sound.
        """
        met = {NO_QUORUM, *cosigned}
        # A group's members are defined above it, so one pass decides all of them, however deep they nest.
        for title, group in self.groups.items():
            if sum(member in met for member in group.members) >= group.needed:
                met.add(title)
        return name in met


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A checkpoint held to a policy: which witnesses cosigned when, and whether the quorum is met."""

    checkpoint: Checkpoint
    note: Note
    cosigned: Mapping[str, int]
    unsupported: tuple[str, ...]
    witnessed: bool


def parse_policy(file: str) -> Policy:
    """Read a policy file.

    Args:
        file: Lines `log <vkey> [<url>]`, `witness <name> <vkey> [<url>]`, `group <name> all|any|<k> <member>…`,
            exactly one `quorum <name>|none`; blank lines and `#` comments.

    Returns:
        The policy.

    Raises:
        Malformed: An unknown line, a name or key given twice, a member not defined above, no quorum.

    Source: C2SP tlog-policy.
    """
    reader = _PolicyReader()
    for number, line in enumerate(file.split("\n"), start=1):
        text = line.strip(" \t\r")  # no other white space parts words: readers would differ
        if text and not text.startswith("#"):
            reader.read(f"policy line {number}", re.split("[ \t]+", text))
    if reader.quorum is None:
        raise Malformed("policy", "policy", "one quorum line")
    if not reader.logs:
        raise Malformed("policy", "policy", "at least one log line")
    return Policy(
        logs=reader.logs,
        witnesses=reader.witnesses,
        groups=reader.groups,
        quorum=reader.quorum,
        urls=reader.urls,
    )


class _PolicyReader:
    def __init__(self) -> None:
        self.logs: dict[str, VerifierKey] = {}
        self.witnesses: dict[str, VerifierKey] = {}
        self.groups: dict[str, Group] = {}
        self.urls: dict[str, str] = {}
        self.quorum: str | None = None
        self._keys: set[bytes] = set()
        self._grouped: set[str] = set()

    def read(self, where: str, fields: list[str]) -> None:
        match fields:
            case ["log", vkey, *url] if len(url) <= 1:
                key = self._new_key(where, vkey, (ED25519,))
                if key.name in self.logs:
                    raise Malformed("policy", where, "each origin once", key.name)
                self.logs[key.name] = key
            case ["witness", name, vkey, *url] if len(url) <= 1:
                self._check_new(where, name)
                self.witnesses[name] = self._new_key(where, vkey, (COSIGNATURE_ED25519, COSIGNATURE_MLDSA44))
                self.urls.update(dict.fromkeys([name], url[0]) if url else {})
            case ["group", name, needed, *members] if members:
                self._check_new(where, name)
                self.groups[name] = self._group(where, needed, tuple(members))
            case ["quorum", name] if self.quorum is None:
                if name != NO_QUORUM and name not in self.witnesses and name not in self.groups:
                    raise Malformed("policy", where, "a name defined above", name)
                self.quorum = name
            case _:
                raise Malformed("policy", where, "log, witness, group or one quorum", " ".join(fields))

    def _new_key(self, where: str, vkey: str, types: tuple[int, ...]) -> VerifierKey:
        key = parse_vkey(vkey)
        if key.type_byte not in types or key.public_key in self._keys:
            raise Malformed("policy", where, "a key of the line's type, used once", vkey)
        self._keys.add(key.public_key)
        return key

    def _check_new(self, where: str, name: str) -> None:
        if name == NO_QUORUM or name in self.witnesses or name in self.groups:
            raise Malformed("policy", where, "a new name", name)

    def _group(self, where: str, needed: str, members: tuple[str, ...]) -> Group:
        known = all(one in self.witnesses or one in self.groups for one in members)
        # In the whole policy, not in the group alone: else one witness could count twice towards the quorum.
        if not known or len(set(members)) != len(members) or not self._grouped.isdisjoint(members):
            raise Malformed("policy", where, "members defined above, each once", " ".join(members))
        self._grouped.update(members)
        if needed in ("all", "any"):
            return Group(needed=len(members) if needed == "all" else 1, members=members)
        if not _NUMBER.match(needed) or int(needed) > len(members):
            raise Malformed("policy", where, "all, any, or a number of the members", needed)
        return Group(needed=int(needed), members=members)


def open_with_policy(raw: bytes, policy: Policy) -> Opened:
    """Hold a checkpoint to a policy.

    Args:
        raw: The signed note.
        policy: Whose signatures count.

    Returns:
        The checkpoint with who cosigned, and whether the quorum is met.

    Raises:
        Malformed: Bad form, unknown origin, no or a failing signature of the log, a failing cosignature.

    Source: C2SP tlog-policy, tlog-cosignature.
    """
    checkpoint, note = open_checkpoint_of(raw, policy.logs)
    cosigned: dict[str, int] = {}
    unsupported: list[str] = []
    for name, key in policy.witnesses.items():
        for one in note.signatures:
            if key.matches(one):
                try:
                    cosigned[name] = verify_cosignature(key, one, note.text)
                except Unsupported:
                    unsupported.append(name)
    return Opened(
        checkpoint=checkpoint,
        note=note,
        cosigned=cosigned,
        unsupported=tuple(unsupported),
        witnessed=policy.is_met(policy.quorum, frozenset(cosigned)),
    )


def cosigners(opened: Opened, policy: Policy) -> tuple[str, ...]:
    """Name those who cosigned, in the policy's order, each once also if it has several keys; not the log itself."""
    found: dict[str, str] = {}
    for name in policy.witnesses:
        key = policy.witnesses[name].name
        if name in opened.cosigned and key != opened.checkpoint.origin:
            found.setdefault(key, name)
    return tuple(found.values())
