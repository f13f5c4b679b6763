"""A party's part once the ledger is open: pin it, and say the first acts, each when it is its turn.

- J1: before anything is signed the ledger is audited with the party's own policy and the genesis that it signed.
- J2: every act is shown before it is signed, and says what the invitation says.
"""

import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from constancia.api.cli.opening.host import GENESIS, groups, rules_in_words, short_name
from constancia.api.cli.opening.party import TRUST, Choices, load_own_representative, load_own_root, read_own_file
from constancia.api.cli.prompts import agree, is_terminal
from constancia.api.cli.terminal import fail, language, message, now, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constancia.api.client.remote_log import RemoteLog
    from constancia.domain.state import State
    from constancia.ledger.keys.key_file import PrivateKey
    from constancia.ledger.opening.first_acts import FirstAct
    from constancia.ledger.opening.invitation import Invitation
    from constancia.ledger.opening.party_file import PartyFile
    from constancia.ledger.signatory.checkpoint_memory import Watch

SEEN: Final = "checkpoint"
RECEIPTS: Final = "receipts"
_PAUSE_S: Final = 1.0
_CONNECT_S: Final = 3.0
_STARTING: Final = ("502", "503", "504")


def go_on_online(folder: Path, choices: Choices) -> None:
    """Say this party's first acts at the ledger's address, and wait for the others between them.

    Without a terminal nothing is waited for: what can be said now is said, and the command ends.
    """
    from constancia.api.client.remote_log import RemoteLog

    invitation, offered = read_own_file(folder)
    _wait_until_open(invitation, folder)
    with RemoteLog(invitation.address) as log:
        _JoiningRun(folder, invitation, offered, log, choices).run()


def _wait_until_open(invitation: "Invitation", folder: Path) -> None:
    is_said = False
    while not _listens(invitation.address) or _is_starting(invitation.address):
        if not is_terminal():
            raise fail(message("opening.not_open", address=invitation.address, folder=folder))
        if not is_said:
            say(message("opening.waits_server", address=invitation.address, folder=folder))
            is_said = True
        time.sleep(_PAUSE_S)


def _listens(address: str) -> bool:
    parts = urlsplit(address)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        with socket.create_connection((parts.hostname or "", port), _CONNECT_S):
            return True
    except (OSError, ValueError):
        return False


def _is_starting(address: str) -> bool:
    """Tell whether the server still reads its ledger, or a proxy waits for it."""
    from constancia.api.client.remote_log import fetch
    from constancia.verify.core.errors import Unreadable

    try:
        fetch(f"{address.rstrip('/')}/checkpoint")
    except Unreadable as error:
        return error.detail in _STARTING
    return False


class _JoiningRun:
    """One run: what was verified last, and the keys that were opened."""

    def __init__(
        self, folder: Path, invitation: "Invitation", offered: "PartyFile", log: "RemoteLog", choices: Choices
    ) -> None:
        self.folder, self.invitation, self.offered, self.log, self.choices = folder, invitation, offered, log, choices
        self.watch = self._pin()
        self._keys: dict[str, PrivateKey] = {}
        self._agreed: set[str] = set()  # types of acts that were shown and agreed to

    def run(self) -> None:
        from constancia.ledger.opening.first_acts import is_over, next_acts

        awaited = ""
        while True:
            state, day = self._state()
            if is_over(state, self.invitation):
                self._say_over()
                return
            acts = next_acts(state, self.invitation, self.offered, day)
            if acts:
                self._say_acts(acts, state)
                continue
            names = ", ".join(short_name(self.invitation, party) for party in _awaited(state, day, self.invitation))
            if not is_terminal():
                say(message("opening.waits_others", parties=names, folder=self.folder))
                return
            if names != awaited:
                say(message("opening.waits_others", parties=names, folder=self.folder))
                awaited = names
            self._wait()

    def _wait(self) -> None:
        size = self.watch.seen.size
        while self.watch.update(self.log).size == size:
            time.sleep(_PAUSE_S)

    def _pin(self) -> "Watch":
        """Audit the ledger, and then keep the fingerprint of the genesis that this party signed."""
        from constancia.ledger.disk.durable import write_file
        from constancia.ledger.signatory.checkpoint_memory import Watch
        from constancia.verify.trust.trust_folder import load_trust

        trust = self.folder / TRUST
        genesis = self._audit()
        if not (trust / "genesis").exists():
            write_file(trust / "genesis", f"{genesis.hex()}\n".encode())
            say(message("opening.pinned", address=self.invitation.address, trust=trust))
        return Watch(*load_trust(trust).policy.signers_of(self.invitation.origin), path=self.folder / SEEN)

    def _audit(self) -> bytes:
        """Audit the ledger at its address with this party's policy and genesis; give the leaf hash of entry 0.

        A quorum that has not cosigned yet, and what else is still open, stops nobody from signing; a fault does.
        """
        from dataclasses import replace

        from constancia.ledger.opening.exchange_file import MAX_BYTES
        from constancia.ledger.opening.genesis_file import read_genesis
        from constancia.verify.audit.run import audit
        from constancia.verify.report.findings import Verdict
        from constancia.verify.report.rendering import report_text
        from constancia.verify.sources.files import read_named
        from constancia.verify.sources.source import open_source
        from constancia.verify.speed.entry_patterns import read_entry
        from constancia.verify.trust.trust_folder import load_trust
        from constancia.verify.wire.merkle import hash_leaf

        trust = load_trust(self.folder / TRUST)
        _opening, statement = read_genesis(read_named(self.folder / GENESIS, MAX_BYTES))
        with open_source(self.invitation.address) as source:
            first = next(iter(source.entries()), b"")
            if not first or read_entry(first).statement.raw != statement.raw:
                raise fail(message("opening.foreign_genesis", address=self.invitation.address))
            leaf = hash_leaf(first)
            report = audit(source, replace(trust, genesis=trust.genesis or leaf))
        if report.verdict is Verdict.ALTERED or not report.is_by_the_log:
            raise fail(report_text(report, language()))
        return leaf

    def _state(self) -> "tuple[State, str]":
        """Give the state at the address, of the very tree that was verified against the one before, and today."""
        from constancia.domain.values.calendar import local_day
        from constancia.ledger.clock import SystemClock
        from constancia.ledger.local_copy import open_ledger

        while True:
            seen = self.watch.update(self.log)
            with open_ledger(self.invitation.address, clock=SystemClock()) as ledger:
                if ledger.size >= seen.size:
                    if ledger.log.root(seen.size) != seen.root:
                        raise fail(message("opening.foreign_genesis", address=self.invitation.address))
                    return ledger.state(seen.size), local_day(now(), self.invitation.timezone).isoformat()

    def _say_acts(self, acts: "Sequence[FirstAct]", state: "State") -> None:
        self._audit()
        if not {act.type for act in acts} <= self._agreed:
            shown = _with_what_follows(acts, self.invitation, str(self.offered.party))
            self._show(shown, state)
            if not self.choices.yes:
                agree(message("opening.ask_acts", count=len(shown)))
            self._agreed |= {act.type for act in shown}
        for act in acts:
            self._submit(act)

    def _show(self, acts: "Sequence[FirstAct]", state: "State") -> None:
        party = short_name(self.invitation, self.offered.party)
        say(message("opening.your_turn", party=party))
        for number, act in enumerate(acts, 1):
            who = message("opening.by_root" if act.signer == "root" else "opening.by_person", name=self._name)
            say(f"  {number}. {self._sentence(act, state)} — {who}")
        if any(act.type == "GovernanceRulesAdopted" for act in acts):
            say(message("opening.rules_follow", rules=rules_in_words(self.invitation)))
        if any(act.type == "AgreementSigned" for act in acts):
            for lang, text in sorted(self.invitation.agreement.texts.items()):
                say(f"\n--- {lang} ---\n{text.rstrip()}\n---")
            listed = self.invitation.documents()
            say(message("opening.text_is", documents=", ".join(groups(item["sha256"]) for item in listed)))

    def _sentence(self, act: "FirstAct", state: "State") -> str:
        """Give an act in words; what the ledger does not know yet is named as the invitation names it."""
        from dataclasses import replace

        from constancia.api.text.i18n import say as sentence_words
        from constancia.domain.naming import NamedThing
        from constancia.domain.sentences import sentence_of

        sentence = sentence_of({"actor": self._actor(act), "body": act.body, "stream": "", "type": act.type}, state)
        known = {"who": self._name} if act.signer == "representative" else {}
        titles = {
            "agreement": NamedThing(title=self.invitation.agreement.title.to_json()),
            "governance_body": NamedThing(title=self.invitation.committee.name.to_json()),
        }
        named = {name: title for name, title in titles.items() if name in act.body}
        return sentence_words(replace(sentence, params={**sentence.params, **known, **named}), language())

    @property
    def _name(self) -> str:
        return str(self.offered.representative.name)

    def _actor(self, act: "FirstAct") -> dict[str, str]:
        from constancia.ledger.signatory.draft import representative_actor, root_actor

        about, party = self.offered.representative, str(self.offered.party)
        if act.signer == "root":
            return root_actor(party)
        return representative_actor(party, about.person, about.appointment, about.capacity)

    def _submit(self, act: "FirstAct") -> None:
        """Draft the act on the tree as it is verified now, sign it, hand it in, and keep the receipt."""
        from constancia.domain.catalogue import parse_act
        from constancia.domain.values.calendar import format_instant, local_day
        from constancia.domain.values.editions import NEWEST
        from constancia.ledger.disk.durable import write_file
        from constancia.ledger.signatory.draft import Occasion, draft_statement, sign_statement
        from constancia.ledger.submission import signed_document

        key, instant = self._key(act.signer), now()
        occurred = local_day(instant, self.invitation.timezone).isoformat()
        raw = draft_statement(
            act.type,
            parse_act(act.type, NEWEST, act.body).stream(),
            act.body,
            actor=self._actor(act),
            ledger=str(self.invitation.origin),
            seen=self.watch.update(self.log),
            occasion=Occasion(occurred_on=occurred, signed_at=format_instant(instant)),
        )
        done = self.log.submit(signed_document(raw, [sign_statement(raw, key)]))
        receipt = self.folder / RECEIPTS / f"{done['index']}.tlog-proof"
        write_file(receipt, str(done["receipt"]).encode())
        say(message("opening.recorded", index=int(done["index"]), path=receipt))
        if act.type == "AgreementDrafted":
            for text in self.invitation.agreement.texts.values():
                self.log.keep_document(text.encode())

    def _key(self, signer: str) -> "PrivateKey":
        if signer not in self._keys:
            root = signer == "root"
            load = load_own_representative(self.folder, self.choices)
            self._keys[signer] = load_own_root(self.folder, self.choices) if root else load()
        return self._keys[signer]

    def _say_over(self) -> None:
        say(
            message(
                "opening.over",
                folder=self.folder,
                address=self.invitation.address,
                trust=self.folder / TRUST,
                size=self.watch.seen.size,
            )
        )


def _with_what_follows(acts: "Sequence[FirstAct]", invitation: "Invitation", party: str) -> "list[FirstAct]":
    """Give acts with those that are agreed to together: the committee's rules follow when all have founded it."""
    from constancia.ledger.opening.first_acts import FOUNDATION, FirstAct

    if [act.type for act in acts] != [FOUNDATION[0]]:
        return [*acts]
    rules = FirstAct(signer="representative", type=FOUNDATION[1], body=invitation.body_of(FOUNDATION[1], party))
    return [*acts, rules]


def _awaited(state: "State", day: str, invitation: "Invitation") -> list[str]:
    """Give the parties whose turn it is; a text is put forward and frozen by the first party of the invitation."""
    from constancia.domain.facts.opening import opening_steps
    from constancia.domain.values.calendar import parse_day

    turns = [turn for step in opening_steps(state, parse_day(day)) for turn in step.turns]
    if turns and turns[0].type in ("AgreementDrafted", "AgreementTextFrozen"):
        return [str(invitation.parties[0].party)]
    return [turn.party for turn in turns]
