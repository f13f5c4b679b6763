"""The genesis and all that it rests on, from who opens the ledger to each party, which signs it with its root.

- G1: nothing in the file is believed: charter, policy and genesis are composed again from the invitation and from the
  parties' own signed files, and must be the same byte for byte.
- G2: the charter that the genesis cites holds the trust policy, so that every root signs which witnesses count.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from constancia.domain.values.languages import language_shown
from constancia.ledger.folder import policy_text
from constancia.ledger.opening.exchange_file import MARK, MAX_BYTES, read_object
from constancia.ledger.opening.invitation import (
    Invitation,
    document_of,
    genesis_members,
    invitation_of,
    write_invitation,
)
from constancia.ledger.opening.party_file import PartyFile, read_party_file
from constancia.ledger.signatory.checkpoint_memory import EMPTY_SEEN
from constancia.ledger.signatory.draft import Occasion, draft_statement
from constancia.ledger.witnesses.quorum_status import MLDSA44_SUFFIX
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.core.formats.note import COSIGNATURE_MLDSA44, ED25519, parse_vkey
from constancia.verify.core.formats.statement import Statement, parse_statement
from constancia.verify.trust.policy_file import parse_policy

KIND: Final = "genesis/1"
_LISTED: Final = ("log", "opening", "parties", "statement")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Everything that the genesis follows from.

    Attributes:
        invitation: What was proposed.
        parties: The parties' files as they were received, by party, in the order of the invitation.
        log: The verifier keys of the log: its Ed25519 key and, where it has one, its ML-DSA-44 key.
    """

    invitation: Invitation
    parties: Mapping[str, bytes]
    log: tuple[str, ...]

    def files(self) -> list[PartyFile]:
        """Give the parties' files, read and checked."""
        return [read_party_file(raw, self.invitation) for raw in self.parties.values()]

    @property
    def policy(self) -> str:
        """The trust policy: the log's keys, the parties' witnesses, and most of them as the quorum.

        Two different histories would each need most of the witnesses, so one of them would have to cosign both.

        Source: C2SP tlog-policy.
        """
        lines: list[str] = []
        witnesses: list[str] = []
        for offered in self.files():
            lines += offered.policy_lines()
            witnesses += [] if offered.witness is None else [offered.party]
        cosigner = self.log[1] if len(self.log) > 1 else None
        if not witnesses:
            return policy_text(self.log[0], cosigner)
        needed = len(witnesses) // 2 + 1
        lines.append(f"group parties {needed} {' '.join(witnesses)}")
        strong = [name + MLDSA44_SUFFIX for name in witnesses]
        if cosigner is not None and all(any(line.split()[1] == name for line in lines) for name in strong):
            lines.append(f"group parties{MLDSA44_SUFFIX} {needed} {' '.join(strong)}")
            lines.append(f"group strict all log{MLDSA44_SUFFIX} parties parties{MLDSA44_SUFFIX}")
        return policy_text(self.log[0], cosigner, lines, "parties")

    @property
    def charter(self) -> str:
        """The charter that the genesis cites: the invitation's own text, then parties, roots, witnesses as data."""
        invitation = self.invitation
        chosen = language_shown(invitation.name.languages, invitation.languages[0], invitation.languages)
        text = (
            invitation.charter["text"] if invitation.charter else ""
        ) or f"# {dict(invitation.name.by_language)[chosen]}\n"
        rows = [f"opening {invitation.digest}"]
        for offered in self.files():
            about = offered.representative
            rows.append(
                f"party {offered.party} root {offered.root.key_id} representative {about.key.key_id} {about.name}"
            )
        data = "\n".join([*rows, *self.policy.splitlines()])
        return f"{text.rstrip()}\n\n```\n{data}\n```\n"

    def body(self) -> dict[str, Any]:
        """Give the body of the genesis."""
        founders = []
        for invited, offered in zip(self.invitation.parties, self.files(), strict=True):
            item = invited.to_json()
            item.pop("acronym", None)
            founders.append(item | {"root": offered.root.to_json()})
        cosigner = {"log_cosigner": self.log[1]} if len(self.log) > 1 else {}
        charter = document_of(self.charter, self.invitation.name.to_json())
        about = {"charter": charter, "founders": founders, "log_key": self.log[0]}
        return genesis_members(self.invitation) | about | cosigner

    def draft(self, occasion: Occasion) -> bytes:
        """Draft the genesis, for the founders' roots to sign: canonical bytes."""
        return draft_statement(
            "LedgerOpened",
            "ledger",
            self.body(),
            actor={"capacity": "founders"},
            ledger=self.invitation.origin,
            seen=EMPTY_SEEN,
            occasion=occasion,
        )


def write_genesis(opening: Opening, statement: bytes) -> bytes:
    """Give the file for a drafted genesis."""
    item = {
        MARK: KIND,
        "log": list(opening.log),
        "opening": json.loads(write_invitation(opening.invitation)),
        "parties": [json.loads(raw) for raw in opening.parties.values()],
        "statement": json.loads(statement),
    }
    return json.dumps(item, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def opening_of(invitation: Invitation, parties: Mapping[str, bytes], log: Sequence[str]) -> Opening:
    """Put together what the genesis follows from.

    Raises:
        Malformed: A party's file is missing or does not hold, two parties have one root, or a log key is none.
    """
    ordered = {str(invited.party): parties[invited.party] for invited in invitation.parties if invited.party in parties}
    missing = [invited.party for invited in invitation.parties if invited.party not in ordered]
    if missing:
        raise Malformed("missing", "parties", "a file of every party", ", ".join(missing))
    opening = Opening(invitation=invitation, parties=ordered, log=tuple(log))
    keys = [key for offered in opening.files() for key in (offered.root.key_id, offered.representative.key.key_id)]
    if len(set(keys)) != len(keys):
        raise Malformed("form", "parties", "keys of its own for every party", "a key twice")
    types = [parse_vkey(key) for key in opening.log]
    named = [(key.name, key.type_byte) for key in types]
    wanted = [(invitation.origin, ED25519), (invitation.origin, COSIGNATURE_MLDSA44)]
    if named not in (wanted[:1], wanted):
        raise Malformed("form", "log", "the keys of a log with this origin", [key.name for key in types])
    parse_policy(opening.policy)
    return opening


def read_genesis(raw: bytes) -> tuple[Opening, Statement]:
    """Read the file, and compose again what it holds.

    Returns:
        What the genesis follows from, and the genesis as it is to be signed.

    Raises:
        Malformed: Another kind of file, another form, or a genesis that does not follow from the rest.
    """
    item = read_object(raw, KIND, MAX_BYTES)
    if tuple(sorted(item)) != _LISTED or not isinstance(item["parties"], list) or not isinstance(item["log"], list):
        raise Malformed("form", "genesis", f"the members {', '.join(_LISTED)}", sorted(item))
    if not isinstance(item["opening"], dict) or not all(isinstance(part, dict) for part in item["parties"]):
        raise Malformed("form", "genesis", f"the members {', '.join(_LISTED)}", "another form")
    invitation = invitation_of({name: value for name, value in item["opening"].items() if name != MARK})
    parties = {str(part.get("party")): canonical(part) for part in item["parties"]}
    opening = opening_of(invitation, parties, [str(key) for key in item["log"]])
    statement = parse_statement(canonical(item["statement"]))
    composed = (statement.type, statement.stream, statement.ledger, statement.seen)
    if composed != ("LedgerOpened", "ledger", invitation.origin, EMPTY_SEEN) or statement.body != opening.body():
        raise Malformed(
            "edited", "genesis.statement", "the genesis that follows from the parties' files", "another one"
        )
    return opening, statement
