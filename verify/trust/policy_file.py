"""Reading a policy (C2SP tlog-policy): the verifier's own word on whose signatures count (SPEC §4).

- P1: a number counts witnesses, not keys: the keys of one name are one witness, and belong to one member of a group
  that asks for a number of its members. `all` asks for keys: there one witness may be asked for both of its keys.
- P2: the log is no witness. Its own key may be asked for besides (`all`), never be counted among a number.
- P3: a name has one place in the groups, so that nobody counts twice towards the quorum.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Final

from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats import note
from constancia.verify.core.formats.canonical import FORBIDDEN
from constancia.verify.core.formats.policy import NO_QUORUM, Group, Policy

MAX_POLICY_BYTES: Final = 1_000_000
_NUMBER = re.compile(r"[1-9]\d{0,5}\Z", re.ASCII)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def parse_policy(file: str) -> Policy:
    """Read a policy file.

    Args:
        file: Lines `log <vkey> [<url>]` (several of one origin are several keys of that log), `witness <name> <vkey>
            [<url>]`, `group <name> all|any|<k> <member>…`, exactly one `quorum <name>|none`; blank lines and `#`
            comments. Tab and line feed are the only control characters.

    Returns:
        The policy.

    Raises:
        Malformed: An unknown line, a name or key given twice, a member not defined above, no quorum, a control or
            invisible character, a quorum that would count one witness twice or the log as a witness (P1 to P3).

    Source: C2SP tlog-policy; ours: SPEC §4.
    """
    control = _CONTROL.search(file)
    if control:
        raise Malformed("policy", "policy", "no control character but tab and line feed", ascii(control.group()))
    reader = _PolicyReader()
    for number, line in enumerate(file.split("\n"), start=1):
        text = line.strip(" \t")  # no other white space parts words: readers would differ
        if text and not text.startswith("#"):
            reader.read(f"policy line {number}", re.split("[ \t]+", text))
    if reader.quorum is None or not reader.logs:
        raise Malformed("policy", "policy", "one quorum line and at least one log line")
    logs = {origin: min(keys, key=lambda key: key.type_byte) for origin, keys in reader.logs.items()}
    if any(key.type_byte != note.ED25519 for key in logs.values()):
        raise Malformed("policy", "policy", "an Ed25519 key of each log: checkpoints are signed by it")
    policy = Policy(
        logs=logs, witnesses=reader.witnesses, groups=reader.groups, quorum=reader.quorum, urls=reader.urls,
        log_keys={origin: tuple(keys) for origin, keys in reader.logs.items()},
    )  # fmt: skip
    _check_counting(policy, reader.counting)
    return policy


def _check_counting(policy: Policy, counting: Mapping[str, str]) -> None:
    """Refuse a policy that would count one witness twice, or the log as a witness (P1, P2).

    Args:
        policy: The policy.
        counting: The groups that ask for a number of their members, with what they ask for: `any` or the number.
    """
    own = [name for name, key in policy.witnesses.items() if key.name in policy.logs]
    alone = policy.met_by(own)  # what the log's own keys meet without any witness
    operators = {name: {key.name} for name, key in policy.witnesses.items()}
    for name, group in policy.groups.items():
        listed = Counter(operator for member in group.members for operator in operators[member])
        operators[name] = set(listed)
        if name not in counting:
            continue
        log = next((member for member in group.members if member in alone), None)
        if log is not None:
            raise Malformed("policy", f"group {name}", "witnesses: the log's own key is none", log)
        twice = next((operator for operator, count in listed.items() if count > 1), None)
        if twice is not None and counting[name] != "any":
            raise Malformed("policy", f"group {name}", "each witness once, whatever keys it has", twice)
    if policy.quorum in alone - {NO_QUORUM}:
        raise Malformed("policy", "quorum", "a witness: the log's own key is none", policy.quorum)


class _PolicyReader:
    def __init__(self) -> None:
        self.logs: dict[str, list[note.VerifierKey]] = {}
        self.witnesses: dict[str, note.VerifierKey] = {}
        self.groups: dict[str, Group] = {}
        self.counting: dict[str, str] = {}
        self.urls: dict[str, str] = {}
        self.quorum: str | None = None
        self._keys: set[bytes] = set()
        self._grouped: set[str] = set()

    def read(self, where: str, fields: list[str]) -> None:
        match fields:
            case ["log", vkey, *url] if len(url) <= 1:
                key = self._new_key(where, vkey, (note.ED25519, note.COSIGNATURE_MLDSA44))
                self.logs.setdefault(key.name, []).append(key)
            case ["witness", name, vkey, *url] if len(url) <= 1:
                self._check_new(where, name)
                self.witnesses[name] = self._new_key(where, vkey, (note.COSIGNATURE_ED25519, note.COSIGNATURE_MLDSA44))
                if url:
                    self.urls[name] = url[0]
            case ["group", name, needed, *members] if members:
                self._check_new(where, name)
                self.groups[name] = self._group(where, needed, tuple(members))
                if needed != "all":
                    self.counting[name] = needed
            case ["quorum", name] if self.quorum is None:
                if name != NO_QUORUM and name not in self.witnesses and name not in self.groups:
                    raise Malformed("policy", where, "a name defined above", name)
                self.quorum = name
            case _:
                raise Malformed("policy", where, "log, witness, group or one quorum", " ".join(fields))

    def _new_key(self, where: str, vkey: str, types: tuple[int, ...]) -> note.VerifierKey:
        key = note.parse_vkey(vkey)
        if key.type_byte not in types or key.public_key in self._keys:
            raise Malformed("policy", where, "a key of the line's type, used once", vkey)
        _check_name(where, key.name)
        self._keys.add(key.public_key)
        return key

    def _check_new(self, where: str, name: str) -> None:
        _check_name(where, name)
        if name == NO_QUORUM or name in self.witnesses or name in self.groups:
            raise Malformed("policy", where, "a new name", name)

    def _group(self, where: str, needed: str, members: tuple[str, ...]) -> Group:
        known = all(member in self.witnesses or member in self.groups for member in members)
        # In the whole policy, not in the group alone: else one witness could count twice towards the quorum.
        if not known or len(set(members)) != len(members) or not self._grouped.isdisjoint(members):
            raise Malformed("policy", where, "members defined above, each once", " ".join(members))
        self._grouped.update(members)
        if needed in ("all", "any"):
            return Group(needed=len(members) if needed == "all" else 1, members=members)
        if not _NUMBER.match(needed) or int(needed) > len(members):
            raise Malformed("policy", where, "all, any, or a number of the members", needed)
        return Group(needed=int(needed), members=members)


def _check_name(where: str, name: str) -> None:
    odd = FORBIDDEN.search(name) or next((char for char in name if char.isspace()), None)
    if odd:
        raise Malformed("policy", where, "a name without invisible characters, space or writing direction", ascii(name))
